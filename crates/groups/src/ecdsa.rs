//! ECDSA over every curve of the table (BSI TR-03111 §4.2.1, FIPS 186-5 §6) and its two encodings.
//!
//! Digests are taken as they are: computing and choosing the hash is for the caller. A digest longer than the order is
//! truncated to its leftmost bits. Neither form of s is preferred, so (r, n-s) is as valid as (r, s): signatures are not
//! unique identifiers. What it does not protect against: a caller that verifies a digest of its opponent's choosing.

mod verifying_key;

use rand_core::CryptoRng;
use thiserror::Error;

pub use self::verifying_key::VerifyingKey;
use crate::arithmetic::EcArithmetic;
use crate::element::Element;
use crate::group::Group;
use crate::octets::{is_in_range, random_below, to_length, without_leading_zeros};
use crate::secret::{Secret, order};

/// Verifies a signature in the fixed form `r||s`, each padded to [`Group::order_bytes`] (TR-03111 §5.2.1).
///
/// # Errors
///
/// [`SignatureError`]; [`SignatureError::Mismatch`] if everything is well formed but the signature is not right.
pub fn verify(public: &Element, digest: &[u8], signature_rs: &[u8]) -> Result<(), SignatureError> {
    let curve = curve(public.group())?;
    verify_with(public.group(), signature_rs, |r, s| curve.ecdsa_verify(public.octets(), digest, r, s))
}

/// Verifies what of a signature does not depend on the key, then what does.
fn verify_with(
    group: Group,
    signature_rs: &[u8],
    verifies: impl FnOnce(&[u8], &[u8]) -> bool,
) -> Result<(), SignatureError> {
    let (r, s) = split(group, signature_rs)?;
    for (integer, part) in [(r, Part::R), (s, Part::S)] {
        if !bool::from(is_in_range(integer, order(group))) {
            return Err(SignatureError::Range { group, part });
        }
    }
    if verifies(r, s) { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// Signs a digest with a fresh random nonce; the signature has the fixed form `r||s`.
///
/// # Errors
///
/// [`SignatureError::NotACurve`] for a DH key.
pub fn sign(secret: &Secret, digest: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, SignatureError> {
    let group = secret.group();
    let curve = curve(group)?;
    loop {
        let nonce = random_below(order(group), rng);
        if let Some(signature) = sign_with_nonce(curve, secret, digest, &nonce) {
            return Ok(signature);
        }
    }
}

fn sign_with_nonce(
    curve: &dyn EcArithmetic,
    secret: &Secret,
    digest: &[u8],
    nonce: &[u8],
) -> Option<Vec<u8>> {
    let (r, s) = curve.ecdsa_sign(secret.octets(), digest, nonce)?;
    Some([r, s].concat())
}

/// Turns the DER form `SEQUENCE { r INTEGER, s INTEGER }` (TR-03111 §5.2.2, RFC 3279 §2.2.3) into `r||s`.
///
/// Strict DER: definite, shortest lengths, shortest positive integers, nothing after the end.
///
/// # Errors
///
/// [`SignatureError::Der`] with the place of the fault; [`SignatureError::Range`] if an integer is 0 or not below n.
pub fn from_der(group: Group, der: &[u8]) -> Result<Vec<u8>, SignatureError> {
    curve(group)?;
    let mut outer = Der { bytes: der, offset: 0 };
    let sequence = outer.value(0x30)?;
    outer.expect_end()?;
    let header = der.len().saturating_sub(sequence.len());
    let mut inner = Der { bytes: sequence, offset: header };
    let mut fixed = Vec::with_capacity(2 * group.order_bytes());
    for part in [Part::R, Part::S] {
        let integer = to_length(inner.positive_integer()?, group.order_bytes());
        let integer = integer.ok_or(SignatureError::Range { group, part })?;
        if !bool::from(is_in_range(&integer, order(group))) {
            return Err(SignatureError::Range { group, part });
        }
        fixed.extend_from_slice(&integer);
    }
    inner.expect_end()?;
    Ok(fixed)
}

/// Turns `r||s`, two halves of equal length, into its DER form.
///
/// # Errors
///
/// [`SignatureError::Halves`] if the length is odd, zero or above that of the largest curve.
pub fn to_der(signature_rs: &[u8]) -> Result<Vec<u8>, SignatureError> {
    let length = signature_rs.len();
    if length == 0 || !length.is_multiple_of(2) || length > 2 * Group::P521.order_bytes() {
        return Err(SignatureError::Halves { found: length });
    }
    let (r, s) = signature_rs.split_at(length / 2);
    let mut content = Vec::new();
    for integer in [r, s] {
        let mut digits = without_leading_zeros(integer).to_vec();
        // An INTEGER has a sign bit, and at least one byte.
        if digits.first().is_none_or(|top| *top >= 0x80) {
            digits.insert(0, 0);
        }
        append(&mut content, 0x02, &digits);
    }
    let mut der = Vec::new();
    append(&mut der, 0x30, &content);
    Ok(der)
}

fn append(der: &mut Vec<u8>, tag: u8, value: &[u8]) {
    der.push(tag);
    // Two integers of at most 67 bytes fit, so no length needs a second byte.
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    if length >= 0x80 {
        der.push(0x81);
    }
    der.push(length);
    der.extend_from_slice(value);
}

fn curve(group: Group) -> Result<&'static dyn EcArithmetic, SignatureError> {
    group.ec_arithmetic().ok_or(SignatureError::NotACurve { group })
}

fn split(group: Group, signature: &[u8]) -> Result<(&[u8], &[u8]), SignatureError> {
    let expected = 2 * group.order_bytes();
    if signature.len() == expected {
        Ok(signature.split_at(group.order_bytes()))
    } else {
        Err(SignatureError::Length { group, expected, found: signature.len() })
    }
}

/// A cursor over DER that remembers where it is in the whole.
struct Der<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Der<'a> {
    fn fault(&self, fault: DerFault) -> SignatureError {
        SignatureError::Der { offset: self.offset, fault }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], SignatureError> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(self.fault(DerFault::Truncated))?;
        self.bytes = rest;
        self.offset = self.offset.saturating_add(count);
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, SignatureError> {
        let end = self.fault(DerFault::Truncated);
        self.take(1)?.first().copied().ok_or(end)
    }

    fn value(&mut self, tag: u8) -> Result<&'a [u8], SignatureError> {
        let wrong_tag = self.fault(DerFault::Tag { expected: tag });
        if self.byte()? != tag {
            return Err(wrong_tag);
        }
        // The longest signature, of P-521, has a content of 138 bytes: one length byte is enough.
        let bad_length = self.fault(DerFault::LengthForm);
        let length = match self.byte()? {
            short @ 0..=0x7F => short,
            0x81 => match self.byte()? {
                long @ 0x80.. => long,
                _ => return Err(bad_length),
            },
            _ => return Err(bad_length),
        };
        self.take(usize::from(length))
    }

    fn positive_integer(&mut self) -> Result<&'a [u8], SignatureError> {
        let bad = self.fault(DerFault::Integer);
        match self.value(0x02)? {
            [] | [0x80..=0xFF, ..] | [0, 0..=0x7F, ..] => Err(bad),
            [0, rest @ ..] if !rest.is_empty() => Ok(rest),
            integer => Ok(integer),
        }
    }

    fn expect_end(&self) -> Result<(), SignatureError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(self.fault(DerFault::TrailingBytes)) }
    }
}

