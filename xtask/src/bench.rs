//! Measurements: what they need, then the program that takes them (the package `kendt-bench`).

use anyhow::Result;
use clap::Args;

use crate::console::Console;
use crate::workspace::Workspace;
use crate::{onnxruntime, process, setup};

/// Where the figures of a full run go; they are kept with the source.
const PUBLISHED: &str = "docs/benchmarks";

#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Fewer runs, in less than a minute; the report goes to target/benchmarks
    #[arg(long)]
    quick: bool,

    /// Measure only this part: network, server, peer, authenticity, faces or instructions; may be given several times. The report goes to
    /// target/benchmarks
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// Date to write into the report, as YYYY-MM-DD; today in UTC if it is not given
    #[arg(long)]
    date: Option<String>,
}

/// Runs the measurements optimised. Only a full run touches the published figures.
pub(crate) fn run(console: &Console, workspace: &Workspace, args: &BenchArgs) -> Result<()> {
    let full = !args.quick && args.only.is_empty();
    let output = if full {
        setup::everything(console, workspace, false)?;
        workspace.root().join(PUBLISHED)
    } else {
        setup::product(console, workspace)?;
        workspace.target().join("benchmarks")
    };
    if args.only.is_empty() || args.only.iter().any(|name| name == "faces") {
        onnxruntime::ensure(console, workspace)?;
    }
    let mut arguments = vec!["--output".to_owned(), output.display().to_string()];
    if args.quick {
        arguments.push("--quick".to_owned());
    }
    if console.is_quiet() {
        arguments.push("--quiet".to_owned());
    }
    for name in &args.only {
        arguments.extend(["--only".to_owned(), name.clone()]);
    }
    if let Some(date) = &args.date {
        arguments.extend(["--date".to_owned(), date.clone()]);
    }
    process::run_optimised(console, workspace, "kendt-bench", &arguments)
}
