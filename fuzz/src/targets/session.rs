//! A whole read: against a chip made of the fuzzer's bytes, and with the fuzzer between our session and a real
//! simulated chip.
//!
//! However it goes, a session ends after a bounded number of batches with a reading or a typed error. What it says to
//! have read under secure messaging is what was issued, and a clone never passes for the document.

use std::cell::RefCell;
use std::collections::BTreeSet;

use emrtd::access::Password;
use emrtd::active_authentication::Challenge;
use emrtd::lds::{Application, File};
use emrtd::session::{
    AccessMethod, ActiveAuthentication, ActiveAuthenticationPolicy, Batching, ChipAuthentication,
    FileOutcome, Next, Protection, ReadError, ReadOptions, Reading, Session,
};
use emrtd::transport::{Answers, Batch, TagLost};
use emrtd_sim::chip::{Chip, ChipConfig, Hostile, Quirk};
use emrtd_sim::document::{ElementaryFile, SpecimenDocument};

use crate::between::{Between, play};
use crate::input::{Input, Output};
use crate::oracle::explained;
use crate::specimens;

/// A length that stands for the loss of the tag.
const LOST: u16 = u16::MAX;
/// A length that stands for an answer beyond what an APDU can carry.
const OVERSIZED: u16 = u16::MAX - 1;

/// The bit of a reader that has another document's password.
const WRONG_PASSWORD: u8 = 128;

/// What the reader wants, by the bits of a byte.
fn options(document: &SpecimenDocument, choice: u8) -> ReadOptions {
    let mut options = specimens::options(document);
    if choice & 1 != 0 {
        options.batching = Batching::Single;
    }
    if choice & 2 != 0 {
        options.extended_length = Some(if choice & 4 != 0 { 65_536 } else { 1_024 });
    }
    options.active_authentication = match choice >> 3 & 3 {
        0 => ActiveAuthenticationPolicy::Never,
        1 => ActiveAuthenticationPolicy::Otherwise(Challenge(*b"kendt_AA")),
        _ => ActiveAuthenticationPolicy::Always(Challenge(*b"kendt_AA")),
    };
    if choice & 32 != 0 {
        options.more_files = BTreeSet::from([File::Dg7, File::Dg11, File::Dg12, File::Dg16]);
    }
    if choice & 64 != 0 {
        options.passwords.reverse();
    }
    if choice & WRONG_PASSWORD != 0 {
        options.passwords = vec![Password::from_mrz_information("L898902C<369080619406236")];
    }
    options
}

/// Runs a session over `play` and checks that it ends.
fn run(
    bytes: &[u8],
    options: ReadOptions,
    mut play: impl FnMut(&Batch) -> Answers,
    mut place_again: impl FnMut() -> bool,
) -> Option<Result<Reading, ReadError>> {
    let limits = options.limits;
    // Every batch has a command, and every tap its limit of them.
    let most_batches = limits.taps * (limits.commands_per_tap + 1);
    let mut session = Session::new(options, specimens::rng(6));
    let mut batches = 0;
    let outcome = loop {
        assert!(batches <= most_batches, "the session does not end");
        match session.poll() {
            Ok(Next::Play { batch, steps }) => {
                batches += 1;
                assert!(!batch.commands.is_empty() && batch.commands.len() == steps.len());
                assert!(batch.commands.len() <= limits.batch_commands);
                if let Err(error) = session.answers(play(&batch)) {
                    assert_eq!(
                        session.poll().err(),
                        Some(error.clone()),
                        "a session came back from its error"
                    );
                    break Err(error);
                }
                let progress = session.progress();
                assert!(progress.fraction().is_none_or(|part| (0.0..=1.0).contains(&part)));
            }
            Ok(Next::PlaceAgain) => {
                if !place_again() {
                    return None;
                }
            }
            Ok(Next::Done(reading)) => break Ok(*reading),
            Err(error) => break Err(error),
        }
    };
    let metrics = session.metrics();
    assert!(metrics.taps <= limits.taps + 1 && metrics.waits == batches);
    match &outcome {
        Ok(reading) => {
            for outcome in reading.files.values() {
                if let FileOutcome::Read { bytes, .. } = outcome {
                    assert!(bytes.as_unverified().as_bytes().len() <= limits.file_bytes);
                }
            }
        }
        Err(error) => {
            explained(bytes, error);
            let _ = error.blame();
        }
    }
    Some(outcome)
}

