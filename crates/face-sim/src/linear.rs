//! Pictures of linear light, in which light adds up (sRGB, IEC 61966-2-1).

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use face::picture::Picture;
use zeroize::Zeroizing;

/// Red, green and blue, linear; 1 is what the whitest sRGB value stands for.
pub type Light = [f32; 3];

/// A picture of linear light, row by row from the top, at least one pixel. Zeroized when it is dropped.
#[derive(Clone)]
pub struct Linear {
    width: usize,
    height: usize,
    values: Zeroizing<Vec<f32>>,
}

impl Linear {
    /// A picture that is `light` everywhere. A side of no pixels is taken for one.
    pub fn plain(width: usize, height: usize, light: Light) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let values = std::iter::repeat_n(light, width * height).flatten().collect();
        Self { width, height, values: Zeroizing::new(values) }
    }

    /// The light of a picture, shrunk by a whole factor (each pixel is the mean of `factor` x `factor`).
    pub fn shrunk(picture: &Picture, factor: usize) -> Self {
        let factor = factor.max(1);
        let table: Vec<f32> = (0..=u8::MAX).map(to_linear).collect();
        let source = picture.width() as usize;
        let mut linear = Self::plain(source / factor, picture.height() as usize / factor, [0.0; 3]);
        let (columns, rows) = (factor.min(source), factor.min(picture.height() as usize));
        let share = 1.0 / (columns * rows) as f32;
        for y in 0..linear.height {
            for x in 0..linear.width {
                let mut sum = [0.0; 3];
                for row in 0..rows {
                    let start = ((y * factor + row) * source + x * factor) * 3;
                    for pixel in picture.rgb()[start..start + columns * 3].chunks_exact(3) {
                        for (sum, value) in sum.iter_mut().zip(pixel) {
                            *sum += table[usize::from(*value)];
                        }
                    }
                }
                linear.set(x, y, sum.map(|value| value * share));
            }
        }
        linear
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All values, three for each pixel.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The light of a pixel. Outside of the picture it is that of the nearest pixel.
    pub fn get(&self, x: usize, y: usize) -> Light {
        let at = (y.min(self.height - 1) * self.width + x.min(self.width - 1)) * 3;
        [self.values[at], self.values[at + 1], self.values[at + 2]]
    }

    /// Sets a pixel; nothing happens outside of the picture.
    pub fn set(&mut self, x: usize, y: usize, light: Light) {
        if x < self.width && y < self.height {
            let at = (y * self.width + x) * 3;
            self.values[at..at + 3].copy_from_slice(&light);
        }
    }

    /// The light between pixels, bilinear. Outside of the picture it is that of the nearest pixel.
    pub fn sample(&self, x: f32, y: f32) -> Light {
        let (x, y) = (x.clamp(0.0, (self.width - 1) as f32), y.clamp(0.0, (self.height - 1) as f32));
        let (left, top) = (x as usize, y as usize);
        let (across, down) = (x - left as f32, y - top as f32);
        let [a, b] = [self.get(left, top), self.get(left + 1, top)];
        let [c, d] = [self.get(left, top + 1), self.get(left + 1, top + 1)];
        [0, 1, 2].map(|i| {
            let above = a[i] + across * (b[i] - a[i]);
            let below = c[i] + across * (d[i] - c[i]);
            above + down * (below - above)
        })
    }
}

/// The linear light of an sRGB value.
pub fn to_linear(value: u8) -> f32 {
    let value = f32::from(value) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The sRGB value of linear light; what is beyond black and white is clipped.
pub fn to_srgb(light: f32) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value = if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_from_linear_light() {
        for value in 0..=u8::MAX {
            assert_eq!(to_srgb(to_linear(value)), value);
        }
    }

    #[test]
    fn light_is_averaged_as_light_and_not_as_its_code() {
        let picture = Picture::from_rgb(2, 1, vec![0, 0, 0, 255, 255, 255]).unwrap();
        assert_eq!(to_srgb(Linear::shrunk(&picture, 1).sample(0.5, 0.0)[0]), 188);
        // A side shorter than the factor gives one pixel.
        assert_eq!(Linear::shrunk(&picture, 2).values().len(), 3);
    }
}
