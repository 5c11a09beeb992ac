//! People who answer their challenge.

use face::liveness::challenge::Movement;
use face::liveness::finding::{Finding, Instruction, PadReason};

use super::simulation::{Scene, Sending, act, draw, judge, person, rng, scene};

#[test]
fn people_of_every_skin_in_varied_light_at_varied_lag_and_frame_rate_pass() {
    let mut rng = rng(1);
    let mut refused = Vec::new();
    for round in 0..1_000 {
        let (challenge, subject, place) = (draw(&mut rng), person(&mut rng), scene(&mut rng));
        let shots = act(&challenge, subject, place, &mut rng);
        let found = judge(&challenge, &shots, &Sending::honest(&challenge, &shots));
        if found.passed.is_none() {
            refused.push((round, found.pad, found.iad, found.freshness, found.binding, found.light));
        }
    }
    // BPCER of the simulation, with the retry that the catalogue allows not counted.
    println!("refused {} of 1000", refused.len());
    assert!(refused.len() <= 20, "{} of 1000: {:#?}", refused.len(), refused.get(..5));
}

#[test]
fn the_compared_frame_is_named_by_the_frames_that_passed_only() {
    let mut rng = rng(2);
    let (challenge, subject, place) = (draw(&mut rng), person(&mut rng), scene(&mut rng));
    let shots = act(&challenge, subject, place, &mut rng);
    let found = judge(&challenge, &shots, &Sending::honest(&challenge, &shots));
    let passed = found.passed.expect("an honest answer passes");
    assert_eq!(passed.compared().map(|frame| frame.index()), Some(3));
    assert!(passed.frame(60_000).is_none());
    assert!(passed.indices().count() * 10 >= shots.len() * 9);
}

#[test]
fn sunlight_is_undetermined_with_an_instruction_and_never_a_pass() {
    let mut rng = rng(3);
    for _ in 0..50 {
        let (challenge, subject) = (draw(&mut rng), person(&mut rng));
        let sun = Scene { room: 1.6, screen: 0.004, ..scene(&mut rng) };
        let shots = act(&challenge, subject, sun, &mut rng);
        let found = judge(&challenge, &shots, &Sending::honest(&challenge, &shots));
        assert_eq!(found.pad, Finding::Undetermined(PadReason::TooBright));
        assert!(found.instructions.contains(&Instruction::DarkerPlace));
        assert!(found.passed.is_none() && !found.freshness.is_failed() && !found.iad.is_failed());
    }
}

#[test]
fn a_person_who_hardly_moves_is_told_what_to_do() {
    let mut rng = rng(4);
    for _ in 0..50 {
        let (challenge, mut subject, place) = (draw(&mut rng), person(&mut rng), scene(&mut rng));
        (subject.turn, subject.closer) = (6.0, 1.05);
        let shots = act(&challenge, subject, place, &mut rng);
        let found = judge(&challenge, &shots, &Sending::honest(&challenge, &shots));
        assert_eq!(found.pad, Finding::Undetermined(PadReason::MovementMissing));
        assert!(found.instructions.contains(&Instruction::TurnFurther), "one movement is always a turn");
        let closer = challenge.cues().iter().any(|cue| cue.movement == Movement::Closer);
        assert_eq!(found.instructions.contains(&Instruction::ComeCloser), closer);
    }
}
