//! The verdict as a function: the same in, the same out; monotone; closed against whatever is missing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use common::{STARTED, at, evidence, header, now, policy_up_to_high, registers, waited_out};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use verdict::*;

fn any_result(check: Check) -> impl Strategy<Value = CheckResult> {
    prop_oneof![4 => Just(CheckResult::Successful), 1 => select(CheckResult::all_of(check))]
}

fn any_check() -> impl Strategy<Value = Check> {
    select(Check::ALL.to_vec())
}

fn any_level() -> impl Strategy<Value = Level> {
    select(Level::ALL.to_vec())
}

fn any_certificate() -> impl Strategy<Value = (CertifiedLevel, Option<jiff::civil::Date>)> {
    let days = ["2020-02-02", "2026-11-25", "2031-01-01"].map(|day| day.parse().ok());
    (select(CertifiedLevel::ALL.to_vec()), select([None].into_iter().chain(days).collect::<Vec<_>>()))
}

prop_compose! {
    fn any_header()(
        level in any_level(),
        class in prop_oneof![9 => Just(DocumentClass::Passport), 1 => select(DocumentClass::ALL.to_vec())],
        no_expiry in proptest::bool::weighted(0.1),
        good in [proptest::bool::weighted(0.9), proptest::bool::weighted(0.9), proptest::bool::weighted(0.8)],
        chip_key in select(ChipKey::ALL.to_vec()),
        faces in prop_oneof![1 => Just((0, 0)), 4 => Just((10_000, 3_333)), 4 => Just((100_000, 33_333))],
        pad in any_certificate(),
        iad in any_certificate(),
    ) -> Header {
        let mut header = header(level);
        header.document.class = class;
        if no_expiry {
            header.document.valid_until = None;
        }
        let assurance = &mut header.assurance;
        assurance.hardware_attestation = good[0];
        assurance.human_confirmation = good[1];
        assurance.chip_key = chip_key;
        (assurance.face_match_one_in, assurance.face_transaction_one_in) = faces;
        if !good[2] {
            (assurance.pad, assurance.pad_certified_until) = pad;
            (assurance.iad, assurance.iad_certified_until) = iad;
        }
        header
    }
}

/// A few results other than success, from which something can still be accepted, or a full vector of all kinds.
fn any_results() -> impl Strategy<Value = Vec<(Check, CheckResult)>> {
    let other = |check: Check| (Just(check), select(CheckResult::all_of(check)));
    let few = proptest::collection::vec(any_check().prop_flat_map(other), 0..4);
    let of = |check: Check| any_result(check).prop_map(move |result| (check, result));
    let full = Check::ALL.into_iter().map(of).collect::<Vec<_>>();
    prop_oneof![3 => few, 1 => full]
}

fn any_registers() -> impl Strategy<Value = RegisterAnswers> {
    let answer = |question: Question| {
        let result = prop_oneof![4 => Just(CheckResult::Successful), 1 => any_result(question.check())];
        (result, -620_i64..5).prop_map(move |(result, age)| (question, result, STARTED + 600 + age))
    };
    let answers = proptest::option::weighted(0.9, Question::ALL.map(answer));
    let activation =
        prop_oneof![3 => Just(Activation::RegisterLetter), 1 => select(Activation::ALL.to_vec())];
    (answers, proptest::bool::weighted(0.8), activation, 0_u32..3).prop_map(
        |(answers, confirmed, activation, identities)| {
            let mut registers = RegisterAnswers::UNASKED;
            registers.document_confirmed = confirmed;
            registers.activation = activation;
            registers.identities_this_year = identities;
            for (question, result, second) in answers.into_iter().flatten() {
                registers.answer(question, result, at(second)).unwrap();
            }
            registers
        },
    )
}

const ENDS: [&str; 4] = ["review", "citizen_service", "stop", "stop_alert"];

