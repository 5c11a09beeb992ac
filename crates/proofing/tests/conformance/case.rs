//! A case, what is done with it, and what the guideline expects of it.

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use serde_json::Value;

use crate::judged::Judged;

/// What is done with a case.
pub(crate) enum Status {
    /// It is run, and ends as said. Its text is not in the guideline, or it names no result.
    Run(&'static str, fn()),
    /// It is run as the guideline describes it, and ends as the guideline expects.
    Ends(&'static str, fn() -> Judged),
    /// It is run as the guideline describes it, and ends otherwise on purpose: how, and why.
    Departs(&'static str, &'static str, fn() -> Judged),
    /// It does not apply to this inspection system.
    NotApplicable(&'static str),
}

/// One case of the guideline.
pub(crate) struct Case {
    pub(crate) id: &'static str,
    pub(crate) status: Status,
}

pub(crate) const fn run(id: &'static str, result: &'static str, test: fn()) -> Case {
    Case { id, status: Status::Run(result, test) }
}

pub(crate) const fn ends(id: &'static str, result: &'static str, test: fn() -> Judged) -> Case {
    Case { id, status: Status::Ends(result, test) }
}

pub(crate) const fn departs(
    id: &'static str,
    result: &'static str,
    why: &'static str,
    test: fn() -> Judged,
) -> Case {
    Case { id, status: Status::Departs(result, why, test) }
}

pub(crate) const fn not_applicable(id: &'static str, why: &'static str) -> Case {
    Case { id, status: Status::NotApplicable(why) }
}

/// How the guideline expects an inspection to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Expected {
    Successful,
    Failed,
}

/// Where the text of a case stands.
pub(crate) enum Text {
    /// In the guideline. Without a result where the case is not for this inspection system.
    Here(Option<Expected>),
    /// In part 4 of the ICAO's report, under this identifier.
    Moved(String),
    /// Nowhere since this version.
    Deleted(String),
}

/// What is known of a case.
pub(crate) struct Fact {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) text: Text,
}

/// What is known of all cases, in the order of the guideline.
pub(crate) fn facts() -> Vec<Fact> {
    let form: Value =
        serde_json::from_str(include_str!("../../../../testdata/conformance/tr-03105-5.1.json")).unwrap();
    form["cases"].as_array().unwrap().iter().map(Fact::read).collect()
}

impl Fact {
    fn read(form: &Value) -> Fact {
        let field = |name: &str| form.get(name).map(|value| value.as_str().unwrap().to_owned());
        let text = match (field("moved"), field("deleted"), field("expects").as_deref()) {
            (Some(to), None, None) => Text::Moved(to),
            (None, Some(version), None) => Text::Deleted(version),
            (None, None, None) => Text::Here(None),
            (None, None, Some("successful")) => Text::Here(Some(Expected::Successful)),
            (None, None, Some("failed")) => Text::Here(Some(Expected::Failed)),
            other => panic!("{form}: {other:?}"),
        };
        Fact { id: field("id").unwrap(), title: field("title").unwrap(), text }
    }
}

/// Runs every case of a list and says which one failed.
pub(crate) fn run_all(cases: &[Case]) {
    let expected: BTreeMap<String, Expected> = facts()
        .into_iter()
        .filter_map(|fact| match fact.text {
            Text::Here(Some(expected)) => Some((fact.id, expected)),
            _ => None,
        })
        .collect();
    let mut failed = Vec::new();
    for Case { id, status } in cases {
        let as_said = match status {
            Status::Run(_, test) => catch_unwind(test).is_ok(),
            Status::Ends(_, test) => ended(*test) == Some(expected[*id]),
            Status::Departs(_, _, test) => ended(*test).is_some_and(|ended| ended != expected[*id]),
            Status::NotApplicable(_) => true,
        };
        if !as_said {
            failed.push(*id);
        }
    }
    assert!(failed.is_empty(), "these cases ended otherwise than expected: {}", failed.join(", "));
}

/// How the guideline's document fared; nothing if an assertion failed before that.
fn ended(test: fn() -> Judged) -> Option<Expected> {
    let judged = catch_unwind(test).ok()?;
    Some(if judged.is_accepted() { Expected::Successful } else { Expected::Failed })
}
