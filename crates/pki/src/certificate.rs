//! Certificates (RFC 5280 §4.1, Doc 9303-12 §7.1).
//!
//! A certificate is read once and keeps its bytes: the signature is checked over the signed part exactly as it was
//! received. Reading says nothing about trust; [`Certificate::check_profile`] and [`Certificate::verify_issued_by`] say
//! what is wrong, and a path to an anchor from elsewhere is still needed.

use std::ops::Range;

use const_oid::ObjectIdentifier;
use jiff::Timestamp;
use sha1::{Digest, Sha1};

use crate::algorithm::{AlgorithmProblem, SignatureAlgorithm};
use crate::asn1::{Asn1Error, Node, signed_parts, tag};
use crate::deviation::{Deviation, Deviations};
use crate::extension::Extensions;
use crate::key::PublicKey;
use crate::name::Name;
use crate::serial::SerialNumber;
use crate::signature::{SignatureError, Verified, verify};
use crate::time;

/// Largest certificate that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Why bytes are no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The structure is broken.
    #[error("certificate: {0}")]
    Structure(#[from] Asn1Error),
    /// An extension is broken; positions count from the start of its value.
    #[error("extension {id} of the certificate: {source}")]
    Extension {
        /// Which extension.
        id: ObjectIdentifier,
        /// What is wrong.
        source: Asn1Error,
    },
    /// The signature algorithm outside of the signed part, where anybody can change it, is not the one inside.
    #[error("the signature algorithm outside of the certificate's signed part is not the one inside")]
    AlgorithmsDiffer,
    /// Too many bytes.
    #[error("a certificate of {0} bytes is not read")]
    TooLong(usize),
}

/// Why a certificate was not issued by another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuanceError {
    /// Neither the name nor the key identifier is that of the issuer.
    #[error("it names another issuer: {named}")]
    OtherIssuer {
        /// The issuer that it names.
        named: String,
    },
    /// The signature algorithm cannot be used.
    #[error(transparent)]
    Algorithm(#[from] AlgorithmProblem),
    /// The signature does not verify.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// From when until when a certificate is valid, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// notBefore.
    pub not_before: Timestamp,
    /// notAfter.
    pub not_after: Timestamp,
}

/// A certificate. It is not trusted for having been read.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Range<usize>,
    pub(crate) version: u64,
    serial: SerialNumber,
    algorithm: Result<SignatureAlgorithm, AlgorithmProblem>,
    pub(crate) algorithm_deviations: Deviations,
    issuer: Name,
    subject: Name,
    validity: Validity,
    key: PublicKey,
    key_digest: [u8; 20],
    pub(crate) has_unique_identifier: bool,
    pub(crate) has_unusual_time: bool,
    extensions: Extensions,
    signature: Vec<u8>,
}

/// Where a part lies in the bytes that all positions count from.
fn range_of(node: &Node<'_>) -> Range<usize> {
    node.at..node.at.saturating_add(node.raw.len())
}

