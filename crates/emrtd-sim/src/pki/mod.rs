//! The issuing PKI.

mod algorithm;
mod deviation;
mod key;

pub use algorithm::{HashAlgorithm, SignatureSpec};
pub use deviation::Deviation;
pub use key::{KeySpec, ParameterEncoding};
