//! Composes lines from fields, with check digits, transliteration and truncation
//! (Doc 9303-3 §4, 9303-4 to 9303-7 §4.2).

use thiserror::Error;
use zeroize::Zeroizing;

use crate::check_digit::digit_over;
use crate::error::MrzError;
use crate::format::{Field, Format};
use crate::inspect::{Inspection, bytes_of, composite_bytes};
use crate::text::Line;
use crate::transliterate::{Style, TransliterationError, transliterate_with};
use crate::truncate;
use crate::zone::{Mrz, Sex};

/// The check digit of empty optional data in TD3, which the issuer may choose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum EmptyOptionalDigit {
    /// The filler.
    #[default]
    Filler,
    /// Zero.
    Zero,
}

/// Why fields cannot be composed to lines.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The layout has no such field.
    #[error("{format} has no field for the {field}")]
    NoSuchField {
        /// The layout.
        format: Format,
        /// The field.
        field: Field,
    },
    /// More characters than the field has positions.
    #[error("the {field} has {length} characters; {format} has room for {room}")]
    TooLong {
        /// The layout.
        format: Format,
        /// The field.
        field: Field,
        /// Characters given.
        length: usize,
        /// Positions.
        room: usize,
    },
    /// A letter without transliteration.
    #[error("names: {0}")]
    Transliteration(#[from] TransliterationError),
    /// Names of so many one-letter components that no cut ends with a letter.
    #[error("the names cannot be cut to {room} positions as Doc 9303 wants it")]
    Names {
        /// Positions.
        room: usize,
    },
    /// A field holds something that the lines cannot have.
    #[error(transparent)]
    Refused(#[from] MrzError),
}

/// Composes a machine readable zone.
///
/// ```
/// # fn main() -> Result<(), mrz::BuildError> {
/// let mrz = mrz::MrzBuilder::new(mrz::Format::Td3)
///     .document_code("PP")
///     .issuing_state("UTO")
///     .nationality("UTO")
///     .names("Eriksson", "Anna Maria")
///     .document_number("L898902C3")
///     .birth_date("740812")
///     .sex(mrz::Sex::Female)
///     .expiry_date("340415")
///     .optional_data("ZE184226B")
///     .build()?;
/// assert_eq!(mrz.lines()[1], "L898902C36UTO7408122F3404159ZE184226B<<<<<16");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MrzBuilder {
    format: Format,
    code: Zeroizing<String>,
    state: Zeroizing<String>,
    nationality: Zeroizing<String>,
    primary: Zeroizing<String>,
    secondary: Zeroizing<String>,
    style: Style,
    number: Zeroizing<String>,
    birth: Zeroizing<String>,
    expiry: Zeroizing<String>,
    sex: Sex,
    optional: Zeroizing<String>,
    second_optional: Zeroizing<String>,
    empty_digit: EmptyOptionalDigit,
}

impl MrzBuilder {
    /// Begins a zone; the document code is `P`, `V` or `I` until another is given.
    pub fn new(format: Format) -> Self {
        let code = match format {
            Format::Td3 => "P",
            Format::MrvA | Format::MrvB => "V",
            Format::Td1 | Format::Td2 => "I",
        };
        let empty = || Zeroizing::new(String::new());
        Self {
            format,
            code: Zeroizing::new(code.to_owned()),
            state: empty(),
            nationality: empty(),
            primary: empty(),
            secondary: empty(),
            style: Style::default(),
            number: empty(),
            birth: empty(),
            expiry: empty(),
            sex: Sex::Unspecified,
            optional: empty(),
            second_optional: empty(),
            empty_digit: EmptyOptionalDigit::default(),
        }
    }

    /// The document code, one or two letters.
    #[must_use]
    pub fn document_code(mut self, code: &str) -> Self {
        self.code = raised(code);
        self
    }

    /// The issuing State or organization, one to three letters (`D`, `DNK`).
    #[must_use]
    pub fn issuing_state(mut self, code: &str) -> Self {
        self.state = raised(code);
        self
    }

    /// The nationality, one to three letters.
    #[must_use]
    pub fn nationality(mut self, code: &str) -> Self {
        self.nationality = raised(code);
        self
    }

    /// The names in national spelling; they are transliterated and, if too long, truncated.
    #[must_use]
    pub fn names(mut self, primary: &str, secondary: &str) -> Self {
        self.primary = Zeroizing::new(primary.to_owned());
        self.secondary = Zeroizing::new(secondary.to_owned());
        self
    }

