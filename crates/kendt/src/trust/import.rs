//! `kendt trust import`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use pki::{DeviationTable, Dropped, Fingerprint, Import, Imported, Report, Standing, StoreError, TrustStore};
use serde::Serialize;

use super::StoreOptions;
use crate::context::Context;
use crate::failure::Failure;
use crate::inspect::certificates;
use crate::page::{Cell, Page, Tone};
use crate::terminal::{print, print_json};

/// What an imported certificate or list is good for.
const LONG_HELP: &str = "\
A master list is trusted if its signer can be traced to a root that you give with --root (it stays pinned in the \
store) or that is trusted already. Get the root on another way than the list. Without a root, a list is kept and not \
used, until you accept it by its SHA-256 with --accept.

A single certificate of an authority is trusted only with --accept, or if it is a link certificate that a trusted \
authority signed. A revocation list needs a trusted authority. Lists of defects and deviations are trusted like master \
lists.

A file may have many parts (PEM, LDIF). Parts that are refused do not hold up the others; if all are refused, the \
command fails.

Nothing is ever taken away: documents live longer than lists.";

#[derive(Args)]
#[command(after_help = LONG_HELP)]
pub(crate) struct Options {
    /// Files to import, in this order
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// A root of master lists, obtained on another way than the list (DER or PEM)
    #[arg(long, value_name = "CERT")]
    root: Vec<PathBuf>,

    /// Trust the list or certificate with this SHA-256 on your own word
    #[arg(long, value_name = "SHA256")]
    accept: Vec<Fingerprint>,

    /// Take lists that are older than one of the same signer: for archives
    #[arg(long)]
    older: bool,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: StoreOptions,
}

pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let table = DeviationTable::builtin()?;
    let mut roots = Vec::new();
    for path in &options.root {
        roots.extend(certificates(path)?);
    }
    let folder = options.store.folder(context);
    let mut store = match TrustStore::open(&folder) {
        Err(StoreError::Missing(_)) => {
            context.terminal.note(&format!("a new trust store is made in {}", folder.display()));
            TrustStore::create(&folder, context.now, &context.user).map_err(Failure::Trust)?
        }
        other => other.map_err(Failure::Trust)?,
    };
    let mut page = Page::new(context.terminal.out);
    let mut files = Vec::new();
    let mut refused = None;
    for path in &options.files {
        let bytes = fs::read(path).map_err(Failure::unreadable(path))?;
        context.terminal.progress(&format!("importing {}", path.display()));
        let import = Import {
            at: context.now,
            by: &context.user,
            deviations: &table,
            roots: &roots,
            accept: &options.accept,
            allow_older: options.older,
        };
        page.heading(&path.display().to_string());
        let outcomes = store.import(&bytes, &import).map_err(Failure::Trust)?;
        files.push(FileReport { file: path.display().to_string(), parts: parts(&outcomes) });
        if outcomes.len() > TOLD_ONE_BY_ONE {
            tell_many(&mut page, &outcomes);
        } else {
            for outcome in &outcomes {
                match outcome {
                    Ok(report) => tell(&mut page, &store, report)?,
                    Err(error) => page.field_in(Tone::Bad, "Refused", &error.to_string()),
                }
            }
        }
        let (failed, all) = (outcomes.iter().filter(|outcome| outcome.is_err()).count(), outcomes.len());
        if failed > 0 && failed < all {
            context.terminal.warn(&format!(
                "{failed} of the {all} parts of {} were refused; the others were imported",
                path.display()
            ));
        } else {
            refused = outcomes.into_iter().find_map(Result::err).or(refused);
        }
    }
    if options.json {
        let report = JsonReport { schema: "kendt.trust-import/1", trust_store: store.version(), files };
        print_json(&report)?;
        return refused.map_or(Ok(()), |error| Err(Failure::Trust(error).into()));
    }
    page.heading("Trust store");
    page.field("Folder", &folder.display().to_string());
    page.field("Version", &store.version());
    let trusted = store.manifest().certificates.values().filter(|entry| entry.is_trusted()).count();
    page.field(
        "Trusted",
        &format!("{trusted} certificates of {} that are kept", store.manifest().certificates.len()),
    );
    print(&page.into_text())?;
    refused.map_or(Ok(()), |error| Err(Failure::Trust(error).into()))
}

/// A directory's download has thousands of parts.
const TOLD_ONE_BY_ONE: usize = 20;
/// Most reasons that are named one by one.
const REASONS: usize = 40;

#[derive(Serialize)]
struct JsonReport {
    schema: &'static str,
    trust_store: String,
    files: Vec<FileReport>,
}

#[derive(Serialize)]
struct FileReport {
    file: String,
    parts: Vec<PartReport>,
}

/// What became of a part: `refused` is why it was not taken, the rest is there if it was.
#[derive(Serialize, Default)]
struct PartReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<Imported>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    trusted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    changed: bool,
    found: usize,
    added: usize,
    known: usize,
    repeated: usize,
    newly_trusted: usize,
    lacking: Vec<String>,
    dropped: Vec<String>,
}

