//! A network between inspection system and chip, as numbers: what a batch costs before the chip even begins.
//!
//! Every batch pays one round trip, some jitter and its bytes; the link counts them as waits. It can also lose the
//! tag in the middle of a batch, at chosen commands or by chance.

use std::collections::BTreeSet;
use std::time::Duration;

use emrtd::transport::{Answers, Batch, Ending, Transport};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::clock::Clock;

/// How the network is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkProfile {
    /// Round trip time, in microseconds.
    pub round_trip_micros: u64,
    /// Most that chance adds to a round trip, in microseconds.
    pub jitter_micros: u64,
    /// Bytes per second in each direction; 0 means that bytes cost nothing.
    pub bytes_per_second: u64,
    /// Bytes of framing that each command and each answer carries along.
    pub framing_bytes: u64,
    /// Commands, counted from 0 over the life of the link, at which the tag is lost. Each loses it once.
    pub tag_lost_at: BTreeSet<u64>,
    /// Chance that a command loses the tag, in millionths.
    pub tag_loss_per_million: u32,
    /// Time until the holder has put the document back, in microseconds.
    pub tag_return_micros: u64,
}

/// What the link has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LinkStatistics {
    /// Batches, each of which made the inspection system wait for the network once.
    pub waits: u64,
    /// Commands that reached the chip.
    pub commands: u64,
    /// Bytes of the commands sent.
    pub bytes_sent: u64,
    /// Bytes of the answers received.
    pub bytes_received: u64,
    /// Times the tag was lost.
    pub tags_lost: u64,
    /// Time that the network added, in nanoseconds; the chip's own time is not in it.
    pub network_nanos: u64,
}

impl LinkStatistics {
    /// Time that the network added.
    pub fn network_time(&self) -> Duration {
        Duration::from_nanos(self.network_nanos)
    }
}

/// A transport behind a network.
pub struct Link<T, C, R> {
    inner: T,
    clock: C,
    rng: R,
    profile: LinkProfile,
    statistics: LinkStatistics,
    /// Commands given to the link, also those of a lost tag.
    offered: u64,
}

impl<T: Transport, C: Clock, R: CryptoRng> Link<T, C, R> {
    /// Puts a network before `inner`. Chance comes from `rng`; the network's time is told to `clock`.
    pub fn new(inner: T, profile: LinkProfile, clock: C, rng: R) -> Link<T, C, R> {
        Link { inner, clock, rng, profile, statistics: LinkStatistics::default(), offered: 0 }
    }

    /// What the link has seen so far.
    pub fn statistics(&self) -> LinkStatistics {
        self.statistics
    }

    /// The transport behind the network.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// The transport behind the network.
    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    fn add_network_time(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.statistics.network_nanos = self.statistics.network_nanos.saturating_add(nanos);
        self.clock.advance(time);
    }

    fn time_for(&self, bytes: u64) -> Duration {
        let nanos = bytes.saturating_mul(1_000_000_000).checked_div(self.profile.bytes_per_second);
        Duration::from_nanos(nanos.unwrap_or(0))
    }

    /// An even draw from 0 to `most`, both included.
    fn draw(&mut self, most: u64) -> u64 {
        match most.checked_add(1) {
            // The bias is below 2^-40 for the small numbers used here.
            Some(count) => self.rng.next_u64() % count,
            None => self.rng.next_u64(),
        }
    }

    /// How many commands of a batch reach the chip before it is lost; `None` if it stays.
    fn commands_before_loss(&mut self, batch: &Batch) -> Option<usize> {
        for index in 0..batch.commands.len() {
            let number = self.offered.saturating_add(u64::try_from(index).unwrap_or(u64::MAX));
            let by_plan = self.profile.tag_lost_at.remove(&number);
            let chance = u64::from(self.profile.tag_loss_per_million);
            let by_chance = chance > 0 && self.draw(999_999) < chance;
            if by_plan || by_chance {
                return Some(index);
            }
        }
        None
    }

    fn bytes_with_framing<'a>(&self, apdus: impl Iterator<Item = &'a Vec<u8>>) -> u64 {
        apdus.fold(0u64, |sum, apdu| {
            let bytes = u64::try_from(apdu.len()).unwrap_or(u64::MAX);
            sum.saturating_add(bytes).saturating_add(self.profile.framing_bytes)
        })
    }
}

impl<T: Transport, C: Clock, R: CryptoRng> Transport for Link<T, C, R> {
    type Error = T::Error;

    fn play(&mut self, batch: &Batch) -> Result<Answers, T::Error> {
        let sent = self.bytes_with_framing(batch.commands.iter().map(|command| &command.apdu));
        let lost_after = self.commands_before_loss(batch);
        let mut answers = match lost_after {
            None => self.inner.play(batch)?,
            Some(count) => {
                let reached = Batch { commands: batch.commands.iter().take(count).cloned().collect() };
                self.inner.play(&reached)?
            }
        };
        if lost_after.is_some() && answers.ending == Ending::Complete {
            answers.ending = Ending::TagLost;
        }
        let answered = u64::try_from(answers.responses.len()).unwrap_or(u64::MAX);
        let lost = answers.ending == Ending::TagLost;
        self.offered = self.offered.saturating_add(answered).saturating_add(u64::from(lost));
        let received = self.bytes_with_framing(answers.responses.iter());

        let jitter = self.draw(self.profile.jitter_micros);
        let round_trip = Duration::from_micros(self.profile.round_trip_micros.saturating_add(jitter));
        self.add_network_time(
            round_trip.saturating_add(self.time_for(sent)).saturating_add(self.time_for(received)),
        );
        self.statistics.waits = self.statistics.waits.saturating_add(1);
        self.statistics.commands = self.statistics.commands.saturating_add(answered);
        self.statistics.bytes_sent = self.statistics.bytes_sent.saturating_add(sent);
        self.statistics.bytes_received = self.statistics.bytes_received.saturating_add(received);
        self.statistics.tags_lost = self.statistics.tags_lost.saturating_add(u64::from(lost));
        Ok(answers)
    }

    /// The document comes back after its time, and the news of it crosses the network once.
    fn await_tag(&mut self) -> Result<(), T::Error> {
        self.clock.advance(Duration::from_micros(self.profile.tag_return_micros));
        self.add_network_time(Duration::from_micros(self.profile.round_trip_micros));
        self.statistics.waits = self.statistics.waits.saturating_add(1);
        self.inner.await_tag()
    }
}
