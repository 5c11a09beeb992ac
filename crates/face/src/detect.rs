//! Detection: where the faces of a picture are, with five points each (YuNet).
//!
//! The picture is shrunk so that its longer side is at most [`LONGEST_SIDE`] pixels; it is never enlarged. The network looks at it at
//! strides of 8, 16 and 32 pixels, each place says how likely a face is there and where; of boxes that overlap only the surest is
//! kept.
//!
//! [`one_face`] is the rule of a comparison: exactly one face, or a typed reason.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use crate::geometry::{Bounds, Face, Landmarks, Point};
use crate::networks::{EngineError, Networks};
use crate::picture::Picture;
use crate::planes::planes;
use crate::resample::shrink;

/// The longer side of what the detector sees, in pixels: a face must have about a thirtieth of it to be found.
pub const LONGEST_SIDE: u32 = 320;

/// Sizes that the network can see are multiples of its greatest stride.
const STRIDES: [usize; 3] = [8, 16, 32];

/// Below this a place is no face. Chosen so that hard portraits are still found; quality has its own checks.
const MIN_CONFIDENCE: f32 = 0.6;

/// Of two boxes whose intersection is a larger part of their union than this, only the surer is kept.
const MAX_OVERLAP: f32 = 0.3;

/// More faces than this are not listed.
const MAX_FACES: usize = 64;

impl Networks {
    /// The faces of a picture, the surest first, at most 64.
    pub fn detect(&self, picture: &Picture) -> Result<Vec<Face>, EngineError> {
        self.detect_at(picture, LONGEST_SIDE)
    }

    /// The faces of a picture that is shrunk to `longest_side` pixels at most (32 to 1024).
    pub fn detect_at(&self, picture: &Picture, longest_side: u32) -> Result<Vec<Face>, EngineError> {
        let factor =
            (picture.width().max(picture.height()) as f32 / longest_side.clamp(32, 1024) as f32).max(1.0);
        let shrunk;
        let seen = if factor > 1.0 {
            let size = |side: u32| ((side as f32 / factor).round() as u32).max(1);
            shrunk = shrink(picture, size(picture.width()), size(picture.height()))
                .ok_or_else(|| self.detector.outputs_differ())?;
            &shrunk
        } else {
            picture
        };
        let padded = |side: u32| (side as usize).next_multiple_of(STRIDES[2]);
        let (width, height) = (padded(seen.width()), padded(seen.height()));
        let input = planes(seen, self.detector.form(), width, height);
        let outputs = self.run(&self.detector, height, width, &input)?;

        let mut found = Vec::new();
        for stride in STRIDES {
            let output = |kind: &str| -> Result<&[f32], EngineError> {
                let place = self.detector.output(&format!("{kind}_{stride}"));
                place
                    .and_then(|place| outputs.get(place))
                    .map(|v| v.as_slice())
                    .ok_or_else(|| self.detector.outputs_differ())
            };
            let map = Map {
                stride: stride as f32,
                columns: width / stride,
                class: output("cls")?,
                object: output("obj")?,
                boxes: output("bbox")?,
                points: output("kps")?,
            };
            if !map.fits(height / stride) {
                return Err(self.detector.outputs_differ());
            }
            map.faces(&mut found);
        }
        Ok(keep_surest(found).into_iter().map(|face| enlarge(&face, factor)).collect())
    }
}

/// What the network says at one stride.
struct Map<'a> {
    stride: f32,
    columns: usize,
    class: &'a [f32],
    object: &'a [f32],
    boxes: &'a [f32],
    points: &'a [f32],
}

