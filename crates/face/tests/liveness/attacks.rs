//! Attackers: each fails, and for the reason that is his.

use face::liveness::UnixMillis;
use face::liveness::capture::{Capture, CaptureError, Limits};
use face::liveness::challenge::{Challenge, Movement};
use face::liveness::evaluate::{Arrival, Arrivals, Evaluation};
use face::liveness::finding::{BindingReason, Finding, FreshnessReason, IadReason, PadReason};
use face::liveness::injection::Signal;
use face::liveness::policy::Policy;
use rand_chacha::ChaCha8Rng;

use super::simulation::{
    NOW, Scene, Sending, Shot, Subject, act, draw, encode, judge, person, print, rng, scene,
};

/// A person's honest answer with the challenge that it answers.
fn answer(rng: &mut ChaCha8Rng) -> (Challenge, Vec<Shot>) {
    let challenge = draw(rng);
    let (subject, place) = (person(rng), scene(rng));
    let shots = act(&challenge, subject, place, rng);
    (challenge, shots)
}

/// The honest answer of `seed`, sent as `change` makes it.
fn sent(seed: u64, change: impl FnOnce(&mut Sending, &mut Vec<Shot>)) -> Evaluation {
    let (challenge, mut shots) = answer(&mut rng(seed));
    let mut sending = Sending::honest(&challenge, &shots);
    change(&mut sending, &mut shots);
    judge(&challenge, &shots, &sending)
}

#[test]
fn a_still_photograph_under_the_right_colours_reflects_like_a_plane() {
    let mut rng = rng(31);
    for _ in 0..100 {
        let challenge = draw(&mut rng);
        let photograph = Subject { flat: true, turn: 0.0, closer: 1.0, ..person(&mut rng) };
        let place = scene(&mut rng);
        let shots = act(&challenge, photograph, place, &mut rng);
        let found = judge(&challenge, &shots, &Sending::honest(&challenge, &shots));
        assert_eq!(found.pad, Finding::Failed(PadReason::FlatReflection), "{:?}", found.light);
        assert!(found.passed.is_none());
    }
}

#[test]
fn a_photograph_moved_by_hand_as_asked_moves_like_a_plane() {
    let mut rng = rng(32);
    let (mut strong, rounds) = (0, 100);
    for _ in 0..rounds {
        let challenge = draw(&mut rng);
        let photograph = Subject { flat: true, ..person(&mut rng) };
        let place = scene(&mut rng);
        let shots = act(&challenge, photograph, place, &mut rng);
        let found = judge(&challenge, &shots, &Sending::honest(&challenge, &shots));
        assert!(found.pad.is_failed() && found.passed.is_none(), "{:?}", found.pad);
        strong += u32::from(found.pad == Finding::Failed(PadReason::FlatSurface));
    }
    // A tilt below 25 degrees hardly changes the proportions; then the even reflection says it.
    assert!(strong >= rounds / 2, "{strong} of {rounds} were found to be planes");
}

#[test]
fn the_wrong_movements_under_the_right_colours_are_another_answer() {
    let mut rng = rng(33);
    let (mut wrong, mut missing) = (0, 0);
    for _ in 0..200 {
        let (one, subject, place) = (draw(&mut rng), person(&mut rng), scene(&mut rng));
        let other = loop {
            let other = draw(&mut rng);
            if other.cues().map(|cue| cue.movement) != one.cues().map(|cue| cue.movement) {
                break other;
            }
        };
        // The points of one answer, the light of the other.
        let (mut shots, moved) = (act(&one, subject, place, &mut rng), act(&other, subject, place, &mut rng));
        for (shot, moved) in shots.iter_mut().zip(&moved) {
            shot.seen.landmarks = moved.seen.landmarks;
        }
        let found = judge(&one, &shots, &Sending::honest(&one, &shots));
        assert!(found.passed.is_none());
        wrong += u32::from(found.pad == Finding::Failed(PadReason::OtherMovement));
        missing += u32::from(found.pad == Finding::Undetermined(PadReason::MovementMissing));
    }
    assert!(wrong >= 180, "{wrong} wrong, {missing} missing");
}

#[test]
fn another_person_in_the_middle_breaks_the_binding() {
    let found = sent(34, |_, shots| {
        let from = shots.len() / 2;
        for shot in &mut shots[from..] {
            shot.seen.similarity = Some(0.04);
        }
    });
    assert_eq!(found.binding, Finding::Failed(BindingReason::OtherPerson));
    assert!(found.passed.is_none());
}

