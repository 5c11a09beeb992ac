//! Running other programs: to the terminal, to a log file, or line by line.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::console::Console;
use crate::workspace::Workspace;

/// How many lines of a log file are shown when its program fails.
const LINES_SHOWN: usize = 40;

/// The cargo that runs this program.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace.root());
    command
}

/// Whether `cargo SUBCOMMAND --version` works, i.e. the subcommand is installed.
pub(crate) fn cargo_has(workspace: &Workspace, subcommand: &str) -> bool {
    cargo(workspace)
        .args([subcommand, "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs to the end: on the terminal, or into the log `name` with `--quiet`.
pub(crate) fn run(console: &Console, workspace: &Workspace, name: &str, command: &mut Command) -> Result<()> {
    if console.is_quiet() {
        return logged(&workspace.log(name), command);
    }
    let status = command.stdin(Stdio::null()).status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", describe(command));
    }
    Ok(())
}

/// Builds the program of `package` optimised, then runs it with the terminal as its own, so that it may ask and draw.
pub(crate) fn run_optimised(
    console: &Console,
    workspace: &Workspace,
    package: &str,
    arguments: &[String],
) -> Result<()> {
    let selection = ["--release", "--locked", "--package", package];
    console.timed(&format!("building {package}, optimised"), || {
        let log = format!("{package}-build");
        run(console, workspace, &log, cargo(workspace).arg("build").args(selection))
    })?;
    let mut command = cargo(workspace);
    command.args(["run", "--quiet"]).args(selection).arg("--").args(arguments);
    let status = command.status().with_context(|| cannot_start(&command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", describe(&command));
    }
    Ok(())
}

/// Runs to the end with all output in a fresh log file, whose tail is shown if the program fails.
pub(crate) fn logged(log: &Path, command: &mut Command) -> Result<()> {
    logged_silently(log, command).inspect_err(|_| {
        let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN)) {
            eprintln!("    | {line}");
        }
    })
}

/// As [`logged`], for a program that may fail: nothing is shown.
pub(crate) fn logged_silently(log: &Path, command: &mut Command) -> Result<()> {
    if let Some(directory) = log.parent() {
        fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    }
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let again = file.try_clone().with_context(|| format!("cannot write {}", log.display()))?;
    let status = command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(again)
        .status()
        .with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}; its whole output is in {}", describe(command), log.display());
    }
    Ok(())
}

/// The standard output of a program that must succeed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!(
            "`{}` ended with {}: {}",
            describe(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs with every line of both outputs handed to `each` as it appears; whether the program succeeded.
pub(crate) fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let (sender, receiver) = mpsc::channel();
    let out = child.stdout.take().map(|stream| forward(stream, sender.clone()));
    let err = child.stderr.take().map(|stream| forward(stream, sender));
    for line in receiver {
        each(&line);
    }
    for reader in [out, err].into_iter().flatten() {
        // A reader thread only ends early if its pipe broke, which `wait` below reports in its own way.
        drop(reader.join());
    }
    let status = child.wait().with_context(|| format!("lost `{}`", describe(command)))?;
    Ok(status.success())
}

fn forward(stream: impl Read + Send + 'static, to: mpsc::Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            if to.send(text).is_err() {
                return;
            }
            line.clear();
        }
    })
}

/// The command as one would type it.
pub(crate) fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", describe(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_arrive_line_by_line_and_the_status_is_told() {
        let mut seen = Vec::new();
        let succeeded =
            lines(Command::new("sh").args(["-c", "echo one; echo two >&2; printf three; exit 3"]), |line| {
                seen.push(line.to_owned());
            })
            .expect("sh runs");
        seen.sort();
        assert_eq!(seen, ["one", "three", "two"]);
        assert!(!succeeded);
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = output(&mut Command::new("no-such-program-of-kendt")).expect_err("must fail");
        assert!(error.to_string().contains("no-such-program-of-kendt"), "{error}");
    }
}
