//! Portraits of synthetic holders: a drawn face, encoded as JPEG, so that DG2 has a realistic size and shows somebody.
//!
//! The drawings are ours; no picture of a person is in them. They are meant for demonstrations and for the transport of
//! DG2, not for measuring face recognition.

mod canvas;
mod face;

use jpeg_encoder::{ColorType, Encoder, EncodingError, PixelDensity, PixelDensityUnit};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

pub use face::Look;

/// Width of every portrait in pixels.
pub const WIDTH: u16 = face::WIDTH;
/// Height of every portrait in pixels.
pub const HEIGHT: u16 = face::HEIGHT;

/// Strengths of the camera's grain in steps of a byte; more grain makes a larger file.
const GRAINS: [f32; 7] = [2.5, 5.0, 9.0, 16.0, 28.0, 60.0, 120.0];
/// The best quality that is tried before more grain is taken.
const BEST_QUALITY: u8 = 96;

/// A portrait could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("the portrait could not be encoded as JPEG: {0}")]
pub struct PortraitError(#[from] EncodingError);

/// Draws the face of a seed and encodes it as JPEG (sRGB, baseline, 300 dpi).
///
/// The file is the largest of at most `target_bytes` that grain and quality give; when even the poorest quality is
/// larger, that one (about 4 kB) is returned. The same arguments give the same bytes.
pub fn draw(seed: u64, look: Look, target_bytes: usize) -> Result<Vec<u8>, PortraitError> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let picture = face::Face::choose(look, &mut rng).draw(&mut rng);
    let (width, height) = picture.size();
    let mut pixels = Vec::new();
    for grain in GRAINS {
        pixels = picture.to_rgb(grain, &mut rng.clone());
        if encode(&pixels, (width, height), BEST_QUALITY)?.len() >= target_bytes {
            break;
        }
    }
    let (mut low, mut high) = (1, BEST_QUALITY);
    let mut best = encode(&pixels, (width, height), low)?;
    while low < high {
        let middle = high - (high - low) / 2;
        let candidate = encode(&pixels, (width, height), middle)?;
        if candidate.len() <= target_bytes {
            best = candidate;
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(best)
}

/// Draws a signature of a seed as a JPEG of 360 by 120 pixels, for DG7.
pub fn signature(seed: u64) -> Result<Vec<u8>, PortraitError> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let picture = face::draw_signature(&mut rng);
    encode(&picture.to_rgb(1.0, &mut rng), picture.size(), 70)
}

fn encode(pixels: &[u8], (width, height): (u16, u16), quality: u8) -> Result<Vec<u8>, PortraitError> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_density(PixelDensity { density: (300, 300), unit: PixelDensityUnit::Inches });
    encoder.encode(pixels, width, height, ColorType::Rgb)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look = Look { feminine: true, age: 34 };

    #[test]
    fn the_file_comes_close_to_the_size_asked_for() {
        for target in [10_000, 18_000, 40_000] {
            for seed in 0..4 {
                let jpeg = draw(seed, LOOK, target).unwrap();
                assert!(
                    jpeg.len() <= target && jpeg.len() > target * 85 / 100,
                    "{} for {target}",
                    jpeg.len()
                );
                assert_eq!(jpeg[..3], [0xFF, 0xD8, 0xFF]);
                assert_eq!(jpeg[jpeg.len() - 2..], [0xFF, 0xD9]);
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_face_and_another_seed_another() {
        assert_eq!(draw(1, LOOK, 18_000).unwrap(), draw(1, LOOK, 18_000).unwrap());
        assert_ne!(draw(1, LOOK, 18_000).unwrap(), draw(2, LOOK, 18_000).unwrap());
    }
}
