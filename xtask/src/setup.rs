//! The whole set-up: Debian packages, then OpenPACE built from source.

use anyhow::{Result, bail};

use crate::console::Console;
use crate::workspace::Workspace;
use crate::{openpace, packages};

/// Installs and builds what is missing; quick when nothing is.
pub(crate) fn everything(console: &Console, workspace: &Workspace) -> Result<()> {
    packages::install(console, workspace, &packages::missing()?)?;
    let openpace = openpace::ensure(console, workspace)?;
    console.step(&format!("set-up complete: Debian packages installed, {openpace} built"));
    Ok(())
}

/// Says what is missing and changes nothing.
pub(crate) fn check(console: &Console, workspace: &Workspace) -> Result<()> {
    let packages = packages::missing()?;
    if !packages.is_empty() {
        console.line(&format!("missing Debian packages: {}", packages.join(" ")));
    }
    let openpace = openpace::built(workspace);
    if openpace.is_none() {
        console.line("missing: OpenPACE is not built in target/peers");
    }
    if !packages.is_empty() || openpace.is_none() {
        bail!("the set-up is incomplete: run `cargo xtask setup`");
    }
    console.line("nothing is missing");
    Ok(())
}
