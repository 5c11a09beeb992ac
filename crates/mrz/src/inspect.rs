//! Everything that is right and wrong in lines, field by field.
//!
//! [`crate::Mrz::parse`] accepts lines only if nothing here is at fault.

use core::fmt;

use zeroize::Zeroizing;

use crate::check_digit::{Check, digit_over};
use crate::date::{ExpiryDate, PartialDate};
use crate::document::DocumentClass;
use crate::error::{Deviation, Expected, ForeignLayout, Found, MrzError};
use crate::format::{Class, Field, Format, Position, Slot};
use crate::names::Names;
use crate::state::StateCode;
use crate::text::{self, Line};

/// Lines laid out, with the verdict on every check digit and all faults.
pub struct Inspection {
    format: Format,
    pub(crate) lines: Zeroizing<Vec<Line>>,
    checks: Vec<Check>,
    faults: Vec<MrzError>,
    deviations: Vec<Deviation>,
}

impl Inspection {
    /// Lays out one to three lines (or an unbroken zone, as in DG1) and examines every field.
    ///
    /// Blank lines and blanks at line ends are ignored; small letters count as capitals.
    ///
    /// # Errors
    /// [`MrzError::TooLong`], [`MrzError::LineLengths`] or [`MrzError::NotDoc9303`], if there are no
    /// fields to examine. All other faults are in [`Self::faults`].
    pub fn of(text: &str) -> Result<Self, MrzError> {
        let (format, lines) = text::lay_out(text::split(text)?)?;
        let inspection = Self::of_lines(format, Zeroizing::new(lines));
        match inspection.foreign_layout() {
            Some(layout) => Err(MrzError::NotDoc9303 { layout }),
            None => Ok(inspection),
        }
    }

    pub(crate) fn of_lines(format: Format, lines: Zeroizing<Vec<Line>>) -> Self {
        let mut inspection =
            Self { format, lines, checks: Vec::new(), faults: Vec::new(), deviations: Vec::new() };
        inspection.examine_characters();
        inspection.examine_codes();
        inspection.examine_checks();
        inspection.examine_dates();
        inspection
    }

    /// The layout.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Every check digit with its verdict: document number, birth, expiry, optional data (TD3),
    /// composite (not in visas).
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Everything that is wrong, gravest first; empty if the lines are acceptable.
    pub fn faults(&self) -> &[MrzError] {
        &self.faults
    }

    /// Departures from Doc 9303 that are tolerated.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// A field as read, with fillers; empty if the layout has no such field.
    pub fn field(&self, field: Field) -> Found {
        Found::of_bytes(self.format.slot(field).map(|slot| bytes_of(&self.lines, slot)).unwrap_or_default())
    }

    pub(crate) fn into_parts(self) -> (Zeroizing<Vec<Line>>, Vec<Check>, Vec<MrzError>, Vec<Deviation>) {
        (self.lines, self.checks, self.faults, self.deviations)
    }

    fn examine_characters(&mut self) {
        for slot in self.format.slots() {
            let bytes = bytes_of(&self.lines, slot);
            for (index, byte) in bytes.iter().enumerate() {
                if !slot.class.allows(*byte) {
                    self.faults.push(MrzError::Character {
                        field: slot.field,
                        position: Position::of_index(slot.line, slot.start + index),
                        found: Found::of_bytes(&[*byte]),
                        expected: match slot.class {
                            Class::Letters => Expected::LetterOrFiller,
                            Class::Digits => Expected::DigitOrFiller,
                            Class::Any => Expected::LetterDigitOrFiller,
                            Class::Sex => Expected::Sex,
                        },
                    });
                }
            }
            let is_mandatory = matches!(slot.field, Field::DocumentNumber | Field::Names);
            if is_mandatory && bytes.iter().all(|byte| *byte == b'<') {
                self.faults.push(MrzError::Empty { field: slot.field, position: slot.position() });
            }
            match slot.field {
                Field::Names => {
                    let field: Zeroizing<String> =
                        Zeroizing::new(bytes.iter().map(|b| char::from(*b)).collect());
                    self.deviations.extend(Names::of_field(&field).1);
                }
                Field::Sex if bytes == b"X" => self.deviations.push(Deviation::SexX),
                _ => {}
            }
        }
    }

