//! The three fields from which the keys of BAC and PACE are derived (Doc 9303-11 §4.3.2 and §9.7.2).
//!
//! They are a password of little entropy, printed in plain sight: whoever has seen the document can
//! open the chip. Here they are kept only as long as needed and never shown by `Debug`.

use core::fmt;

use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::check_digit::digit_over;
use crate::date::{ExpiryDate, PartialDate};
use crate::error::DateFault;

/// The longest document number: nine characters and thirteen in the optional data of TD1.
const LONGEST_NUMBER: usize = 22;

/// Document number, date of birth and date of expiry as printed; the check digits follow from them.
///
/// Compared in constant time, but for the length of the number.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct AccessFields {
    number: String,
    birth: String,
    expiry: String,
}

/// Why typed fields cannot be those of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum AccessFieldsError {
    /// No document number.
    #[error("the document number is empty")]
    EmptyNumber,
    /// A document number that no layout holds.
    #[error("the document number has {length} characters; at most {LONGEST_NUMBER} are possible")]
    LongNumber {
        /// Characters given.
        length: usize,
    },
    /// A character that no document number has.
    #[error("character {position} of the document number is neither a letter A to Z nor a digit")]
    NumberCharacter {
        /// Counted from 1.
        position: usize,
    },
    /// No date of birth.
    #[error("the date of birth is no date: {0}")]
    BirthDate(DateFault),
    /// No date of expiry.
    #[error("the date of expiry is no date: {0}")]
    ExpiryDate(DateFault),
}

impl AccessFields {
    /// Takes fields typed by hand or read from the visual zone, dates as `YYMMDD`.
    ///
    /// Small letters count as capitals; blanks around the number are dropped, blanks and hyphens
    /// within become fillers as in the MRZ. Unknown parts of the date of birth are given as `<<`.
    ///
    /// # Errors
    /// [`AccessFieldsError`] names the field at fault.
    pub fn new(number: &str, birth_yymmdd: &str, expiry_yymmdd: &str) -> Result<Self, AccessFieldsError> {
        let number = number.trim().trim_end_matches('<');
        let length = number.chars().count();
        if length == 0 {
            return Err(AccessFieldsError::EmptyNumber);
        }
        if length > LONGEST_NUMBER {
            return Err(AccessFieldsError::LongNumber { length });
        }
        let mut printed = Zeroizing::new(String::with_capacity(LONGEST_NUMBER));
        for (index, character) in number.chars().enumerate() {
            printed.push(match character.to_ascii_uppercase() {
                ' ' | '-' | '<' => '<',
                letter @ ('A'..='Z' | '0'..='9') => letter,
                _ => return Err(AccessFieldsError::NumberCharacter { position: index + 1 }),
            });
        }
        let (birth, expiry) = (birth_yymmdd.trim(), expiry_yymmdd.trim());
        PartialDate::parse(birth.as_bytes()).map_err(AccessFieldsError::BirthDate)?;
        ExpiryDate::parse(expiry.as_bytes()).map_err(AccessFieldsError::ExpiryDate)?;
        Ok(Self::of_printed(&printed, birth, expiry))
    }

    /// Takes fields of the MRZ alphabet that were checked before.
    pub(crate) fn of_printed(number: &str, birth: &str, expiry: &str) -> Self {
        let fillers = 9_usize.saturating_sub(number.len());
        Self {
            number: number.chars().chain(core::iter::repeat_n('<', fillers)).collect(),
            birth: birth.to_owned(),
            expiry: expiry.to_owned(),
        }
    }

    /// The document number as it goes into the key: filled to nine characters, or all of a longer
    /// one.
    pub fn document_number(&self) -> &str {
        &self.number
    }

    /// The date of birth as printed, `YYMMDD`, unknown parts as fillers.
    pub fn birth_date(&self) -> &str {
        &self.birth
    }

    /// The date of expiry as printed, `YYMMDD`.
    pub fn expiry_date(&self) -> &str {
        &self.expiry
    }

    /// The MRZ information of Doc 9303-11 §4.3.2: number, date of birth and date of expiry, each with
    /// its check digit. Its SHA-1 is the password of PACE and the key seed of BAC.
    pub fn mrz_information(&self) -> Zeroizing<String> {
        let mut information = Zeroizing::new(String::with_capacity(LONGEST_NUMBER + 16));
        for field in [&self.number, &self.birth, &self.expiry] {
            information.push_str(field);
            information.push(char::from(b'0' + digit_over(field.bytes())));
        }
        information
    }
}

impl PartialEq for AccessFields {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &str, b: &str| a.as_bytes().ct_eq(b.as_bytes());
        (same(&self.number, &other.number)
            & same(&self.birth, &other.birth)
            & same(&self.expiry, &other.expiry))
        .into()
    }
}

impl Eq for AccessFields {}

impl fmt::Debug for AccessFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessFields(<redacted>)")
    }
}
