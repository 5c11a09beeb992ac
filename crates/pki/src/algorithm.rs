//! Hash and signature algorithms (Doc 9303-12 §4.4, RFC 4055, RFC 5758; R-034).
//!
//! MD2, MD4 and MD5 are refused by name. SHA-1 is read, for old documents, and makes a signature weak
//! ([`crate::Weakness`]): what a weak one is good for is for a policy.

use std::fmt;

use const_oid::ObjectIdentifier;
use digest::Digest;

use crate::asn1::{Asn1Error, Node, Reader, tag};
use crate::deviation::{Deviation, Deviations};
use crate::oid;

/// Longest salt of RSASSA-PSS that is read, in bytes: no modulus here leaves room for more.
const MAX_SALT: u64 = 1024;

/// A hash function that Doc 9303 knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HashAlgorithm {
    /// SHA-1; weak.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Why an algorithm cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AlgorithmProblem {
    /// MD2, MD4 or MD5, alone or in a signature.
    #[error("algorithm {0} is broken and refused")]
    Broken(ObjectIdentifier),
    /// An algorithm that is not known here.
    #[error("algorithm {0} is not supported")]
    Unsupported(ObjectIdentifier),
    /// Parameters that the algorithm does not have.
    #[error("the parameters of algorithm {0} are not valid")]
    Parameters(ObjectIdentifier),
}

/// Parameters of RSASSA-PSS (RFC 4055 §3.1). The trailer is always `BC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PssParameters {
    /// Hash of the message.
    pub hash: HashAlgorithm,
    /// Hash of the mask generation function MGF1.
    pub mask_hash: HashAlgorithm,
    /// Length of the salt in bytes.
    pub salt: usize,
}

/// A signature algorithm with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(HashAlgorithm),
    /// RSASSA-PSS.
    RsaPss(PssParameters),
    /// ECDSA, the signature as `ECDSA-Sig-Value`.
    Ecdsa(HashAlgorithm),
    /// ECDSA, the signature as r and s side by side (TR-03111 §5.2.1).
    EcdsaPlain(HashAlgorithm),
}

impl HashAlgorithm {
    /// Every hash, shortest first.
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Length of the digest in bytes.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of `parts` put together.
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn with<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().fold(D::new(), Digest::chain_update).finalize().to_vec()
        }
        match self {
            Self::Sha1 => with::<sha1::Sha1>(parts),
            Self::Sha224 => with::<sha2::Sha224>(parts),
            Self::Sha256 => with::<sha2::Sha256>(parts),
            Self::Sha384 => with::<sha2::Sha384>(parts),
            Self::Sha512 => with::<sha2::Sha512>(parts),
        }
    }

    /// Object identifier of the hash.
    pub const fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha1 => "1.3.14.3.2.26",
            Self::Sha224 => "2.16.840.1.101.3.4.2.4",
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        })
    }

    const fn rsa_oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha1 => "1.2.840.113549.1.1.5",
            Self::Sha224 => "1.2.840.113549.1.1.14",
            Self::Sha256 => "1.2.840.113549.1.1.11",
            Self::Sha384 => "1.2.840.113549.1.1.12",
            Self::Sha512 => "1.2.840.113549.1.1.13",
        })
    }

    const fn ecdsa_oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha1 => "1.2.840.10045.4.1",
            Self::Sha224 => "1.2.840.10045.4.3.1",
            Self::Sha256 => "1.2.840.10045.4.3.2",
            Self::Sha384 => "1.2.840.10045.4.3.3",
            Self::Sha512 => "1.2.840.10045.4.3.4",
        })
    }

    const fn ecdsa_plain_oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha1 => "0.4.0.127.0.7.1.1.4.1.1",
            Self::Sha224 => "0.4.0.127.0.7.1.1.4.1.2",
            Self::Sha256 => "0.4.0.127.0.7.1.1.4.1.3",
            Self::Sha384 => "0.4.0.127.0.7.1.1.4.1.4",
            Self::Sha512 => "0.4.0.127.0.7.1.1.4.1.5",
        })
    }

    /// Reads the AlgorithmIdentifier of a hash; its parameters are absent or NULL.
    pub(crate) fn read(node: &Node<'_>) -> Result<Result<Self, AlgorithmProblem>, Asn1Error> {
        let (id, mut parts) = identifier(node)?;
        let parameters = parts.next()?;
        parts.finish()?;
        if parameters.is_some_and(|value| !is_null(&value)) {
            return Ok(Err(AlgorithmProblem::Parameters(id)));
        }
        Ok(Self::from_oid(id))
    }

    /// The hash with this object identifier.
    ///
    /// # Errors
    /// [`AlgorithmProblem::Broken`] or [`AlgorithmProblem::Unsupported`].
    pub fn from_oid(id: ObjectIdentifier) -> Result<Self, AlgorithmProblem> {
        let problem = if oid::BROKEN_HASHES.contains(&id) {
            AlgorithmProblem::Broken(id)
        } else {
            AlgorithmProblem::Unsupported(id)
        };
        Self::ALL.into_iter().find(|hash| hash.oid() == id).ok_or(problem)
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

fn identifier<'a>(node: &Node<'a>) -> Result<(ObjectIdentifier, Reader<'a>), Asn1Error> {
    let mut parts = node.children();
    let id = parts.expect(tag::OID)?.oid()?;
    Ok((id, parts))
}

