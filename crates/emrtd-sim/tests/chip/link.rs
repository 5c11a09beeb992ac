//! The way in process and the link model: waits, time, and the loss of the tag.

use std::time::Duration;

use emrtd::apdu::StatusWord;
use emrtd::transport::{Accept, Batch, BatchCommand, Ending, Transport};
use emrtd_sim::chip::{Behaviour, ChipConfig, Hostile, Timing};
use emrtd_sim::transport::{InProcess, Link, LinkProfile, NoTag, VirtualClock};

use crate::support::{behaving, chip, config, rng};

const SELECT: [u8; 7] = [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1C];
const READ: [u8; 5] = [0x00, 0xB0, 0x00, 0x00, 0x04];

fn batch(apdus: &[&[u8]]) -> Batch {
    let command =
        |apdu: &&[u8]| BatchCommand { apdu: apdu.to_vec(), accept: vec![Accept::exactly(StatusWord::OK)] };
    Batch { commands: apdus.iter().map(command).collect() }
}

fn usual() -> InProcess {
    InProcess::new(chip(config()))
}

#[test]
fn a_batch_is_played_to_its_end() {
    let answers = usual().play(&batch(&[&SELECT, &READ, &READ])).unwrap();
    assert_eq!((answers.responses.len(), answers.ending), (3, Ending::Complete));
    assert_eq!(answers.responses[1].len(), 6);
}

#[test]
fn a_batch_stops_at_the_first_surprise_and_at_an_answer_without_status_word() {
    let mut way = usual();
    let answers = way.play(&batch(&[&SELECT, &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0x77, 0x77], &READ])).unwrap();
    assert_eq!((answers.responses.len(), answers.ending), (2, Ending::Stopped));
    assert_eq!(way.chip().commands(), 2);

    let mut way = InProcess::new(behaving(Behaviour::with_hostile(Hostile::OneByteAnswers { from: 1 })));
    let answers = way.play(&batch(&[&SELECT, &READ, &READ])).unwrap();
    assert_eq!((answers.responses.len(), answers.ending), (2, Ending::Stopped));
}

#[test]
fn a_chip_that_leaves_loses_the_tag_and_may_come_back() {
    let mut way = InProcess::new(behaving(Behaviour::with_hostile(Hostile::RemovedAt { command: 1 })));
    let answers = way.play(&batch(&[&SELECT, &READ])).unwrap();
    assert_eq!((answers.responses.len(), answers.ending), (1, Ending::TagLost));
    way.await_tag().unwrap();
    assert_eq!(way.play(&batch(&[&SELECT, &READ])).unwrap().ending, Ending::Complete);

    let mut way = InProcess::new(behaving(Behaviour::with_hostile(Hostile::RemovedForGood { command: 0 })));
    assert_eq!(way.play(&batch(&[&SELECT])).unwrap().ending, Ending::TagLost);
    assert_eq!(way.await_tag(), Err(NoTag));
}

#[test]
fn the_chips_time_is_told_to_the_clock() {
    let timing = Timing { command_micros: 30_000, ..Timing::default() };
    let config = ChipConfig { behaviour: Behaviour { timing, ..Behaviour::default() }, ..config() };
    let clock = VirtualClock::new();
    InProcess::with_clock(chip(config), clock.clone()).play(&batch(&[&SELECT, &READ])).unwrap();
    assert_eq!(clock.now(), Duration::from_millis(60));
}

#[test]
fn a_batch_costs_one_round_trip_and_its_bytes_however_many_commands_it_holds() {
    let profile = LinkProfile {
        round_trip_micros: 100_000,
        bytes_per_second: 1_000,
        framing_bytes: 3,
        ..LinkProfile::default()
    };
    let clock = VirtualClock::new();
    let mut link = Link::new(usual(), profile, clock.clone(), rng(1));
    link.play(&batch(&[&SELECT, &READ])).unwrap();
    // Sent 7+3+5+3 bytes, received 2+3+6+3.
    let expected = Duration::from_millis(100 + 18 + 14);
    assert_eq!(clock.now(), expected);
    let seen = link.statistics();
    assert_eq!((seen.waits, seen.commands, seen.bytes_sent, seen.bytes_received), (1, 2, 18, 14));
    assert_eq!(seen.network_time(), expected);
    link.play(&batch(&[&READ])).unwrap();
    assert_eq!(link.statistics().waits, 2);
}

#[test]
fn jitter_stays_within_its_bounds_and_varies() {
    let profile = LinkProfile { round_trip_micros: 1_000, jitter_micros: 500, ..LinkProfile::default() };
    let clock = VirtualClock::new();
    let mut link = Link::new(usual(), profile, clock.clone(), rng(1));
    let mut times = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let before = clock.now();
        link.play(&batch(&[&SELECT])).unwrap();
        let time = clock.now().checked_sub(before).unwrap();
        assert!((1_000..=1_500).contains(&time.as_micros()));
        times.insert(time);
    }
    assert!(times.len() > 50);
}

#[test]
fn the_tag_is_lost_once_at_each_chosen_command() {
    for lost_at in 0..4u64 {
        let profile = LinkProfile {
            tag_lost_at: [lost_at].into(),
            tag_return_micros: 2_000_000,
            ..LinkProfile::default()
        };
        let clock = VirtualClock::new();
        let mut link = Link::new(usual(), profile, clock.clone(), rng(1));
        let reading = batch(&[&SELECT, &READ, &READ, &READ]);
        let answers = link.play(&reading).unwrap();
        assert_eq!(answers.ending, Ending::TagLost);
        assert_eq!(answers.responses.len(), usize::try_from(lost_at).unwrap());
        link.await_tag().unwrap();
        assert_eq!(clock.now(), Duration::from_secs(2));
        assert_eq!(link.play(&batch(&[&READ])).unwrap().responses, [[0x69, 0x86]], "nothing is selected");
        assert_eq!(link.play(&reading).unwrap().ending, Ending::Complete);
        assert_eq!(link.statistics().tags_lost, 1);
    }
}

#[test]
fn commands_count_on_across_batches() {
    let profile = LinkProfile { tag_lost_at: [3, 5].into(), ..LinkProfile::default() };
    let mut link = Link::new(usual(), profile, VirtualClock::new(), rng(1));
    let play = |link: &mut Link<_, _, _>| link.play(&batch(&[&SELECT, &READ])).unwrap().responses.len();
    // Commands 0 and 1; 2 and the lost 3; 4 and the lost 5; 6 and 7.
    let lengths: Vec<usize> = (0..4).map(|_| play(&mut link)).collect();
    assert_eq!(lengths, [2, 1, 1, 2]);
}

#[test]
fn chance_loses_the_tag_about_as_often_as_told() {
    let profile = LinkProfile { tag_loss_per_million: 100_000, ..LinkProfile::default() };
    let mut link = Link::new(usual(), profile, VirtualClock::new(), rng(1));
    for _ in 0..1_000 {
        link.play(&batch(&[&SELECT])).unwrap();
    }
    assert!((60..140).contains(&link.statistics().tags_lost), "{}", link.statistics().tags_lost);
}
