//! The files of the logical data structure: samples, round trips, broken data.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

mod conformance;
mod hostile;
mod round_trip;
mod samples;
mod security_objects;

use std::path::Path;

/// A sample file of `tests/data/lds`.
fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lds").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A sample of the complete specimen document.
fn specimen(name: &str) -> Vec<u8> {
    sample(&format!("pa-sets/bsi2008-tsemrtd/EF_{name}.bin"))
}

/// SHA-1 of the bytes, in hexadecimal.
fn sha1(bytes: &[u8]) -> String {
    use sha1::Digest;
    hex::encode(sha1::Sha1::digest(bytes))
}
