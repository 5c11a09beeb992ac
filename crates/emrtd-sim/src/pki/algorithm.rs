//! Hash and signature algorithms of the issuing PKI (ICAO Doc 9303-12 §4.4, RFC 4055, RFC 5758).

use const_oid::ObjectIdentifier;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::Deviation;
use crate::asn1;

pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");

/// A hash function that Doc 9303 knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HashAlgorithm {
    /// SHA-1; only for old documents.
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

impl HashAlgorithm {
    /// Every hash, shortest first.
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The digest of `data`.
    pub fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(data).to_vec(),
            Self::Sha224 => Sha224::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

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

    /// Plain ECDSA with this hash, of BSI TR-03111 §5.2.1: what ActiveAuthenticationInfo names (Doc 9303-11 §9.2.8),
    /// and how some signatures of certificates and security objects are made.
    pub const fn plain_ecdsa_oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha1 => "0.4.0.127.0.7.1.1.4.1.1",
            Self::Sha224 => "0.4.0.127.0.7.1.1.4.1.2",
            Self::Sha256 => "0.4.0.127.0.7.1.1.4.1.3",
            Self::Sha384 => "0.4.0.127.0.7.1.1.4.1.4",
            Self::Sha512 => "0.4.0.127.0.7.1.1.4.1.5",
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

    /// AlgorithmIdentifier of the hash. RFC 5754 §2 leaves the parameters out; RFC 3370 §2.1 allows NULL, which is
    /// what nearly all states write.
    pub fn identifier(self) -> Vec<u8> {
        asn1::sequence([asn1::oid(self.oid()), asn1::null()])
    }

    /// DigestInfo before the digest itself, of PKCS#1 v1.5 (RFC 8017 §9.2). `with_null` false gives the shorter
    /// variant that some states sign.
    pub(crate) fn digest_info_prefix(self, with_null: bool) -> Vec<u8> {
        let mut algorithm = asn1::oid(self.oid());
        if with_null {
            algorithm.extend(asn1::null());
        }
        let digest = vec![0; self.length()];
        let whole = asn1::sequence([asn1::sequence([algorithm]), asn1::octet_string(&digest)]);
        whole.get(..whole.len().saturating_sub(self.length())).unwrap_or_default().to_vec()
    }
}

/// A signature scheme with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SignatureSpec {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1 {
        /// Hash of the message.
        digest: HashAlgorithm,
    },
    /// RSASSA-PSS with MGF1; the mask generation uses the same hash.
    RsaPss {
        /// Hash of the message.
        digest: HashAlgorithm,
        /// Length of the salt in bytes (Denmark: 64 with SHA-256).
        salt: u8,
    },
    /// ECDSA with a DER-encoded signature.
    Ecdsa {
        /// Hash of the message.
        digest: HashAlgorithm,
    },
    /// ECDSA in plain format, r and s side by side, under the identifiers of BSI TR-03111 §5.2.1.
    EcdsaPlain {
        /// Hash of the message.
        digest: HashAlgorithm,
    },
}

impl SignatureSpec {
    /// The hash of the message.
    pub const fn digest(self) -> HashAlgorithm {
        match self {
            Self::RsaPkcs1 { digest }
            | Self::RsaPss { digest, .. }
            | Self::Ecdsa { digest }
            | Self::EcdsaPlain { digest } => digest,
        }
    }

    /// The AlgorithmIdentifier.
    pub fn identifier(self, deviations: &[Deviation]) -> Vec<u8> {
        match self {
            Self::RsaPkcs1 { digest } if deviations.contains(&Deviation::RsaAlgorithmWithoutNull) => {
                asn1::sequence([asn1::oid(digest.rsa_oid())])
            }
            Self::RsaPkcs1 { digest } => asn1::sequence([asn1::oid(digest.rsa_oid()), asn1::null()]),
            Self::RsaPss { digest, salt } => {
                asn1::sequence([asn1::oid(RSASSA_PSS), pss_parameters(digest, salt)])
            }
            Self::Ecdsa { digest } if deviations.contains(&Deviation::EcdsaAlgorithmWithNull) => {
                asn1::sequence([asn1::oid(digest.ecdsa_oid()), asn1::null()])
            }
            Self::Ecdsa { digest } => asn1::sequence([asn1::oid(digest.ecdsa_oid())]),
            Self::EcdsaPlain { digest } => asn1::sequence([asn1::oid(digest.plain_ecdsa_oid())]),
        }
    }
}

/// RSASSA-PSS-params (RFC 4055 §3.1); values that equal their DEFAULT are left out, as DER demands.
fn pss_parameters(digest: HashAlgorithm, salt: u8) -> Vec<u8> {
    let mut fields = Vec::new();
    if digest != HashAlgorithm::Sha1 {
        fields.push(asn1::explicit(0, &digest.identifier()));
        fields.push(asn1::explicit(1, &asn1::sequence([asn1::oid(MGF1), digest.identifier()])));
    }
    if salt != 20 {
        fields.push(asn1::explicit(2, &asn1::small(u64::from(salt))));
    }
    asn1::sequence(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn the_digest_info_of_sha_256_is_that_of_rfc_8017() {
        let expected = hex!("3031300d060960864801650304020105000420");
        assert_eq!(HashAlgorithm::Sha256.digest_info_prefix(true), expected);
        let without_null = hex!("302f300b0609608648016503040201 0420");
        assert_eq!(HashAlgorithm::Sha256.digest_info_prefix(false), without_null);
    }

    #[test]
    fn pss_with_all_defaults_is_an_empty_sequence() {
        assert_eq!(pss_parameters(HashAlgorithm::Sha1, 20), hex!("3000"));
        assert_eq!(pss_parameters(HashAlgorithm::Sha1, 32), hex!("3005a203020120"));
    }

    #[test]
    fn digests_have_the_announced_length() {
        for hash in HashAlgorithm::ALL {
            assert_eq!(hash.digest(b"abc").len(), hash.length());
        }
    }
}
