//! The access fields from lines that are damaged elsewhere.
//!
//! A chip opens with document number, date of birth and date of expiry. Misread names or optional
//! data, a wrong composite digit, even a lost name line must not keep it closed; what they say is
//! read from the chip afterwards. Only the three fields with their own check digits are needed.

use thiserror::Error;
use zeroize::Zeroizing;

use crate::access::AccessFields;
use crate::check_digit::digit_over;
use crate::date::{ExpiryDate, PartialDate};
use crate::document::DocumentClass;
use crate::error::{DateFault, Found, MrzError};
use crate::format::{Class, Field, Format, Position};
use crate::inspect::NumberSpan;
use crate::repair::force;
use crate::text::{self, Line};

/// Why damaged lines do not give the access fields.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum DamagedError {
    /// A fault in one of the three fields, or text that is too long.
    #[error(transparent)]
    Fault(#[from] MrzError),
    /// No line is long enough for the fields.
    #[error("no line holds the access fields; lines of {lengths:?} characters were found")]
    NoLine {
        /// The number of characters of each line.
        lengths: Vec<usize>,
    },
    /// The lines can be read in two ways.
    #[error("the access fields can be read in more than one way")]
    Ambiguous,
    /// A document that is refused before its chip is touched.
    #[error("this kind of document is not read: {0:?}")]
    Class(DocumentClass),
}

impl AccessFields {
    /// Finds the access fields in lines whose names, optional data or composite digit are damaged,
    /// or of which the name line is missing.
    ///
    /// A letter in a date or check digit is exchanged for the digit it looks like. A document number
    /// must fit as it was read: without the composite digit a guess would too often be wrong.
    ///
    /// # Errors
    /// [`DamagedError`]: the fields themselves are damaged, or the document is of a class that is
    /// not read.
    pub fn from_damaged_lines(text: &str) -> Result<Self, DamagedError> {
        let mut lines = Zeroizing::new(text::split(text)?);
        if lines.len() == 1
            && let Ok((_, cut)) = text::lay_out(lines.to_vec())
        {
            lines = Zeroizing::new(cut);
        }
        if let Some(class) = class_of(&lines).filter(|class| !class.is_passport_or_identity_card()) {
            return Err(DamagedError::Class(class));
        }
        let windows = Window::all(&lines);
        let mut fault = None;
        for with_repair in [false, true] {
            let mut found: Vec<Self> = Vec::new();
            // Backwards, so that the fault of the likeliest window, the first, is the one kept.
            for window in windows.iter().rev() {
                match window.read(&lines, with_repair) {
                    Ok(fields) if found.contains(&fields) => {}
                    Ok(fields) => found.push(fields),
                    Err(error) if !with_repair => fault = Some(error),
                    Err(_) => {}
                }
            }
            if found.len() > 1 {
                return Err(DamagedError::Ambiguous);
            }
            if let Some(fields) = found.pop() {
                return Ok(fields);
            }
        }
        Err(fault.map_or_else(
            || DamagedError::NoLine { lengths: lines.iter().map(Vec::len).collect() },
            DamagedError::Fault,
        ))
    }
}

/// The class that the document code names, as far as it can be read.
fn class_of(lines: &[Line]) -> Option<DocumentClass> {
    let first = lines.first()?;
    let code = first.get(..2)?;
    let format = match (lines.len(), code) {
        (3, _) => Format::Td1,
        (2, [b'V', _]) => Format::MrvA,
        (2, [b'P', _]) => Format::Td3,
        (2, _) if first.len() < 33 => Format::Td1,
        (2, _) => Format::Td2,
        _ => return None,
    };
    DocumentClass::of(format, code)
}

/// A place in the lines where the three fields may stand.
#[derive(Clone, Copy)]
struct Window {
    number_line: usize,
    number_start: usize,
    /// Start and length of the field in which a long number goes on.
    optional: Option<(usize, usize)>,
    date_line: usize,
    birth: usize,
    expiry: usize,
}

