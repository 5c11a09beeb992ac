//! The rules around the matrix: conditions, set K, High, freshness, alarms, and what the person is told.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{STARTED, at, default_policy, evidence, header, now, policy_up_to_high, registers};
use verdict::*;

const CLONEABLE: (Check, CheckResult) =
    (Check::ChipAuth, CheckResult::NotSupported(NotSupportedReason::Cloneable));
const TYPED: (Check, CheckResult) =
    (Check::MrzOptical, CheckResult::NotSupported(NotSupportedReason::TypedByHand));
const BAD_SOD: (Check, CheckResult) = (Check::SodSignature, CheckResult::Failed(FailedReason::BadSignature));
const ABORTED: (Check, CheckResult) = (Check::Revocation, CheckResult::Aborted(AbortedReason::TimeOut));

fn substantial(others: &[(Check, CheckResult)]) -> Outcome {
    decide(header(Level::Substantial), others, &policy_up_to_high(true), &registers())
}

fn decide(
    header: Header,
    others: &[(Check, CheckResult)],
    policy: &Policy,
    registers: &RegisterAnswers,
) -> Outcome {
    verdict(&evidence(header, others, 0), policy, registers, now()).outcome
}

#[test]
fn the_default_policy_never_gives_high() {
    let verdict = verdict(&evidence(header(Level::High), &[], 0), &default_policy(), &registers(), now());
    assert_eq!(verdict.outcome, Outcome::Accept(Level::Substantial));
    assert_eq!(verdict.reasons, [Reason::LevelLimit(Level::Substantial)]);
}

#[test]
fn every_condition_of_high_alone_caps_at_substantial() {
    let policy = policy_up_to_high(false);
    let spoil: [fn(&mut Header, &mut RegisterAnswers); 10] = [
        |h, _| h.assurance.hardware_attestation = false,
        |h, _| h.assurance.face_match_one_in = 9_999,
        |h, _| h.assurance.face_transaction_one_in = 3_332,
        |h, _| h.assurance.pad = CertifiedLevel::Substantial,
        |h, _| h.assurance.pad_certified_until = Some("2020-01-01".parse().unwrap()),
        |h, _| h.assurance.iad = CertifiedLevel::None,
        |h, _| h.assurance.iad_certified_until = None,
        |h, _| h.assurance.human_confirmation = false,
        |_, r| r.document_confirmed = false,
        |_, r| r.activation = Activation::Independent,
    ];
    for (index, spoil) in spoil.into_iter().enumerate() {
        let (mut header, mut registers) = (header(Level::High), registers());
        spoil(&mut header, &mut registers);
        assert_eq!(decide(header, &[], &policy, &registers), Outcome::Accept(Level::Substantial), "{index}");
    }
}

#[test]
fn a_copyable_chip_reaches_substantial_with_all_of_set_k_and_with_nothing_less() {
    assert_eq!(substantial(&[CLONEABLE]), Outcome::Accept(Level::Substantial));
    let unlisted = decide(header(Level::Substantial), &[CLONEABLE], &policy_up_to_high(false), &registers());
    assert_eq!(unlisted, Outcome::CitizenService);
    let policy = policy_up_to_high(true);
    let spoil: [fn(&mut Header, &mut RegisterAnswers); 6] = [
        |h, _| h.assurance.pad = CertifiedLevel::Substantial,
        |h, _| h.assurance.iad = CertifiedLevel::Substantial,
        |h, _| h.assurance.face_match_one_in = 99_999,
        |_, r| r.activation = Activation::DigitalPost,
        |_, r| r.identities_this_year = 1,
        |h, _| h.assurance.iad_certified_until = None,
    ];
    for (index, spoil) in spoil.into_iter().enumerate() {
        let (mut header, mut registers) = (header(Level::Substantial), registers());
        spoil(&mut header, &mut registers);
        assert_eq!(decide(header, &[CLONEABLE], &policy, &registers), Outcome::CitizenService, "{index}");
    }
    assert_eq!(substantial(&[CLONEABLE, TYPED]), Outcome::CitizenService);
    let optional = CheckResult::Undetermined(UndeterminedReason::OptionalDataDiffers);
    assert_eq!(substantial(&[CLONEABLE, (Check::MrzVsDg1, optional)]), Outcome::CitizenService);
}