/// A policy with random reactions in every row. `failed` ends at least as hard as anything else in its row, as the linter demands; the
/// rest of the file is the shipped one.
fn any_policy() -> impl Strategy<Value = Policy> {
    let row = (0_usize..4, any::<[u8; 6]>());
    (proptest::collection::vec(row, CHECK_COUNT), any_level(), any::<[bool; 2]>()).prop_map(
        |(rows, max_level, flags)| {
            let shipped = DEFAULT_POLICY.split("[check.C01]").next().unwrap();
            let mut text = shipped.replace("\"substantial\"", &format!("\"{}\"", max_level.name()));
            text = text.replace("set_k = false", &format!("set_k = {}", flags[0]));
            text = text.replace("never_publishes = false", &format!("never_publishes = {}", flags[1]));
            for (check, (hardest, choices)) in Check::ALL.into_iter().zip(rows) {
                let hardest = if check.reviewable() { hardest } else { hardest.max(1) };
                let lowest = usize::from(!check.reviewable());
                let end = |choice: u8| ENDS[lowest + usize::from(choice) % (hardest - lowest + 1)];
                let better = |choice: u8| match choice % 8 {
                    0 => "tolerated".to_owned(),
                    1 => "cap low".to_owned(),
                    2 => "cap substantial".to_owned(),
                    3 => format!("tolerated if set_k, else {}", end(choice / 8)),
                    4 => {
                        format!("cap substantial if letter_activation and ca_or_aa, else {}", end(choice / 8))
                    }
                    5 => format!("retry 2 tap_chip, then {}", end(choice / 8)),
                    6 => format!("step_up 1 camera, then {}", end(choice / 8)),
                    _ => end(choice / 8).to_owned(),
                };
                // The checks of set K stay mandatory at Substantial.
                let modes = if choices[0] % 2 == 0 { ["e", "m", "m"] } else { ["-", "m", "m"] };
                let cell = |choices: [u8; 3]| {
                    let low = if modes[0] == "-" { "-".to_owned() } else { better(choices[0]) };
                    let (substantial, high) = (better(choices[1]), better(choices[2]));
                    format!("{{ low = '{low}', substantial = '{substantial}', high = '{high}' }}")
                };
                write!(
                    text,
                    "\n[check.{}]\nname = '{}'\nmode = {{ low = '{}', substantial = '{}', high = '{}' }}\n\
                     failed = '{}'\nundetermined = {}\nnot_supported = {}\n",
                    check.id(),
                    check.name(),
                    modes[0],
                    modes[1],
                    modes[2],
                    ENDS[hardest],
                    cell([choices[1], choices[2], choices[3]]),
                    cell([choices[3], choices[4], choices[5]]),
                )
                .unwrap();
            }
            Policy::parse(&text).unwrap()
        },
    )
}

fn shipped_or_any() -> impl Strategy<Value = Policy> {
    prop_oneof![
        select(vec![common::default_policy(), policy_up_to_high(true), policy_up_to_high(false)]),
        any_policy()
    ]
}

fn with(results: &[(Check, CheckResult)], check: Check, result: CheckResult) -> Vec<(Check, CheckResult)> {
    let mut changed = results.to_vec();
    changed.push((check, result));
    changed
}

