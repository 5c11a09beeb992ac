//! OpenPACE (a GPL implementation of PACE and EAC) as a foreign peer: fetched as Debian source, built once, kept.
//!
//! It is a tool of the tests, loaded by a process of its own (`peers/openpace_peer.py`) and never linked into anything
//! of Kendt. The build ends as `target/peers/openpace-VERSION/lib` with a stamp; one that broke off leaves no such
//! directory. Its own Python interface is not built: it lacks the last step of Chip Authentication, which the driver
//! reaches through the library itself, and would tie the build to one of several Pythons.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::console::Console;
use crate::process;
use crate::workspace::Workspace;

/// What a finished build carries. Its number rises with the recipe below, so that builds by an older one are made anew.
const STAMP: (&str, &str) = ("kendt-stamp", "recipe 2\n");

/// The name of the finished build (`openpace-VERSION`), if there is one that still fits this machine.
pub(crate) fn built(workspace: &Workspace) -> Option<String> {
    let entries = fs::read_dir(workspace.peers()).ok()?;
    entries.filter_map(Result::ok).find_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let found = fs::read_to_string(entry.path().join(STAMP.0)).ok()?;
        (name.starts_with("openpace-") && found == STAMP.1).then_some(name)
    })
}

/// Builds OpenPACE unless a fitting build is there; answers its name.
pub(crate) fn ensure(console: &Console, workspace: &Workspace) -> Result<String> {
    if let Some(name) = built(workspace) {
        return Ok(name);
    }
    console.timed("building OpenPACE from Debian's source package (once)", || {
        let log = workspace.log("openpace");
        build(console, workspace, &log).with_context(|| {
            format!("OpenPACE could not be built; the output of the failing step is in {}", log.display())
        })
    })
}

fn build(console: &Console, workspace: &Workspace, log: &Path) -> Result<String> {
    let peers = workspace.peers();
    let work = peers.join("build");
    remove(&work)?;
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;

    let apt = Apt::derive(&work)?;
    console.step("  fetching the source lists …");
    // A third-party archive without sources makes `update` fail although Debian's own lists arrived: only the
    // download itself decides.
    let listed = process::logged_silently(log, &mut apt.command("apt-get", &["update"]));
    console.step("  fetching and unpacking the source …");
    let mut fetch = apt.command("apt-get", &["source", "openpace"]);
    match listed {
        Ok(()) => process::logged(log, &mut fetch)?,
        Err(no_lists) => process::logged_silently(log, &mut fetch).map_err(|_| no_lists)?,
    }

    let source = unpacked(&work)?;
    let version = fs::read_to_string(source.join("debian/changelog"))
        .ok()
        .and_then(|text| Some(text.split_once('(')?.1.split_once(')')?.0.to_owned()))
        .context("the source package has no version in debian/changelog")?;

    console.step("  configuring and compiling …");
    let jobs = format!("-j{}", std::thread::available_parallelism().map_or(2, usize::from));
    let in_source = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&source);
        process::logged(log, &mut command)
    };
    in_source("autoreconf", &["--verbose", "--install", "--symlink"])?;
    in_source("./configure", &["--disable-static"])?;
    in_source("make", &[&jobs, "-C", "src", "libeac.la"])?;

    let name = format!("openpace-{version}");
    let staged = work.join("staged");
    fs::create_dir_all(staged.join("lib"))?;
    copy_library(&source.join("src/.libs"), &staged.join("lib"))?;
    fs::write(staged.join(STAMP.0), STAMP.1)?;
    let home = peers.join(&name);
    remove(&home)?;
    fs::rename(&staged, &home).with_context(|| format!("cannot move the build to {}", home.display()))?;
    remove(&work)?;
    Ok(name)
}

/// Copies `libeac.so*`, following links so that each name is a file.
fn copy_library(from: &Path, to: &Path) -> Result<()> {
    let mut copied = 0;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("libeac.so") {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
            copied += 1;
        }
    }
    if copied == 0 {
        bail!("the build made no libeac.so in {}", from.display());
    }
    Ok(())
}

fn unpacked(work: &Path) -> Result<PathBuf> {
    for entry in fs::read_dir(work)? {
        let path = entry?.path();
        if path.join("configure.ac").is_file() {
            return Ok(path);
        }
    }
    bail!("apt-get source left no unpacked tree in {}", work.display())
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", directory.display()))
        }
        _ => Ok(()),
    }
}