/// A chip that is nothing but the fuzzer's bytes: profile and options, then one answer after the other.
///
/// The session's randomness is fixed, so that recorded answers of real chips open under its keys. What such an answer
/// says is not checked here: recorded in another run, it may belong to another command than the one sent at this
/// count, which cannot happen where keys are fresh. [`tampered`] checks it with a chip that really answers.
pub fn random_chip(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let document = specimens::document(input.byte());
    let options = options(&document, input.byte());
    run(bytes, options, |batch| play(batch, |_| fuzzed_answer(&mut input)), || true);
}

fn fuzzed_answer(input: &mut Input<'_>) -> Result<Vec<u8>, TagLost> {
    if input.is_empty() {
        return Err(TagLost);
    }
    match input.word() {
        LOST => Err(TagLost),
        OVERSIZED => Ok(vec![0x61; 70_000]),
        length => Ok(input.take(usize::from(length)).to_vec()),
    }
}

/// The fuzzer between a session and a real chip, which may have a quirk or ill will of its own.
pub fn tampered(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let document = specimens::document(input.byte());
    let choice = input.byte();
    let options = options(&document, choice);
    let (hostile, quirk) = (usize::from(input.byte()), usize::from(input.byte()));
    let mut config = ChipConfig::try_from(&*document).expect("built-in profiles are right");
    config.behaviour.hostile = hostile.checked_sub(1).and_then(|index| Hostile::ALL.get(index)).copied();
    let quirk = quirk.checked_sub(1).and_then(|index| Quirk::ALL.get(index)).copied();
    config.behaviour.quirks.extend(quirk);
    let hostile = config.behaviour.hostile;
    let chip = Chip::new(config, Box::new(specimens::rng(4))).expect("ill will makes a chip all the same");
    let between = RefCell::new(Between::new(chip, input));
    let play = |batch: &Batch| between.borrow_mut().play(batch);
    let outcome = run(bytes, options, play, || between.borrow_mut().place_again());
    let was_tampered = between.borrow().has_tampered();
    match outcome {
        Some(Ok(reading)) => {
            let stranger = choice & WRONG_PASSWORD != 0;
            assert!(!stranger || reading.access == AccessMethod::None, "a chip opened to a wrong password");
            check_files(&document, &reading, hostile);
            check_proofs(&document, &reading, hostile);
        }
        Some(Err(error)) => {
            let is_owner = choice & WRONG_PASSWORD == 0;
            let honest = is_owner && hostile.is_none() && quirk.is_none() && !was_tampered;
            assert!(!honest, "an honest chip of {} was not read: {error}", document.profile.name);
        }
        None => {}
    }
}

fn issued(document: &SpecimenDocument, file: File) -> Option<&[u8]> {
    specimens::file(document, &file.to_string())
}

/// What was read under secure messaging is what was issued; nothing that EF.SOD lists is said to be absent.
fn check_files(document: &SpecimenDocument, reading: &Reading, hostile: Option<Hostile>) {
    let falsified = match hostile {
        Some(Hostile::TamperedFile { file }) => Some(file),
        _ => None,
    };
    let is_protected = reading.access != AccessMethod::None;
    for (file, outcome) in &reading.files {
        let name = file.to_string();
        let is_falsified = falsified.map(ElementaryFile::name).as_ref() == Some(&name);
        match outcome {
            FileOutcome::Read { protection: Protection::None, .. } | FileOutcome::Unreadable(_) => {}
            FileOutcome::Read { bytes, .. } => {
                let bytes = bytes.as_unverified().as_bytes();
                assert!(
                    is_falsified || Some(bytes) == issued(document, *file),
                    "{name} is not what was issued"
                );
            }
            FileOutcome::Absent => {
                let is_listed = file.data_group().is_some() && issued(document, *file).is_some();
                let is_inside = file.application() == Application::Emrtd;
                assert!(
                    !(is_protected && is_inside && is_listed),
                    "{name} was issued and is said to be absent"
                );
            }
        }
    }
}

/// A chip passes for the document only with the document's keys.
fn check_proofs(document: &SpecimenDocument, reading: &Reading, hostile: Option<Hostile>) {
    let is_clone = matches!(hostile, Some(Hostile::CloneWithOtherKeys | Hostile::CloneWithoutKeys));
    let reads_protected = reading.access != AccessMethod::None;
    let confirmed = matches!(
        reading.chip_authentication,
        ChipAuthentication::Confirmed(_) | ChipAuthentication::ConfirmedByMapping { .. }
    );
    let signed = matches!(reading.active_authentication, ActiveAuthentication::Signed(_));
    if is_clone && reads_protected {
        assert!(!confirmed && !signed, "a clone of {} passed for it", document.profile.name);
    }
    if hostile == Some(Hostile::OldKeysAfterChipAuthentication) {
        assert!(!matches!(reading.chip_authentication, ChipAuthentication::Confirmed(_)));
    }
    if signed && reads_protected {
        assert!(issued(document, File::Dg15).is_some(), "a signature without a key was accepted");
    }
}

