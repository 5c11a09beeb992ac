//! Measurements: what they need, then the program that takes them (the package `kendt-bench`).

use anyhow::Result;
use clap::Args;

use crate::console::Console;
use crate::workspace::Workspace;
use crate::{process, setup};

#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Arguments for the measuring program, after `--`
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// Sets everything up, since the peers are measured in the same run, and runs the measurements optimised.
pub(crate) fn run(console: &Console, workspace: &Workspace, args: &BenchArgs) -> Result<()> {
    setup::everything(console, workspace)?;
    process::run_optimised(console, workspace, "kendt-bench", &args.arguments)
}