impl Map<'_> {
    fn fits(&self, rows: usize) -> bool {
        let places = rows * self.columns;
        [self.class.len(), self.object.len(), self.boxes.len() / 4, self.points.len() / 10] == [places; 4]
    }

    fn faces(&self, found: &mut Vec<Face>) {
        for (place, (class, object)) in self.class.iter().zip(self.object).enumerate() {
            let confidence = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
            // Not a number is not sure either.
            if confidence.is_nan() || confidence < MIN_CONFIDENCE {
                continue;
            }
            let (column, row) = ((place % self.columns) as f32, (place / self.columns) as f32);
            let b = &self.boxes[place * 4..place * 4 + 4];
            let p = &self.points[place * 10..place * 10 + 10];
            let (width, height) = (b[2].exp() * self.stride, b[3].exp() * self.stride);
            let point = |index: usize| {
                Point::new((column + p[2 * index]) * self.stride, (row + p[2 * index + 1]) * self.stride)
            };
            let face = Face {
                bounds: Bounds {
                    left: (column + b[0]) * self.stride - width / 2.0,
                    top: (row + b[1]) * self.stride - height / 2.0,
                    width,
                    height,
                },
                landmarks: Landmarks {
                    left_eye: point(0),
                    right_eye: point(1),
                    nose: point(2),
                    left_mouth: point(3),
                    right_mouth: point(4),
                },
                confidence,
            };
            let finite = face.landmarks.points().iter().all(|p| p.x.is_finite() && p.y.is_finite());
            if finite
                && width.is_finite()
                && height.is_finite()
                && face.bounds.left.is_finite()
                && face.bounds.top.is_finite()
            {
                found.push(face);
            }
        }
    }
}

/// Non-maximum suppression.
fn keep_surest(mut found: Vec<Face>) -> Vec<Face> {
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut kept: Vec<Face> = Vec::new();
    for face in found {
        if kept.len() == MAX_FACES {
            break;
        }
        if kept.iter().all(|other| overlap(&face.bounds, &other.bounds) <= MAX_OVERLAP) {
            kept.push(face);
        }
    }
    kept
}

/// The intersection of two boxes as a part of their union.
fn overlap(a: &Bounds, b: &Bounds) -> f32 {
    let width = ((a.left + a.width).min(b.left + b.width) - a.left.max(b.left)).max(0.0);
    let height = ((a.top + a.height).min(b.top + b.height) - a.top.max(b.top)).max(0.0);
    let both = width * height;
    let either = a.width * a.height + b.width * b.height - both;
    if either > 0.0 { both / either } else { 0.0 }
}

/// From the pixels that the detector saw to those of the picture.
fn enlarge(face: &Face, factor: f32) -> Face {
    let back = |value: f32| (value + 0.5) * factor - 0.5;
    let point = |p: Point| Point::new(back(p.x), back(p.y));
    let Face { bounds, landmarks, confidence } = *face;
    Face {
        bounds: Bounds {
            left: back(bounds.left),
            top: back(bounds.top),
            width: bounds.width * factor,
            height: bounds.height * factor,
        },
        landmarks: Landmarks {
            left_eye: point(landmarks.left_eye),
            right_eye: point(landmarks.right_eye),
            nose: point(landmarks.nose),
            left_mouth: point(landmarks.left_mouth),
            right_mouth: point(landmarks.right_mouth),
        },
        confidence,
    }
}

/// The smallest inter-eye distance, in pixels, of a face that is compared: half of the one of an aligned face. Below, most pixels of the
/// aligned face would be made up.
pub const MIN_INTER_EYE_DISTANCE: f32 = 18.0;

/// A second face whose inter-eye distance is less than this part of the first one's is in the background.
const BACKGROUND: f32 = 0.4;

/// The one face of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneFace {
    /// The face.
    pub face: Face,
    /// How many much smaller faces there are behind it (a passer-by, a picture on the wall). A caller who must be sure that nobody
    /// else was before the camera refuses these too.
    pub background: usize,
}

/// Exactly one face: the largest, if every other is much smaller (inter-eye distance below 0.4 of its).
///
/// A face as large as that is a second person, whose face might be the one that is compared: refused. A much smaller one cannot be
/// taken for the person before the camera, so it is only counted.
pub fn one_face(faces: &[Face]) -> Result<OneFace, NotOneFace> {
    let size = |face: &Face| face.landmarks.inter_eye_distance();
    let largest = faces.iter().max_by(|a, b| size(a).total_cmp(&size(b))).ok_or(NotOneFace::None)?;
    let rivals = faces.iter().filter(|face| size(face) >= BACKGROUND * size(largest)).count();
    if rivals > 1 {
        return Err(NotOneFace::Several(rivals));
    }
    if size(largest) < MIN_INTER_EYE_DISTANCE {
        return Err(NotOneFace::TooSmall);
    }
    Ok(OneFace { face: *largest, background: faces.len() - rivals })
}

