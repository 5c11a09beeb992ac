//! `kendt face`: what is told of pictures that cannot be compared, and of models that may not be used.

use std::fs;
use std::path::PathBuf;

use jpeg_encoder::{ColorType, Encoder};

use crate::support::Desk;

/// A desk with a picture of 200 x 150 in which there is no face.
fn desk() -> Desk {
    let desk = Desk::new();
    let pixels: Vec<u8> = (0..200 * 150 * 3_u32).map(|index| (index * 7 % 256).try_into().unwrap()).collect();
    Encoder::new_file(desk.path("pattern.jpg"), 90)
        .unwrap()
        .encode(&pixels, 200, 150, ColorType::Rgb)
        .unwrap();
    desk
}

/// The detector's file, as the set-up has fetched it.
fn detector() -> Vec<u8> {
    let folder = std::env::var_os("KENDT_MODELS").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_kendt")).parent().unwrap().parent().unwrap().join("models"),
        PathBuf::from,
    );
    fs::read(folder.join("yunet.onnx")).expect("run `cargo xtask setup` first")
}

#[track_caller]
fn fails(desk: &Desk, arguments: &[&str], code: i32, message: &str) {
    let run = desk.run(arguments).expect_code(code);
    assert!(run.message().contains(message), "{message:?} is not in: {}", run.err);
    assert!(run.err.contains("\nnow: "), "{}", run.err);
    assert_eq!(run.out, "");
}

#[test]
fn files_that_are_no_pictures_are_told_by_name() {
    let desk = desk();
    fs::write(desk.path("empty.jpg"), []).unwrap();
    fs::write(desk.path("text.jpg"), "no picture").unwrap();
    fs::write(desk.path("dg2.bin"), [0x75, 0x03, 1, 2, 3]).unwrap();
    fs::write(desk.path("cut.jpg"), &fs::read(desk.path("pattern.jpg")).unwrap()[..40]).unwrap();
    for (name, message) in [
        ("nowhere.jpg", "nowhere.jpg: the picture cannot be read"),
        ("empty.jpg", "empty.jpg: the file is empty"),
        ("text.jpg", "text.jpg: the picture is in no format that is read here"),
        ("cut.jpg", "cut.jpg: the JPEG picture is damaged"),
        ("dg2.bin", "dg2.bin: it begins as a DG2 and is none"),
    ] {
        fails(&desk, &["face", "compare", "pattern.jpg", name], 18, message);
    }
}

#[test]
fn a_picture_without_a_face_is_told_by_name() {
    fails(&desk(), &["face", "compare", "pattern.jpg", "pattern.jpg"], 19, "pattern.jpg: no face was found");
}

#[test]
fn a_missing_model_is_told_with_the_command_that_fetches_it() {
    let desk = desk();
    let compare = ["face", "compare", "pattern.jpg", "pattern.jpg", "--models", "."];
    fails(&desk, &compare, 17, "yunet.onnx cannot be read");
    assert!(desk.run(&compare).err.contains("cargo xtask setup"));
    fails(
        &desk,
        &["face", "compare", "pattern.jpg", "pattern.jpg", "--model", "other"],
        17,
        "no model \"other\"",
    );
}

#[test]
fn a_model_of_which_one_bit_differs_is_refused() {
    let desk = desk();
    let mut bytes = detector();
    bytes[100_000] ^= 1;
    fs::write(desk.path("yunet.onnx"), &bytes).unwrap();
    fs::write(desk.path("sface.onnx"), []).unwrap();
    let compare = ["face", "compare", "pattern.jpg", "pattern.jpg", "--models", "."];
    fails(&desk, &compare, 17, "not the one of its card");
    bytes[100_000] ^= 1;
    fs::write(desk.path("yunet.onnx"), &bytes).unwrap();
    fails(&desk, &compare, 17, "sface has 0 bytes");
}

#[test]
fn the_card_of_another_model_is_read_and_its_faults_are_told() {
    let desk = desk();
    let card = include_str!("../../../face/models/sface.toml");
    fs::write(desk.path("bad.toml"), card.replace("fmr_1e4 = 0.421", "fmr_1e4 = 0.1")).unwrap();
    let with = |card| ["face", "compare", "pattern.jpg", "pattern.jpg", "--model", card];
    fails(&desk, &with("bad.toml"), 17, "thresholds of the card do not rise");
    // The model of a card lies beside it.
    fs::write(desk.path("own.toml"), card.replace("sface.onnx", "own.onnx")).unwrap();
    fails(&desk, &with("own.toml"), 17, "own.onnx cannot be read");
}