#[test]
fn a_cut_to_a_face_elsewhere_breaks_the_binding() {
    let found = sent(35, |_, shots| {
        let from = shots.len() / 2;
        for shot in &mut shots[from..] {
            let face = shot.seen.landmarks.as_mut().unwrap();
            for point in [
                &mut face.left_eye,
                &mut face.right_eye,
                &mut face.nose,
                &mut face.left_mouth,
                &mut face.right_mouth,
            ] {
                point.x += 150.0;
            }
        }
    });
    assert_eq!(found.binding, Finding::Failed(BindingReason::FaceJumps));
}

#[test]
fn several_faces_and_none_are_undetermined() {
    let found = sent(36, |_, shots| shots[40..50].iter_mut().for_each(|shot| shot.seen.faces = 2));
    assert_eq!(found.pad, Finding::Undetermined(PadReason::SeveralFaces));
    let found = sent(36, |_, shots| {
        for shot in &mut shots[10..70] {
            shot.seen.faces = 0;
            shot.seen.landmarks = None;
        }
    });
    assert!(!found.pad.is_successful() && found.passed.is_none());
}

#[test]
fn a_frame_swapped_after_the_evaluation_cannot_be_compared() {
    let (challenge, shots) = answer(&mut rng(37));
    let sending = Sending::honest(&challenge, &shots);
    let passed = judge(&challenge, &shots, &sending).passed.expect("an honest answer passes");
    let frame = passed.compared().unwrap();
    let bytes = encode(&shots, &sending.header);
    let capture = Capture::parse(&bytes, &Limits::default()).unwrap();
    assert_eq!(frame.picture(&capture), Ok(shots[3].picture.as_slice()));
    let mut swapped = shots.clone();
    swapped[3].picture = b"somebody else's portrait".to_vec();
    let bytes = encode(&swapped, &sending.header);
    let capture = Capture::parse(&bytes, &Limits::default()).unwrap();
    assert!(frame.picture(&capture).is_err());
    // A later frame of another capture changes the root, too.
    let mut swapped = shots.clone();
    swapped[90].picture = b"somebody else's portrait".to_vec();
    let bytes = encode(&swapped, &sending.header);
    assert!(frame.picture(&Capture::parse(&bytes, &Limits::default()).unwrap()).is_err());
}

#[test]
fn a_compared_frame_that_did_not_pass_aborts() {
    let found = sent(38, |sending, shots| {
        sending.compared = 5;
        shots[5].seen.faces = 2;
    });
    assert!(found.pad.is_successful() && found.passed.is_none());
    assert_eq!(found.binding, Finding::Aborted(BindingReason::ComparedFrameNotPassed));
}

#[test]
fn frames_in_another_order_break_the_chain() {
    let (challenge, shots) = answer(&mut rng(39));
    let mut bytes = encode(&shots, &Sending::honest(&challenge, &shots).header);
    // Every picture is 24 bytes long: frames 10 and 11 change places, places and times written anew.
    let head = bytes.len() - shots.len() * (12 + 24 + 32);
    let at = |frame: usize| head + frame * 68;
    let (ten, eleven) = (bytes[at(10) + 12..at(11)].to_vec(), bytes[at(11) + 12..at(12)].to_vec());
    bytes[at(10) + 12..at(11)].copy_from_slice(&eleven);
    bytes[at(11) + 12..at(12)].copy_from_slice(&ten);
    let read = Capture::parse(&bytes, &Limits::default());
    assert_eq!(read.err(), Some(CaptureError::ChainBroken(10)));
}

#[test]
fn frames_shuffled_before_the_chain_is_made_no_longer_answer() {
    let found = sent(40, |_, shots| {
        let third = shots.len() / 3;
        for i in 0..third {
            let seen = shots[i].seen.clone();
            shots[i].seen = shots[2 * third - 1 - i].seen.clone();
            shots[2 * third - 1 - i].seen = seen;
        }
    });
    assert!(found.pad.is_failed() && found.passed.is_none(), "{:?}", found.pad);
    assert_eq!(found.freshness, Finding::Failed(FreshnessReason::OtherChallenge));
}

