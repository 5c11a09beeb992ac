//! Serial numbers as they are issued: also zero, negative or too long (RFC 5280 §4.1.2.2 forbids all three).

use std::fmt;

use crate::asn1::{Asn1Error, Node};

/// Most octets that RFC 5280 allows.
const MAX_OCTETS: usize = 20;

/// A serial number. Equal numbers are equal, however many leading bytes they were written with.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SerialNumber(Vec<u8>);

impl SerialNumber {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, Asn1Error> {
        Self::from_twos_complement(node.content).ok_or(node.invalid())
    }

    /// From the content of an INTEGER, big-endian two's complement; `None` without any byte.
    pub fn from_twos_complement(bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes;
        while let [sign @ (0x00 | 0xFF), next, ..] = bytes
            && (sign ^ next) & 0x80 == 0
        {
            bytes = bytes.get(1..).unwrap_or_default();
        }
        (!bytes.is_empty()).then(|| Self(bytes.to_vec()))
    }

    /// The shortest big-endian two's complement.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.first().is_some_and(|first| first & 0x80 != 0)
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.0 == [0]
    }

    /// Whether it has more than 20 octets.
    pub fn is_too_long(&self) -> bool {
        self.0.len() > MAX_OCTETS
    }
}

/// Hexadecimal of the two's complement.
impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::SerialNumber;

    #[test]
    fn leading_bytes_without_meaning_do_not_make_another_number() {
        let read = |bytes: &[u8]| SerialNumber::from_twos_complement(bytes).unwrap();
        assert_eq!(read(&[0, 0, 0x12]), read(&[0x12]));
        assert_eq!(read(&[0xFF, 0xFF, 0x80]), read(&[0x80]));
        assert_ne!(read(&[0, 0x80]), read(&[0x80]));
        assert_ne!(read(&[0xFF]), read(&[0]));
        assert!(read(&[0, 0]).is_zero() && read(&[0xFF]).is_negative() && !read(&[0, 0xFF]).is_negative());
        assert!(SerialNumber::from_twos_complement(&[]).is_none());
    }

    #[test]
    fn twenty_octets_are_the_most() {
        assert!(!SerialNumber::from_twos_complement(&[1; 20]).unwrap().is_too_long());
        assert!(SerialNumber::from_twos_complement(&[1; 21]).unwrap().is_too_long());
    }
}
