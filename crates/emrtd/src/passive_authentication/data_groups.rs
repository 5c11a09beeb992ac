//! The data groups against the hashes that EF.SOD signs (Doc 9303-11 §5.1; R-047…R-049).
//!
//! A hash is taken over the bytes as received, from the outer tag to the length that it announces. What does not match
//! is never used, and neither is a file that is not listed.

use std::collections::BTreeMap;

use pki::{AlgorithmProblem, HashAlgorithm};

use crate::Finding;
use crate::lds::File;
use crate::lds::sod::SecurityObject;
use crate::session::{FileOutcome, Files};

/// One data group against its hash (BSI TR-03135-1 §5.6.4.4.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DataGroupHash {
    /// It has the signed hash.
    Identical,
    /// It has another hash.
    NotIdentical,
    /// It is listed and was not read, because nobody asked for it.
    NotRead,
    /// It is listed, and the chip says that there is no such file.
    NotPresent,
    /// It is listed, and the chip or the reader did not deliver it.
    Unreadable,
    /// It is on the chip and not listed, and therefore never used.
    NotListed,
    /// The listed hash cannot be one of the algorithm, or the file has no outer data object.
    NonConformant,
}

/// Why the hashes are not successful. The data groups are in the order of their numbers.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HashProblem {
    /// EF.SOD is missing or broken.
    #[error("there is no list of hashes")]
    NoSecurityObject,
    /// The hash algorithm is not known, or must not be used.
    #[error("the hashes of EF.SOD cannot be used: {0}")]
    Algorithm(AlgorithmProblem),
    /// A data group is listed twice.
    #[error("EF.SOD lists a data group twice")]
    Repeated,
    /// EF.SOD does not list DG1 and DG2.
    #[error("EF.SOD does not list EF.DG1 and EF.DG2")]
    MandatoryNotListed,
    /// Data groups are not what was signed.
    #[error("not what was signed: {}", names(.0))]
    NotIdentical(Vec<File>),
    /// The chip withholds data groups that EF.SOD lists.
    #[error("listed and withheld: {}", names(.0))]
    Stripped(Vec<File>),
    /// Hashes of the wrong length, or files that are none.
    #[error("without a usable hash: {}", names(.0))]
    NonConformant(Vec<File>),
    /// Data groups that are needed could not be read.
    #[error("not read: {}", names(.0))]
    NotRead(Vec<File>),
}

fn names(files: &[File]) -> String {
    files.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Always needed: without them there is no document.
const MANDATORY: [File; 2] = [File::Dg1, File::Dg2];
/// Withholding one of these hides what would tell a copy from the chip.
const NEVER_WITHHELD: [File; 4] = [File::Dg1, File::Dg2, File::Dg14, File::Dg15];

/// Compares every data group that was read with the list.
pub(super) fn compare(
    read: &Files,
    object: &SecurityObject,
) -> (BTreeMap<File, DataGroupHash>, Finding<HashProblem>) {
    let algorithm = match object.hash_algorithm {
        Ok(algorithm) => algorithm,
        Err(problem @ (AlgorithmProblem::Broken(_) | AlgorithmProblem::Parameters(_))) => {
            return (BTreeMap::new(), Finding::Failed(HashProblem::Algorithm(problem)));
        }
        Err(problem @ AlgorithmProblem::Unsupported(_)) => {
            return (BTreeMap::new(), Finding::NotSupported(HashProblem::Algorithm(problem)));
        }
    };
    let listed = object.data_groups().map(|file| (file, listed(read, object, algorithm, file)));
    let mut groups: BTreeMap<File, DataGroupHash> = listed.collect();
    for (file, outcome) in read {
        let there = !matches!(outcome, FileOutcome::Absent);
        if file.data_group().is_some() && there && !groups.contains_key(file) {
            groups.insert(*file, DataGroupHash::NotListed);
        }
    }
    let finding = summarise(object, &groups);
    (groups, finding)
}

fn listed(read: &Files, object: &SecurityObject, algorithm: HashAlgorithm, file: File) -> DataGroupHash {
    let Some(hash) = object.hash_of(file) else { return DataGroupHash::NonConformant };
    match read.get(&file) {
        None => DataGroupHash::NotRead,
        Some(FileOutcome::Absent) => DataGroupHash::NotPresent,
        Some(FileOutcome::Unreadable(_)) => DataGroupHash::Unreadable,
        Some(FileOutcome::Read { bytes, .. }) => match file.contents(bytes.as_unverified().as_bytes()) {
            Ok(contents) if hash.len() == algorithm.length() => {
                if algorithm.digest(&[contents.raw()]) == hash {
                    DataGroupHash::Identical
                } else {
                    DataGroupHash::NotIdentical
                }
            }
            Ok(_) | Err(_) => DataGroupHash::NonConformant,
        },
    }
}

fn summarise(object: &SecurityObject, groups: &BTreeMap<File, DataGroupHash>) -> Finding<HashProblem> {
    let with = |wanted: &[DataGroupHash]| -> Vec<File> {
        groups.iter().filter(|(_, hash)| wanted.contains(hash)).map(|(file, _)| *file).collect()
    };
    if object.has_duplicates() {
        return Finding::Failed(HashProblem::Repeated);
    }
    let not_identical = with(&[DataGroupHash::NotIdentical]);
    if !not_identical.is_empty() {
        return Finding::Failed(HashProblem::NotIdentical(not_identical));
    }
    if !MANDATORY.iter().all(|file| object.lists(*file)) {
        return Finding::Failed(HashProblem::MandatoryNotListed);
    }
    let non_conformant = with(&[DataGroupHash::NonConformant]);
    if !non_conformant.is_empty() {
        return Finding::Failed(HashProblem::NonConformant(non_conformant));
    }
    let mut stripped = with(&[DataGroupHash::NotPresent, DataGroupHash::Unreadable]);
    stripped.retain(|file| NEVER_WITHHELD.contains(file));
    if !stripped.is_empty() {
        return Finding::Failed(HashProblem::Stripped(stripped));
    }
    let mut missing = with(&[DataGroupHash::NotRead]);
    missing.retain(|file| NEVER_WITHHELD.contains(file));
    if missing.is_empty() {
        Finding::Successful
    } else {
        Finding::Undetermined(HashProblem::NotRead(missing))
    }
}
