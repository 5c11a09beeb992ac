//! The whole way through real pixels and the real networks: rendered people and attacks, encoded, decoded, seen, evaluated and compared.
//!
//! Needs the models that `cargo xtask setup` fetches.

#![expect(clippy::unwrap_used, reason = "helpers of tests may unwrap")]

use std::path::PathBuf;

use face::compare::FalseMatchRate;
use face::decode::{Limits, decode_portrait};
use face::examination::{ComparisonReason, Examination, PortraitReason, Submission, examine};
use face::liveness::UnixMillis;
use face::liveness::challenge::{Challenge, OpenChallenge};
use face::liveness::evaluate::{Arrival, Arrivals};
use face::liveness::finding::{BindingReason, Finding, FreshnessReason, IadReason, PadReason};
use face::liveness::policy::Policy;
use face::models::{Card, Model, default_detector, default_embedder};
use face::networks::{Networks, Options};
use face_sim::answer::capture;
use face_sim::film::{Attack, Film, Setting};
use face_sim::head::Head;
use face_sim::script::Script;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const ISSUED: UnixMillis = UnixMillis(1_790_000_000_000);
const SESSION: [u8; 32] = [7; 32];
const PEOPLE: [&[u8]; 3] =
    [include_bytes!("people/p001.jpg"), include_bytes!("people/p005.jpg"), include_bytes!("people/p002.jpg")];
const CAMERA: &str = "Integrated Camera";

/// Models and three people.
struct Stage {
    networks: Networks,
    heads: [Head; 3],
}

/// An answer, and what is to be changed on its way.
struct Take<'a> {
    seed: u64,
    person: usize,
    attack: Attack<'a>,
    label: &'a str,
    portrait: &'a [u8],
}

impl Take<'_> {
    fn of(seed: u64, person: usize, attack: Attack<'_>) -> Take<'_> {
        Take { seed, person, attack, label: CAMERA, portrait: PEOPLE[0] }
    }
}

impl Stage {
    fn new() -> Self {
        let folder = std::env::var_os("KENDT_MODELS").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/models")),
            PathBuf::from,
        );
        let bytes =
            |card: &Card| std::fs::read(folder.join(card.file())).expect("cargo xtask setup fetches it");
        let (detector, embedder) = (bytes(&default_detector()), bytes(&default_embedder()));
        let detector = Model::verify(default_detector(), &detector).unwrap();
        let embedder = Model::verify(default_embedder(), &embedder).unwrap();
        let networks = Networks::load(&detector, &embedder, &Options::default()).unwrap();
        let heads = PEOPLE.map(|bytes| {
            let portrait = decode_portrait(bytes, &Limits::PORTRAIT).unwrap();
            let landmarks = networks.detect(&portrait).unwrap()[0].landmarks;
            Head::new(&portrait, &landmarks).unwrap()
        });
        Self { networks, heads }
    }

    /// Films an answer to a challenge, and examines it with the bytes changed.
    fn walk_with(&self, take: Take<'_>, change: impl FnOnce(&mut Vec<u8>)) -> Examination {
        let mut rng = ChaCha8Rng::seed_from_u64(take.seed);
        let challenge = Challenge::draw(SESSION, ISSUED, &mut rng).unwrap();
        let script = Script::answer(&challenge);
        let ends = f32::from(u16::try_from(challenge.duration_millis()).unwrap());
        let setting = Setting { rate: 12.0, ..Setting::usual(0.0, ends + 100.0) };
        let mut film = Film::new(&self.heads[take.person], take.attack, &script, setting, &mut rng);
        let last = u16::try_from(film.frames() - 1).unwrap();
        let mut bytes =
            capture(&mut film, &challenge, ISSUED.plus(2_000), take.label, &mut rng).unwrap().to_vec();
        change(&mut bytes);
        let submission = Submission {
            portrait: take.portrait,
            challenge: OpenChallenge::from_stored(&challenge.to_bytes(), &SESSION).unwrap(),
            capture: &bytes,
            arrivals: Arrivals(vec![Arrival { last, at: ISSUED.plus(14_000) }]),
            signed_root: None,
            rate: FalseMatchRate::OneIn10000,
        };
        let policy = Policy { require_signed_root: false, ..Policy::default() };
        let found = examine(&self.networks, submission, &policy).unwrap();
        // Shown when the test fails.
        println!("seed {}, person {}: {found:#?}", take.seed, take.person);
        found
    }

    fn walk(&self, seed: u64, person: usize, attack: Attack<'_>) -> Examination {
        self.walk_with(Take::of(seed, person, attack), |_| {})
    }
}

