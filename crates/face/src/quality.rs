//! Face image quality: measures after ISO/IEC 29794-5 (names of its reference implementation OFIQ where it has them), and what the
//! person can do.
//!
//! Every measure is taken on the aligned face, the five points or the picture; each has a native value and a limit in a [`Profile`]. A live
//! capture below a limit is taken again with an instruction; a portrait below one is its own outcome, never a mismatch.
//!
//! **What it does not measure.** Eyes open, mouth closed, glasses, coverings: five points do not tell. Angles come out of the same five
//! points and are estimates. The limits were set on a few synthetic people and their blurred, dimmed and turned copies; they say when a
//! picture is surely poor, not how well it will compare.

use crate::align::{SIDE, align};
use crate::geometry::{Face, Landmarks};
use crate::liveness::pose::Pose;
use crate::networks::EngineError;
use crate::picture::Picture;

/// What was measured.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measures {
    /// Inter-eye distance, in pixels.
    pub inter_eye_distance: f32,
    /// HeadPoseYaw: how far the nose is from between the eyes, in inter-eye distances, without sign. 0.16 is about 13 degrees.
    pub yaw: f32,
    /// HeadPosePitch: where the nose is between eyes (0) and mouth (1). About 0.5 to 0.65 in a level face.
    pub pitch: f32,
    /// HeadPoseRoll: the angle of the line of the eyes, in degrees, without sign.
    pub roll: f32,
    /// UnderExposurePrevention: the part of the face with a luminance below 26 of 255, 0 to 1.
    pub under_exposure: f32,
    /// OverExposurePrevention: the part of the face with a luminance above 247 of 255, 0 to 1.
    pub over_exposure: f32,
    /// DynamicRange: the entropy of the luminance of the face, in bits, 0 to 8.
    pub dynamic_range: f32,
    /// IlluminationUniformity: what the histograms of luminance of the left and the right half have in common, 0 to 1.
    pub illumination_uniformity: f32,
    /// Sharpness: energy of the Laplacian by the variance of luminance; the smaller, the more blurred.
    pub sharpness: f32,
    /// The least distance of the box around the face from a side of the picture, in inter-eye distances; negative if it is cut.
    pub margin: f32,
}

/// What falls short, and what to do. Each has a stable id; the wording is the page's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instruction {
    /// The face is too small.
    ComeCloser,
    /// The head is turned aside, up or down.
    LookStraight,
    /// The head is tilted.
    HoldHeadUpright,
    /// The face is too dark.
    MoreLight,
    /// The face is too bright.
    LessLight,
    /// Light comes from one side.
    LightFromFront,
    /// The picture is blurred.
    HoldStill,
    /// A part of the face is outside.
    MoveIntoPicture,
}

impl Instruction {
    /// The stable id.
    pub const fn id(self) -> &'static str {
        match self {
            Instruction::ComeCloser => "come_closer",
            Instruction::LookStraight => "look_straight",
            Instruction::HoldHeadUpright => "hold_head_upright",
            Instruction::MoreLight => "more_light",
            Instruction::LessLight => "less_light",
            Instruction::LightFromFront => "light_from_front",
            Instruction::HoldStill => "hold_still",
            Instruction::MoveIntoPicture => "move_into_picture",
        }
    }
}

/// Limits of the measures.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Profile {
    least_inter_eye_distance: f32,
    most_yaw: f32,
    pitch: (f32, f32),
    most_roll: f32,
    most_under_exposure: f32,
    most_over_exposure: f32,
    least_dynamic_range: f32,
    least_uniformity: f32,
    least_sharpness: f32,
    least_margin: f32,
}

impl Profile {
    /// A frame of a living person, who can try again.
    pub const LIVE: Profile = Profile {
        least_inter_eye_distance: 48.0,
        most_yaw: 0.2,
        pitch: (0.3, 0.8),
        most_roll: 15.0,
        most_under_exposure: 0.5,
        most_over_exposure: 0.25,
        least_dynamic_range: 4.5,
        least_uniformity: 0.2,
        least_sharpness: 0.01,
        least_margin: -0.2,
    };

    /// The portrait of a chip, which nobody can take again: only what cannot be compared is refused.
    pub const PORTRAIT: Profile = Profile {
        least_inter_eye_distance: 30.0,
        most_yaw: 0.35,
        pitch: (0.15, 0.9),
        most_roll: 25.0,
        most_under_exposure: 0.7,
        most_over_exposure: 0.5,
        least_dynamic_range: 3.0,
        least_uniformity: 0.05,
        least_sharpness: 0.003,
        least_margin: -0.5,
    };
}

impl Measures {
    /// Measures a face.
    ///
    /// # Errors
    /// The five points do not span a face.
    pub fn of(picture: &Picture, face: &Face) -> Result<Self, EngineError> {
        let points = &face.landmarks;
        let pose = Pose::of(points).ok_or(EngineError::Landmarks)?;
        let luminance = Luminance::of(&align(picture, points)?);
        let distance = points.inter_eye_distance();
        #[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let bounds = &face.bounds;
        let margin = bounds
            .left
            .min(bounds.top)
            .min(width - bounds.left - bounds.width)
            .min(height - bounds.top - bounds.height);
        #[expect(clippy::cast_possible_truncation, reason = "a ratio of small numbers")]
        let yaw = pose.turn.abs() as f32;
        Ok(Self {
            inter_eye_distance: distance,
            yaw,
            pitch: pitch(points),
            roll: (points.right_eye.y - points.left_eye.y)
                .atan2(points.right_eye.x - points.left_eye.x)
                .to_degrees()
                .abs(),
            under_exposure: luminance.part(|value| value < 26),
            over_exposure: luminance.part(|value| value > 247),
            dynamic_range: luminance.entropy(),
            illumination_uniformity: luminance.uniformity(),
            sharpness: luminance.sharpness(),
            margin: margin / distance,
        })
    }

