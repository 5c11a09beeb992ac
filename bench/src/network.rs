//! What the network adds to a read: waits and time, batched against one command at a time.
//!
//! The network and the chip tell their time to a virtual clock, so the figures are the same on every machine. The
//! terminal's own few milliseconds are not in them; `server` measures those.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emrtd::session::{Batching, Reading, read};
use emrtd_sim::chip::Timing;
use emrtd_sim::transport::{InProcess, Link, LinkProfile, RealSleep, VirtualClock};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde::Serialize;

use crate::drive::Clock;
use crate::specimen::{Kind, Specimen};
use crate::statistics::Percentiles;

/// Round trip times measured, in milliseconds, with the limit of R-024 for the 95th percentile of a read, in seconds.
pub const ROUND_TRIPS: [(u64, f64); 4] = [(0, 7.0), (60, 8.0), (150, 9.0), (300, 12.0)];
/// The round trip time at which kinds of documents are compared, in milliseconds.
pub const COMMON_ROUND_TRIP: u64 = 150;
/// Most waits for a document with PACE and Chip Authentication.
pub const MOST_WAITS: u64 = 6;
/// Most seconds that the network may add at [`COMMON_ROUND_TRIP`].
pub const MOST_ADDED: f64 = 1.2;
/// Most that chance adds to a round trip, as a fraction of it: one in this many.
pub const JITTER_DIVISOR: u64 = 5;
/// Bytes per second in each direction.
pub const BYTES_PER_SECOND: u64 = 1_000_000;
/// Bytes of framing around each command and each answer.
pub const FRAMING_BYTES: u64 = 8;

/// The chip of R-024: 30 ms for every command.
pub const FLAT: Timing = Timing { command_micros: 30_000, byte_nanos: 0, private_key_micros: 0 };

/// A read over a network, many times.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What is read.
    pub document: &'static str,
    /// Whether commands travel together.
    pub batched: bool,
    /// In milliseconds.
    pub round_trip_ms: u64,
    /// How many reads.
    pub runs: u64,
    /// Network waits, the same in every run.
    pub waits: u64,
    /// Commands, the same in every run.
    pub commands: u64,
    /// Bytes to and from the chip, with framing, the same in every run.
    pub bytes: u64,
    /// Seconds that the network adds.
    pub added_s: Percentiles,
    /// Seconds that a typical chip takes, the same in every run.
    pub chip_s: f64,
    /// Seconds of the whole read with a typical chip.
    pub total_s: Percentiles,
    /// Seconds of the whole read with a chip that takes 30 ms for each command.
    pub flat_total_s: Percentiles,
}

/// One read where every delay was slept through.
#[derive(Clone, Debug, Serialize)]
pub struct CrossCheck {
    /// In milliseconds.
    pub round_trip_ms: u64,
    /// Seconds that the virtual clock shows.
    pub virtual_s: f64,
    /// Seconds that passed.
    pub real_s: f64,
}

/// All that is measured here.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    /// The reference document at every round trip time.
    pub reference: Vec<Row>,
    /// Kinds of documents at one round trip time.
    pub documents: Vec<Row>,
    /// Whether virtual time means real time.
    pub cross_check: CrossCheck,
}

/// The documents compared: name, kind, and whether extended length is used.
pub const DOCUMENTS: [(&str, Kind, bool); 5] = [
    ("PACE + CA", Kind::REFERENCE, false),
    ("PACE + CA, extended length", Kind::REFERENCE, true),
    ("PACE-CAM", Kind::PaceCam, false),
    ("PACE + AA", Kind::PaceAndActiveAuthentication, false),
    ("BAC", Kind::Bac, false),
];

/// Measures everything; `real` is asked only for the cross-check.
///
/// # Errors
/// A read failed, or two reads of a document differed in their waits.
pub fn measure(quick: bool, real: Clock, mut say: impl FnMut(&str)) -> Result<Network> {
    let runs = if quick { 20 } else { 100 };
    let specimen = Specimen::issue(Kind::REFERENCE)?;
    let mut reference = Vec::new();
    for (round_trip, _) in ROUND_TRIPS {
        for batching in [Batching::Batched, Batching::Single] {
            say(&format!("round trip {round_trip} ms, {batching:?}"));
            reference.push(row(&specimen, DOCUMENTS[0].0, false, batching, round_trip, runs)?);
        }
    }
    let mut documents = Vec::new();
    for (name, kind, extended) in DOCUMENTS {
        say(name);
        let specimen = Specimen::issue(kind)?;
        for batching in [Batching::Batched, Batching::Single] {
            documents.push(row(&specimen, name, extended, batching, COMMON_ROUND_TRIP, runs)?);
        }
    }
    say("cross-check with real delays");
    Ok(Network { reference, documents, cross_check: cross_check(&specimen, real)? })
}

