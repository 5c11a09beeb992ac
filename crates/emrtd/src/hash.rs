//! Hashing with the digest algorithms of Doc 9303-11 and Doc 9303-12.

use std::fmt;

use digest::Digest;

use crate::security_infos::DigestAlgorithm;

impl DigestAlgorithm {
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
