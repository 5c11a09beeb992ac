//! Reads whose terminal side is timed apart from the chip's.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::{Result, bail};
use emrtd::session::{Next, ReadOptions, Reading, Session, Step};
use emrtd::transport::{Answers, Batch, TagLost, Transport, play_each};
use emrtd_sim::chip::Chip;
use rand_core::CryptoRng;

/// A clock: the time since some moment of its own. Handed in by the program that measures.
pub type Clock = fn() -> Duration;

/// A chip in the same process that notes how long it was at work, asking the clock twice for a batch or a command.
pub struct TimedChip<'a> {
    chip: &'a mut Chip,
    clock: Clock,
    /// What the chip has taken so far.
    pub busy: Duration,
    /// Commands it was given.
    pub commands: usize,
}

impl<'a> TimedChip<'a> {
    /// Powers the chip up.
    pub fn new(chip: &'a mut Chip, clock: Clock) -> TimedChip<'a> {
        chip.power_on();
        TimedChip { chip, clock, busy: Duration::ZERO, commands: 0 }
    }

    /// One command.
    ///
    /// # Errors
    /// [`TagLost`], which no chip here does.
    pub fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TagLost> {
        let begun = (self.clock)();
        let answer = self.chip.exchange(apdu);
        self.busy += (self.clock)().saturating_sub(begun);
        self.commands += 1;
        answer.ok_or(TagLost)
    }
}

impl Transport for TimedChip<'_> {
    type Error = Infallible;

    fn play(&mut self, batch: &Batch) -> Result<Answers, Infallible> {
        let begun = (self.clock)();
        let answers = play_each(batch, |apdu| Ok(self.chip.exchange(apdu).ok_or(TagLost)));
        self.busy += (self.clock)().saturating_sub(begun);
        self.commands += batch.commands.len();
        answers
    }

    fn await_tag(&mut self) -> Result<(), Infallible> {
        self.chip.power_on();
        Ok(())
    }
}

/// How far a session is driven.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// The chip is open: Basic Access Control or PACE has succeeded.
    Open,
    /// Everything is read.
    Done,
}

/// Drives a session over a transport.
///
/// # Errors
/// The session's own, or that it was done before the chip was opened.
pub fn drive<T: Transport<Error = Infallible>>(
    options: ReadOptions,
    rng: impl CryptoRng,
    transport: &mut T,
    until: Until,
) -> Result<Option<Reading>> {
    let mut session = Session::new(options, rng);
    loop {
        match session.poll()? {
            Next::Play { batch, steps } => {
                let Ok(answers) = transport.play(&batch);
                session.answers(answers)?;
                let opening = |step: &Step| matches!(step, Step::PaceConfirm | Step::BacAuthenticate);
                if until == Until::Open && steps.iter().any(opening) {
                    return Ok(None);
                }
            }
            Next::PlaceAgain => bail!("the chip was lost"),
            Next::Done(_) if until == Until::Open => bail!("the chip is open to everybody"),
            Next::Done(reading) => return Ok(Some(*reading)),
        }
    }
}
