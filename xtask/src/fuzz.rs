//! Coverage-guided fuzzing on the stable compiler.
//!
//! `cargo fuzz` wants a nightly compiler only for its sanitizers. Safe Rust needs none of them: LLVM's coverage pass,
//! asked for through `RUSTFLAGS`, is enough for libFuzzer. The instrumented build has a target directory of its own,
//! so it never invalidates the ordinary one.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::console::Console;
use crate::process;
use crate::workspace::Workspace;

const PACKAGE: &str = "kendt-fuzz";

/// How long the smoke run of all targets together lasts.
const SMOKE: Duration = Duration::from_mins(1);

/// LLVM's coverage pass as libFuzzer expects it: edge counters, a table of edges, and the operands of comparisons.
const INSTRUMENTATION: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// One input may take no longer than this, in seconds, and no target more memory than this, in MB.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];

#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// The targets to run; all if none is named
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,

    /// Minutes for each target
    #[arg(long, default_value_t = 1.0, value_name = "MINUTES", conflicts_with_all = ["smoke", "input"])]
    minutes: f64,

    /// All targets in one minute altogether, adding nothing to the stored corpus: what `test` runs
    #[arg(long, conflicts_with = "input")]
    smoke: bool,

    /// Run one target on one input only, to see again what it found
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,

    /// List the targets and stop
    #[arg(long)]
    list: bool,
}

/// The instrumented programs and where they are.
struct Targets<'a> {
    workspace: &'a Workspace,
    programs: PathBuf,
    names: Vec<String>,
}

/// Runs what the arguments say.
pub(crate) fn run(console: &Console, workspace: &Workspace, args: &FuzzArgs) -> Result<()> {
    let all = names(workspace)?;
    if args.list {
        println!("{}", all.join("\n"));
        return Ok(());
    }
    for name in &args.targets {
        if !all.contains(name) {
            bail!("there is no fuzz target `{name}`; there are: {}", all.join(", "));
        }
    }
    let chosen = if args.targets.is_empty() { all } else { args.targets.clone() };
    if args.smoke {
        return fuzz_within(console, workspace, chosen, SMOKE);
    }
    let targets = Targets::build(console, workspace, chosen)?;
    if let Some(input) = &args.input {
        let [name] = targets.names.as_slice() else {
            bail!("name the one target that is to read {}", input.display())
        };
        return targets.replay(name, input);
    }
    if !(args.minutes > 0.0 && args.minutes <= 7.0 * 24.0 * 60.0) {
        bail!("--minutes must be above 0 and at most a week");
    }
    let each = Duration::from_secs_f64(args.minutes * 60.0).max(Duration::from_secs(1));
    targets.fuzz(console, each)?;
    targets.names.iter().try_for_each(|name| targets.keep(console, name))
}

/// All targets within a minute, without touching the stored corpus.
pub(crate) fn smoke(console: &Console, workspace: &Workspace) -> Result<()> {
    fuzz_within(console, workspace, names(workspace)?, SMOKE)
}

fn fuzz_within(console: &Console, workspace: &Workspace, names: Vec<String>, total: Duration) -> Result<()> {
    let targets = Targets::build(console, workspace, names)?;
    let rounds = targets.names.len().div_ceil(workers());
    let each = total.as_secs() / u64::try_from(rounds.max(1)).unwrap_or(1);
    targets.fuzz(console, Duration::from_secs(each.max(1)))
}

/// The programs of the fuzz package, as cargo knows them.
fn names(workspace: &Workspace) -> Result<Vec<String>> {
    let mut command = process::cargo(workspace);
    let text =
        process::output(command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let package = packages.iter().find(|package| package["name"] == PACKAGE);
    let targets = package.and_then(|package| package["targets"].as_array());
    let names: Vec<String> = targets
        .into_iter()
        .flatten()
        .filter(|target| {
            target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "bin"))
        })
        .filter_map(|target| Some(target["name"].as_str()?.to_owned()))
        .collect();
    if names.is_empty() {
        bail!("the package {PACKAGE} has no fuzz targets");
    }
    Ok(names)
}

fn workers() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

