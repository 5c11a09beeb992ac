//! The evidence record of one proofing event: every check exactly once, and what else the verdict needs.
//!
//! [`Evidence`] belongs to the running case: it holds no name, number or picture, but a transaction id, a transcript hash,
//! times to the second and the day of expiry, by which a person could be found again. [`KeptEvidence`] has none of these and
//! is the only form to keep beyond the case. Nothing turns one into the other but [`Evidence::keep`], and there is no way back.
//!
//! **What it does not protect against.** A record says what its maker wrote. It is not signed here, and names of quirks and
//! deviations are trusted to come from the tables of the program.

mod codec;
mod document;
mod fields;
mod kept;
mod name;

use std::fmt;

use jiff::Timestamp;

pub use self::codec::{EvidenceError, MAX_EVIDENCE_BYTES};
pub use self::document::{
    Activation, Assurance, CertifiedLevel, ChipKey, Document, DocumentClass, StateCode, StateCodeError,
};
pub use self::kept::KeptEvidence;
pub use self::name::{MAX_NAMES, Name, NameError, Names};
use crate::check::{Check, Table};
use crate::level::Level;
use crate::result::{CheckResult, NotSupportedReason};

/// The version of the record that this crate writes and reads.
pub const EVIDENCE_VERSION: u64 = 1;

/// One check in a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What came out.
    pub result: CheckResult,
    /// How often the person has already been asked to do this part again.
    pub retries_used: u8,
}

/// When the process began and when its last check ended, to the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Times {
    started: Timestamp,
    finished: Timestamp,
}

impl Times {
    /// Both times, parts of a second left out; `None` if the end is before the beginning.
    pub fn new(started: Timestamp, finished: Timestamp) -> Option<Times> {
        let whole = |time: Timestamp| Timestamp::from_second(time.as_second()).ok();
        let (started, finished) = (whole(started)?, whole(finished)?);
        (started <= finished).then_some(Times { started, finished })
    }

    /// When the process began.
    pub fn started(self) -> Timestamp {
        self.started
    }

    /// When the last check ended.
    pub fn finished(self) -> Timestamp {
        self.finished
    }
}

/// Which versions and tables took part. None of it is personal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provenance {
    /// The version of the trust store.
    pub trust_store_version: Name,
    /// The version of the policy for which the checks were made.
    pub policy_version: Name,
    /// Components with their versions, such as `emrtd-0.1.0`.
    pub components: Names,
    /// Quirks of chips that took effect.
    pub quirks: Names,
    /// Deviations of certificates and structures that were tolerated.
    pub deviations: Names,
}

/// All of a record but its checks.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// The id of the case.
    pub transaction_id: [u8; 16],
    /// Hash over the whole session.
    pub transcript_hash: [u8; 32],
    /// Beginning and end.
    pub times: Times,
    /// The level that the process is to reach.
    pub requested: Level,
    /// What the policy must know of the document.
    pub document: Document,
    /// How good the parts were that made the checks.
    pub assurance: Assurance,
    /// Versions and tables.
    pub provenance: Provenance,
}

impl fmt::Debug for Header {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Header")
            .field("transaction_id", &"<redacted>")
            .field("transcript_hash", &"<redacted>")
            .field("times", &"<redacted>")
            .field("requested", &self.requested)
            .field("document", &self.document)
            .field("assurance", &self.assurance)
            .field("provenance", &self.provenance)
            .finish()
    }
}

/// The evidence of a running case. See the module for what tells it from [`KeptEvidence`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    header: Header,
    checks: Table<Entry>,
}

impl Evidence {
    /// Begins a record. Every check is `not_supported (not_built)` until it is recorded.
    pub fn builder(header: Header) -> EvidenceBuilder {
        let unmade =
            Entry { result: CheckResult::NotSupported(NotSupportedReason::NotBuilt), retries_used: 0 };
        EvidenceBuilder {
            evidence: Evidence { header, checks: Table::from_fn(|_| unmade) },
            recorded: Table::from_fn(|_| false),
        }
    }

    /// All but the checks.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The entry of `check`.
    pub fn entry(&self, check: Check) -> Entry {
        *self.checks.get(check)
    }

    /// Every check with its entry, in order.
    pub fn entries(&self) -> impl Iterator<Item = (Check, Entry)> {
        self.checks.iter().map(|(check, entry)| (check, *entry))
    }
}

/// Takes the results down, each once.
#[derive(Clone, Debug)]
pub struct EvidenceBuilder {
    evidence: Evidence,
    recorded: Table<bool>,
}

/// A result that cannot be recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordError {
    /// The check has a result already.
    #[error("{} {} was recorded before", .0.id(), .0.name())]
    Repeated(Check),
    /// The reason explains other checks.
    #[error("{} cannot be {} ({})", .check.id(), .result.kind().name(), .result.reason().unwrap_or("no reason"))]
    Misplaced {
        /// The check.
        check: Check,
        /// What was to be recorded for it.
        result: CheckResult,
    },
}

impl EvidenceBuilder {
    /// Records the result of one check.
    ///
    /// # Errors
    /// The check was recorded before, or the reason belongs to other checks.
    pub fn record(&mut self, check: Check, result: CheckResult, retries_used: u8) -> Result<(), RecordError> {
        if !result.fits(check) {
            return Err(RecordError::Misplaced { check, result });
        }
        if std::mem::replace(self.recorded.get_mut(check), true) {
            return Err(RecordError::Repeated(check));
        }
        *self.evidence.checks.get_mut(check) = Entry { result, retries_used };
        Ok(())
    }

    /// Notes how rarely a wrong face matches: one in so many, in one comparison and in all tries of the process together.
    pub fn assure_face(&mut self, match_one_in: u32, transaction_one_in: u32) {
        let assurance = &mut self.evidence.header.assurance;
        assurance.face_match_one_in = match_one_in;
        assurance.face_transaction_one_in = transaction_one_in;
    }

    /// Ends the record.
    pub fn finish(self) -> Evidence {
        self.evidence
    }
}
