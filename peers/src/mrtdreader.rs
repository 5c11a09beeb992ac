//! Debian's `mrtdreader` (libmrtd, in C) as a reader of our chip: BAC, EF.COM, EF.SOD, EF.DG1, EF.DG2.
//!
//! It speaks to NFC readers through libnfc only; `nfc_on_pcsc.c` puts PC/SC in libnfc's place. It says by its exit
//! status nothing of what it read, so what it prints and the files it writes are the evidence.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process::{self, Outcome};
use crate::reader::Reader;

/// A full read takes a tenth of a second.
const PATIENCE: Duration = Duration::from_mins(1);

/// Compiles the stand-in for libnfc into `directory`.
pub fn compile_shim(directory: &Path) -> Result<PathBuf> {
    let shim = directory.join("nfc_on_pcsc.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/nfc_on_pcsc.c");
    let mut cc = Command::new("cc");
    cc.args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I/usr/include/PCSC", source, "-o"]);
    let outcome = process::run(cc.arg(&shim).arg("-lpcsclite"), PATIENCE)?;
    if !outcome.success {
        bail!("the shim for libnfc does not compile:\n{}", outcome.text);
    }
    Ok(shim)
}

/// Runs mrtdreader on the card in `reader`, with the second line of the MRZ (TD3), in `directory`, where it writes
/// what it read.
pub fn read(reader: &Reader, shim: &Path, mrz_line_2: &str, directory: &Path) -> Result<Outcome> {
    let mut command = Command::new("mrtdreader");
    command.arg(mrz_line_2).env("LD_PRELOAD", shim).current_dir(directory);
    process::run(reader.client(&mut command), PATIENCE)
}

/// The files that mrtdreader wrote into `directory`, by name.
pub fn files(directory: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    files.sort();
    Ok(files)
}
