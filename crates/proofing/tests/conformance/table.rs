//! Every case of the guideline is accounted for, and the table in the documentation says how.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::case::{Case, Fact, Status, Text, facts};

fn all() -> impl Iterator<Item = &'static Case> {
    [
        crate::iso7816_access::CASES,
        crate::iso7816_chip::CASES,
        crate::iso7816_pace::CASES,
        crate::iso7816_pace_failures::CASES,
        crate::lds_com_and_infos::CASES,
        crate::lds_zone::CASES,
        crate::lds_face::CASES,
        crate::lds_algorithms::CASES,
        crate::lds_security_object::CASES,
        crate::lds_signer::CASES,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn every_case_is_accounted_for_once() {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for case in all() {
        *counted.entry(case.id).or_default() += 1;
    }
    let facts = facts();
    assert_eq!(facts.len(), 338);
    for Fact { id, .. } in &facts {
        assert_eq!(counted.remove(id.as_str()), Some(1), "{id}");
    }
    assert!(counted.is_empty(), "cases that the guideline does not have: {counted:?}");
}

#[test]
fn what_the_guideline_expects_is_compared_wherever_its_text_names_it() {
    let by_id: BTreeMap<&str, &Case> = all().map(|case| (case.id, case)).collect();
    for Fact { id, text, .. } in facts() {
        let compared = matches!(by_id[id.as_str()].status, Status::Ends(..) | Status::Departs(..));
        assert_eq!(compared, matches!(text, Text::Here(Some(_))), "{id}");
    }
}

#[test]
fn at_least_two_hundred_cases_are_run() {
    let run = all().filter(|case| is_run(&case.status)).count();
    assert!(run >= 200, "{run}");
}

fn is_run(status: &Status) -> bool {
    matches!(status, Status::Run(..) | Status::Ends(..) | Status::Departs(..))
}

/// The table, as it stands in the documentation.
fn table() -> String {
    let by_id: BTreeMap<&str, &Case> = all().map(|case| (case.id, case)).collect();
    let count = |wanted: fn(&Status) -> bool| all().filter(|case| wanted(&case.status)).count();
    let run = count(is_run);
    let as_expected = count(|status| matches!(status, Status::Ends(..)));
    let departing = count(|status| matches!(status, Status::Departs(..)));
    let not_applicable = count(|status| matches!(status, Status::NotApplicable(_)));
    let elsewhere = run - as_expected - departing;
    let mut out = format!(
        "# Conformance: BSI TR-03105 part 5.1\n\n\
         The guideline tests inspection systems. Its 338 cases are listed here with what is done with each: **{run} are run**, \
         {not_applicable} do not apply, none is missing.\n\n\
         Cases that are run are generated with our own issuing PKI and go the whole way: simulated chip, read, checks, \
         evidence, verdict on the document (`crates/proofing/tests/conformance`). This file is written by the tests and \
         compared with them: `KENDT_WRITE_DOCS=1 cargo test -p proofing --test conformance` writes it anew.\n\n\
         **Where the text of a case stands**, and so what its result was compared with:\n\n\
         * *here*: in version 1.5 of the guideline. {as_expected} cases are run with the errors or algorithms that it describes and \
         end as it expects; the tests compare the two. {departing} end otherwise on purpose (*departs*), and the table says why.\n\
         * *part 4*: the guideline has handed the case to part 4 of the ICAO's report on tests, under the identifier given. That \
         text was not at hand. The results of these cases, and of those that the guideline has deleted, {elsewhere} together, are \
         taken from Doc 9303, RFC 5652 and RFC 5280; a laboratory may expect otherwise.\n\n\
         **What it does not show.** The reference data of the guideline were not at hand. Its documents are opened by Basic Access \
         Control, hold fingerprints and iris, and are signed with RSA of 3072 and 2048 bits where a case is not about that; ours \
         are opened mostly by PACE, hold neither, and are signed with ECDSA or RSA of 2048 bits. In DG2, a wrong description of the \
         face is remarked and refuses no document; the guideline expects a failure for the like in DG3 and DG4.\n\n\
         C-numbers are the checks of [verdict.md](verdict.md).\n"
    );
    let mut unit = String::new();
    for Fact { id, title, text } in facts() {
        let (group, _) = id.rsplit_once('_').unwrap();
        if group != unit {
            group.clone_into(&mut unit);
            let _ = write!(out, "\n## {unit}\n\n| Case | Title | Text | | Result |\n|---|---|---|---|---|\n");
        }
        let text = match text {
            Text::Here(_) => "here".to_owned(),
            Text::Moved(to) => format!("part 4: {to}"),
            Text::Deleted(version) => format!("deleted in {version}"),
        };
        let (mark, result) = match by_id[id.as_str()].status {
            Status::Run(result, _) | Status::Ends(result, _) => ("run", result.to_owned()),
            Status::Departs(result, why, _) => ("run, departs", format!("{result}. Why: {why}")),
            Status::NotApplicable(why) => ("not applicable", why.to_owned()),
        };
        let _ = writeln!(out, "| {id} | {title} | {text} | {mark} | {result} |");
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
