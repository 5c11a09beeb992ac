//! The digest algorithms of Doc 9303-11 and Doc 9303-12.

use std::fmt;

use digest::Digest;

use crate::oid::{self, Oid};

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names of FIPS 180-4")]
pub enum DigestAlgorithm {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl DigestAlgorithm {
    /// In the order of the arcs below [`oid::ECDSA_PLAIN`].
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The object identifier of the digest alone.
    pub const fn oid(self) -> Oid {
        match self {
            Self::Sha1 => oid::SHA1,
            Self::Sha224 => oid::SHA224,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    /// The digest with this object identifier.
    pub fn from_oid(oid: &Oid) -> Option<Self> {
        Self::ALL.into_iter().find(|digest| digest.oid() == *oid)
    }

    /// The arc below [`oid::ECDSA_PLAIN`].
    pub(crate) const fn ecdsa_plain_arc(self) -> u8 {
        match self {
            Self::Sha1 => 1,
            Self::Sha224 => 2,
            Self::Sha256 => 3,
            Self::Sha384 => 4,
            Self::Sha512 => 5,
        }
    }

    /// Bytes of its output.
    pub const fn output_bytes(self) -> usize {
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
        match self {
            Self::Sha1 => digest_with::<sha1::Sha1>(parts),
            Self::Sha224 => digest_with::<sha2::Sha224>(parts),
            Self::Sha256 => digest_with::<sha2::Sha256>(parts),
            Self::Sha384 => digest_with::<sha2::Sha384>(parts),
            Self::Sha512 => digest_with::<sha2::Sha512>(parts),
        }
    }
}

fn digest_with<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut state = D::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().to_vec()
}

impl fmt::Display for DigestAlgorithm {
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
