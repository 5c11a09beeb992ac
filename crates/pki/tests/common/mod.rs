//! Samples for the tests; `data/README.md` says where they come from.

use std::path::{Path, PathBuf};

use pki::Certificate;

/// A folder of the samples.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A certificate among the samples.
pub(crate) fn certificate(path: &str) -> Certificate {
    let bytes = std::fs::read(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    Certificate::parse(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All certificates of a folder of the samples with their names, in order.
pub(crate) fn certificates(name: &str) -> Vec<(String, Certificate)> {
    let entries = std::fs::read_dir(folder(name)).expect("the samples are part of the repository");
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert!(!names.is_empty());
    names.into_iter().map(|file| (file.clone(), certificate(&format!("{name}/{file}")))).collect()
}