/// One of the two integers of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The integer r.
    R,
    /// The integer s.
    S,
}

/// What is wrong with a DER signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DerFault {
    /// The encoding ends too early.
    #[error("it ends too early")]
    Truncated,
    /// Another tag was found.
    #[error("tag {expected:02X} was expected")]
    Tag {
        /// The tag that belongs here.
        expected: u8,
    },
    /// The length is indefinite, not the shortest, or longer than any signature.
    #[error("the length is not in its shortest definite form")]
    LengthForm,
    /// The integer is empty, negative or not the shortest.
    #[error("the integer is not a positive one in its shortest form")]
    Integer,
    /// Something follows.
    #[error("something follows the end")]
    TrailingBytes,
}

/// Why a signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// ECDSA needs a curve.
    #[error("{group} is not a curve, ECDSA needs one")]
    NotACurve {
        /// The group of the key.
        group: Group,
    },
    /// The fixed form has the wrong length.
    #[error("a signature over {group} has {expected} bytes, this one has {found}")]
    Length {
        /// The group of the key.
        group: Group,
        /// Twice [`Group::order_bytes`].
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// The bytes are no two integers of equal length.
    #[error("{found} bytes are not two integers of a signature")]
    Halves {
        /// Bytes found.
        found: usize,
    },
    /// An integer is 0 or not below the order.
    #[error("{part:?} is not between 1 and the order of {group} minus 1")]
    Range {
        /// The group of the key.
        group: Group,
        /// Which integer.
        part: Part,
    },
    /// The DER form is wrong.
    #[error("the DER signature is malformed at byte {offset}: {fault}")]
    Der {
        /// Bytes before the fault.
        offset: usize,
        /// What is wrong there.
        fault: DerFault,
    },
    /// The signature does not belong to this key and digest.
    #[error("the signature does not verify")]
    Mismatch,
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{curve, sign_with_nonce};
    use crate::{Group, Secret};

    #[test]
    fn the_nonces_of_rfc_6979_give_its_signatures() {
        let file: Value = serde_json::from_str(include_str!("../tests/data/vectors.json")).unwrap();
        for vector in file["ecdsa_with_nonce"].as_array().unwrap() {
            let bytes = |name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
            let id = u8::try_from(vector["parameter_id"].as_u64().unwrap()).unwrap();
            let group = Group::from_parameter_id(id).unwrap();
            let secret = Secret::from_bytes(group, &bytes("private")).unwrap();
            let signature = sign_with_nonce(curve(group).unwrap(), &secret, &bytes("digest"), &bytes("k"));
            assert_eq!(signature, Some(bytes("signature")), "{}", vector["source"]);
        }
    }
}
