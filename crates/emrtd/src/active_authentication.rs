//! Active Authentication, the inspection system's side (Doc 9303-11 §6.1).
//!
//! The chip signs our eight-byte challenge. A right signature proves that *this* chip holds the private key that
//! belongs to EF.DG15 — and only after Passive Authentication of EF.DG15 does that say anything about its origin.
//! The signature convinces third parties too: it should not be kept longer than the decision takes.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use groups::{Element, ecdsa};

use crate::HashAlgorithm;
use crate::apdu::{Command, EXTENDED_ANSWER, SHORT_ANSWER};
use crate::cipher::same_mac;
use crate::lds::public_key::UnsupportedKey;

/// Bytes of a challenge.
pub const CHALLENGE_BYTES: usize = 8;
/// Moduli below this many bits are refused.
pub const SMALLEST_MODULUS_BITS: usize = 1024;
/// Moduli above this many bits are refused.
pub const LARGEST_MODULUS_BITS: usize = 8192;

/// The challenge `RND.IFD`. One for each run, unpredictable, and used once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge(pub [u8; CHALLENGE_BYTES]);

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenge(<redacted>)")
    }
}

/// INTERNAL AUTHENTICATE with the challenge; `extended` asks for an answer of more than 256 bytes.
pub fn internal_authenticate(challenge: Challenge, extended: bool) -> Command {
    let ne = if extended { EXTENDED_ANSWER } else { SHORT_ANSWER };
    Command::new(0, 0x88, 0, 0).with_data(challenge.0).expecting(ne)
}

/// Why a signature does not prove possession of the key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ActiveAuthenticationError {
    /// The RSA modulus is shorter than 1024 bits, longer than 8192, or even.
    #[error("an RSA modulus of {bits} bits is not accepted")]
    Modulus {
        /// Bits of the modulus.
        bits: usize,
    },
    /// The RSA exponent is even, below three, or longer than 64 bits.
    #[error("the RSA exponent is not accepted")]
    Exponent,
    /// The signature is longer than the modulus, or not below it.
    #[error("the signature has {found} bytes for a key of {expected}")]
    SignatureLength {
        /// Bytes of the signature.
        found: usize,
        /// Bytes of the key.
        expected: usize,
    },
    /// The recovered message does not begin with the header of partial recovery.
    #[error("the recovered message has no header 6A")]
    Header,
    /// The trailer names no hash function of Doc 9303-11.
    #[error("the recovered message ends in {0:04X}, which is no known trailer")]
    Trailer(u16),
    /// The hash in the recovered message is not that of message and challenge.
    #[error("the hash in the recovered message is wrong")]
    Hash,
    /// EF.DG14 names no signature algorithm, which ECDSA needs.
    #[error("the document does not name the hash function of its ECDSA signature")]
    NoDigest,
    /// The key is of a kind that is not supported.
    #[error(transparent)]
    UnsupportedKey(#[from] UnsupportedKey),
    /// The ECDSA signature is malformed or wrong.
    #[error(transparent)]
    Ecdsa(#[from] ecdsa::SignatureError),
}

/// A signature that was right, and how it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signature {
    /// ISO/IEC 9796-2 scheme 1.
    Rsa {
        /// Bits of the modulus; below 2048 is weak.
        bits: usize,
        /// Hash function that the trailer named.
        digest: HashAlgorithm,
    },
    /// Plain ECDSA.
    Ecdsa {
        /// The curve.
        group: groups::Group,
        /// Hash function that EF.DG14 named.
        digest: HashAlgorithm,
    },
}

/// Verifies an ECDSA signature, `r || s` (TR-03111 §5.2.1).
///
/// # Errors
/// [`ActiveAuthenticationError::NoDigest`] or [`ActiveAuthenticationError::Ecdsa`].
pub fn verify_ecdsa(
    key: &Element,
    digest: Option<HashAlgorithm>,
    challenge: Challenge,
    signature: &[u8],
) -> Result<Signature, ActiveAuthenticationError> {
    let digest = digest.ok_or(ActiveAuthenticationError::NoDigest)?;
    ecdsa::verify(key, &digest.digest(&[&challenge.0]), signature)?;
    Ok(Signature::Ecdsa { group: key.group(), digest })
}

