//! `kendt trust list`: what the store was filled with, and how old it is.

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use pki::{Anchors, CrlFreshness, DeviationTable, Fingerprint, Imported, Manifest, Reach, TrustStore};
use serde::Serialize;

use super::{StoreOptions, open, short};
use crate::context::{Context, day};
use crate::failure::Failure;
use crate::page::{Cell, Page, Tone};
use crate::terminal::{print, print_json};

#[derive(Args)]
pub(crate) struct Options {
    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    trust_store: String,
    roots: Vec<Root>,
    master_lists: Vec<List>,
    defect_lists: Vec<Defects>,
    revocation_lists: Vec<Revocation>,
    authorities: usize,
    document_signers: usize,
}

#[derive(Serialize)]
struct Root {
    sha256: String,
    subject: String,
    until: Timestamp,
}

#[derive(Serialize)]
struct List {
    sha256: String,
    country: Option<String>,
    signed: Option<Timestamp>,
    trusted: bool,
    pinned: bool,
    certificates: usize,
}

#[derive(Serialize)]
struct Defects {
    sha256: String,
    kind: Imported,
    country: Option<String>,
    signed: Option<Timestamp>,
    reach: Reach,
}

#[derive(Serialize)]
struct Revocation {
    issuer: String,
    number: Option<String>,
    issued: Timestamp,
    next: Option<Timestamp>,
    state: &'static str,
    revoked: usize,
}

pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let store = open(context, &options.store)?;
    let anchors = store.anchors(&DeviationTable::builtin()?).map_err(Failure::Trust)?;
    let report = report(&store, &anchors, context.now)?;
    if options.json {
        return print_json(&report);
    }
    let mut page = Page::new(context.terminal.out);
    show(&mut page, &report);
    Ok(print(&page.into_text())?)
}

fn report(store: &TrustStore, anchors: &Anchors, now: Timestamp) -> Result<Report, Failure> {
    let manifest = store.manifest();
    let mut roots = Vec::new();
    for root in &manifest.roots {
        let certificate = store.certificate(*root).map_err(Failure::Trust)?;
        let (subject, until) = (certificate.subject().to_string(), certificate.validity().not_after);
        roots.push(Root { sha256: root.to_string(), subject, until });
    }
    let mut revocation_lists: Vec<Revocation> = anchors
        .all_revocation_lists()
        .map(|list| Revocation {
            issuer: list.issuer().to_string(),
            number: list.number().map(ToString::to_string),
            issued: list.this_update(),
            next: list.next_update(),
            state: match list.freshness(now) {
                CrlFreshness::Current => "current",
                CrlFreshness::Overdue => "overdue",
                CrlFreshness::Stale => "stale",
                CrlFreshness::NotYetIssued => "not yet issued",
            },
            revoked: list.len(),
        })
        .collect();
    revocation_lists.sort_by(|a, b| (&a.issuer, a.issued).cmp(&(&b.issuer, b.issued)));
    Ok(Report {
        schema: "kendt.trust-list/1",
        trust_store: store.version(),
        roots,
        master_lists: master_lists(manifest),
        defect_lists: defect_lists(manifest),
        revocation_lists,
        authorities: anchors.authorities().len(),
        document_signers: anchors.signers().len(),
    })
}

fn master_lists(manifest: &Manifest) -> Vec<List> {
    let pinned = |root: Option<Fingerprint>| root.is_some_and(|root| manifest.roots.contains(&root));
    let mut lists: Vec<List> = manifest
        .lists
        .iter()
        .map(|(fingerprint, list)| List {
            sha256: fingerprint.to_string(),
            country: list.country.clone(),
            signed: list.signed,
            trusted: list.trusted,
            pinned: pinned(list.root),
            certificates: list.certificates.len(),
        })
        .collect();
    lists.sort_by(|a, b| (&a.country, a.signed).cmp(&(&b.country, b.signed)));
    lists
}

fn defect_lists(manifest: &Manifest) -> Vec<Defects> {
    let lists = manifest.defects.iter();
    lists
        .map(|(fingerprint, list)| Defects {
            sha256: fingerprint.to_string(),
            kind: list.kind,
            country: list.country.clone(),
            signed: list.signed,
            reach: list.reach,
        })
        .collect()
}

fn show(page: &mut Page, report: &Report) {
    page.heading(&format!("Trust store {}", report.trust_store));
    page.field("Authorities", &format!("{} trusted certificates", report.authorities));
    page.field("Signers", &format!("{} certificates of document signers, known", report.document_signers));
    page.heading("Pinned roots");
    if report.roots.is_empty() {
        page.paragraph(Tone::Faint, "None.");
    }
    for root in &report.roots {
        page.field(&short(&root.sha256), &format!("{}, valid to {}", root.subject, day(root.until)));
    }
    page.heading("Master lists");
    let mut rows = vec![head(&["SHA-256", "state", "signed", "certificates", "standing"])];
    for list in &report.master_lists {
        let (tone, standing) = match (list.trusted, list.pinned) {
            (true, true) => (Tone::Good, "trusted, below a pinned root"),
            (true, false) => (Tone::Caution, "trusted, not below a pinned root"),
            (false, _) => (Tone::Caution, "kept and not used"),
        };
        rows.push(vec![
            Cell::left(Tone::Faint, short(&list.sha256)),
            Cell::left(Tone::Plain, list.country.clone().unwrap_or_default()),
            Cell::left(Tone::Plain, signed_on(list.signed)),
            Cell::right(Tone::Plain, list.certificates.to_string()),
            Cell::left(tone, standing),
        ]);
    }
    table(page, &rows);
    page.heading("Revocation lists");
    let mut rows = vec![head(&["issued", "state", "revoked", "number", "of"])];
    for list in &report.revocation_lists {
        let tone = if list.state == "current" { Tone::Good } else { Tone::Bad };
        rows.push(vec![
            Cell::left(Tone::Plain, day(list.issued).to_string()),
            Cell::left(tone, list.state),
            Cell::right(Tone::Plain, list.revoked.to_string()),
            Cell::left(Tone::Plain, list.number.clone().unwrap_or_default()),
            Cell::left(Tone::Plain, list.issuer.clone()),
        ]);
    }
    table(page, &rows);
    page.heading("Lists of defects and deviations");
    let mut rows = vec![head(&["SHA-256", "state", "signed", "kind", "speaks of"])];
    for list in &report.defect_lists {
        let (tone, reach) = match list.reach {
            Reach::Nobody => (Tone::Caution, "nobody's documents: it is kept and not used"),
            Reach::OwnState => (Tone::Good, "its own state's documents"),
            Reach::EveryState => (Tone::Good, "every state's documents"),
        };
        rows.push(vec![
            Cell::left(Tone::Faint, short(&list.sha256)),
            Cell::left(Tone::Plain, list.country.clone().unwrap_or_default()),
            Cell::left(Tone::Plain, signed_on(list.signed)),
            Cell::left(Tone::Plain, list.kind.to_string()),
            Cell::left(tone, reach),
        ]);
    }
    table(page, &rows);
}

fn head(titles: &[&str]) -> Vec<Cell> {
    titles.iter().map(|title| Cell::left(Tone::Faint, *title)).collect()
}

/// Without rows below its head a table says nothing.
fn table(page: &mut Page, rows: &[Vec<Cell>]) {
    if rows.len() > 1 {
        page.table(rows);
    } else {
        page.paragraph(Tone::Faint, "None.");
    }
}

fn signed_on(signed: Option<Timestamp>) -> String {
    signed.map(|time| day(time).to_string()).unwrap_or_default()
}
