//! Passive presentation attack detection (ISO/IEC 30107-1): does the picture look like a face, or like a print or a screen that
//! shows one?
//!
//! Two MiniFASNets look at the face with more and with less of its surroundings; the mean of both counts, and of several frames.
//!
//! **What it does not protect against.** Masks, good screens, and pictures that never were before the camera (injection). It is one
//! signal beside the active challenge, never the gate. For some persons it says "attack" in most frames (see the model cards).

#![expect(
    clippy::cast_precision_loss,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use crate::geometry::{Bounds, Face, Point};
use crate::networks::{EngineError, Network, Networks};
use crate::picture::Picture;
use crate::planes::planes;
use crate::resample::resample;

/// The version of score and bands: it changes with the models, their mean or the bands.
pub const VERSION: &str = "minifasnet-v2+v1se/1";

/// Fewer frames than this give no score.
pub const MIN_FRAMES: usize = 5;

/// The output of "live" among the three of the models.
const LIVE: usize = 1;

/// How much a frame looks like a living face.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct FrameScore(f32);

impl FrameScore {
    /// The number, 0 (attack) to 1 (live).
    pub fn value(self) -> f32 {
        self.0
    }
}

/// A score of a whole capture.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct AttackScore(f32);

impl AttackScore {
    /// The mean of the frames; nothing if there are fewer than [`MIN_FRAMES`].
    pub fn of(frames: &[FrameScore]) -> Option<Self> {
        (frames.len() >= MIN_FRAMES)
            .then(|| Self(frames.iter().map(|frame| frame.0).sum::<f32>() / frames.len() as f32))
    }

    /// The number, 0 (attack) to 1 (live).
    pub fn value(self) -> f32 {
        self.0
    }

    /// The coarse band, for logs.
    pub fn band(self) -> Band {
        match self.0 {
            value if value < 0.1 => Band::Attack,
            value if value < 0.3 => Band::LikelyAttack,
            value if value < 0.5 => Band::Unsure,
            value if value < 0.8 => Band::LikelyLive,
            _ => Band::Live,
        }
    }
}

/// A coarse band of an [`AttackScore`]. The limits are those for which error rates were measured (0.1, 0.3, 0.5, 0.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Below 0.1.
    Attack,
    /// 0.1 to 0.3.
    LikelyAttack,
    /// 0.3 to 0.5.
    Unsure,
    /// 0.5 to 0.8.
    LikelyLive,
    /// From 0.8.
    Live,
}

impl Networks {
    /// How much the face in this frame looks alive: the mean of the two models.
    pub fn live_score(&self, picture: &Picture, face: &Face) -> Result<FrameScore, EngineError> {
        let [first, second] = &self.attack;
        let mean = f32::midpoint(self.live_of(first, picture, face)?, self.live_of(second, picture, face)?);
        Ok(FrameScore(mean))
    }

    fn live_of(&self, network: &Network, picture: &Picture, face: &Face) -> Result<f32, EngineError> {
        let form = network.form();
        let (Some(width), Some(height), Some(crop)) = (form.width, form.height, form.crop) else {
            return Err(network.outputs_differ());
        };
        let part = surroundings(picture, &face.bounds, crop).ok_or(EngineError::Bounds)?;
        let cut = resized(picture, &part, width, height).ok_or(EngineError::Bounds)?;
        let (width, height) = (width as usize, height as usize);
        let outputs = self.run(network, height, width, &planes(&cut, form, width, height))?;
        match outputs.first().map(|output| output.as_slice()) {
            Some(classes @ [_, _, _]) if classes[LIVE].is_finite() => Ok(classes[LIVE].clamp(0.0, 1.0)),
            _ => Err(network.outputs_differ()),
        }
    }
}

