//! `kendt trust`: the trust store, from which an inspection takes its authorities and revocation lists.

mod check;
mod coverage;
mod diff;
mod explain;
mod import;
mod list;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use pki::TrustStore;

use crate::context::Context;
use crate::failure::Failure;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Import master lists, certificates, revocation lists, lists of defects and deviations, PEM or LDIF files
    Import(import::Options),
    /// Show which states' documents can be verified, and until when
    Coverage(coverage::Options),
    /// Show what the last import changed, or every import
    Diff(diff::Options),
    /// Show what the store was filled with: lists, roots, revocation lists and how old they are
    List(list::Options),
    /// Tell everything about one certificate: who vouches for it, since when, and what departs in it
    Explain(explain::Options),
    /// Check every file of the store, and that it is the store that is expected
    Check(check::Options),
}

/// Where the store is.
#[derive(Args, Default, Clone)]
pub(crate) struct StoreOptions {
    /// Folder of the trust store; by default $KENDT_TRUST_STORE, or kendt/trust in the folder for data
    #[arg(long, value_name = "DIR", help_heading = "Trust")]
    pub(crate) store: Option<PathBuf>,
}

impl StoreOptions {
    pub(crate) fn folder(&self, context: &Context) -> PathBuf {
        self.store.clone().unwrap_or_else(|| context.trust_store.clone())
    }
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &Command) -> Result<()> {
    match command {
        Command::Import(options) => import::run(context, options),
        Command::Coverage(options) => coverage::run(context, options),
        Command::Diff(options) => diff::run(context, options),
        Command::List(options) => list::run(context, options),
        Command::Explain(options) => explain::run(context, options),
        Command::Check(options) => check::run(context, options),
    }
}

/// The store, which must be there.
fn open(context: &Context, options: &StoreOptions) -> Result<TrustStore, Failure> {
    TrustStore::open(&options.folder(context)).map_err(Failure::Trust)
}

/// The store, if there is one; one that was named must be there.
pub(crate) fn open_if_there(
    context: &Context,
    options: &StoreOptions,
) -> Result<Option<TrustStore>, Failure> {
    match TrustStore::open(&options.folder(context)) {
        Ok(store) => Ok(Some(store)),
        Err(pki::StoreError::Missing(_)) if options.store.is_none() => Ok(None),
        Err(error) => Err(Failure::Trust(error)),
    }
}

/// The beginning of a SHA-256, enough to name one of a store.
fn short(sha256: &str) -> String {
    sha256.chars().take(12).collect()
}
