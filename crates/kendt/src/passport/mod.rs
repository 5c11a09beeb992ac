//! `kendt passport`: make specimen documents, show one, serve one as a chip.

mod issue;
mod profiles;
mod serve;
mod show;

use std::path::Path;

use anyhow::Result;
use clap::Subcommand;
use emrtd_sim::document::SpecimenDocument;

use crate::context::Context;
use crate::failure::Failure;

pub(crate) use issue::Issuer;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make specimen documents into a folder
    Issue(issue::Options),
    /// Show the data page of a specimen document and what its chip offers
    Show(show::Options),
    /// Put a specimen document into the virtual card reader of vpcd
    Serve(serve::Options),
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &Command) -> Result<()> {
    match command {
        Command::Issue(options) => issue::run(context, options),
        Command::Show(options) => show::run(context, options),
        Command::Serve(options) => serve::run(context, options),
    }
}

/// Loads a specimen document in its JSON form.
pub(crate) fn load_specimen(path: &Path) -> Result<SpecimenDocument, Failure> {
    let json = std::fs::read_to_string(path).map_err(Failure::unreadable(path))?;
    SpecimenDocument::from_json(&json)
        .map_err(|source| Failure::NotASpecimen { path: path.to_owned(), source })
}
