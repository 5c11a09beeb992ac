//! The five layouts and where each field stands in them (Doc 9303-4 §4.2.2, 9303-5 §4.2.2,
//! 9303-6 §4.2.2, 9303-7 §4.2.2 and §5.2.2).

use core::fmt;

/// A layout of the machine readable zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Format {
    /// Card size, three lines of 30 characters (Doc 9303-5).
    Td1,
    /// Two lines of 36 characters (Doc 9303-6).
    Td2,
    /// Passport size, two lines of 44 characters (Doc 9303-4).
    Td3,
    /// Visa of format A, two lines of 44 characters (Doc 9303-7 §4).
    MrvA,
    /// Visa of format B, two lines of 36 characters (Doc 9303-7 §5).
    MrvB,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Td1, Self::Td2, Self::Td3, Self::MrvA, Self::MrvB];

    /// The number of lines.
    pub const fn line_count(self) -> usize {
        match self {
            Self::Td1 => 3,
            _ => 2,
        }
    }

    /// The number of characters of every line.
    pub const fn line_length(self) -> usize {
        match self {
            Self::Td1 => 30,
            Self::Td2 | Self::MrvB => 36,
            Self::Td3 | Self::MrvA => 44,
        }
    }

    /// Whether the layout is that of a visa.
    pub const fn is_visa(self) -> bool {
        matches!(self, Self::MrvA | Self::MrvB)
    }

    /// Where a field stands; `None` if the layout has no such field.
    ///
    /// A document number of more than nine characters also takes the beginning of
    /// [`Field::OptionalData`] in TD1 and TD2; the position given here is that of its first nine.
    pub fn position(self, field: Field) -> Option<Position> {
        self.slots().iter().find(|slot| slot.field == field).map(Slot::position)
    }

    pub(crate) const fn slots(self) -> &'static [Slot] {
        match self {
            Self::Td1 => &TD1,
            Self::Td2 => &TD2,
            Self::Td3 => &TD3,
            Self::MrvA => &MRV_A,
            Self::MrvB => &MRV_B,
        }
    }

    pub(crate) fn slot(self, field: Field) -> Option<&'static Slot> {
        self.slots().iter().find(|slot| slot.field == field)
    }

    /// The ranges covered by the composite check digit, in order; empty for visas.
    pub(crate) const fn composite_ranges(self) -> &'static [Range] {
        match self {
            Self::Td1 => &TD1_COMPOSITE,
            Self::Td2 => &TD2_COMPOSITE,
            Self::Td3 => &TD3_COMPOSITE,
            Self::MrvA | Self::MrvB => &[],
        }
    }

    /// Whether a document number may go on in the optional data (Doc 9303-5 §4.2.2 note j,
    /// 9303-6 §4.2.2 note j).
    pub(crate) const fn has_long_numbers(self) -> bool {
        matches!(self, Self::Td1 | Self::Td2)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Td1 => "TD1",
            Self::Td2 => "TD2",
            Self::Td3 => "TD3",
            Self::MrvA => "MRV-A",
            Self::MrvB => "MRV-B",
        })
    }
}

/// A data element of the machine readable zone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Field {
    /// The kind of document, one or two letters.
    DocumentCode,
    /// The issuing State or organization.
    IssuingState,
    /// Primary and secondary identifiers.
    Names,
    /// The document number.
    DocumentNumber,
    /// The check digit of the document number.
    DocumentNumberDigit,
    /// The nationality of the holder.
    Nationality,
    /// The date of birth.
    BirthDate,
    /// The check digit of the date of birth.
    BirthDateDigit,
    /// The sex of the holder.
    Sex,
    /// The date of expiry.
    ExpiryDate,
    /// The check digit of the date of expiry.
    ExpiryDateDigit,
    /// Optional data; in TD1 those of the upper line.
    OptionalData,
    /// The check digit of the optional data (TD3 only).
    OptionalDataDigit,
    /// Optional data of the middle line (TD1 only).
    SecondOptionalData,
    /// The composite check digit (not in visas).
    CompositeDigit,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DocumentCode => "document code",
            Self::IssuingState => "issuing state",
            Self::Names => "names",
            Self::DocumentNumber => "document number",
            Self::DocumentNumberDigit => "check digit of the document number",
            Self::Nationality => "nationality",
            Self::BirthDate => "date of birth",
            Self::BirthDateDigit => "check digit of the date of birth",
            Self::Sex => "sex",
            Self::ExpiryDate => "date of expiry",
            Self::ExpiryDateDigit => "check digit of the date of expiry",
            Self::OptionalData => "optional data",
            Self::OptionalDataDigit => "check digit of the optional data",
            Self::SecondOptionalData => "optional data of the middle line",
            Self::CompositeDigit => "composite check digit",
        })
    }
}

