//! Fingerprints of a frame: of its pixels, its noise and its encoder. The input of the injection signals.
//!
//! What they do not protect against: whoever adds noise of his own and encodes with a browser leaves nothing to see here.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::picture::Picture;

/// Hashes of a decoded picture. They do not print themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PictureHash {
    /// SHA-256 of the pixels.
    pub exact: [u8; 32],
    /// Difference hash: 64 comparisons of neighbouring cells of the picture shrunk to 9 x 8.
    pub perceptual: u64,
}

impl std::fmt::Debug for PictureHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PictureHash(<redacted>)")
    }
}

/// High-pass residuals of the green channel at places that are the same in every frame of one size, in quarters of a grey level.
#[derive(Clone, PartialEq, Eq)]
pub struct NoisePrint(pub(crate) Zeroizing<Vec<i8>>);

impl NoisePrint {
    /// The samples.
    pub fn samples(&self) -> &[i8] {
        &self.0
    }
}

impl std::fmt::Debug for NoisePrint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NoisePrint(<redacted>)")
    }
}

/// What the quantisation tables of a JPEG picture say of its encoder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoder {
    /// No JPEG picture, or none with tables.
    Unknown,
    /// The tables of ISO/IEC 10918-1 annex K, scaled, as browsers use them. The number names the scale.
    AnnexK(u32),
    /// The intra matrix of ISO/IEC 11172-2 (MPEG-1), scaled, as video tools use for motion JPEG and no browser does.
    MpegIntra(u32),
    /// Other tables; the number names them.
    Other(u32),
}

/// Rows and columns of noise samples.
const GRID: u32 = 16;
/// Residuals beyond this are texture, not noise (quarters of a grey level).
const TEXTURE: i32 = 48;

/// Hashes of a picture.
pub fn picture_hash(picture: &Picture) -> PictureHash {
    let mut cells = [0_u64; 72];
    let (width, height) = (picture.width(), picture.height());
    for (cell, sum) in (0_u32..).zip(cells.iter_mut()) {
        let (column, row) = (cell % 9, cell / 9);
        let (left, right) = (span(column, 9, width), span(row, 8, height));
        let (mut total, mut number) = (0_u64, 0_u64);
        for y in right.0..right.1 {
            for x in left.0..left.1 {
                total += u64::from(green(picture, x, y));
                number += 1;
            }
        }
        *sum = (total * 256).checked_div(number).unwrap_or(0);
    }
    let mut perceptual = 0_u64;
    for row in 0..8 {
        for column in 0..8 {
            let darker = cells[row * 9 + column] < cells[row * 9 + column + 1];
            perceptual = perceptual << 1 | u64::from(darker);
        }
    }
    PictureHash { exact: Sha256::digest(picture.rgb()).into(), perceptual }
}

/// The part of `length` that belongs to one of `parts`, at least one pixel.
fn span(part: u32, parts: u32, length: u32) -> (u32, u32) {
    let at =
        |part: u32| u32::try_from(u64::from(part) * u64::from(length) / u64::from(parts)).unwrap_or(length);
    let start = at(part).min(length.saturating_sub(1));
    (start, at(part + 1).max(start + 1))
}

fn green(picture: &Picture, x: u32, y: u32) -> u8 {
    let at = (u64::from(y) * u64::from(picture.width()) + u64::from(x)) * 3 + 1;
    usize::try_from(at).ok().and_then(|at| picture.rgb().get(at)).copied().unwrap_or(0)
}

/// The noise of a picture; nothing if it is smaller than 64 x 64 pixels.
pub fn noise(picture: &Picture) -> Option<NoisePrint> {
    let (width, height) = (picture.width(), picture.height());
    if width < 64 || height < 64 {
        return None;
    }
    let mut samples = Vec::new();
    for row in 0..GRID {
        for column in 0..GRID {
            let (x, y) = (span(column, GRID, width).0 + 2, span(row, GRID, height).0 + 2);
            let around = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
            let around: i32 = around.iter().map(|(x, y)| i32::from(green(picture, *x, *y))).sum();
            let residual = 4 * i32::from(green(picture, x, y)) - around;
            samples.push(i8::try_from(residual.clamp(-TEXTURE, TEXTURE)).unwrap_or(0));
        }
    }
    Some(NoisePrint::new(samples))
}

