//! Whom an inspection trusts: the trust store, and what the command line adds for one run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use emrtd::passive_authentication::Trust;
use jiff::Timestamp;
use pki::{Anchors, Certificate, Crl, DeviationTable};
use verdict::{DEFAULT_POLICY, Policy};

use crate::context::Context;
use crate::failure::Failure;
use crate::trust::{StoreOptions, open_if_there};

#[derive(Args, Default)]
pub(crate) struct TrustOptions {
    #[command(flatten)]
    pub(crate) store: StoreOptions,

    /// Trust this authority's certificate (DER or PEM) in this run, besides the trust store
    #[arg(long, value_name = "CERT", help_heading = "Trust")]
    pub(crate) anchor: Vec<PathBuf>,

    /// Use this revocation list (DER or PEM) in this run, besides those of the trust store
    #[arg(long, value_name = "CRL", help_heading = "Trust")]
    pub(crate) crl: Vec<PathBuf>,

    /// Judge by this policy instead of the one that comes with the program
    #[arg(long, value_name = "FILE", help_heading = "Trust")]
    pub(crate) policy: Option<PathBuf>,
}

/// Anchors, tolerations and policy of a run.
pub(crate) struct Basis {
    pub(crate) anchors: Anchors,
    pub(crate) deviations: DeviationTable,
    pub(crate) policy: Policy,
}

impl Basis {
    /// Nobody is trusted; the tables are those of the program.
    pub(crate) fn empty() -> Result<Basis> {
        Ok(Basis {
            anchors: Anchors::new("none"),
            deviations: DeviationTable::builtin()?,
            policy: Policy::parse(DEFAULT_POLICY)?,
        })
    }

    /// Trusts one authority, with its revocation list.
    pub(crate) fn of_one(authority: &[u8], revocation: &[u8]) -> Result<Basis> {
        let mut basis = Basis::empty()?;
        basis.anchors = Anchors::new("demonstration");
        basis.anchors.trust(Arc::new(Certificate::parse(authority)?));
        basis.anchors.revoke(Crl::parse(revocation)?, &basis.deviations)?;
        Ok(basis)
    }

    /// What the store and the options say.
    pub(crate) fn load(context: &Context, options: &TrustOptions) -> Result<Basis> {
        let mut basis = Basis::empty()?;
        if let Some(store) = open_if_there(context, &options.store)? {
            basis.anchors = store.anchors(&basis.deviations).map_err(Failure::Trust)?;
        }
        if !(options.anchor.is_empty() && options.crl.is_empty()) {
            let version = format!("{}+options", basis.anchors.version());
            basis.anchors = basis.anchors.renamed(version);
        }
        for path in &options.anchor {
            for certificate in certificates(path)? {
                basis.anchors.trust(Arc::new(certificate));
            }
        }
        for path in &options.crl {
            for der in objects(path)? {
                let list =
                    Crl::parse(&der).with_context(|| format!("{} is no revocation list", path.display()))?;
                basis
                    .anchors
                    .revoke(list, &basis.deviations)
                    .with_context(|| format!("{} is not used", path.display()))?;
            }
        }
        if let Some(path) = &options.policy {
            let text = fs::read_to_string(path).map_err(Failure::unreadable(path))?;
            basis.policy =
                Policy::parse(&text).with_context(|| format!("{} is no policy", path.display()))?;
        }
        Ok(basis)
    }

    /// For checks at `now`.
    pub(crate) fn trust(&self, now: Timestamp) -> Trust<'_> {
        Trust { anchors: &self.anchors, deviations: &self.deviations, now }
    }
}

/// DER, or each value of a PEM file.
fn objects(path: &Path) -> Result<Vec<Vec<u8>>> {
    Ok(pki::file_objects(&fs::read(path).map_err(Failure::unreadable(path))?)?)
}

/// The certificates of a file.
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let parse = |der: &Vec<u8>| {
        Certificate::parse(der).with_context(|| format!("{} is no certificate", path.display()))
    };
    objects(path)?.iter().map(parse).collect()
}
