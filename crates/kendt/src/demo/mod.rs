//! `kendt demo`: specimen passports are issued and read through the real path, also under bad conditions.
//!
//! Every part says how it must end; the demonstration fails if one ends otherwise. A refused hostile chip is a success.

mod comparison;
mod scenes;
mod virtual_reader;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use emrtd::lds::File;
use emrtd::quirks::QuirkTable;
use emrtd::session::{ActiveAuthenticationPolicy, Blame, DriveError, ReadError, ReadOptions, Reading};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::builtin_profile;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::context::Context;
use crate::failure::Failure;
use crate::inspect::{
    Basis, Inspection, Judgement, Recorder, Secrets, after, brief_report, challenge, drive, report,
};
use crate::page::{Page, Tone, wrap};
use crate::passport::Issuer as IssuingState;
use crate::progress::Gauge;
use crate::reader::{Simulated, Time, TransportError};
use crate::terminal::print;
use scenes::{Issuer, Right, SCENES, Scene};

#[derive(Args)]
pub(crate) struct Options {
    /// Do not let the time of chip and network pass, only add it up
    #[arg(long)]
    fast: bool,
}

/// The document that the comparison is made with, and the first one shown.
const PACE_CAM: &str = "pace-cam";

/// A document, and the lists of its state.
struct Issued {
    document: SpecimenDocument,
    revocation: Vec<u8>,
    revocation_of_signer: Vec<u8>,
}

impl Issued {
    /// What a trust store says of the issuer.
    fn basis(&self, issuer: Issuer) -> Result<Basis> {
        let authority = &self.document.csca_certificate.0;
        match issuer {
            Issuer::Trusted => Basis::of_one(authority, &self.revocation),
            Issuer::Revoked => Basis::of_one(authority, &self.revocation_of_signer),
            Issuer::Unknown => Basis::empty(),
        }
    }

    /// What a reading is found to be.
    fn inspect(
        &self,
        context: &Context,
        basis: &Basis,
        reading: &Reading,
        took: Duration,
    ) -> Result<Inspection> {
        let printed = Secrets::of_specimen(&self.document)?.zone;
        let now = after(context, context.elapsed());
        let judgement = Judgement::of(context, basis, reading, printed.as_ref(), context.now, now)?;
        Ok(Inspection::of(reading, took, context.today(), Some(judgement)))
    }
}

/// How a read of the demonstration ended.
type Outcome = Result<Reading, DriveError<TransportError>>;

/// Runs all parts.
pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    let documents = issue(context)?;
    let document =
        |profile: &str| documents.get(profile).context("the demonstration issues all that it reads");
    let mut tally = Tally::default();
    for (index, scene) in SCENES.iter().enumerate() {
        let issued = document(scene.profile)?;
        let document = &issued.document;
        title(context, index + 1, scene.title, scene.story)?;
        let time = Time::new(!options.fast);
        let gauge = Gauge::new(context.terminal);
        let mut reader = Simulated::new(context, document, scene.surroundings.into(), &time, gauge.clone())?;
        let outcome = drive(
            read_options(context, document)?,
            context.random(),
            &mut reader,
            &gauge,
            &mut Recorder::off(),
        );
        gauge.finish();
        tally.count(show(context, scene, issued, &outcome, time.total())?);
    }
    let number = SCENES.len() + 1;
    if let Some(as_expected) = virtual_reader::demonstrate(context, number, document(PACE_CAM)?)? {
        tally.count(as_expected);
    }
    tally.count(comparison::demonstrate(context, &document(PACE_CAM)?.document)?);
    tally.finish(context)
}

/// What a read of this document is asked to do.
fn read_options(context: &Context, document: &SpecimenDocument) -> Result<ReadOptions> {
    Ok(ReadOptions {
        passwords: Secrets::of_specimen(document)?.passwords,
        active_authentication: ActiveAuthenticationPolicy::Otherwise(challenge(context)),
        quirks: QuirkTable::builtin()?.for_state(Some(&document.profile.issuing_state)),
        ..ReadOptions::default()
    })
}

/// Issues one document of every profile that is shown.
fn issue(context: &Context) -> Result<BTreeMap<&'static str, Issued>> {
    let terminal = context.terminal;
    let mut names: Vec<&'static str> = SCENES.iter().map(|scene| scene.profile).collect();
    names.push(PACE_CAM);
    names.sort_unstable();
    names.dedup();
    let hidden = terminal.quiet || !terminal.watched;
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(u64::try_from(names.len()).ok(), target);
    if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    let begun = context.elapsed();
    let mut documents = BTreeMap::new();
    for name in names {
        bar.set_message(format!("issuing a specimen of the profile {name} …"));
        let profile = builtin_profile(name).context("the profiles of the demonstration are built in")??;
        let mut issuer = IssuingState::establish(profile, context.today(), context.random())?;
        let document = issuer.issue()?;
        let (revocation, revocation_of_signer) =
            (issuer.revocation_list(false)?, issuer.revocation_list(true)?);
        documents.insert(name, Issued { document, revocation, revocation_of_signer });
    }
    bar.finish_and_clear();
    let took = context.elapsed().saturating_sub(begun);
    let mut page = Page::new(terminal.out);
    page.title("Reading specimen passports");
    let text = format!(
        "{} specimens of the state UTO were issued in {:.1} s, each with a CSCA and a document signer of its own. Their \
         chips are simulated, with the pace of real ones; everything else is the real path.",
        documents.len(),
        took.as_secs_f64()
    );
    page.paragraph(Tone::Plain, &text);
    print(&page.into_text())?;
    Ok(documents)
}