/// The part of the picture around a face that is `factor` times as wide and high, smaller where the picture is, moved to lie inside:
/// as in the training of the models.
fn surroundings(picture: &Picture, face: &Bounds, factor: f32) -> Option<Bounds> {
    let (right_end, bottom_end) = (picture.width() as f32 - 1.0, picture.height() as f32 - 1.0);
    if !(face.width >= 1.0 && face.height >= 1.0) {
        return None;
    }
    let factor = factor.min(bottom_end / face.height).min(right_end / face.width);
    let (width, height) = (face.width * factor, face.height * factor);
    let inside =
        |centre: f32, size: f32, end: f32| (centre - size / 2.0).clamp(0.0, (end - size).max(0.0)).trunc();
    let left = inside(face.left + face.width / 2.0, width, right_end);
    let top = inside(face.top + face.height / 2.0, height, bottom_end);
    let part = Bounds { left, top, width: width.trunc() + 1.0, height: height.trunc() + 1.0 };
    (part.left.is_finite() && part.top.is_finite() && part.width > 1.0 && part.height > 1.0).then_some(part)
}

/// A part of a picture in another size, corners to corners. One sample for each pixel, as in the training of the models: averaging would
/// take away the patterns of prints and screens.
fn resized(picture: &Picture, part: &Bounds, width: u32, height: u32) -> Option<Picture> {
    let (across, down) = (part.width / width as f32, part.height / height as f32);
    let (right, bottom) = (part.left + part.width - 1.0, part.top + part.height - 1.0);
    resample(picture, width, height, 1, |at| {
        let x = part.left + (at.x + 0.5) * across - 0.5;
        let y = part.top + (at.y + 0.5) * down - 0.5;
        Point::new(x.clamp(part.left, right), y.clamp(part.top, bottom))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Picture {
        Picture::from_rgb(width, height, vec![90; (width * height * 3) as usize]).unwrap()
    }

    fn inside(part: &Bounds, picture: &Picture) -> bool {
        part.left >= 0.0
            && part.top >= 0.0
            && part.left + part.width <= picture.width() as f32
            && part.top + part.height <= picture.height() as f32
    }

    #[test]
    fn the_surroundings_lie_in_the_picture_wherever_the_face_is() {
        let picture = picture(640, 480);
        for (left, top, size) in
            [(280.0, 200.0, 80.0), (-20.0, -20.0, 80.0), (600.0, 440.0, 80.0), (100.0, 10.0, 470.0)]
        {
            let face = Bounds { left, top, width: size, height: size };
            for factor in [2.7, 4.0] {
                let part = surroundings(&picture, &face, factor).unwrap();
                assert!(inside(&part, &picture), "{part:?}");
            }
        }
        let part =
            surroundings(&picture, &Bounds { left: 280.0, top: 200.0, width: 80.0, height: 80.0 }, 2.7)
                .unwrap();
        assert_eq!((part.left, part.top, part.width, part.height), (212.0, 132.0, 217.0, 217.0));
    }

    #[test]
    fn a_box_without_area_or_numbers_has_no_surroundings() {
        let picture = picture(640, 480);
        for (width, height) in [(0.0, 10.0), (10.0, -1.0), (f32::NAN, 10.0), (10.0, f32::INFINITY)] {
            let face = Bounds { left: 5.0, top: 5.0, width, height };
            assert!(surroundings(&picture, &face, 2.7).is_none(), "{width} x {height}");
        }
        let nowhere = Bounds { left: f32::NAN, top: 0.0, width: 10.0, height: 10.0 };
        assert!(surroundings(&picture, &nowhere, 2.7).is_none());
    }

    #[test]
    fn fewer_than_five_frames_give_no_score_and_five_their_mean() {
        let frames = [0.0, 0.5, 1.0, 1.0, 1.0].map(FrameScore);
        assert_eq!(AttackScore::of(&frames[..4]), None);
        assert!((AttackScore::of(&frames).unwrap().value() - 0.7).abs() < 1e-6);
    }

    #[test]
    fn bands_begin_at_the_thresholds_that_were_measured() {
        let band = |value| AttackScore(value).band();
        assert_eq!([band(0.0), band(0.099)], [Band::Attack; 2]);
        assert_eq!([band(0.1), band(0.299)], [Band::LikelyAttack; 2]);
        assert_eq!([band(0.3), band(0.5), band(0.8)], [Band::Unsure, Band::LikelyLive, Band::Live]);
    }
}
