//! `kendt trust diff`: what changed from one generation of the store to the next.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use pki::{Fingerprint, Manifest, TrustStore};

use super::{StoreOptions, open};
use crate::context::Context;
use crate::failure::Failure;
use crate::page::{Page, Tone};
use crate::terminal::print;

/// Most certificates that are named one by one.
const NAMED: usize = 40;

#[derive(Args)]
pub(crate) struct Options {
    /// Show every generation, not only the newest
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    store: StoreOptions,
}

pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let store = open(context, &options.store)?;
    let mut page = Page::new(context.terminal.out);
    let mut manifest = store.manifest().clone();
    loop {
        let before = store.before(&manifest).map_err(Failure::Trust)?;
        generation(&mut page, &store, &manifest, before.as_ref())?;
        match before {
            Some(before) if options.all => manifest = before,
            _ => break,
        }
    }
    Ok(print(&page.into_text())?)
}

fn generation(
    page: &mut Page,
    store: &TrustStore,
    manifest: &Manifest,
    before: Option<&Manifest>,
) -> Result<()> {
    page.heading(&format!("Generation {}, {} by {}", manifest.number, manifest.at, manifest.by));
    let Some(before) = before else {
        page.paragraph(Tone::Faint, "The store was made, empty.");
        return Ok(());
    };
    if let Some(import) = &manifest.import {
        let text = format!("{}, {}", import.what, import.fingerprint);
        page.field("Import", &text);
    }
    let trusted = |manifest: &Manifest| -> BTreeMap<Fingerprint, bool> {
        manifest.certificates.iter().map(|(fingerprint, entry)| (*fingerprint, entry.is_trusted())).collect()
    };
    let (now, then) = (trusted(manifest), trusted(before));
    let mut added = Vec::new();
    let mut newly = Vec::new();
    for (fingerprint, is_trusted) in &now {
        match then.get(fingerprint) {
            None => added.push((*fingerprint, *is_trusted)),
            Some(was) if was != is_trusted => newly.push(*fingerprint),
            Some(_) => {}
        }
    }
    page.field("Before", &format!("{} certificates, {} trusted", then.len(), count(&then)));
    page.field("Now", &format!("{} certificates, {} trusted", now.len(), count(&now)));
    for (fingerprint, is_trusted) in added.iter().take(NAMED) {
        let certificate = store.certificate(*fingerprint).map_err(Failure::Trust)?;
        let (tone, label) = if *is_trusted { (Tone::Good, "Trusted") } else { (Tone::Caution, "Kept") };
        page.field_in(tone, label, &format!("{} ({})", certificate.subject(), certificate.serial()));
    }
    if added.len() > NAMED {
        page.paragraph(Tone::Faint, &format!("and {} more", added.len() - NAMED));
    }
    for fingerprint in newly {
        let certificate = store.certificate(fingerprint).map_err(Failure::Trust)?;
        page.field_in(Tone::Good, "Now trusted", &certificate.subject().to_string());
    }
    let lists = manifest.revocation.difference(&before.revocation).count();
    if lists > 0 {
        page.field("Revocation", &format!("{lists} new lists"));
    }
    Ok(())
}

fn count(trusted: &BTreeMap<Fingerprint, bool>) -> usize {
    trusted.values().filter(|is_trusted| **is_trusted).count()
}
