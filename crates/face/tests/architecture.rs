//! One to one, and nothing kept: the source of this crate and of those that decide holds no search among faces and no way to store one
//!

#![expect(clippy::unwrap_used, reason = "a source that cannot be read fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Path and source without blanks, tests left out.
fn product() -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut paths = Vec::new();
    for name in ["face", "proofing", "verdict"] {
        sources(&crates.join(name).join("src"), &mut paths);
    }
    paths
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
            (path, code.collect::<String>().split_whitespace().collect())
        })
        .collect()
}

/// What a search among many, or a store, would be written with.
const FORBIDDEN: [&str; 11] = [
    "Vec<Template",
    "[Template",
    "[&Template",
    "Vec<&Template",
    "Item=Template",
    "Item=&Template",
    "Item=&'aTemplate",
    ",Template>",
    "SerializeforTemplate",
    "DeserializeforTemplate",
    "CloneforTemplate",
];

#[test]
fn nothing_takes_or_keeps_more_than_one_template() {
    let product = product();
    assert!(product.iter().any(|(path, _)| path.ends_with("face/src/compare.rs")));
    for (path, code) in &product {
        for forbidden in FORBIDDEN {
            assert!(!code.contains(forbidden), "{} holds {forbidden}", path.display());
        }
    }
}

#[test]
fn a_template_derives_nothing_and_has_no_public_field() {
    let product = product();
    let (_, code) = product.iter().find(|(path, _)| path.ends_with("face/src/compare.rs")).unwrap();
    let (before, after) = code.split_once("pubstructTemplate{").unwrap();
    assert!(!before.ends_with(']'), "an attribute stands before Template");
    let fields = after.split_once('}').unwrap().0;
    assert!(!fields.contains("pub"), "{fields}");
}

#[test]
fn what_would_be_forbidden_is_seen() {
    let code: String = "pub fn search(gallery: &[Template]) {}".split_whitespace().collect();
    assert!(FORBIDDEN.iter().any(|forbidden| code.contains(forbidden)));
}
