//! JPEG 2000 (ISO/IEC 15444-1), as a JP2 file or a bare codestream.
//!
//! The decoder allocates what the header of the codestream claims, so every header in the bytes is looked at first, wherever
//! it stands: whichever the decoder takes has been checked.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use zeroize::Zeroizing;

use super::coding_style::{Size, most_parts, order_changes};
use super::{DecodeError, Encoding, Limits, ink_to_rgb, to_rgb, within};
use crate::picture::Picture;

const DAMAGED: DecodeError = DecodeError::Damaged(Encoding::Jpeg2000);

/// Start of codestream, then the size segment (§A.4.1, §A.5.1).
const START: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
/// Most components: colours and opacity.
const MAX_COMPONENTS: u64 = 4;
/// Most tiles. Documents have one.
const MAX_TILES: u64 = 256;
/// Most bits of a sample.
const MAX_PRECISION: u64 = 16;
/// Most quality layers, each a pass over all code blocks.
const MAX_LAYERS: u64 = 256;
/// Most precincts, code blocks and layers of them, each of which takes some 50 bytes. A portrait has some hundreds.
const MAX_PARTS: u64 = 1 << 20;
/// Most progression order changes. Portraits have none.
const MAX_ORDER_CHANGES: u64 = 32;
/// Where counting them stops.
const MOST_COUNTED: usize = 33;
/// A component mapping of as many channels as there may be components: the head of the box and four bytes for each (§I.5.3.5).
const MAX_MAPPING: u64 = 8 + 4 * MAX_COMPONENTS;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    for at in starts(bytes) {
        let header = Header::read(bytes.get(at..).unwrap_or_default())?;
        header.check(limits)?;
        within("parts", most_parts(bytes, &header.divided()), MAX_PARTS)?;
    }
    within("progression order changes", order_changes(bytes, MOST_COUNTED), MAX_ORDER_CHANGES)?;
    check_palette(bytes)?;
    let settings = DecodeSettings { resolve_palette_indices: true, strict: false, target_resolution: None };
    let image = Image::new(bytes, &settings).map_err(|_| DAMAGED)?;
    let (width, height) = (image.width(), image.height());
    limits.check_size(width, height)?;
    let pixels = width as usize * height as usize;
    let colours = usize::from(image.color_space().num_channels());
    let channels = colours + usize::from(image.has_alpha());
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| DAMAGED)?;
    let sound = |bits: u8, samples: usize| (1..=MAX_PRECISION).contains(&bits.into()) && samples == pixels;
    let components = decoded.components();
    if components.len() != channels
        || !components.iter().all(|component| sound(component.bit_depth(), component.samples().len()))
    {
        return Err(DAMAGED);
    }
    let samples = Zeroizing::new(decoded.data_u8());
    let rgb = match (image.color_space(), colours, image.has_alpha()) {
        (ColorSpace::Unknown { .. }, ..) => None,
        (_, 4, false) => Some(ink_to_rgb(&samples)),
        (_, 1 | 3, _) => to_rgb(&samples, channels),
        _ => None,
    };
    let rgb = rgb.ok_or(DecodeError::Unsupported { encoding: Encoding::Jpeg2000, what: "these colours" })?;
    Picture::from_rgb(width, height, rgb).ok_or(DAMAGED)
}

/// A palette makes a plane of each channel that is mapped, however few components there are. Whatever looks like one of its boxes is
/// looked at, wherever it stands.
fn check_palette(bytes: &[u8]) -> Result<(), DecodeError> {
    let found = |name: &'static [u8; 4]| bytes.windows(4).enumerate().filter(move |(_, four)| four == name);
    for (at, _) in found(b"pclr") {
        // Entries in two bytes, then the columns.
        let columns = bytes.get(at + 6).copied().unwrap_or(0);
        within("columns of a palette", columns.into(), MAX_COMPONENTS)?;
    }
    for (at, _) in found(b"cmap") {
        let length = at.checked_sub(4).and_then(|start| bytes.get(start..at)?.try_into().ok());
        let length = length.map_or(0, u32::from_be_bytes);
        if length < 8 {
            // Up to the end of the file, or in eight more bytes: nobody writes it so.
            return Err(DecodeError::Unsupported {
                encoding: Encoding::Jpeg2000,
                what: "a mapping without length",
            });
        }
        within("bytes of a component mapping", length.into(), MAX_MAPPING)?;
    }
    Ok(())
}

fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.windows(START.len()).enumerate().filter(|(_, window)| *window == START).map(|(at, _)| at)
}

/// What the main header of a codestream claims.
struct Header {
    width: u32,
    height: u32,
    tile_width: u32,
    tile_height: u32,
    components: u64,
    precision: u64,
    layers: u64,
}

impl Header {
    fn read(codestream: &[u8]) -> Result<Self, DecodeError> {
        let mut segments = Segments { rest: codestream.get(2..).unwrap_or_default() };
        let size = segments.next().filter(|segment| segment.marker == 0x51).ok_or(DAMAGED)?.body;
        let long = |at: usize| -> Result<u32, DecodeError> {
            let four = size.get(at..at + 4).and_then(|four| four.try_into().ok()).ok_or(DAMAGED)?;
            Ok(u32::from_be_bytes(four))
        };
        let components =
            size.get(34..36).map(|pair| u64::from(pair[0]) << 8 | u64::from(pair[1])).ok_or(DAMAGED)?;
        let of_components = size.get(36..).unwrap_or_default().as_chunks::<3>().0;
        if of_components.len() as u64 != components
            || of_components.iter().any(|[_, across, down]| *across == 0 || *down == 0)
        {
            return Err(DAMAGED);
        }
        let precision = of_components.iter().map(|[bits, ..]| u64::from(bits & 0x7F) + 1).max().unwrap_or(1);
        // Coding style (§A.6.1): the layers stand after style and progression order.
        let layers = segments
            .filter(|segment| segment.marker == 0x52)
            .filter_map(|segment| {
                segment.body.get(2..4).map(|pair| u64::from(pair[0]) << 8 | u64::from(pair[1]))
            })
            .max()
            .unwrap_or(1);
        // From the origin of the reference grid: what is left of the picture is allocated too.
        Ok(Self {
            width: long(2)?,
            height: long(6)?,
            tile_width: long(18)?,
            tile_height: long(22)?,
            components,
            precision,
            layers,
        })
    }

    /// No side of a tile is zero once that is checked.
    fn divided(&self) -> Size {
        Size {
            sides: [self.width, self.height],
            tiles: [
                self.width.div_ceil(self.tile_width.max(1)),
                self.height.div_ceil(self.tile_height.max(1)),
            ],
            components: self.components,
        }
    }

    fn check(&self, limits: &Limits) -> Result<(), DecodeError> {
        limits.check_size(self.width, self.height)?;
        if self.tile_width == 0 || self.tile_height == 0 {
            return Err(DAMAGED);
        }
        within("components", self.components, MAX_COMPONENTS)?;
        within("bits in a sample", self.precision, MAX_PRECISION)?;
        within("layers", self.layers, MAX_LAYERS)?;
        let [across, down] = self.divided().tiles.map(u64::from);
        within("tiles", across * down, MAX_TILES)?;
        limits.check_work(self.width, self.height, self.components)
    }
}

/// A marker segment of the main header.
struct Segment<'a> {
    marker: u8,
    body: &'a [u8],
}

/// The marker segments up to the first tile.
struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        /// Start of tile-part.
        const TILE: u8 = 0x90;
        let [0xFF, marker, high, low, rest @ ..] = self.rest else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *marker == TILE {
            return None;
        }
        let (body, rest) = rest.split_at_checked(length.checked_sub(2)?)?;
        self.rest = rest;
        Some(Segment { marker: *marker, body })
    }
}