#[test]
fn a_copyable_chip_never_reaches_high_and_brings_obligations() {
    let case = evidence(header(Level::High), &[CLONEABLE], 0);
    let verdict = verdict(&case, &policy_up_to_high(true), &registers(), now());
    assert_eq!(verdict.outcome, Outcome::Accept(Level::Substantial));
    assert_eq!(verdict.obligations, [Obligation::LimitedRights { hours: 24 }, Obligation::LetterActivation]);
}

#[test]
fn a_cap_that_does_not_touch_the_level_is_told_as_tolerated() {
    let listed = (Check::AccessControl, CheckResult::Undetermined(UndeterminedReason::DowngradeListed));
    let effect = |level: Level| {
        let case = evidence(header(level), &[listed], 0);
        verdict(&case, &policy_up_to_high(false), &registers(), now()).reasons[0].to_string()
    };
    assert!(effect(Level::Substantial).ends_with("-> tolerated"));
    assert!(effect(Level::High).ends_with("-> cap substantial"));
}

#[test]
fn typed_lines_need_a_proven_chip() {
    assert_eq!(substantial(&[TYPED]), Outcome::Accept(Level::Substantial));
    let unproven = (Check::ChipAuth, CheckResult::NotSupported(NotSupportedReason::NotBuilt));
    assert_eq!(substantial(&[TYPED, unproven]), Outcome::CitizenService);
}

#[test]
fn an_open_chip_needs_a_proven_chip() {
    let open = (Check::AccessControl, CheckResult::NotSupported(NotSupportedReason::OpenChip));
    assert_eq!(substantial(&[open]), Outcome::Accept(Level::Substantial));
    assert_eq!(substantial(&[open, CLONEABLE]), Outcome::CitizenService);
}

#[test]
fn a_doubtful_card_security_needs_another_key_than_the_mapping() {
    let doubt = (Check::CardSecurity, CheckResult::Undetermined(UndeterminedReason::DataMissing));
    assert_eq!(substantial(&[doubt]), Outcome::Accept(Level::Substantial));
    let mut header = header(Level::Substantial);
    header.assurance.chip_key = ChipKey::Mapping;
    assert_eq!(decide(header, &[doubt], &policy_up_to_high(true), &registers()), Outcome::CitizenService);
}

#[test]
fn revocation_may_be_unknown_only_for_states_that_never_publish() {
    let unknown = (Check::Revocation, CheckResult::Undetermined(UndeterminedReason::RevocationUnknown));
    assert_eq!(substantial(&[unknown]), Outcome::Accept(Level::Substantial));
    let elsewhere = decide(header(Level::Substantial), &[unknown], &policy_up_to_high(false), &registers());
    assert_eq!(elsewhere, Outcome::CitizenService);
}

#[test]
fn a_document_without_a_status_register_needs_the_letter() {
    let unlisted = CheckResult::NotSupported(NotSupportedReason::NotOffered);
    let mut registers = registers();
    registers.answer(Question::DocumentStatus, unlisted, now()).unwrap();
    let policy = default_policy();
    let go = |registers: &RegisterAnswers| decide(header(Level::Substantial), &[], &policy, registers);
    assert_eq!(go(&registers), Outcome::Accept(Level::Substantial));
    let case = evidence(header(Level::Substantial), &[], 0);
    assert_eq!(verdict(&case, &policy, &registers, now()).obligations, [Obligation::LetterActivation]);
    registers.activation = Activation::DigitalPost;
    assert_eq!(go(&registers), Outcome::CitizenService);
}

#[test]
fn a_downgrade_gives_a_pre_registration_that_sends_to_citizen_service() {
    let downgrade = (Check::AccessControl, CheckResult::Undetermined(UndeterminedReason::Downgrade));
    let case = evidence(header(Level::Substantial), &[downgrade], 0);
    let verdict = verdict(&case, &default_policy(), &registers(), now());
    assert_eq!(verdict.outcome, Outcome::Accept(Level::Low));
    assert_eq!(verdict.client, ClientWord::VisitCitizenService);
    assert_eq!(verdict.obligations, [Obligation::FinishAtCitizenService]);
}

