//! From a signer to an authority of the trust store (Doc 9303-12 §7, RFC 5280 §6; R-033… ).
//!
//! A path has one step: travel documents have a signer and an authority, and every generation of an authority that the
//! store trusts is an anchor of its own. Four questions have four answers: [`PathFound`] or [`PathProblem`], validity,
//! revocation, and the document types that a signer may sign. None of them is a yes for the document.
//!
//! What it does not protect against: an authority that signs what it should not, and a key that was stolen and not yet
//! revoked.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;

use crate::anchors::Anchors;
use crate::certificate::{Certificate, IssuanceError};
use crate::crl::{Crl, CrlFreshness, CrlNumber, RevokedCertificate};
use crate::deviation::{DeviationTable, Judgement};
use crate::profile::Role;
use crate::signature::Verified;

/// The authority that issued a signer, and what departs on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "validity, revocation and weaknesses are to be judged"]
pub struct PathFound {
    /// The authority, from the store.
    pub authority: Arc<Certificate>,
    /// The authority's signature over the signer's certificate.
    pub issued: Verified,
    /// Departures of the signer, the authority and the signature: those that are tolerated, and those that break the
    /// profile. With one that does, the authority issued the signer and there is still no path.
    pub judgement: Judgement,
}

/// Why there is no path from a signer to an authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// The store has no authority that the signer can mean. The document may be genuine.
    #[error("the trust store has no authority with the signer's issuer key")]
    NoAuthority,
    /// The authority that the signer names did not sign its certificate.
    #[error("no authority that the signer names signed its certificate: {0}")]
    NotIssued(IssuanceError),
    /// The signer is of another country than the authority.
    #[error("the signer is of {signer}, the authority of {authority}")]
    OtherCountry {
        /// Country of the signer, or `-` without one.
        signer: String,
        /// Country of the authority.
        authority: String,
    },
}

/// Where a time lies in the validity of both certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathValidity {
    /// `Less` before the signer's validity, `Equal` in it, `Greater` after it.
    pub signer: Ordering,
    /// The same for the authority.
    pub authority: Ordering,
}

impl PathValidity {
    /// Whether both are valid.
    pub fn both(self) -> bool {
        self.signer.is_eq() && self.authority.is_eq()
    }
}

/// What the revocation lists say of signer and authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// Neither is listed, and a list is new enough to tell.
    NotListed {
        /// Number of the newest list.
        number: Option<CrlNumber>,
        /// Its thisUpdate.
        issued: Timestamp,
    },
    /// One of the two is listed, for whatever reason.
    Listed(RevokedCertificate),
    /// There is no list of this authority.
    NoList,
    /// The newest list is too old, or of the future.
    Stale(CrlFreshness),
}

/// Whether a signer may sign a type of document (Doc 9303-12 §7.1.1.6; R-045).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentTypeCheck {
    /// The list has the type.
    Listed,
    /// The list lacks it.
    NotListed,
    /// The signer has no list.
    NoList,
}

impl Anchors {
    /// Finds the authority that issued `signer`: by key identifier first, then every other with the issuer's name
    /// . Of several that did, one is taken that keeps to the profile and is valid at `now`.
    ///
    /// # Errors
    /// [`PathProblem`]; of several problems the one that came closest to a path.
    pub fn find_path(
        &self,
        signer: &Certificate,
        table: &DeviationTable,
        now: Timestamp,
    ) -> Result<PathFound, PathProblem> {
        let mut found: Option<PathFound> = None;
        let mut problem = PathProblem::NoAuthority;
        for authority in self.issuers(signer.issuer(), signer.issuer_key_identifier()) {
            match step(signer, authority, table) {
                Ok(path) if path.rank(now) == PathFound::BEST => return Ok(path),
                Ok(path) => {
                    if found.as_ref().is_none_or(|other| path.rank(now) > other.rank(now)) {
                        found = Some(path);
                    }
                }
                Err(other) if other.closeness() > problem.closeness() => problem = other,
                Err(_) => {}
            }
        }
        found.ok_or(problem)
    }

