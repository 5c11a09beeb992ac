//! Certificate revocation lists (RFC 5280 §5, Doc 9303-12 §7.1.4; R-043).
//!
//! A list says nothing before its signature is verified with the authority's key, and nothing when it is stale: then
//! the answer is that revocation is undetermined, not that a certificate is good. Whether an older list was put in
//! place of a newer one is for the caller, who compares [`CrlNumber`]s.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use crate::algorithm::{AlgorithmProblem, SignatureAlgorithm};
use crate::asn1::{Asn1Error, Node, Reader, Rules, signed_parts, single, tag};
use crate::certificate::{Certificate, IssuanceError, check_issuer};
use crate::deviation::{Deviation, Deviations};
use crate::extension::{Extension, Listed, authority_key_identifier, read_list};
use crate::name::Name;
use crate::serial::SerialNumber;
use crate::signature::{Verified, verify};
use crate::{oid, time};

/// Largest list that is read, in bytes.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// Days after which a list is stale: states must issue one every 90 days, and two days pass in the mail.
pub const MAX_CRL_AGE_DAYS: i64 = 92;

/// Why bytes are no revocation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrlError {
    /// The structure is broken.
    #[error("revocation list: {0}")]
    Structure(#[from] Asn1Error),
    /// An extension of the list is broken; positions count from the start of its value.
    #[error("extension {id} of the revocation list: {source}")]
    Extension {
        /// Which extension.
        id: const_oid::ObjectIdentifier,
        /// What is wrong.
        source: Asn1Error,
    },
    /// The signature algorithm outside of the signed part, where anybody can change it, is not the one inside.
    #[error("the signature algorithm outside of the list's signed part is not the one inside")]
    AlgorithmsDiffer,
    /// Too many bytes.
    #[error("a revocation list of {0} bytes is not read")]
    TooLong(usize),
}

/// cRLNumber, compared as a number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CrlNumber(Vec<u8>);

impl Ord for CrlNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for CrlNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Hexadecimal.
impl fmt::Display for CrlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for CrlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CrlNumber({self})")
    }
}

/// When and why a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// revocationDate.
    pub revoked_at: Timestamp,
    /// CRLReason; whatever it is, the certificate is revoked.
    pub reason: Option<u8>,
}

/// How old a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CrlFreshness {
    /// Issued, and the next one is not due.
    Current,
    /// The next one was due before now, but the list is not older than [`MAX_CRL_AGE_DAYS`].
    Overdue,
    /// Older than [`MAX_CRL_AGE_DAYS`].
    Stale,
    /// Issued after now.
    NotYetIssued,
}

/// What a list says of a certificate. Only a verified list says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrlStatus {
    /// Listed. That holds for a stale list as well.
    Revoked(RevokedCertificate),
    /// Not listed, and the list is new enough to tell.
    NotListed,
    /// Not listed, and the list is too old, or of the future, to tell.
    Undetermined(CrlFreshness),
}

/// A revocation list. It is not to be believed for having been read.
#[derive(Clone, PartialEq, Eq)]
pub struct Crl {
    der: Vec<u8>,
    tbs: Range<usize>,
    algorithm: Result<SignatureAlgorithm, AlgorithmProblem>,
    issuer: Name,
    issuer_key_identifier: Option<Vec<u8>>,
    number: Option<CrlNumber>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    revoked: HashMap<SerialNumber, RevokedCertificate>,
    deviations: Deviations,
    signature: Vec<u8>,
}

impl Crl {
    /// Reads a list, which must be all of `der`.
    ///
    /// # Errors
    /// [`CrlError`].
    pub fn parse(der: &[u8]) -> Result<Self, CrlError> {
        if der.len() > MAX_BYTES {
            return Err(CrlError::TooLong(der.len()));
        }
        let (tbs, outer, signature) = signed_parts(der)?;

        let mut fields = tbs.children();
        let version = fields.optional(tag::INTEGER)?.map(|node| node.small()).transpose()?;
        let inner = fields.expect(tag::SEQUENCE)?;
        if inner.raw != outer.raw {
            return Err(CrlError::AlgorithmsDiffer);
        }
        let (algorithm, mut deviations) = SignatureAlgorithm::read(&inner)?;
        if version != Some(1) {
            deviations.insert(Deviation::CrlVersionNotTwo);
        }
        let issuer = Name::read(&fields.expect(tag::SEQUENCE)?)?;
        let this_update = fields.next()?.ok_or(Asn1Error::Missing { at: tbs.at, expected: 0x17 })?;
        let this_update = time::read(&this_update)?;
        let next_update = if time::is_time(fields.peek()) {
            fields.next()?.map(|node| time::read(&node)).transpose()?
        } else {
            None
        };
        if next_update.is_none() {
            deviations.insert(Deviation::CrlNextUpdateMissing);
        }
        let revoked = match fields.optional(tag::SEQUENCE)? {
            Some(list) => read_entries(list.children(), &mut deviations)?,
            None => HashMap::new(),
        };
        let Listed { list: extensions, repeated, .. } = match fields.optional(0xA0)? {
            Some(list) => read_list(&list.only(tag::SEQUENCE)?)?,
            None => Listed::default(),
        };
        fields.finish()?;
        if repeated {
            deviations.insert(Deviation::ExtensionRepeated);
        }
        let mut read = Self {
            tbs: tbs.at..tbs.at.saturating_add(tbs.raw.len()),
            der: der.to_vec(),
            algorithm,
            issuer,
            issuer_key_identifier: None,
            number: None,
            this_update,
            next_update,
            revoked,
            deviations,
            signature,
        };
        for extension in &extensions {
            read.decode(extension).map_err(|source| CrlError::Extension { id: extension.id, source })?;
        }
        if read.number.is_none() {
            read.deviations.insert(Deviation::CrlNumberMissing);
        }
        if read.issuer_key_identifier.is_none() {
            read.deviations.insert(Deviation::CrlAuthorityKeyIdentifierMissing);
        }
        Ok(read)
    }

