//! Access to the chip: Basic Access Control and PACE (Doc 9303-11 §4.3 and §4.4).
//!
//! Access control proves that someone read the printed code or number; it proves nothing about the chip, save for
//! PACE with Chip Authentication Mapping once its key has been verified.

pub mod bac;
pub mod mapping;
pub mod pace;

use std::fmt;

use digest::Digest;
use mrz::AccessFields;
use zeroize::Zeroizing;

/// The longest Card Access Number taken; Doc 9303 prints six digits.
const CAN_DIGITS: std::ops::RangeInclusive<usize> = 6..=10;

/// Which printed secret opened, or shall open, the chip.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PasswordKind {
    /// Document number, birth date and expiry date of the machine readable zone.
    Mrz,
    /// The Card Access Number.
    Can,
}

impl PasswordKind {
    /// The reference in MSE:Set AT, data object 83 (Doc 9303-11 §4.4.4.1).
    pub const fn reference(self) -> u8 {
        match self {
            PasswordKind::Mrz => 1,
            PasswordKind::Can => 2,
        }
    }
}

impl fmt::Display for PasswordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PasswordKind::Mrz => "MRZ",
            PasswordKind::Can => "CAN",
        })
    }
}

/// A Card Access Number was not six to ten digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a card access number (CAN) has six digits; {digits} digits and {others} other characters were given"
)]
pub struct CanError {
    /// Digits found.
    pub digits: usize,
    /// Other characters found.
    pub others: usize,
}

/// A printed secret: the shared password π of PACE, for the MRZ also the seed of Basic Access Control.
#[derive(Clone)]
pub struct Password {
    kind: PasswordKind,
    secret: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Password({}, <redacted>)", self.kind)
    }
}

impl Password {
    /// From the machine readable zone: SHA-1 over the three fields with their check digits (Doc 9303-11 §9.7.3).
    pub fn from_mrz(fields: &AccessFields) -> Password {
        Password::from_mrz_information(&fields.mrz_information())
    }

    /// From MRZ_information as worked examples give it.
    pub fn from_mrz_information(information: &str) -> Password {
        let hash = sha1::Sha1::digest(information.as_bytes());
        Password { kind: PasswordKind::Mrz, secret: Zeroizing::new(hash.to_vec()) }
    }

    /// From the printed Card Access Number; blanks around it do not matter.
    ///
    /// # Errors
    /// [`CanError`] if it is not six to ten digits.
    pub fn from_can(can: &str) -> Result<Password, CanError> {
        let can = can.trim();
        let digits = can.bytes().filter(u8::is_ascii_digit).count();
        let others = can.chars().count() - digits;
        if others > 0 || !CAN_DIGITS.contains(&digits) {
            return Err(CanError { digits, others });
        }
        Ok(Password { kind: PasswordKind::Can, secret: Zeroizing::new(can.as_bytes().to_vec()) })
    }

    /// Which secret this is.
    pub const fn kind(&self) -> PasswordKind {
        self.kind
    }

    /// The octets that key derivation takes: the SHA-1 hash of MRZ_information, or the digits of the CAN.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_access_number_is_six_to_ten_digits() {
        assert_eq!(Password::from_can(" 123456 ").unwrap().secret(), b"123456");
        assert_eq!(Password::from_can("12345").unwrap_err(), CanError { digits: 5, others: 0 });
        assert_eq!(Password::from_can("12a456").unwrap_err(), CanError { digits: 5, others: 1 });
        assert_eq!(Password::from_can("æ12345").unwrap_err(), CanError { digits: 5, others: 1 });
    }

    #[test]
    fn a_password_is_never_printed() {
        let shown = format!("{:?}", Password::from_can("493817").unwrap());
        assert_eq!(shown, "Password(CAN, <redacted>)");
    }
}