    /// What the lists that are in use say of a signer and its authority.
    pub fn revocation(&self, signer: &Certificate, authority: &Certificate, now: Timestamp) -> Revocation {
        let lists = self.revocation_lists(authority.subject());
        let listed = lists.iter().find_map(|list| {
            // Serial numbers are unique below one name, whichever of its keys signed.
            let own = authority.issuer().matches(list.issuer());
            let of_authority = || list.revoked(authority.serial()).filter(|_| own);
            list.revoked(signer.serial()).or_else(of_authority)
        });
        if let Some(entry) = listed {
            return Revocation::Listed(*entry);
        }
        let is_fresh =
            |list: &&Crl| matches!(list.freshness(now), CrlFreshness::Current | CrlFreshness::Overdue);
        if let Some(list) = lists.iter().filter(is_fresh).max_by_key(|list| list.this_update()) {
            return Revocation::NotListed { number: list.number().cloned(), issued: list.this_update() };
        }
        match lists.iter().max_by_key(|list| list.this_update()) {
            Some(list) => Revocation::Stale(list.freshness(now)),
            None => Revocation::NoList,
        }
    }
}

impl Certificate {
    /// Whether the certificate's documentTypeList has the document code of a machine readable zone (`P`, `PD`, `ID`, …,
    /// fillers left out). An entry of one letter stands for every code that begins with it.
    pub fn may_sign(&self, document_code: &str) -> DocumentTypeCheck {
        let code = document_code.trim_end_matches('<');
        let stands_for = |entry: &str| {
            entry == code || (entry.chars().count() == 1 && !code.is_empty() && code.starts_with(entry))
        };
        match &self.extensions().document_types {
            None => DocumentTypeCheck::NoList,
            Some(types) => {
                let entries = || types.0.iter().map(|entry| entry.trim_end_matches('<'));
                if entries().any(stands_for) {
                    DocumentTypeCheck::Listed
                } else {
                    DocumentTypeCheck::NotListed
                }
            }
        }
    }
}

impl PathValidity {
    /// Where `now` lies for a signer and its authority.
    pub fn at(signer: &Certificate, authority: &Certificate, now: Timestamp) -> Self {
        Self { signer: signer.validity().position_of(now), authority: authority.validity().position_of(now) }
    }
}

impl PathFound {
    /// Keeps to the profile, and the authority is valid.
    const BEST: (bool, bool) = (true, true);

    fn rank(&self, now: Timestamp) -> (bool, bool) {
        (self.judgement.refused.is_empty(), self.authority.validity().position_of(now).is_eq())
    }
}

impl PathProblem {
    /// How close to a path the attempt came that ended with it.
    const fn closeness(&self) -> u8 {
        match self {
            Self::NoAuthority => 0,
            Self::NotIssued(_) => 1,
            Self::OtherCountry { .. } => 2,
        }
    }
}

fn step(
    signer: &Certificate,
    authority: &Arc<Certificate>,
    table: &DeviationTable,
) -> Result<PathFound, PathProblem> {
    let named_key = signer.issuer_key_identifier();
    let issued = signer.verify_issued_by(authority).map_err(|error| {
        // A key that the signer does not name may be another generation's: then its own is what is missing. Without a
        // named key nobody can tell a forgery from a generation that the store lacks.
        if named_key == Some(authority.key_identifier()) {
            PathProblem::NotIssued(error)
        } else {
            PathProblem::NoAuthority
        }
    })?;
    let own = signer.country();
    // One authority of the real lists has no country; that is a departure of its own and no contradiction.
    if let Some(above) = authority.country()
        && own.as_ref() != Some(&above)
    {
        let signer = own.unwrap_or_else(|| "-".into());
        return Err(PathProblem::OtherCountry { signer, authority: above });
    }
    let mut departing = signer.check_profile(Role::DocumentSigner);
    departing.extend(authority.check_profile(authority.authority_role()));
    departing.extend(&issued.deviations);
    let judgement = table.judge(&departing, own.as_deref());
    Ok(PathFound { authority: Arc::clone(authority), issued, judgement })
}