#[test]
fn the_bench_tells_every_step() {
    let run = desk().run(&["face", "bench", "--runs", "1", "--json"]).expect_code(0);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let steps: Vec<&str> =
        report["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["detect", "align", "embed", "compare", "attack detection"]);
    for step in report["steps"].as_array().unwrap() {
        assert!(step["median_ms"].as_f64().unwrap() >= step["min_ms"].as_f64().unwrap(), "{step}");
    }
}

/// A desk with the files of a specimen: `saved/EF_DG2.bin` and `saved/portrait.jpg`.
fn desk_with_portrait() -> Desk {
    let desk = Desk::with("pace-cam", &[]);
    desk.run(&["inspect", "--file", "pace-cam-01.json", "--save", "saved"]);
    desk
}

#[test]
fn the_portrait_of_a_data_group_matches_its_own_picture() {
    let desk = desk_with_portrait();
    let compare = ["face", "compare", "saved/EF_DG2.bin", "saved/portrait.jpg"];
    let run = desk.run(&[&compare[..], &["--json"]].concat()).expect_code(0);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        (&report["schema"], &report["decision"]),
        (&"kendt.face-comparison/1".into(), &"match".into())
    );
    assert!(report["score"].as_f64().unwrap() > 0.999, "{}", run.out);
    assert_eq!(report["thresholds"]["false_match_rate"], "1:10,000");
    let strict = desk.run(&[&compare[..], &["--without-clone-protection"]].concat()).expect_code(0);
    assert!(
        strict.out.contains("FMR 1:100,000") && strict.out.contains("match: the same person"),
        "{}",
        strict.out
    );
}

#[test]
fn two_faces_in_one_picture_are_not_chosen_from() {
    let desk = desk_with_portrait();
    let bytes = fs::read(desk.path("saved/portrait.jpg")).unwrap();
    let picture = face::decode::decode_portrait(&bytes, &face::decode::Limits::PORTRAIT).unwrap();
    let (width, height) = (picture.width() as usize, u16::try_from(picture.height()).unwrap());
    let twice: Vec<u8> = picture.rgb().chunks_exact(3 * width).flat_map(|row| [row, row].concat()).collect();
    Encoder::new_file(desk.path("two.jpg"), 90)
        .unwrap()
        .encode(&twice, u16::try_from(2 * width).unwrap(), height, ColorType::Rgb)
        .unwrap();
    let compare = ["face", "compare", "saved/portrait.jpg", "two.jpg"];
    fails(&desk, &compare, 19, "two.jpg: 2 faces were found");
}

/// The nine synthetic people.
fn people() -> String {
    format!("{}/../../testdata/faces", env!("CARGO_MANIFEST_DIR"))
}

fn evaluation(desk: &Desk, arguments: &[&str]) -> serde_json::Value {
    let run = desk.run(&[&["face", "eval", &people(), "--json"], arguments].concat()).expect_code(0);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn every_synthetic_person_matches_his_own_pictures_and_the_rates_are_written_down() {
    let desk = desk();
    let labels = format!("{}/labels.csv", people());
    let report = evaluation(&desk, &["--labels", &labels, "--out", "rates"]);
    assert_eq!((&report["persons"], &report["pictures"]), (&9.into(), &27.into()));
    assert_eq!(report["not_acquired"], serde_json::json!([]));
    // 9 people with 3 pictures: 3 pairs each; 27 * 26 / 2 pairs in all.
    assert_eq!((&report["mated_trials"], &report["non_mated_trials"]), (&27.into(), &324.into()));
    let strict = &report["at_thresholds"][1];
    assert_eq!(strict["basis"], "card, FMR 1:10,000");
    assert_eq!((&strict["fnmr"]["errors"], &strict["fnmr"]["trials"]), (&0.into(), &27.into()));
    assert!(report["equal_error_rate"].as_f64().unwrap() < 0.05);
    fs::write(desk.path("same.csv"), "p010, p002\n").unwrap();
    let fewer = evaluation(&desk, &["--ignore-pairs", &desk.path("same.csv").to_string_lossy()]);
    assert_eq!((&fewer["trials_left_out"], &fewer["non_mated_trials"]), (&9.into(), &315.into()));
    fs::write(desk.path("same.csv"), "p010, nobody\n").unwrap();
    fails(&desk, &["face", "eval", &people(), "--ignore-pairs", "same.csv"], 18, "not two names of persons");
    let names: Vec<&str> =
        report["groups"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"sex male") && names.contains(&"skin_tone V"), "{names:?}");
    let written: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(desk.path("rates/report.json")).unwrap()).unwrap();
    assert_eq!(written, report);
    assert!(fs::read_to_string(desk.path("rates/det.svg")).unwrap().contains("false non-match rate"));
}

