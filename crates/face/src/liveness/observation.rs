//! What somebody with decoders and networks saw in the frames: the input of the evaluation.
//!
//! An observation prints nothing of a face.

use zeroize::Zeroizing;

use super::fingerprint::{Encoder, NoisePrint, PictureHash};
use crate::geometry::Landmarks;

/// Linear light, red, green, blue: 0 to 1 each.
pub type Linear = [f32; 3];

/// The mean light of places of the face, and of the background beside it.
#[derive(Clone, Copy, PartialEq)]
pub struct Patches {
    /// The forehead.
    pub forehead: Linear,
    /// The cheek on the left of the picture.
    pub left_cheek: Linear,
    /// The cheek on the right of the picture.
    pub right_cheek: Linear,
    /// The tip of the nose.
    pub nose: Linear,
    /// The background on both sides of the head; nothing if the head fills the picture.
    pub background: Option<Linear>,
}

impl Patches {
    /// The four places of skin.
    pub const fn skin(&self) -> [Linear; 4] {
        [self.forehead, self.left_cheek, self.right_cheek, self.nose]
    }
}

impl std::fmt::Debug for Patches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patches(<redacted>)")
    }
}

/// What was seen in one frame.
#[derive(Clone)]
pub struct Observation {
    /// The place of the frame in the capture.
    pub index: u16,
    /// Width and height of the decoded picture, in pixels.
    pub size: (u32, u32),
    /// How many faces the detector found.
    pub faces: u16,
    /// The five points of the face, if there is exactly one.
    pub landmarks: Option<Landmarks>,
    /// The light of its skin, if it could be measured.
    pub patches: Option<Patches>,
    /// The comparison score (cosine) against the frame that is to be compared with the portrait.
    pub similarity: Option<f32>,
    /// Hashes of the decoded picture.
    pub picture: PictureHash,
    /// Its noise.
    pub noise: Option<NoisePrint>,
    /// What encoded it.
    pub encoder: Encoder,
}

impl std::fmt::Debug for Observation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Observation({}, {} faces, <redacted>)", self.index, self.faces)
    }
}

impl NoisePrint {
    /// A print of samples.
    pub fn new(samples: Vec<i8>) -> Self {
        Self(Zeroizing::new(samples))
    }
}
