//! A machine readable zone whose check digits are all right.

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::access::AccessFields;
use crate::check_digit::Check;
use crate::date::{ExpiryDate, PartialDate};
use crate::document::DocumentClass;
use crate::error::{Deviation, Expected, Found, MrzError};
use crate::format::{Field, Format, Position};
use crate::inspect::{Inspection, NumberSpan, bytes_of, state_code};
use crate::names::Names;
use crate::repair::Change;
use crate::state::StateCode;
use crate::text::Line;

/// The sex of the holder (Doc 9303-4 §4.2.2.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sex {
    /// `F`.
    Female,
    /// `M`.
    Male,
    /// The filler (or `X`, see [`Deviation::SexX`]).
    Unspecified,
}

/// A machine readable zone: its lines and what they say.
///
/// Two zones are equal if their lines are.
#[derive(Clone)]
pub struct Mrz {
    format: Format,
    lines: Vec<String>,
    class: DocumentClass,
    issuing_state: StateCode,
    nationality: StateCode,
    number: Zeroizing<String>,
    access: AccessFields,
    birth_date: PartialDate,
    expiry_date: ExpiryDate,
    sex: Sex,
    names: Names,
    optional_data: Zeroizing<String>,
    checks: Vec<Check>,
    deviations: Vec<Deviation>,
    pub(crate) changes: Vec<Change>,
}

impl Mrz {
    /// Parses one to three lines separated by line breaks, or an unbroken zone as in DG1.
    ///
    /// Blank lines and blanks at line ends are ignored; small letters count as capitals.
    ///
    /// # Errors
    /// The first of the [faults](Inspection::faults): nothing is accepted with a wrong check digit,
    /// a character out of place, or a date that does not exist.
    pub fn parse(text: &str) -> Result<Self, MrzError> {
        Self::accept(Inspection::of(text)?)
    }

    pub(crate) fn accept(inspection: Inspection) -> Result<Self, MrzError> {
        let format = inspection.format();
        let (lines, checks, faults, deviations) = inspection.into_parts();
        if let Some(fault) = faults.into_iter().next() {
            return Err(fault);
        }
        let span = NumberSpan::of(format, &lines);
        let row = lines.get(span.line).map(Vec::as_slice).unwrap_or_default();
        let number: Zeroizing<String> = Zeroizing::new(span.bytes(row).map(char::from).collect());
        let optional = field_text(format, &lines, Field::OptionalData);
        // The rest of a long number and its digit are not optional data.
        let taken = span.rest.map_or(0, |(_, length)| length + 1);
        let birth = field_text(format, &lines, Field::BirthDate);
        let expiry = field_text(format, &lines, Field::ExpiryDate);
        let date_error = |field, text: &str, fault| MrzError::Date {
            field,
            position: position(format, field),
            found: Found::of_bytes(text.as_bytes()),
            fault,
        };
        let names = field_text(format, &lines, Field::Names);
        Ok(Self {
            format,
            class: DocumentClass::of(format, field_text(format, &lines, Field::DocumentCode).as_bytes())
                .ok_or_else(|| MrzError::Character {
                    field: Field::DocumentCode,
                    position: position(format, Field::DocumentCode),
                    found: Found::of_bytes(b""),
                    expected: Expected::DocumentLetter(format),
                })?,
            issuing_state: code(format, &lines, Field::IssuingState)?,
            nationality: code(format, &lines, Field::Nationality)?,
            access: AccessFields::of_printed(&number, &birth, &expiry),
            number: Zeroizing::new(number.trim_end_matches('<').to_owned()),
            birth_date: PartialDate::parse(birth.as_bytes())
                .map_err(|fault| date_error(Field::BirthDate, &birth, fault))?
                .0,
            expiry_date: ExpiryDate::parse(expiry.as_bytes())
                .map_err(|fault| date_error(Field::ExpiryDate, &expiry, fault))?,
            sex: match field_text(format, &lines, Field::Sex).as_str() {
                "F" => Sex::Female,
                "M" => Sex::Male,
                _ => Sex::Unspecified,
            },
            names: Names::of_field(&names).0,
            optional_data: Zeroizing::new(optional.get(taken..).unwrap_or_default().to_owned()),
            lines: lines.iter().map(|line| line.iter().map(|byte| char::from(*byte)).collect()).collect(),
            checks,
            deviations,
            changes: Vec::new(),
        })
    }

