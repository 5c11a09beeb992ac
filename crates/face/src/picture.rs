//! A picture in memory: what every decoder gives and every step reads.

use zeroize::Zeroizing;

/// A picture of `width` x `height` pixels, 8-bit RGB (sRGB), row by row from the top, at least one pixel. Its pixels are
/// zeroized when it is dropped, and it does not print them.
#[derive(Clone)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Zeroizing<Vec<u8>>,
}

impl Picture {
    /// A picture of `pixels`, three bytes each (red, green, blue); nothing if their number is not `width * height * 3` or is zero.
    pub fn from_rgb(width: u32, height: u32, pixels: Vec<u8>) -> Option<Self> {
        let pixels = Zeroizing::new(pixels);
        let expected = u64::from(width) * u64::from(height) * 3;
        (expected != 0 && pixels.len() as u64 == expected).then_some(Self { width, height, pixels })
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Three bytes for each pixel, row by row: `3 * width * height` bytes.
    pub fn rgb(&self) -> &[u8] {
        &self.pixels
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {}, <redacted>)", self.width, self.height)
    }
}
