//! What can be wrong with lines, and what is tolerated.
//!
//! `Display` names what was found, for the person who holds the document; `Debug` redacts it,
//! because `Debug` is what ends in logs.

use core::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::format::{Field, Format, Position};

/// Characters found in the lines. `Display` shows them, `Debug` does not.
#[derive(Clone, PartialEq, Eq)]
pub struct Found(Zeroizing<String>);

impl Found {
    pub(crate) fn of_char(found: char) -> Self {
        Self(Zeroizing::new(found.to_string()))
    }

    pub(crate) fn of_bytes(found: &[u8]) -> Self {
        Self(Zeroizing::new(found.iter().map(|byte| char::from(*byte)).collect()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// What would be right at a place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Expected {
    /// A letter A–Z or the filler.
    LetterOrFiller,
    /// A digit 0–9 or the filler.
    DigitOrFiller,
    /// A letter, a digit or the filler.
    LetterDigitOrFiller,
    /// F, M or the filler.
    Sex,
    /// P, V, A, C or I: the first letter of a document code of this layout.
    DocumentLetter(Format),
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LetterOrFiller => "a letter A to Z or <",
            Self::DigitOrFiller => "a digit or <",
            Self::LetterDigitOrFiller => "a letter A to Z, a digit or <",
            Self::Sex => "F, M or <",
            Self::DocumentLetter(Format::Td3) => "P",
            Self::DocumentLetter(Format::MrvA | Format::MrvB) => "V",
            Self::DocumentLetter(Format::Td1 | Format::Td2) => "A, C or I",
        })
    }
}

/// Why six characters are no date.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DateFault {
    /// A character that is neither digit nor, in a date of birth, filler.
    NotDigits,
    /// A month outside 01 to 12.
    Month,
    /// A day that the month does not have.
    Day,
    /// Not exactly six characters.
    Length,
}

impl fmt::Display for DateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDigits => "six digits YYMMDD are needed",
            Self::Month => "the month must be 01 to 12",
            Self::Day => "the month has no such day",
            Self::Length => "exactly six characters YYMMDD are needed",
        })
    }
}

/// Layouts that look like Doc 9303 and are not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ForeignLayout {
    /// The French identity card issued until 2021: two lines of 36, no chip.
    FrenchIdentityCard,
}

impl fmt::Display for ForeignLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FrenchIdentityCard => "the French identity card issued until 2021",
        })
    }
}

/// Why lines are refused.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum MrzError {
    /// More text than any zone has.
    #[error("{length} bytes of text; a machine readable zone needs at most {limit}")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// [`crate::MAX_INPUT_BYTES`].
        limit: usize,
    },
    /// No layout has lines of this number and these lengths.
    #[error(
        "lines of {lengths:?} characters; a passport has 44 and 44, an identity card 30, 30 and 30 or 36 and 36"
    )]
    LineLengths {
        /// The number of characters of each line.
        lengths: Vec<usize>,
    },
    /// The lines are not laid out as in Doc 9303.
    #[error("these are the lines of {layout}, which has no chip of this kind")]
    NotDoc9303 {
        /// The layout recognised.
        layout: ForeignLayout,
    },
    /// A character that the field cannot hold.
    #[error("{position} ({field}): found '{found}', expected {expected}")]
    Character {
        /// The field.
        field: Field,
        /// Where.
        position: Position,
        /// What is there.
        found: Found,
        /// What would be right.
        expected: Expected,
    },
    /// A check digit that does not fit its data.
    #[error("{position} ({field}): found '{found}', the data need '{right}'")]
    CheckDigit {
        /// Which check digit.
        field: Field,
        /// Where.
        position: Position,
        /// What is there.
        found: Found,
        /// The digit that fits the data as read.
        right: Found,
    },
    /// Characters that are no date.
    #[error("{position} ({field}): '{found}' is no date: {fault}")]
    Date {
        /// Which date.
        field: Field,
        /// Where.
        position: Position,
        /// What is there.
        found: Found,
        /// Why.
        fault: DateFault,
    },
    /// A mandatory field that holds only fillers.
    #[error("{position} ({field}): empty, but the field is mandatory")]
    Empty {
        /// Which field.
        field: Field,
        /// Where.
        position: Position,
    },
    /// A code that does not begin at the left of its field.
    #[error("{position} ({field}): '{found}' is no code of one to three letters")]
    Code {
        /// Which field.
        field: Field,
        /// Where.
        position: Position,
        /// What is there.
        found: Found,
    },
}

impl MrzError {
    /// The field at fault, if it is one field.
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::TooLong { .. } | Self::LineLengths { .. } | Self::NotDoc9303 { .. } => None,
            Self::Character { field, .. }
            | Self::CheckDigit { field, .. }
            | Self::Date { field, .. }
            | Self::Empty { field, .. }
            | Self::Code { field, .. } => Some(*field),
        }
    }

    /// Where the fault is, if it is in one place.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::TooLong { .. } | Self::LineLengths { .. } | Self::NotDoc9303 { .. } => None,
            Self::Character { position, .. }
            | Self::CheckDigit { position, .. }
            | Self::Date { position, .. }
            | Self::Empty { position, .. }
            | Self::Code { position, .. } => Some(*position),
        }
    }
}

/// A departure from Doc 9303 that is seen in real documents and tolerated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Deviation {
    /// A code of a state that Doc 9303-3 §5 does not list.
    UnknownState(Field),
    /// `X` where Doc 9303 prints the filler for an unspecified sex.
    SexX,
    /// Names that begin with two fillers.
    NoPrimaryIdentifier,
    /// A second pair of fillers within the names.
    SeveralDoubleFillers,
    /// `00` where Doc 9303 prints fillers for an unknown month or day of birth.
    ZeroForUnknown,
    /// A part of the date of birth of which only one character is unknown.
    HalfUnknownPart,
    /// A long document number whose check digit is not followed by a filler.
    UnterminatedLongNumber,
}