    /// Which of the permitted transliterations is written.
    #[must_use]
    pub fn transliteration(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// The document number. TD1 has room for 22 characters and TD2 for 14, as far as the optional
    /// data leave it; other layouts for 9.
    #[must_use]
    pub fn document_number(mut self, number: &str) -> Self {
        self.number = raised(number.trim_end_matches('<'));
        self
    }

    /// The date of birth as `YYMMDD`, unknown parts as `<<`.
    #[must_use]
    pub fn birth_date(mut self, yymmdd: &str) -> Self {
        self.birth = raised(yymmdd);
        self
    }

    /// The date of expiry as `YYMMDD`.
    #[must_use]
    pub fn expiry_date(mut self, yymmdd: &str) -> Self {
        self.expiry = raised(yymmdd);
        self
    }

    /// The sex; unspecified if not given.
    #[must_use]
    pub fn sex(mut self, sex: Sex) -> Self {
        self.sex = sex;
        self
    }

    /// Optional data; in TD1 those of the upper line.
    #[must_use]
    pub fn optional_data(mut self, data: &str) -> Self {
        self.optional = raised(data.trim_end_matches('<'));
        self
    }

    /// Optional data of the middle line (TD1 only).
    #[must_use]
    pub fn second_optional_data(mut self, data: &str) -> Self {
        self.second_optional = raised(data.trim_end_matches('<'));
        self
    }

    /// The check digit of empty optional data (TD3 only).
    #[must_use]
    pub fn empty_optional_digit(mut self, digit: EmptyOptionalDigit) -> Self {
        self.empty_digit = digit;
        self
    }

    /// Composes the lines.
    ///
    /// # Errors
    /// [`BuildError`]: a field is missing, too long, or holds what the lines cannot have.
    pub fn build(&self) -> Result<Mrz, BuildError> {
        let blank = vec![b'<'; self.format.line_length()];
        let mut lines: Zeroizing<Vec<Line>> = Zeroizing::new(vec![blank; self.format.line_count()]);
        let (number, number_digit, optional) = self.number_and_optional();
        self.put(&mut lines, Field::DocumentCode, &self.code)?;
        self.put(&mut lines, Field::IssuingState, &self.state)?;
        self.put(&mut lines, Field::Nationality, &self.nationality)?;
        self.put(&mut lines, Field::Names, &self.name_field()?)?;
        self.put(&mut lines, Field::DocumentNumber, &number)?;
        self.put(&mut lines, Field::DocumentNumberDigit, &number_digit)?;
        self.put(&mut lines, Field::BirthDate, &self.birth)?;
        self.put(&mut lines, Field::BirthDateDigit, &digit_text(&self.birth))?;
        self.put(&mut lines, Field::ExpiryDate, &self.expiry)?;
        self.put(&mut lines, Field::ExpiryDateDigit, &digit_text(&self.expiry))?;
        self.put(&mut lines, Field::OptionalData, &optional)?;
        self.put(&mut lines, Field::SecondOptionalData, &self.second_optional)?;
        let sex = match self.sex {
            Sex::Female => "F",
            Sex::Male => "M",
            Sex::Unspecified => "",
        };
        self.put(&mut lines, Field::Sex, sex)?;
        if let Some(slot) = self.format.slot(Field::OptionalDataDigit) {
            let filler = self.optional.is_empty() && self.empty_digit == EmptyOptionalDigit::Filler;
            let data =
                self.format.slot(Field::OptionalData).map(|slot| bytes_of(&lines, slot)).unwrap_or_default();
            let digit = if filler { b'<' } else { b'0' + digit_over(data.iter().copied()) };
            set(&mut lines, slot.line, slot.start, digit);
        }
        if let Some(slot) = self.format.slot(Field::CompositeDigit) {
            let digit = b'0' + digit_over(composite_bytes(self.format, &lines));
            set(&mut lines, slot.line, slot.start, digit);
        }
        Ok(Mrz::accept(Inspection::of_lines(self.format, lines))?)
    }

    /// The nine characters of the number, its digit, and the optional data with the rest of a long
    /// number before them (Doc 9303-5 §4.2.2 note j).
    fn number_and_optional(&self) -> (Zeroizing<String>, Zeroizing<String>, Zeroizing<String>) {
        match self.number.split_at_checked(9) {
            Some((first, rest)) if !rest.is_empty() && self.format.has_long_numbers() => {
                let digit = digit_text(&self.number);
                (
                    Zeroizing::new(first.to_owned()),
                    Zeroizing::new(String::new()),
                    Zeroizing::new(format!("{rest}{}<{}", *digit, *self.optional)),
                )
            }
            _ => (self.number.clone(), digit_text(&self.number), self.optional.clone()),
        }
    }

    fn name_field(&self) -> Result<Zeroizing<String>, BuildError> {
        let primary = Zeroizing::new(transliterate_with(&self.primary, self.style)?);
        let secondary = Zeroizing::new(transliterate_with(&self.secondary, self.style)?);
        let room = self.format.slot(Field::Names).map_or(0, |slot| slot.length);
        truncate::fit(&primary, &secondary, room).map(Zeroizing::new).ok_or(BuildError::Names { room })
    }

    fn put(&self, lines: &mut [Line], field: Field, text: &str) -> Result<(), BuildError> {
        let Some(slot) = self.format.slot(field) else {
            return if text.is_empty() {
                Ok(())
            } else {
                Err(BuildError::NoSuchField { format: self.format, field })
            };
        };
        let length = text.chars().count();
        if length > slot.length {
            return Err(BuildError::TooLong { format: self.format, field, length, room: slot.length });
        }
        for (index, character) in text.chars().enumerate() {
            // What is no ASCII becomes a character that the inspection refuses, with its position.
            set(lines, slot.line, slot.start + index, u8::try_from(character).unwrap_or(b'?'));
        }
        Ok(())
    }
}

fn set(lines: &mut [Line], line: usize, column: usize, byte: u8) {
    if let Some(place) = lines.get_mut(line).and_then(|line| line.get_mut(column)) {
        *place = byte;
    }
}

fn raised(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_ascii_uppercase())
}

fn digit_text(data: &str) -> Zeroizing<String> {
    Zeroizing::new(char::from(b'0' + digit_over(data.bytes())).to_string())
}
