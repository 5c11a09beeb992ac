//! The demonstration: what it needs, then the program that shows it (`kendt demo`).

use anyhow::Result;
use clap::Args;

use crate::console::Console;
use crate::workspace::Workspace;
use crate::{process, setup};

#[derive(Args)]
pub(crate) struct DemoArgs {
    /// Arguments for the demonstration itself, after `--`
    #[arg(last = true, value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

/// Installs what the program needs to be built, and runs it optimised.
pub(crate) fn run(console: &Console, workspace: &Workspace, args: &DemoArgs) -> Result<()> {
    setup::product(console, workspace)?;
    let arguments: Vec<String> =
        ["demo".to_owned()].into_iter().chain(args.arguments.iter().cloned()).collect();
    process::run_optimised(console, workspace, "kendt", &arguments)
}
