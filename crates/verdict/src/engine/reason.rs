//! Why a verdict is as it is, for staff and machines. Nothing of this goes to the phone.

use std::fmt;

use crate::check::Check;
use crate::engine::outcome::Outcome;
use crate::level::Level;
use crate::result::CheckResult;

/// Who says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The evidence record.
    Evidence,
    /// The answer of a register.
    Register,
    /// The day of the decision, or the list of documents in the policy.
    Policy,
}

/// What a result led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// No level up to the one that is sought uses the check.
    Unused,
    /// Tolerated.
    Tolerated,
    /// No higher level than this.
    Cap(Level),
    /// This outcome, or a harder one for another reason.
    Leads(Outcome),
}

/// One reason of a verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// A check that was not successful.
    Check {
        /// The check.
        check: Check,
        /// Its result.
        result: CheckResult,
        /// Who says so.
        source: Source,
        /// What it led to.
        effect: Effect,
    },
    /// The policy, or the kind of document, gives no higher level.
    LevelLimit(Level),
    /// A condition of High that is not met.
    NotHigh(HighCondition),
    /// Something that rules acceptance out, whatever the checks say.
    Blocked(Blocker),
    /// An alarm was due, but a check was aborted, and an alarm needs a whole basis.
    AlarmWithheld,
}

/// What High needs beyond the checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HighCondition {
    /// An attestation by hardware.
    HardwareAttestation,
    /// The threshold of one face comparison.
    FaceMatch,
    /// The threshold of all tries together.
    FaceTransaction,
    /// A valid certificate of level High for presentation attack detection.
    PadCertificate,
    /// A valid certificate of level High for injection attack detection.
    IadCertificate,
    /// An authoritative source confirms the document itself.
    DocumentConfirmed,
    /// Activation over a channel that the policy names.
    Activation,
    /// A human confirmed the comparison.
    HumanConfirmation,
}

/// What rules acceptance out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blocker {
    /// The evidence was made for another policy.
    PolicyUnknown,
    /// The policy does not hold yet.
    PolicyNotYetValid,
    /// The policy holds no longer.
    PolicyExpired,
    /// The evidence ends after the decision.
    EvidenceFromTheFuture,
    /// The evidence is too old.
    EvidenceStale,
}

/// What goes with an acceptance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obligation {
    /// The identity has limited rights for so many hours after activation.
    LimitedRights {
        /// The hours.
        hours: u16,
    },
    /// It is activated only by the code in a letter to the address in the register.
    LetterActivation,
    /// It is a pre-registration, to be finished at Citizen Service.
    FinishAtCitizenService,
}

impl Source {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Evidence => "evidence",
            Source::Register => "register",
            Source::Policy => "policy",
        }
    }
}

impl HighCondition {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            HighCondition::HardwareAttestation => "hardware_attestation",
            HighCondition::FaceMatch => "face_match",
            HighCondition::FaceTransaction => "face_transaction",
            HighCondition::PadCertificate => "pad_certificate",
            HighCondition::IadCertificate => "iad_certificate",
            HighCondition::DocumentConfirmed => "document_confirmed",
            HighCondition::Activation => "activation",
            HighCondition::HumanConfirmation => "human_confirmation",
        }
    }
}

impl Blocker {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Blocker::PolicyUnknown => "policy_unknown",
            Blocker::PolicyNotYetValid => "policy_not_yet_valid",
            Blocker::PolicyExpired => "policy_expired",
            Blocker::EvidenceFromTheFuture => "evidence_from_the_future",
            Blocker::EvidenceStale => "evidence_stale",
        }
    }
}

/// One line for each reason, in a fixed form: `C17 CHIP_AUTH not_supported cloneable (evidence) -> cap substantial`.
impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Check { check, result, source, effect } => {
                write!(formatter, "{} {} {}", check.id(), check.name(), result.kind().name())?;
                if let Some(reason) = result.reason() {
                    write!(formatter, " {reason}")?;
                }
                write!(formatter, " ({}) -> {effect}", source.name())
            }
            Reason::LevelLimit(level) => write!(formatter, "level_limit -> cap {}", level.name()),
            Reason::NotHigh(condition) => {
                write!(formatter, "not_high {} -> cap substantial", condition.name())
            }
            Reason::Blocked(blocker) => write!(formatter, "blocked {} -> CITIZEN_SERVICE", blocker.name()),
            Reason::AlarmWithheld => formatter.write_str("alarm_withheld -> STOP"),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Unused => formatter.write_str("unused"),
            Effect::Tolerated => formatter.write_str("tolerated"),
            Effect::Cap(level) => write!(formatter, "cap {}", level.name()),
            Effect::Leads(outcome) => outcome.fmt(formatter),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())?;
        match self {
            Outcome::Accept(level) => write!(formatter, " {}", level.name()),
            Outcome::Retry(step) => write!(formatter, " {}", step.name()),
            Outcome::StepUp(way) => write!(formatter, " {}", way.name()),
            Outcome::Pending
            | Outcome::Review
            | Outcome::CitizenService
            | Outcome::Stop
            | Outcome::StopAlert => Ok(()),
        }
    }
}