    fn decode(&mut self, extension: &Extension) -> Result<(), Asn1Error> {
        let whole = |tag| single(&extension.value, tag, Rules::Der);
        match extension.id {
            oid::CRL_NUMBER => {
                let number = whole(tag::INTEGER)?;
                if number.content.first().is_some_and(|first| first & 0x80 != 0) {
                    return Err(number.invalid());
                }
                self.number = Some(CrlNumber(number.unsigned()?.to_vec()));
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.issuer_key_identifier = authority_key_identifier(&whole(tag::SEQUENCE)?)?.key_identifier;
            }
            oid::DELTA_CRL | oid::ISSUING_DISTRIBUTION_POINT => {
                self.deviations.insert(Deviation::CrlPartial);
            }
            _ if extension.critical => {
                self.deviations.insert(Deviation::CrlCriticalExtensionUnknown);
            }
            _ => {}
        }
        Ok(())
    }

    /// The list as received.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The signed part as received.
    pub fn signed_part(&self) -> &[u8] {
        self.der.get(self.tbs.clone()).unwrap_or_default()
    }

    /// issuer.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// The issuer's key identifier, if the list names it.
    pub fn issuer_key_identifier(&self) -> Option<&[u8]> {
        self.issuer_key_identifier.as_deref()
    }

    /// cRLNumber. A list must never be replaced by one with a lower number.
    pub fn number(&self) -> Option<&CrlNumber> {
        self.number.as_ref()
    }

    /// thisUpdate.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// nextUpdate.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// How many certificates are listed.
    pub fn len(&self) -> usize {
        self.revoked.len()
    }

    /// Whether no certificate is listed.
    pub fn is_empty(&self) -> bool {
        self.revoked.is_empty()
    }

    /// What departs from the profile of Doc 9303-12 §7.1.4.
    pub fn deviations(&self) -> &Deviations {
        &self.deviations
    }

    /// Verifies that `issuer` signed this list: that the list names it, and the signature over the bytes as received.
    /// The deviations of the list are among those of the result.
    ///
    /// What is *not* checked: whether `issuer` may sign lists and is trusted.
    ///
    /// # Errors
    /// [`IssuanceError`].
    pub fn verify_issued_by(&self, issuer: &Certificate) -> Result<Verified, IssuanceError> {
        let mut deviations = check_issuer(&self.issuer, self.issuer_key_identifier(), issuer)?;
        let algorithm = self.algorithm?;
        let verified = verify(issuer.key(), &algorithm, self.signed_part(), &self.signature)?;
        deviations.extend(verified.deviations);
        deviations.extend(&self.deviations);
        Ok(Verified { deviations, weaknesses: verified.weaknesses })
    }

    /// How old the list is.
    pub fn freshness(&self, now: Timestamp) -> CrlFreshness {
        let age = now.duration_since(self.this_update);
        if age < SignedDuration::ZERO {
            CrlFreshness::NotYetIssued
        } else if age > SignedDuration::from_hours(MAX_CRL_AGE_DAYS.saturating_mul(24)) {
            CrlFreshness::Stale
        } else if self.next_update.is_some_and(|next| next < now) {
            CrlFreshness::Overdue
        } else {
            CrlFreshness::Current
        }
    }

    /// The entry of the certificate with this serial number, however old the list is.
    pub fn revoked(&self, serial: &SerialNumber) -> Option<&RevokedCertificate> {
        self.revoked.get(serial)
    }

    /// What the list says of the certificate with this serial number, by the list's own issuer.
    pub fn status(&self, serial: &SerialNumber, now: Timestamp) -> CrlStatus {
        if let Some(revoked) = self.revoked(serial) {
            return CrlStatus::Revoked(*revoked);
        }
        match self.freshness(now) {
            CrlFreshness::Current | CrlFreshness::Overdue => CrlStatus::NotListed,
            freshness => CrlStatus::Undetermined(freshness),
        }
    }
}

/// Names and numbers only.
impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({:?} of {}, {} listed)", self.number, self.issuer, self.revoked.len())
    }
}

fn read_entries(
    mut list: Reader<'_>,
    deviations: &mut Deviations,
) -> Result<HashMap<SerialNumber, RevokedCertificate>, Asn1Error> {
    let mut revoked = HashMap::new();
    while list.peek().is_some() {
        let entry = list.expect(tag::SEQUENCE)?;
        let (serial, read) = read_entry(&entry, deviations)?;
        revoked.entry(serial).or_insert(read);
    }
    Ok(revoked)
}

fn read_entry(
    entry: &Node<'_>,
    deviations: &mut Deviations,
) -> Result<(SerialNumber, RevokedCertificate), Asn1Error> {
    let mut parts = entry.children();
    let serial = SerialNumber::read(&parts.expect(tag::INTEGER)?)?;
    let date = parts.next()?.ok_or(Asn1Error::Missing { at: entry.at, expected: 0x17 })?;
    let mut read = RevokedCertificate { revoked_at: time::read(&date)?, reason: None };
    if let Some(extensions) = parts.optional(tag::SEQUENCE)? {
        for extension in read_list(&extensions)?.list {
            if extension.id == oid::CRL_REASON {
                let reason = single(&extension.value, tag::ENUMERATED, Rules::Der)?;
                read.reason = u8::try_from(reason.small()?).ok();
            } else if extension.critical {
                deviations.insert(Deviation::CrlCriticalExtensionUnknown);
            }
        }
    }
    parts.finish()?;
    Ok((serial, read))
}
