//! Alignment: a face is turned, scaled and moved so that its five points lie where the embedding model expects them.
//!
//! The transform is the similarity (rotation, one scale, translation; no mirroring) with the least squared error over the five
//! points (Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991). The template is the
//! one of ArcFace for 112 x 112 pixels, with which SFace and EdgeFace were trained.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use crate::geometry::{Landmarks, Point};
use crate::networks::EngineError;
use crate::picture::Picture;
use crate::resample::{resample, taps};

/// Pixels in a row, and rows, of an aligned face.
pub const SIDE: u32 = 112;

/// Where the five points lie in an aligned face, in the order of [`Landmarks::points`].
pub const TEMPLATE: [Point; 5] = [
    Point::new(38.2946, 51.6963),
    Point::new(73.5318, 51.5014),
    Point::new(56.0252, 71.7366),
    Point::new(41.5493, 92.3655),
    Point::new(70.7299, 92.2041),
];

/// `x' = a x - b y + x0`, `y' = b x + a y + y0`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Similarity {
    /// Scale times the cosine of the angle.
    pub a: f32,
    /// Scale times the sine of the angle.
    pub b: f32,
    /// What is added to `x`.
    pub x0: f32,
    /// What is added to `y`.
    pub y0: f32,
}

impl Similarity {
    /// The similarity that takes `from` to `to` with the least squared error; nothing if the points of `from` fall together or some
    /// number is not finite.
    pub fn between(from: &[Point], to: &[Point]) -> Option<Self> {
        if from.len() != to.len() || from.len() < 2 {
            return None;
        }
        let (from_x, from_y) = mean(from);
        let (to_x, to_y) = mean(to);
        let (mut dot, mut cross, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (f64::from(p.x) - from_x, f64::from(p.y) - from_y);
            let (qx, qy) = (f64::from(q.x) - to_x, f64::from(q.y) - to_y);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            spread += px * px + py * py;
        }
        if !spread.is_finite() || spread < 1e-6 {
            return None;
        }
        let (a, b) = (dot / spread, cross / spread);
        let found = Self {
            a: a as f32,
            b: b as f32,
            x0: (to_x - a * from_x + b * from_y) as f32,
            y0: (to_y - b * from_x - a * from_y) as f32,
        };
        (found.scale().is_finite() && found.scale() > 1e-6 && found.x0.is_finite() && found.y0.is_finite())
            .then_some(found)
    }

    /// How much larger things become.
    pub fn scale(self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Where a point comes to lie.
    pub fn apply(self, point: Point) -> Point {
        Point::new(
            self.a * point.x - self.b * point.y + self.x0,
            self.b * point.x + self.a * point.y + self.y0,
        )
    }

    /// The way back.
    #[must_use]
    pub fn inverse(self) -> Self {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        Self { a, b, x0: -(a * self.x0 - b * self.y0), y0: -(b * self.x0 + a * self.y0) }
    }
}

fn mean(points: &[Point]) -> (f64, f64) {
    let count = points.len() as f64;
    let sum = points.iter().fold((0.0, 0.0), |(x, y), p| (x + f64::from(p.x), y + f64::from(p.y)));
    (sum.0 / count, sum.1 / count)
}

/// The face with these points, `SIDE` x `SIDE` pixels. What lies outside of the picture is black, as it was in training.
pub fn align(picture: &Picture, landmarks: &Landmarks) -> Result<Picture, EngineError> {
    let to_template = Similarity::between(&landmarks.points(), &TEMPLATE).ok_or(EngineError::Landmarks)?;
    let back = to_template.inverse();
    // A face of which a whole picture would be a hundredth, or that is wider than any picture, is none.
    if !(0.005..=200.0).contains(&back.scale()) {
        return Err(EngineError::Landmarks);
    }
    resample(picture, SIDE, SIDE, taps(back.scale()), |at| back.apply(at)).ok_or(EngineError::Landmarks)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn landmarks([left_eye, right_eye, nose, left_mouth, right_mouth]: [Point; 5]) -> Landmarks {
        Landmarks { left_eye, right_eye, nose, left_mouth, right_mouth }
    }

    proptest! {
        #[test]
        fn any_similarity_is_found_again_from_the_points_it_moved(
            angle in -3.0_f32..3.0, scale in 0.05_f32..20.0, x0 in -500.0_f32..500.0, y0 in -500.0_f32..500.0,
        ) {
            let made = Similarity { a: scale * angle.cos(), b: scale * angle.sin(), x0, y0 };
            let moved = TEMPLATE.map(|point| made.apply(point));
            let found = Similarity::between(&TEMPLATE, &moved).unwrap();
            for point in TEMPLATE {
                prop_assert!(found.apply(point).distance(made.apply(point)) < 0.01 * scale.max(1.0));
                prop_assert!(found.inverse().apply(found.apply(point)).distance(point) < 0.05);
            }
        }

        #[test]
        fn no_points_make_alignment_fail_otherwise_than_with_an_error(values in prop::array::uniform10(any::<f32>())) {
            let picture = Picture::from_rgb(4, 4, vec![200; 48]).unwrap();
            let point = |index: usize| Point::new(values[2 * index], values[2 * index + 1]);
            if let Ok(aligned) = align(&picture, &landmarks([point(0), point(1), point(2), point(3), point(4)])) {
                prop_assert_eq!((aligned.width(), aligned.height()), (SIDE, SIDE));
            }
        }
    }

    #[test]
    fn the_error_is_least_squared_and_not_only_small() {
        // Two points move apart: the best similarity leaves the same error at both.
        let from = [Point::new(0.0, 0.0), Point::new(2.0, 0.0), Point::new(1.0, 1.0)];
        let to = [Point::new(0.0, 0.0), Point::new(2.0, 0.0), Point::new(1.0, 2.0)];
        let found = Similarity::between(&from, &to).unwrap();
        let error =
            |s: Similarity| from.iter().zip(to).map(|(p, q)| s.apply(*p).distance(q).powi(2)).sum::<f32>();
        for (da, dx, dy) in
            [(0.01, 0.0, 0.0), (-0.01, 0.0, 0.0), (0.0, 0.01, 0.0), (0.0, 0.0, 0.01), (0.0, 0.0, -0.01)]
        {
            let other = Similarity { a: found.a + da, x0: found.x0 + dx, y0: found.y0 + dy, ..found };
            assert!(error(found) < error(other), "{other:?}");
        }
    }

    #[test]
    fn a_face_that_lies_as_the_template_is_only_cut_out() {
        let pixels = (0..112 * 112_u32).flat_map(|i| [(i % 251) as u8, (i / 112) as u8, 7]).collect();
        let picture = Picture::from_rgb(112, 112, pixels).unwrap();
        let aligned = align(&picture, &landmarks(TEMPLATE)).unwrap();
        let far = aligned.rgb().iter().zip(picture.rgb()).filter(|(a, b)| a.abs_diff(**b) > 1).count();
        assert_eq!(far, 0);
    }

    #[test]
    fn points_that_fall_together_are_no_face() {
        let picture = Picture::from_rgb(4, 4, vec![0; 48]).unwrap();
        let one = Point::new(2.0, 2.0);
        assert_eq!(align(&picture, &landmarks([one; 5])).unwrap_err(), EngineError::Landmarks);
        let mut points = TEMPLATE;
        points[2].x = f32::NAN;
        assert_eq!(align(&picture, &landmarks(points)).unwrap_err(), EngineError::Landmarks);
    }
}
