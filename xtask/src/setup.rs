//! The whole set-up: Debian packages, models of faces, then OpenPACE built from source.

use anyhow::{Result, bail};

use crate::console::Console;
use crate::workspace::Workspace;
use crate::{models, openpace, packages};

/// Installs and builds what is missing; quick when nothing is.
pub(crate) fn everything(console: &Console, workspace: &Workspace, optional_models: bool) -> Result<()> {
    packages::install(console, workspace, &packages::missing()?)?;
    models::ensure(console, workspace, optional_models)?;
    let openpace = openpace::ensure(console, workspace)?;
    console.step(&format!("set-up complete: Debian packages installed, models fetched, {openpace} built"));
    Ok(())
}

/// What program and fast tests need: PC/SC and the models.
pub(crate) fn product(console: &Console, workspace: &Workspace) -> Result<()> {
    packages::require_pcsc(console, workspace)?;
    if !models::missing(workspace).is_empty() {
        packages::require_pip(console, workspace)?;
    }
    models::ensure(console, workspace, false)
}

/// Says what is missing and changes nothing.
pub(crate) fn check(console: &Console, workspace: &Workspace) -> Result<()> {
    let packages = packages::missing()?;
    if !packages.is_empty() {
        console.line(&format!("missing Debian packages: {}", packages.join(" ")));
    }
    let models = models::missing(workspace);
    if !models.is_empty() {
        console.line(&format!("missing in target/models: {}", models.join(", ")));
    }
    let openpace = openpace::built(workspace);
    if openpace.is_none() {
        console.line("missing: OpenPACE is not built in target/peers");
    }
    if !packages.is_empty() || !models.is_empty() || openpace.is_none() {
        bail!("the set-up is incomplete: run `cargo xtask setup`");
    }
    console.line("nothing is missing");
    Ok(())
}