/// A place in the lines, counted from 1 as in the tables of Doc 9303; `last` is included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Position {
    /// The line, 1 to 3.
    pub line: usize,
    /// The first character position.
    pub first: usize,
    /// The last character position.
    pub last: usize,
}

impl Position {
    /// The place of one character, given by indexes from 0.
    pub(crate) const fn of_index(line: usize, column: usize) -> Self {
        Self { line: line + 1, first: column + 1, last: column + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "line {}, position {}", self.line, self.first)
        } else {
            write!(f, "line {}, positions {} to {}", self.line, self.first, self.last)
        }
    }
}

/// Which characters a field may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// A–Z and the filler.
    Letters,
    /// 0–9 and the filler.
    Digits,
    /// A–Z, 0–9 and the filler.
    Any,
    /// F, M, X and the filler.
    Sex,
}

impl Class {
    pub(crate) const fn allows(self, byte: u8) -> bool {
        match self {
            Self::Letters => matches!(byte, b'A'..=b'Z' | b'<'),
            Self::Digits => matches!(byte, b'0'..=b'9' | b'<'),
            Self::Any => matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'<'),
            Self::Sex => matches!(byte, b'F' | b'M' | b'X' | b'<'),
        }
    }
}

/// A run of characters, indexes from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(crate) line: usize,
    pub(crate) start: usize,
    pub(crate) length: usize,
}

const fn range(line: usize, start: usize, length: usize) -> Range {
    Range { line, start, length }
}

/// A field with its place and its characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) field: Field,
    pub(crate) line: usize,
    pub(crate) start: usize,
    pub(crate) length: usize,
    pub(crate) class: Class,
}

impl Slot {
    pub(crate) const fn position(&self) -> Position {
        Position { line: self.line + 1, first: self.start + 1, last: self.start + self.length }
    }
}

const fn slot(field: Field, line: usize, start: usize, length: usize, class: Class) -> Slot {
    Slot { field, line, start, length, class }
}

const TD1_COMPOSITE: [Range; 4] = [range(0, 5, 25), range(1, 0, 7), range(1, 8, 7), range(1, 18, 11)];
const TD2_COMPOSITE: [Range; 3] = [range(1, 0, 10), range(1, 13, 7), range(1, 21, 14)];
const TD3_COMPOSITE: [Range; 3] = [range(1, 0, 10), range(1, 13, 7), range(1, 21, 22)];

const TD1: [Slot; 14] = [
    slot(Field::DocumentCode, 0, 0, 2, Class::Letters),
    slot(Field::IssuingState, 0, 2, 3, Class::Letters),
    slot(Field::DocumentNumber, 0, 5, 9, Class::Any),
    slot(Field::DocumentNumberDigit, 0, 14, 1, Class::Digits),
    slot(Field::OptionalData, 0, 15, 15, Class::Any),
    slot(Field::BirthDate, 1, 0, 6, Class::Digits),
    slot(Field::BirthDateDigit, 1, 6, 1, Class::Digits),
    slot(Field::Sex, 1, 7, 1, Class::Sex),
    slot(Field::ExpiryDate, 1, 8, 6, Class::Digits),
    slot(Field::ExpiryDateDigit, 1, 14, 1, Class::Digits),
    slot(Field::Nationality, 1, 15, 3, Class::Letters),
    slot(Field::SecondOptionalData, 1, 18, 11, Class::Any),
    slot(Field::CompositeDigit, 1, 29, 1, Class::Digits),
    slot(Field::Names, 2, 0, 30, Class::Letters),
];