    /// What falls short of a profile; nothing if the picture is good enough.
    pub fn shortfalls(&self, profile: &Profile) -> Vec<Instruction> {
        // A value that is not a number falls short.
        let least = |value: f32, limit: f32| value >= limit;
        let most = |value: f32, limit: f32| value <= limit;
        let (lowest, highest) = profile.pitch;
        let all = [
            (Instruction::ComeCloser, least(self.inter_eye_distance, profile.least_inter_eye_distance)),
            (Instruction::MoveIntoPicture, least(self.margin, profile.least_margin)),
            (
                Instruction::LookStraight,
                most(self.yaw, profile.most_yaw) && least(self.pitch, lowest) && most(self.pitch, highest),
            ),
            (Instruction::HoldHeadUpright, most(self.roll, profile.most_roll)),
            (Instruction::MoreLight, most(self.under_exposure, profile.most_under_exposure)),
            (Instruction::LessLight, most(self.over_exposure, profile.most_over_exposure)),
            (
                Instruction::LightFromFront,
                least(self.illumination_uniformity, profile.least_uniformity)
                    && least(self.dynamic_range, profile.least_dynamic_range),
            ),
            (Instruction::HoldStill, least(self.sharpness, profile.least_sharpness)),
        ];
        all.into_iter().filter(|(_, good)| !good).map(|(instruction, _)| instruction).collect()
    }
}

/// Where the nose is on the way from the eyes (0) to the mouth (1).
fn pitch(points: &Landmarks) -> f32 {
    let eyes = (
        f32::midpoint(points.left_eye.x, points.right_eye.x),
        f32::midpoint(points.left_eye.y, points.right_eye.y),
    );
    let mouth = (
        f32::midpoint(points.left_mouth.x, points.right_mouth.x),
        f32::midpoint(points.left_mouth.y, points.right_mouth.y),
    );
    let down = (mouth.0 - eyes.0, mouth.1 - eyes.1);
    let nose = (points.nose.x - eyes.0, points.nose.y - eyes.1);
    (nose.0 * down.0 + nose.1 * down.1) / (down.0 * down.0 + down.1 * down.1)
}

/// The luminance of an aligned face, `SIDE` x `SIDE` (ITU-R BT.601).
struct Luminance(zeroize::Zeroizing<Vec<u8>>);

impl Luminance {
    fn of(aligned: &Picture) -> Self {
        let grey = aligned.rgb().as_chunks::<3>().0.iter().map(|&[r, g, b]| {
            let sum = 299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b);
            u8::try_from((sum + 500) / 1000).unwrap_or(255)
        });
        Self(zeroize::Zeroizing::new(grey.collect()))
    }

    #[expect(clippy::cast_precision_loss, reason = "an aligned face has some ten thousand pixels")]
    fn part(&self, counts: impl Fn(u8) -> bool) -> f32 {
        self.0.iter().filter(|value| counts(**value)).count() as f32 / self.0.len().max(1) as f32
    }

    fn entropy(&self) -> f32 {
        let all = histogram(self.0.iter().copied());
        -all.iter().filter(|part| **part > 0.0).map(|part| part * part.log2()).sum::<f32>()
    }

    fn uniformity(&self) -> f32 {
        let side = SIDE as usize;
        let half = |keep: fn(usize) -> bool| {
            histogram(
                self.0.iter().enumerate().filter(move |(at, _)| keep(at % side)).map(|(_, value)| *value),
            )
        };
        let (left, right) = (half(|x| x < SIDE as usize / 2), half(|x| x >= SIDE as usize / 2));
        // Sixteen levels: finer ones would find differences in noise.
        let coarse =
            |fine: &[f32; 256]| -> Vec<f32> { fine.chunks(16).map(|level| level.iter().sum()).collect() };
        coarse(&left).iter().zip(coarse(&right)).map(|(a, b)| a.min(b)).sum()
    }

    #[expect(clippy::cast_precision_loss, reason = "an aligned face has some ten thousand pixels")]
    fn sharpness(&self) -> f32 {
        let side = SIDE as usize;
        let value = |x: usize, y: usize| f32::from(self.0.get(y * side + x).copied().unwrap_or(0));
        let inside = || (1..side - 1).flat_map(|y| (1..side - 1).map(move |x| (x, y)));
        let count = ((side - 2) * (side - 2)) as f32;
        let mean = inside().map(|(x, y)| value(x, y)).sum::<f32>() / count;
        let variance = inside().map(|(x, y)| (value(x, y) - mean).powi(2)).sum::<f32>() / count;
        let energy = inside()
            .map(|(x, y)| {
                let around = value(x - 1, y) + value(x + 1, y) + value(x, y - 1) + value(x, y + 1);
                (around - 4.0 * value(x, y)).powi(2)
            })
            .sum::<f32>()
            / count;
        if variance > 0.0 { energy / variance } else { 0.0 }
    }
}

/// The part of the values at each of 256 levels.
fn histogram(values: impl Iterator<Item = u8>) -> [f32; 256] {
    let mut counts = [0.0_f32; 256];
    let mut all = 0.0;
    for value in values {
        counts[usize::from(value)] += 1.0;
        all += 1.0;
    }
    counts.map(|count| if all > 0.0 { count / all } else { 0.0 })
}