#[test]
fn two_sessions_spliced_do_not_pass() {
    let mut rng = rng(41);
    let subject = person(&mut rng);
    let place = Scene { spacing: 40.0, ..scene(&mut rng) };
    for _ in 0..50 {
        let (old, new) = (draw(&mut rng), draw(&mut rng));
        let (before, mut shots) = (act(&old, subject, place, &mut rng), act(&new, subject, place, &mut rng));
        for (shot, before) in shots.iter_mut().zip(&before).skip(90) {
            shot.seen = before.seen.clone();
        }
        let found = judge(&new, &shots, &Sending::honest(&new, &shots));
        assert!(found.passed.is_none(), "{:?}", found.light);
    }
}

#[test]
fn a_capture_of_another_session_or_challenge_is_not_bound() {
    let found = sent(42, |sending, _| sending.header.session[0] ^= 1);
    assert_eq!(found.binding, Finding::Failed(BindingReason::OtherSession));
    let found = sent(42, |sending, _| sending.header.challenge[0] ^= 1);
    assert_eq!(found.binding, Finding::Failed(BindingReason::OtherChallenge));
    let found = sent(42, |sending, _| sending.sign = false);
    assert_eq!(found.binding, Finding::Undetermined(BindingReason::NotSigned));
    assert!(found.passed.is_none());
}

#[test]
fn an_unsigned_capture_passes_in_the_demonstration_only() {
    let found = sent(42, |sending, _| {
        sending.sign = false;
        sending.policy = Policy::demonstration();
    });
    assert!(found.passed.is_some(), "{:?}", found.binding);
}

#[test]
fn an_answer_is_late_after_sixty_seconds_and_not_before() {
    let arrives = |millis: u64| {
        sent(43, |sending, shots| {
            let last = u16::try_from(shots.len() - 1).unwrap();
            sending.arrivals = Arrivals(vec![Arrival { last, at: NOW.plus(millis) }]);
        })
    };
    assert!(arrives(60_000).passed.is_some());
    assert_eq!(arrives(60_001).freshness, Finding::Failed(FreshnessReason::Late));
    assert_eq!(arrives(7_000).freshness, Finding::Failed(FreshnessReason::ArrivedTooEarly));
    let unknown = sent(43, |sending, _| sending.arrivals = Arrivals::default());
    assert_eq!(unknown.freshness, Finding::Undetermined(FreshnessReason::TimesMissing));
}

#[test]
fn a_capture_older_than_its_challenge_is_refused() {
    let found = sent(44, |sending, _| sending.header.started = UnixMillis(NOW.0 - 600_000));
    assert_eq!(found.freshness, Finding::Failed(FreshnessReason::BeforeChallenge));
    assert!(found.passed.is_none());
}

#[test]
fn half_an_answer_is_none() {
    let found = sent(45, |sending, shots| {
        shots.truncate(shots.len() / 2);
        let last = u16::try_from(shots.len() - 1).unwrap();
        sending.arrivals = Arrivals(vec![Arrival { last, at: NOW.plus(12_000) }]);
    });
    assert_eq!(found.freshness, Finding::Failed(FreshnessReason::WrongLength));
    let missing = sent(45, |_, shots| shots[30].seen.landmarks = None);
    assert!(missing.passed.is_some(), "one frame without a face is no matter");
}

#[test]
fn doubled_frames_are_injected() {
    let found = sent(46, |_, shots| {
        for i in (1..shots.len()).step_by(2) {
            shots[i].seen.picture = shots[i - 1].seen.picture;
        }
    });
    assert_eq!(found.iad, Finding::Failed(IadReason::Injected));
    assert!(found.injection.score(Signal::ExactRepeats) >= 1.0);
}

#[test]
fn a_virtual_camera_is_injected_and_a_fake_device_is_for_the_demonstration() {
    let labelled = |label: &str, policy: Policy| {
        sent(47, |sending, _| {
            label.clone_into(&mut sending.header.camera.label);
            sending.policy = policy;
        })
        .iad
    };
    let injected = Finding::Failed(IadReason::Injected);
    assert_eq!(labelled("OBS Virtual Camera (m-de:vice)", Policy::default()), injected);
    assert_eq!(labelled("OBS Virtual Camera (m-de:vice)", Policy::demonstration()), injected);
    assert_eq!(labelled("fake_device_0", Policy::default()), injected);
    assert_eq!(labelled("fake_device_0", Policy::demonstration()), Finding::Successful);
    assert_eq!(labelled("camera2 1, facing front", Policy::default()), Finding::Successful);
}

