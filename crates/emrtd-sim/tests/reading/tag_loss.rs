//! The document is taken away: at every single command, more than once, for good, or for another one.

use std::collections::BTreeMap;

use emrtd::lds::{Application, File};
use emrtd::session::{Bound, DriveError, Next, ReadError, ReadOptions, Reading, Session, Step, read};
use emrtd::transport::{Answers, Batch, Ending, Transport};
use emrtd_sim::chip::{Chip, Hostile};
use emrtd_sim::document::SpecimenDocument;
use emrtd_sim::transport::{InProcess, NoTag};

use crate::support::{
    assert_read_as_issued, chip, issue, options, power_on, profile, read_chip, rng, single,
};

fn lossy(document: &SpecimenDocument, command: u32) -> InProcess {
    let mut config = chip(document);
    config.behaviour.hostile = Some(Hostile::RemovedAt { command });
    power_on(config)
}

/// Reads, and counts how many bytes of each file of the application were asked for in all taps.
fn read_counting(transport: &mut InProcess, options: ReadOptions) -> (Reading, BTreeMap<File, usize>) {
    let mut session = Session::new(options, rng(6));
    let mut asked = BTreeMap::new();
    loop {
        match session.poll().unwrap() {
            Next::Play { batch, steps } => {
                let answers = transport.play(&batch).unwrap();
                let answered = answers.responses.len();
                let before = session.progress().bytes_read;
                session.answers(answers).unwrap();
                let read_now = session.progress().bytes_read.saturating_sub(before);
                let files: Vec<File> = steps[..answered]
                    .iter()
                    .filter_map(|step| match step {
                        Step::ReadFirst(file) | Step::ReadChunk(file, _) => Some(*file),
                        _ => None,
                    })
                    .filter(|file| file.application() == Application::Emrtd)
                    .collect();
                for file in files {
                    *asked.entry(file).or_default() += 1;
                }
                *asked.entry(File::CardAccess).or_default() += read_now;
            }
            Next::PlaceAgain => transport.await_tag().unwrap(),
            Next::Done(reading) => return (*reading, asked),
        }
    }
}

/// Loses the tag at every command of a whole read of these chips.
fn lose_at_every_command(name: &str, make: impl Fn(ReadOptions) -> ReadOptions) {
    let document = issue(&profile(name));
    let undisturbed = read_chip(chip(&document), make(options(&document))).unwrap();
    let (_, once) = read_counting(&mut power_on(chip(&document)), make(options(&document)));
    let commands = u32::try_from(undisturbed.metrics.commands).unwrap();
    for command in 0..commands {
        let mut transport = lossy(&document, command);
        let (reading, asked) = read_counting(&mut transport, make(options(&document)));
        assert!(reading.same_evidence(&undisturbed), "{name}, lost at {command}: {reading:#?}");
        assert_read_as_issued(&document, &reading);
        assert_eq!(reading.metrics.taps, 2, "{name}, lost at {command}");
        // EF.SOD is read again on purpose: it proves that the same document lies there. Of the rest, only what was
        // under way is read again: one command for each file that had begun, and its short beginning.
        for (file, count) in asked {
            if file == File::Sod || file == File::CardAccess {
                continue;
            }
            let most = once[&file] + 2;
            assert!(
                count <= most,
                "{name}, lost at {command}: {count} reads of {file} instead of {}",
                once[&file]
            );
        }
    }
}

#[test]
fn a_read_with_chip_authentication_resumes_after_loss_at_every_command() {
    lose_at_every_command("pace-gm-ca", |options| options);
}

#[test]
fn a_read_with_mapping_resumes_after_loss_at_every_command() {
    lose_at_every_command("pace-cam", |options| options);
}

#[test]
fn a_read_with_basic_access_control_resumes_after_loss_at_every_command() {
    lose_at_every_command("bac-only", |options| options);
}

#[test]
fn a_read_with_active_authentication_resumes_after_loss_at_every_command() {
    lose_at_every_command("aa-ecdsa", |options| options);
}

#[test]
fn an_open_chip_resumes_after_loss_at_every_command() {
    lose_at_every_command("open", |options| options);
}

#[test]
fn a_read_one_command_at_a_time_resumes_after_loss_at_every_command() {
    lose_at_every_command("pace-gm-ca", single);
}

#[test]
fn a_large_portrait_is_not_read_twice() {
    let mut large = profile("pace-gm-ca");
    large.portrait.bytes = 18_000;
    let document = issue(&large);
    let undisturbed = read_chip(chip(&document), options(&document)).unwrap().metrics;
    let command = u32::try_from(undisturbed.commands - 5).unwrap();
    let reading = read(options(&document), rng(6), &mut lossy(&document, command), |_| {}).unwrap();
    assert_read_as_issued(&document, &reading);
    let more = reading.metrics.commands - undisturbed.commands;
    // Access, EF.SOD, Chip Authentication, and one command to find the place again.
    assert!(more < 25, "{more} commands more");
}

