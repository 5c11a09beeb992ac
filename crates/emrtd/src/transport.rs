//! Batches of commands, and whoever plays them to a chip.
//!
//! A batch crosses the network once, however many commands it holds. The player (a phone, a desktop reader, the
//! simulator) knows nothing of what it plays: it sends the commands in order and stops at the first answer that the
//! batch did not foresee. What it returns is believed only as far as secure messaging vouches for it.

use crate::apdu::StatusWord;

/// A pattern of status words: those equal to `value` where `mask` has ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Accept {
    /// Bits that must match under the mask.
    pub value: u16,
    /// Bits that count.
    pub mask: u16,
}

impl Accept {
    /// Exactly one status word.
    pub const fn exactly(sw: StatusWord) -> Accept {
        Accept { value: sw.0, mask: 0xFFFF }
    }

    /// Every status word with this first byte.
    pub const fn class(sw1: u8) -> Accept {
        Accept { value: (sw1 as u16) << 8, mask: 0xFF00 }
    }

    /// Whether `sw` is among them.
    pub const fn matches(self, sw: StatusWord) -> bool {
        sw.0 & self.mask == self.value
    }
}

/// One command of a batch.
#[derive(Clone, PartialEq, Eq)]
pub struct BatchCommand {
    /// The command APDU as transmitted.
    pub apdu: Vec<u8>,
    /// Status words after which the player goes on.
    pub accept: Vec<Accept>,
}

/// Commands that travel together.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// In the order of play.
    pub commands: Vec<BatchCommand>,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch of {}", self.commands.len())
    }
}

/// How the play of a batch ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Every command was answered with an accepted status word.
    Complete,
    /// The last answer returned carried another status word, or was shorter than two bytes.
    Stopped,
    /// The chip left the field; commands after the last answer may or may not have reached it.
    TagLost,
}

/// The answers to a batch, one for each command that was played.
#[derive(Clone, PartialEq, Eq)]
pub struct Answers {
    /// Response APDUs as received.
    pub responses: Vec<Vec<u8>>,
    /// Why there are no more.
    pub ending: Ending,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} answers, {:?}", self.responses.len(), self.ending)
    }
}

/// The tag left the field while a command was under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the document left the reader")]
pub struct TagLost;

/// Something that plays batches to a chip.
pub trait Transport {
    /// What can go wrong beyond the loss of the tag: the reader, the connection.
    type Error;

    /// Plays one batch.
    ///
    /// # Errors
    /// The transport itself failed; the loss of the tag is an [`Ending`], not an error.
    fn play(&mut self, batch: &Batch) -> Result<Answers, Self::Error>;

    /// Waits until a document lies on the reader again, powered up afresh.
    ///
    /// # Errors
    /// None came within the transport's patience, or the transport failed.
    fn await_tag(&mut self) -> Result<(), Self::Error>;
}

/// Plays a batch through `transmit`: the whole intelligence of a player.
///
/// # Errors
/// Whatever `transmit` fails with, other than the loss of the tag.
pub fn play_each<E>(
    batch: &Batch,
    mut transmit: impl FnMut(&[u8]) -> Result<Result<Vec<u8>, TagLost>, E>,
) -> Result<Answers, E> {
    let mut responses = Vec::with_capacity(batch.commands.len());
    for command in &batch.commands {
        let Ok(answer) = transmit(&command.apdu)? else {
            return Ok(Answers { responses, ending: Ending::TagLost });
        };
        let sw = match answer.as_slice() {
            [.., sw1, sw2] => Some(StatusWord(u16::from_be_bytes([*sw1, *sw2]))),
            _ => None,
        };
        responses.push(answer);
        if !sw.is_some_and(|sw| command.accept.iter().any(|accept| accept.matches(sw))) {
            return Ok(Answers { responses, ending: Ending::Stopped });
        }
    }
    Ok(Answers { responses, ending: Ending::Complete })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn batch(count: u8) -> Batch {
        let accept = vec![Accept::exactly(StatusWord::OK), Accept::class(0x61)];
        Batch {
            commands: (0..count).map(|n| BatchCommand { apdu: vec![n], accept: accept.clone() }).collect(),
        }
    }

    fn play(answers: &[&[u8]]) -> Answers {
        let mut left = answers.iter();
        play_each::<Infallible>(&batch(3), |_| Ok(left.next().map(|answer| answer.to_vec()).ok_or(TagLost)))
            .unwrap()
    }

    #[test]
    fn accepted_answers_lead_to_the_end() {
        let answers = play(&[&[0x90, 0], &[0x61, 5], &[1, 0x90, 0]]);
        assert_eq!((answers.responses.len(), answers.ending), (3, Ending::Complete));
    }

    #[test]
    fn an_unforeseen_status_word_stops_the_play() {
        let answers = play(&[&[0x90, 0], &[0x6A, 0x82], &[0x90, 0]]);
        assert_eq!((answers.responses.len(), answers.ending), (2, Ending::Stopped));
    }

    #[test]
    fn an_answer_below_two_bytes_stops_the_play() {
        let answers = play(&[&[0x90], &[0x90, 0]]);
        assert_eq!((answers.responses.len(), answers.ending), (1, Ending::Stopped));
    }

    #[test]
    fn the_loss_of_the_tag_keeps_what_came_before() {
        let answers = play(&[&[0x90, 0]]);
        assert_eq!((answers.responses.len(), answers.ending), (1, Ending::TagLost));
    }
}
