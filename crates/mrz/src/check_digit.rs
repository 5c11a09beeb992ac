//! Check digits, modulus 10 with the weights 7, 3, 1 (Doc 9303-3 §4.9).
//!
//! They find most misreadings. They do not find a pair of errors that cancel, nor an exchange of
//! characters whose values differ by ten, and they prove nothing about who printed the lines.

use core::fmt;

use crate::error::Found;
use crate::format::{Field, Position};

const WEIGHTS: [u32; 3] = [7, 3, 1];

/// The value of a character: digits 0–9, letters 10–35, the filler 0.
pub(crate) const fn value(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some((byte - b'0') as u32),
        b'A'..=b'Z' => Some((byte - b'A') as u32 + 10),
        b'<' => Some(0),
        _ => None,
    }
}

/// The weight of the character at an index from 0.
pub(crate) const fn weight(index: usize) -> u32 {
    WEIGHTS[index % 3]
}

/// The check digit over bytes of the MRZ alphabet; characters outside of it count as fillers.
pub(crate) fn digit_over(bytes: impl IntoIterator<Item = u8>) -> u8 {
    let sum = bytes
        .into_iter()
        .enumerate()
        .fold(0, |sum, (index, byte)| (sum + value(byte).unwrap_or(0) * weight(index)) % 10);
    u8::try_from(sum).unwrap_or(0)
}

/// The check digit over text of the MRZ alphabet, as a character `0` to `9`.
///
/// `None` if the text holds anything but A–Z, 0–9 and the filler `<`.
pub fn check_digit(text: &str) -> Option<char> {
    text.bytes().all(|byte| value(byte).is_some()).then(|| char::from(b'0' + digit_over(text.bytes())))
}

/// One check digit of a zone: where it stands, what is there and what would be right.
#[derive(Clone, PartialEq, Eq)]
pub struct Check {
    pub(crate) digit_field: Field,
    pub(crate) position: Position,
    pub(crate) found: char,
    pub(crate) right: char,
    pub(crate) is_right: bool,
}

impl Check {
    /// Which check digit this is, such as [`Field::BirthDateDigit`].
    pub fn field(&self) -> Field {
        self.digit_field
    }

    /// Where the digit stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The character found there.
    pub fn found(&self) -> Found {
        Found::of_char(self.found)
    }

    /// The digit that fits the data. (For empty optional data a filler is right as well.)
    pub fn right(&self) -> Found {
        Found::of_char(self.right)
    }

    /// Whether the digit fits the data.
    pub fn is_right(&self) -> bool {
        self.is_right
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check")
            .field("field", &self.digit_field)
            .field("is_right", &self.is_right)
            .finish_non_exhaustive()
    }
}