/// Verifies an RSA signature with message recovery, ISO/IEC 9796-2 scheme 1, made either way (paragraphs B.4, B.6).
///
/// `modulus` and `exponent` are big-endian.
///
/// # Errors
/// Every [`ActiveAuthenticationError`] but the two of ECDSA.
pub fn verify_rsa(
    modulus: &[u8],
    exponent: &[u8],
    challenge: Challenge,
    signature: &[u8],
) -> Result<Signature, ActiveAuthenticationError> {
    let (first, second) = recover(modulus, exponent, signature)?;
    // The trailer's last byte decides which of the two roots the chip meant; both end in C only if the key is odd.
    let message = if first.last().is_some_and(|last| last & 0x0F == 0x0C) { first } else { second };
    let digest = check_message(&message, challenge)?;
    Ok(Signature::Rsa { bits: bit_length(modulus), digest })
}

/// `s^e mod n` and `n - s^e mod n`, both as long as the modulus.
fn recover(
    modulus: &[u8],
    exponent: &[u8],
    signature: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), ActiveAuthenticationError> {
    let bits = bit_length(modulus);
    let modulus = trimmed(modulus);
    let refused = ActiveAuthenticationError::Modulus { bits };
    if !(SMALLEST_MODULUS_BITS..=LARGEST_MODULUS_BITS).contains(&bits) {
        return Err(refused);
    }
    let exponent = match trimmed(exponent) {
        [0..=2] => return Err(ActiveAuthenticationError::Exponent),
        bytes @ [.., last] if bytes.len() <= 8 && last % 2 == 1 => BoxedUint::from_be_slice_vartime(bytes),
        _ => return Err(ActiveAuthenticationError::Exponent),
    };
    let length = modulus.len();
    let wrong_length =
        ActiveAuthenticationError::SignatureLength { found: signature.len(), expected: length };
    if signature.len() > length {
        return Err(wrong_length);
    }
    let n = BoxedUint::from_be_slice_vartime(modulus);
    let precision = n.bits_precision();
    let s = BoxedUint::from_be_slice(signature, precision).map_err(|_| wrong_length.clone())?;
    if s >= n {
        return Err(wrong_length);
    }
    let odd: Odd<BoxedUint> = Option::from(Odd::new(n.clone())).ok_or(refused)?;
    let params = BoxedMontyParams::new_vartime(odd);
    let first = BoxedMontyForm::new(s, &params).pow(&exponent).retrieve();
    let second = n.wrapping_sub(&first);
    Ok((last_bytes(&first, length), last_bytes(&second, length)))
}

fn last_bytes(value: &BoxedUint, length: usize) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    bytes.get(bytes.len().saturating_sub(length)..).unwrap_or_default().to_vec()
}

/// `6A || M1 || H(M1 || M2) || trailer`, where M2 is the challenge.
fn check_message(message: &[u8], challenge: Challenge) -> Result<HashAlgorithm, ActiveAuthenticationError> {
    let (hash, trailer_bytes) = match message {
        [.., 0xBC] => (HashAlgorithm::Sha1, 1),
        [.., number, 0xCC] => {
            let trailer = u16::from_be_bytes([*number, 0xCC]);
            let hash = match number {
                0x33 => HashAlgorithm::Sha1,
                0x34 => HashAlgorithm::Sha256,
                0x35 => HashAlgorithm::Sha512,
                0x36 => HashAlgorithm::Sha384,
                0x38 => HashAlgorithm::Sha224,
                _ => return Err(ActiveAuthenticationError::Trailer(trailer)),
            };
            (hash, 2)
        }
        [.., a, b] => return Err(ActiveAuthenticationError::Trailer(u16::from_be_bytes([*a, *b]))),
        _ => return Err(ActiveAuthenticationError::Header),
    };
    let [0x6A, body @ ..] = message else { return Err(ActiveAuthenticationError::Header) };
    let signed = body.len().saturating_sub(trailer_bytes);
    let recoverable = signed.saturating_sub(hash.length());
    let (m1, rest) = body.split_at_checked(recoverable).ok_or(ActiveAuthenticationError::Header)?;
    let found = rest.get(..hash.length()).ok_or(ActiveAuthenticationError::Hash)?;
    if same_mac(found, &hash.digest(&[m1, &challenge.0])) {
        Ok(hash)
    } else {
        Err(ActiveAuthenticationError::Hash)
    }
}

fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Significant bits of a big-endian number.
pub fn bit_length(number: &[u8]) -> usize {
    let number = trimmed(number);
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    const CHALLENGE: Challenge = Challenge(hex!("F173589974BF40C6"));

    /// The recovered message of Doc 9303-11 Appendix F.1.
    fn message() -> Vec<u8> {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../testdata/vectors/icao9303-11-worked-examples.json"))
                .unwrap();
        let all = vectors["vectors"].as_array().unwrap();
        let example = all.iter().find(|v| v["id"].as_str().unwrap().starts_with("9303-11 F.1")).unwrap();
        hex::decode(example["expected"]["F"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn the_worked_example_is_accepted() {
        assert_eq!(message().len(), 128);
        assert_eq!(check_message(&message(), CHALLENGE), Ok(HashAlgorithm::Sha1));
    }

    #[test]
    fn another_challenge_trailer_header_or_length_is_refused() {
        let other = Challenge(hex!("F173589974BF40C7"));
        assert_eq!(check_message(&message(), other), Err(ActiveAuthenticationError::Hash));
        let mut trailer = message();
        *trailer.last_mut().unwrap() = 0xCC;
        assert!(matches!(check_message(&trailer, CHALLENGE), Err(ActiveAuthenticationError::Trailer(_))));
        let mut header = message();
        header[0] = 0x4A;
        assert_eq!(check_message(&header, CHALLENGE), Err(ActiveAuthenticationError::Header));
        assert_eq!(check_message(&message()[1..], CHALLENGE), Err(ActiveAuthenticationError::Header));
        let short = [&[0x6A][..], &[0; 8], &[0xBC]].concat();
        assert_eq!(check_message(&short, CHALLENGE), Err(ActiveAuthenticationError::Hash));
        assert_eq!(check_message(&[], CHALLENGE), Err(ActiveAuthenticationError::Header));
    }

    #[test]
    fn keys_out_of_range_are_refused() {
        let modulus = [0xFF; 128];
        let refused = |modulus: &[u8], exponent: &[u8], signature: &[u8]| {
            verify_rsa(modulus, exponent, CHALLENGE, signature).unwrap_err()
        };
        let bits = |bits| ActiveAuthenticationError::Modulus { bits };
        assert_eq!(refused(&[0xFF; 127], &[3], &[1]), bits(1016));
        assert_eq!(refused(&[0xFF; 1025], &[3], &[1]), bits(8200));
        assert_eq!(refused(&[&modulus[1..], &[0xFE]].concat(), &[3], &[1]), bits(1024));
        assert_eq!(refused(&modulus, &[1], &[1]), ActiveAuthenticationError::Exponent);
        assert_eq!(refused(&modulus, &[4], &[1]), ActiveAuthenticationError::Exponent);
        assert_eq!(refused(&modulus, &[1; 9], &[1]), ActiveAuthenticationError::Exponent);
        let length = |found| ActiveAuthenticationError::SignatureLength { found, expected: 128 };
        assert_eq!(refused(&modulus, &[3], &[1; 129]), length(129));
        assert_eq!(refused(&modulus, &[3], &[0xFF; 128]), length(128));
    }

    #[test]
    fn an_ecdsa_signature_without_a_named_hash_function_is_not_guessed_at() {
        let key = groups::Group::P256.generator();
        let refused = verify_ecdsa(&key, None, CHALLENGE, &[1; 64]).unwrap_err();
        assert_eq!(refused, ActiveAuthenticationError::NoDigest);
    }
}
