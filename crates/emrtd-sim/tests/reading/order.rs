//! Which commands travel together, in which order, and how few waits there are.

use std::collections::BTreeSet;

use emrtd::lds::File;
use emrtd::session::{ChipAuthentication, FileOutcome, Protection, Step};

use crate::support::{
    Recorder, assert_read_as_issued, chip, issue, options, power_on, profile, read_chip, rng, single,
    steps_of,
};

/// One word for each run of steps.
fn summary(batch: &[Step]) -> Vec<String> {
    let mut words: Vec<String> = batch
        .iter()
        .map(|step| match step {
            Step::ReadFirst(file) | Step::ReadChunk(file, _) => file.to_string(),
            step => step.to_string(),
        })
        .collect();
    words.dedup();
    words
}

#[test]
fn pace_and_chip_authentication_take_five_waits_in_the_order_of_the_standard() {
    let document = issue(&profile("pace-gm-ca"));
    let (batches, reading) = steps_of(chip(&document), options(&document));
    let summaries: Vec<Vec<String>> = batches.iter().map(|batch| summary(batch)).collect();
    let expected: &[&[&str]] = &[
        &["select the master file", "EF.CardAccess"],
        &["select PACE", "get the PACE nonce", "map the PACE nonce"],
        &["agree on PACE keys"],
        &[
            "confirm PACE",
            "select the eMRTD application",
            "EF.COM",
            "EF.SOD",
            "EF.DG15",
            "EF.DG14",
            "EF.DG1",
            "EF.DG2",
        ],
        &["EF.COM", "EF.SOD", "EF.DG14"],
        &["select Chip Authentication", "run Chip Authentication", "EF.DG1", "EF.DG2"],
    ];
    assert_eq!(summaries, expected);
    assert_eq!(reading.metrics.waits, 6);
    assert!(matches!(reading.chip_authentication, ChipAuthentication::Confirmed(_)));
    for (file, outcome) in &reading.files {
        let FileOutcome::Read { protection, .. } = outcome else { continue };
        let expected = match file {
            File::CardAccess => Protection::None,
            File::Dg1 | File::Dg2 => Protection::ChipAuthentication,
            _ => Protection::Access,
        };
        assert_eq!(*protection, expected, "{file}");
    }
}

#[test]
fn no_builtin_profile_needs_more_than_six_waits() {
    for name in emrtd_sim::issue::builtin_profiles() {
        let document = issue(&profile(name));
        let reading =
            read_chip(chip(&document), options(&document)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_read_as_issued(&document, &reading);
        assert!(reading.metrics.waits <= 6, "{name}: {:?}", reading.metrics);
        let singly = read_chip(chip(&document), single(options(&document))).unwrap();
        assert!(reading.same_evidence(&singly), "{name}: {reading:#?}\n{singly:#?}");
    }
}

#[test]
fn an_eighteen_kilobyte_portrait_does_not_add_a_wait() {
    let mut large = profile("pace-gm-ca");
    large.portrait.bytes = 18_000;
    let document = issue(&large);
    let reading = read_chip(chip(&document), options(&document)).unwrap();
    assert!(reading.file(File::Dg2).unwrap().len() > 17_000);
    assert!(reading.metrics.waits <= 6, "{:?}", reading.metrics);
    assert!(reading.metrics.commands > 80);
}

#[test]
fn long_files_are_read_beyond_the_reach_of_the_even_instruction() {
    let mut large = profile("pace-cam");
    large.portrait.bytes = 45_000;
    let document = issue(&large);
    let reading = read_chip(chip(&document), options(&document)).unwrap();
    assert_read_as_issued(&document, &reading);
    assert!(reading.file(File::Dg2).unwrap().len() > 0x8000);
    let singly = read_chip(chip(&document), single(options(&document))).unwrap();
    assert!(reading.same_evidence(&singly));
}

#[test]
fn extended_length_needs_fewer_commands_where_chip_and_reader_announce_it() {
    let mut large = profile("pace-gm-ca");
    large.portrait.bytes = 18_000;
    let document = issue(&large);
    let short = read_chip(chip(&document), options(&document)).unwrap();
    let mut wanted = options(&document);
    wanted.extended_length = Some(2_048);
    let extended = read_chip(chip(&document), wanted.clone()).unwrap();
    assert!(extended.metrics.commands * 2 < short.metrics.commands);
    assert_read_as_issued(&document, &extended);

    let short_chip = issue(&profile("short-only"));
    let reading = read_chip(chip(&short_chip), wanted_for(&short_chip)).unwrap();
    assert_read_as_issued(&short_chip, &reading);
}

fn wanted_for(document: &emrtd_sim::document::SpecimenDocument) -> emrtd::session::ReadOptions {
    let mut wanted = options(document);
    wanted.extended_length = Some(2_048);
    wanted
}

/// Every file that any command names, read out of the plain commands before secure messaging and the steps after it.
#[test]
fn fingerprints_and_unneeded_files_are_never_asked_for() {
    let allowed: BTreeSet<File> = File::ALL.into_iter().filter(|file| file.is_ever_read()).collect();
    for name in emrtd_sim::issue::builtin_profiles() {
        let document = issue(&profile(name));
        let mut wanted = options(&document);
        wanted.more_files = File::ALL.into_iter().collect();
        let (batches, reading) = steps_of(chip(&document), wanted);
        for step in batches.iter().flatten() {
            let (Step::ReadFirst(file) | Step::ReadChunk(file, _) | Step::SelectFile(file)) = step else {
                continue;
            };
            assert!(allowed.contains(file), "{name} reads {file}");
        }
        assert!(!reading.files.contains_key(&File::Dg3) && !reading.files.contains_key(&File::Dg4));
    }
}

#[test]
fn wanted_files_are_read_only_when_wanted() {
    let document = issue(&profile("pace-gm-ca"));
    let usual = read_chip(chip(&document), options(&document)).unwrap();
    assert!(!usual.files.contains_key(&File::Dg11));
    let mut wanted = options(&document);
    wanted.more_files = [File::Dg11, File::Dg12, File::Dg16].into();
    let reading = read_chip(chip(&document), wanted).unwrap();
    assert!(reading.file(File::Dg11).is_some() && reading.file(File::Dg12).is_some());
    assert_eq!(reading.files[&File::Dg16], FileOutcome::Absent);
}

#[test]
fn a_read_reports_honest_progress() {
    let document = issue(&profile("pace-gm-ca"));
    let mut seen = Vec::new();
    let mut transport = Recorder::new(power_on(chip(&document)));
    let reading = emrtd::session::read(single(options(&document)), rng(6), &mut transport, |progress| {
        seen.push(progress);
    })
    .unwrap();
    assert_eq!(transport.played.len(), reading.metrics.waits);
    let total: usize = reading
        .files
        .keys()
        .filter(|file| file.data_group().is_some() || matches!(file, File::Com | File::Sod))
        .filter_map(|file| reading.file(*file))
        .map(<[u8]>::len)
        .sum();
    let last = seen.last().unwrap();
    assert_eq!((last.bytes_read, last.bytes_known, last.fraction()), (total, total, Some(1.0)));
    let fractions: Vec<f64> = seen.iter().filter_map(emrtd::session::Progress::fraction).collect();
    assert!(fractions.len() > 5 && fractions[0] < 0.5);
}

#[test]
fn a_session_can_move_between_threads() {
    fn assert_send<T: Send>() {}
    assert_send::<emrtd::session::Session<rand_chacha::ChaCha20Rng>>();
    assert_send::<emrtd::session::Reading>();
}
