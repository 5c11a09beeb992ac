//! What an import did: every certificate of it accounted for.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::manifest::Fingerprint;
use crate::certificate::{CertificateError, IssuanceError};
use crate::deviation::Deviations;

/// Why a certificate was dropped. The list that it stands on is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DropReason {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] CertificateError),
    /// It claims to be signed with its own key and is not.
    #[error("it is not signed with its own key, as it claims: {0}")]
    SelfSignature(IssuanceError),
    /// The key that it names as its issuer's is known and did not sign it.
    #[error("the authority that it names did not sign it: {0}")]
    LinkSignature(IssuanceError),
    /// It departs from the profile in ways that are not tolerated.
    #[error("it breaks the profile: {0:?}")]
    Profile(Deviations),
}

/// A certificate that was dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Where it stands in what was imported, counted from 0.
    pub at: usize,
    /// Its subject and serial number, where it can be read.
    pub name: Option<String>,
    /// Why.
    pub reason: DropReason,
}

/// What was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Imported {
    /// A master list.
    MasterList,
    /// The certificate of an authority.
    Authority,
    /// The certificate of a document signer.
    DocumentSigner,
    /// A revocation list.
    RevocationList,
    /// A list of known defects (TR-03129-2 §7).
    DefectList,
    /// A list of known deviations (Doc 9303-12 §10).
    DeviationList,
    /// Several of these in one file.
    Collection,
}

/// Whether what was imported is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The signer of the list was traced to this root, which the operator pinned.
    Anchored(Fingerprint),
    /// The signer of the list was traced to this authority of its own state. Nobody pinned it: other lists vouch for it.
    Vouched(Fingerprint),
    /// The operator said so.
    Accepted,
    /// A link certificate that an authority of the store signed.
    Linked,
    /// Nobody who is trusted vouches for it: it is kept and not used.
    Unanchored(String),
}

/// What one import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was imported.
    pub what: Imported,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Whether it is trusted.
    pub standing: Standing,
    /// When a list says that it was signed.
    pub signed: Option<Timestamp>,
    /// How many certificates it holds.
    pub found: usize,
    /// How many entries a list of defects or deviations holds.
    pub entries: usize,
    /// How many of these cannot be read and have no effect.
    pub unreadable: usize,
    /// Certificates that were not in the store.
    pub added: Vec<Fingerprint>,
    /// Certificates that were there before.
    pub known: usize,
    /// Certificates that stand in it more than once; only the first counts.
    pub repeated: usize,
    /// Certificates that were not taken.
    pub dropped: Vec<Dropped>,
    /// Certificates that were there before and are trusted only now.
    pub newly_trusted: usize,
    /// Trusted certificates of the store that another trusted list has and this one lacks, valid at the time of the
    /// import.
    pub lacking: Vec<Fingerprint>,
    /// Whether the store knows more than before.
    pub changed: bool,
}

impl Standing {
    /// Whether it is trusted.
    pub const fn is_trusted(&self) -> bool {
        !matches!(self, Self::Unanchored(_))
    }

    /// What its signer was traced to.
    pub(super) const fn root(&self) -> Option<Fingerprint> {
        match self {
            Self::Anchored(root) | Self::Vouched(root) => Some(*root),
            Self::Accepted | Self::Linked | Self::Unanchored(_) => None,
        }
    }
}

impl Report {
    /// The report on something of which nothing is known yet.
    pub(super) fn begun(what: Imported, fingerprint: Fingerprint, standing: Standing) -> Self {
        Self {
            what,
            fingerprint,
            standing,
            signed: None,
            found: 0,
            entries: 0,
            unreadable: 0,
            added: Vec::new(),
            known: 0,
            repeated: 0,
            dropped: Vec::new(),
            newly_trusted: 0,
            lacking: Vec::new(),
            changed: false,
        }
    }

    /// Whether every certificate is accounted for.
    pub fn is_complete(&self) -> bool {
        let counted = [self.added.len(), self.known, self.repeated, self.dropped.len()];
        counted.iter().sum::<usize>() == self.found
    }

    pub(super) fn summary(&self) -> Summary {
        Summary {
            what: self.what,
            fingerprint: self.fingerprint,
            found: self.found,
            added: self.added.len(),
            known: self.known,
            dropped: self.dropped.len(),
        }
    }
}

impl Summary {
    /// What the parts of a file did together; parts that were refused count as dropped.
    pub(super) fn of_parts(file: Fingerprint, parts: &[Result<Report, StoreError>]) -> Self {
        let mut whole =
            Self { what: Imported::Collection, fingerprint: file, found: 0, added: 0, known: 0, dropped: 0 };
        for part in parts {
            if let Ok(report) = part {
                whole.found = whole.found.saturating_add(report.found);
                whole.added = whole.added.saturating_add(report.added.len());
                whole.known = whole.known.saturating_add(report.known);
                whole.dropped = whole.dropped.saturating_add(report.dropped.len());
            } else {
                whole.found = whole.found.saturating_add(1);
                whole.dropped = whole.dropped.saturating_add(1);
            }
        }
        whole
    }
}

/// What an import did, as it stays in the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// What was imported.
    pub what: Imported,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// How many certificates it holds.
    pub found: usize,
    /// How many of them were new.
    pub added: usize,
    /// How many were there before.
    pub known: usize,
    /// How many were dropped.
    pub dropped: usize,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MasterList => "master list",
            Self::Authority => "certificate of an authority",
            Self::DocumentSigner => "certificate of a document signer",
            Self::RevocationList => "revocation list",
            Self::DefectList => "defect list",
            Self::DeviationList => "deviation list",
            Self::Collection => "collection",
        })
    }
}