fn is_softer(before: &Verdict, after: &Verdict) -> bool {
    after.outcome.level() > before.outcome.level() || after.outcome.rank() < before.outcome.rank()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_global_rejects: 1 << 20, ..ProptestConfig::default() })]

    #[test]
    fn the_same_arguments_give_the_same_verdict_also_after_the_way_through_bytes(
        header in any_header(), results in any_results(), used in any::<u8>(),
        registers in any_registers(), policy in shipped_or_any(), second in -1000_i64..100_000,
    ) {
        let evidence = evidence(header, &results, used);
        let again = Evidence::from_cbor(&evidence.to_cbor().unwrap()).unwrap();
        let now = at(STARTED + second);
        let one = verdict(&evidence, &policy, &registers, now);
        prop_assert_eq!(&one, &verdict(&again, &policy.clone(), &registers, now));
        prop_assert!(one.outcome.level().is_none_or(|level| level <= one.requested && level <= policy.max_level()));
    }

    #[test]
    fn a_lower_result_never_raises_the_level(
        header in any_header(), results in any_results(), used in 0_u8..5, registers in any_registers(),
        policy in shipped_or_any(), (check, lower) in any_check().prop_flat_map(|c| (Just(c), select(CheckResult::all_of(c)))),
    ) {
        let before = evidence(header.clone(), &results, used);
        prop_assume!(lower.order() < before.entry(check).result.order() && lower.order().is_some());
        let after = evidence(header, &with(&results, check, lower), used);
        let before = verdict(&before, &policy, &registers, now());
        let after = verdict(&after, &policy, &registers, now());
        prop_assert!(after.outcome.level() <= before.outcome.level(), "{:?} {:?}", before, after);
    }

    #[test]
    fn a_lower_result_never_softens_the_outcome_when_all_tries_are_used_up(
        header in any_header(), results in any_results(), registers in any_registers(),
        policy in shipped_or_any(), (check, lower) in any_check().prop_flat_map(|c| (Just(c), select(CheckResult::all_of(c)))),
    ) {
        let header = waited_out(header);
        let before = evidence(header.clone(), &results, u8::MAX);
        prop_assume!(lower.order() < before.entry(check).result.order() && lower.order().is_some());
        let after = evidence(header, &with(&results, check, lower), u8::MAX);
        let before = verdict(&before, &policy, &registers, now());
        let after = verdict(&after, &policy, &registers, now());
        prop_assert!(!is_softer(&before, &after), "{:?} {:?}", before, after);
    }

    #[test]
    fn a_lower_answer_of_a_register_never_softens_the_outcome(
        header in any_header(), results in any_results(), mut registers in any_registers(), policy in shipped_or_any(),
        (question, lower) in select(Question::ALL.to_vec())
            .prop_flat_map(|q| (Just(q), select(CheckResult::all_of(q.check())))),
    ) {
        let case = evidence(waited_out(header), &results, u8::MAX);
        let before = verdict(&case, &policy, &registers, now());
        let Some(answer) = registers.get(question) else { return Ok(()) };
        prop_assume!(lower.order() < answer.result().order() && lower.order().is_some());
        registers.answer(question, lower, answer.answered_at()).unwrap();
        let after = verdict(&case, &policy, &registers, now());
        prop_assert!(!is_softer(&before, &after), "{:?} {:?}", before, after);
    }

    #[test]
    fn an_aborted_check_is_never_accepted_and_raises_no_alarm(
        header in any_header(), results in any_results(), used in any::<u8>(), registers in any_registers(),
        policy in shipped_or_any(), check in any_check(), reason in select(AbortedReason::ALL.to_vec()),
    ) {
        let case = evidence(header, &with(&results, check, CheckResult::Aborted(reason)), used);
        let verdict = verdict(&case, &policy, &registers, now());
        prop_assert_eq!(verdict.outcome.level(), None);
        prop_assert_ne!(verdict.outcome, Outcome::StopAlert);
    }

    #[test]
    fn nothing_is_accepted_outside_the_policy_s_days_or_for_another_policy(
        header in any_header(), results in any_results(), registers in any_registers(),
        which in 0_usize..3,
    ) {
        let (from, to) = [
            ("valid_until = \"2027-10-31\"", "valid_until = \"2026-11-24\""),
            ("valid_from = \"2026-11-01\"", "valid_from = \"2026-11-26\""),
            ("version = \"default-1\"", "version = \"default-2\""),
        ][which];
        let policy = Policy::parse(&DEFAULT_POLICY.replace(from, to)).unwrap();
        let verdict = verdict(&evidence(header, &results, 0), &policy, &registers, now());
        prop_assert_eq!(verdict.outcome.level(), None);
    }

    #[test]
    fn every_result_that_is_not_success_is_among_the_reasons_once(
        header in any_header(), results in any_results(), registers in any_registers(), policy in shipped_or_any(),
    ) {
        let case = evidence(header, &results, 0);
        let verdict = verdict(&case, &policy, &registers, now());
        for (check, entry) in case.entries() {
            let named = verdict.reasons.iter().filter(|reason| matches!(
                reason,
                Reason::Check { check: c, result, source: Source::Evidence, .. } if *c == check && *result == entry.result
            ));
            prop_assert_eq!(named.count(), usize::from(entry.result != CheckResult::Successful));
        }
    }

    #[test]
    fn the_hard_ends_give_the_phone_the_same_word(
        header in any_header(), results in any_results(), registers in any_registers(), policy in shipped_or_any(),
    ) {
        let case = evidence(header, &results, 0);
        let verdict = verdict(&case, &policy, &registers, now());
        if verdict.outcome.rank() >= Outcome::CitizenService.rank() {
            let failed = |wanted: Check| verdict.reasons.iter().any(|reason| matches!(
                reason,
                Reason::Check { check, result: CheckResult::Failed(_), .. } if *check == wanted
            ));
            let word = match (failed(Check::DocumentAccepted), failed(Check::Expiry)) {
                (true, _) => ClientWord::DocumentNotAccepted,
                (false, true) => ClientWord::DocumentExpired,
                (false, false) => ClientWord::VisitCitizenService,
            };
            prop_assert_eq!(verdict.client, word);
        }
    }

    #[test]
    fn any_text_is_a_policy_or_an_error(text in ".{0,200}", place in 0_usize..20_000) {
        let _ = Policy::parse(&text);
        let place = (0..=place.min(DEFAULT_POLICY.len())).rev().find(|at| DEFAULT_POLICY.is_char_boundary(*at)).unwrap();
        let (head, tail) = DEFAULT_POLICY.split_at(place);
        let _ = Policy::parse(&format!("{head}{text}{tail}"));
    }
}