    fn examine_codes(&mut self) {
        for slot in self.format.slots() {
            let bytes = bytes_of(&self.lines, slot);
            match slot.field {
                Field::DocumentCode
                    if DocumentClass::of(self.format, bytes).is_none()
                        && bytes.iter().all(|byte| slot.class.allows(*byte)) =>
                {
                    self.faults.push(MrzError::Character {
                        field: slot.field,
                        position: Position::of_index(slot.line, slot.start),
                        found: Found::of_bytes(bytes.get(..1).unwrap_or_default()),
                        expected: Expected::DocumentLetter(self.format),
                    });
                }
                Field::IssuingState | Field::Nationality => match state_code(bytes) {
                    Some(code) if code.is_known() => {}
                    Some(_) => self.deviations.push(Deviation::UnknownState(slot.field)),
                    None if bytes.iter().all(|byte| slot.class.allows(*byte)) => {
                        self.faults.push(MrzError::Code {
                            field: slot.field,
                            position: slot.position(),
                            found: Found::of_bytes(bytes),
                        });
                    }
                    None => {}
                },
                _ => {}
            }
        }
    }

    fn examine_checks(&mut self) {
        let number = NumberSpan::of(self.format, &self.lines);
        if number.is_long() && !number.terminated {
            self.deviations.push(Deviation::UnterminatedLongNumber);
        }
        let mut checks = vec![number.check(&self.lines)];
        for (data, digit) in [
            (Field::BirthDate, Field::BirthDateDigit),
            (Field::ExpiryDate, Field::ExpiryDateDigit),
            (Field::OptionalData, Field::OptionalDataDigit),
        ] {
            if let (Some(data), Some(digit)) = (self.format.slot(data), self.format.slot(digit)) {
                checks.push(simple_check(&self.lines, data, digit));
            }
        }
        if let Some(digit) = self.format.slot(Field::CompositeDigit) {
            let right = digit_over(composite_bytes(self.format, &self.lines));
            checks.push(check_at(&self.lines, Field::CompositeDigit, digit.line, digit.start, right));
        }
        for check in &checks {
            // A character that can be no digit has its own fault already.
            if !check.is_right && (check.found.is_ascii_digit() || check.found == '<' || number.is_long()) {
                self.faults.push(MrzError::CheckDigit {
                    field: check.digit_field,
                    position: check.position,
                    found: check.found(),
                    right: check.right(),
                });
            }
        }
        self.checks = checks;
    }

    fn examine_dates(&mut self) {
        for slot in self.format.slots() {
            let bytes = bytes_of(&self.lines, slot);
            let outcome = match slot.field {
                Field::BirthDate => PartialDate::parse(bytes).map(|(_, deviations)| deviations),
                Field::ExpiryDate => ExpiryDate::parse(bytes).map(|_| Vec::new()),
                _ => continue,
            };
            match outcome {
                Ok(deviations) => self.deviations.extend(deviations),
                Err(fault) => self.faults.push(MrzError::Date {
                    field: slot.field,
                    position: slot.position(),
                    found: Found::of_bytes(bytes),
                    fault,
                }),
            }
        }
    }

    /// The old French identity card has two lines of 36 as TD2 has, with other fields: its number
    /// stands in positions 1 to 12 of the lower line, with the check digit in position 13.
    pub(crate) fn foreign_layout(&self) -> Option<ForeignLayout> {
        let (upper, lower) = (self.lines.first()?, self.lines.get(1)?);
        let is_french = self.format == Format::Td2
            && !self.faults.is_empty()
            && upper.starts_with(b"IDFRA")
            && lower.get(12).copied() == Some(b'0' + digit_over(lower.iter().take(12).copied()));
        is_french.then_some(ForeignLayout::FrenchIdentityCard)
    }
}

impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspection")
            .field("format", &self.format)
            .field("checks", &self.checks)
            .field("faults", &self.faults)
            .field("deviations", &self.deviations)
            .finish_non_exhaustive()
    }
}

/// The bytes of a field; empty if the lines are too short for it.
pub(crate) fn bytes_of<'a>(lines: &'a [Line], slot: &Slot) -> &'a [u8] {
    lines.get(slot.line).and_then(|line| line.get(slot.start..slot.start + slot.length)).unwrap_or_default()
}

