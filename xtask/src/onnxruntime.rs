//! ONNX Runtime as a foreign peer of the benchmark: Python packages of pinned versions, in a folder of their own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::console::Console;
use crate::process;
use crate::workspace::Workspace;

/// The folder in `target/peers`; the benchmark (`kendt_bench::faces::PEER`) looks for it by this name.
const NAME: &str = "onnxruntime-1.31.1";

const PACKAGES: [&str; 3] = ["onnxruntime==1.31.1", "onnx==1.23.2", "numpy==2.4.6"];

/// Lays the packages out unless they are there.
pub(crate) fn ensure(console: &Console, workspace: &Workspace) -> Result<()> {
    let home = workspace.peers().join(NAME);
    if home.is_dir() {
        return Ok(());
    }
    console.timed("fetching ONNX Runtime (once)", || {
        let staged: PathBuf = workspace.peers().join(format!("{NAME}.partial"));
        if staged.exists() {
            fs::remove_dir_all(&staged).with_context(|| format!("cannot remove {}", staged.display()))?;
        }
        let mut pip = Command::new("python3");
        // Wheels only: to unpack a source distribution pip would run its code.
        pip.args(["-m", "pip", "install", "--quiet", "--no-cache-dir", "--only-binary=:all:"])
            .args(["--disable-pip-version-check", "--target"])
            .arg(&staged)
            .args(PACKAGES);
        process::logged(&workspace.log("onnxruntime"), &mut pip)?;
        fs::rename(&staged, &home).with_context(|| format!("cannot move it to {}", home.display()))
    })
}