impl<'a> Targets<'a> {
    fn build(console: &Console, workspace: &'a Workspace, names: Vec<String>) -> Result<Self> {
        let triple =
            process::output(Command::new("rustc").args(["--print", "host-tuple"]))?.trim().to_owned();
        let directory = workspace.target().join("fuzz");
        let mut command = process::cargo(workspace);
        command.args([
            "build",
            "--locked",
            "--package",
            PACKAGE,
            "--features",
            "libfuzzer",
            "--profile",
            "fuzz",
        ]);
        for name in &names {
            command.args(["--bin", name]);
        }
        // Naming the target keeps the instrumentation out of build scripts and procedural macros.
        command
            .args(["--target", &triple])
            .env("CARGO_TARGET_DIR", &directory)
            .env("RUSTFLAGS", INSTRUMENTATION);
        command.env_remove("CARGO_ENCODED_RUSTFLAGS");
        console.timed("building the fuzz targets", || {
            process::run(console, workspace, "fuzz-build", &mut command)
        })?;
        Ok(Self { workspace, programs: directory.join(triple).join("fuzz"), names })
    }

    /// Each target for that long, as many at a time as there are processors; all run even if one finds something.
    fn fuzz(&self, console: &Console, each: Duration) -> Result<()> {
        let queue: Mutex<VecDeque<&String>> = Mutex::new(self.names.iter().collect());
        let findings = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..workers().min(self.names.len()) {
                scope.spawn(|| {
                    while let Some(name) = queue.lock().ok().and_then(|mut queue| queue.pop_front()) {
                        let line = match self.one(name, each) {
                            Ok(summary) => format!("  {name}: {summary}"),
                            Err(error) => {
                                if let Ok(mut findings) = findings.lock() {
                                    findings.push(name.as_str());
                                }
                                format!("  {name}: {error:#}")
                            }
                        };
                        console.line(&line);
                    }
                });
            }
        });
        let findings = findings.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !findings.is_empty() {
            bail!("fuzzing failed in: {}", findings.join(", "));
        }
        Ok(())
    }

    /// One target; answers libFuzzer's own last line.
    fn one(&self, name: &str, each: Duration) -> Result<String> {
        let artifacts = self.artifacts(name);
        let grown = self.grown(name);
        let log = self.workspace.log(&format!("fuzz-{name}"));
        fs::create_dir_all(&artifacts)?;
        fs::create_dir_all(&grown)?;
        let mut command = Command::new(self.programs.join(name));
        command.args(LIMITS).arg(format!("-max_total_time={}", each.as_secs())).arg("-print_final_stats=1");
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        // New inputs go into the first directory, the others are only read.
        command.arg(&grown);
        let stored = self.stored(name);
        if stored.is_dir() {
            command.arg(&stored);
        }
        let dictionary = self.workspace.root().join("fuzz/dictionaries").join(format!("{name}.dict"));
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        process::logged(&log, command.current_dir(self.workspace.root())).with_context(|| {
            format!(
                "found something; see {} and try it again with `cargo xtask fuzz {name} --input FILE`",
                artifacts.display()
            )
        })?;
        let text = fs::read_to_string(&log).unwrap_or_default();
        let done = text.lines().rev().find(|line| line.starts_with("Done ")).unwrap_or("done").to_owned();
        let coverage = text
            .lines()
            .rev()
            .find_map(|line| line.split_once("cov: ")?.1.split_whitespace().next())
            .map(|edges| format!(", {edges} edges covered"));
        Ok(done + &coverage.unwrap_or_default())
    }

    fn replay(&self, name: &str, input: &Path) -> Result<()> {
        let input = input.canonicalize().with_context(|| format!("cannot read {}", input.display()))?;
        let mut command = Command::new(self.programs.join(name));
        let status =
            command.args(LIMITS).arg(&input).status().with_context(|| format!("cannot start {name}"))?;
        if !status.success() {
            bail!("{name} fails on {}", input.display());
        }
        Ok(())
    }

    /// Adds to the stored corpus those new inputs that reach code no stored one reaches.
    fn keep(&self, console: &Console, name: &str) -> Result<()> {
        let stored = self.stored(name);
        fs::create_dir_all(&stored)?;
        let before = fs::read_dir(&stored)?.count();
        let mut command = Command::new(self.programs.join(name));
        command.args(LIMITS).arg("-merge=1").arg(&stored).arg(self.grown(name));
        process::logged(&self.workspace.log(&format!("fuzz-{name}-merge")), &mut command)?;
        let after = fs::read_dir(&stored)?.count();
        console.line(&format!(
            "  {name}: {} inputs added to the stored corpus, {after} now",
            after.saturating_sub(before)
        ));
        Ok(())
    }

    fn stored(&self, name: &str) -> PathBuf {
        self.workspace.root().join("fuzz/corpus").join(name)
    }

    fn grown(&self, name: &str) -> PathBuf {
        self.workspace.target().join("fuzz/corpus").join(name)
    }

    fn artifacts(&self, name: &str) -> PathBuf {
        self.workspace.target().join("fuzz/artifacts").join(name)
    }
}
