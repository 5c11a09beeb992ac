//! Whether an issuer signed what was read: complete sets of files from elsewhere, each with its outcome.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

mod foreign_sets;

use std::path::Path;

/// A sample file of `tests/data/lds`.
fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lds").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of the complete specimen document.
fn specimen(name: &str) -> Vec<u8> {
    sample(&format!("pa-sets/bsi2008-tsemrtd/EF_{name}.bin"))
}
