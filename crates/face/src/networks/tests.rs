//! The engine against ONNX Runtime, with the models that `cargo xtask setup` fetches and those of this crate.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::*;
use crate::geometry::{Bounds, Face, Landmarks, Point};
use crate::models::{default_detector, default_embedder, edgeface};
use crate::picture::Picture;
use crate::planes::planes;

/// The folder of models: that of the set-up unless the environment names another.
fn folder() -> PathBuf {
    std::env::var_os("KENDT_MODELS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/models")),
        PathBuf::from,
    )
}

fn bytes(card: &Card) -> Vec<u8> {
    let path = folder().join(card.file());
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask setup` first", path.display()))
}

fn networks(options: &Options) -> Networks {
    let (detector, embedder) = (bytes(&default_detector()), bytes(&default_embedder()));
    let detector = Model::verify(default_detector(), &detector).unwrap();
    let embedder = Model::verify(default_embedder(), &embedder).unwrap();
    Networks::load(&detector, &embedder, options).unwrap()
}

/// The pictures of `models/reference.py`.
fn picture(seed: u32, height: u32, width: u32) -> Picture {
    let mut state = seed;
    let pixels = (0..height * width * 3)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from((state >> 24) / 2 + 127 * (index / 3 % width) / width).unwrap()
        })
        .collect();
    Picture::from_rgb(width, height, pixels).unwrap()
}

/// The number of cases of this network, all of which are compared.
fn compare(networks: &Networks, network: &Network) -> usize {
    let reference: Value = serde_json::from_str(include_str!("../../models/reference.json")).unwrap();
    let mut compared = 0;
    for case in reference["cases"].as_array().unwrap() {
        if case["sha256"] != network.card.sha256_in_digits().as_str() {
            continue;
        }
        let number = |key: &str| u32::try_from(case[key].as_u64().unwrap()).unwrap();
        let (height, width) = (number("height"), number("width"));
        let picture = picture(number("seed"), height, width);
        let (height, width) = (height as usize, width as usize);
        let input = planes(&picture, network.form(), width, height);
        let outputs = networks.run(network, height, width, &input).unwrap();
        let expected = case["outputs"].as_array().unwrap();
        assert_eq!(outputs.len(), expected.len(), "{}", network.card.name());
        for (found, expected) in outputs.iter().zip(expected) {
            let expected: Vec<f64> =
                expected.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
            assert_eq!(found.len(), expected.len(), "{}", network.card.name());
            let largest = expected.iter().fold(1.0_f64, |largest, value| largest.max(value.abs()));
            for (found, expected) in found.iter().zip(&expected) {
                let difference = (f64::from(*found) - expected).abs() / largest;
                assert!(difference < 1e-4, "{}: {found} instead of {expected}", network.card.name());
            }
        }
        compared += 1;
    }
    compared
}

#[test]
fn every_network_gives_what_the_reference_runtime_gives() {
    let networks = networks(&Options::default());
    for network in [&networks.detector, &networks.embedder, &networks.attack[0], &networks.attack[1]] {
        assert_eq!(compare(&networks, network), 2, "{}", network.card.name());
    }
}

#[test]
fn the_graph_of_the_detector_is_changed_to_the_bytes_that_were_looked_at() {
    let bytes = bytes(&default_detector());
    let freed = Model::verify(default_detector(), &bytes).unwrap().with_free_input_size().unwrap();
    assert_eq!(
        hex::encode(Sha256::digest(&freed)),
        "8ac30af05a9f7267a598af409b7f5c1b91fa8ef37d098eb42c2919c02e4b6263"
    );
}

#[test]
fn edgeface_gives_what_the_reference_runtime_gives_where_it_was_fetched() {
    let Ok(bytes) = std::fs::read(folder().join(edgeface().file())) else {
        return; // Fetched only with `cargo xtask setup --optional-models`.
    };
    let detector = self::bytes(&default_detector());
    let detector = Model::verify(default_detector(), &detector).unwrap();
    let embedder = Model::verify(edgeface(), &bytes).unwrap();
    let networks = Networks::load(&detector, &embedder, &Options::default()).unwrap();
    assert_eq!(compare(&networks, &networks.embedder), 2);
}

#[test]
fn a_model_for_another_task_is_refused() {
    let (detector, embedder) = (bytes(&default_detector()), bytes(&default_embedder()));
    let detector = Model::verify(default_detector(), &detector).unwrap();
    let embedder = Model::verify(default_embedder(), &embedder).unwrap();
    let refused = Networks::load(&detector, &detector, &Options::default()).unwrap_err();
    assert!(matches!(refused, ModelError::Task { expected: Task::Embedding, found: Task::Detection, .. }));
    let refused = Networks::load(&embedder, &embedder, &Options::default()).unwrap_err();
    assert!(matches!(refused, ModelError::Task { expected: Task::Detection, .. }), "{refused:?}");
}

#[test]
fn a_model_for_faces_of_another_size_is_refused() {
    let (detector, embedder) = (bytes(&default_detector()), bytes(&default_embedder()));
    let detector = Model::verify(default_detector(), &detector).unwrap();
    for (from, to) in [("width = 112", "width = 96"), ("height = 112\n", "")] {
        let card = Card::parse(&include_str!("../../models/sface.toml").replace(from, to)).unwrap();
        let embedder = Model::verify(card, &embedder).unwrap();
        let refused = Networks::load(&detector, &embedder, &Options::default()).unwrap_err();
        assert!(refused.to_string().contains("112 x 112"), "{refused}");
    }
}

#[test]
fn a_card_without_thresholds_decides_nothing() {
    let (detector, embedder) = (bytes(&default_detector()), bytes(&default_embedder()));
    let detector = Model::verify(default_detector(), &detector).unwrap();
    let text = include_str!("../../models/sface.toml");
    let (before, rest) = text.split_once("[thresholds]").unwrap();
    let (_, after) = rest.split_once("[[carrier]]").unwrap();
    let card = Card::parse(&format!("{before}[[carrier]]{after}")).unwrap();
    let embedder = Model::verify(card, &embedder).unwrap();
    let refused = Networks::load(&detector, &embedder, &Options::default()).unwrap_err();
    assert!(matches!(refused, ModelError::Incomplete { missing: "thresholds", .. }), "{refused:?}");
}

#[test]
fn networks_and_templates_may_be_used_by_any_thread() {
    fn shared<T: Send + Sync>() {}
    shared::<Networks>();
    shared::<crate::compare::Template>();
}

#[test]
fn many_threads_share_the_networks_and_get_what_one_gets() {
    let networks = networks(&Options { workers: NonZeroUsize::new(2).unwrap(), ..Options::default() });
    let pictures: Vec<Picture> = (1..=3).map(|seed| picture(seed, 112, 112)).collect();
    let alone: Vec<_> = pictures.iter().map(|picture| networks.embed_aligned(picture).unwrap()).collect();
    std::thread::scope(|scope| {
        for (picture, alone) in pictures.iter().zip(&alone) {
            for _ in 0..2 {
                let networks = &networks;
                scope.spawn(move || {
                    let again = networks.embed_aligned(picture).unwrap();
                    assert!(alone.compare(&again).unwrap().value() > 0.999_99);
                });
            }
        }
    });
    assert!(alone[0].compare(&alone[1]).unwrap().value() < 0.999);
}

#[test]
fn a_mirrored_picture_gives_the_same_template_when_the_mirror_image_counts_too() {
    let networks = networks(&Options { mirror: true, ..Options::default() });
    let original = picture(1, 112, 112);
    let mirrored = original
        .rgb()
        .chunks_exact(112 * 3)
        .flat_map(|row| row.rchunks_exact(3).flatten().copied())
        .collect();
    let mirrored = Picture::from_rgb(112, 112, mirrored).unwrap();
    let score = networks
        .embed_aligned(&original)
        .unwrap()
        .compare(&networks.embed_aligned(&mirrored).unwrap())
        .unwrap();
    assert!(score.value() > 0.9999, "{score:?}");
}

#[test]
fn noise_and_flat_pictures_of_any_size_hold_no_face() {
    let networks = networks(&Options::default());
    for (height, width) in [(1, 1), (1, 700), (33, 31), (500, 20), (320, 321)] {
        assert_eq!(networks.detect(&picture(9, height, width)).unwrap(), [], "{height} x {width}");
        let grey = Picture::from_rgb(width, height, vec![128; (width * height * 3) as usize]).unwrap();
        assert_eq!(networks.detect(&grey).unwrap(), [], "{height} x {width}");
    }
}

#[test]
fn an_attack_score_is_a_probability_wherever_the_box_lies_and_a_box_without_area_has_none() {
    let networks = networks(&Options::default());
    let picture = picture(4, 120, 160);
    let point = Point::new(1.0, 1.0);
    let landmarks =
        Landmarks { left_eye: point, right_eye: point, nose: point, left_mouth: point, right_mouth: point };
    let score = |left, top, width, height| {
        let bounds = Bounds { left, top, width, height };
        networks.live_score(&picture, &Face { bounds, landmarks, confidence: 0.9 })
    };
    for (left, top, size) in
        [(60.0, 40.0, 40.0), (-500.0, -500.0, 30.0), (1e6, 1e6, 30.0), (0.0, 0.0, 5000.0)]
    {
        let score = score(left, top, size, size).unwrap().value();
        assert!((0.0..=1.0).contains(&score), "{score}");
    }
    assert_eq!(score(10.0, 10.0, 0.0, 5.0), Err(EngineError::Bounds));
}
