//! Coverage-guided fuzzing on the stable compiler.
//!
//! `cargo fuzz` wants a nightly compiler only for its sanitizers. Safe Rust needs none of them: LLVM's coverage pass,
//! asked for through `RUSTFLAGS`, is enough for libFuzzer. The instrumented build has a target directory of its own,
//! so it never invalidates the ordinary one.
//!
//! A run begins with the seeds that the targets make, with the stored corpus, and with what earlier runs on this
//! machine have grown. Only what neither seeds nor stored corpus reach is added to the stored corpus, which stays small.

use std::collections::VecDeque;
use std::ffi::OsStr;
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
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=1024"];

/// Few inputs that together cover every edge; how often an edge is passed does not matter for tests.
const MERGE: [&str; 2] = ["-set_cover_merge=1", "-use_counters=0"];

/// Bytes of stored corpus that a run adds to, for each target; the smallest inputs come first.
const STORED_BYTES: u64 = 64 * 1024;

#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// The targets to run; all if none is named
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,

    /// Seconds for each target
    #[arg(long, default_value_t = 60, value_name = "N", conflicts_with_all = ["smoke", "input"],
        value_parser = clap::value_parser!(u64).range(1..=604_800))]
    seconds: u64,

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
    targets.fuzz(console, Duration::from_secs(args.seconds))?;
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
        let targets = Self { workspace, programs: directory.join(triple).join("fuzz"), names };
        targets.write_seeds(console)?;
        Ok(targets)
    }

    /// Seeds are made by code; only libFuzzer wants them as files.
    fn write_seeds(&self, console: &Console) -> Result<()> {
        let mut command = process::cargo(self.workspace);
        command.args(["run", "--locked", "--quiet", "--package", PACKAGE, "--example", "seeds", "--"]);
        command.arg(self.workspace.target().join("fuzz/seeds")).args(&self.names);
        console
            .timed("making the seeds", || process::run(console, self.workspace, "fuzz-seeds", &mut command))
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

    /// One target; answers how far it came.
    fn one(&self, name: &str, each: Duration) -> Result<String> {
        let artifacts = self.artifacts(name);
        let grown = self.grown(name);
        let log = self.workspace.log(&format!("fuzz-{name}"));
        fs::create_dir_all(&artifacts)?;
        fs::create_dir_all(&grown)?;
        fs::create_dir_all(self.stored(name))?;
        let mut command = Command::new(self.programs.join(name));
        command.args(LIMITS).arg(format!("-max_total_time={}", each.as_secs())).arg("-print_final_stats=1");
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        // New inputs go into the first directory, the others are only read.
        command.arg(&grown).arg(self.stored(name)).arg(self.seeds(name));
        process::logged(&log, command.current_dir(self.workspace.root())).with_context(|| {
            format!(
                "found something; see {} and try it again with `cargo xtask fuzz {name} --input FILE`",
                artifacts.display()
            )
        })?;
        Ok(summary(&String::from_utf8_lossy(&fs::read(&log).unwrap_or_default())))
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

    /// Adds to the stored corpus those new inputs that reach code which neither seeds nor stored inputs reach.
    fn keep(&self, console: &Console, name: &str) -> Result<()> {
        let (stored, merged) = (self.stored(name), self.workspace.target().join("fuzz/merged").join(name));
        if merged.is_dir() {
            fs::remove_dir_all(&merged)?;
        }
        fs::create_dir_all(&merged)?;
        fs::create_dir_all(&stored)?;
        for folder in [self.seeds(name), stored.clone()] {
            for file in files(&folder)? {
                fs::copy(&file.path, merged.join(file.path.file_name().unwrap_or_default()))?;
            }
        }
        let known = files(&merged)?.len();
        let mut command = Command::new(self.programs.join(name));
        command.args(LIMITS).args(MERGE).arg(&merged).arg(self.grown(name));
        process::logged(&self.workspace.log(&format!("fuzz-{name}-merge")), &mut command)?;
        let mut bytes: u64 = files(&stored)?.iter().map(|file| file.bytes).sum();
        let (mut added, mut left_out) = (0_usize, 0_usize);
        for file in files(&merged)? {
            let Some(input) = file.path.file_name().filter(|input| is_new(input)) else { continue };
            if stored.join(input).exists() {
                continue;
            }
            if bytes + file.bytes > STORED_BYTES {
                left_out += 1;
                continue;
            }
            fs::copy(&file.path, stored.join(input))?;
            bytes += file.bytes;
            added += 1;
        }
        console.line(&format!(
            "  {name}: {added} inputs added to {known} known ones, {left_out} left out to keep the corpus small"
        ));
        Ok(())
    }

    fn seeds(&self, name: &str) -> PathBuf {
        self.workspace.target().join("fuzz/seeds").join(name)
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

/// A file of a corpus.
struct Input {
    path: PathBuf,
    bytes: u64,
}

/// The files of a folder, smallest first.
fn files(folder: &Path) -> Result<Vec<Input>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        files.push(Input { path: entry.path(), bytes: entry.metadata()?.len() });
    }
    files.sort_by(|a, b| (a.bytes, &a.path).cmp(&(b.bytes, &b.path)));
    Ok(files)
}

/// libFuzzer names an input by its SHA-1; seeds and kept findings have names of ours.
fn is_new(name: &OsStr) -> bool {
    name.len() == 40
}

/// What libFuzzer says of a run: inputs tried, edges covered, memory.
fn summary(log: &str) -> String {
    let statistic = |name: &str| {
        let line = log.lines().rev().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim_start_matches(':').trim().to_owned())
    };
    let edges = log.lines().rev().find_map(|line| line.split_once("cov: ")?.1.split_whitespace().next());
    let inputs = statistic("stat::number_of_executed_units");
    let memory = statistic("stat::peak_rss_mb");
    let or_unknown = |value: Option<&str>| value.unwrap_or("?").to_owned();
    format!(
        "{} inputs tried, {} edges covered, {} MB at most",
        or_unknown(inputs.as_deref()),
        or_unknown(edges),
        or_unknown(memory.as_deref())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_run_says_of_itself_is_read() {
        let log = "#2\tINITED cov: 7 ft: 8 corp: 1/1b\n#9\tDONE   cov: 12 ft: 30 corp: 4/9b\n\
                   stat::number_of_executed_units: 4321\nstat::peak_rss_mb:              28\n";
        assert_eq!(summary(log), "4321 inputs tried, 12 edges covered, 28 MB at most");
        assert_eq!(summary(""), "? inputs tried, ? edges covered, ? MB at most");
    }

    #[test]
    fn only_inputs_that_the_fuzzer_named_are_new() {
        assert!(is_new(OsStr::new("1dabdd7a2848e4bc9f26b91477df16803a9ecb2f")));
        assert!(!is_new(OsStr::new("seed-001")) && !is_new(OsStr::new("found-empty-name")));
    }
}
