//! From evidence about a document to an outcome (requirement catalogue §8).
//!
//! * [`Check`] and [`CheckResult`]: what can be checked, and the five values that come out.
//! * [`Evidence`]: every check exactly once, with what the policy must know; [`KeptEvidence`]: the form without personal data.
//! * [`Policy`]: the matrix of levels and reactions, as data; [`DEFAULT_POLICY`] is the one that ships.
//! * [`verdict`]: evidence, policy, register answers and the time in; outcome and reasons out.
//! * [`document_verdict`]: what the document alone leads to, for staff who inspect one.
//!
//! Everything is pure: no input or output, no clock, no randomness.
//!
//! **What it does not protect against.** Nothing here examines a document. The verdict is as true as the evidence, and neither evidence
//! nor policy is signed by this crate.

mod check;
mod engine;
mod evidence;
mod level;
mod policy;
mod register;
mod result;

pub use check::{CHECK_COUNT, Check, Table};
pub use engine::{
    Blocker, ClientWord, DocumentVerdict, Effect, HighCondition, Obligation, Outcome, Reason, Source, Step,
    Verdict, Way, document_verdict, verdict,
};
pub use evidence::{
    Activation, Assurance, CertifiedLevel, ChipKey, Document, DocumentClass, EVIDENCE_VERSION, Entry,
    Evidence, EvidenceBuilder, EvidenceError, Header, KeptEvidence, MAX_EVIDENCE_BYTES, MAX_NAMES, Name,
    NameError, Names, Provenance, RecordError, StateCode, StateCodeError, Times,
};
pub use level::Level;
pub use policy::{
    Action, Attempt, Condition, DEFAULT_POLICY, End, Finding, Grant, MAX_POLICY_BYTES, Mode, Policy,
    PolicyError, Reaction, ReactionError,
};
pub use register::{Question, RegisterAnswer, RegisterAnswers, RegisterError};
pub use result::{
    AbortedReason, CheckResult, FailedReason, NotSupportedReason, ResultKind, UndeterminedReason,
};
