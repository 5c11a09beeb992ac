//! The inspection system of crate `emrtd` reads the chips of this crate: every way to open and to prove one, batched
//! and one command at a time; chips with quirks, hostile chips, and documents that are taken away.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hostile;
mod matrix;
mod order;
mod quirks;
mod support;
mod tag_loss;
