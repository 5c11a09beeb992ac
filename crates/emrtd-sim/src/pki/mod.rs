//! The issuing PKI: country signing CA, link certificates, document signers and revocation lists
//! (ICAO Doc 9303-12).
//!
//! It issues by the profile of §7.1 and, on wish, with the named [`Deviation`]s that real certificates show. It
//! protects nothing: its private keys are specimens and lie in the open.

mod algorithm;
mod authority;
pub(crate) mod certificate;
mod deviation;
mod key;
mod name;
mod spki;

pub use algorithm::{HashAlgorithm, SignatureSpec};
pub use authority::{Csca, CscaKey, DocumentSigner, Revocation, State};
pub use certificate::{CertificateRequest, IssuedCertificate, Role};
pub use deviation::Deviation;
pub(crate) use key::signature_group;
pub use key::{KeySpec, SigningKey, generate_rsa, rsa_to_pkcs1};
pub use name::DistinguishedName;
pub use spki::{ParameterEncoding, curve_oid, public_key_info, rsa_public_key_info};

/// Why the PKI could not make a key, a signature or a certificate.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// RSA keys are made with 1024 to 4096 bits.
    #[error("an RSA key of {0} bits is not made here: 1024 to 4096")]
    RsaLength(usize),
    /// The parameter number does not name an elliptic curve.
    #[error("standardised parameters {0} are no elliptic curve: these are 8 to 18")]
    NotACurve(u8),
    /// A group of DH has no object identifier.
    #[error("standardised parameters {0} have no name: write them in full or by number")]
    GroupWithoutName(u8),
    /// An RSA scheme with an EC key or the reverse.
    #[error("the signature scheme does not fit the key's type")]
    SchemeDoesNotFitKey,
    /// RSA refused: the modulus is too short for digest and salt, or key generation failed.
    #[error("RSA: {0}")]
    Rsa(#[from] rsa::Error),
    /// An RSA key could not be written as PKCS#1.
    #[error("RSA key encoding: {0}")]
    RsaEncoding(rsa::pkcs1::Error),
    /// ECDSA refused.
    #[error("ECDSA: {0}")]
    Ecdsa(#[from] groups::ecdsa::SignatureError),
    /// A public key that was just written could not be read back.
    #[error("public key encoding: {0}")]
    Encoding(der::Error),
    /// A date lies outside the calendar.
    #[error("date: {0}")]
    Date(#[from] jiff::Error),
}
