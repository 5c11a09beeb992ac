//! Everything that continuous integration runs, in the order in which a mistake shows soonest.

use std::fs::{self, File};
use std::io::Write;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::console::{self, Console};
use crate::tally::{Runner, Tally};
use crate::workspace::Workspace;
use crate::{fuzz, packages, process, setup};

/// What foreign peers are built into, left out of the daily loop.
const WITH_FOREIGN_PEERS: [&str; 2] = ["kendt-peers", "kendt-bench"];

#[derive(Args)]
pub(crate) struct TestArgs {
    /// The daily loop: without foreign peers, fuzzing and licence check
    #[arg(long)]
    fast: bool,

    /// Only tests whose name contains one of these; without format, lints, fuzzing and licence check
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// The parts of a run and how each ended.
#[derive(Default)]
struct Report {
    tests: Tally,
    checks: Tally,
    lines: Vec<String>,
}

impl Report {
    /// A check that is not a test: it counts as one passed or one failed.
    fn check(&mut self, console: &Console, what: &str, work: impl FnOnce() -> Result<()>) {
        let begun = console::now();
        match console.timed(what, work) {
            Ok(()) => {
                self.checks.passed += 1;
                self.lines.push(format!("ok      {what} ({})", console::seconds(begun.elapsed())));
            }
            Err(error) => {
                self.checks.failed += 1;
                self.lines.push(format!("FAILED  {what}: {error:#}"));
            }
        }
    }

    /// A run of tests: counted by the runner's own closing lines. Whether it ran at all, rather than not compiling.
    fn tests(&mut self, console: &Console, what: &str, work: impl FnOnce(&mut Tally) -> Result<()>) -> bool {
        let begun = console::now();
        let mut tally = Tally::default();
        let outcome = console.timed(what, || work(&mut tally));
        let ran = tally != Tally::default() || outcome.is_ok();
        let counts = format!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
        match outcome {
            Ok(()) => {
                self.lines.push(format!("ok      {what}: {counts} ({})", console::seconds(begun.elapsed())));
            }
            Err(_) if tally.failed > 0 => self.lines.push(format!("FAILED  {what}: {counts}")),
            // It did not compile, or the runner broke: no test says so, so the run itself counts as a failure.
            Err(error) => {
                self.checks.failed += 1;
                self.lines.push(format!("FAILED  {what}: {error:#} ({counts})"));
            }
        }
        self.tests.passed += tally.passed;
        self.tests.failed += tally.failed;
        self.tests.skipped += tally.skipped;
        ran
    }

    fn skip(&mut self, console: &Console, what: &str, why: &str) {
        console.step(&format!("{what}: skipped, {why}"));
        self.lines.push(format!("skipped {what}: {why}"));
    }

