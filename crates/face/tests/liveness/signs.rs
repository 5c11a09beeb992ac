//! Fingerprints of frames that come from pixels and from encoders.

use face::liveness::cameras::{Label, label};
use face::liveness::fingerprint::{Encoder, encoder, noise, picture_hash};
use face::picture::Picture;
use rand_core::Rng;

use super::simulation::rng;

/// A JPEG file up to its first scan, with one table of quantisation.
fn jpeg(table: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xDB, 0, 67, 0];
    bytes.extend_from_slice(table);
    bytes.extend([0xFF, 0xDA, 0, 2]);
    bytes
}

const ANNEX_K_AT_50: [u8; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40,
    58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103,
    104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];

#[test]
fn tables_of_browsers_and_of_video_tools_are_told_apart() {
    assert_eq!(encoder(&jpeg(&ANNEX_K_AT_50)), Encoder::AnnexK(100));
    let quarter: Vec<u8> = ANNEX_K_AT_50.iter().map(|value| value.div_ceil(4)).collect();
    assert!(!matches!(encoder(&jpeg(&quarter)), Encoder::MpegIntra(_)));
    // Motion JPEG at scale 2 of 8: the matrix of MPEG-1 but for the first value.
    let mpeg = [
        8, 4, 4, 5, 4, 5, 6, 6, 6, 6, 6, 6, 7, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 9, 9, 9, 7, 7, 7,
        7, 7, 7, 7, 8, 8, 9, 9, 9, 10, 9, 9, 9, 9, 9, 10, 10, 10, 10, 10, 12, 12, 12, 12, 14, 14, 15, 17, 17,
        21,
    ];
    assert!(matches!(encoder(&jpeg(&mpeg)), Encoder::MpegIntra(_)));
    let odd: Vec<u8> = (1..=64).collect();
    assert!(matches!(encoder(&jpeg(&odd)), Encoder::Other(_)));
    assert_ne!(encoder(&jpeg(&odd)), encoder(&jpeg(&odd.iter().rev().copied().collect::<Vec<u8>>())));
}

#[test]
fn what_is_no_jpeg_or_ends_too_early_has_no_encoder() {
    let whole = jpeg(&ANNEX_K_AT_50);
    assert_eq!(encoder(b"\x89PNG"), Encoder::Unknown);
    for length in 0..whole.len() - 3 {
        assert_eq!(encoder(&whole[..length]), Encoder::Unknown, "{length} bytes");
    }
    assert_eq!(encoder(&[0xFF, 0xD8, 0xFF, 0xDB, 0, 0]), Encoder::Unknown);
    assert_eq!(encoder(&[0xFF, 0xD8, 0xFF, 0xDA]), Encoder::Unknown);
}

#[test]
fn encoders_of_real_files_are_those_of_annex_k() {
    for quality in [20, 50, 75, 92] {
        let mut file = Vec::new();
        let made = jpeg_encoder::Encoder::new(&mut file, quality);
        made.encode(&[90; 48 * 48 * 3], 48, 48, jpeg_encoder::ColorType::Rgb).unwrap();
        assert!(matches!(encoder(&file), Encoder::AnnexK(_)), "quality {quality}: {:?}", encoder(&file));
    }
}

/// A smooth picture with noise.
fn noisy(seed: u64) -> Picture {
    let mut rng = rng(seed);
    let pixels = (0..128_u32 * 128).flat_map(|at| {
        let base = u8::try_from(60 + at % 128 / 2 + at / 128 / 2).unwrap();
        let noise = u8::try_from(rng.next_u32() % 5).unwrap();
        [base, base + noise, base]
    });
    Picture::from_rgb(128, 128, pixels.collect()).unwrap()
}

#[test]
fn two_frames_of_one_scene_look_alike_and_have_other_noise() {
    let (one, two) = (noisy(1), noisy(2));
    let (first, second) = (picture_hash(&one), picture_hash(&two));
    assert_ne!(first.exact, second.exact);
    assert!((first.perceptual ^ second.perceptual).count_ones() <= 6);
    assert!(noise(&one).is_some() && noise(&one) != noise(&two));
    assert_eq!(noise(&one), noise(&one.clone()));
}

#[test]
fn tiny_pictures_have_no_noise_print_and_still_a_hash() {
    let dot = Picture::from_rgb(1, 1, vec![1, 2, 3]).unwrap();
    assert!(noise(&dot).is_none());
    assert_eq!(picture_hash(&dot).perceptual, 0);
}

#[test]
fn labels_are_looked_up_without_regard_to_case() {
    assert_eq!(label("OBS VIRTUAL CAMERA"), Label::Virtual);
    assert_eq!(label("/tmp/answer.MJPEG"), Label::FakeDevice);
    assert_eq!(label("  "), Label::Empty);
    assert_eq!(label("FaceTime HD Camera"), Label::Plain);
}
