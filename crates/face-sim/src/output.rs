//! Files that a browser takes for a camera (`--use-file-for-fake-video-capture`), and sheets to look at.
//!
//! Chromium plays the file again from its beginning when it ends. It takes an MJPEG file for 30 frames a second, and reads the rate of a
//! Y4M file from its header.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "values of pixels are clamped, and conversions of floating point numbers saturate"
)]

use std::io::{self, Write};

use face::picture::Picture;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zeroize::Zeroizing;

/// Why a picture cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A side is longer than 65,535 pixels, or the frames of a video differ in size.
    #[error("the picture has not a size that can be written")]
    Size,
    /// The encoder refuses.
    #[error("the picture cannot be encoded as JPEG")]
    Jpeg(#[source] jpeg_encoder::EncodingError),
    /// The writer refuses.
    #[error("the video cannot be written")]
    Write(#[from] io::Error),
}

/// A picture as JPEG, with the tables of Annex K at a quality of 1 to 100 and halved chroma, as cameras write it.
pub fn jpeg(picture: &Picture, quality: u8) -> Result<Zeroizing<Vec<u8>>, OutputError> {
    let side = |side: u32| u16::try_from(side).map_err(|_| OutputError::Size);
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    let mut bytes = Zeroizing::new(Vec::new());
    let mut encoder = Encoder::new(&mut *bytes, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(picture.rgb(), width, height, ColorType::Rgb).map_err(OutputError::Jpeg)?;
    Ok(bytes)
}

/// Writes a Y4M video: 4:2:0, full range. Sides are cut to even numbers.
pub struct Y4m<W: Write> {
    to: W,
    size: (u32, u32),
}

impl<W: Write> Y4m<W> {
    /// Begins a video of frames of this size, `rate` thousandths of a frame a second.
    pub fn new(mut to: W, width: u32, height: u32, rate: u32) -> Result<Self, OutputError> {
        let (even_width, even_height) = (width & !1, height & !1);
        if even_width == 0 || even_height == 0 {
            return Err(OutputError::Size);
        }
        writeln!(to, "YUV4MPEG2 W{even_width} H{even_height} F{rate}:1000 Ip A1:1 C420jpeg")?;
        Ok(Self { to, size: (width, height) })
    }

    /// Writes a frame.
    pub fn frame(&mut self, picture: &Picture) -> Result<(), OutputError> {
        if (picture.width(), picture.height()) != self.size {
            return Err(OutputError::Size);
        }
        let stride = picture.width() as usize;
        let (width, height) = (stride & !1, picture.height() as usize & !1);
        let pixel = |x: usize, y: usize| {
            let at = (y * stride + x) * 3;
            [0, 1, 2].map(|i| f32::from(picture.rgb()[at + i]))
        };
        let mut planes = Zeroizing::new(Vec::with_capacity(width * height * 3 / 2));
        for y in 0..height {
            planes.extend((0..width).map(|x| byte(weigh(pixel(x, y), [0.299, 0.587, 0.114]))));
        }
        // ITU-R BT.601, as JFIF uses it.
        for weights in [[-0.168_736, -0.331_264, 0.5], [0.5, -0.418_688, -0.081_312]] {
            for y in (0..height).step_by(2) {
                for x in (0..width).step_by(2) {
                    let four = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)];
                    let sum: f32 = four.into_iter().map(|(x, y)| weigh(pixel(x, y), weights)).sum();
                    planes.push(byte(128.0 + sum / 4.0));
                }
            }
        }
        self.to.write_all(b"FRAME\n")?;
        Ok(self.to.write_all(&planes)?)
    }
}

fn weigh(pixel: [f32; 3], weights: [f32; 3]) -> f32 {
    pixel.into_iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// Pictures of one size side by side, `columns` in a row, each reduced to every `step`th pixel.
pub fn contact_sheet(pictures: &[Picture], columns: usize, step: usize) -> Option<Picture> {
    let (columns, step) = (columns.max(1), step.max(1));
    let first = pictures.first()?;
    let (width, height) = (first.width() as usize / step, first.height() as usize / step);
    let rows = pictures.len().div_ceil(columns);
    let mut pixels = vec![0; width * columns * height * rows * 3];
    for (index, picture) in pictures.iter().enumerate() {
        if (picture.width(), picture.height()) != (first.width(), first.height()) {
            return None;
        }
        for y in 0..height {
            for x in 0..width {
                let from = (y * step * picture.width() as usize + x * step) * 3;
                let to = ((index / columns * height + y) * width * columns + index % columns * width + x) * 3;
                pixels[to..to + 3].copy_from_slice(&picture.rgb()[from..from + 3]);
            }
        }
    }
    Picture::from_rgb(u32::try_from(width * columns).ok()?, u32::try_from(height * rows).ok()?, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_y4m_frame_has_luma_and_two_quarter_planes() {
        let red = Picture::from_rgb(3, 2, [255, 0, 0].repeat(6)).unwrap();
        let mut bytes = Vec::new();
        Y4m::new(&mut bytes, 3, 2, 30_000).unwrap().frame(&red).unwrap();
        let header = b"YUV4MPEG2 W2 H2 F30000:1000 Ip A1:1 C420jpeg\nFRAME\n";
        assert_eq!(bytes, [header.as_slice(), &[76, 76, 76, 76, 85, 255]].concat());
    }

    #[test]
    fn frames_of_another_size_are_refused() {
        let mut video = Y4m::new(Vec::new(), 4, 4, 30_000).unwrap();
        let other = Picture::from_rgb(2, 2, vec![0; 12]).unwrap();
        assert!(matches!(video.frame(&other), Err(OutputError::Size)));
        assert!(matches!(Y4m::new(Vec::new(), 1, 4, 30_000), Err(OutputError::Size)));
    }
}
