//! Specimen documents and reads of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use emrtd::access::Password;
use emrtd::active_authentication::Challenge;
use emrtd::quirks::QuirkTable;
use emrtd::session::{
    ActiveAuthenticationPolicy, Batching, DriveError, FileOutcome, Next, ReadError, ReadOptions, Reading,
    Session, Step, read,
};
use emrtd::transport::{Answers, Batch, Transport};
use emrtd_sim::chip::{Chip, ChipConfig};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::issue::profile::{ActiveAuthenticationProfile, DocumentProfile};
use emrtd_sim::issue::{Issuance, IssuingState, builtin_profile};
use emrtd_sim::people::Holder;
use emrtd_sim::pki::{KeySpec, generate_rsa};
use emrtd_sim::transport::{InProcess, NoTag};
use jiff::civil::{Date, date};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use rsa::RsaPrivateKey;

pub(crate) type ReadResult = Result<Reading, DriveError<NoTag>>;

fn today() -> Date {
    date(2026, 11, 25)
}

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A built-in profile with keys that are quick to make and a small portrait.
pub(crate) fn profile(name: &str) -> DocumentProfile {
    let mut profile = builtin_profile(name).unwrap().unwrap();
    for key in [&mut profile.csca.key, &mut profile.document_signer.key] {
        if let KeySpec::Rsa { bits } = key {
            *bits = 2048;
        }
    }
    profile.portrait.bytes = 2_000;
    profile
}

/// The issuing state of a profile; those that sign alike share it.
fn issuing_state(profile: &DocumentProfile) -> Arc<IssuingState> {
    static STATES: OnceLock<Mutex<HashMap<String, Arc<IssuingState>>>> = OnceLock::new();
    let name =
        format!("{:?}", (&profile.csca, &profile.document_signer, &profile.issuing_state, profile.format));
    let mut states = STATES.get_or_init(Mutex::default).lock().unwrap();
    Arc::clone(
        states
            .entry(name)
            .or_insert_with(|| Arc::new(IssuingState::establish(profile, today(), &mut rng(1)).unwrap())),
    )
}

/// The key for Active Authentication with RSA that all documents of a length share.
fn active_authentication_key(profile: &DocumentProfile) -> Option<RsaPrivateKey> {
    static KEYS: OnceLock<Mutex<HashMap<usize, RsaPrivateKey>>> = OnceLock::new();
    let Some(ActiveAuthenticationProfile::Rsa { bits, .. }) = profile.active_authentication else {
        return None;
    };
    let mut keys = KEYS.get_or_init(Mutex::default).lock().unwrap();
    Some(keys.entry(bits).or_insert_with(|| generate_rsa(bits, &mut rng(2)).unwrap()).clone())
}

/// A document of this profile.
pub(crate) fn issue(profile: &DocumentProfile) -> SpecimenDocument {
    let state = issuing_state(profile);
    let holder = Holder::generate(today(), &mut rng(3));
    let key = active_authentication_key(profile);
    let issuance = Issuance {
        profile,
        state: &state,
        holder: &holder,
        issue_date: today(),
        active_authentication_rsa: key.as_ref(),
        portrait: None,
    };
    issuance.issue(&mut rng(4)).unwrap()
}

pub(crate) fn chip(document: &SpecimenDocument) -> ChipConfig {
    ChipConfig::try_from(document).unwrap()
}

pub(crate) fn power_on(config: ChipConfig) -> InProcess {
    let mut chip = Chip::new(config, Box::new(rng(5))).unwrap();
    chip.power_on();
    InProcess::new(chip)
}

/// What everyone knows who holds the document: the printed lines, the number if there is one, and its state's quirks.
pub(crate) fn options(document: &SpecimenDocument) -> ReadOptions {
    let mut passwords = vec![Password::from_mrz_information(&document.access.mrz_information)];
    passwords.extend(document.access.can.as_ref().map(|can| Password::from_can(can).unwrap()));
    ReadOptions {
        passwords,
        active_authentication: ActiveAuthenticationPolicy::Otherwise(Challenge(*b"kendt_AA")),
        quirks: QuirkTable::builtin().unwrap().for_state(Some(&document.profile.issuing_state)),
        ..ReadOptions::default()
    }
}

pub(crate) fn single(mut options: ReadOptions) -> ReadOptions {
    options.batching = Batching::Single;
    options
}

pub(crate) fn read_chip(config: ChipConfig, options: ReadOptions) -> ReadResult {
    read(options, rng(6), &mut power_on(config), |_| {})
}

/// The error of a read that must fail.
pub(crate) fn refusal(result: ReadResult) -> ReadError {
    match result {
        Err(DriveError::Read(error)) => error,
        Err(DriveError::Transport(NoTag)) => panic!("the chip went away for good"),
        Ok(reading) => panic!("was read: {reading:?}"),
    }
}

/// Asserts that every file read is what was issued, and that the mandatory ones were read.
pub(crate) fn assert_read_as_issued(document: &SpecimenDocument, reading: &Reading) {
    for (file, outcome) in &reading.files {
        let issued = document.files.iter().find(|(name, _)| name.name() == file.to_string());
        let issued = issued.map(|(_, content)| content.0.as_slice());
        match (outcome, issued) {
            (FileOutcome::Read { bytes, .. }, Some(issued)) => {
                assert!(bytes.as_unverified().as_bytes() == issued, "{file} is not what was issued");
            }
            (FileOutcome::Absent, None) => {}
            (outcome, issued) => {
                panic!("{file} of {}: {outcome:?}, issued: {}", document.profile.name, issued.is_some())
            }
        }
    }
    for file in [emrtd::lds::File::Sod, emrtd::lds::File::Dg1, emrtd::lds::File::Dg2] {
        assert!(reading.file(file).is_some(), "{file}");
    }
}

/// A transport that remembers every batch and its answers.
pub(crate) struct Recorder<T> {
    pub(crate) inner: T,
    pub(crate) played: Vec<(Batch, Answers)>,
}

impl<T: Transport> Recorder<T> {
    pub(crate) fn new(inner: T) -> Self {
        Recorder { inner, played: Vec::new() }
    }
}

impl<T: Transport> Transport for Recorder<T> {
    type Error = T::Error;

    fn play(&mut self, batch: &Batch) -> Result<Answers, T::Error> {
        let answers = self.inner.play(batch)?;
        self.played.push((batch.clone(), answers.clone()));
        Ok(answers)
    }

    fn await_tag(&mut self) -> Result<(), T::Error> {
        self.inner.await_tag()
    }
}

/// The steps of a read, batch by batch.
pub(crate) fn steps_of(config: ChipConfig, options: ReadOptions) -> (Vec<Vec<Step>>, Reading) {
    let mut transport = power_on(config);
    let mut session = Session::new(options, rng(6));
    let mut all = Vec::new();
    loop {
        match session.poll().unwrap() {
            Next::Play { batch, steps } => {
                let answers = transport.play(&batch).unwrap();
                all.push(steps[..answers.responses.len()].to_vec());
                session.answers(answers).unwrap();
            }
            Next::PlaceAgain => transport.await_tag().unwrap(),
            Next::Done(reading) => return (all, *reading),
        }
    }
}