    /// Prints the parts and the totals; an error if anything failed.
    fn close(self, console: &Console) -> Result<()> {
        console.line("summary");
        for line in &self.lines {
            eprintln!("           {line}");
        }
        let passed = self.tests.passed + self.checks.passed;
        let failed = self.tests.failed + self.checks.failed;
        eprintln!(
            "           {} tests and {} other checks ran",
            self.tests.passed + self.tests.failed,
            self.checks.passed + self.checks.failed
        );
        println!("{passed} passed, {failed} failed");
        if failed > 0 {
            bail!("{failed} of {} failed; see the summary above", passed + failed);
        }
        Ok(())
    }
}

/// Runs everything, or what `--fast` or the given names leave of it.
pub(crate) fn run(console: &Console, workspace: &Workspace, args: &TestArgs) -> Result<()> {
    if args.fast {
        setup::product(console, workspace)?;
    } else {
        setup::everything(console, workspace, false)?;
    }
    let mut report = Report::default();
    if args.names.is_empty() {
        lints(console, workspace, &mut report, args.fast);
    }
    tests(console, workspace, &mut report, args);
    if args.names.is_empty() && !args.fast {
        report.check(console, "fuzz smoke run", || fuzz::smoke(console, workspace));
        licences(console, workspace, &mut report);
    }
    report.close(console)
}

/// Format and lints only.
pub(crate) fn lint(console: &Console, workspace: &Workspace) -> Result<()> {
    packages::require_pcsc(console, workspace)?;
    let mut report = Report::default();
    lints(console, workspace, &mut report, false);
    report.close(console)
}

fn lints(console: &Console, workspace: &Workspace, report: &mut Report, fast: bool) {
    if process::cargo_has(workspace, "fmt") {
        report.check(console, "format (rustfmt)", || {
            let mut command = process::cargo(workspace);
            process::run(console, workspace, "rustfmt", command.args(["fmt", "--all", "--check"]))
        });
    } else {
        report.skip(console, "format (rustfmt)", "rustfmt is not installed");
    }
    if process::cargo_has(workspace, "clippy") {
        report.check(console, "lints (clippy)", || {
            let mut command = process::cargo(workspace);
            command.args(["clippy", "--workspace", "--all-targets", "--locked"]);
            if fast {
                exclude_foreign_peers(&mut command);
            }
            process::run(console, workspace, "clippy", command.args(["--", "--deny", "warnings"]))
        });
    } else {
        report.skip(console, "lints (clippy)", "clippy is not installed");
    }
}

fn exclude_foreign_peers(command: &mut Command) {
    command.args(WITH_FOREIGN_PEERS.into_iter().flat_map(|package| ["--exclude", package]));
}

fn tests(console: &Console, workspace: &Workspace, report: &mut Report, args: &TestArgs) {
    let nextest = process::cargo_has(workspace, "nextest");
    let select = |command: &mut Command| {
        command.args(["--workspace", "--locked"]);
        command.env("KENDT_MODELS", workspace.models());
        if args.fast {
            exclude_foreign_peers(command);
        } else {
            // Without this a missing peer would make its tests skip themselves.
            command.env("KENDT_PEERS", workspace.peers());
        }
    };
    let mut command = process::cargo(workspace);
    if nextest {
        command
            .args(["nextest", "run", "--no-tests=pass", "--config-file"])
            .arg(workspace.root().join("xtask/nextest.toml"));
        select(&mut command);
        command.args(&args.names);
    } else {
        command.args(["test", "--lib", "--bins", "--tests", "--no-fail-fast"]);
        select(&mut command);
        command.arg("--").args(&args.names);
    }
    let runner = if nextest { Runner::Nextest } else { Runner::BuiltIn };
    let ran = report.tests(console, "unit and integration tests", |tally| {
        counted(console, workspace, "tests", &mut command, runner, tally)
    });

    if ran && args.names.is_empty() {
        let mut command = process::cargo(workspace);
        command.args(["test", "--doc", "--no-fail-fast"]);
        select(&mut command);
        report.tests(console, "documentation tests", |tally| {
            counted(console, workspace, "doctests", &mut command, Runner::BuiltIn, tally)
        });
    }
}

/// Runs tests with their output on the terminal (or only its closing lines, with `--quiet`) and in a log file.
fn counted(
    console: &Console,
    workspace: &Workspace,
    name: &str,
    command: &mut Command,
    runner: Runner,
    tally: &mut Tally,
) -> Result<()> {
    if Console::is_terminal() && !console.is_quiet() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let path = workspace.log(name);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut log = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let succeeded = process::lines(command, |line| {
        let closing = tally.read(runner, line);
        if closing || !console.is_quiet() {
            eprintln!("{line}");
        }
        // The log is a convenience: a full disk shows itself in the tests soon enough.
        drop(writeln!(log, "{line}"));
    })?;
    if !succeeded {
        bail!("did not succeed; the whole output is in {}", path.display());
    }
    Ok(())
}

fn licences(console: &Console, workspace: &Workspace, report: &mut Report) {
    let what = "licences, bans, sources (cargo-deny)";
    if !process::cargo_has(workspace, "deny") {
        report.skip(console, what, "cargo-deny is not installed");
        return;
    }
    report.check(console, what, || {
        let mut command = process::cargo(workspace);
        command.args(["deny", "--locked", "check", "bans", "licenses", "sources"]);
        process::run(console, workspace, "deny", &mut command)
    });
}
