//! Private keys of the issuing PKI.
//!
//! Specimen keys only: signing is neither blinded against timing nor protected in any hardware.

use std::fmt;

use groups::{Group, Kind, Secret};
use rand_core::CryptoRng;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::spki::{ParameterEncoding, public_key_info, rsa_public_key_info};
use super::{Deviation, HashAlgorithm, PkiError, SignatureSpec};

/// What key to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum KeySpec {
    /// RSA with exponent 65537.
    Rsa {
        /// Length of the modulus in bits, 1024 to 4096.
        bits: usize,
    },
    /// EC on a standardised curve.
    Ec {
        /// Standardised domain parameters, 8–18.
        parameter_id: u8,
        /// How the certificate writes the curve.
        #[serde(default)]
        encoding: ParameterEncoding,
    },
}

/// A private key that signs certificates or security objects.
pub enum SigningKey {
    /// RSA.
    Rsa(Box<RsaPrivateKey>),
    /// EC.
    Ec {
        /// The private scalar.
        secret: Secret,
        /// How the public key's parameters are written.
        encoding: ParameterEncoding,
    },
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(key) => write!(formatter, "SigningKey(RSA-{}, <redacted>)", key.size() * 8),
            Self::Ec { secret, .. } => write!(formatter, "SigningKey({}, <redacted>)", secret.group()),
        }
    }
}

impl SigningKey {
    /// Makes a key from the generator's next output: the same state gives the same key. RSA of 4096 bits
    /// takes about a second.
    pub fn generate(spec: KeySpec, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self, PkiError> {
        match spec {
            KeySpec::Rsa { bits } => Ok(Self::Rsa(Box::new(generate_rsa(bits, rng)?))),
            KeySpec::Ec { parameter_id, encoding } => {
                let group = signature_group(parameter_id)?;
                let mut rng = rng;
                Ok(Self::Ec { secret: Secret::random(group, &mut rng), encoding })
            }
        }
    }

    /// SubjectPublicKeyInfo, DER.
    pub fn public_key_info(&self) -> Result<Vec<u8>, PkiError> {
        match self {
            Self::Rsa(key) => Ok(rsa_public_key_info(&key.n_bytes(), &key.e_bytes())),
            Self::Ec { secret, encoding } => public_key_info(&secret.public(), *encoding),
        }
    }

    /// Signs a message: raw for RSA, ECDSA-Sig-Value or r and s for EC.
    pub fn sign(
        &self,
        scheme: SignatureSpec,
        deviations: &[Deviation],
        message: &[u8],
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Vec<u8>, PkiError> {
        let hash = scheme.digest();
        let digest = hash.digest(message);
        match (self, scheme) {
            (Self::Rsa(key), SignatureSpec::RsaPkcs1 { .. }) => {
                let with_null = !deviations.contains(&Deviation::DigestInfoWithoutNull);
                let padding = Pkcs1v15Sign {
                    hash_len: Some(hash.length()),
                    prefix: hash.digest_info_prefix(with_null).into_boxed_slice(),
                };
                Ok(key.sign(padding, &digest)?)
            }
            (Self::Rsa(key), SignatureSpec::RsaPss { salt, .. }) => {
                let salt = usize::from(salt);
                Ok(match hash {
                    HashAlgorithm::Sha1 => key.sign_with_rng(rng, Pss::<Sha1>::new_with_salt(salt), &digest),
                    HashAlgorithm::Sha224 => {
                        key.sign_with_rng(rng, Pss::<Sha224>::new_with_salt(salt), &digest)
                    }
                    HashAlgorithm::Sha256 => {
                        key.sign_with_rng(rng, Pss::<Sha256>::new_with_salt(salt), &digest)
                    }
                    HashAlgorithm::Sha384 => {
                        key.sign_with_rng(rng, Pss::<Sha384>::new_with_salt(salt), &digest)
                    }
                    HashAlgorithm::Sha512 => {
                        key.sign_with_rng(rng, Pss::<Sha512>::new_with_salt(salt), &digest)
                    }
                }?)
            }
            (Self::Ec { secret, .. }, SignatureSpec::Ecdsa { .. } | SignatureSpec::EcdsaPlain { .. }) => {
                let mut rng = rng;
                let plain = groups::ecdsa::sign(secret, &digest, &mut rng)?;
                match scheme {
                    SignatureSpec::EcdsaPlain { .. } => Ok(plain),
                    _ => Ok(groups::ecdsa::to_der(&plain)?),
                }
            }
            _ => Err(PkiError::SchemeDoesNotFitKey),
        }
    }
}

/// Makes an RSA key with exponent 65537 (see [`SigningKey::generate`]).
pub fn generate_rsa(bits: usize, rng: &mut (impl CryptoRng + ?Sized)) -> Result<RsaPrivateKey, PkiError> {
    if !(1024..=4096).contains(&bits) {
        return Err(PkiError::RsaLength(bits));
    }
    Ok(RsaPrivateKey::new(rng, bits)?)
}

/// RSAPrivateKey of PKCS#1, DER.
pub fn rsa_to_pkcs1(key: &RsaPrivateKey) -> Result<Vec<u8>, PkiError> {
    Ok(key.to_pkcs1_der().map_err(PkiError::RsaEncoding)?.as_bytes().to_vec())
}

/// The group of a parameter number, if signatures can be made in it.
pub(crate) fn signature_group(parameter_id: u8) -> Result<Group, PkiError> {
    Group::from_parameter_id(parameter_id)
        .filter(|group| group.kind() == Kind::Ecdh)
        .ok_or(PkiError::NotACurve(parameter_id))
}