#[test]
fn frozen_noise_and_times_like_a_clock_are_suspicious_together() {
    let mut rng = rng(48);
    let noise = print(&mut rng);
    let found = sent(48, |_, shots| {
        let spacing = shots.last().unwrap().at / 200.0;
        for (shot, number) in shots.iter_mut().zip(0_u32..) {
            shot.at = spacing * f64::from(number);
            shot.slot = None;
            shot.seen.noise = Some(noise.clone());
        }
    });
    assert!(found.injection.score(Signal::FrozenNoise) >= 1.0);
    assert!(found.injection.score(Signal::TooRegular) >= 1.0);
    assert!(!found.iad.is_successful() && found.passed.is_none());
}

#[test]
fn observations_of_other_frames_are_aborted() {
    let (challenge, shots) = answer(&mut rng(49));
    let sending = Sending::honest(&challenge, &shots);
    let bytes = encode(&shots, &sending.header);
    let capture = Capture::parse(&bytes, &Limits::default()).unwrap();
    let mut observations: Vec<_> = shots.iter().map(|shot| shot.seen.clone()).collect();
    observations.swap(3, 4);
    let open =
        face::liveness::challenge::OpenChallenge::from_stored(&challenge.to_bytes(), &challenge.session());
    let circumstances = face::liveness::evaluate::Circumstances {
        arrivals: sending.arrivals.clone(),
        signed_root: Some(capture.root()),
        compared: 3,
    };
    let found = face::liveness::evaluate::evaluate(
        open.unwrap(),
        &capture,
        &observations,
        &circumstances,
        &Policy::default(),
    );
    assert_eq!(found.pad, Finding::Aborted(PadReason::ObservationsMissing));
    assert_eq!(found.iad, Finding::Aborted(IadReason::ObservationsMissing));
    assert!(found.passed.is_none());
}

/// The main limit, written down: whoever has the victim under every colour and in every pose, and puts the pieces together in time,
/// passes. Nothing in the pictures can tell; only the attestation of the camera can.
#[test]
fn limit_pictures_of_the_victim_under_every_colour_and_pose_recombined_in_time_pass() {
    let mut rng = rng(50);
    let (subject, place) = (person(&mut rng), Scene { spacing: 40.0, ..scene(&mut rng) });
    // The library: many old answers of the victim. Colours come from one, movements from another, noise is new.
    let library: Vec<(Challenge, Vec<Shot>)> = (0..40)
        .map(|_| {
            let old = draw(&mut rng);
            let shots = act(&old, subject, place, &mut rng);
            (old, shots)
        })
        .collect();
    let new = draw(&mut rng);
    let mut shots = act(&new, subject, place, &mut rng);
    for shot in &mut shots {
        let wanted = new.slot_at(shot.at - place.lag).map(|slot| new.colours()[slot]);
        let cue = new.cues().iter().rev().find(|cue| f64::from(cue.at_millis()) <= shot.at);
        // A piece of the victim in the pose of this moment of the movement.
        let posed = library.iter().find_map(|(old, pieces)| {
            let wanted = cue.map_or((Movement::Closer, shot.at - 9e9), |cue| {
                (cue.movement, shot.at - f64::from(cue.at_millis()))
            });
            let known = old.cues().iter().find(|known| known.movement == wanted.0)?;
            let at = if cue.is_some() { f64::from(known.at_millis()) + wanted.1 } else { shot.at };
            pieces.iter().find(|piece| (piece.at - at).abs() <= 30.0)
        });
        // And one under the colour of this moment.
        let coloured = library.iter().find_map(|(old, pieces)| {
            pieces.iter().find(|piece| {
                let known = old.slot_at(piece.at - place.lag).map(|slot| old.colours()[slot]);
                known == wanted && old.cues().iter().all(|cue| f64::from(cue.at_millis()) > piece.at)
            })
        });
        if let Some(posed) = posed {
            shot.seen.landmarks = posed.seen.landmarks;
        }
        if let Some(coloured) = coloured {
            shot.seen.patches = coloured.seen.patches;
        }
    }
    let found = judge(&new, &shots, &Sending::honest(&new, &shots));
    assert!(found.passed.is_some(), "a limit has been lifted: write that down ({found:#?})");
}
