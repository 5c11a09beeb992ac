//! The demonstration: what it needs, then the program that shows it.

use anyhow::Result;
use clap::Args;

use crate::console::Console;
use crate::workspace::Workspace;
use crate::{packages, process};

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// Arguments for the demonstration itself, after `--`
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// Installs what the program needs to build, builds it optimised and runs `kendt demo`.
pub(crate) fn run(console: &Console, workspace: &Workspace, args: &DemoArgs) -> Result<()> {
    packages::require_pcsc(console, workspace)?;
    console.timed("building", || {
        let mut command = process::cargo(workspace);
        process::run(
            console,
            workspace,
            "demo-build",
            command.args(["build", "--release", "--locked", "--package", "kendt"]),
        )
    })?;
    let mut command = process::cargo(workspace);
    command
        .args(["run", "--quiet", "--release", "--locked", "--package", "kendt", "--", "demo"])
        .args(&args.arguments);
    process::interactive(&mut command)
}