pub(crate) fn state_code(bytes: &[u8]) -> Option<StateCode> {
    StateCode::new(core::str::from_utf8(bytes).ok()?)
}

/// The characters under the composite check digit.
pub(crate) fn composite_bytes(format: Format, lines: &[Line]) -> impl Iterator<Item = u8> + '_ {
    format.composite_ranges().iter().flat_map(|range| {
        lines
            .get(range.line)
            .and_then(|line| line.get(range.start..range.start + range.length))
            .unwrap_or_default()
            .iter()
            .copied()
    })
}

fn simple_check(lines: &[Line], data: &Slot, digit: &Slot) -> Check {
    let bytes = bytes_of(lines, data);
    let mut check = check_at(lines, digit.field, digit.line, digit.start, digit_over(bytes.iter().copied()));
    // Doc 9303-4 §4.2.2.2: over an empty personal number the digit may be a filler.
    if data.field == Field::OptionalData && check.found == '<' && bytes.iter().all(|byte| *byte == b'<') {
        check.is_right = true;
    }
    check
}

fn check_at(lines: &[Line], field: Field, line: usize, column: usize, right: u8) -> Check {
    let found = lines.get(line).and_then(|line| line.get(column)).map_or('<', |byte| char::from(*byte));
    let right = char::from(b'0' + right);
    Check {
        digit_field: field,
        position: Position::of_index(line, column),
        found,
        right,
        is_right: found == right,
    }
}

/// Where the document number and its check digit stand. In TD1 and TD2 a number of more than nine
/// characters has a filler for its digit and goes on in the optional data, followed by the digit and
/// a filler (Doc 9303-5 §4.2.2 note j and §4.2.4).
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberSpan {
    pub(crate) line: usize,
    pub(crate) start: usize,
    /// Where the rest of a long number begins, and how many characters it has.
    pub(crate) rest: Option<(usize, usize)>,
    pub(crate) digit: usize,
    pub(crate) terminated: bool,
}

impl NumberSpan {
    pub(crate) fn of(format: Format, lines: &[Line]) -> Self {
        let (line, start) = if format == Format::Td1 { (0, 5) } else { (1, 0) };
        let optional = if format == Format::Td1 { (15, 15) } else { (28, 7) };
        let row = lines.get(line).map(Vec::as_slice).unwrap_or_default();
        Self::in_row(row, line, start, format.has_long_numbers().then_some(optional))
    }

    /// Finds the number in a row that may be damaged; `optional` is start and length of the field in
    /// which a long number goes on.
    pub(crate) fn in_row(row: &[u8], line: usize, start: usize, optional: Option<(usize, usize)>) -> Self {
        let short = Self { line, start, rest: None, digit: start + 9, terminated: true };
        let Some((from, length)) = optional else { return short };
        let is_full = row.get(start + 8).is_some_and(|byte| *byte != b'<');
        if !is_full || row.get(start + 9) != Some(&b'<') {
            return short;
        }
        let optional = row.get(from..row.len().min(from + length)).unwrap_or_default();
        let run = optional.iter().position(|byte| *byte == b'<');
        let length = run.unwrap_or(optional.len());
        if length < 2 {
            return short;
        }
        Self {
            line,
            start,
            rest: Some((from, length - 1)),
            digit: from + length - 1,
            terminated: run.is_some(),
        }
    }

    pub(crate) fn is_long(&self) -> bool {
        self.rest.is_some()
    }

    /// The number with the fillers that belong to it.
    pub(crate) fn bytes<'a>(&self, row: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
        let first = row.get(self.start..self.start + 9).unwrap_or_default();
        let rest = self.rest.and_then(|(from, length)| row.get(from..from + length)).unwrap_or_default();
        first.iter().chain(rest).copied()
    }

    /// The columns of the number.
    pub(crate) fn columns(&self) -> impl Iterator<Item = usize> + use<> {
        let (from, length) = self.rest.unwrap_or((0, 0));
        (self.start..self.start + 9).chain(from..from + length)
    }

    fn check(&self, lines: &[Line]) -> Check {
        let row = lines.get(self.line).map(Vec::as_slice).unwrap_or_default();
        check_at(lines, Field::DocumentNumberDigit, self.line, self.digit, digit_over(self.bytes(row)))
    }
}