/// Whether everything that liveness asks for is successful.
fn is_live(found: &Examination) -> bool {
    found.pad.is_successful()
        && found.iad.is_successful()
        && found.freshness.is_successful()
        && found.binding.is_successful()
        && found.quality.is_successful()
}

#[test]
fn a_person_who_answers_passes_and_is_matched() {
    let stage = Stage::new();
    let refused: Vec<u64> = (100..102)
        .filter(|seed| {
            let found = stage.walk(*seed, 0, Attack::None);
            !(is_live(&found) && found.portrait.is_successful() && found.comparison.is_successful())
        })
        .collect();
    assert_eq!(refused, []);
}

#[test]
fn another_person_who_answers_passes_and_is_not_matched() {
    let stage = Stage::new();
    for seed in 105..107 {
        let found = stage.walk(seed, 1, Attack::None);
        assert!(is_live(&found), "seed {seed}");
        assert_eq!(found.comparison, Finding::Failed(ComparisonReason::NoMatch), "seed {seed}");
    }
}

/// Nothing is compared unless everything passed.
fn is_not_compared(found: &Examination) -> bool {
    matches!(
        found.comparison,
        Finding::Aborted(ComparisonReason::NoFramePassed)
            | Finding::Undetermined(ComparisonReason::NotMadeAfterAlarm)
    )
}

fn is_flat_or_still(found: &Examination) -> bool {
    matches!(found.pad.reason(), Some(PadReason::FlatSurface | PadReason::MovementMissing))
}

#[test]
fn a_photograph_that_is_held_still_makes_no_movement() {
    let found = Stage::new().walk(20, 0, Attack::StillPhoto);
    assert!(is_flat_or_still(&found) && is_not_compared(&found));
}

#[test]
fn a_photograph_that_is_moved_by_hand_is_flat_or_turns_no_head() {
    let found = Stage::new().walk(30, 0, Attack::MovedPhoto);
    assert!(is_flat_or_still(&found) && is_not_compared(&found));
}

#[test]
fn a_replay_shows_the_colours_of_another_challenge() {
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    let old = Script::answer(&Challenge::draw(SESSION, ISSUED, &mut rng).unwrap());
    let found = Stage::new().walk(40, 0, Attack::Replay(&old));
    assert_eq!(found.freshness.reason(), Some(FreshnessReason::OtherChallenge));
    assert!(found.pad.is_failed() && is_not_compared(&found));
}

#[test]
fn another_person_in_mid_session_breaks_the_binding() {
    let stage = Stage::new();
    let swap = Attack::FaceSwap { other: &stage.heads[2], at: 3_400.0 };
    let found = stage.walk(50, 0, swap);
    assert_eq!(found.binding.reason(), Some(BindingReason::OtherPerson));
    assert!(is_not_compared(&found));
}

#[test]
fn frames_that_repeat_and_a_virtual_camera_are_injected() {
    let stage = Stage::new();
    let repeated = Take::of(60, 0, Attack::RepeatedFrames);
    let virtual_camera = Take { label: "OBS Virtual Camera", ..Take::of(61, 0, Attack::VirtualCamera) };
    for take in [repeated, virtual_camera] {
        let found = stage.walk_with(take, |_| {});
        assert_eq!(found.iad, Finding::Failed(IadReason::Injected));
        assert_eq!(found.comparison, Finding::Undetermined(ComparisonReason::NotMadeAfterAlarm));
    }
}

#[test]
fn a_changed_frame_breaks_the_chain_and_nothing_is_looked_at() {
    let found = Stage::new().walk_with(Take::of(0, 0, Attack::None), |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    assert_eq!(found.binding, Finding::Failed(BindingReason::ChainBroken));
    assert_eq!(found.comparison, Finding::Aborted(ComparisonReason::NoFramePassed));
    assert!(found.fault.is_some());
}

#[test]
fn a_portrait_that_cannot_be_decoded_or_shows_no_face_is_its_own_outcome() {
    let stage = Stage::new();
    let blank = include_bytes!("../../../testdata/images/baseline.jpg");
    let cases = [
        (&b"no picture"[..], Finding::Undetermined(PortraitReason::Undecodable)),
        (&blank[..], Finding::Failed(PortraitReason::NotOneFace)),
    ];
    for (portrait, expected) in cases {
        // A capture that is none: the portrait is judged all the same.
        let found = stage.walk_with(Take { portrait, ..Take::of(0, 0, Attack::None) }, Vec::clear);
        assert_eq!(found.portrait, expected);
        assert_eq!(found.binding, Finding::Aborted(BindingReason::NoCapture));
    }
}
