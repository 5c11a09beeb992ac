//! The verdict: a pure function from evidence, policy and register answers to an outcome (catalogue §8).
//!
//! Every check has one or more *observations*: its entry in the evidence, the answer of a register, and what the policy itself knows
//! (the day, the list of documents). Each observation is looked up in the matrix for every level up to the one that is sought; the
//! hardest reaction wins, and the level is the highest that no reaction excludes. Since observations are only ever added up, and the
//! linter has made sure that a worse result never meets a softer reaction, the verdict is monotone.
//!
//! **What it does not protect against.** It believes the evidence. Whoever can write evidence can write a verdict; that the record comes
//! from our own server is for the signature around it to prove.

mod outcome;
mod reason;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

pub use self::outcome::{ClientWord, Outcome, Step, Way};
pub use self::reason::{Blocker, Effect, HighCondition, Obligation, Reason, Source};
use crate::check::Check;
use crate::evidence::{Activation, CertifiedLevel, ChipKey, Evidence, Name};
use crate::level::Level;
use crate::policy::{Action, Attempt, Condition, End, Grant, Mode, Policy, Reaction};
use crate::register::{Question, RegisterAnswers};
use crate::result::{AbortedReason, CheckResult, FailedReason, UndeterminedReason};

/// What was decided, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The outcome.
    pub outcome: Outcome,
    /// The level that was sought.
    pub requested: Level,
    /// All that the phone may be told.
    pub client: ClientWord,
    /// Why, for staff: every result that is not success, and what it led to.
    pub reasons: Vec<Reason>,
    /// Checks whose end is marked for the fraud desk.
    pub flagged: Vec<Check>,
    /// What goes with an acceptance; empty otherwise.
    pub obligations: Vec<Obligation>,
    /// The version of the policy.
    pub policy_version: Name,
    /// The version of the practice statement that the policy names.
    pub statement_version: Name,
    /// The level of identity proofing in the terms of ETSI TS 119 461.
    pub loip_oid: String,
}

/// What the checks of the document alone lead to. It is no verdict on a person: nobody has compared a face or asked a register, and
/// no identity may be given on the strength of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentVerdict {
    /// The outcome that the document allows; [`Outcome::Accept`] means that it stands in the way of nothing up to that level.
    pub outcome: Outcome,
    /// Why, for staff: every check of the document that is not successful, and what it led to.
    pub reasons: Vec<Reason>,
    /// The version of the policy.
    pub policy_version: Name,
}

/// Decides. The same arguments always give the same verdict; every combination of arguments gives one.
pub fn verdict(evidence: &Evidence, policy: &Policy, registers: &RegisterAnswers, now: Timestamp) -> Verdict {
    let case = Case::new(evidence, policy, registers, now);
    let Decision { outcome, reasons, flagged } = case.decide();
    let failed = |check| {
        let is_failed = |o: &Observation| o.check == check && matches!(o.result, CheckResult::Failed(_));
        case.observations.iter().any(is_failed)
    };
    Verdict {
        outcome,
        requested: case.requested(),
        client: outcome.client_word(failed(Check::DocumentAccepted), failed(Check::Expiry)),
        reasons,
        flagged,
        obligations: case.obligations(outcome),
        policy_version: policy.version().clone(),
        statement_version: policy.statement_version.clone(),
        loip_oid: policy.loip_oid.clone(),
    }
}

/// What the document alone leads to: the same rules, looking at no other checks than [`Check::is_of_document`].
pub fn document_verdict(evidence: &Evidence, policy: &Policy, now: Timestamp) -> DocumentVerdict {
    let mut case = Case::new(evidence, policy, &RegisterAnswers::UNASKED, now);
    case.observations.retain(|observation| observation.check.is_of_document());
    let Decision { outcome, reasons, .. } = case.decide();
    DocumentVerdict { outcome, reasons, policy_version: policy.version().clone() }
}

struct Decision {
    outcome: Outcome,
    reasons: Vec<Reason>,
    flagged: Vec<Check>,
}

/// One result of one check, from one source.
#[derive(Clone, Copy)]
struct Observation {
    check: Check,
    result: CheckResult,
    source: Source,
}

struct Case<'a> {
    evidence: &'a Evidence,
    policy: &'a Policy,
    registers: &'a RegisterAnswers,
    now: Timestamp,
    today: Date,
    sought: Level,
    set_k_listed: bool,
    never_publishes: bool,
    observations: Vec<Observation>,
}