/// An apt configuration of its own that asks this machine's own archives for sources: the machine's configuration
/// stays as it is, and no archive is named here.
struct Apt {
    work: PathBuf,
}

impl Apt {
    fn derive(work: &Path) -> Result<Self> {
        let sources = work.join("sources");
        fs::create_dir_all(&sources)?;
        fs::create_dir_all(work.join("lists/partial"))?;
        fs::create_dir_all(work.join("cache/archives/partial"))?;
        let mut found = 0;
        for path in machine_sources()? {
            let name = path.file_name().unwrap_or_default();
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let extension = path.extension().and_then(|extension| extension.to_str());
            let derived = if extension == Some("sources") { stanzas(&text) } else { one_line_entries(&text) };
            if !derived.is_empty() {
                fs::write(sources.join(name), derived)?;
                found += 1;
            }
        }
        if found == 0 {
            bail!(
                "apt has no package source on this machine (/etc/apt/sources.list*) to fetch OpenPACE from"
            );
        }
        Ok(Self { work: work.to_owned() })
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let mut set = |key: &str, value: &Path| {
            command.arg("--option").arg(format!("{key}={}", value.display()));
        };
        set("Dir::Etc::sourcelist", Path::new("/dev/null"));
        set("Dir::Etc::sourceparts", &self.work.join("sources"));
        set("Dir::State::lists", &self.work.join("lists"));
        set("Dir::Cache", &self.work.join("cache"));
        // The download user of apt cannot enter a build directory below a private home.
        set("APT::Sandbox::User", Path::new(""));
        command.arg("--quiet").args(arguments).current_dir(&self.work).stdin(Stdio::null());
        command
    }
}

fn machine_sources() -> Result<Vec<PathBuf>> {
    let mut paths = vec![];
    let single = PathBuf::from("/etc/apt/sources.list");
    if single.is_file() {
        paths.push(single);
    }
    if let Ok(entries) = fs::read_dir("/etc/apt/sources.list.d") {
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "list" || extension == "sources") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    Ok(paths)
}

/// Entries of a `.sources` file (deb822), each asked for sources instead of binaries.
fn stanzas(text: &str) -> String {
    let mut derived = String::new();
    let mut stanza: Vec<String> = Vec::new();
    let mut enabled = true;
    for line in text.lines().chain([""]) {
        if line.trim().is_empty() {
            if enabled && stanza.iter().any(|field| field.starts_with("Types:")) {
                derived.push_str(&stanza.join("\n"));
                derived.push_str("\n\n");
            }
            stanza.clear();
            enabled = true;
            continue;
        }
        let field = line.to_ascii_lowercase();
        if field.starts_with("types:") {
            stanza.push("Types: deb-src".to_owned());
        } else if !line.starts_with('#') {
            if let Some(value) = field.strip_prefix("enabled:") {
                enabled = !matches!(value.trim(), "no" | "false" | "0");
            }
            stanza.push(line.to_owned());
        }
    }
    derived
}

/// Entries of a `.list` file, each asked for sources instead of binaries.
fn one_line_entries(text: &str) -> String {
    let mut derived = String::new();
    for line in text.lines() {
        let Some((kind, rest)) = line.trim().split_once(char::is_whitespace) else { continue };
        if kind == "deb" || kind == "deb-src" {
            derived.push_str("deb-src ");
            derived.push_str(rest.trim());
            derived.push('\n');
        }
    }
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stanza_is_asked_for_sources_and_a_disabled_one_is_left_out() {
        let text = "# comment\nTypes: deb\nURIs: http://archive.example/debian\nSuites: stable\nComponents: main\n\n\
                    Enabled: no\nTypes: deb\nURIs: http://other.example\nSuites: stable\n";
        let derived = stanzas(text);
        assert_eq!(
            derived,
            "Types: deb-src\nURIs: http://archive.example/debian\nSuites: stable\nComponents: main\n\n"
        );
    }

    #[test]
    fn a_one_line_entry_keeps_its_options_and_a_comment_is_left_out() {
        let text =
            "# deb http://archive.example a b\ndeb [arch=amd64] http://archive.example/debian stable main\n";
        assert_eq!(
            one_line_entries(text),
            "deb-src [arch=amd64] http://archive.example/debian stable main\n"
        );
    }
}
