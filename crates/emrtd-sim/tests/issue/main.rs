//! The issuing half of the simulator: certificates, revocation lists, security objects, documents and profiles.
//! What is issued is checked with parsers and verifiers that the issuing code does not use.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail by panicking")]

mod certificates;
mod deviations;
mod documents;
mod openssl;
mod profiles;
mod support;
