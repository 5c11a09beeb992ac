//! What every group can do, on encoded values; [`crate::ec`] and [`crate::dh`] implement it.

use crate::element::ElementError;
use crate::octets::Octets;

/// The arithmetic of one group.
///
/// Elements are canonical encodings (see [`crate::Element`]) that were validated before; scalars are big-endian in the
/// length of the order and, unless said otherwise, in the range 1 to n-1. All methods but [`Arithmetic::validate`] run
/// in constant time in their arguments.
pub(crate) trait Arithmetic: Sync {
    /// Validates an encoding from outside and makes it canonical.
    fn validate(&self, encoded: &[u8]) -> Result<Octets, ElementError>;
    /// `[k]G`.
    fn generator_multiple(&self, k: &[u8]) -> Octets;
    /// `[k]base`.
    fn multiple(&self, k: &[u8], base: &[u8]) -> Result<Octets, ElementError>;
    /// `a + b`, the group operation.
    fn combine(&self, a: &[u8], b: &[u8]) -> Result<Octets, ElementError>;
    /// `[s]G + h` for a nonce s of any length and value (Doc 9303-11 §4.4.3.3.1).
    fn map_generic(&self, nonce: &[u8], h: &[u8]) -> Result<Octets, ElementError>;
    /// `[s]G + [k]peer`: key agreement and Generic Mapping at once, without encoding the point in between.
    fn agree_and_map(&self, k: &[u8], peer: &[u8], nonce: &[u8]) -> Result<Octets, ElementError>;
    /// `f(r mod p)` for a pseudo-random r of any length (Doc 9303-11 §4.4.3.3.2).
    fn map_integrated(&self, r: &[u8]) -> Result<Octets, ElementError>;
    /// `integer mod n` for an integer of any length; may be zero.
    fn reduce(&self, integer: &[u8]) -> Octets;
    /// `numerator * denominator^-1 mod n`.
    fn quotient(&self, numerator: &[u8], denominator: &[u8]) -> Octets;
    /// What only curves can do, if this is one.
    fn as_curve(&self) -> Option<&dyn EcArithmetic> {
        None
    }
}

/// What only curves can do.
pub(crate) trait EcArithmetic: Arithmetic {
    /// Whether (r, s), each in the length of the order, is a signature of the digest. Variable time: all is public.
    fn ecdsa_verify(&self, public: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> bool;
    /// The same for a public key that verifies often, with a table of it.
    fn ecdsa_prepare(&self, public: &[u8]) -> Option<Box<dyn PreparedKey>>;
    /// The signature with the nonce k; `None` in the practically impossible case that r or s is zero.
    fn ecdsa_sign(&self, secret: &[u8], digest: &[u8], k: &[u8]) -> Option<(Vec<u8>, Vec<u8>)>;
}

/// A public key with a table of its multiples.
pub(crate) trait PreparedKey: Send + Sync {
    /// As [`EcArithmetic::ecdsa_verify`].
    fn ecdsa_verify(&self, digest: &[u8], r: &[u8], s: &[u8]) -> bool;
    /// Bytes of the table.
    fn size(&self) -> usize;
}