/// A read of the document's own chip, with every answer.
fn record(number: u8, choice: u8) -> (Vec<Vec<u8>>, Option<Result<Reading, ReadError>>) {
    let document = specimens::document(number);
    let between = RefCell::new(Between::new(crate::terminal::chip(&document), Input::new(&[])));
    let outcome = run(&[], options(&document, choice), |batch| between.borrow_mut().play(batch), || false);
    (between.into_inner().into_answers(), outcome)
}

/// Answers of real chips to the same session: every profile, with some options.
pub fn random_chip_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for number in 0..u8::try_from(specimens::names().len()).unwrap_or(u8::MAX) {
        for choice in [0x08, 0x2B] {
            let head = Output::new().raw(&[number, choice]);
            let (answers, _) = record(number, choice);
            seeds.push(answers.iter().fold(head, |seed, answer| seed.long_chunk(answer)).done());
        }
    }
    seeds
}

/// Every kind of change, early and late, on every profile; every kind of ill will and every quirk.
pub fn tampered_seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for number in 0..u8::try_from(specimens::names().len()).unwrap_or(u8::MAX) {
        seeds.push(vec![number, 0x08, 0, 0]);
        seeds.push(vec![number, 0x33, 0, 0]);
        seeds.push(vec![number, WRONG_PASSWORD, 0, 0]);
    }
    for kind in 0..12_u8 {
        for at in [1, 9, 20] {
            let number = (kind * 3 + at) % 19;
            seeds.push(vec![number, 0x09, 0, 0, at, kind, 0x6A, 0x82, 0x01, 3, kind, 0x00, 0x05, 0x01]);
        }
    }
    for hostile in 1..=34_u8 {
        seeds.push(vec![hostile % 19, 0x10, hostile, 0]);
        seeds.push(vec![(hostile * 7) % 19, 0x01, hostile, hostile % 16]);
    }
    for quirk in 1..=15_u8 {
        seeds.push(vec![(quirk * 5) % 19, 0x08, 0, quirk]);
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(number: u8, choice: u8) -> Reading {
        let (_, outcome) = record(number, choice);
        outcome.expect("the chip stayed").expect("an honest chip is read")
    }

    #[test]
    fn the_honest_chip_of_every_profile_is_read_whole_and_passes() {
        for number in 0..u8::try_from(specimens::names().len()).unwrap() {
            let document = specimens::document(number);
            for choice in [0x08, 0x13, 0x2B] {
                let reading = reading(number, choice);
                for name in ["EF.DG1", "EF.DG2", "EF.SOD"] {
                    let file = reading.files.keys().find(|file| file.to_string() == name);
                    let read = file.and_then(|file| reading.file(*file));
                    assert_eq!(read, specimens::file(&document, name), "{name} of {}", document.profile.name);
                }
                check_files(&document, &reading, None);
                check_proofs(&document, &reading, None);
            }
        }
    }

    #[test]
    fn recorded_answers_lead_to_the_same_reading_again() {
        let (answers, outcome) = record(0, 0x08);
        let mut answers = answers.into_iter();
        let again = run(
            &[],
            options(&specimens::document(0), 0x08),
            |batch| play(batch, |_| answers.next().ok_or(TagLost)),
            || false,
        );
        let (first, again) = (outcome.unwrap().unwrap(), again.unwrap().unwrap());
        assert!(first.same_evidence(&again));
    }

    #[test]
    #[should_panic(expected = "EF.DG1 is not what was issued")]
    fn a_file_of_another_document_is_noticed() {
        let mut other = (*specimens::document(0)).clone();
        other.files.get_mut(&ElementaryFile::DataGroup(1)).unwrap().0[20] ^= 1;
        check_files(&other, &reading(0, 0), None);
    }

    #[test]
    #[should_panic(expected = "is said to be absent")]
    fn a_file_that_is_kept_back_is_noticed() {
        let mut reading = reading(0, 0);
        reading.files.insert(File::Dg15, FileOutcome::Absent);
        check_files(&specimens::document(0), &reading, None);
    }

    #[test]
    #[should_panic(expected = "passed for it")]
    fn a_clone_that_passes_is_noticed() {
        let number = specimens::names().iter().position(|name| *name == "pace-gm-ca").unwrap();
        let number = u8::try_from(number).unwrap();
        check_proofs(&specimens::document(number), &reading(number, 0), Some(Hostile::CloneWithoutKeys));
    }
}
