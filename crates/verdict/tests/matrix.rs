//! Every cell of the matrix in requirement catalogue §8.3, transcribed here by hand from the catalogue and not from the policy file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{evidence, header, now, policy_up_to_high, registers, waited_out};
use verdict::*;

/// What is expected of one cell: with tries left, and with all tries used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cell {
    first: Outcome,
    last: Outcome,
}

const fn always(outcome: Outcome) -> Cell {
    Cell { first: outcome, last: outcome }
}

const fn then(first: Outcome, last: Outcome) -> Cell {
    Cell { first, last }
}

use Outcome::{
    CitizenService as CsOutcome, Review as ReviewOutcome, Stop as StopOutcome, StopAlert as AlertOutcome,
};

const CS: Cell = always(CsOutcome);
const REVIEW: Cell = always(ReviewOutcome);
const STOP: Cell = always(StopOutcome);
const ALERT: Cell = always(AlertOutcome);
const LOW: Cell = always(Outcome::Accept(Level::Low));
const SUBST: Cell = always(Outcome::Accept(Level::Substantial));
const HIGH: Cell = always(Outcome::Accept(Level::High));
const SCAN_CS: Cell = then(Outcome::Retry(Step::ScanMrz), CsOutcome);
const PHONE_CS: Cell = then(Outcome::Retry(Step::OtherPhone), CsOutcome);
const PHONE_ALERT: Cell = then(Outcome::Retry(Step::OtherPhone), AlertOutcome);
const SCAN_ALERT: Cell = then(Outcome::Retry(Step::ScanMrz), AlertOutcome);
const TAP_CS: Cell = then(Outcome::Retry(Step::TapChip), CsOutcome);
const FACE_CS: Cell = then(Outcome::Retry(Step::ShowFace), CsOutcome);
const FACE_REVIEW: Cell = then(Outcome::Retry(Step::ShowFace), ReviewOutcome);
const FACE_STOP: Cell = then(Outcome::Retry(Step::ShowFace), StopOutcome);
const CONTACT_CS: Cell = then(Outcome::Retry(Step::ConfirmContact), CsOutcome);
const OTHER_PHONE: Cell = then(Outcome::StepUp(Way::OtherPhone), CsOutcome);
const CAMERA: Cell = then(Outcome::StepUp(Way::Camera), CsOutcome);
const WAIT_CS: Cell = then(Outcome::Pending, CsOutcome);
const WAIT_REVIEW: Cell = then(Outcome::Pending, ReviewOutcome);

const M: Mode = Mode::Mandatory;
const E: Mode = Mode::Evaluatable;
const U: Mode = Mode::Unused;

/// `F`, `U`, `N` with a reason of the row; an empty name takes every reason that no other line of the row names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Column {
    F,
    U,
    N,
}