#[test]
fn an_answer_of_a_register_counts_for_ten_minutes() {
    let policy = default_policy();
    let case = evidence(header(Level::Substantial), &[], 0);
    let answered = |second: i64| {
        let mut registers = registers();
        registers.answer(Question::Person, CheckResult::Successful, at(second)).unwrap();
        verdict(&case, &policy, &registers, now()).outcome
    };
    assert_eq!(answered(STARTED), Outcome::Accept(Level::Substantial));
    assert_eq!(answered(STARTED - 1), Outcome::Pending);
    assert_eq!(answered(STARTED + 601), Outcome::Pending);
}

#[test]
fn an_old_doubtful_answer_ends_no_softer_than_an_old_good_one() {
    let mut header = header(Level::Substantial);
    header.times = Times::new(at(common::LONG_AGO), at(STARTED + 500)).unwrap();
    let case = evidence(header, &[], u8::MAX);
    let answered = |result: CheckResult| {
        let mut registers = registers();
        registers.answer(Question::Person, result, at(0)).unwrap();
        verdict(&case, &default_policy(), &registers, now()).outcome
    };
    assert_eq!(answered(CheckResult::Successful), Outcome::CitizenService);
    let unexplained = CheckResult::Undetermined(UndeterminedReason::NameUnexplained);
    assert_eq!(answered(unexplained), Outcome::CitizenService);
}

#[test]
fn a_register_that_was_not_asked_is_not_successful() {
    let mut unasked = RegisterAnswers::UNASKED;
    unasked.activation = Activation::RegisterLetter;
    assert_eq!(decide(header(Level::Substantial), &[], &default_policy(), &unasked), Outcome::Pending);
}

#[test]
fn a_register_hit_counts_whatever_the_evidence_says_and_however_old_it_is() {
    let mut registers = registers();
    let hit = CheckResult::Failed(FailedReason::ReportedLost);
    registers.answer(Question::DocumentStatus, hit, at(0)).unwrap();
    assert_eq!(decide(header(Level::Substantial), &[], &default_policy(), &registers), Outcome::StopAlert);
}

#[test]
fn a_document_is_valid_on_the_day_of_the_decision_and_not_of_the_scan() {
    // 2026-11-25, 21:59:59 and 22:00:00 UTC; the policy's day ends two hours before that of UTC.
    let midnight = "2026-11-25T22:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let mut header = header(Level::Substantial);
    header.document.valid_until = Some("2026-11-25".parse().unwrap());
    header.times = Times::new(at(midnight - 300), at(midnight - 60)).unwrap();
    let case = evidence(header, &[], 0);
    let decided = |second: i64| {
        let mut registers = registers();
        for question in Question::ALL {
            registers.answer(question, CheckResult::Successful, at(midnight - 30)).unwrap();
        }
        verdict(&case, &default_policy(), &registers, at(second))
    };
    assert_eq!(decided(midnight - 1).outcome, Outcome::Accept(Level::Substantial));
    assert_eq!(decided(midnight).outcome, Outcome::CitizenService);
    assert_eq!(decided(midnight).client, ClientWord::DocumentExpired);
}

#[test]
fn an_unlisted_document_is_told_to_be_not_accepted() {
    let mut header = header(Level::Substantial);
    header.document.class = DocumentClass::Visa;
    let verdict = verdict(&evidence(header, &[], 0), &default_policy(), &registers(), now());
    assert_eq!((verdict.outcome, verdict.client), (Outcome::CitizenService, ClientWord::DocumentNotAccepted));
}

#[test]
fn an_alarm_needs_a_basis_without_aborted_checks() {
    assert_eq!(substantial(&[BAD_SOD]), Outcome::StopAlert);
    let case = evidence(header(Level::Substantial), &[BAD_SOD, ABORTED], 0);
    let verdict = verdict(&case, &default_policy(), &registers(), now());
    assert_eq!(verdict.outcome, Outcome::Stop);
    assert!(verdict.reasons.contains(&Reason::AlarmWithheld));
}