fn is_null(node: &Node<'_>) -> bool {
    node.tag == tag::NULL && node.content.is_empty()
}

impl PssParameters {
    /// Reads RSASSA-PSS-params; what is left out has the value of RFC 4055.
    pub(crate) fn read(node: &Node<'_>) -> Result<Result<Self, AlgorithmProblem>, Asn1Error> {
        let refused = Ok(Err(AlgorithmProblem::Parameters(oid::RSASSA_PSS)));
        let mut read = Self { hash: HashAlgorithm::Sha1, mask_hash: HashAlgorithm::Sha1, salt: 20 };
        let mut fields = node.children();
        if let Some(field) = fields.optional(0xA0)? {
            match HashAlgorithm::read(&field.only(tag::SEQUENCE)?)? {
                Ok(hash) => read.hash = hash,
                Err(problem) => return Ok(Err(problem)),
            }
        }
        if let Some(field) = fields.optional(0xA1)? {
            let (id, mut parts) = identifier(&field.only(tag::SEQUENCE)?)?;
            if id != oid::MGF1 {
                return Ok(Err(AlgorithmProblem::Unsupported(id)));
            }
            match HashAlgorithm::read(&parts.expect(tag::SEQUENCE)?)? {
                Ok(hash) => read.mask_hash = hash,
                Err(problem) => return Ok(Err(problem)),
            }
            parts.finish()?;
        }
        if let Some(field) = fields.optional(0xA2)? {
            match field.only(tag::INTEGER)?.small()? {
                salt @ 0..=MAX_SALT => read.salt = usize::try_from(salt).unwrap_or_default(),
                _ => return refused,
            }
        }
        if let Some(field) = fields.optional(0xA3)?
            && field.only(tag::INTEGER)?.small()? != 1
        {
            return refused;
        }
        fields.finish()?;
        Ok(Ok(read))
    }
}

impl SignatureAlgorithm {
    /// The hash of the message.
    pub const fn hash(&self) -> HashAlgorithm {
        match self {
            Self::RsaPkcs1(hash) | Self::Ecdsa(hash) | Self::EcdsaPlain(hash) => *hash,
            Self::RsaPss(parameters) => parameters.hash,
        }
    }

    /// Reads an AlgorithmIdentifier, and what in it departs from its standard.
    pub(crate) fn read(node: &Node<'_>) -> Result<(Result<Self, AlgorithmProblem>, Deviations), Asn1Error> {
        let (id, mut parts) = identifier(node)?;
        let parameters = parts.next()?;
        parts.finish()?;
        let mut deviations = Deviations::new();
        let refused = AlgorithmProblem::Parameters(id);
        if id == oid::RSASSA_PSS {
            let Some(parameters) = parameters.filter(|value| value.tag == tag::SEQUENCE) else {
                return Ok((Err(refused), deviations));
            };
            let read = PssParameters::read(&parameters)?;
            if let Ok(read) = read {
                if read.salt != read.hash.length() {
                    deviations.insert(Deviation::PssSaltLengthDiffers);
                }
                if read.mask_hash != read.hash {
                    deviations.insert(Deviation::PssMaskHashDiffers);
                }
            }
            return Ok((read.map(Self::RsaPss), deviations));
        }
        let rsa = HashAlgorithm::ALL.into_iter().find(|hash| hash.rsa_oid() == id).map(Self::RsaPkcs1);
        let ecdsa = HashAlgorithm::ALL.into_iter().find(|hash| hash.ecdsa_oid() == id).map(Self::Ecdsa);
        let plain = HashAlgorithm::ALL.into_iter().find(|hash| hash.ecdsa_plain_oid() == id);
        let ecdsa = ecdsa.or(plain.map(Self::EcdsaPlain));
        match (rsa, ecdsa, &parameters) {
            (Some(_), ..) if parameters.is_none() => {
                deviations.insert(Deviation::RsaAlgorithmWithoutNull);
            }
            (_, Some(_), Some(_)) => {
                deviations.insert(Deviation::EcdsaAlgorithmWithNull);
            }
            _ => {}
        }
        let read = match rsa.or(ecdsa) {
            Some(_) if parameters.is_some_and(|value| !is_null(&value)) => Err(refused),
            Some(known) => Ok(known),
            None if oid::BROKEN_SIGNATURES.contains(&id) => Err(AlgorithmProblem::Broken(id)),
            None => Err(AlgorithmProblem::Unsupported(id)),
        };
        Ok((read, deviations))
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RsaPkcs1(hash) => write!(f, "RSA PKCS#1 v1.5 with {hash}"),
            Self::RsaPss(PssParameters { hash, mask_hash, salt }) => {
                write!(f, "RSASSA-PSS with {hash}, MGF1 with {mask_hash}, salt of {salt} bytes")
            }
            Self::Ecdsa(hash) => write!(f, "ECDSA with {hash}"),
            Self::EcdsaPlain(hash) => write!(f, "ECDSA with {hash}, in the plain format"),
        }
    }
}