const TD2: [Slot; 13] = [
    slot(Field::DocumentCode, 0, 0, 2, Class::Letters),
    slot(Field::IssuingState, 0, 2, 3, Class::Letters),
    slot(Field::Names, 0, 5, 31, Class::Letters),
    slot(Field::DocumentNumber, 1, 0, 9, Class::Any),
    slot(Field::DocumentNumberDigit, 1, 9, 1, Class::Digits),
    slot(Field::Nationality, 1, 10, 3, Class::Letters),
    slot(Field::BirthDate, 1, 13, 6, Class::Digits),
    slot(Field::BirthDateDigit, 1, 19, 1, Class::Digits),
    slot(Field::Sex, 1, 20, 1, Class::Sex),
    slot(Field::ExpiryDate, 1, 21, 6, Class::Digits),
    slot(Field::ExpiryDateDigit, 1, 27, 1, Class::Digits),
    slot(Field::OptionalData, 1, 28, 7, Class::Any),
    slot(Field::CompositeDigit, 1, 35, 1, Class::Digits),
];

const TD3: [Slot; 14] = [
    slot(Field::DocumentCode, 0, 0, 2, Class::Letters),
    slot(Field::IssuingState, 0, 2, 3, Class::Letters),
    slot(Field::Names, 0, 5, 39, Class::Letters),
    slot(Field::DocumentNumber, 1, 0, 9, Class::Any),
    slot(Field::DocumentNumberDigit, 1, 9, 1, Class::Digits),
    slot(Field::Nationality, 1, 10, 3, Class::Letters),
    slot(Field::BirthDate, 1, 13, 6, Class::Digits),
    slot(Field::BirthDateDigit, 1, 19, 1, Class::Digits),
    slot(Field::Sex, 1, 20, 1, Class::Sex),
    slot(Field::ExpiryDate, 1, 21, 6, Class::Digits),
    slot(Field::ExpiryDateDigit, 1, 27, 1, Class::Digits),
    slot(Field::OptionalData, 1, 28, 14, Class::Any),
    slot(Field::OptionalDataDigit, 1, 42, 1, Class::Digits),
    slot(Field::CompositeDigit, 1, 43, 1, Class::Digits),
];

const MRV_A: [Slot; 12] = [
    slot(Field::DocumentCode, 0, 0, 2, Class::Letters),
    slot(Field::IssuingState, 0, 2, 3, Class::Letters),
    slot(Field::Names, 0, 5, 39, Class::Letters),
    slot(Field::DocumentNumber, 1, 0, 9, Class::Any),
    slot(Field::DocumentNumberDigit, 1, 9, 1, Class::Digits),
    slot(Field::Nationality, 1, 10, 3, Class::Letters),
    slot(Field::BirthDate, 1, 13, 6, Class::Digits),
    slot(Field::BirthDateDigit, 1, 19, 1, Class::Digits),
    slot(Field::Sex, 1, 20, 1, Class::Sex),
    slot(Field::ExpiryDate, 1, 21, 6, Class::Digits),
    slot(Field::ExpiryDateDigit, 1, 27, 1, Class::Digits),
    slot(Field::OptionalData, 1, 28, 16, Class::Any),
];

const MRV_B: [Slot; 12] = [
    slot(Field::DocumentCode, 0, 0, 2, Class::Letters),
    slot(Field::IssuingState, 0, 2, 3, Class::Letters),
    slot(Field::Names, 0, 5, 31, Class::Letters),
    slot(Field::DocumentNumber, 1, 0, 9, Class::Any),
    slot(Field::DocumentNumberDigit, 1, 9, 1, Class::Digits),
    slot(Field::Nationality, 1, 10, 3, Class::Letters),
    slot(Field::BirthDate, 1, 13, 6, Class::Digits),
    slot(Field::BirthDateDigit, 1, 19, 1, Class::Digits),
    slot(Field::Sex, 1, 20, 1, Class::Sex),
    slot(Field::ExpiryDate, 1, 21, 6, Class::Digits),
    slot(Field::ExpiryDateDigit, 1, 27, 1, Class::Digits),
    slot(Field::OptionalData, 1, 28, 8, Class::Any),
];
