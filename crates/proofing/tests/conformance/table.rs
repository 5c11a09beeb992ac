//! Every case of the guideline is accounted for, and the table in the documentation says how.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::case::{Case, Status};

fn all() -> impl Iterator<Item = &'static Case> {
    [
        crate::iso7816_access::CASES,
        crate::iso7816_chip::CASES,
        crate::iso7816_pace::CASES,
        crate::lds_com_and_infos::CASES,
        crate::lds_zone::CASES,
        crate::lds_face::CASES,
        crate::lds_security_object::CASES,
        crate::lds_signer::CASES,
    ]
    .into_iter()
    .flatten()
}

/// Identifiers and titles, in the order of the guideline.
fn titles() -> Vec<(String, String)> {
    let text = include_str!("../../../../testdata/conformance/tr-03105-5.1.json");
    let form: serde_json::Value = serde_json::from_str(text).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    form["cases"].as_array().unwrap().iter().map(|case| (text(&case["id"]), text(&case["title"]))).collect()
}

#[test]
fn every_case_is_accounted_for_once() {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for case in all() {
        *counted.entry(case.id).or_default() += 1;
    }
    let titles = titles();
    assert_eq!(titles.len(), 338);
    for (id, _) in &titles {
        assert_eq!(counted.remove(id.as_str()), Some(1), "{id}");
    }
    assert!(counted.is_empty(), "cases that the guideline does not have: {counted:?}");
}

#[test]
fn at_least_two_hundred_cases_are_run() {
    let run = all().filter(|case| matches!(case.status, Status::Run(..))).count();
    assert!(run >= 200, "{run}");
}

/// The table, as it stands in the documentation.
fn table() -> String {
    let by_id: BTreeMap<&str, &Case> = all().map(|case| (case.id, case)).collect();
    let count = |wanted: fn(&Status) -> bool| all().filter(|case| wanted(&case.status)).count();
    let (run, not_applicable, missing) = (
        count(|status| matches!(status, Status::Run(..))),
        count(|status| matches!(status, Status::NotApplicable(_))),
        count(|status| matches!(status, Status::Missing(_))),
    );
    let mut out = format!(
        "# Conformance: BSI TR-03105 part 5.1\n\n\
         The guideline tests inspection systems. Its 338 cases are listed here with what is done with each: **{run} are run**, \
         {not_applicable} do not apply, {missing} are missing.\n\n\
         Cases that are run are generated with our own issuing PKI and go the whole way: simulated chip, read, checks, \
         evidence, verdict on the document (`crates/proofing/tests/conformance`). This file is written by the tests and \
         compared with them: `KENDT_WRITE_DOCS=1 cargo test -p proofing --test conformance` writes it anew.\n\n\
         **What it does not show.** The text of the guideline was not at hand, only its identifiers and titles, and neither \
         were its reference data. What a case expects is taken from Doc 9303, RFC 5652 and RFC 5280; a laboratory may expect \
         otherwise.\n\n\
         C-numbers are the checks of [verdict.md](verdict.md).\n"
    );
    let mut unit = String::new();
    for (id, title) in titles() {
        let (group, _) = id.rsplit_once('_').unwrap();
        if group != unit {
            group.clone_into(&mut unit);
            let _ = write!(out, "\n## {unit}\n\n| Case | Title | | Result |\n|---|---|---|---|\n");
        }
        let (mark, text) = match by_id[id.as_str()].status {
            Status::Run(expected, _) => ("run", expected),
            Status::NotApplicable(why) => ("not applicable", why),
            Status::Missing(why) => ("missing", why),
        };
        let _ = writeln!(out, "| {id} | {title} | {mark} | {text} |");
    }
    out
}

#[test]
fn the_table_in_the_documentation_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conformance.md");
    if std::env::var_os("KENDT_WRITE_DOCS").is_some() {
        std::fs::write(&path, table()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == table(), "docs/conformance.md is out of date: write it with KENDT_WRITE_DOCS=1");
}
