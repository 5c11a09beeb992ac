//! Each shortfall of a picture gives its own instruction, and a portrait is held to less than a living person.

#![cfg(feature = "networks")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

use face::geometry::{Bounds, Face, Landmarks, Point};
use face::picture::Picture;
use face::quality::{Instruction, Measures, Profile};

const SIDE: u32 = 400;

/// The luminance at an x, out of that of the good picture.
type Change = fn(u32, f32) -> f32;

/// Five points of a level face of this inter-eye distance, in the middle of the picture.
fn face(distance: f32) -> Face {
    let at = |x: f32, y: f32| Point::new(200.0 + x * distance, 200.0 + y * distance);
    Face {
        bounds: Bounds {
            left: 200.0 - distance,
            top: 200.0 - 1.2 * distance,
            width: 2.0 * distance,
            height: 2.6 * distance,
        },
        landmarks: Landmarks {
            left_eye: at(-0.5, -0.4),
            right_eye: at(0.5, -0.4),
            nose: at(0.0, 0.2),
            left_mouth: at(-0.4, 0.7),
            right_mouth: at(0.4, 0.7),
        },
        confidence: 1.0,
    }
}

/// A picture of these luminances: a soft shape, the same on both sides, with fine grain. No face, but light and detail as of one.
fn picture(change: impl Fn(u32, f32) -> f32) -> Picture {
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (across, down) = ((f64::from(x) - 199.5).abs(), f64::from(y));
            let soft = 128.0 + 50.0 * (across / 17.0).sin() * (down / 23.0).cos();
            let grain = f64::from((x * 31 + y * 57 + x * y) % 32) - 15.5;
            #[expect(clippy::cast_possible_truncation, reason = "a luminance")]
            let value = change(x, (soft + grain) as f32).clamp(0.0, 255.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            pixels.extend([value as u8; 3]);
        }
    }
    Picture::from_rgb(SIDE, SIDE, pixels).unwrap()
}

fn shortfalls(picture: &Picture, face: &Face) -> Vec<Instruction> {
    Measures::of(picture, face).unwrap().shortfalls(&Profile::LIVE)
}

#[test]
fn a_large_level_well_lit_sharp_face_falls_short_of_nothing() {
    let measures = Measures::of(&picture(|_, value| value), &face(110.0)).unwrap();
    assert_eq!(measures.shortfalls(&Profile::LIVE), [], "{measures:?}");
    assert_eq!(measures.shortfalls(&Profile::PORTRAIT), [], "{measures:?}");
}

#[test]
fn light_that_falls_short_is_named() {
    let cases: [(Instruction, Change); 4] = [
        (Instruction::MoreLight, |_, value| value * 0.12),
        (Instruction::LessLight, |_, value| value * 3.0),
        (Instruction::LightFromFront, |x, value| if x < 200 { value * 0.3 } else { 150.0 + value * 0.3 }),
        // All of one luminance: nothing is seen, however bright it is.
        (Instruction::LightFromFront, |_, value| 120.0 + value * 0.02),
    ];
    for (expected, change) in cases {
        let found = shortfalls(&picture(change), &face(110.0));
        assert!(found.contains(&expected), "{expected:?}: {found:?}");
    }
}

#[test]
fn a_picture_without_detail_asks_to_hold_still() {
    let mut soft = Vec::new();
    for _ in 0..SIDE {
        for x in 0..SIDE {
            soft.extend([u8::try_from(x * 255 / SIDE).unwrap(); 3]);
        }
    }
    let soft = Picture::from_rgb(SIDE, SIDE, soft).unwrap();
    assert!(shortfalls(&soft, &face(110.0)).contains(&Instruction::HoldStill));
}

#[test]
fn a_face_that_is_small_turned_tilted_or_cut_is_told_so_and_nothing_else() {
    let good = picture(|_, value| value);
    let points = |change: fn(&mut Landmarks)| {
        let mut face = face(110.0);
        change(&mut face.landmarks);
        face
    };
    assert_eq!(shortfalls(&good, &face(47.0)), [Instruction::ComeCloser]);
    assert_eq!(shortfalls(&good, &points(|points| points.nose.x += 33.0)), [Instruction::LookStraight]);
    assert_eq!(shortfalls(&good, &points(|points| points.nose.x -= 33.0)), [Instruction::LookStraight]);
    assert_eq!(shortfalls(&good, &points(|points| points.nose.y -= 60.0)), [Instruction::LookStraight]);
    assert_eq!(shortfalls(&good, &points(|points| points.nose.y += 50.0)), [Instruction::LookStraight]);
    let mut tilted = face(110.0);
    let (sin, cos) = 20.0_f32.to_radians().sin_cos();
    let turn = |point: Point| {
        let (x, y) = (point.x - 200.0, point.y - 200.0);
        Point::new(200.0 + cos * x - sin * y, 200.0 + sin * x + cos * y)
    };
    let [left_eye, right_eye, nose, left_mouth, right_mouth] = tilted.landmarks.points().map(turn);
    tilted.landmarks = Landmarks { left_eye, right_eye, nose, left_mouth, right_mouth };
    assert_eq!(shortfalls(&good, &tilted), [Instruction::HoldHeadUpright]);
    let mut cut = face(110.0);
    cut.bounds.left = -30.0;
    assert_eq!(shortfalls(&good, &cut), [Instruction::MoveIntoPicture]);
}

#[test]
fn a_portrait_is_held_to_less_than_a_living_person() {
    let measures = Measures::of(&picture(|_, value| value), &face(40.0)).unwrap();
    assert_eq!(measures.shortfalls(&Profile::LIVE), [Instruction::ComeCloser]);
    assert_eq!(measures.shortfalls(&Profile::PORTRAIT), []);
}

#[test]
fn points_that_are_no_face_are_an_error() {
    let mut flat = face(110.0);
    flat.landmarks.right_eye = flat.landmarks.left_eye;
    assert!(Measures::of(&picture(|_, value| value), &flat).is_err());
}
