//! A part of a picture in another size or position: bilinear, and where it shrinks, the mean of several samples for each pixel.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use zeroize::Zeroizing;

use crate::geometry::Point;
use crate::picture::Picture;

/// More source pixels than this in each direction are not averaged into one.
const MAX_TAPS: u32 = 16;

/// How many samples in each direction make a pixel of a picture that is `factor` times smaller: one up to 1.5, so that small changes of
/// size are plain bilinear interpolation, as in the training of the networks.
pub(crate) fn taps(factor: f32) -> u32 {
    (factor.round() as u32).clamp(1, MAX_TAPS)
}

/// A picture of `width` x `height` whose pixel at `p` shows what lies at `back(p)`; black outside. Each pixel is the mean of
/// `taps` x `taps` samples.
pub(crate) fn resample(
    picture: &Picture,
    width: u32,
    height: u32,
    taps: u32,
    back: impl Fn(Point) -> Point,
) -> Option<Picture> {
    let mut pixels = Zeroizing::new(Vec::with_capacity(width as usize * height as usize * 3));
    let share = 1.0 / (taps * taps) as f32;
    let offset = |tap: u32| (tap as f32 + 0.5) / taps as f32 - 0.5;
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0; 3];
            for tap_y in 0..taps {
                for tap_x in 0..taps {
                    let at = back(Point::new(x as f32 + offset(tap_x), y as f32 + offset(tap_y)));
                    let sample = bilinear(picture, at);
                    sum = [sum[0] + sample[0], sum[1] + sample[1], sum[2] + sample[2]];
                }
            }
            pixels.extend(sum.map(|value| (value * share).round().clamp(0.0, 255.0) as u8));
        }
    }
    Picture::from_rgb(width, height, std::mem::take(&mut *pixels))
}

/// The colour at a point between pixels.
fn bilinear(picture: &Picture, at: Point) -> [f32; 3] {
    let (left, top) = (at.x.floor(), at.y.floor());
    let (fx, fy) = (at.x - left, at.y - top);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    // Conversion of floating point numbers saturates.
    let (x, y) = (left as i64, top as i64);
    let rgb = picture.rgb();
    let pixel = |x: i64, y: i64| -> [f32; 3] {
        match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < width && y < height => {
                let start = (y * width + x) * 3;
                [f32::from(rgb[start]), f32::from(rgb[start + 1]), f32::from(rgb[start + 2])]
            }
            _ => [0.0; 3],
        }
    };
    let (x1, y1) = (x.saturating_add(1), y.saturating_add(1));
    let corners = [pixel(x, y), pixel(x1, y), pixel(x, y1), pixel(x1, y1)];
    let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
    std::array::from_fn(|channel| {
        corners.iter().zip(weights).map(|(corner, weight)| corner[channel] * weight).sum()
    })
}
