//! What a read costs the server: processor time of the terminal side, without the chip's.
//!
//! From the typed MRZ fields to all files read: PACE or BAC, Chip or Active Authentication, secure messaging, planning.
//! Verifying signatures and decoding images are not part of a read.

use std::time::Duration;

use anyhow::{Context, Result};
use emrtd::session::Batching;
use emrtd_sim::chip::{Chip, Timing};
use emrtd_sim::issue::profile::SessionCipher;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde::Serialize;

use crate::drive::{Clock, TimedChip, Until, drive};
use crate::specimen::{Kind, Specimen};
use crate::statistics::Spread;

/// One kind of document.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What is read.
    pub document: &'static str,
    /// Milliseconds of processor time for each read, over the rounds.
    pub milliseconds: Spread,
    /// Reads that one core does in a second, from the median.
    pub reads_per_second: f64,
}

/// All that is measured here.
#[derive(Clone, Debug, Serialize)]
pub struct Server {
    /// Rounds, in each of which every document is read once.
    pub rounds: usize,
    /// By document.
    pub rows: Vec<Row>,
}

const fn pace(parameter_id: u8, cipher: SessionCipher) -> Kind {
    Kind::PaceAndChipAuthentication { parameter_id, cipher }
}

const DOCUMENTS: [(&str, Kind); 8] = [
    ("BAC, 3DES", Kind::Bac),
    ("PACE-GM + CA, P-256, AES-128", pace(12, SessionCipher::Aes128)),
    ("PACE-GM + CA, brainpoolP256r1, AES-128", Kind::REFERENCE),
    ("PACE-CAM, brainpoolP256r1, AES-128", Kind::PaceCam),
    ("PACE-GM + AA ECDSA, brainpoolP256r1, AES-256", Kind::PaceAndActiveAuthentication),
    ("PACE-GM + CA, brainpoolP384r1, AES-256", pace(16, SessionCipher::Aes256)),
    ("PACE-GM + CA, P-521, AES-256", pace(18, SessionCipher::Aes256)),
    ("PACE-GM + CA, DH 2048/256, AES-128", pace(2, SessionCipher::Aes128)),
];

/// Measures with `clock`, which should show the time that this thread had a processor.
///
/// # Errors
/// A read failed.
pub fn measure(quick: bool, clock: Clock, mut say: impl FnMut(&str)) -> Result<Server> {
    let rounds = if quick { 10 } else { 60 };
    let mut documents = Vec::new();
    for (name, kind) in DOCUMENTS {
        let specimen = Specimen::issue(kind)?;
        documents.push((name, specimen.chip(Timing::default(), 1)?, specimen, Vec::new()));
    }
    // The first round only warms up.
    for round in 0..=rounds {
        if round % 20 == 0 {
            say(&format!("round {round} of {rounds}"));
        }
        for (_, chip, specimen, measured) in &mut documents {
            let own = once(specimen, chip, clock, u64::try_from(round)?)?;
            if round > 0 {
                measured.push(own.as_secs_f64() * 1e3);
            }
        }
    }
    let rows = documents.into_iter().map(|(document, _, _, measured)| {
        let milliseconds = Spread::of(&measured);
        Row { document, milliseconds, reads_per_second: 1e3 / milliseconds.median }
    });
    Ok(Server { rounds, rows: rows.collect() })
}

/// Reads once; the time that the terminal side took.
fn once(specimen: &Specimen, chip: &mut Chip, clock: Clock, seed: u64) -> Result<Duration> {
    let mut transport = TimedChip::new(chip, clock);
    let begun = clock();
    let options = specimen.options(Batching::Batched, false)?;
    let reading = drive(options, ChaCha20Rng::seed_from_u64(seed), &mut transport, Until::Done)?;
    let passed = clock().saturating_sub(begun);
    reading.context("the read ended early")?;
    Ok(passed.saturating_sub(transport.busy))
}
