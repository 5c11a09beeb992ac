//! The result of one atomic check of a document (R-085; BSI TR-03135-1).
//!
//! A [`Finding`] has one of five values and, unless it is successful, a typed reason. Nothing here is a yes or a no: a
//! policy decides later what a finding means.

/// What came of one check. `R` says why it is anything else than successful.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "a check that nobody looks at protects nobody"]
pub enum Finding<R> {
    /// Made, and all is well.
    Successful,
    /// Made, and it is not as it must be.
    Failed(R),
    /// Made without a decision.
    Undetermined(R),
    /// Not made: there is nothing to examine, or nothing to examine it with.
    NotSupported(R),
    /// Ended half-way; never to be used for a decision.
    Aborted(R),
}

impl<R> Finding<R> {
    /// The same value with another reason.
    pub fn map<S>(self, reason: impl FnOnce(R) -> S) -> Finding<S> {
        match self {
            Finding::Successful => Finding::Successful,
            Finding::Failed(why) => Finding::Failed(reason(why)),
            Finding::Undetermined(why) => Finding::Undetermined(reason(why)),
            Finding::NotSupported(why) => Finding::NotSupported(reason(why)),
            Finding::Aborted(why) => Finding::Aborted(reason(why)),
        }
    }

    /// Whether the check was made and all is well.
    pub const fn is_successful(&self) -> bool {
        matches!(self, Finding::Successful)
    }

    /// Why it is not successful.
    pub const fn reason(&self) -> Option<&R> {
        match self {
            Finding::Successful => None,
            Finding::Failed(reason)
            | Finding::Undetermined(reason)
            | Finding::NotSupported(reason)
            | Finding::Aborted(reason) => Some(reason),
        }
    }
}
