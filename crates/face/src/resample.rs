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
    let offsets: Vec<f32> = (0..taps).map(|tap| (tap as f32 + 0.5) / taps as f32 - 0.5).collect();
    for y in 0..height {
        for x in 0..width {
            let mut sum = [0.0; 3];
            for down in &offsets {
                for across in &offsets {
                    add_bilinear(&mut sum, picture, back(Point::new(x as f32 + across, y as f32 + down)));
                }
            }
            pixels.extend(sum.map(|value| to_byte(value * share)));
        }
    }
    Picture::from_rgb(width, height, std::mem::take(&mut *pixels))
}

/// Adds the colour at a point between pixels.
fn add_bilinear(sum: &mut [f32; 3], picture: &Picture, at: Point) {
    // A point further away is as black as this one. What is not a number stays none, and is taken for a point outside.
    let (x, y) = (at.x.clamp(-2.0, 1e6), at.y.clamp(-2.0, 1e6));
    // The shift makes the conversion, which cuts towards zero, round down.
    let (left, top) = ((x + 2.0) as i32 - 2, (y + 2.0) as i32 - 2);
    let (fx, fy) = (x - left as f32, y - top as f32);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
    let rgb = picture.rgb();
    if let (Ok(column), Ok(row)) = (usize::try_from(left), usize::try_from(top))
        && column + 1 < width
        && row + 1 < height
    {
        let above = (row * width + column) * 3;
        let (above, below) = (&rgb[above..above + 6], &rgb[above + width * 3..above + width * 3 + 6]);
        for channel in 0..3 {
            sum[channel] += f32::from(above[channel]) * weights[0]
                + f32::from(above[channel + 3]) * weights[1]
                + f32::from(below[channel]) * weights[2]
                + f32::from(below[channel + 3]) * weights[3];
        }
        return;
    }
    for (corner, weight) in [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().zip(weights) {
        if let (Ok(column), Ok(row)) = (usize::try_from(left + corner.0), usize::try_from(top + corner.1))
            && column < width
            && row < height
        {
            let start = (row * width + column) * 3;
            for channel in 0..3 {
                sum[channel] += f32::from(rgb[start + channel]) * weight;
            }
        }
    }
}

/// A smaller picture of the same content: each pixel is the mean of the area it stands for.
pub(crate) fn shrink(picture: &Picture, width: u32, height: u32) -> Option<Picture> {
    let columns = Shares::new(picture.width(), width);
    let rows = Shares::new(picture.height(), height);
    let source_row = picture.width() as usize * 3;
    let target_row = width as usize * 3;
    let mut pixels = Zeroizing::new(Vec::with_capacity(target_row * height as usize));
    let mut tall = Zeroizing::new(vec![0.0_f32; source_row]);
    for (first, shares) in rows.iter() {
        tall.fill(0.0);
        for (row, share) in picture.rgb()[first * source_row..].chunks_exact(source_row).zip(shares) {
            for (sum, value) in tall.iter_mut().zip(row) {
                *sum += f32::from(*value) * share;
            }
        }
        for (first, shares) in columns.iter() {
            let mut sum = [0.0; 3];
            for (pixel, share) in tall[first * 3..].chunks_exact(3).zip(shares) {
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += value * share;
                }
            }
            pixels.extend(sum.map(to_byte));
        }
    }
    Picture::from_rgb(width, height, std::mem::take(&mut *pixels))
}

/// For each pixel of a shorter line: the first pixel of the longer one that it covers, and which share of it each has.
struct Shares {
    firsts: Vec<usize>,
    shares: Vec<Vec<f32>>,
}

impl Shares {
    fn new(from: u32, to: u32) -> Self {
        let step = f64::from(from) / f64::from(to);
        let (mut firsts, mut shares) = (Vec::new(), Vec::new());
        for index in 0..to {
            let start = f64::from(index) * step;
            let end = (start + step).min(f64::from(from));
            let first = start as u32;
            firsts.push(first as usize);
            shares.push(
                (first..from)
                    .map(|pixel| f64::from(pixel + 1).min(end) - f64::from(pixel).max(start))
                    .take_while(|&part| part > 0.0)
                    .map(|part| (part / step) as f32)
                    .collect(),
            );
        }
        Self { firsts, shares }
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.firsts.iter().copied().zip(self.shares.iter().map(Vec::as_slice))
    }
}

fn to_byte(value: f32) -> u8 {
    // The conversion saturates.
    (value + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Picture {
        let pixels = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [(x * 10) as u8, (y * 10) as u8, 50]))
            .collect();
        Picture::from_rgb(width, height, pixels).unwrap()
    }

    #[test]
    fn without_a_change_of_place_every_pixel_stays() {
        let picture = ramp(7, 5);
        assert_eq!(resample(&picture, 7, 5, 1, |at| at).unwrap().rgb(), picture.rgb());
        assert_eq!(shrink(&picture, 7, 5).unwrap().rgb(), picture.rgb());
    }

    #[test]
    fn between_two_pixels_lies_their_mean_and_outside_it_is_black() {
        let between = resample(&ramp(3, 3), 1, 1, 1, |_| Point::new(0.5, 1.5)).unwrap();
        assert_eq!(between.rgb(), [5, 15, 50]);
        for at in [
            Point::new(-1.0, 0.0),
            Point::new(0.0, 3.0),
            Point::new(f32::MAX, f32::MIN),
            Point::new(f32::NAN, 1.0),
        ] {
            assert_eq!(resample(&ramp(3, 3), 1, 1, 1, |_| at).unwrap().rgb(), [0, 0, 0], "{at:?}");
        }
        // Half of a pixel at the edge.
        assert_eq!(resample(&ramp(3, 3), 1, 1, 1, |_| Point::new(-0.5, 0.0)).unwrap().rgb(), [0, 0, 25]);
    }

    #[test]
    fn a_shrunk_pixel_is_the_mean_of_what_it_covers() {
        let half = shrink(&ramp(4, 2), 2, 1).unwrap();
        assert_eq!(half.rgb(), [5, 5, 50, 25, 5, 50]);
        // Three pixels into two: the middle one goes half to each.
        let thirds = shrink(&ramp(3, 1), 2, 1).unwrap();
        assert_eq!([thirds.rgb()[0], thirds.rgb()[3]], [3, 17]);
        let white = Picture::from_rgb(97, 31, vec![255; 97 * 31 * 3]).unwrap();
        assert!(shrink(&white, 13, 7).unwrap().rgb().iter().all(|&value| value == 255));
    }
}
