//! Images inside data groups: located and told apart, never decoded here (Doc 9303-10 §4.7.2, §4.7.7).
//!
//! Decoding belongs into an isolated process with limits. That an image begins with the right bytes says
//! nothing about the rest of it.

use std::ops::Range;

use super::Problem;

/// The compression of an image, told from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    /// JPEG (ISO/IEC 10918-1), with or without a JFIF header.
    Jpeg,
    /// JPEG 2000 in the JP2 file format (ISO/IEC 15444-1 annex I).
    Jpeg2000Jp2,
    /// A bare JPEG 2000 codestream (ISO/IEC 15444-1 annex A), as some states write it.
    Jpeg2000Codestream,
}

impl ImageFormat {
    /// The format of an image that begins with these bytes.
    pub fn of(image: &[u8]) -> Option<Self> {
        const JP2_SIGNATURE: &[u8] = b"\x00\x00\x00\x0CjP  \x0D\x0A\x87\x0A";
        if image.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if image.starts_with(JP2_SIGNATURE) {
            Some(Self::Jpeg2000Jp2)
        } else if image.starts_with(&[0xFF, 0x4F, 0xFF, 0x51]) {
            Some(Self::Jpeg2000Codestream)
        } else {
            None
        }
    }
}

/// Where an image lies in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its compression.
    pub format: ImageFormat,
    /// Its bytes, counted from the start of the file.
    pub range: Range<usize>,
}

impl Image {
    /// The image's bytes; `file` must be the bytes that were parsed.
    pub fn bytes<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        file.get(self.range.clone())
    }

    /// Locates the image `bytes`, which stand at `at`.
    pub(super) fn locate(bytes: &[u8], at: usize) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Err(Problem::EmptyImage { at });
        }
        let format = ImageFormat::of(bytes).ok_or(Problem::ImageFormat { at })?;
        Ok(Self { format, range: at..at + bytes.len() })
    }
}
