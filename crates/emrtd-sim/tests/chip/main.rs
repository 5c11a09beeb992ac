//! The chip against the worked examples of Doc 9303-11 and against a small terminal that shares no protocol code with
//! either side: it is written out in `terminal`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail by panicking")]

mod active_authentication;
mod basic_access;
mod chip_authentication;
mod files;
mod hostile;
mod link;
mod pace;
mod quirks;
mod specimens;
mod support;
mod terminal;
mod vpcd;
mod worked_examples;
