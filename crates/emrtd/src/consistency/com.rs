//! EF.COM against EF.SOD (BSI TR-03135-1 §5.6.4.4.1; R-050).
//!
//! EF.COM is not signed: a difference says that somebody changed the chip's contents or that the issuer made a mistake,
//! and that the list of EF.SOD holds.

use std::collections::BTreeSet;

use crate::Finding;
use crate::lds::com::Com;
use crate::lds::sod::SecurityObject;
use crate::lds::{File, LdsError};
use crate::session::{FileError, FileOutcome, Files};

/// Why EF.COM and EF.SOD do not agree.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ComProblem {
    /// EF.SOD could not be read.
    #[error("EF.SOD could not be read")]
    NoSecurityObject,
    /// There is no EF.COM, which documents from LDS 1.8 on may leave out.
    #[error("there is no EF.COM, which is allowed from LDS 1.8 on")]
    LeftOut,
    /// There is no EF.COM in a document that must have one.
    #[error("there is no EF.COM, and the document is older than LDS 1.8")]
    Absent,
    /// EF.COM could not be read.
    #[error("EF.COM could not be read")]
    Unreadable,
    /// EF.COM is broken from its first bytes on.
    #[error("EF.COM is broken: {0}")]
    Broken(FileError),
    /// EF.COM is broken.
    #[error(transparent)]
    Malformed(#[from] LdsError),
    /// EF.COM lists data groups that EF.SOD does not, or a tag that no data group has.
    #[error("EF.COM lists what EF.SOD does not")]
    ListsMore,
    /// EF.SOD lists data groups that EF.COM does not.
    #[error("EF.SOD lists what EF.COM does not")]
    ListsLess,
    /// The versions of LDS or Unicode are not those that EF.SOD signs, or are unknown.
    #[error("EF.COM names other versions than EF.SOD")]
    Version,
}

/// Compares EF.COM with what EF.SOD lists.
pub fn com(read: &Files, object: Option<&SecurityObject>) -> Finding<ComProblem> {
    let Some(object) = object else { return Finding::Undetermined(ComProblem::NoSecurityObject) };
    let bytes = match read.get(&File::Com) {
        None | Some(FileOutcome::Absent) if object.version >= 1 => {
            return Finding::NotSupported(ComProblem::LeftOut);
        }
        None | Some(FileOutcome::Absent) => return Finding::Undetermined(ComProblem::Absent),
        Some(FileOutcome::Unreadable(error)) if error.is_of_content() => {
            return Finding::Failed(ComProblem::Broken(error.clone()));
        }
        Some(FileOutcome::Unreadable(_)) => return Finding::Undetermined(ComProblem::Unreadable),
        Some(FileOutcome::Read { bytes, .. }) => bytes.as_unverified().as_bytes(),
    };
    let found = match Com::parse(bytes) {
        Ok(found) => found,
        Err(error) => return Finding::Failed(error.into()),
    };
    let in_com: BTreeSet<File> = found.data_groups().collect();
    let in_sod: BTreeSet<File> = object.data_groups().collect();
    if found.tags.len() != in_com.len() || !in_com.is_subset(&in_sod) {
        return Finding::Failed(ComProblem::ListsMore);
    }
    if in_com != in_sod {
        return Finding::Failed(ComProblem::ListsLess);
    }
    if found.has_known_versions() && agrees(&found, object) {
        Finding::Successful
    } else {
        Finding::Failed(ComProblem::Version)
    }
}

/// Version 0 of the security object does not sign a version.
fn agrees(found: &Com, object: &SecurityObject) -> bool {
    let (major, minor) = found.lds_version;
    let (unicode_major, unicode_minor, release) = found.unicode_version;
    object.lds_version.as_ref().is_none_or(|(lds, unicode)| {
        *lds == format!("{major:02}{minor:02}")
            && *unicode == format!("{unicode_major:02}{unicode_minor:02}{release:02}")
    })
}
