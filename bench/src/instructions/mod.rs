//! Instructions of hot paths, counted by valgrind's callgrind.
//!
//! A case runs in a process of its own, twice: with few and with many iterations. The difference, divided by the
//! iterations between, holds nothing of the start-up. Everything random is seeded, so that the count hardly moves from
//! run to run, whatever else the machine does. Valgrind's processor has AES instructions but none for SHA, so hashes
//! weigh more than they do in time.

pub mod cases;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use serde::Serialize;

use crate::instructions::cases::{CASES, Case};
use crate::peer::Task;

/// The cases of a quick run, which leaves the comparison with dmrtd out.
const QUICK: [&str; 6] = ["chunk-3des", "chunk-aes-128", "pace-bp256", "ca-bp256", "mrz", "read-pace-ca"];

/// One hot path.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The case.
    pub name: &'static str,
    /// What one iteration does.
    pub what: &'static str,
    /// Instructions of one iteration.
    pub instructions: u64,
}

/// The terminal side of a task, ours and dmrtd's.
#[derive(Clone, Debug, Serialize)]
pub struct ComparisonRow {
    /// What both do.
    pub task: String,
    /// Instructions of our terminal.
    pub kendt: u64,
    /// Instructions of dmrtd.
    pub dmrtd: u64,
    /// Ours over dmrtd's.
    pub ratio: f64,
}

/// All that is counted here.
#[derive(Clone, Debug, Serialize)]
pub struct Instructions {
    /// What counted.
    pub tool: String,
    /// By case.
    pub rows: Vec<Row>,
    /// Against dmrtd.
    pub comparison: Vec<ComparisonRow>,
}

/// Version of valgrind; `None` if it is not installed.
pub fn tool() -> Option<String> {
    let output = Command::new("valgrind").arg("--version").stdin(Stdio::null()).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !version.trim().is_empty()).then(|| version.trim().to_owned())
}

/// Counts all cases; `program` is the one that runs a case when called with `--case NAME --iterations N`.
///
/// # Errors
/// Valgrind or the program failed.
pub fn measure(quick: bool, tool: String, program: &Path, mut say: impl FnMut(&str)) -> Result<Instructions> {
    let mut rows = Vec::new();
    let mut comparison = Vec::new();
    for case in CASES.iter().filter(|case| !quick || QUICK.contains(&case.name)) {
        say(case.name);
        let instructions = per_iteration(program, case)?;
        rows.push(Row { name: case.name, what: case.what, instructions });
    }
    for task in Task::ALL.into_iter().filter(|_| !quick) {
        let mut terminal = |who: &str| {
            let mut count = |side: &str| {
                let name = format!("{}-{who}-{side}", task.name());
                say(&name);
                let [few, many] = if task == Task::BacAccess { [2, 42] } else { [1, 5] };
                difference(program, &name, few, many)
            };
            anyhow::Ok(count("both")?.saturating_sub(count("chip")?))
        };
        let (kendt, dmrtd) = (terminal("kendt")?, terminal("dmrtd")?);
        ensure!(dmrtd > 0, "callgrind counted nothing for dmrtd");
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let ratio = kendt as f64 / dmrtd as f64;
        comparison.push(ComparisonRow { task: task.to_string(), kendt, dmrtd, ratio });
    }
    Ok(Instructions { tool, rows, comparison })
}

fn per_iteration(program: &Path, case: &Case) -> Result<u64> {
    let count = difference(program, case.name, case.few, case.few + case.more)?;
    Ok(count / u64::from(case.parts))
}

/// Instructions of one iteration, from the difference between two runs, side by side: counts do not mind.
fn difference(program: &Path, name: &str, few: u32, many: u32) -> Result<u64> {
    let (short, long) = thread::scope(|scope| {
        let short = scope.spawn(|| count(program, name, few));
        let long = count(program, name, many);
        (short.join(), long)
    });
    let (short, long) = (short.map_err(|_| anyhow!("counting {name} panicked"))??, long?);
    let difference = long
        .checked_sub(short)
        .with_context(|| format!("{name}: {many} iterations took fewer instructions than {few}"))?;
    Ok(difference / u64::from(many - few))
}

/// Instructions of a whole process.
fn count(program: &Path, name: &str, iterations: u32) -> Result<u64> {
    let file = Profile::new(name, iterations);
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", file.0.display()))
        .arg(program)
        .args(["--case", name, "--iterations", &iterations.to_string()])
        .stdin(Stdio::null())
        .output()
        .context("cannot start valgrind")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind of {name} ended with {}: {complaint}", output.status);
    let profile = fs::read_to_string(&file.0).with_context(|| format!("{name} left no profile"))?;
    total(&profile).with_context(|| format!("the profile of {name} has no total"))
}

/// The total of a callgrind profile: the first number of its line `summary:` or `totals:`.
fn total(profile: &str) -> Option<u64> {
    let line = profile
        .lines()
        .find_map(|line| line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A file in the directory for temporary ones, removed when dropped.
struct Profile(PathBuf);

impl Profile {
    fn new(name: &str, iterations: u32) -> Profile {
        let file = format!("kendt-bench-{}-{name}-{iterations}.callgrind", std::process::id());
        Profile(std::env::temp_dir().join(file))
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // It may never have been written.
        drop(fs::remove_file(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_of_a_quick_run_exists() {
        for name in QUICK {
            assert!(CASES.iter().any(|case| case.name == name), "{name}");
        }
    }

    #[test]
    fn the_total_of_a_profile_is_found() {
        assert_eq!(total("events: Ir\nfn=(1) main\n0 5\ntotals: 12345\n"), Some(12_345));
        assert_eq!(total("events: Ir\nsummary: 77 3\n"), Some(77));
        assert_eq!(total("events: Ir\n"), None);
    }
}
