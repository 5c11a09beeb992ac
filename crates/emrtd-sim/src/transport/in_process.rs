//! The shortest way: the chip is called in the same process.

use emrtd::transport::{Answers, Batch, TagLost, Transport, play_each};

use super::clock::{Clock, NoClock};
use crate::chip::Chip;

/// No document came to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no document lies on the reader")]
pub struct NoTag;

/// Plays batches to a chip in the same process.
pub struct InProcess<C = NoClock> {
    chip: Chip,
    clock: C,
}

impl InProcess {
    /// A way to this chip that tells no clock.
    pub fn new(chip: Chip) -> InProcess {
        InProcess { chip, clock: NoClock }
    }
}

impl<C: Clock> InProcess<C> {
    /// A way to this chip that tells `clock` how long the chip took.
    pub fn with_clock(chip: Chip, clock: C) -> InProcess<C> {
        InProcess { chip, clock }
    }

    /// The chip at the other end.
    pub fn chip(&self) -> &Chip {
        &self.chip
    }

    /// The chip at the other end, to take it away or look at its state.
    pub fn chip_mut(&mut self) -> &mut Chip {
        &mut self.chip
    }

    /// Gives the chip back.
    pub fn into_chip(self) -> Chip {
        self.chip
    }

    /// One command outside any batch.
    ///
    /// # Errors
    /// [`TagLost`] if the chip is gone.
    pub fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TagLost> {
        let answer = self.chip.exchange(apdu);
        self.clock.advance(self.chip.take_elapsed());
        answer.ok_or(TagLost)
    }
}

impl<C: Clock> Transport for InProcess<C> {
    type Error = NoTag;

    fn play(&mut self, batch: &Batch) -> Result<Answers, NoTag> {
        play_each(batch, |apdu| Ok(self.transmit(apdu)))
    }

    fn await_tag(&mut self) -> Result<(), NoTag> {
        self.chip.power_on();
        if self.chip.is_present() { Ok(()) } else { Err(NoTag) }
    }
}
