//! The command as a person runs it: the built program, its outputs and its exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod demo;
mod errors;
mod face;
mod inspect;
mod passport;
mod serve;
mod support;
#[cfg(any(debug_assertions, feature = "trace"))]
mod trace;
mod trust;