type Line = (Column, &'static str, [Cell; 3]);

/// Id, name, modes, and the cells for a process that seeks Low, Substantial, High. All that set K and silent revocation could tolerate is
/// off here; the conditions have tests of their own.
fn catalogue() -> Vec<(&'static str, &'static str, [Mode; 3], Vec<Line>)> {
    use Column::{F, N, U as Und};
    let all = |cell: Cell| [cell; 3];
    // Mandatory and tolerated: goes on, but High has no tolerance. Evaluatable and tolerated: goes on.
    let tol_m = [LOW, SUBST, SUBST];
    let tol_e = [LOW, SUBST, HIGH];
    // For a row that Low does not use.
    let from_substantial = |cell: Cell| [LOW, cell, cell];
    vec![
        (
            "C01",
            "APP_DEVICE_INTEGRITY",
            [E, E, M],
            vec![(F, "", all(OTHER_PHONE)), (Und, "", tol_m), (N, "", tol_m)],
        ),
        ("C02", "DOCUMENT_ACCEPTED", [M, M, M], vec![(F, "", all(CS)), (Und, "", all(CS)), (N, "", all(CS))]),
        (
            "C03",
            "MRZ_OPTICAL",
            [E, M, M],
            vec![(F, "", all(SCAN_CS)), (Und, "", all(SCAN_CS)), (N, "", [LOW, SUBST, CAMERA])],
        ),
        ("C04", "EXPIRY", [M, M, M], vec![(F, "", all(CS)), (Und, "", all(CS)), (N, "", all(CS))]),
        (
            "C05",
            "ACCESS_CONTROL",
            [E, E, E],
            vec![(F, "", all(TAP_CS)), (Und, "", all(LOW)), (Und, "downgrade_listed", tol_m), (N, "", tol_m)],
        ),
        ("C06", "EFCOM_SOD", [E, E, E], vec![(F, "", all(CS)), (Und, "", tol_e), (N, "", tol_e)]),
        (
            "C07",
            "SOD_SIGNATURE",
            [M, M, M],
            vec![(F, "", all(ALERT)), (F, "malformed", all(CS)), (Und, "", all(CS)), (N, "", all(CS))],
        ),
        ("C08", "DSC_PATH", [M, M, M], vec![(F, "", all(ALERT)), (Und, "", all(CS)), (N, "", all(CS))]),
        ("C09", "CERT_VALIDITY", [M, M, M], vec![(F, "", all(CS)), (Und, "", all(CS)), (N, "", all(CS))]),
        (
            "C10",
            "REVOCATION",
            [E, M, M],
            vec![(F, "", all(ALERT)), (Und, "", [LOW, CS, CS]), (N, "", [LOW, CS, CS])],
        ),
        (
            "C11",
            "DEFECT_LIST",
            [M, M, M],
            vec![
                (F, "defect_forgery", all(ALERT)),
                (F, "defect_production", all(CS)),
                (Und, "", all(CS)),
                (N, "", tol_m),
            ],
        ),
        ("C12", "DG_HASHES", [M, M, M], vec![(F, "", all(ALERT)), (Und, "", all(CS)), (N, "", all(CS))]),
        (
            "C13",
            "ISSUING_STATE",
            [M, M, M],
            vec![(F, "", all(ALERT)), (Und, "", [LOW, CS, CS]), (N, "", all(CS))],
        ),
        ("C14", "DOC_TYPE_LIST", [E, M, M], vec![(F, "", all(CS)), (Und, "", all(CS)), (N, "", tol_m)]),
        (
            "C15",
            "CARDACCESS_DG14",
            [M, M, M],
            vec![(F, "", all(PHONE_ALERT)), (Und, "", all(CS)), (N, "", tol_m)],
        ),
        ("C16", "CARDSECURITY", [E, M, M], vec![(F, "", all(ALERT)), (Und, "", tol_m), (N, "", tol_m)]),
        (
            "C17",
            "CHIP_AUTH",
            [E, M, M],
            vec![(F, "", all(ALERT)), (Und, "", all(PHONE_CS)), (N, "", [LOW, CS, CS])],
        ),
        (
            "C18",
            "MRZ_VS_DG1",
            [E, M, M],
            vec![(F, "", all(SCAN_ALERT)), (Und, "", [LOW, SUBST, REVIEW]), (N, "", [LOW, SUBST, CAMERA])],
        ),
        ("C19", "DG1_INTERNAL", [E, M, M], vec![(F, "", all(CS)), (Und, "", all(REVIEW)), (N, "", tol_m)]),
        (
            "C20",
            "PORTRAIT_DECODE",
            [U, M, M],
            vec![
                (F, "", from_substantial(CS)),
                (Und, "", from_substantial(CS)),
                (N, "", from_substantial(CS)),
            ],
        ),
        (
            "C21",
            "PORTRAIT_AGE",
            [U, E, M],
            vec![(F, "", from_substantial(CS)), (Und, "", tol_m), (N, "", tol_m)],
        ),
        (
            "C22",
            "FACE_QUALITY",
            [U, M, M],
            vec![
                (F, "", from_substantial(FACE_CS)),
                (Und, "", from_substantial(FACE_CS)),
                (N, "", from_substantial(CS)),
            ],
        ),
        (
            "C23",
            "FACE_MATCH",
            [U, M, M],
            vec![
                (F, "", from_substantial(FACE_CS)),
                (Und, "", from_substantial(CS)),
                (Und, "grey_band", from_substantial(FACE_REVIEW)),
                (N, "", from_substantial(CS)),
            ],
        ),
        (
            "C24",
            "PAD",
            [U, M, M],
            vec![
                (F, "attack_suspected", from_substantial(FACE_CS)),
                (F, "attack_strong", from_substantial(ALERT)),
                (Und, "", from_substantial(FACE_CS)),
                (N, "", from_substantial(CS)),
            ],
        ),
        (
            "C25",
            "IAD",
            [U, M, M],
            vec![
                (F, "", from_substantial(ALERT)),
                (Und, "", from_substantial(PHONE_CS)),
                (N, "", from_substantial(CS)),
            ],
        ),
        (
            "C26",
            "CHALLENGE_FRESH",
            [U, M, M],
            vec![
                (F, "", from_substantial(FACE_STOP)),
                (Und, "", from_substantial(FACE_CS)),
                (N, "", from_substantial(CS)),
            ],
        ),
        (
            "C27",
            "SESSION_BINDING",
            [M, M, M],
            vec![(F, "", all(STOP)), (Und, "", all(STOP)), (N, "", all(STOP))],
        ),
        (
            "C28",
            "MORPH",
            [U, E, E],
            vec![(F, "", from_substantial(REVIEW)), (Und, "", tol_e), (N, "", tol_e)],
        ),
        (
            "C29",
            "DOCUMENT_STATUS",
            [E, M, M],
            vec![(F, "", all(ALERT)), (Und, "", all(WAIT_CS)), (N, "", [LOW, SUBST, CS])],
        ),
        (
            "C30",
            "PERSON_REGISTER",
            [M, M, M],
            vec![
                (F, "differs", all(CS)),
                (F, "dead", all(ALERT)),
                (F, "annulled", all(ALERT)),
                (Und, "", all(WAIT_CS)),
                (Und, "name_unexplained", all(REVIEW)),
                (N, "", all(CS)),
            ],
        ),
        (
            "C31",
            "UNIQUENESS",
            [M, M, M],
            vec![(F, "", all(REVIEW)), (Und, "", all(WAIT_REVIEW)), (N, "", all(REVIEW))],
        ),
        (
            "C32",
            "CONTACT_CONFIRMED",
            [E, M, M],
            vec![(F, "", all(CONTACT_CS)), (Und, "", all(CONTACT_CS)), (N, "", all(CS))],
        ),
        (
            "C33",
            "VELOCITY_RISK",
            [E, E, E],
            vec![
                (F, "risk_raised", all(REVIEW)),
                (F, "risk_high", all(CS)),
                (Und, "", tol_e),
                (N, "", tol_e),
            ],
        ),
        ("C34", "RELAY_RISK", [E, E, E], vec![(F, "", all(REVIEW)), (Und, "", tol_e), (N, "", tol_e)]),
        (
            "C35",
            "ACTIVATION_SECOND_CHANNEL",
            [U, M, M],
            vec![
                (F, "", from_substantial(WAIT_CS)),
                (Und, "", from_substantial(WAIT_CS)),
                (N, "", from_substantial(CS)),
            ],
        ),
        (
            "C36",
            "TERMS_BY_APPLICANT",
            [M, M, M],
            vec![(F, "", all(STOP)), (Und, "", all(STOP)), (N, "", all(STOP))],
        ),
        ("C37", "AGE", [M, M, M], vec![(F, "", all(STOP)), (Und, "", all(CS)), (N, "", all(CS))]),
    ]
}

#[test]
fn every_check_has_the_id_the_name_and_the_modes_of_the_catalogue() {
    let policy = policy_up_to_high(false);
    let catalogue = catalogue();
    assert_eq!(catalogue.len(), CHECK_COUNT);
    for (check, (id, name, modes, _)) in Check::ALL.into_iter().zip(catalogue) {
        assert_eq!((check.id(), check.name()), (id, name));
        assert_eq!(Level::ALL.map(|level| policy.mode(check, level)), modes, "{id}");
        assert_eq!(Check::from_number(u64::from(check.number())), Some(check));
    }
}

#[test]
fn every_cell_of_the_matrix_reacts_as_the_catalogue_says() {
    let policy = policy_up_to_high(false);
    let mut cells = 0;
    for (id, _, _, lines) in catalogue() {
        let check = Check::from_id(id).unwrap();
        for result in CheckResult::all_of(check) {
            let column = match result {
                CheckResult::Successful | CheckResult::Aborted(_) => continue,
                CheckResult::Failed(_) => Column::F,
                CheckResult::Undetermined(_) => Column::U,
                CheckResult::NotSupported(_) => Column::N,
            };
            let of_column = || lines.iter().filter(|line| line.0 == column);
            let line = of_column()
                .find(|line| Some(line.1) == result.reason())
                .or_else(|| of_column().find(|line| line.1.is_empty()))
                .unwrap_or_else(|| panic!("{id} has no line for {result:?}"));
            for (level, expected) in Level::ALL.into_iter().zip(line.2) {
                let first =
                    verdict(&evidence(header(level), &[(check, result)], 0), &policy, &registers(), now());
                let last = evidence(waited_out(header(level)), &[(check, result)], u8::MAX);
                let last = verdict(&last, &policy, &registers(), now());
                let found = Cell { first: first.outcome, last: last.outcome };
                assert_eq!(found, expected, "{id} {result:?} at {}", level.name());
                cells += 1;
            }
        }
    }
    // Three values at three levels for every check, at least.
    assert!(cells >= 3 * 3 * CHECK_COUNT, "{cells} cells");
}

#[test]
fn a_case_without_a_flaw_reaches_the_level_it_seeks() {
    let policy = policy_up_to_high(false);
    for level in Level::ALL {
        let verdict = verdict(&evidence(header(level), &[], 0), &policy, &registers(), now());
        assert_eq!(verdict.outcome, Outcome::Accept(level));
        assert_eq!(verdict.reasons, []);
    }
}

#[test]
fn the_numbers_of_retries_are_those_of_the_catalogue() {
    let policy = policy_up_to_high(false);
    let allowed = |check: Check, result: CheckResult| {
        let asks_again = |&used: &u8| {
            let case = evidence(header(Level::Substantial), &[(check, result)], used);
            verdict(&case, &policy, &registers(), now()).outcome.rank() == 1
        };
        (0..=u8::MAX).take_while(asks_again).count()
    };
    assert_eq!(allowed(Check::MrzOptical, CheckResult::Failed(FailedReason::Unreadable)), 3);
    assert_eq!(allowed(Check::FaceQuality, CheckResult::Failed(FailedReason::QualityLow)), 3);
    assert_eq!(allowed(Check::CardAccessDg14, CheckResult::Failed(FailedReason::PaceHidden)), 1);
    assert_eq!(allowed(Check::Pad, CheckResult::Failed(FailedReason::AttackSuspected)), 1);
    assert_eq!(allowed(Check::ChallengeFresh, CheckResult::Failed(FailedReason::Stale)), 1);
    let refused = CheckResult::Failed(FailedReason::AttestationRefused);
    assert_eq!(allowed(Check::AppDeviceIntegrity, refused), 1);
    assert_eq!(allowed(Check::FaceMatch, CheckResult::Failed(FailedReason::NoMatch)), 2);
    assert_eq!(allowed(Check::SodSignature, CheckResult::Aborted(AbortedReason::TagLost)), 4);
}
