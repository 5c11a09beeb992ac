//! SecurityInfos of real chips and of other projects' tests, the choice of PACE, and broken data.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

mod choice;
mod hostile;
mod keys;
mod samples;

use std::path::Path;

/// A sample file of `tests/data/lds`.
fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lds").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