#[test]
fn the_person_cannot_tell_stop_from_alarm_from_citizen_service() {
    let ends = [
        (Check::SodSignature, CheckResult::Failed(FailedReason::BadSignature), Outcome::StopAlert),
        (Check::SodSignature, CheckResult::Failed(FailedReason::Malformed), Outcome::CitizenService),
        (Check::SessionBinding, CheckResult::Failed(FailedReason::BindingBroken), Outcome::Stop),
        (Check::Age, CheckResult::Failed(FailedReason::UnderAge), Outcome::Stop),
    ];
    let expired = (Check::Expiry, CheckResult::Failed(FailedReason::Expired));
    for (check, result, outcome) in ends {
        let plain = evidence(header(Level::Substantial), &[(check, result)], 0);
        let plain = verdict(&plain, &default_policy(), &registers(), now());
        assert_eq!((plain.outcome, plain.client), (outcome, ClientWord::VisitCitizenService));
        // An expired forgery is told what an expired true document is told.
        let old = evidence(header(Level::Substantial), &[(check, result), expired], 0);
        assert_eq!(verdict(&old, &default_policy(), &registers(), now()).client, ClientWord::DocumentExpired);
    }
}

#[test]
fn the_vocabulary_is_that_of_the_catalogue() {
    let words: Vec<_> = ClientWord::ALL.iter().map(|word| word.name()).collect();
    assert_eq!(
        words,
        [
            "SCAN_AGAIN",
            "HOLD_STILL",
            "MOVE_PHONE",
            "TRY_OTHER_PHONE",
            "DOCUMENT_NOT_ACCEPTED",
            "DOCUMENT_EXPIRED",
            "VISIT_CITIZEN_SERVICE",
            "TRY_LATER",
            "DONE"
        ]
    );
}

#[test]
fn the_harder_outcome_wins_in_the_order_of_the_catalogue() {
    let by_precedence = [
        (Check::SodSignature, CheckResult::Failed(FailedReason::BadSignature), "STOP_ALERT"),
        (Check::SessionBinding, CheckResult::Failed(FailedReason::BindingBroken), "STOP"),
        (Check::CertValidity, CheckResult::Failed(FailedReason::OutsideValidity), "CITIZEN_SERVICE"),
        (Check::RelayRisk, CheckResult::Failed(FailedReason::RiskRaised), "REVIEW"),
        (Check::AppDeviceIntegrity, CheckResult::Failed(FailedReason::AttestationRefused), "STEP_UP"),
        (Check::Uniqueness, CheckResult::Undetermined(UndeterminedReason::RegisterDown), "PENDING"),
        (Check::FaceQuality, CheckResult::Failed(FailedReason::QualityLow), "RETRY"),
    ];
    for (index, (_, _, name)) in by_precedence.iter().enumerate() {
        let weaker: Vec<_> =
            by_precedence[index..].iter().map(|(check, result, _)| (*check, *result)).collect();
        assert_eq!(substantial(&weaker).name(), *name);
    }
}

#[test]
fn of_two_retries_the_earlier_step_is_asked_for() {
    let face = (Check::FaceQuality, CheckResult::Failed(FailedReason::QualityLow));
    let scan = (Check::MrzOptical, CheckResult::Failed(FailedReason::Unreadable));
    assert_eq!(substantial(&[face, scan]), Outcome::Retry(Step::ScanMrz));
}

#[test]
fn the_earlier_step_is_asked_for_whichever_check_comes_first() {
    let tap = (Check::AccessControl, CheckResult::Failed(FailedReason::AccessDenied));
    let scan = (Check::MrzVsDg1, CheckResult::Failed(FailedReason::Differs));
    assert_eq!(substantial(&[tap]), Outcome::Retry(Step::TapChip));
    assert_eq!(substantial(&[tap, scan]), Outcome::Retry(Step::ScanMrz));
}

#[test]
fn of_two_other_ways_the_camera_comes_first() {
    let refused = (Check::AppDeviceIntegrity, CheckResult::Failed(FailedReason::AttestationRefused));
    for others in [[refused, TYPED], [TYPED, refused]] {
        let outcome = decide(header(Level::High), &others, &policy_up_to_high(false), &registers());
        assert_eq!(outcome, Outcome::StepUp(Way::Camera));
    }
}

#[test]
fn a_certificate_counts_on_its_last_day() {
    let decided_until = |day: &str| {
        let mut header = header(Level::High);
        header.assurance.pad_certified_until = Some(day.parse().unwrap());
        decide(header, &[], &policy_up_to_high(false), &registers())
    };
    assert_eq!(decided_until("2026-11-25"), Outcome::Accept(Level::High));
    assert_eq!(decided_until("2026-11-24"), Outcome::Accept(Level::Substantial));
}

