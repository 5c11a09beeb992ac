//! `kendt verify`: looks at an evidence record again, later and by someone else, without the document.
//!
//! The record holds results, not data. The verdict is given again from it, as of the time when the last check ended. With
//! the files as they were saved, the checks that need no chip are made again and compared.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use emrtd::examination::FileExamination;
use emrtd::lds::File;
use emrtd::session::{FileOutcome, Files, Protection};
use proofing::file_results;
use serde::Serialize;
use verdict::{CheckResult, Evidence, KeptEvidence, document_verdict};

use crate::context::Context;
use crate::failure::Failure;
use crate::inspect::{Basis, CheckReport, TrustOptions, VerdictReport, checks, saved_name, verdict_page};
use crate::page::{Page, Tone};
use crate::terminal::{print, print_json};

#[derive(Args)]
pub(crate) struct Options {
    /// The record that kendt inspect --evidence has written
    #[arg(value_name = "FILE")]
    evidence: PathBuf,

    /// Make the checks of signed files again, from the folder that kendt inspect --save has written
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    trust: TrustOptions,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    made_with: Versions,
    finished: String,
    checks: Vec<CheckReport>,
    verdict: VerdictReport,
    /// Checks that come out otherwise now; none where no files were given.
    differences: Vec<Difference>,
}

#[derive(Serialize)]
struct Versions {
    trust_store: String,
    policy: String,
    components: Vec<String>,
    quirks: Vec<String>,
    deviations: Vec<String>,
}

#[derive(Serialize)]
struct Difference {
    id: &'static str,
    recorded: String,
    now: String,
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    let bytes = fs::read(&options.evidence).map_err(Failure::unreadable(&options.evidence))?;
    let evidence = match Evidence::from_cbor(&bytes) {
        Ok(evidence) => evidence,
        Err(error) => {
            if let Ok(kept) = KeptEvidence::from_cbor(&bytes) {
                return show_kept(context, &kept);
            }
            let path = options.evidence.clone();
            return Err(Failure::NoEvidence { path, source: error }.into());
        }
    };
    let basis = Basis::load(context, &options.trust)?;
    let finished = evidence.header().times.finished();
    let verdict = document_verdict(&evidence, &basis.policy, finished);
    let provenance = &evidence.header().provenance;
    let differences = match &options.files {
        Some(folder) => compare(&evidence, &basis, folder)?,
        None => Vec::new(),
    };
    let report = Report {
        schema: "kendt.verification/1",
        made_with: Versions {
            trust_store: provenance.trust_store_version.to_string(),
            policy: provenance.policy_version.to_string(),
            components: provenance.components.iter().map(ToString::to_string).collect(),
            quirks: provenance.quirks.iter().map(ToString::to_string).collect(),
            deviations: provenance.deviations.iter().map(ToString::to_string).collect(),
        },
        finished: finished.to_string(),
        checks: checks(&evidence, &verdict, |check| recorded(evidence.entry(check).result)),
        verdict: VerdictReport::of(&verdict, provenance.trust_store_version.as_str()),
        differences,
    };
    if options.json {
        print_json(&report)?;
    } else {
        print(&page(context, options, &report))?;
    }
    if report.differences.is_empty() {
        Ok(())
    } else {
        Err(Failure::EvidenceDiffers(report.differences.len()).into())
    }
}

fn recorded(result: CheckResult) -> String {
    result.reason().map_or_else(|| "as it must be".to_owned(), |reason| reason.replace('_', " "))
}

fn page(context: &Context, options: &Options, report: &Report) -> String {
    let mut page = Page::new(context.terminal.out);
    page.heading("Evidence");
    page.field("Checked at", &report.finished);
    page.field("Trust store", &report.made_with.trust_store);
    page.field("Policy", &report.made_with.policy);
    page.field("Made by", &report.made_with.components.join(", "));
    for quirk in &report.made_with.quirks {
        page.field("Quirk", quirk);
    }
    for deviation in &report.made_with.deviations {
        page.field("Tolerated", deviation);
    }
    verdict_page(&mut page, &report.checks, &report.verdict);
    if options.files.is_some() {
        page.heading("The signed files, checked again");
        if report.differences.is_empty() {
            page.paragraph(Tone::Good, "Every check that needs no chip comes out as it was recorded.");
        }
        for difference in &report.differences {
            let text = format!("recorded {}, now {}", difference.recorded, difference.now);
            page.field_in(Tone::Bad, difference.id, &text);
        }
    }
    page.into_text()
}

/// The checks that need no chip, made again as of the time of the record.
fn compare(evidence: &Evidence, basis: &Basis, folder: &Path) -> Result<Vec<Difference>> {
    let files = load(folder)?;
    let trust = basis.trust(evidence.header().times.finished());
    let again = file_results(&FileExamination::of(&files, &trust));
    let differing = again.into_iter().filter(|(check, now)| evidence.entry(*check).result != *now);
    let name = |result: CheckResult| match result.reason() {
        Some(reason) => format!("{} ({reason})", result.kind().name()),
        None => result.kind().name().to_owned(),
    };
    Ok(differing
        .map(|(check, now)| Difference {
            id: check.id(),
            recorded: name(evidence.entry(check).result),
            now: name(now),
        })
        .collect())
}

/// The files that an inspection saved; what is not there counts as absent.
fn load(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for file in File::ALL {
        let path = folder.join(saved_name(file));
        match fs::read(&path) {
            Ok(bytes) => {
                files.insert(file, FileOutcome::read(bytes, Protection::None));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if matches!(file, File::Com | File::Sod | File::CardAccess | File::Dg14 | File::Dg15) {
                    files.insert(file, FileOutcome::Absent);
                }
            }
            Err(source) => return Err(Failure::unreadable(&path)(source).into()),
        }
    }
    Ok(files)
}

fn show_kept(context: &Context, kept: &KeptEvidence) -> Result<()> {
    let mut page = Page::new(context.terminal.out);
    page.heading("Evidence without personal data");
    let (state, class, _) = kept.document();
    page.field("Document", &format!("{} of {}", class.name(), state.as_str()));
    let text = "It cannot be judged again: its times and its link to the process were taken out. With the full record it \
                can be compared.";
    page.paragraph(Tone::Caution, text);
    Ok(print(&page.into_text())?)
}