/// Why a picture does not show exactly one face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOneFace {
    /// There is none.
    #[error("no face was found")]
    None,
    /// There are several of about the same size.
    #[error("{0} faces were found where one is expected")]
    Several(usize),
    /// It has too few pixels to be compared.
    #[error("the face is too small to be compared")]
    TooSmall,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(left: f32, size: f32, confidence: f32) -> Face {
        let point = |x: f32, y: f32| Point::new(left + x * size, y * size);
        Face {
            bounds: Bounds { left, top: 0.0, width: size, height: size },
            landmarks: Landmarks {
                left_eye: point(0.25, 0.4),
                right_eye: point(0.75, 0.4),
                nose: point(0.5, 0.6),
                left_mouth: point(0.3, 0.8),
                right_mouth: point(0.7, 0.8),
            },
            confidence,
        }
    }

    #[test]
    fn of_boxes_that_overlap_only_the_surest_is_kept() {
        let kept = keep_surest(vec![face(0.0, 100.0, 0.7), face(10.0, 100.0, 0.9), face(200.0, 100.0, 0.8)]);
        assert_eq!(kept, [face(10.0, 100.0, 0.9), face(200.0, 100.0, 0.8)]);
    }

    #[test]
    fn a_list_of_faces_has_an_end() {
        let many = (0..1000_u16).map(|i| face(f32::from(i) * 200.0, 100.0, 0.9)).collect();
        assert_eq!(keep_surest(many).len(), MAX_FACES);
    }

    #[test]
    fn the_overlap_of_equal_boxes_is_one_and_of_empty_ones_none() {
        let bounds = face(0.0, 100.0, 0.9).bounds;
        assert!((overlap(&bounds, &bounds) - 1.0).abs() < 1e-6);
        let empty = Bounds { width: 0.0, height: 0.0, ..bounds };
        assert!(overlap(&empty, &empty).abs() < 1e-6);
        let half = Bounds { left: 50.0, ..bounds };
        assert!((overlap(&bounds, &half) - 1.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn no_face_two_faces_and_a_tiny_one_are_told_apart() {
        assert_eq!(one_face(&[]), Err(NotOneFace::None));
        assert_eq!(one_face(&[face(0.0, 100.0, 0.9), face(200.0, 90.0, 0.9)]), Err(NotOneFace::Several(2)));
        assert_eq!(one_face(&[face(0.0, 30.0, 0.9)]), Err(NotOneFace::TooSmall));
        let alone = one_face(&[face(0.0, 100.0, 0.9)]).unwrap();
        assert_eq!((alone.face, alone.background), (face(0.0, 100.0, 0.9), 0));
    }

    #[test]
    fn a_much_smaller_face_is_counted_and_not_taken_even_if_it_is_surer() {
        let found = one_face(&[face(300.0, 39.0, 0.99), face(0.0, 100.0, 0.7)]).unwrap();
        assert_eq!((found.face, found.background), (face(0.0, 100.0, 0.7), 1));
        assert_eq!(one_face(&[face(300.0, 40.0, 0.99), face(0.0, 100.0, 0.7)]), Err(NotOneFace::Several(2)));
    }

    #[test]
    fn pixels_of_the_detector_are_taken_back_to_those_of_the_picture() {
        // The first pixel of a picture at half size covers the first two of the picture, whose centre lies at 0.5.
        let enlarged = enlarge(&face(0.0, 10.0, 0.9), 2.0);
        assert!((enlarged.bounds.left - 0.5).abs() < 1e-6 && (enlarged.bounds.width - 20.0).abs() < 1e-6);
        assert!((enlarged.landmarks.nose.x - 10.5).abs() < 1e-6);
    }
}
