//! Saving what was read: raw files and the portrait, readable by their owner only.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result};
use emrtd::session::Reading;
use verdict::Evidence;

use super::portrait;

/// Saves every file that was read, and the first portrait; returns how many files were written.
pub(super) fn save(directory: &Path, reading: &Reading) -> Result<usize> {
    create_private_directory(directory)?;
    let mut count = 0;
    for file in reading.files.keys() {
        if let Some(bytes) = reading.file(*file) {
            write(&directory.join(saved_name(*file)), bytes)?;
            count += 1;
        }
    }
    if let Some((bytes, extension)) = portrait::first_image(reading) {
        write(&directory.join(format!("portrait.{extension}")), bytes)?;
        count += 1;
    }
    Ok(count)
}

/// The name under which a file of the chip is saved.
pub(crate) fn saved_name(file: emrtd::lds::File) -> String {
    format!("{}.bin", file.to_string().replace(['.', '/'], "_"))
}

/// Writes an evidence record, which nobody but its owner needs to read.
pub(super) fn evidence(path: &Path, evidence: &Evidence) -> Result<()> {
    write(path, &evidence.to_cbor()?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    private_file(path)?.write_all(bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn create_private_directory(directory: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).with_context(|| format!("cannot create {}", directory.display()))
}

/// A new or emptied file that only its owner may read.
pub(super) fn private_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("cannot write {}", path.display()))
}