impl<'a> Case<'a> {
    fn new(
        evidence: &'a Evidence,
        policy: &'a Policy,
        registers: &'a RegisterAnswers,
        now: Timestamp,
    ) -> Self {
        let document = evidence.header().document;
        let row = policy.document(&document);
        // The linter keeps the offset within a day.
        let offset = Offset::from_hours(policy.limits.day_offset_hours).unwrap_or(Offset::UTC);
        let today = offset.to_datetime(now).date();

        let from_evidence = evidence.entries().map(|(check, entry)| Observation {
            check,
            result: entry.result,
            source: Source::Evidence,
        });
        let mut observations: Vec<Observation> = from_evidence.collect();
        for question in Question::ALL {
            let check = question.check();
            let results = register_results(registers, question, policy, now);
            let observe = |result| Observation { check, result, source: Source::Register };
            observations.extend(results.into_iter().flatten().map(observe));
        }
        if row.is_none() {
            let result = CheckResult::Failed(FailedReason::NotAccepted);
            observations.push(Observation { check: Check::DocumentAccepted, result, source: Source::Policy });
        }
        let expiry = match document.valid_until {
            Some(last) if last < today => Some(CheckResult::Failed(FailedReason::Expired)),
            Some(_) => None,
            None => Some(CheckResult::Undetermined(UndeterminedReason::DataMissing)),
        };
        observations.extend(expiry.map(|result| Observation {
            check: Check::Expiry,
            result,
            source: Source::Policy,
        }));
        observations.sort_by_key(|observation| observation.check);

        let limit = row.map_or(policy.max_level, |row| row.max_level.min(policy.max_level));
        Case {
            evidence,
            policy,
            registers,
            now,
            today,
            sought: limit.min(evidence.header().requested),
            set_k_listed: row.is_some_and(|row| row.set_k),
            never_publishes: row.is_some_and(|row| row.never_publishes),
            observations,
        }
    }

    fn requested(&self) -> Level {
        self.evidence.header().requested
    }

    fn decide(&self) -> Decision {
        let mut reasons = Vec::new();
        let mut flagged = Vec::new();

        let mut outcome = Outcome::Accept(self.sought);
        if self.sought < self.requested() {
            reasons.push(Reason::LevelLimit(self.sought));
        }
        for blocker in self.blockers() {
            reasons.push(Reason::Blocked(blocker));
            outcome = outcome.or_harder(Outcome::CitizenService);
        }
        if self.sought == Level::High {
            for condition in self.not_high() {
                reasons.push(Reason::NotHigh(condition));
                outcome = outcome.or_harder(Outcome::Accept(Level::Substantial));
            }
        }
        for &Observation { check, result, source } in &self.observations {
            if result == CheckResult::Successful {
                continue;
            }
            let (effect, flag) = self.effect(check, result);
            reasons.push(Reason::Check { check, result, source, effect });
            if flag && !flagged.contains(&check) {
                flagged.push(check);
            }
            outcome = match effect {
                Effect::Unused | Effect::Tolerated => outcome,
                Effect::Cap(level) => outcome.or_harder(Outcome::Accept(level)),
                Effect::Leads(harder) => outcome.or_harder(harder),
            };
        }
        if outcome == Outcome::StopAlert && self.has_aborted() {
            reasons.push(Reason::AlarmWithheld);
            outcome = Outcome::Stop;
        }
        Decision { outcome, reasons, flagged }
    }

    fn blockers(&self) -> impl Iterator<Item = Blocker> {
        let (first, last) = self.policy.validity();
        let finished = self.evidence.header().times.finished();
        let oldest = SignedDuration::from_mins(i64::from(self.policy.limits.evidence_minutes));
        let made_for = &self.evidence.header().provenance.policy_version;
        [
            (made_for != self.policy.version(), Blocker::PolicyUnknown),
            (self.today < first, Blocker::PolicyNotYetValid),
            (self.today > last, Blocker::PolicyExpired),
            (finished > self.now, Blocker::EvidenceFromTheFuture),
            (self.now.duration_since(finished) > oldest, Blocker::EvidenceStale),
        ]
        .into_iter()
        .filter_map(|(holds, blocker)| holds.then_some(blocker))
    }

    fn has_aborted(&self) -> bool {
        self.observations.iter().any(|observation| matches!(observation.result, CheckResult::Aborted(_)))
    }

    /// Whether something is known of a check, and all of it is success.
    fn successful(&self, check: Check) -> bool {
        let mut results = self.observations.iter().filter(|o| o.check == check).map(|o| o.result).peekable();
        results.peek().is_some() && results.all(|result| result == CheckResult::Successful)
    }

