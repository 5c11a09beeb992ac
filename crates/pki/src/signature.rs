//! Verification of a signature with a typed key (RFC 8017, BSI TR-03111; R-034).
//!
//! Success names what departed from the standards and what is weak. It says that the key's holder signed these bytes
//! and nothing about who that is.

use std::collections::BTreeSet;

use groups::ecdsa;

use crate::HashAlgorithm;
use crate::algorithm::SignatureAlgorithm;
use crate::deviation::{Deviation, Deviations};
use crate::key::{EcPublicKey, PublicKey, RsaPublicKey, UnsupportedKey};
use crate::rsa::{self, DigestInfoForm};

/// RSA moduli below this many bits are weak.
const STRONG_MODULUS_BITS: usize = 2048;
/// Curves over fields below this many bits are weak.
const STRONG_FIELD_BITS: usize = 224;

/// Why a signature is weak (`WEAK_ALG` of R-034).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weakness {
    /// The message was hashed with SHA-1.
    Sha1,
    /// The RSA modulus has less than 2048 bits.
    RsaBelow2048,
    /// The curve's field has less than 224 bits.
    EcBelow224,
}

/// A signature that verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "deviations and weaknesses are to be judged"]
pub struct Verified {
    /// What in the signature departed from its standard.
    pub deviations: Deviations,
    /// Why it is weak; empty if it is not.
    pub weaknesses: BTreeSet<Weakness>,
}

/// Why a signature did not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The signature is not one of this message with this key.
    #[error("the signature does not verify")]
    Wrong,
    /// An RSA algorithm with an EC key, or the reverse, or against the restriction of the key.
    #[error("the key cannot be used with {0}")]
    KeyDoesNotFit(SignatureAlgorithm),
    /// The key cannot be used at all.
    #[error("the key cannot be used: {0}")]
    Key(#[from] UnsupportedKey),
}

/// Verifies a signature over `message`.
///
/// `signature` is as long as the modulus for RSA, and for EC a DER `ECDSA-Sig-Value`, or r and s.
///
/// # Errors
/// [`SignatureError`].
pub fn verify(
    key: &PublicKey,
    algorithm: &SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<Verified, SignatureError> {
    let hash = algorithm.hash();
    let mut weaknesses = BTreeSet::new();
    if hash == HashAlgorithm::Sha1 {
        weaknesses.insert(Weakness::Sha1);
    }
    let digest = hash.digest(&[message]);
    let deviations = match key {
        PublicKey::Rsa(key) => {
            if key.modulus_bits() < STRONG_MODULUS_BITS {
                weaknesses.insert(Weakness::RsaBelow2048);
            }
            verify_rsa(key, algorithm, &digest, signature)?
        }
        PublicKey::Ec(key) => {
            if key.element().group().field_bits() < STRONG_FIELD_BITS {
                weaknesses.insert(Weakness::EcBelow224);
            }
            verify_ec(key, algorithm, &digest, signature)?;
            Deviations::new()
        }
        PublicKey::Unsupported(problem) => return Err(problem.clone().into()),
    };
    Ok(Verified { deviations, weaknesses })
}

fn verify_rsa(
    key: &RsaPublicKey,
    algorithm: &SignatureAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<Deviations, SignatureError> {
    let does_not_fit = Err(SignatureError::KeyDoesNotFit(*algorithm));
    let open = || rsa::open(key.modulus(), key.exponent(), signature).ok_or(SignatureError::Wrong);
    match algorithm {
        SignatureAlgorithm::RsaPkcs1(hash) if key.allows(None) => {
            match rsa::pkcs1_form(*hash, digest, &open()?).ok_or(SignatureError::Wrong)? {
                DigestInfoForm::WithNull => Ok(Deviations::new()),
                DigestInfoForm::WithoutNull => Ok(Deviations::from([Deviation::DigestInfoWithoutNull])),
            }
        }
        SignatureAlgorithm::RsaPss(parameters) if key.allows(Some(parameters)) => {
            if rsa::pss_is_consistent(parameters, digest, &open()?, key.modulus_bits()) {
                Ok(Deviations::new())
            } else {
                Err(SignatureError::Wrong)
            }
        }
        _ => does_not_fit,
    }
}

fn verify_ec(
    key: &EcPublicKey,
    algorithm: &SignatureAlgorithm,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let fixed = match algorithm {
        SignatureAlgorithm::Ecdsa(_) => {
            ecdsa::from_der(key.element().group(), signature).map_err(|_| SignatureError::Wrong)?
        }
        SignatureAlgorithm::EcdsaPlain(_) => signature.to_vec(),
        SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(_) => {
            return Err(SignatureError::KeyDoesNotFit(*algorithm));
        }
    };
    key.verifying.verify(digest, &fixed).map_err(|_| SignatureError::Wrong)
}