#[test]
fn pairs_of_a_file_are_compared_by_fold_and_pictures_without_a_face_are_listed() {
    let desk = desk();
    for person in ["p001", "p005", "p009"] {
        fs::create_dir_all(desk.path(&format!("set/{person}"))).unwrap();
        fs::create_dir_all(desk.path(&format!("chips/{person}"))).unwrap();
        for (number, name) in [(1, "portrait.jpg"), (2, "live.jpg")] {
            let to = desk.path(&format!("set/{person}/{person}_000{number}.jpg"));
            fs::copy(format!("{}/{person}/{name}", people()), to).unwrap();
            let chip = desk.path(&format!("chips/{person}/{person}_000{number}.jp2"));
            fs::copy(format!("{}/{person}/portrait.jp2", people()), chip).unwrap();
        }
    }
    fs::copy(desk.path("pattern.jpg"), desk.path("set/p009/p009_0002.jpg")).unwrap();
    fs::write(desk.path("pairs.txt"), "2 1\np001 1 2\np001 1 p005 2\np005 1 2\np005 1 p009 2\n").unwrap();
    let run = |more: &[&str]| -> serde_json::Value {
        let arguments = [&["face", "eval", "set", "--pairs", "pairs.txt", "--json"], more].concat();
        serde_json::from_str(&desk.run(&arguments).expect_code(0).out).unwrap()
    };
    let report = run(&[]);
    assert_eq!(report["not_acquired"], serde_json::json!(["set/p009/p009_0002.jpg"]));
    assert_eq!((&report["mated_trials"], &report["non_mated_trials"]), (&2.into(), &1.into()));
    // The second fold has lost its non-mated pair, so it sets no threshold for the first.
    assert_eq!(report["accuracy"][0], 0.75);
    fs::write(desk.path("chips/p005/p005_0001.jp2"), "no picture").unwrap();
    let lost = run(&["--portraits", "chips"]);
    assert_eq!(
        lost["not_acquired"],
        serde_json::json!(["set/p009/p009_0002.jpg", "chips/p005/p005_0001.jp2"])
    );
    fs::copy(format!("{}/p005/portrait.jp2", people()), desk.path("chips/p005/p005_0001.jp2")).unwrap();
    let chips = run(&["--portraits", "chips", "--all-pairs"]);
    assert_eq!((&chips["mated_trials"], &chips["non_mated_trials"]), (&2.into(), &4.into()));
    assert_eq!(chips["at_thresholds"][1]["fnmr"]["errors"], 0);
    fs::write(desk.path("pairs.txt"), "2 1\np001 1\n").unwrap();
    fails(
        &desk,
        &["face", "eval", "set", "--pairs", "pairs.txt"],
        18,
        "line 2: a pair has three or four words",
    );
    fs::create_dir(desk.path("empty")).unwrap();
    fails(&desk, &["face", "eval", "empty"], 18, "no pictures");
}

#[test]
fn attack_detection_is_judged_by_species() {
    let desk = desk();
    for folder in ["set/bona-fide", "set/drawn"] {
        fs::create_dir_all(desk.path(folder)).unwrap();
    }
    for person in ["p001", "p005"] {
        fs::copy(
            format!("{}/{person}/live.jpg", people()),
            desk.path(&format!("set/bona-fide/{person}.jpg")),
        )
        .unwrap();
    }
    fs::copy(desk.path("pattern.jpg"), desk.path("set/drawn/pattern.jpg")).unwrap();
    let judge = |threshold: &str| -> serde_json::Value {
        let run = desk.run(&["face", "eval-pad", "set", "--json", "--threshold", threshold]).expect_code(0);
        serde_json::from_str(&run.out).unwrap()
    };
    let report = judge("0.3");
    assert_eq!((&report["bpcer"]["errors"], &report["bpcer"]["trials"]), (&0.into(), &2.into()));
    assert_eq!(report["species"][0]["name"], "drawn");
    assert_eq!(report["species"][0]["non_response"]["errors"], 1);
    // No score is above 1: everyone is refused.
    assert_eq!(judge("1.1")["bpcer"]["errors"], 2);
    fails(&desk, &["face", "eval-pad", "set/bona-fide"], 18, "no pictures");
}

#[test]
fn a_film_that_cannot_be_made_is_refused_before_anything_is_rendered() {
    let desk = desk();
    let portrait = format!("{}/p001/portrait.jpg", people());
    let film = |arguments: &[&str]| [&["face", "video", &portrait], arguments].concat().join(" ");
    let run = |arguments: &[&str]| desk.run(&film(arguments).split(' ').collect::<Vec<_>>());
    let wrong = run(&["film.mjpeg", "--challenge", "00ff"]).expect_code(2);
    assert!(wrong.err.contains("not those of a challenge"), "{}", wrong.err);
    assert!(run(&["film.avi"]).expect_code(2).err.contains("ends in .mjpeg or .y4m"));
    run(&["film.mjpeg", "--attack", "face-swap"]).expect_code(2);
    assert!(!desk.path("film.mjpeg").exists() && !desk.path("film.avi").exists());
}