#[test]
fn no_row_of_a_document_gives_more_than_the_policy() {
    let text = DEFAULT_POLICY
        .replace("generations = []\nmax_level = \"substantial\"", "generations = []\nmax_level = \"high\"");
    assert_ne!(text, DEFAULT_POLICY);
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(decide(header(Level::High), &[], &policy, &registers()), Outcome::Accept(Level::Substantial));
}

#[test]
fn suspicion_of_an_attack_is_flagged_only_when_the_process_ends() {
    let suspected = (Check::Pad, CheckResult::Failed(FailedReason::AttackSuspected));
    let flagged = |used| {
        let case = evidence(header(Level::Substantial), &[suspected], used);
        verdict(&case, &default_policy(), &registers(), now()).flagged
    };
    assert_eq!(flagged(0), []);
    assert_eq!(flagged(1), [Check::Pad]);
}

#[test]
fn a_reason_is_one_line_for_staff() {
    let case = evidence(header(Level::Substantial), &[CLONEABLE], 0);
    let verdict = verdict(&case, &default_policy(), &registers(), now());
    let lines: Vec<String> = verdict.reasons.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["C17 CHIP_AUTH not_supported cloneable (evidence) -> CITIZEN_SERVICE"]);
}

#[test]
fn stale_or_future_evidence_and_policies_out_of_force_are_never_accepted() {
    let policy = default_policy();
    let blocked = |evidence: &Evidence, policy: &Policy, second: i64| {
        let mut registers = registers();
        for question in Question::ALL {
            registers.answer(question, CheckResult::Successful, at(second)).unwrap();
        }
        let verdict = verdict(evidence, policy, &registers, at(second));
        assert_eq!(verdict.outcome, Outcome::CitizenService);
        verdict.reasons
    };
    let case = evidence(header(Level::Substantial), &[], 0);
    assert_eq!(
        blocked(&case, &policy, STARTED + 500 + 15 * 60 + 1),
        [Reason::Blocked(Blocker::EvidenceStale)]
    );
    assert_eq!(blocked(&case, &policy, STARTED + 499), [Reason::Blocked(Blocker::EvidenceFromTheFuture)]);

    let replaced = |from: &str, to: &str| Policy::parse(&DEFAULT_POLICY.replace(from, to)).unwrap();
    let other = replaced("version = \"default-1\"", "version = \"default-2\"");
    assert_eq!(blocked(&case, &other, STARTED + 600), [Reason::Blocked(Blocker::PolicyUnknown)]);
    let expired = replaced("valid_until = \"2027-10-31\"", "valid_until = \"2026-11-02\"");
    assert_eq!(blocked(&case, &expired, STARTED + 600), [Reason::Blocked(Blocker::PolicyExpired)]);
    let early = replaced("valid_from = \"2026-11-01\"", "valid_from = \"2027-02-01\"");
    assert_eq!(blocked(&case, &early, STARTED + 600), [Reason::Blocked(Blocker::PolicyNotYetValid)]);
}

#[test]
fn policies_hold_on_their_first_and_last_day_and_evidence_to_the_last_second() {
    let policy = default_policy();
    let case = evidence(header(Level::Substantial), &[], 0);
    let at_second = |policy: &Policy, second: i64| {
        let mut registers = registers();
        for question in Question::ALL {
            registers.answer(question, CheckResult::Successful, at(second)).unwrap();
        }
        verdict(&case, policy, &registers, at(second)).outcome
    };
    let accepted = Outcome::Accept(Level::Substantial);
    assert_eq!(at_second(&policy, STARTED + 500), accepted);
    assert_eq!(at_second(&policy, STARTED + 500 + 15 * 60), accepted);
    let one_day = DEFAULT_POLICY.replace("2026-11-01", "2026-11-25").replace("2027-10-31", "2026-11-25");
    assert_eq!(at_second(&Policy::parse(&one_day).unwrap(), STARTED + 600), accepted);
}

#[test]
fn waiting_ends_after_the_hours_of_the_policy() {
    let down = (Check::Uniqueness, CheckResult::Undetermined(UndeterminedReason::RegisterDown));
    let waited = |seconds: i64| {
        let mut header = header(Level::Substantial);
        header.times = Times::new(at(STARTED + 600 - seconds), at(STARTED + 500)).unwrap();
        decide(header, &[down], &default_policy(), &registers())
    };
    assert_eq!(waited(24 * 3600 - 1), Outcome::Pending);
    assert_eq!(waited(24 * 3600), Outcome::Review);
}