impl Window {
    /// All windows, the likeliest first: TD1 in three lines; else the lower line of the other
    /// layouts, which are alike up to the expiry.
    fn all(lines: &[Line]) -> Vec<Self> {
        let long_enough =
            |line: usize, length: usize| lines.get(line).is_some_and(|line| line.len() >= length);
        let td1 =
            (0..lines.len()).filter(|line| long_enough(*line, 15) && long_enough(line + 1, 15)).map(|line| {
                Self {
                    number_line: line,
                    number_start: 5,
                    optional: Some((15, 15)),
                    date_line: line + 1,
                    birth: 0,
                    expiry: 8,
                }
            });
        let others = (0..lines.len()).rev().filter(|line| long_enough(*line, 28)).map(|line| Self {
            number_line: line,
            number_start: 0,
            optional: lines.get(line).filter(|line| line.len() == 36).map(|_| (28, 7)),
            date_line: line,
            birth: 13,
            expiry: 21,
        });
        if lines.len() == 3 { td1.chain(others).collect() } else { others.chain(td1).collect() }
    }

    fn read(&self, lines: &[Line], with_repair: bool) -> Result<AccessFields, MrzError> {
        let mut number_row = Zeroizing::new(lines.get(self.number_line).cloned().unwrap_or_default());
        let mut date_row = Zeroizing::new(lines.get(self.date_line).cloned().unwrap_or_default());
        if with_repair {
            for start in [self.birth, self.expiry] {
                date_row.iter_mut().skip(start).take(7).for_each(|byte| force(Class::Digits, byte));
            }
            let digit = self.span(&number_row).digit;
            number_row.iter_mut().skip(digit).take(1).for_each(|byte| force(Class::Digits, byte));
        }
        let span = self.span(&number_row);
        let number: Zeroizing<Vec<u8>> = Zeroizing::new(span.bytes(&number_row).collect());
        let start = Position {
            line: self.number_line + 1,
            first: self.number_start + 1,
            last: self.number_start + 9,
        };
        if let Some(at) = number.iter().position(|byte| !Class::Any.allows(*byte)) {
            let column = span.columns().nth(at).unwrap_or(self.number_start);
            return Err(MrzError::Character {
                field: Field::DocumentNumber,
                position: Position::of_index(self.number_line, column),
                found: Found::of_bytes(number.get(at..=at).unwrap_or_default()),
                expected: crate::error::Expected::LetterDigitOrFiller,
            });
        }
        if number.iter().all(|byte| *byte == b'<') {
            return Err(MrzError::Empty { field: Field::DocumentNumber, position: start });
        }
        check(&number_row, self.number_line, span.digit, Field::DocumentNumberDigit, &number)?;
        let date = |start: usize, field, digit_field, fault_of: &dyn Fn(&[u8]) -> Option<DateFault>| {
            let bytes = date_row.get(start..start + 6).unwrap_or_default();
            let position = Position { line: self.date_line + 1, first: start + 1, last: start + 6 };
            if let Some(fault) = fault_of(bytes) {
                return Err(MrzError::Date { field, position, found: Found::of_bytes(bytes), fault });
            }
            check(&date_row, self.date_line, start + 6, digit_field, bytes)?;
            Ok(text_of(bytes))
        };
        let birth = date(self.birth, Field::BirthDate, Field::BirthDateDigit, &|bytes| {
            PartialDate::parse(bytes).err()
        })?;
        let expiry = date(self.expiry, Field::ExpiryDate, Field::ExpiryDateDigit, &|bytes| {
            ExpiryDate::parse(bytes).err()
        })?;
        Ok(Self::fields(&number, &birth, &expiry))
    }

    fn fields(number: &[u8], birth: &str, expiry: &str) -> AccessFields {
        AccessFields::of_printed(&text_of(number), birth, expiry)
    }

    fn span(&self, row: &[u8]) -> NumberSpan {
        NumberSpan::in_row(row, self.number_line, self.number_start, self.optional)
    }
}

fn check(row: &[u8], line: usize, column: usize, field: Field, data: &[u8]) -> Result<(), MrzError> {
    let found = row.get(column).copied().unwrap_or(b'<');
    let right = b'0' + digit_over(data.iter().copied());
    if found == right {
        return Ok(());
    }
    Err(MrzError::CheckDigit {
        field,
        position: Position::of_index(line, column),
        found: Found::of_bytes(&[found]),
        right: Found::of_bytes(&[right]),
    })
}

fn text_of(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(bytes.iter().map(|byte| char::from(*byte)).collect())
}
