//! What came of a document, and what a case may say of it.

use emrtd::consistency::PrintedLines;
use emrtd::examination::Examination;
use emrtd::passive_authentication::{EndState, Trust};
use emrtd::session::Reading;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use mrz::Mrz;
use pki::{Anchors, DeviationTable};
use proofing::{DocumentCase, document_evidence, overruled};
use verdict::{
    Check, CheckResult, DEFAULT_POLICY, Evidence, Level, Outcome, Policy, ResultKind, Times, document_verdict,
};

fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// What came of a document.
pub(crate) struct Judged {
    pub(crate) reading: Reading,
    pub(crate) evidence: Evidence,
    /// How Passive Authentication ended.
    #[allow(dead_code, reason = "the attacks ask for it")]
    pub(crate) end_state: EndState,
    /// What a list of known defects has changed.
    #[allow(dead_code, reason = "the attacks ask for it")]
    pub(crate) overruled: Vec<Check>,
    pub(crate) outcome: Outcome,
}

/// Checks what was read, and judges it by the policy that comes with the program.
pub(crate) fn judge(
    reading: Reading,
    printed: &str,
    anchors: &Anchors,
    deviations: &DeviationTable,
) -> Judged {
    let policy = Policy::parse(DEFAULT_POLICY).unwrap();
    let printed = Mrz::parse(printed).ok();
    let lines = printed.as_ref().map_or(PrintedLines::Typed, PrintedLines::Scanned);
    let trust = Trust { anchors, deviations, now: now() };
    let case = DocumentCase {
        transaction_id: [1; 16],
        times: Times::new(now() - SignedDuration::from_secs(30), now()).unwrap(),
        requested: Level::Substantial,
        trust_store_version: anchors.version(),
        policy_version: policy.version(),
    };
    let examination = Examination::of(&reading, lines, &trust);
    let evidence = document_evidence(&case, &reading, lines, &examination, date(2026, 11, 25)).unwrap();
    let evidence = evidence.finish();
    let outcome = document_verdict(&evidence, &policy, now()).outcome;
    let end_state = examination.files.passive_authentication.end_state();
    let overruled = overruled(&examination);
    Judged { reading, evidence, end_state, overruled, outcome }
}

impl Judged {
    pub(crate) fn result(&self, check: Check) -> CheckResult {
        self.evidence.entry(check).result
    }

    /// The document is accepted.
    #[track_caller]
    pub(crate) fn accepted(&self) {
        assert!(self.is_accepted(), "{:?}: {}", self.outcome, self.failing());
    }

    pub(crate) const fn is_accepted(&self) -> bool {
        matches!(self.outcome, Outcome::Accept(_))
    }

    /// A check has this value, and the document is not accepted.
    #[track_caller]
    pub(crate) fn refused_by(&self, check: Check, kind: ResultKind) {
        self.has(check, kind);
        assert!(!self.is_accepted(), "accepted although {} is {kind:?}", check.id());
    }

    /// A check failed, and the document is not accepted.
    #[track_caller]
    pub(crate) fn failed(&self, check: Check) {
        self.refused_by(check, ResultKind::Failed);
    }

    /// A check has this value.
    #[track_caller]
    pub(crate) fn has(&self, check: Check, kind: ResultKind) {
        assert_eq!(self.result(check).kind(), kind, "{}: {}", check.id(), self.failing());
    }

    /// The same, when a check has this value.
    #[track_caller]
    pub(crate) fn having(self, check: Check, kind: ResultKind) -> Judged {
        self.has(check, kind);
        self
    }

    /// The same, when a check has this result.
    #[track_caller]
    pub(crate) fn because(self, check: Check, result: CheckResult) -> Judged {
        assert_eq!(self.result(check), result, "{}: {}", check.id(), self.failing());
        self
    }

    /// Whether the evidence notes a departure or weakness.
    pub(crate) fn notes(&self, name: &str) -> bool {
        self.evidence.header().provenance.deviations.iter().any(|found| found.as_str() == name)
    }

    fn failing(&self) -> String {
        let odd = self
            .evidence
            .entries()
            .filter(|(check, entry)| check.is_of_document() && entry.result != CheckResult::Successful);
        odd.map(|(check, entry)| format!("{} {:?}", check.id(), entry.result)).collect::<Vec<_>>().join(", ")
    }
}
