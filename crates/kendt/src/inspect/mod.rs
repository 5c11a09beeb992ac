//! `kendt inspect`: read the chip of a document, report what it holds, and judge the document.
//!
//! The verdict is on the document alone: nobody compares a face or asks a register.

mod drive;
mod judgement;
mod options;
mod portrait;
mod report;
mod save;
mod secrets;
mod summary;
#[cfg(any(debug_assertions, feature = "trace"))]
mod trace;
#[cfg(not(any(debug_assertions, feature = "trace")))]
#[path = "no_trace.rs"]
mod trace;
mod trust;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use emrtd::access::Password;
use emrtd::active_authentication::Challenge;
use emrtd::quirks::QuirkTable;
use emrtd::session::{ActiveAuthenticationPolicy, Batching, DriveError, ReadOptions, Reading};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};
use emrtd_sim::issue::profile::DocumentProfile;
use mrz::StateCode;

use crate::context::Context;
use crate::failure::Failure;
use crate::passport::load_specimen;
use crate::progress::Gauge;
use crate::reader::{PcscReader, Simulated, Surroundings, Time, TransportError, reader_names};
use crate::terminal::{print, print_json};

pub(crate) use drive::drive;
pub(crate) use judgement::{CheckReport, Judgement, VerdictReport, checks};
pub(crate) use options::Options;
pub(crate) use report::{brief_report, number, report, seconds, verdict_page};
pub(crate) use save::saved_name;
pub(crate) use secrets::Secrets;
pub(crate) use summary::Inspection;
pub(crate) use trace::Recorder;
pub(crate) use trust::{Basis, TrustOptions, certificates};

/// Runs the command.
pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    if options.list_readers {
        let names = reader_names()?;
        return Ok(print(&(names.join("\n") + "\n"))?);
    }
    let specimen = options.file.as_deref().map(load_specimen).transpose()?;
    let secrets = match (Secrets::from_options(options)?, &specimen) {
        (secrets, Some(document)) if secrets.is_empty() => {
            context.terminal.note("no secret was given, so the one in the file is used");
            Secrets::of_specimen(document)?
        }
        (secrets, _) => secrets,
    };
    for note in &secrets.notes {
        context.terminal.warn(note);
    }
    let basis = Basis::load(context, &options.trust)?;
    let gauge = Gauge::new(context.terminal);
    let mut recorder = recorder(options, specimen.as_ref())?;
    let begun = context.elapsed();
    let outcome = match &specimen {
        Some(document) => read_specimen(context, options, document, &secrets, &gauge, &mut recorder),
        None => read_card(context, options, &secrets, &gauge, &mut recorder),
    };
    let took = context.elapsed().saturating_sub(begun);
    gauge.finish();
    let reading = match outcome {
        Ok(reading) => reading,
        Err(error) => {
            // What a specimen in the same process said may be looked at although the read failed.
            if let Some(path) = recorder.finish(None)? {
                context.terminal.note(&format!("the trace is in {}", path.display()));
            }
            return Err(error);
        }
    };
    let now = after(context, context.elapsed());
    let judgement =
        Judgement::of(context, &basis, &reading, secrets.zone.as_ref(), after(context, begun), now)?;
    show(context, options, &reading, took, judgement)?;
    if let Some(path) = recorder.finish(Some(&reading))? {
        context.terminal.note(&format!("the trace is in {}", path.display()));
    }
    Ok(())
}

/// The time so long after the program began.
pub(crate) fn after(context: &Context, elapsed: Duration) -> jiff::Timestamp {
    context.now.checked_add(elapsed).unwrap_or(context.now)
}

fn show(
    context: &Context,
    options: &Options,
    reading: &Reading,
    took: Duration,
    judgement: Judgement,
) -> Result<()> {
    if let Some(path) = &options.evidence {
        save::evidence(path, &judgement.evidence)?;
        context.terminal.note(&format!("the evidence record is in {}", path.display()));
    }
    let inspection = Inspection::of(reading, took, context.today(), Some(judgement));
    if options.json {
        print_json(&inspection)?;
    } else {
        print(&report(context.terminal.out, &inspection))?;
    }
    if let Some(directory) = &options.save {
        let count = save::save(directory, reading)?;
        context.terminal.warn(&format!(
            "{count} files are in {}. They are personal data, and nobody has verified them: protect them, and delete \
             them when they are no longer needed.",
            directory.display()
        ));
    }
    Ok(())
}

fn recorder(options: &Options, specimen: Option<&SpecimenDocument>) -> Result<Recorder, Failure> {
    let file = |file| specimen.and_then(|document| document.file(file));
    Recorder::new(&options.trace, file(ElementaryFile::Sod), file(ElementaryFile::DataGroup(1)))
}

fn read_card(
    context: &Context,
    options: &Options,
    secrets: &Secrets,
    gauge: &Gauge,
    recorder: &mut Recorder,
) -> Result<Reading> {
    let mut reader = PcscReader::open(options.reader.as_deref(), options.wait, gauge)?;
    let wanted = read_options(context, options, &secrets.passwords, secrets.state)?;
    Ok(drive(wanted, context.random(), &mut reader, gauge, recorder).map_err(failure_of)?)
}

fn read_specimen(
    context: &Context,
    options: &Options,
    document: &SpecimenDocument,
    secrets: &Secrets,
    gauge: &Gauge,
    recorder: &mut Recorder,
) -> Result<Reading> {
    let surroundings = Surroundings {
        hostile: options.hostile,
        round_trip: Duration::from_millis(options.rtt),
        tag_lost_at: options.lose_tag_at.iter().copied().collect(),
        ..Surroundings::default()
    };
    let mut reader = Simulated::new(context, document, surroundings, &Time::new(true), gauge.clone())
        .with_context(|| unplayable(options.file.as_deref(), &document.profile))?;
    let wanted = read_options(context, options, &secrets.passwords, secrets.state)?;
    Ok(drive(wanted, context.random(), &mut reader, gauge, recorder).map_err(failure_of)?)
}

fn unplayable(path: Option<&Path>, profile: &DocumentProfile) -> String {
    let path = path.map(|path| path.display().to_string()).unwrap_or_default();
    format!("no chip can be made of {path} (profile {})", profile.name)
}

/// What the session is asked to do.
fn read_options(
    context: &Context,
    options: &Options,
    passwords: &[Password],
    state: Option<StateCode>,
) -> Result<ReadOptions> {
    let active_authentication = if options.no_active_authentication {
        ActiveAuthenticationPolicy::Never
    } else {
        ActiveAuthenticationPolicy::Otherwise(challenge(context))
    };
    Ok(ReadOptions {
        passwords: passwords.to_vec(),
        more_files: options.more.iter().copied().collect(),
        batching: if options.single { Batching::Single } else { Batching::Batched },
        extended_length: options.extended,
        active_authentication,
        quirks: QuirkTable::builtin()?.for_state(state.as_ref().map(StateCode::as_str)),
        ..ReadOptions::default()
    })
}

/// An unpredictable challenge for Active Authentication.
pub(crate) fn challenge(context: &Context) -> Challenge {
    let mut challenge = [0; emrtd::active_authentication::CHALLENGE_BYTES];
    rand_core::Rng::fill_bytes(&mut context.random(), &mut challenge);
    Challenge(challenge)
}

/// Tells the errors of a read apart.
pub(crate) fn failure_of(error: DriveError<TransportError>) -> Failure {
    match error {
        DriveError::Read(error) => error.into(),
        DriveError::Transport(error) => error.into(),
    }
}