    /// The layout.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The lines in capitals, without blanks.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The document code without filler, such as `P`, `PP` or `ID`.
    pub fn document_code(&self) -> &str {
        self.field(Field::DocumentCode).trim_end_matches('<')
    }

    /// The kind of document.
    pub fn document_class(&self) -> DocumentClass {
        self.class
    }

    /// The issuing State or organization.
    pub fn issuing_state(&self) -> StateCode {
        self.issuing_state
    }

    /// The nationality of the holder.
    pub fn nationality(&self) -> StateCode {
        self.nationality
    }

    /// The whole document number without fillers at its end. A filler within stands for a blank or
    /// another special character.
    pub fn document_number(&self) -> &str {
        &self.number
    }

    /// The date of birth.
    pub fn birth_date(&self) -> PartialDate {
        self.birth_date
    }

    /// The date of expiry.
    pub fn expiry_date(&self) -> ExpiryDate {
        self.expiry_date
    }

    /// The sex.
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// The names.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The optional data (in TD1 of the upper line) without fillers at their end, and without the
    /// rest of a long document number.
    pub fn optional_data(&self) -> &str {
        // A filler ends the long number; it does not begin the data.
        let data = if self.number.len() > 9 {
            self.optional_data.strip_prefix('<').unwrap_or(&self.optional_data)
        } else {
            &self.optional_data
        };
        data.trim_end_matches('<')
    }

    /// The optional data of the middle line of TD1 without fillers at their end; empty in other
    /// layouts.
    pub fn second_optional_data(&self) -> &str {
        self.field(Field::SecondOptionalData).trim_end_matches('<')
    }

    /// The fields that open the chip.
    pub fn access_fields(&self) -> AccessFields {
        self.access.clone()
    }

    /// Every check digit of the zone; all are right.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Departures from Doc 9303 that were tolerated.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The characters that [`crate::repair`] changed; empty for lines parsed as they were.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// A field as printed, with fillers; empty if the layout has no such field.
    pub fn field(&self, field: Field) -> &str {
        self.format
            .slot(field)
            .and_then(|slot| self.lines.get(slot.line)?.get(slot.start..slot.start + slot.length))
            .unwrap_or_default()
    }

    /// The fields in which two zones differ, check digits left out; `None` if the layouts differ.
    ///
    /// For the comparison of the printed lines with DG1.
    pub fn differing_fields(&self, other: &Self) -> Option<Vec<Field>> {
        (self.format == other.format).then(|| {
            self.format
                .slots()
                .iter()
                .map(|slot| slot.field)
                .filter(|field| !is_check_digit(*field) && self.field(*field) != other.field(*field))
                .collect()
        })
    }
}

impl PartialEq for Mrz {
    fn eq(&self, other: &Self) -> bool {
        self.lines == other.lines
    }
}

impl Eq for Mrz {}

impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mrz")
            .field("format", &self.format)
            .field("class", &self.class)
            .field("deviations", &self.deviations)
            .field("lines", &format_args!("<redacted>"))
            .finish_non_exhaustive()
    }
}

impl Drop for Mrz {
    fn drop(&mut self) {
        self.lines.zeroize();
    }
}

fn is_check_digit(field: Field) -> bool {
    matches!(
        field,
        Field::DocumentNumberDigit
            | Field::BirthDateDigit
            | Field::ExpiryDateDigit
            | Field::OptionalDataDigit
            | Field::CompositeDigit
    )
}

fn position(format: Format, field: Field) -> Position {
    format.position(field).unwrap_or(Position { line: 1, first: 1, last: 1 })
}

fn field_text(format: Format, lines: &[Line], field: Field) -> Zeroizing<String> {
    let bytes = format.slot(field).map(|slot| bytes_of(lines, slot)).unwrap_or_default();
    Zeroizing::new(bytes.iter().map(|byte| char::from(*byte)).collect())
}

fn code(format: Format, lines: &[Line], field: Field) -> Result<StateCode, MrzError> {
    let text = field_text(format, lines, field);
    state_code(text.as_bytes()).ok_or_else(|| MrzError::Code {
        field,
        position: position(format, field),
        found: Found::of_bytes(text.as_bytes()),
    })
}