/// Reads a document `runs` times, each with its own seed for the network's chance.
///
/// # Errors
/// A read failed, or two reads differed in their waits.
pub fn row(
    specimen: &Specimen,
    document: &'static str,
    extended: bool,
    batching: Batching,
    round_trip_ms: u64,
    runs: u64,
) -> Result<Row> {
    let run = |timing, seed| one(specimen, extended, batching, round_trip_ms, timing, seed);
    let typical = (0..runs).map(|seed| run(Timing::TYPICAL, seed)).collect::<Result<Vec<_>>>()?;
    let flat = (0..runs).map(|seed| run(FLAT, seed)).collect::<Result<Vec<_>>>()?;
    let first = typical.first().context("no run was asked for")?;
    let same = |other: &Run| (other.waits, other.commands, other.bytes);
    ensure!(
        typical.iter().chain(&flat).all(|run| same(run) == same(first)),
        "two reads of {document} differ in waits, commands or bytes"
    );
    let seconds = |times: Vec<Duration>| times.iter().map(Duration::as_secs_f64).collect::<Vec<f64>>();
    let percentiles = |times| Percentiles::of(&seconds(times));
    Ok(Row {
        document,
        batched: batching == Batching::Batched,
        round_trip_ms,
        runs,
        waits: first.waits,
        commands: first.commands,
        bytes: first.bytes,
        added_s: percentiles(typical.iter().map(|run| run.added).collect()),
        chip_s: first.total.saturating_sub(first.added).as_secs_f64(),
        total_s: percentiles(typical.iter().map(|run| run.total).collect()),
        flat_total_s: percentiles(flat.iter().map(|run| run.total).collect()),
    })
}

/// What one read took.
struct Run {
    waits: u64,
    commands: u64,
    bytes: u64,
    added: Duration,
    total: Duration,
}

fn one(
    specimen: &Specimen,
    extended: bool,
    batching: Batching,
    round_trip_ms: u64,
    timing: Timing,
    seed: u64,
) -> Result<Run> {
    let clock = VirtualClock::new();
    let inner = InProcess::with_clock(specimen.chip(timing, 1)?, clock.clone());
    let rng = ChaCha20Rng::seed_from_u64(seed);
    let mut link = Link::new(inner, profile(round_trip_ms), clock.clone(), rng);
    let options = specimen.options(batching, extended)?;
    let reading = read(options, ChaCha20Rng::seed_from_u64(2), &mut link, |_| {})?;
    check(specimen, &reading)?;
    let seen = link.statistics();
    Ok(Run {
        waits: seen.waits,
        commands: seen.commands,
        bytes: seen.bytes_sent + seen.bytes_received,
        added: seen.network_time(),
        total: clock.now(),
    })
}

/// Refuses to count a read that did not bring the document.
fn check(specimen: &Specimen, reading: &Reading) -> Result<()> {
    for (file, bytes) in &specimen.document().files {
        let read = reading.files.keys().find(|read| read.to_string() == file.name());
        if let Some(read) = read {
            ensure!(reading.file(*read) == Some(&bytes.0), "{} was not read as issued", file.name());
        }
    }
    ensure!(!reading.metrics.fell_back, "the read fell back to one command at a time");
    Ok(())
}

fn profile(round_trip_ms: u64) -> LinkProfile {
    let round_trip_micros = round_trip_ms * 1_000;
    LinkProfile {
        round_trip_micros,
        jitter_micros: round_trip_micros / JITTER_DIVISOR,
        // No network at all is the baseline.
        bytes_per_second: if round_trip_ms == 0 { 0 } else { BYTES_PER_SECOND },
        framing_bytes: FRAMING_BYTES,
        ..LinkProfile::default()
    }
}

fn cross_check(specimen: &Specimen, real: Clock) -> Result<CrossCheck> {
    let (round_trip_ms, seed) = (COMMON_ROUND_TRIP, 3);
    let expected = one(specimen, false, Batching::Batched, round_trip_ms, Timing::TYPICAL, seed)?;
    let inner = InProcess::with_clock(specimen.chip(Timing::TYPICAL, 1)?, RealSleep);
    let rng = ChaCha20Rng::seed_from_u64(seed);
    let mut link = Link::new(inner, profile(round_trip_ms), RealSleep, rng);
    let begun = real();
    let options = specimen.options(Batching::Batched, false)?;
    let reading = read(options, ChaCha20Rng::seed_from_u64(2), &mut link, |_| {})?;
    let passed = real().saturating_sub(begun);
    check(specimen, &reading)?;
    Ok(CrossCheck { round_trip_ms, virtual_s: expected.total.as_secs_f64(), real_s: passed.as_secs_f64() })
}
