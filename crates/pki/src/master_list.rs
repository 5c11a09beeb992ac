//! Master lists: the authorities that one state knows, signed by it (Doc 9303-12 §9; R-038).
//!
//! Reading a list and checking its signer says nothing about the certificates on it as long as the signer is not traced
//! to an authority that was obtained out of band: what a list contains is what its signer chose. A certificate that
//! cannot be read is kept with the reason and spoils none of the others.

use const_oid::ObjectIdentifier;

use crate::asn1::{Asn1Error, Rules, single, tag};
use crate::certificate::{Certificate, CertificateError, IssuanceError};
use crate::cms::{CmsError, SignedData, SignerError};
use crate::deviation::Deviations;
use crate::oid;
use crate::profile::Role;
use crate::signature::Verified;

/// Most certificates on a list.
const MAX_CERTIFICATES: usize = 20_000;

/// Why bytes are no master list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterListError {
    /// The CMS around it is broken.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// The list inside is broken; positions count from the start of the content.
    #[error("master list: {0}")]
    Structure(#[from] Asn1Error),
    /// Signed content of another type.
    #[error("signed content {0} is no master list")]
    OtherContent(ObjectIdentifier),
}

/// Why the signer of a list was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterListSignerError {
    /// The list has no signature or several.
    #[error("the list has {0} signatures instead of one")]
    Signatures(usize),
    /// No certificate that can be read and that the signature names is embedded.
    #[error("the certificate of the signer is not embedded")]
    NoCertificate,
    /// The signature over the list.
    #[error("signature of the list: {0}")]
    Signature(#[from] SignerError),
    /// The signer's certificate was not issued by the authority it was checked with.
    #[error("certificate of the signer: {0}")]
    Unanchored(#[from] IssuanceError),
}

/// The signer of a list, verified up to an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "deviations and validity are to be judged"]
pub struct MasterListSigner<'a> {
    /// Its certificate. Its validity at the time of the check is still to be looked at.
    pub certificate: &'a Certificate,
    /// The signature over the list.
    pub list: Verified,
    /// The authority's signature over the certificate.
    pub issued: Verified,
    /// What of the certificate departs from the profile of a master list signer.
    pub profile: Deviations,
}

/// A master list. Its certificates are not trusted for standing on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterList {
    signed: SignedData,
    certificates: Vec<Result<Certificate, CertificateError>>,
}

impl MasterList {
    /// Reads a list, which must be all of `bytes`.
    ///
    /// # Errors
    /// [`MasterListError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, MasterListError> {
        let signed = SignedData::parse(bytes)?;
        if signed.content_type() != oid::MASTER_LIST {
            return Err(MasterListError::OtherContent(signed.content_type()));
        }
        let mut parts = single(signed.unverified_content(), tag::SEQUENCE, Rules::Ber)?.children();
        let version = parts.expect(tag::INTEGER)?;
        if version.small()? != 0 {
            return Err(version.invalid().into());
        }
        let mut list = parts.expect(tag::SET)?.children();
        parts.finish()?;
        let mut certificates = Vec::new();
        while let Some(node) = list.next()? {
            if certificates.len() == MAX_CERTIFICATES {
                return Err(Asn1Error::Limit { at: node.at }.into());
            }
            certificates.push(Certificate::parse(node.raw));
        }
        Ok(Self { signed, certificates })
    }

    /// The CMS around the list.
    pub fn signed_data(&self) -> &SignedData {
        &self.signed
    }

    /// The certificates on the list in its order, those that cannot be read with the reason.
    pub fn certificates(&self) -> &[Result<Certificate, CertificateError>] {
        &self.certificates
    }

    /// Verifies the signature of the list and that `authority`, obtained out of band, issued the signer's certificate.
    ///
    /// # Errors
    /// [`MasterListSignerError`].
    pub fn verify(&self, authority: &Certificate) -> Result<MasterListSigner<'_>, MasterListSignerError> {
        verify_signer(&self.signed, authority, Role::MasterListSigner)
    }
}

/// Verifies the signature of a list, and that `authority` issued the certificate of its signer, which has this role.
pub(crate) fn verify_signer<'a>(
    signed: &'a SignedData,
    authority: &Certificate,
    role: Role,
) -> Result<MasterListSigner<'a>, MasterListSignerError> {
    let [signer] = signed.signers() else {
        return Err(MasterListSignerError::Signatures(signed.signers().len()));
    };
    let certificate = signed
        .certificates()
        .iter()
        .flatten()
        .find(|certificate| signer.identifier().names(certificate))
        .ok_or(MasterListSignerError::NoCertificate)?;
    let list = signed.check(signer, certificate).all()?;
    let issued = certificate.verify_issued_by(authority)?;
    let profile = certificate.check_profile(role);
    Ok(MasterListSigner { certificate, list, issued, profile })
}
