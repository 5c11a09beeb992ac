//! Seeds from the sample files that the tests of `emrtd` and `face` use; their README names source and licence of each.

use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/emrtd/tests/data/lds")
}

/// The contents of every sample below these folders whose name contains one of `parts` and which is at most `longest`
/// bytes long; in the order of their paths.
///
/// # Panics
/// If a folder cannot be read: it is part of the repository.
pub fn named(folders: &[&str], parts: &[&str], longest: u64) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for name in folders {
        collect(&folder().join(name), &mut files);
    }
    files.sort();
    files
        .iter()
        .filter(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name != "README.md" && parts.iter().any(|part| name.contains(part))
        })
        .filter(|file| fs::metadata(file).is_ok_and(|data| data.len() <= longest))
        .map(|file| fs::read(file).expect("a sample can be read"))
        .collect()
}

/// The contents of every small picture with one of these extensions; in the order of their names.
///
/// # Panics
/// If the folder cannot be read: it is part of the repository.
pub fn images(extensions: &[&str]) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/images"), &mut files);
    files.sort();
    files
        .iter()
        .filter(|file| file.extension().is_some_and(|found| extensions.iter().any(|name| found == *name)))
        .map(|file| fs::read(file).expect("a sample can be read"))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the samples are part of the repository");
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
