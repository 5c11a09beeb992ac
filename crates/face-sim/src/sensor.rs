//! The sensor of a camera: exposure, noise, and eight bits.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "values are small, and conversions of floating point numbers saturate"
)]

use face::picture::Picture;
use rand_core::Rng;

use crate::linear::{Linear, to_srgb};

/// A camera.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sensor {
    /// Standard deviation of the read noise, in linear light.
    pub read: f32,
    /// Variance of the shot noise for each unit of light.
    pub shot: f32,
}

impl Sensor {
    /// That of a usual phone or notebook indoors.
    pub const USUAL: Self = Self { read: 0.002, shot: 0.000_12 };
    /// Without any noise, as no camera is.
    pub const PERFECT: Self = Self { read: 0.0, shot: 0.0 };

    /// The picture of this light at an exposure (a factor).
    pub fn expose(self, light: &Linear, exposure: f32, rng: &mut (impl Rng + ?Sized)) -> Option<Picture> {
        let table: Vec<u8> = (0..=4096_u16).map(|value| to_srgb(f32::from(value) / 4096.0)).collect();
        let noisy = self.read > 0.0 || self.shot > 0.0;
        let mut pixels = Vec::with_capacity(light.values().len());
        for value in light.values() {
            let clean = value * exposure;
            let noise = if noisy {
                (self.read * self.read + self.shot * clean.max(0.0)).sqrt() * normal(rng)
            } else {
                0.0
            };
            let step = ((clean + noise).clamp(0.0, 1.0) * 4096.0 + 0.5) as usize;
            pixels.push(table[step.min(4096)]);
        }
        Picture::from_rgb(light.width() as u32, light.height() as u32, pixels)
    }
}

/// Nearly normal with mean 0 and variance 1: the sum of four uniform bytes.
fn normal(rng: &mut (impl Rng + ?Sized)) -> f32 {
    let sum: u16 = rng.next_u32().to_le_bytes().into_iter().map(u16::from).sum();
    // Each has the variance (256^2 - 1) / 12.
    (f32::from(sum) - 510.0) / 147.8
}
