//! Policy files: strict reading, and what the linter refuses.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use verdict::*;

fn changed(from: &str, to: &str) -> Result<Policy, PolicyError> {
    assert!(DEFAULT_POLICY.contains(from), "{from}");
    Policy::parse(&DEFAULT_POLICY.replacen(from, to, 1))
}

/// The default policy with other lines in one row.
fn row(id: &str, from: &str, to: &str) -> Result<Policy, PolicyError> {
    let start = DEFAULT_POLICY.find(&format!("[check.{id}]")).unwrap();
    let (head, tail) = DEFAULT_POLICY.split_at(start);
    let end = tail[1..].find("\n[check.").map_or(tail.len(), |end| end + 1);
    let (row, rest) = tail.split_at(end);
    assert!(row.contains(from), "{id}: {from}");
    Policy::parse(&format!("{head}{}{rest}", row.replacen(from, to, 1)))
}

fn findings(result: Result<Policy, PolicyError>) -> Vec<Finding> {
    match result {
        Err(PolicyError::Lint(findings)) => findings,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_default_policy_is_read_and_stops_at_substantial() {
    let policy = Policy::parse(DEFAULT_POLICY).unwrap();
    assert_eq!(policy.max_level(), Level::Substantial);
    assert_eq!(policy.version().as_str(), "default-1");
}

#[test]
fn an_unknown_key_anywhere_is_refused() {
    for (from, to) in [
        ("format = 1", "format = 1\nextra = 1"),
        ("[limits]", "[limits]\nextra = 1"),
        ("[set_k]", "[set_k]\nscore = 3"),
        ("[high]", "[high]\nscore = 3"),
        ("[[documents]]", "[[documents]]\nextra = 1"),
        ("[check.C07]", "[check.C07]\nscore = 3"),
        ("mode = { low = \"e\",", "mode = { none = \"e\", low = \"e\","),
    ] {
        assert!(matches!(changed(from, to), Err(PolicyError::Format(_))), "{to}");
    }
}

#[test]
fn a_missing_key_cell_or_row_is_refused() {
    for line in ["version = \"default-1\"\n", "human_confirmation = true", "evidence_minutes = 15"] {
        assert!(matches!(changed(line, ""), Err(PolicyError::Format(_))), "{line}");
    }
    assert!(matches!(row("C08", "failed = \"stop_alert\"\n", ""), Err(PolicyError::Format(_))));
    let two_levels = "{ low = \"tolerated\", high = \"citizen_service\" }";
    let three = "{ low = \"tolerated\", substantial = \"citizen_service\", high = \"citizen_service\" }";
    assert!(matches!(row("C13", three, two_levels), Err(PolicyError::Format(_))));
    for check in Check::ALL {
        let renamed = changed(&format!("[check.{}]", check.id()), "[check.C99]");
        assert_eq!(renamed, Err(PolicyError::UnknownCheck("C99".to_owned())));
        let start = DEFAULT_POLICY.find(&format!("[check.{}]", check.id())).unwrap();
        let end =
            DEFAULT_POLICY[start + 1..].find("\n[check.").map_or(DEFAULT_POLICY.len(), |end| start + 1 + end);
        let without = format!("{}{}", &DEFAULT_POLICY[..start], &DEFAULT_POLICY[end..]);
        assert_eq!(Policy::parse(&without), Err(PolicyError::MissingCheck(check)));
    }
}

#[test]
fn an_empty_cell_is_refused() {
    let empty = row("C07", "undetermined = \"citizen_service\"", "undetermined = \"-\"");
    assert!(matches!(empty, Err(PolicyError::CellAgainstMode { check: Check::SodSignature, .. })));
    let blank = row("C07", "undetermined = \"citizen_service\"", "undetermined = \"\"");
    assert!(matches!(blank, Err(PolicyError::Cell { check: Check::SodSignature, .. })));
}

#[test]
fn a_row_under_a_wrong_name_and_a_foreign_reason_are_refused() {
    assert!(matches!(row("C07", "SOD_SIGNATURE", "DSC_PATH"), Err(PolicyError::Value { .. })));
    let foreign = row("C07", "failed_because.malformed", "failed_because.under_age");
    assert!(matches!(foreign, Err(PolicyError::Value { .. })));
}

#[test]
fn what_is_no_reaction_is_refused() {
    for text in [
        "accept",
        "score 3",
        "tolerated if score, else stop",
        "tolerated if C17",
        "cap highest",
        "retry 0 scan_mrz, then stop",
        "retry +1 scan_mrz, then stop",
        "retry 100 scan_mrz, then stop",
        "retry 1 dance, then stop",
        "retry 1 scan_mrz",
        "retry 1 scan_mrz, then tolerated",
        "pending 24, then review",
        "stop ",
        "stop and flag and flag",
        "stop if C17, else stop",
    ] {
        let changed = row("C07", "failed = \"stop_alert\"", &format!("failed = \"{text}\""));
        assert!(matches!(changed, Err(PolicyError::Cell { .. })), "{text}");
    }
}

#[test]
fn a_mandatory_check_cannot_be_traded_against_a_risk_estimate() {
    for against in [Check::VelocityRisk, Check::RelayRisk, Check::Morph] {
        let text = format!("undetermined = \"tolerated if {}, else citizen_service\"", against.id());
        let found = findings(row("C07", "undetermined = \"citizen_service\"", &text));
        let expected = |&level: &Level| Finding::Traded { check: Check::SodSignature, level, against };
        assert_eq!(found, Level::ALL.iter().map(expected).collect::<Vec<_>>());
    }
    let set = changed(
        "checks = [\"C03\", \"C18\", \"C29\", \"C30\"]",
        "checks = [\"C03\", \"C18\", \"C29\", \"C30\", \"C34\"]",
    );
    assert_eq!(findings(set), [Finding::SetKTooWeak]);
}

#[test]
fn a_check_cannot_lean_on_itself() {
    let text = "undetermined = \"tolerated if C07, else citizen_service\"";
    let found = findings(row("C07", "undetermined = \"citizen_service\"", text));
    assert_eq!(found, Level::ALL.map(|level| Finding::LeansOnItself(Check::SodSignature, level)));
}

#[test]
fn failed_is_never_tolerated() {
    let found = findings(row("C34", "failed = \"review\"", "failed = \"tolerated\""));
    assert!(found.contains(&Finding::FailedTolerated(Check::RelayRisk, Level::Low)), "{found:?}");
    let found = findings(row("C34", "failed = \"review\"", "failed = \"cap high\""));
    assert!(found.contains(&Finding::FailedTolerated(Check::RelayRisk, Level::High)), "{found:?}");
    let found = findings(row("C34", "failed = \"review\"", "failed = \"tolerated if C17, else review\""));
    assert!(found.contains(&Finding::FailedTolerated(Check::RelayRisk, Level::High)), "{found:?}");
}

#[test]
fn a_worse_result_cannot_meet_a_softer_reaction() {
    let found = findings(row("C31", "not_supported = \"review\"", "not_supported = \"citizen_service\""));
    assert_eq!(found, Level::ALL.map(|level| Finding::NotMonotone(Check::Uniqueness, level)));
    let capped = "undetermined = \"cap low\"";
    let found = findings(row("C01", "undetermined = \"cap substantial\"", capped));
    assert_eq!(found, [Finding::NotMonotone(Check::AppDeviceIntegrity, Level::High)]);
}

#[test]
fn no_human_decides_a_cryptographic_check() {
    for check in Check::ALL.into_iter().filter(|check| !check.reviewable()) {
        let needle = format!("name = \"{}\"\n", check.name());
        let text = format!("{needle}undetermined_because.data_missing = \"review\"\n");
        assert!(
            findings(changed(&needle, &text))
                .iter()
                .any(|f| matches!(f, Finding::NotReviewable(c, _) if *c == check))
        );
    }
}

#[test]
fn signatures_freshness_and_binding_are_for_no_reviewer_and_a_face_is() {
    let closed = Check::ALL.into_iter().filter(|check| !check.reviewable()).map(Check::id);
    let closed: Vec<&str> = closed.collect();
    assert_eq!(closed, ["C07", "C08", "C12", "C13", "C15", "C16", "C17", "C25", "C26", "C27"]);
}

#[test]
fn an_identifier_of_an_operator_is_digits_and_dots() {
    let with = |oid: &str| changed("loip_oid = \"0.4.0.19461.1.1\"", &format!("loip_oid = \"{oid}\""));
    let longest = "1.".repeat(31) + "22";
    for good in ["0.4.0.19461.1.1", "1", &longest] {
        assert!(with(good).is_ok(), "{good}");
        assert_ne!(with(good).unwrap(), with("2.2").unwrap(), "{good} counts");
    }
    for bad in ["", "1..2", "1.2.", "1.a", "one", &(longest.clone() + "2")] {
        assert!(with(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_policy_of_the_longest_size_is_read_and_a_longer_one_is_not() {
    let padded = |length: usize| {
        let mut text = DEFAULT_POLICY.to_owned() + "#";
        text.extend(std::iter::repeat_n(' ', length - text.len()));
        Policy::parse(&text)
    };
    assert!(padded(MAX_POLICY_BYTES).is_ok());
    assert!(matches!(padded(MAX_POLICY_BYTES + 1), Err(PolicyError::TooLong(_))));
}

#[test]
fn a_mode_cannot_fall_from_level_to_level() {
    let modes = "mode = { low = \"m\", substantial = \"m\", high = \"m\" }";
    let found = findings(row("C07", modes, "mode = { low = \"m\", substantial = \"m\", high = \"e\" }"));
    assert_eq!(found, [Finding::ModeFalls(Check::SodSignature, Level::High)]);
}

#[test]
fn conditions_of_set_k_and_of_high_have_a_floor() {
    for (from, to) in [
        ("certified = \"high\"", "certified = \"substantial\""),
        ("face_match_one_in = 100000", "face_match_one_in = 99999"),
        ("activation = [\"register_letter\"]", "activation = [\"independent\"]"),
        ("checks = [\"C03\", ", "checks = ["),
        ("limited_rights_hours = 24", "limited_rights_hours = 23"),
    ] {
        assert_eq!(findings(changed(from, to)), [Finding::SetKTooWeak], "{to}");
    }
    for (from, to) in [
        ("face_match_one_in = 10000\n", "face_match_one_in = 9999\n"),
        ("face_transaction_one_in = 3333", "face_transaction_one_in = 3332"),
        ("\"existing_high\"]", "\"existing_high\", \"independent\"]"),
    ] {
        assert_eq!(findings(changed(from, to)), [Finding::HighTooWeak], "{to}");
    }
}

#[test]
fn dates_limits_and_documents_must_make_sense() {
    let backwards = changed("valid_until = \"2027-10-31\"", "valid_until = \"2026-10-31\"");
    assert_eq!(findings(backwards), [Finding::NeverValid]);
    let patient = changed("register_answer_minutes = 10", "register_answer_minutes = 11");
    assert_eq!(findings(patient), [Finding::Limits]);
    let twice = changed("class = \"identity_card\"", "class = \"passport\"");
    assert_eq!(findings(twice), [Finding::DocumentRepeated(1)]);
    assert!(matches!(changed("2027-10-31", "2027-13-31"), Err(PolicyError::Value { .. })));
    assert!(matches!(changed("2027-10-31", "20271031"), Err(PolicyError::Value { .. })));
    assert_eq!(changed("format = 1", "format = 2"), Err(PolicyError::Version(2)));
    let long = format!("{DEFAULT_POLICY}\n#{}", " ".repeat(MAX_POLICY_BYTES));
    assert!(matches!(Policy::parse(&long), Err(PolicyError::TooLong(_))));
}

#[test]
fn each_limit_alone_must_make_sense() {
    for (from, to) in [
        ("register_answer_minutes = 10", "register_answer_minutes = 11"),
        ("evidence_minutes = 15", "evidence_minutes = 0"),
        ("day_offset_hours = ", "day_offset_hours = -13 #"),
    ] {
        assert_eq!(findings(changed(from, to)), [Finding::Limits], "{to}");
    }
}