    /// What one result leads to at the level that is sought, and whether it is marked for the fraud desk.
    fn effect(&self, check: Check, result: CheckResult) -> (Effect, bool) {
        if let CheckResult::Aborted(reason) = result {
            let attempt = Attempt::Retry(self.policy.limits.aborted_retries, step(check, reason));
            let action = Action { attempt: Some(attempt), end: End::CitizenService, flag: false };
            return (Effect::Leads(self.act(check, action)), false);
        }
        let (mut effect, mut flagged) = (Effect::Unused, false);
        for level in Level::ALL.into_iter().filter(|level| *level <= self.sought) {
            let Some(reaction) = self.policy.reaction(check, result, level) else { continue };
            let (granted, action) = match reaction {
                Reaction::Tolerated => (Some(Grant::Tolerated), None),
                Reaction::Cap(cap) => (Some(Grant::Cap(*cap)), None),
                Reaction::Act(action) => (None, Some(*action)),
                Reaction::Conditional { conditions, grant, otherwise } => {
                    let holds = conditions.iter().all(|condition| self.holds(*condition));
                    if holds { (Some(*grant), None) } else { (None, Some(*otherwise)) }
                }
            };
            let found = match (granted, action) {
                (_, Some(action)) => {
                    let outcome = self.act(check, action);
                    flagged |= action.flag && outcome.rank() > Outcome::Pending.rank();
                    Effect::Leads(outcome)
                }
                (Some(Grant::Cap(cap)), None) if cap < level => Effect::Cap(cap),
                // High knows no tolerance in what is mandatory.
                _ if level == Level::High && self.policy.mode(check, level) == Mode::Mandatory => {
                    Effect::Cap(Level::Substantial)
                }
                _ => Effect::Tolerated,
            };
            effect = harder(effect, found);
        }
        (effect, flagged)
    }

    /// The attempt while there are tries, the end when there are none.
    fn act(&self, check: Check, action: Action) -> Outcome {
        let used = self.evidence.entry(check).retries_used;
        match action.attempt {
            Some(Attempt::Retry(times, step)) if used < times => Outcome::Retry(step),
            Some(Attempt::StepUp(times, way)) if used < times => Outcome::StepUp(way),
            Some(Attempt::Pending(hours)) if self.within(hours) => Outcome::Pending,
            Some(Attempt::Retry(..) | Attempt::StepUp(..) | Attempt::Pending(_)) | None => match action.end {
                End::Review => Outcome::Review,
                End::CitizenService => Outcome::CitizenService,
                End::Stop => Outcome::Stop,
                End::StopAlert => Outcome::StopAlert,
            },
        }
    }

    fn within(&self, hours: u16) -> bool {
        let since = self.now.duration_since(self.evidence.header().times.started());
        since < SignedDuration::from_hours(i64::from(hours))
    }

    fn holds(&self, condition: Condition) -> bool {
        match condition {
            Condition::Successful(check) => self.successful(check),
            Condition::SetK => self.set_k(),
            Condition::CaOrAa => {
                self.successful(Check::ChipAuth)
                    && matches!(
                        self.evidence.header().assurance.chip_key,
                        ChipKey::ChipAuthentication | ChipKey::ActiveAuthentication
                    )
            }
            Condition::NeverPublishes => self.never_publishes,
            Condition::LetterActivation => self.registers.activation == Activation::RegisterLetter,
        }
    }

    /// The compensations for a chip that can be copied (catalogue §8.3, set K).
    fn set_k(&self) -> bool {
        let set = &self.policy.set_k;
        let assurance = &self.evidence.header().assurance;
        self.set_k_listed
            && set.checks.iter().all(|&check| self.successful(check))
            && self.certified(assurance.pad, assurance.pad_certified_until, set.certified)
            && self.certified(assurance.iad, assurance.iad_certified_until, set.certified)
            && assurance.face_match_one_in >= set.face_match_one_in
            && set.activation.contains(&self.registers.activation)
            && self.registers.identities_this_year < set.identities_per_year
    }

    fn certified(&self, level: CertifiedLevel, until: Option<Date>, needed: CertifiedLevel) -> bool {
        level >= needed && until.is_some_and(|last| self.today <= last)
    }

