//! Public values: points and DH values, validated when they are made.

use std::fmt;

use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::group::{Group, Kind};
use crate::octets::Octets;

/// A validated element of a group: on the curve or in the subgroup of order q, and not the neutral element.
///
/// The mapped generator of PACE and the point H are elements too, and they are secret until the session ends. So
/// elements are compared in constant time, are wiped when dropped, and `Debug` shows only the group.
#[derive(Clone)]
pub struct Element {
    group: Group,
    encoded: Octets,
}

impl Element {
    /// Decodes and validates a public value from outside.
    ///
    /// Curves (BSI TR-03111 §3.2.1 and §4.3.2): exactly `04||x||y`, x and y below p, on the curve. All curves here have
    /// cofactor 1, so such a point has the right order. DH (RFC 2631 §2.1.5): a big-endian integer of at most
    /// [`Group::field_bytes`] bytes with 2 <= y <= p-2 and y^q = 1 mod p.
    ///
    /// # Errors
    ///
    /// [`ElementError`] tells which of these checks failed.
    pub fn decode(group: Group, encoded: &[u8]) -> Result<Self, ElementError> {
        Ok(Self { group, encoded: group.arithmetic().validate(encoded)? })
    }

    /// Wraps what the arithmetic of this crate computed from validated values.
    pub(crate) fn from_computed(group: Group, encoded: Octets) -> Self {
        Self { group, encoded }
    }

    /// The group this is an element of.
    pub fn group(&self) -> Group {
        self.group
    }

    /// The encoding in a public key: `04||x||y`, or the integer padded to [`Group::field_bytes`].
    pub fn encode(&self) -> Vec<u8> {
        self.encoded.to_vec()
    }

    /// The encoding in a protocol's data object: `04||x||y`, or the integer without leading zeros (Doc 9303-11 §9.4).
    pub fn encode_minimal(&self) -> Vec<u8> {
        let zeros = match self.group.kind() {
            Kind::Ecdh => 0,
            Kind::Dh => self.encoded.iter().take_while(|&&byte| byte == 0).count(),
        };
        self.encoded.get(zeros..).unwrap_or_default().to_vec()
    }

    /// The x-coordinate padded to [`Group::field_bytes`]; for DH the value itself, padded likewise.
    pub fn x_coordinate(&self) -> Vec<u8> {
        self.x_octets().to_vec()
    }

    pub(crate) fn x_octets(&self) -> &[u8] {
        let start = match self.group.kind() {
            Kind::Ecdh => 1,
            Kind::Dh => 0,
        };
        self.encoded.get(start..).and_then(|rest| rest.get(..self.group.field_bytes())).unwrap_or_default()
    }

    /// The group operation: point addition, or the product modulo p.
    ///
    /// # Errors
    ///
    /// [`ElementError::GroupMismatch`] for elements of two groups, [`ElementError::Identity`] if they cancel out.
    pub fn combine(&self, other: &Self) -> Result<Self, ElementError> {
        self.expect_group(other.group)?;
        let encoded = self.group.arithmetic().combine(&self.encoded, &other.encoded)?;
        Ok(Self::from_computed(self.group, encoded))
    }

    pub(crate) fn octets(&self) -> &[u8] {
        &self.encoded
    }

    pub(crate) fn expect_group(&self, expected: Group) -> Result<(), ElementError> {
        if self.group == expected {
            Ok(())
        } else {
            Err(ElementError::GroupMismatch { expected, found: self.group })
        }
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.group == other.group && self.encoded.ct_eq(&other.encoded).into()
    }
}

impl Eq for Element {}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element").field("group", &self.group).field("encoded", &"<redacted>").finish()
    }
}

/// One of the two coordinates of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinate {
    /// The x-coordinate.
    X,
    /// The y-coordinate.
    Y,
}

/// Why a value is not an element of the group, or a computation gave none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ElementError {
    /// The encoding is too short or too long.
    #[error("a public value of {group} has {expected} bytes, this one has {found}")]
    Length {
        /// The group it should belong to.
        group: Group,
        /// Bytes of an encoded element ([`Group::element_bytes`]); for DH the most that are allowed.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// The point is compressed, hybrid or not an encoded point at all.
    #[error("a point of {group} must be uncompressed (04), this one begins with {found:02X}")]
    NotUncompressed {
        /// The group it should belong to.
        group: Group,
        /// The first byte.
        found: u8,
    },
    /// The point at infinity.
    #[error("the point at infinity is not a public key of {group}")]
    Infinity {
        /// The group it should belong to.
        group: Group,
    },
    /// A coordinate is not below p.
    #[error("the {coordinate:?}-coordinate is not below the prime of {group}")]
    CoordinateRange {
        /// The group it should belong to.
        group: Group,
        /// Which coordinate.
        coordinate: Coordinate,
    },
    /// The coordinates do not satisfy the curve equation.
    #[error("the point is not on the curve {group}")]
    NotOnCurve {
        /// The group it should belong to.
        group: Group,
    },
    /// A DH value outside 2 to p-2.
    #[error("the value is not between 2 and p-2 of {group}")]
    ValueRange {
        /// The group it should belong to.
        group: Group,
    },
    /// A DH value whose order is not q.
    #[error("the value is not in the subgroup of prime order of {group}")]
    WrongSubgroup {
        /// The group it should belong to.
        group: Group,
    },
    /// Two values of different groups cannot be combined.
    #[error("a value of {expected} was needed, this one belongs to {found}")]
    GroupMismatch {
        /// The group of the other value.
        expected: Group,
        /// The group of this value.
        found: Group,
    },
    /// The computation gave the neutral element, which is never a generator or a public key.
    #[error("the result is the neutral element of {group}")]
    Identity {
        /// The group.
        group: Group,
    },
    /// The Integrated Mapping is not defined on this group (Doc 9303-11 §9.5.1, footnote of table 12).
    #[error("the integrated mapping is not defined on {group}")]
    NoIntegratedMapping {
        /// The group.
        group: Group,
    },
    /// The Integrated Mapping is not defined for this pseudo-random value (0, 1 or p-1 on a curve).
    #[error("the pseudo-random value maps to no point of {group}")]
    Unmappable {
        /// The group.
        group: Group,
    },
}
