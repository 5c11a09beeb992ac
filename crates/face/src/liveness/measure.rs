//! The light of skin and background in a picture: means of linear light over small discs placed by the five points.
//!
//! Pixels that are clipped in any channel are left out, and so is the darkest and the brightest tenth of a disc (hair, glare). Black is
//! not left out: under a red screen in a dark room, no green is the truth.

use super::observation::{Linear, Patches};
use crate::geometry::{Face, Point};
use crate::picture::Picture;

/// From this value on a channel is clipped.
const CLIPPED: u8 = 250;
/// The radius of a disc, in inter-eye distances.
const RADIUS: f32 = 0.14;
/// The least pixels that a disc must have.
const LEAST_PIXELS: usize = 9;
/// The greatest radius of a disc in pixels; larger discs are sampled in steps.
const LARGEST_RADIUS: f32 = 24.0;

/// The light of a face and of what is beside it; nothing if a place of skin is outside of the picture, too small, or mostly clipped.
pub fn patches(picture: &Picture, face: &Face) -> Option<Patches> {
    let points = &face.landmarks;
    let distance = points.inter_eye_distance();
    if !(distance.is_finite() && distance > 1.0) {
        return None;
    }
    let middle = between(points.left_eye, points.right_eye, 0.5);
    let mouth = between(points.left_mouth, points.right_mouth, 0.5);
    // Along the eyes, and from the eyes to the mouth.
    let along = Point::new(points.right_eye.x - points.left_eye.x, points.right_eye.y - points.left_eye.y);
    let down = Point::new(mouth.x - middle.x, mouth.y - middle.y);
    let place = |from: Point, a: f32, d: f32| {
        Point::new(from.x + a * along.x + d * down.x, from.y + a * along.y + d * down.y)
    };
    let disc = |centre: Point| mean_light(picture, centre, RADIUS * distance);
    let sides: Vec<Linear> =
        [-1.9, 1.9].into_iter().filter_map(|side| disc(place(middle, side, -0.3))).collect();
    Some(Patches {
        forehead: disc(place(middle, 0.0, -0.5))?,
        left_cheek: disc(place(between(points.left_eye, points.left_mouth, 0.55), -0.08, 0.0))?,
        right_cheek: disc(place(between(points.right_eye, points.right_mouth, 0.55), 0.08, 0.0))?,
        nose: disc(points.nose)?,
        background: match sides.as_slice() {
            [left, right] => Some([0, 1, 2].map(|c| f32::midpoint(left[c], right[c]))),
            [one] => Some(*one),
            _ => None,
        },
    })
}

fn between(a: Point, b: Point, part: f32) -> Point {
    Point::new(a.x + part * (b.x - a.x), a.y + part * (b.y - a.y))
}

/// The mean light of a disc; nothing if less than half of it is in the picture and not clipped.
fn mean_light(picture: &Picture, centre: Point, radius: f32) -> Option<Linear> {
    if !(centre.x.is_finite() && centre.y.is_finite()) {
        return None;
    }
    let step = (radius / LARGEST_RADIUS).max(1.0);
    let reach = radius.min(LARGEST_RADIUS);
    let (mut all, mut inside) = (0_usize, Vec::new());
    let mut dy = -reach;
    while dy <= reach {
        let mut dx = -reach;
        while dx <= reach {
            if dx.hypot(dy) <= reach {
                all += 1;
                inside.extend(pixel(picture, centre.x + dx * step, centre.y + dy * step));
            }
            dx += 1.0;
        }
        dy += 1.0;
    }
    inside.retain(|pixel| pixel.iter().all(|channel| *channel < CLIPPED));
    if inside.len() < LEAST_PIXELS || inside.len() * 2 < all {
        return None;
    }
    inside.sort_by_key(|[red, green, blue]| 2 * u32::from(*red) + 5 * u32::from(*green) + u32::from(*blue));
    let cut = inside.len() / 10;
    let kept = inside.get(cut..inside.len() - cut)?;
    let number = u16::try_from(kept.len()).ok()?;
    Some([0, 1, 2].map(|c| kept.iter().map(|pixel| linear(pixel[c])).sum::<f32>() / f32::from(number)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked against the size of the picture"
)]
fn pixel(picture: &Picture, x: f32, y: f32) -> Option<[u8; 3]> {
    let (x, y) = (x.round(), y.round());
    let fits = x >= 0.0 && y >= 0.0 && x < 65_536.0 && y < 65_536.0;
    let (x, y) = fits.then_some((x as u32, y as u32))?;
    (x < picture.width() && y < picture.height()).then_some(())?;
    let at = usize::try_from((u64::from(y) * u64::from(picture.width()) + u64::from(x)) * 3).ok()?;
    picture.rgb().get(at..at + 3)?.try_into().ok()
}

/// The linear light of an sRGB value (IEC 61966-2-1).
fn linear(value: u8) -> f32 {
    let value = f32::from(value) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Bounds, Landmarks};

    fn face(scale: f32) -> Face {
        let at = |x: f32, y: f32| Point::new(x * scale, y * scale);
        Face {
            bounds: Bounds { left: 0.0, top: 0.0, width: 200.0, height: 200.0 },
            landmarks: Landmarks {
                left_eye: at(80.0, 90.0),
                right_eye: at(120.0, 90.0),
                nose: at(100.0, 112.0),
                left_mouth: at(85.0, 134.0),
                right_mouth: at(115.0, 134.0),
            },
            confidence: 1.0,
        }
    }

    /// Grey 128 with the upper half of rows brighter, and glare on the nose.
    fn picture() -> Picture {
        let mut pixels = Vec::new();
        for y in 0..200_u32 {
            for x in 0..200_u32 {
                let glare = x.abs_diff(101) < 2 && y.abs_diff(112) < 2;
                let value = if glare {
                    255
                } else if y < 80 {
                    188
                } else {
                    128
                };
                pixels.extend([value, value, 0]);
            }
        }
        Picture::from_rgb(200, 200, pixels).unwrap()
    }

    #[test]
    fn light_is_linear_and_glare_is_left_out() {
        let seen = patches(&picture(), &face(1.0)).unwrap();
        assert!((seen.nose[0] - 0.2159).abs() < 1e-3, "{}", seen.nose[0]);
        assert!((seen.left_cheek[1] - 0.2159).abs() < 1e-3);
        assert!((seen.forehead[0] - 0.5029).abs() < 1e-3, "{}", seen.forehead[0]);
        assert!(seen.background.is_some_and(|light| light[2].abs() < 1e-6));
    }

    #[test]
    fn a_face_outside_of_the_picture_gives_nothing() {
        assert!(patches(&picture(), &face(2.0)).is_none());
        assert!(patches(&picture(), &face(f32::NAN)).is_none());
        assert!(patches(&picture(), &face(1e30)).is_none());
    }

    #[test]
    fn a_clipped_face_gives_nothing() {
        let white = Picture::from_rgb(200, 200, vec![255; 120_000]).unwrap();
        assert!(patches(&white, &face(1.0)).is_none());
    }
}
