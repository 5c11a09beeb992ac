//! Measurements: always against a peer or a baseline in the same run, because machines differ and ratios do not.

use anyhow::Result;
use clap::Args;

use crate::console::Console;
use crate::workspace::Workspace;
use crate::{process, setup};

#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Only benchmarks whose name contains this
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// Runs the benchmark programs of the workspace.
pub(crate) fn run(console: &Console, workspace: &Workspace, args: &BenchArgs) -> Result<()> {
    setup::everything(console, workspace)?;
    console.timed("benchmarks", || {
        let mut command = process::cargo(workspace);
        command.args(["bench", "--workspace", "--locked", "--benches"]);
        if let Some(name) = &args.name {
            command.arg("--").arg(name);
        }
        process::run(console, workspace, "bench", &mut command)
    })
}
