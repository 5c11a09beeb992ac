//! Chip and face together: a document with the portrait of a synthetic person is read, the person answers a challenge, and everything
//! stands in one record of evidence. Needs the models that `cargo xtask setup` fetches.

use std::path::PathBuf;

use ::face::decode::{Limits, decode_portrait};
use ::face::examination::{Submission, examine};
use ::face::liveness::UnixMillis;
use ::face::liveness::challenge::{Challenge, OpenChallenge};
use ::face::liveness::evaluate::{Arrival, Arrivals};
use ::face::liveness::policy::Policy;
use ::face::models::{Card, Model, default_detector, default_embedder};
use ::face::networks::{Networks, Options};
use emrtd::consistency::PrintedLines;
use emrtd_sim::issue::PortraitImage;
use face_sim::answer::capture;
use face_sim::film::{Attack, Film, Setting};
use face_sim::head::Head;
use face_sim::script::Script;
use jiff::SignedDuration;
use jiff::civil::date;
use proofing::{DocumentCase, document_evidence, false_match_rate, portrait, record_face};
use verdict::{Check, CheckResult, ChipKey, Evidence, FailedReason, Level, Times};

use crate::support::{Specimen, now, policy, rng};

const SESSION: [u8; 32] = [9; 32];
const ISSUED: UnixMillis = UnixMillis(1_790_000_000_000);

fn person(name: &str, file: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/faces");
    std::fs::read(format!("{folder}/{name}/{file}")).unwrap()
}

fn networks() -> Networks {
    let folder = std::env::var_os("KENDT_MODELS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/models")),
        PathBuf::from,
    );
    let bytes = |card: &Card| std::fs::read(folder.join(card.file())).expect("cargo xtask setup fetches it");
    let (detector, embedder) = (bytes(&default_detector()), bytes(&default_embedder()));
    let detector = Model::verify(default_detector(), &detector).unwrap();
    let embedder = Model::verify(default_embedder(), &embedder).unwrap();
    Networks::load(&detector, &embedder, &Options::default()).unwrap()
}

/// What the first person answers to a challenge.
fn answer(networks: &Networks, challenge: &Challenge) -> (Vec<u8>, u16) {
    let picture = decode_portrait(&person("p001", "portrait.jpg"), &Limits::PORTRAIT).unwrap();
    let head = Head::new(&picture, &networks.detect(&picture).unwrap()[0].landmarks).unwrap();
    let script = Script::answer(challenge);
    let ends = f32::from(u16::try_from(challenge.duration_millis()).unwrap());
    let setting = Setting { rate: 12.0, ..Setting::usual(0.0, ends + 100.0) };
    let mut film = Film::new(&head, Attack::None, &script, setting, &mut rng(21));
    let last = u16::try_from(film.frames() - 1).unwrap();
    let bytes = capture(&mut film, challenge, ISSUED.plus(2_000), "Integrated Camera", &mut rng(22)).unwrap();
    (bytes.to_vec(), last)
}

/// The evidence of a document with the portrait of `name`, shown by whoever made the capture.
fn evidence(networks: &Networks, name: &str, challenge: &Challenge, capture: &[u8], last: u16) -> Evidence {
    let image = person(name, "portrait.jp2");
    let specimen =
        Specimen::issue_with("pace-cam", Some(PortraitImage { bytes: &image, width: 413, height: 531 }));
    let reading = specimen.read();
    let examination = specimen.examine(&reading);
    let document = &examination.files.passive_authentication;
    let (policy, lines, today) = (policy(), specimen.lines(), date(2026, 11, 25));
    let case = DocumentCase {
        transaction_id: [7; 16],
        times: Times::new(now() - SignedDuration::from_secs(30), now()).unwrap(),
        requested: Level::Substantial,
        trust_store_version: specimen.anchors.version(),
        policy_version: policy.version(),
    };
    let mut evidence =
        document_evidence(&case, &reading, PrintedLines::Scanned(&lines), &examination, today).unwrap();
    let rate = false_match_rate(ChipKey::Mapping);
    let submission = Submission {
        portrait: portrait(document).unwrap(),
        challenge: OpenChallenge::from_stored(&challenge.to_bytes(), &SESSION).unwrap(),
        capture,
        arrivals: Arrivals(vec![Arrival { last, at: ISSUED.plus(14_000) }]),
        signed_root: None,
        rate,
    };
    let liveness = Policy { require_signed_root: false, ..Policy::default() };
    let found = examine(networks, submission, &liveness).unwrap();
    record_face(&mut evidence, document, &found, rate, 0, today).unwrap();
    evidence.finish()
}

#[test]
fn the_holder_is_matched_with_the_chip_and_nobody_else_is() {
    let networks = networks();
    let challenge = Challenge::draw(SESSION, ISSUED, &mut rng(20)).unwrap();
    let (capture, last) = answer(&networks, &challenge);
    let own = evidence(&networks, "p001", &challenge, &capture, last);
    let face = [
        Check::PortraitDecode,
        Check::FaceQuality,
        Check::FaceMatch,
        Check::Pad,
        Check::Iad,
        Check::ChallengeFresh,
        Check::SessionBinding,
    ];
    for check in face.into_iter().chain([Check::SodSignature, Check::DgHashes, Check::ChipAuth]) {
        assert_eq!(own.entry(check).result, CheckResult::Successful, "{check:?}");
    }
    let borrowed = evidence(&networks, "p005", &challenge, &capture, last);
    for check in face {
        let expected = match check {
            Check::FaceMatch => CheckResult::Failed(FailedReason::NoMatch),
            _ => CheckResult::Successful,
        };
        assert_eq!(borrowed.entry(check).result, expected, "{check:?}");
    }
}