/// The heading of a part.
fn title(context: &Context, number: usize, title: &str, story: &str) -> Result<()> {
    let terminal = context.terminal;
    let mut page = Page::new(terminal.out);
    page.line("");
    page.title(&format!("{number}  {title}"));
    page.paragraph(Tone::Faint, story);
    page.line("");
    Ok(print(&page.into_text())?)
}

/// Shows how a part ended; whether it ended as it must.
fn show(
    context: &Context,
    scene: &Scene,
    issued: &Issued,
    outcome: &Outcome,
    took: Duration,
) -> Result<bool> {
    let terminal = context.terminal;
    let basis = issued.basis(scene.issuer)?;
    let (text, as_expected) = match (&scene.right, outcome) {
        (Right::Read(right), Ok(reading)) => {
            let inspection = issued.inspect(context, &basis, reading, took)?;
            let report = if scene.whole_report { report } else { brief_report };
            let as_expected = right(reading)
                && is_as_issued(&issued.document, reading)
                && inspection.outcome() == Some(scene.verdict);
            (report(terminal.out, &inspection), as_expected)
        }
        (Right::Refused(right), Err(DriveError::Read(error))) => (error_text(context, error), right(error)),
        (_, Ok(reading)) => {
            let inspection = issued.inspect(context, &basis, reading, took)?;
            (brief_report(terminal.out, &inspection), false)
        }
        (_, Err(error)) => {
            let mut page = Page::new(terminal.out);
            page.field_in(Tone::Bad, "Ended with", &error.to_string());
            (page.into_text(), false)
        }
    };
    print(&text)?;
    verdict(context, as_expected, scene.moral)?;
    Ok(as_expected)
}

fn error_text(context: &Context, error: &ReadError) -> String {
    let mut page = Page::new(context.terminal.out);
    page.field("Refused", &error.to_string());
    let fault = match error.blame() {
        Blame::WrongKey | Blame::Caller => "whoever gave the secret",
        Blame::ChipMisbehaved => "the chip, or someone in between",
        Blame::ChipIncompatible => "the chip, which does something that is not supported",
        Blame::TransportLost => "whoever moved the document",
        Blame::ClientMisbehaved => "the reader",
        Blame::OurBug => "this program",
    };
    page.field("At fault", fault);
    page.into_text()
}

/// The line that closes a part.
fn verdict(context: &Context, as_expected: bool, moral: &str) -> Result<()> {
    let paint = context.terminal.out;
    let (tone, mark, text) = if as_expected {
        (Tone::Good, "✓", moral.to_owned())
    } else {
        (Tone::Bad, "✗", "This is not how it should have ended.".to_owned())
    };
    let mut out = String::from("\n");
    for (index, line) in wrap(&text, paint.width.saturating_sub(4)).iter().enumerate() {
        let mark = if index == 0 { mark } else { " " };
        let _ = writeln!(out, "  {}", paint.tone(tone, &format!("{mark} {line}")));
    }
    Ok(print(&out)?)
}

/// Whether the files read are, byte for byte, those that were issued.
fn is_as_issued(document: &SpecimenDocument, reading: &Reading) -> bool {
    let issued = |file: File| {
        let name = ElementaryFile::from_name(&file.to_string())?;
        document.file(name)
    };
    [File::Sod, File::Dg1, File::Dg2].into_iter().all(|file| reading.file(file).is_some())
        && reading.files.keys().all(|file| reading.file(*file).is_none_or(|read| issued(*file) == Some(read)))
}

/// How many parts ended as they must.
#[derive(Default)]
struct Tally {
    all: usize,
    failed: usize,
}

impl Tally {
    fn count(&mut self, as_expected: bool) {
        self.all += 1;
        self.failed += usize::from(!as_expected);
    }

    fn finish(self, context: &Context) -> Result<()> {
        if self.failed > 0 {
            return Err(Failure::Demonstration { failed: self.failed, all: self.all }.into());
        }
        let mut page = Page::new(context.terminal.out);
        page.line("");
        page.paragraph(Tone::Good, &format!("All {} parts ended as they must.", self.all));
        Ok(print(&page.into_text())?)
    }
}