fn parts(outcomes: &[Result<Report, StoreError>]) -> Vec<PartReport> {
    let part = |outcome: &Result<Report, StoreError>| match outcome {
        Err(error) => PartReport { refused: Some(error.to_string()), ..PartReport::default() },
        Ok(report) => PartReport {
            refused: None,
            kind: Some(report.what),
            sha256: Some(report.fingerprint.to_string()),
            trusted: report.standing.is_trusted(),
            reason: match &report.standing {
                Standing::Unanchored(reason) => Some(reason.clone()),
                _ => None,
            },
            changed: report.changed,
            found: report.found,
            added: report.added.len(),
            known: report.known,
            repeated: report.repeated,
            newly_trusted: report.newly_trusted,
            lacking: report.lacking.iter().map(ToString::to_string).collect(),
            dropped: report.dropped.iter().map(dropped).collect(),
        },
    };
    outcomes.iter().map(part).collect()
}

fn dropped(dropped: &Dropped) -> String {
    let name = dropped.name.as_deref().unwrap_or("unreadable");
    format!("number {}, {name}: {}", dropped.at.saturating_add(1), dropped.reason)
}

/// Counts by kind, and why parts were refused.
fn tell_many(page: &mut Page, outcomes: &[Result<Report, StoreError>]) {
    let mut kinds: BTreeMap<String, (usize, usize, usize)> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        match outcome {
            Ok(report) => {
                let (all, changed, dropped) = kinds.entry(report.what.to_string()).or_default();
                *all += 1;
                *changed += usize::from(report.changed);
                *dropped += report.dropped.len();
            }
            Err(error) => *reasons.entry(error.to_string()).or_default() += 1,
        }
    }
    let head = ["", "parts", "new", "dropped in them"];
    let mut rows = vec![Vec::from(head.map(|text| Cell::left(Tone::Faint, text)))];
    for (kind, (all, changed, dropped)) in kinds {
        rows.push(vec![
            Cell::left(Tone::Plain, kind),
            Cell::right(Tone::Plain, all.to_string()),
            Cell::right(Tone::Plain, changed.to_string()),
            Cell::right(Tone::Plain, dropped.to_string()),
        ]);
    }
    page.table(&rows);
    for (reason, count) in reasons.iter().take(REASONS) {
        page.field_in(Tone::Caution, "Refused", &format!("{count}: {reason}"));
    }
    if reasons.len() > REASONS {
        page.paragraph(Tone::Faint, &format!("and for {} more reasons", reasons.len() - REASONS));
    }
}

fn tell(page: &mut Page, store: &TrustStore, report: &Report) -> Result<(), Failure> {
    page.field("Kind", &report.what.to_string());
    page.field("SHA-256", &report.fingerprint.to_string());
    let (tone, standing) = match &report.standing {
        Standing::Anchored(root) => (Tone::Good, format!("trusted, below the root {root}")),
        Standing::Vouched(authority) => (
            Tone::Caution,
            format!(
                "trusted, below the authority {authority} of its state, which is not pinned: other lists vouch for it"
            ),
        ),
        Standing::Accepted => (Tone::Good, "trusted".to_owned()),
        Standing::Linked => (Tone::Good, "trusted, as a link of an authority of the store".to_owned()),
        Standing::Unanchored(reason) => (Tone::Caution, format!("kept and not used: {reason}")),
    };
    page.field_in(tone, "Standing", &standing);
    if let Some(signed) = report.signed {
        page.field("Signed on", &signed.to_string());
    }
    if report.found > 1 {
        let counts = format!(
            "{}: {} new, {} known, {} repeated, {} dropped",
            report.found,
            report.added.len(),
            report.known,
            report.repeated,
            report.dropped.len()
        );
        page.field("Certificates", &counts);
    }
    if report.entries > 0 {
        let text = format!("{}, of which {} cannot be read", report.entries, report.unreadable);
        page.field("Entries", &text);
    }
    if report.newly_trusted > 0 {
        page.field("Now trusted", &format!("{} that were kept before", report.newly_trusted));
    }
    for entry in &report.dropped {
        page.field_in(Tone::Caution, "Dropped", &dropped(entry));
    }
    if !report.lacking.is_empty() {
        let mut countries: Vec<String> = Vec::new();
        for fingerprint in &report.lacking {
            let certificate = store.certificate(*fingerprint).map_err(Failure::Trust)?;
            countries.push(certificate.country().unwrap_or_else(|| "-".to_owned()));
        }
        countries.sort_unstable();
        countries.dedup();
        let text = format!(
            "{} valid certificates of other trusted lists, of {}",
            report.lacking.len(),
            countries.join(" ")
        );
        page.field("Lacks", &text);
    }
    if !report.changed {
        page.field("Changed", "nothing: it was there before");
    }
    Ok(())
}
