//! A simulated chip in this process, at the other end of a link that can be slow and lose the document.

use std::collections::BTreeSet;
use std::time::Duration;

use emrtd::transport::{Answers, Batch, Transport, play_each};
use emrtd_sim::chip::{Chip, ChipConfig, ChipConfigError, Hostile, Timing};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::transport::{
    Clock, InProcess, Link, LinkProfile, LinkStatistics, NoTag, RealSleep, VirtualClock,
};

use super::TransportError;
use crate::context::{Context, Random};
use crate::progress::Gauge;

/// Adds up the time that chip and network take and, if so wished, lets it pass.
#[derive(Clone, Default)]
pub(crate) struct Time {
    total: VirtualClock,
    passes: bool,
}

impl Time {
    /// Time that is only added up, or time that passes as well.
    pub(crate) fn new(passes: bool) -> Time {
        Time { total: VirtualClock::new(), passes }
    }

    /// What chip and network have taken.
    pub(crate) fn total(&self) -> Duration {
        self.total.now()
    }
}

impl Clock for Time {
    fn advance(&mut self, by: Duration) {
        self.total.advance(by);
        if self.passes {
            RealSleep.advance(by);
        }
    }
}

/// What surrounds the chip.
#[derive(Clone, Default)]
pub(crate) struct Surroundings {
    /// Ill will of the chip.
    pub(crate) hostile: Option<Hostile>,
    /// How long the chip takes.
    pub(crate) timing: Timing,
    /// Round trip time of the link.
    pub(crate) round_trip: Duration,
    /// Commands, counted from 0, at which the document leaves the field once.
    pub(crate) tag_lost_at: BTreeSet<u64>,
    /// How long it stays away.
    pub(crate) tag_returns_after: Duration,
}

/// A simulated chip as a reader.
pub(crate) struct Simulated {
    link: Link<Watched, Time, Random>,
}

impl Simulated {
    /// Plays a specimen document.
    pub(crate) fn new(
        context: &Context,
        document: &SpecimenDocument,
        surroundings: Surroundings,
        time: &Time,
        gauge: Gauge,
    ) -> Result<Simulated, ChipConfigError> {
        let mut config = ChipConfig::try_from(document)?;
        config.behaviour.hostile = surroundings.hostile;
        config.behaviour.timing = surroundings.timing;
        let chip = Chip::new(config, context.random())?;
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let profile = LinkProfile {
            round_trip_micros: micros(surroundings.round_trip),
            tag_lost_at: surroundings.tag_lost_at,
            tag_return_micros: micros(surroundings.tag_returns_after),
            ..LinkProfile::default()
        };
        let inner = Watched { inner: InProcess::with_clock(chip, time.clone()), gauge };
        Ok(Simulated { link: Link::new(inner, profile, time.clone(), context.random()) })
    }

    /// What the link has seen.
    pub(crate) fn statistics(&self) -> LinkStatistics {
        self.link.statistics()
    }
}

impl Transport for Simulated {
    type Error = TransportError;

    fn play(&mut self, batch: &Batch) -> Result<Answers, TransportError> {
        self.link.play(batch).map_err(|NoTag| TransportError::NoDocument)
    }

    fn await_tag(&mut self) -> Result<(), TransportError> {
        self.link.await_tag().map_err(|NoTag| TransportError::NoDocument)
    }
}

/// The chip itself, with every answer told to the progress bar.
struct Watched {
    inner: InProcess<Time>,
    gauge: Gauge,
}

impl Transport for Watched {
    type Error = NoTag;

    fn play(&mut self, batch: &Batch) -> Result<Answers, NoTag> {
        play_each(batch, |apdu| {
            let answer = self.inner.transmit(apdu);
            if let Ok(answer) = &answer {
                self.gauge.answered(answer.len());
            }
            Ok(answer)
        })
    }

    fn await_tag(&mut self) -> Result<(), NoTag> {
        self.inner.await_tag()
    }
}