#[test]
fn the_first_row_that_fits_the_document_counts() {
    let rows = "[[documents]]\nstates = [\"UTO\"]\nclass = \"passport\"\ngenerations = [2]\n\
                max_level = \"low\"\nset_k = false\nnever_publishes = false\n\n[[documents]]";
    let policy = Policy::parse(&DEFAULT_POLICY.replacen("[[documents]]", rows, 1)).unwrap();
    let go = |state: &str, generation: u8| {
        let mut header = header(Level::Substantial);
        header.document.state = StateCode::new(state).unwrap();
        header.document.generation = generation;
        decide(header, &[], &policy, &registers())
    };
    assert_eq!(go("UTO", 2), Outcome::Accept(Level::Low));
    assert_eq!(go("UTO", 3), Outcome::Accept(Level::Substantial));
    assert_eq!(go("D", 2), Outcome::Accept(Level::Substantial));
}

#[test]
fn a_document_whose_last_day_is_unknown_is_not_accepted() {
    let mut header = header(Level::Substantial);
    header.document.valid_until = None;
    assert_eq!(decide(header, &[], &default_policy(), &registers()), Outcome::CitizenService);
}

#[test]
fn the_example_of_the_operator_s_page_is_true() {
    let page = include_str!("../../../docs/verdict.md");
    let listed = CheckResult::Undetermined(UndeterminedReason::DeviationListed);
    let unmade = CheckResult::NotSupported(NotSupportedReason::NotBuilt);
    let others = [(Check::EfComSod, listed), CLONEABLE, (Check::Morph, unmade)];
    let case = evidence(header(Level::Substantial), &others, 0);
    let set_k = Policy::parse(&DEFAULT_POLICY.replace("set_k = false", "set_k = true")).unwrap();
    for policy in [&default_policy(), &set_k] {
        let verdict = verdict(&case, policy, &registers(), now());
        let mut block =
            format!("```text\noutcome  {}\nphone    {}\n", verdict.outcome, verdict.client.name());
        for reason in &verdict.reasons {
            block.push_str(&reason.to_string());
            block.push('\n');
        }
        block.push_str("```");
        assert!(page.contains(&block), "{block}");
    }
    let mut again = registers();
    again.identities_this_year = 1;
    assert_eq!(verdict(&case, &set_k, &again, now()).outcome, Outcome::CitizenService);
    let row = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(DEFAULT_POLICY.contains(row));
}

#[test]
fn checks_are_of_the_document_from_c02_to_c19_and_registers_answer_for_three() {
    let of_document: Vec<&str> =
        Check::ALL.into_iter().filter(|check| check.is_of_document()).map(Check::id).collect();
    assert_eq!((of_document.first(), of_document.last()), (Some(&"C02"), Some(&"C19")));
    assert_eq!(of_document.len(), 18);
    for check in Check::ALL {
        let asked = [Check::DocumentStatus, Check::PersonRegister, Check::Uniqueness].contains(&check);
        assert_eq!(Question::of(check).map(Question::check), asked.then_some(check), "{}", check.id());
    }
}

#[test]
fn what_blocks_and_what_is_wanting_for_high_have_stable_names() {
    let blockers = [
        (Blocker::PolicyUnknown, "policy_unknown"),
        (Blocker::PolicyNotYetValid, "policy_not_yet_valid"),
        (Blocker::PolicyExpired, "policy_expired"),
        (Blocker::EvidenceFromTheFuture, "evidence_from_the_future"),
        (Blocker::EvidenceStale, "evidence_stale"),
    ];
    assert!(blockers.iter().all(|(blocker, name)| blocker.name() == *name));
    let conditions = [
        (HighCondition::HardwareAttestation, "hardware_attestation"),
        (HighCondition::FaceMatch, "face_match"),
        (HighCondition::FaceTransaction, "face_transaction"),
        (HighCondition::PadCertificate, "pad_certificate"),
        (HighCondition::IadCertificate, "iad_certificate"),
        (HighCondition::DocumentConfirmed, "document_confirmed"),
        (HighCondition::Activation, "activation"),
        (HighCondition::HumanConfirmation, "human_confirmation"),
    ];
    assert!(conditions.iter().all(|(condition, name)| condition.name() == *name));
}
