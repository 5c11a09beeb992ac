//! Whether what the document says in two places is the same (BSI TR-03135-1 §5.6.4.4, §5.7; R-050… ).
//!
//! One side of each comparison is what the issuer vouches for ([`Authentic`]); the other is what was not signed: EF.COM,
//! EF.CardAccess, the printed lines. A comparison with something that nobody vouches for is undetermined.

mod card_access;
mod card_security;
mod com;
mod personal_data;
mod printed_lines;

pub use card_access::{CardAccessProblem, card_access};
pub use card_security::{CardSecurity, CardSecurityProblem, card_security};
pub use com::{ComProblem, com};
pub use personal_data::{PersonalDataProblem, personal_data};
pub use printed_lines::{PrintedLines, PrintedLinesProblem, printed_lines};

#[cfg(doc)]
use crate::passive_authentication::Authentic;
