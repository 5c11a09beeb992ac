//! Active Authentication as the chip does it (Doc 9303-11 §6.1): RSA with message recovery by ISO/IEC 9796-2 scheme 1,
//! or plain ECDSA of BSI TR-03111 §5.2.1.
//!
//! The keys are specimens; the RSA operation is not blinded.

use std::fmt;

use groups::{Secret, ecdsa};
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;
use rsa::traits::PublicKeyParts;
use zeroize::Zeroizing;

use crate::issue::profile::Trailer;
use crate::pki::HashAlgorithm;

/// Header of a representative whose recoverable part fills it, padding nibble included.
const HEADER: u8 = 0x6A;

/// Bytes of the terminal's challenge.
pub(super) const CHALLENGE_BYTES: usize = 8;

/// The chip's private key with all that determines the signature.
pub(super) enum SigningKey {
    Rsa { key: Box<RsaPrivateKey>, digest: HashAlgorithm, trailer: Trailer },
    Ecdsa { key: Secret, digest: HashAlgorithm },
}

/// Why no signature could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SigningFailed;

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(<redacted>)")
    }
}

impl SigningKey {
    /// The signature over the terminal's challenge.
    pub(super) fn sign(&self, challenge: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, SigningFailed> {
        match self {
            SigningKey::Ecdsa { key, digest } => {
                ecdsa::sign(key, &digest.digest(challenge), rng).map_err(|_| SigningFailed)
            }
            SigningKey::Rsa { key, digest, trailer } => {
                let trailer = trailer_field(*digest, *trailer);
                let mut recoverable = Zeroizing::new(vec![0; recoverable_bytes(key, *digest, trailer)?]);
                rng.fill_bytes(&mut recoverable);
                let representative = representative(&recoverable, challenge, *digest, trailer);
                private_operation(key, &representative)
            }
        }
    }
}

/// `BC`, or the hash identifier of ISO/IEC 10118-3 and `CC`.
fn trailer_field(digest: HashAlgorithm, trailer: Trailer) -> &'static [u8] {
    match (trailer, digest) {
        (Trailer::Bc, _) => &[0xBC],
        (Trailer::Cc, HashAlgorithm::Sha1) => &[0x33, 0xCC],
        (Trailer::Cc, HashAlgorithm::Sha224) => &[0x38, 0xCC],
        (Trailer::Cc, HashAlgorithm::Sha256) => &[0x34, 0xCC],
        (Trailer::Cc, HashAlgorithm::Sha384) => &[0x36, 0xCC],
        (Trailer::Cc, HashAlgorithm::Sha512) => &[0x35, 0xCC],
    }
}

/// The length of M1: what header, hash and trailer leave of the modulus.
fn recoverable_bytes(
    key: &RsaPrivateKey,
    digest: HashAlgorithm,
    trailer: &[u8],
) -> Result<usize, SigningFailed> {
    // With another length the representative would have to be shifted by bits; no state issues such keys.
    if !key.n().bit_width().is_multiple_of(8) {
        return Err(SigningFailed);
    }
    key.size().checked_sub(1 + digest.length() + trailer.len()).ok_or(SigningFailed)
}

/// `6A || M1 || H(M1 || M2) || trailer`.
fn representative(m1: &[u8], m2: &[u8], digest: HashAlgorithm, trailer: &[u8]) -> Vec<u8> {
    let hash = digest.digest(&[m1, m2].concat());
    [&[HEADER], m1, &hash, trailer].concat()
}

/// The raw private operation, padded to the length of the modulus.
fn private_operation(key: &RsaPrivateKey, representative: &[u8]) -> Result<Vec<u8>, SigningFailed> {
    let bits = key.n().as_ref().bits_precision();
    let input = crypto_bigint::BoxedUint::from_be_slice(representative, bits).map_err(|_| SigningFailed)?;
    let unblinded: Option<&mut rand_chacha::ChaCha20Rng> = None;
    let signature = rsa::hazmat::rsa_decrypt(unblinded, key, &input).map_err(|_| SigningFailed)?;
    let bytes = signature.to_be_bytes();
    let skip = bytes.len().checked_sub(key.size()).ok_or(SigningFailed)?;
    Ok(bytes.get(skip..).unwrap_or_default().to_vec())
}
