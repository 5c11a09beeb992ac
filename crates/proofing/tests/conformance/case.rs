//! A case, and what is done with it.

/// What is done with a case.
pub(crate) enum Status {
    /// It is run, and ends as said.
    Run(&'static str, fn()),
    /// It does not apply to this inspection system.
    NotApplicable(&'static str),
    /// It is not run yet.
    Missing(&'static str),
}

/// One case of the guideline.
pub(crate) struct Case {
    pub(crate) id: &'static str,
    pub(crate) status: Status,
}

pub(crate) const fn run(id: &'static str, expected: &'static str, test: fn()) -> Case {
    Case { id, status: Status::Run(expected, test) }
}

pub(crate) const fn not_applicable(id: &'static str, why: &'static str) -> Case {
    Case { id, status: Status::NotApplicable(why) }
}

pub(crate) const fn missing(id: &'static str, why: &'static str) -> Case {
    Case { id, status: Status::Missing(why) }
}

/// Runs every case of a list and says which one failed.
pub(crate) fn run_all(cases: &[Case]) {
    let mut failed = Vec::new();
    for case in cases {
        if let Status::Run(_, test) = case.status
            && std::panic::catch_unwind(test).is_err()
        {
            failed.push(case.id);
        }
    }
    assert!(failed.is_empty(), "these cases ended otherwise than expected: {}", failed.join(", "));
}