    fn not_high(&self) -> impl Iterator<Item = HighCondition> {
        let assurance = &self.evidence.header().assurance;
        let high = &self.policy.high;
        let certified = |level, until| self.certified(level, until, CertifiedLevel::High);
        [
            (assurance.hardware_attestation, HighCondition::HardwareAttestation),
            (assurance.face_match_one_in >= high.face_match_one_in, HighCondition::FaceMatch),
            (
                assurance.face_transaction_one_in >= high.face_transaction_one_in,
                HighCondition::FaceTransaction,
            ),
            (certified(assurance.pad, assurance.pad_certified_until), HighCondition::PadCertificate),
            (certified(assurance.iad, assurance.iad_certified_until), HighCondition::IadCertificate),
            (self.registers.document_confirmed, HighCondition::DocumentConfirmed),
            (high.activation.contains(&self.registers.activation), HighCondition::Activation),
            (assurance.human_confirmation || !high.human_confirmation, HighCondition::HumanConfirmation),
        ]
        .into_iter()
        .filter_map(|(met, condition)| (!met).then_some(condition))
    }

    fn obligations(&self, outcome: Outcome) -> Vec<Obligation> {
        let Some(level) = outcome.level() else { return Vec::new() };
        if !level.usable() {
            return vec![Obligation::FinishAtCitizenService];
        }
        let cloneable = !self.successful(Check::ChipAuth);
        let mut obligations = Vec::new();
        if cloneable {
            obligations.push(Obligation::LimitedRights { hours: self.policy.set_k.limited_rights_hours });
        }
        // What was tolerated in view of the letter holds only with the letter.
        if cloneable || !self.successful(Check::DocumentStatus) {
            obligations.push(Obligation::LetterActivation);
        }
        obligations
    }
}

/// The answer to one question, and beside it, if it is too old or from the future, the doubt that this casts. The answer itself
/// counts however old it is, so that a hit is never forgotten and a worse answer never ends softer than a better one.
fn register_results(
    registers: &RegisterAnswers,
    question: Question,
    policy: &Policy,
    now: Timestamp,
) -> [Option<CheckResult>; 2] {
    let Some(answer) = registers.get(question) else {
        return [Some(CheckResult::Undetermined(UndeterminedReason::RegisterUnasked)), None];
    };
    let oldest = SignedDuration::from_mins(i64::from(policy.limits.register_answer_minutes));
    let age = now.duration_since(answer.answered_at());
    let fresh = age >= SignedDuration::ZERO && age <= oldest;
    let doubt = (!fresh).then_some(CheckResult::Undetermined(UndeterminedReason::RegisterStale));
    [Some(answer.result()), doubt]
}

/// The harder of two effects of the same result at different levels.
fn harder(one: Effect, two: Effect) -> Effect {
    match (one, two) {
        (Effect::Leads(one), Effect::Leads(two)) => Effect::Leads(one.or_harder(two)),
        (Effect::Leads(outcome), _) | (_, Effect::Leads(outcome)) => Effect::Leads(outcome),
        (Effect::Cap(one), Effect::Cap(two)) => Effect::Cap(one.min(two)),
        (Effect::Cap(level), _) | (_, Effect::Cap(level)) => Effect::Cap(level),
        (Effect::Tolerated, _) | (_, Effect::Tolerated) => Effect::Tolerated,
        (Effect::Unused, Effect::Unused) => Effect::Unused,
    }
}

/// The part of the process to which an aborted check belongs.
fn step(check: Check, reason: AbortedReason) -> Step {
    match check {
        Check::MrzOptical | Check::MrzVsDg1 => Step::ScanMrz,
        Check::AccessControl
        | Check::EfComSod
        | Check::SodSignature
        | Check::DscPath
        | Check::CertValidity
        | Check::Revocation
        | Check::DefectList
        | Check::DgHashes
        | Check::IssuingState
        | Check::DocTypeList
        | Check::CardAccessDg14
        | Check::CardSecurity
        | Check::ChipAuth
        | Check::Dg1Internal
        | Check::PortraitDecode
        | Check::PortraitAge
        | Check::Morph
        | Check::RelayRisk => match reason {
            AbortedReason::TagLost => Step::FindChip,
            AbortedReason::SecureMessaging
            | AbortedReason::TimeOut
            | AbortedReason::SessionEnded
            | AbortedReason::InternalFault => Step::TapChip,
        },
        Check::FaceQuality | Check::FaceMatch | Check::Pad | Check::Iad | Check::ChallengeFresh => {
            Step::ShowFace
        }
        Check::ContactConfirmed => Step::ConfirmContact,
        Check::AppDeviceIntegrity
        | Check::DocumentAccepted
        | Check::Expiry
        | Check::SessionBinding
        | Check::DocumentStatus
        | Check::PersonRegister
        | Check::Uniqueness
        | Check::VelocityRisk
        | Check::ActivationSecondChannel
        | Check::TermsByApplicant
        | Check::Age => Step::BeginAgain,
    }
}
