//! Pictures out of bytes from outside: the portrait of a chip (JPEG, JPEG 2000; Doc 9303-10 §4.7.2) and the frames of a capture
//! (JPEG, PNG, WebP).
//!
//! What a picture is, is told from its first bytes. Before anything is decoded, the sizes that it claims are held against
//! [`Limits`], and the work that it asks for is counted: a progressive JPEG of a thousand scans and a codestream of a million tiles are
//! refused unseen. The decoders are written in Rust that forbids `unsafe` at their level.
//!
//! **What it does not protect against.** The decoders run in this process; their own buffers are freed without being zeroized.

mod coding_style;
mod jpeg;
mod jpeg2000;
mod orientation;
mod png;
mod webp;

use crate::picture::Picture;

/// What may be decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Most bytes of the encoded picture.
    pub bytes: usize,
    /// Most pixels along one side.
    pub side: u32,
    /// Most pixels.
    pub pixels: u64,
    /// Most samples that are to be worked on: pixels times components, once for each pass over them.
    pub samples: u64,
}

impl Limits {
    /// Of the portrait in a chip, which has 12 to 20 kB and less than half a megapixel by custom; R-079 asks for 8 megapixels at most.
    pub const PORTRAIT: Limits =
        Limits { bytes: 1024 * 1024, side: 4_096, pixels: 8_000_000, samples: 100_000_000 };

    /// Of a frame from a phone.
    pub const FRAME: Limits =
        Limits { bytes: 4 * 1024 * 1024, side: 4_096, pixels: 8_000_000, samples: 200_000_000 };

    fn check_bytes(&self, bytes: &[u8]) -> Result<(), DecodeError> {
        within("bytes", bytes.len() as u64, self.bytes as u64)
    }

    fn check_size(&self, width: u32, height: u32) -> Result<(), DecodeError> {
        within("pixels along a side", width.max(height).into(), self.side.into())?;
        within("pixels", u64::from(width) * u64::from(height), self.pixels)
    }

    fn check_work(&self, width: u32, height: u32, planes: u64) -> Result<(), DecodeError> {
        let samples = (u64::from(width) * u64::from(height)).saturating_mul(planes);
        within("samples to be worked on", samples, self.samples)
    }
}

fn within(what: &'static str, asked: u64, allowed: u64) -> Result<(), DecodeError> {
    if asked > allowed {
        return Err(DecodeError::TooLarge { what, asked, allowed });
    }
    Ok(())
}

/// A kind of encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// ISO/IEC 10918-1.
    Jpeg,
    /// ISO/IEC 15444-1, as a JP2 file or a bare codestream.
    Jpeg2000,
    /// ISO/IEC 15948.
    Png,
    /// RFC 9649.
    WebP,
}

impl Encoding {
    /// Told from the first bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";
        match bytes {
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [0xFF, 0x4F, 0xFF, 0x51, ..] | [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Some(Self::Jpeg2000),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            _ if bytes.starts_with(PNG) => Some(Self::Png),
            _ => None,
        }
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Encoding::Jpeg => "JPEG",
            Encoding::Jpeg2000 => "JPEG 2000",
            Encoding::Png => "PNG",
            Encoding::WebP => "WebP",
        })
    }
}

/// Why bytes are no picture. Tells sizes and kinds, never contents.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// There are no bytes.
    #[error("the picture is empty")]
    Empty,
    /// The first bytes are of no encoding that is read here.
    #[error("the picture is in no format that is read here ({0})")]
    Unknown(&'static str),
    /// Larger than the limits.
    #[error("the picture has {asked} {what}; {allowed} are allowed")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much the picture claims.
        asked: u64,
        /// The limit.
        allowed: u64,
    },
    /// Broken or cut off.
    #[error("the {0} picture is damaged")]
    Damaged(Encoding),
    /// Whole, but of a kind that no document and no phone makes.
    #[error("a {encoding} picture with {what} is not read")]
    Unsupported {
        /// The encoding.
        encoding: Encoding,
        /// What is unusual in it.
        what: &'static str,
    },
}

/// Decodes the portrait of a chip: JPEG or JPEG 2000.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode_portrait(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    match encoding(bytes, limits)? {
        Some(Encoding::Jpeg) => jpeg::decode(bytes, limits),
        Some(Encoding::Jpeg2000) => jpeg2000::decode(bytes, limits),
        _ => Err(DecodeError::Unknown("JPEG or JPEG 2000")),
    }
}

/// Decodes a frame of a capture: JPEG, PNG or WebP, turned upright where Exif asks for it.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode_frame(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    match encoding(bytes, limits)? {
        Some(Encoding::Jpeg) => jpeg::decode_upright(bytes, limits),
        Some(Encoding::Png) => png::decode(bytes, limits),
        Some(Encoding::WebP) => webp::decode(bytes, limits),
        _ => Err(DecodeError::Unknown("JPEG, PNG or WebP")),
    }
}

fn encoding(bytes: &[u8], limits: &Limits) -> Result<Option<Encoding>, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    limits.check_bytes(bytes)?;
    Ok(Encoding::of(bytes))
}

/// Samples of `channels` bytes for each pixel as RGB; an opacity comes last and is shown before white.
fn to_rgb(samples: &[u8], channels: usize) -> Option<Vec<u8>> {
    let over_white = |value: u8, opacity: u8| {
        let (value, opacity) = (u16::from(value), u16::from(opacity));
        u8::try_from((value * opacity + 255 * (255 - opacity) + 127) / 255).unwrap_or(255)
    };
    Some(match channels {
        1 => samples.iter().flat_map(|&grey| [grey; 3]).collect(),
        2 => samples.as_chunks::<2>().0.iter().flat_map(|&[grey, a]| [over_white(grey, a); 3]).collect(),
        3 => samples.to_vec(),
        4 => samples
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|&[r, g, b, a]| [over_white(r, a), over_white(g, a), over_white(b, a)])
            .collect(),
        _ => return None,
    })
}

/// Cyan, magenta, yellow and black, each the amount of ink, as RGB.
fn ink_to_rgb(samples: &[u8]) -> Vec<u8> {
    let light = |ink: u8, black: u8| {
        let product = u16::from(255 - ink) * u16::from(255 - black);
        u8::try_from((product + 127) / 255).unwrap_or(255)
    };
    samples
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|&[c, m, y, k]| [light(c, k), light(m, k), light(y, k)])
        .collect()
}
