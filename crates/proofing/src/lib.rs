//! Proofing: from what was read and checked to evidence that a verdict can be given on.
//!
//! [`document_evidence`] writes down what the examination of a document found. It adds nothing and leaves nothing out: a
//! finding is one of five values, and so is the result of its check. [`record_face`] adds what was found about the face.
//!
//! What it does not protect against: it takes the findings for what they are called. Whether the reading that they rest
//! on was driven by us and belongs to this case is for the caller to know.

mod defects;
mod document;
mod face;
mod portrait;
mod results;

pub use document::{DocumentCase, EvidenceFault, document_evidence, file_results, overruled};
pub use face::{MOST_TRIES, false_match_rate, record_face};
pub use portrait::{PortraitProblem, portrait, portrait_age};
pub use results::{Problem, ResultOf, result_of};