impl Certificate {
    /// Reads a certificate, which must be all of `der`.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_BYTES {
            return Err(CertificateError::TooLong(der.len()));
        }
        let (tbs, outer, signature) = signed_parts(der)?;

        let mut fields = tbs.children();
        let version = match fields.optional(0xA0)? {
            Some(version) => version.only(tag::INTEGER)?.small()?,
            None => 0,
        };
        let serial = SerialNumber::read(&fields.expect(tag::INTEGER)?)?;
        let inner = fields.expect(tag::SEQUENCE)?;
        if inner.raw != outer.raw {
            return Err(CertificateError::AlgorithmsDiffer);
        }
        let (algorithm, algorithm_deviations) = SignatureAlgorithm::read(&inner)?;
        let issuer = Name::read(&fields.expect(tag::SEQUENCE)?)?;
        let period = fields.expect(tag::SEQUENCE)?;
        let subject = Name::read(&fields.expect(tag::SEQUENCE)?)?;
        let (key, key_bits) = PublicKey::read(&fields.expect(tag::SEQUENCE)?)?;
        let (validity, has_usual_time) = Validity::read(&period)?;
        let unique = (fields.optional(0x81)?, fields.optional(0x82)?);
        let extensions = match fields.optional(0xA3)? {
            Some(list) => Extensions::read(&list.only(tag::SEQUENCE)?).map_err(|problem| match problem {
                (Some(id), source) => CertificateError::Extension { id, source },
                (None, source) => source.into(),
            })?,
            None => Extensions::default(),
        };
        fields.finish()?;
        Ok(Self {
            tbs: range_of(&tbs),
            version,
            serial,
            algorithm,
            algorithm_deviations,
            issuer,
            subject,
            validity,
            key,
            key_digest: Sha1::digest(key_bits).into(),
            has_unique_identifier: unique.0.is_some() || unique.1.is_some(),
            has_unusual_time: !has_usual_time,
            extensions,
            signature,
            der: der.to_vec(),
        })
    }

    /// The certificate as received.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The signed part as received.
    pub fn signed_part(&self) -> &[u8] {
        self.der.get(self.tbs.clone()).unwrap_or_default()
    }

    /// serialNumber.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// The signature algorithm of the signed part.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn signature_algorithm(&self) -> Result<&SignatureAlgorithm, AlgorithmProblem> {
        self.algorithm.as_ref().map_err(|problem| *problem)
    }

    /// issuer.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// subject.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// validity.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// subjectPublicKeyInfo.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// extensions.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The country of the subject as it is to be compared: in upper case.
    pub fn country(&self) -> Option<String> {
        self.subject.country().map(|country| country.to_uppercase())
    }

    /// The key identifier by which others name this key: subjectKeyIdentifier, or without one the SHA-1 of the key's
    /// bits (RFC 5280 §4.2.1.2 method 1).
    pub fn key_identifier(&self) -> &[u8] {
        self.extensions.subject_key_identifier.as_deref().unwrap_or(&self.key_digest)
    }

    /// The issuer's key identifier, if the certificate names it.
    pub fn issuer_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key_identifier.as_ref()?.key_identifier.as_deref()
    }

    /// Whether it claims to be signed with its own key: issuer and subject have the same name, and the key identifiers,
    /// where both are there, are the same. A link certificate under an unchanged name is not.
    pub fn claims_to_be_self_signed(&self) -> bool {
        let own = self.extensions.subject_key_identifier.as_deref();
        self.issuer.matches(&self.subject)
            && match (self.issuer_key_identifier(), own) {
                (Some(issuer), Some(own)) => issuer == own,
                _ => true,
            }
    }

    /// Verifies that `issuer` signed this certificate: that it names `issuer`, and the signature over the bytes as
    /// received.
    ///
    /// What is *not* checked: whether `issuer` may sign certificates and is trusted, and whether either is valid now or
    /// keeps to the profile.
    ///
    /// # Errors
    /// [`IssuanceError`].
    pub fn verify_issued_by(&self, issuer: &Certificate) -> Result<Verified, IssuanceError> {
        let mut deviations = self.check_issuer(issuer)?;
        let verified =
            verify(issuer.key(), self.signature_algorithm()?, self.signed_part(), &self.signature)?;
        deviations.extend(verified.deviations);
        deviations.extend(&self.algorithm_deviations);
        Ok(Verified { deviations, weaknesses: verified.weaknesses })
    }

    fn check_issuer(&self, issuer: &Certificate) -> Result<Deviations, IssuanceError> {
        check_issuer(&self.issuer, self.issuer_key_identifier(), issuer)
    }
}

/// Whether a certificate or list that names its issuer like this can be one of `issuer`, and what departs in that.
pub(crate) fn check_issuer(
    name: &Name,
    key_identifier: Option<&[u8]>,
    issuer: &Certificate,
) -> Result<Deviations, IssuanceError> {
    let same_key = key_identifier.map(|named| named == issuer.key_identifier());
    let mut deviations = Deviations::new();
    if !name.matches(issuer.subject()) {
        if same_key != Some(true) {
            return Err(IssuanceError::OtherIssuer { named: name.to_string() });
        }
        deviations.insert(Deviation::IssuerNameDiffers);
    }
    if same_key == Some(false) {
        deviations.insert(Deviation::KeyIdentifierDiffers);
    }
    Ok(deviations)
}

/// Names and numbers only.
impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({} of {}, issued by {})", self.serial, self.subject, self.issuer)
    }
}

impl Validity {
    /// The validity, and whether both times are written in the form of RFC 5280.
    fn read(period: &Node<'_>) -> Result<(Self, bool), Asn1Error> {
        let mut parts = period.children();
        let missing = Asn1Error::Missing { at: period.at, expected: 0x17 };
        let (from, until) = (parts.next()?.ok_or(missing)?, parts.next()?.ok_or(missing)?);
        parts.finish()?;
        let (not_before, not_after) = (time::read(&from)?, time::read(&until)?);
        let usual = time::has_its_form(&from, not_before) && time::has_its_form(&until, not_after);
        Ok((Self { not_before, not_after }, usual))
    }

    /// Where `now` lies: `Less` before the validity, `Equal` in it, `Greater` after it.
    pub fn position_of(&self, now: Timestamp) -> std::cmp::Ordering {
        if now < self.not_before {
            std::cmp::Ordering::Less
        } else if now > self.not_after {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    }
}
