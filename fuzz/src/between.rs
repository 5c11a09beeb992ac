//! Someone between a session and a chip: changes commands and answers, swallows, repeats and replays them, and takes the
//! document away.

use std::convert::Infallible;

use emrtd::transport::{Answers, Batch, TagLost, play_each};
use emrtd_sim::chip::Chip;

use crate::input::Input;

/// Most changes taken from one input.
const MOST_CHANGES: usize = 16;
/// Most answers remembered for replay.
const MOST_ANSWERS: usize = 512;

/// Plays a batch to something that cannot fail but by the loss of the tag.
pub fn play(batch: &Batch, mut transmit: impl FnMut(&[u8]) -> Result<Vec<u8>, TagLost>) -> Answers {
    match play_each(batch, |apdu| Ok::<_, Infallible>(transmit(apdu))) {
        Ok(answers) => answers,
        Err(never) => match never {},
    }
}

/// What is done to one exchange.
#[derive(Debug, Clone, Copy)]
enum Change<'a> {
    Flip { at: u16, with: u8 },
    Cut { at: u16 },
    Append(&'a [u8]),
    Status(u16),
    Replay { answer: u16 },
    Replace(&'a [u8]),
    LostBefore,
    LostAfter,
    Swallow { status: u16 },
    Twice,
    FlipCommand { at: u16, with: u8 },
    OtherCommand(&'a [u8]),
}

impl<'a> Change<'a> {
    fn draw(input: &mut Input<'a>) -> Self {
        match input.byte() % 12 {
            0 => Self::Flip { at: input.word(), with: input.byte() },
            1 => Self::Cut { at: input.word() },
            2 => Self::Append(input.chunk()),
            3 => Self::Status(input.word()),
            4 => Self::Replay { answer: input.word() },
            5 => Self::Replace(input.chunk()),
            6 => Self::LostBefore,
            7 => Self::LostAfter,
            8 => Self::Swallow { status: input.word() },
            9 => Self::Twice,
            10 => Self::FlipCommand { at: input.word(), with: input.byte() },
            _ => Self::OtherCommand(input.chunk()),
        }
    }
}

/// Someone between session and chip.
#[derive(Debug)]
pub struct Between<'a> {
    chip: Chip,
    changes: Vec<(usize, Change<'a>)>,
    exchanges: usize,
    answers: Vec<Vec<u8>>,
    has_tampered: bool,
}

impl<'a> Between<'a> {
    /// Changes drawn from `input`, each some exchanges after the one before.
    pub fn new(chip: Chip, mut input: Input<'a>) -> Self {
        let mut changes = Vec::new();
        let mut at = 0;
        while !input.is_empty() && changes.len() < MOST_CHANGES {
            at += usize::from(input.byte() % 64);
            changes.push((at, Change::draw(&mut input)));
        }
        Self { chip, changes, exchanges: 0, answers: Vec::new(), has_tampered: false }
    }

    /// Plays a batch, with the changes that are due.
    pub fn play(&mut self, batch: &Batch) -> Answers {
        play(batch, |apdu| self.exchange(apdu))
    }

    /// Lays the document down again; whether the chip came back.
    pub fn place_again(&mut self) -> bool {
        self.chip.power_on();
        self.chip.is_present()
    }

    /// Whether any change took place so far.
    pub fn has_tampered(&self) -> bool {
        self.has_tampered
    }

    /// All answers as the session got them, at most 512.
    pub fn into_answers(self) -> Vec<Vec<u8>> {
        self.answers
    }

    fn exchange(&mut self, apdu: &[u8]) -> Result<Vec<u8>, TagLost> {
        let now = self.exchanges;
        self.exchanges += 1;
        let changes: Vec<Change<'a>> =
            self.changes.iter().filter(|(at, _)| *at == now).map(|(_, change)| *change).collect();
        self.has_tampered |= !changes.is_empty();
        let mut answer = self.deliver(apdu, &changes)?;
        for change in changes {
            self.change_answer(&mut answer, change);
        }
        if self.answers.len() < MOST_ANSWERS {
            self.answers.push(answer.clone());
        }
        Ok(answer)
    }

    /// Gives the command, or what becomes of it, to the chip.
    fn deliver(&mut self, apdu: &[u8], changes: &[Change<'a>]) -> Result<Vec<u8>, TagLost> {
        let mut command = apdu.to_vec();
        let mut times = 1;
        for change in changes {
            match *change {
                Change::LostBefore => {
                    self.chip.remove();
                    return Err(TagLost);
                }
                Change::Swallow { status } => return Ok(status.to_be_bytes().to_vec()),
                Change::Twice => times = 2,
                Change::FlipCommand { at, with } => flip(&mut command, at, with),
                Change::OtherCommand(other) => command = other.to_vec(),
                _ => {}
            }
        }
        let mut answer = None;
        for _ in 0..times {
            answer = self.chip.exchange(&command);
        }
        if changes.iter().any(|change| matches!(change, Change::LostAfter)) {
            self.chip.remove();
            return Err(TagLost);
        }
        answer.ok_or(TagLost)
    }

    fn change_answer(&self, answer: &mut Vec<u8>, change: Change<'_>) {
        match change {
            Change::Flip { at, with } => flip(answer, at, with),
            Change::Cut { at } => answer.truncate(usize::from(at) % (answer.len() + 1)),
            Change::Append(more) => answer.extend_from_slice(more),
            Change::Status(status) => {
                answer.truncate(answer.len().saturating_sub(2));
                answer.extend(status.to_be_bytes());
            }
            Change::Replay { answer: number } => {
                if let Some(before) = usize::from(number)
                    .checked_rem(self.answers.len())
                    .and_then(|index| self.answers.get(index))
                {
                    answer.clone_from(before);
                }
            }
            Change::Replace(other) => *answer = other.to_vec(),
            _ => {}
        }
    }
}

fn flip(bytes: &mut [u8], at: u16, with: u8) {
    let length = bytes.len();
    if let Some(byte) = usize::from(at).checked_rem(length).and_then(|at| bytes.get_mut(at)) {
        *byte ^= with;
    }
}