/// A player that loses the tag every so many commands.
struct Shaky {
    inner: InProcess,
    every: usize,
    left: usize,
}

impl Transport for Shaky {
    type Error = NoTag;

    fn play(&mut self, batch: &Batch) -> Result<Answers, NoTag> {
        let mut answers = self.inner.play(batch)?;
        if answers.responses.len() > self.left {
            answers.responses.truncate(self.left);
            answers.ending = Ending::TagLost;
            self.left = self.every;
            self.inner.chip_mut().remove();
        } else {
            self.left -= answers.responses.len();
        }
        Ok(answers)
    }

    fn await_tag(&mut self) -> Result<(), NoTag> {
        self.inner.await_tag()
    }
}

#[test]
fn five_taps_are_enough_for_a_shaky_hand_and_the_sixth_is_refused() {
    let mut large = profile("pace-gm-ca");
    large.portrait.bytes = 18_000;
    let document = issue(&large);
    let commands = read_chip(chip(&document), options(&document)).unwrap().metrics.commands;
    let mut shaky = Shaky { inner: power_on(chip(&document)), every: commands / 2, left: commands / 2 };
    let reading = read(options(&document), rng(6), &mut shaky, |_| {}).unwrap();
    assert_read_as_issued(&document, &reading);
    assert!((2..=5).contains(&reading.metrics.taps), "{}", reading.metrics.taps);

    let mut hopeless = Shaky { inner: power_on(chip(&document)), every: 12, left: 12 };
    let error = read(options(&document), rng(6), &mut hopeless, |_| {}).unwrap_err();
    assert!(matches!(error, DriveError::Read(ReadError::Limit(Bound::Taps(5)))), "{error}");
}

/// A player whose document is exchanged for another one when it is taken away.
struct Exchanging {
    now: InProcess,
    next: Option<Chip>,
}

impl Transport for Exchanging {
    type Error = NoTag;

    fn play(&mut self, batch: &Batch) -> Result<Answers, NoTag> {
        self.now.play(batch)
    }

    fn await_tag(&mut self) -> Result<(), NoTag> {
        if let Some(next) = self.next.take() {
            self.now = InProcess::new(next);
        }
        self.now.await_tag()
    }
}

#[test]
fn another_document_with_the_same_printed_code_is_noticed() {
    let document = issue(&profile("pace-gm-ca"));
    let mut other_profile = profile("pace-gm-ca");
    other_profile.portrait.bytes = 9_000;
    let other = issue(&other_profile);
    assert_eq!(document.access.mrz_information, other.access.mrz_information);
    let commands = read_chip(chip(&document), options(&document)).unwrap().metrics.commands;
    assert!(document.files != other.files);
    // Lost in the middle of EF.DG2, when EF.SOD has been read.
    let command = u32::try_from(commands - 3).unwrap();
    let next = Chip::new(chip(&other), Box::new(rng(9))).unwrap();
    let mut exchanging = Exchanging { now: lossy(&document, command), next: Some(next) };
    let error = read(options(&document), rng(6), &mut exchanging, |_| {}).unwrap_err();
    assert!(matches!(error, DriveError::Read(ReadError::OtherDocument)), "{error}");
}

#[test]
fn a_player_that_returns_what_cannot_be_is_refused() {
    let document = issue(&profile("bac-only"));
    let answer = |responses: Vec<Vec<u8>>, ending| {
        let mut session = Session::new(options(&document), rng(6));
        let Next::Play { batch, .. } = session.poll().unwrap() else { panic!("nothing to play") };
        (batch.commands.len(), session.answers(Answers { responses, ending }))
    };
    let (commands, too_many) = answer(vec![vec![0x90, 0]; 9], Ending::Complete);
    assert_eq!(too_many, Err(ReadError::ImpossibleAnswers { commands, answers: 9 }));
    let (commands, too_few) = answer(vec![vec![0x90, 0]], Ending::Complete);
    assert_eq!(too_few, Err(ReadError::ImpossibleAnswers { commands, answers: 1 }));
    let (commands, none) = answer(Vec::new(), Ending::Stopped);
    assert_eq!(none, Err(ReadError::ImpossibleAnswers { commands, answers: 0 }));

    let mut session = Session::new(options(&document), rng(6));
    let nothing = Answers { responses: Vec::new(), ending: Ending::Complete };
    assert_eq!(session.answers(nothing), Err(ReadError::OutOfTurn));
    assert!(session.poll().is_err(), "a failed session stays failed");
}
