//! Policies: the matrix of catalogue §8.3 as data, in a TOML file that a civil servant can read.
//!
//! A [`Policy`] can only be had from [`Policy::parse`], which reads the file strictly and refuses what [`lint`] finds: an
//! empty cell, a mandatory check that leans on one that is not, a reaction that grows softer as a result grows worse.
//!
//! **What it does not protect against.** The file is not signed here, and whoever may replace it decides who is accepted. A policy
//! that passes the linter is consistent; whether it is wise is for two officers to say.

mod file;
mod lint;
mod reaction;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use self::lint::Finding;
pub use self::reaction::{Action, Attempt, Condition, End, Grant, Reaction, ReactionError};
use crate::check::{Check, Table};
use crate::evidence::{Activation, CertifiedLevel, Document, DocumentClass, Name, StateCode};
use crate::level::Level;
use crate::result::CheckResult;

/// The text of the policy that comes with the crate.
pub const DEFAULT_POLICY: &str = include_str!("../../policies/default.toml");

/// The longest policy file that is read, in bytes.
pub const MAX_POLICY_BYTES: usize = 256 * 1024;

/// What a check is to a level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// The level needs it.
    Mandatory,
    /// It can cap the level or stop the process, and proves nothing.
    Evaluatable,
    /// The level does not use it.
    Unused,
}

/// The reactions to one value of a check: for every level that uses it, and apart from that by reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Cells {
    pub(crate) default: [Option<Reaction>; 3],
    pub(crate) because: BTreeMap<&'static str, [Option<Reaction>; 3]>,
}

impl Cells {
    pub(crate) fn all(&self) -> impl Iterator<Item = &[Option<Reaction>; 3]> {
        std::iter::once(&self.default).chain(self.because.values())
    }
}

/// One row of the matrix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) modes: [Mode; 3],
    pub(crate) failed: Cells,
    pub(crate) undetermined: Cells,
    pub(crate) not_supported: Cells,
}

/// Which documents are accepted, and what is known of them. A row without states, or generations, means all of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DocumentRow {
    pub(crate) states: Vec<StateCode>,
    pub(crate) class: DocumentClass,
    pub(crate) generations: Vec<u8>,
    pub(crate) max_level: Level,
    pub(crate) set_k: bool,
    pub(crate) never_publishes: bool,
}

/// The compensations under which a chip without a key can still reach Substantial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SetK {
    pub(crate) checks: Vec<Check>,
    pub(crate) certified: CertifiedLevel,
    pub(crate) face_match_one_in: u32,
    pub(crate) activation: Vec<Activation>,
    pub(crate) identities_per_year: u32,
    pub(crate) limited_rights_hours: u16,
}

/// What High needs besides the matrix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct High {
    pub(crate) face_match_one_in: u32,
    pub(crate) face_transaction_one_in: u32,
    pub(crate) activation: Vec<Activation>,
    pub(crate) human_confirmation: bool,
}

/// Bounds of time and tries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Limits {
    pub(crate) aborted_retries: u8,
    pub(crate) register_answer_minutes: u16,
    pub(crate) evidence_minutes: u16,
    pub(crate) day_offset_hours: i8,
}

/// A policy that was read and found consistent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    pub(crate) version: Name,
    pub(crate) valid_from: Date,
    pub(crate) valid_until: Date,
    pub(crate) max_level: Level,
    pub(crate) loip_oid: String,
    pub(crate) statement_version: Name,
    pub(crate) limits: Limits,
    pub(crate) documents: Vec<DocumentRow>,
    pub(crate) set_k: SetK,
    pub(crate) high: High,
    pub(crate) rows: Box<Table<Row>>,
}

/// Why a file is no policy.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PolicyError {
    /// More bytes than are read.
    #[error("the policy has {0} bytes, more than are read")]
    TooLong(usize),
    /// No TOML, or with a key that policies do not have, or without one that they need.
    #[error("the policy cannot be read: {0}")]
    Format(#[from] toml::de::Error),
    /// Another version of the format.
    #[error("format {0} of policies is unknown")]
    Version(u32),
    /// A value that its key cannot have.
    #[error("{key}: {value:?} is not allowed")]
    Value {
        /// Where it stands.
        key: String,
        /// What stands there.
        value: String,
    },
    /// A check without a row.
    #[error("{} has no row", .0.id())]
    MissingCheck(Check),
    /// A row for something that is no check.
    #[error("{0:?} is no check")]
    UnknownCheck(String),
    /// A cell that is no reaction.
    #[error("{}, {column}: {error}", .check.id())]
    Cell {
        /// The row.
        check: Check,
        /// The column, or the reason.
        column: String,
        /// What is wrong.
        error: ReactionError,
    },
    /// A cell of a level that uses the check is `-`, or one of a level that does not use it is not.
    #[error("{}, {column}: the cell for {} does not fit its mode", .check.id(), .level.name())]
    CellAgainstMode {
        /// The row.
        check: Check,
        /// The column, or the reason.
        column: String,
        /// The level.
        level: Level,
    },
    /// What the linter found.
    #[error("the policy is not consistent: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Lint(Vec<Finding>),
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// The file has an unknown key, a gap, a value that is not allowed, or the linter refuses it.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::TooLong(text.len()));
        }
        let policy = file::read(text)?;
        let findings = lint::lint(&policy);
        if findings.is_empty() { Ok(policy) } else { Err(PolicyError::Lint(findings)) }
    }

    /// The version.
    pub fn version(&self) -> &Name {
        &self.version
    }

    /// The first and the last day on which it holds.
    pub fn validity(&self) -> (Date, Date) {
        (self.valid_from, self.valid_until)
    }

    /// The highest level that it gives to anyone.
    pub fn max_level(&self) -> Level {
        self.max_level
    }

    /// What `check` is to `level`.
    pub fn mode(&self, check: Check, level: Level) -> Mode {
        self.rows.get(check).modes[level.index()]
    }

    /// The reaction to `result` of `check` at `level`; `None` if the level does not use the check, and for success and
    /// abortion, which are not in the matrix.
    pub fn reaction(&self, check: Check, result: CheckResult, level: Level) -> Option<&Reaction> {
        let row = self.rows.get(check);
        let cells = match result {
            CheckResult::Successful | CheckResult::Aborted(_) => return None,
            CheckResult::Failed(_) => &row.failed,
            CheckResult::Undetermined(_) => &row.undetermined,
            CheckResult::NotSupported(_) => &row.not_supported,
        };
        let line = result.reason().and_then(|reason| cells.because.get(reason)).unwrap_or(&cells.default);
        line[level.index()].as_ref()
    }

    /// The first row that describes the document.
    pub(crate) fn document(&self, document: &Document) -> Option<&DocumentRow> {
        self.documents.iter().find(|row| {
            row.class == document.class
                && (row.states.is_empty() || row.states.contains(&document.state))
                && (row.generations.is_empty() || row.generations.contains(&document.generation))
        })
    }
}