#[test]
fn the_generators_reach_every_outcome_and_every_level() {
    let mut runner = TestRunner::deterministic();
    let cases = (any_header(), any_results(), 0_u8..3, any_registers(), shipped_or_any());
    let mut found = BTreeMap::<String, u32>::new();
    for _ in 0..2000 {
        let (header, results, used, registers, policy) = cases.new_tree(&mut runner).unwrap().current();
        let verdict = verdict(&evidence(header, &results, used), &policy, &registers, now());
        let level = verdict.outcome.level().map_or("", Level::name);
        *found.entry(format!("{} {level}", verdict.outcome.name())).or_default() += 1;
    }
    let accepted = found.iter().filter(|(name, _)| name.starts_with("ACCEPT")).map(|(_, count)| count);
    assert!(accepted.sum::<u32>() > 200, "{found:?}");
    assert_eq!(found.len(), 10, "{found:?}");
}

/// One result of each value and, for failures, every reason: what the pairs are made of.
fn representatives(check: Check) -> Vec<CheckResult> {
    let all = CheckResult::all_of(check);
    let specific = |result: &CheckResult| !matches!(result, CheckResult::Aborted(reason) if *reason != AbortedReason::TagLost);
    all.into_iter().filter(specific).collect()
}

#[test]
fn every_pair_of_checks_and_results_is_monotone_and_never_better_than_its_parts() {
    let policy = policy_up_to_high(true);
    let registers = registers();
    let outcome = |others: &[(Check, CheckResult)]| {
        verdict(&evidence(waited_out(header(Level::High)), others, u8::MAX), &policy, &registers, now())
            .outcome
    };
    let single = |check: Check| representatives(check).into_iter().map(move |result| (check, result));
    let mut pairs = 0_u32;
    for (index, one) in Check::ALL.into_iter().enumerate() {
        for two in Check::ALL.into_iter().skip(index + 1) {
            for first in single(one) {
                let alone = outcome(&[first]);
                for second in single(two) {
                    let both = outcome(&[first, second]);
                    pairs += 1;
                    assert!(both.level() <= alone.level(), "{first:?} {second:?}");
                    let aborted = [first.1, second.1].iter().any(|result| result.order().is_none());
                    if aborted {
                        assert_eq!(both.level(), None);
                    } else {
                        assert!(both.rank() >= alone.rank(), "{first:?} {second:?}");
                        let other = outcome(&[second]);
                        assert!(both.rank() >= other.rank() && both.level() <= other.level());
                    }
                }
            }
        }
    }
    assert!(pairs > 20_000, "{pairs} pairs");
}

#[test]
fn evidence_of_checks_that_are_not_built_is_never_accepted() {
    for lenient in [true, false] {
        let policy = policy_up_to_high(lenient);
        for level in Level::ALL {
            let empty = Evidence::builder(header(level)).finish();
            let verdict = verdict(&empty, &policy, &registers(), now());
            assert_eq!(verdict.outcome, Outcome::Stop);
        }
    }
}