/// The table of luminance of ISO/IEC 10918-1 table K.1, in zigzag order.
const ANNEX_K: [u16; 64] = [
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40,
    58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103,
    104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];
/// The default intra matrix of ISO/IEC 11172-2 §2.4.3.2, in zigzag order. The first is that of the DC term, which encoders set apart.
const MPEG_INTRA: [u16; 64] = [
    8, 16, 16, 19, 16, 19, 22, 22, 22, 22, 22, 22, 26, 24, 26, 27, 27, 27, 26, 26, 26, 26, 27, 27, 27, 29,
    29, 29, 34, 34, 34, 29, 29, 29, 27, 27, 29, 29, 32, 32, 34, 34, 37, 38, 37, 35, 35, 34, 35, 38, 38, 40,
    40, 40, 48, 48, 46, 46, 56, 56, 58, 69, 69, 83,
];

/// What encoded a JPEG picture. Reads the segments before the first scan, in time in proportion to the bytes.
pub fn encoder(jpeg: &[u8]) -> Encoder {
    let Some(tables) = quantisation_tables(jpeg) else { return Encoder::Unknown };
    let Some(first) = tables.first() else { return Encoder::Unknown };
    if let Some(scale) = scale_of(first, &ANNEX_K, 100, 0) {
        Encoder::AnnexK(scale)
    } else if let Some(scale) = scale_of(first, &MPEG_INTRA, 16, 1) {
        Encoder::MpegIntra(scale)
    } else {
        let mut hash = Sha256::new();
        for table in &tables {
            for value in table {
                hash.update(value.to_be_bytes());
            }
        }
        let hash: [u8; 32] = hash.finalize().into();
        Encoder::Other(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
    }
}

/// The scale in `unit`s at which `base` gives the table, each value to within one; values from `skip` on count.
fn scale_of(table: &[u16; 64], base: &[u16; 64], unit: u32, skip: usize) -> Option<u32> {
    (1..=50 * unit).find(|scale| {
        table.iter().zip(base).skip(skip).all(|(value, base)| {
            let scaled = (u32::from(*base) * scale + unit / 2) / unit;
            scaled.clamp(1, 255).abs_diff(u32::from(*value)) <= u32::from(unit != 100)
        })
    })
}

fn quantisation_tables(jpeg: &[u8]) -> Option<Vec<[u16; 64]>> {
    let mut rest = jpeg.strip_prefix(&[0xFF, 0xD8])?;
    let mut tables = Vec::new();
    loop {
        let [0xFF, marker, after @ ..] = rest else { return None };
        if *marker == 0xFF {
            rest = rest.get(1..)?;
            continue;
        }
        if *marker == 0xDA {
            return Some(tables);
        }
        let [high, low, ..] = after else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let segment = after.get(2..length)?;
        if *marker == 0xDB {
            read_tables(segment, &mut tables)?;
        }
        rest = after.get(length..)?;
    }
}

/// At most four tables count (ISO/IEC 10918-1 B.2.4.1).
fn read_tables(mut segment: &[u8], tables: &mut Vec<[u16; 64]>) -> Option<()> {
    while let [kind, rest @ ..] = segment {
        let wide = kind >> 4 == 1;
        let size = if wide { 128 } else { 64 };
        let values = rest.get(..size)?;
        let mut table = [0; 64];
        for (value, bytes) in table.iter_mut().zip(values.chunks(size / 64)) {
            *value = bytes.iter().fold(0, |value, byte| value << 8 | u16::from(*byte));
        }
        if tables.len() < 4 {
            tables.push(table);
        }
        segment = rest.get(size..)?;
    }
    Some(())
}
