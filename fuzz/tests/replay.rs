//! Every target on its seeds and on the stored corpus: what once found something is tried with each test run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kendt_fuzz::targets::ALL;

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The entries of a folder of this package, in order.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(package().join(folder)).expect("the folder is part of the repository");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn replay(belongs: impl Fn(&str) -> bool) {
    let mut inputs = 0;
    for target in ALL.iter().filter(|target| belongs(target.name)) {
        for (number, seed) in (target.seeds)().iter().enumerate() {
            // The name of the input that fails is the last line printed.
            println!("{}: seed {number}", target.name);
            (target.run)(seed);
            inputs += 1;
        }
        for file in entries(&Path::new("corpus").join(target.name)) {
            println!("{}: {}", target.name, file.display());
            (target.run)(&fs::read(&file).expect("a stored input can be read"));
            inputs += 1;
        }
    }
    assert!(inputs > 0);
}

#[test]
fn zones_are_read_as_before() {
    replay(|name| name.starts_with("mrz"));
}

#[test]
fn files_are_read_as_before() {
    replay(|name| name.starts_with("lds") || name == "security_infos" || name == "tlv");
}

#[test]
fn answers_and_signatures_are_judged_as_before() {
    replay(|name| ["aa", "apdu", "group", "sm"].iter().any(|start| name.starts_with(start)));
}

#[test]
fn certificates_and_lists_are_judged_as_before() {
    replay(|name| name.starts_with("pki") || name == "passive_authentication");
}

#[test]
fn tables_and_forms_are_read_as_before() {
    replay(|name| ["face_capture", "quirks", "specimen_json", "evidence"].contains(&name));
}

#[test]
fn pictures_are_decoded_as_before() {
    replay(|name| name.starts_with("face") && name != "face_capture");
}

#[test]
fn chips_answer_as_before() {
    replay(|name| name.starts_with("chip"));
}

#[test]
fn sessions_end_as_before() {
    replay(|name| name.starts_with("session"));
}

#[test]
fn every_target_has_its_program_and_its_folder_of_the_corpus() {
    let names: BTreeSet<String> = ALL.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names.len(), ALL.len(), "two targets have one name");
    let found = |folder: &str| -> BTreeSet<String> {
        entries(Path::new(folder))
            .iter()
            .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
            .filter(|name| name != "README")
            .collect()
    };
    assert_eq!(found("fuzz_targets"), names);
    assert_eq!(found("corpus"), names);
}
