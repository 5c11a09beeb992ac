//! JPEG (ISO/IEC 10918-1): baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK with the marker of Adobe.

use jpeg_decoder::{Decoder, PixelFormat};
use zeroize::Zeroizing;

use super::{DecodeError, Encoding, Limits, ink_to_rgb, orientation, to_rgb};
use crate::picture::Picture;

const DAMAGED: DecodeError = DecodeError::Damaged(Encoding::Jpeg);

/// Decodes as the picture is stored.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    Ok(decode_with_exif(bytes, limits)?.0)
}

/// Decodes and turns as Exif asks.
pub(super) fn decode_upright(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    let (picture, exif) = decode_with_exif(bytes, limits)?;
    let orientation = exif.as_deref().map_or(1, orientation::read);
    orientation::turn(picture, orientation).ok_or(DAMAGED)
}

fn decode_with_exif(bytes: &[u8], limits: &Limits) -> Result<(Picture, Option<Vec<u8>>), DecodeError> {
    let scans = count_scans(bytes);
    let mut decoder = Decoder::new(bytes);
    decoder
        .set_max_decoding_buffer_size(usize::try_from(limits.pixels.saturating_mul(4)).unwrap_or(usize::MAX));
    decoder.read_info().map_err(|error| problem(&error))?;
    let info = decoder.info().ok_or(DAMAGED)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    let channels = info.pixel_format.pixel_bytes();
    limits.check_size(width, height)?;
    limits.check_work(width, height, (channels as u64).saturating_mul(scans))?;
    let samples = Zeroizing::new(decoder.decode().map_err(|error| problem(&error))?);
    let rgb = match info.pixel_format {
        PixelFormat::L8 | PixelFormat::RGB24 => to_rgb(&samples, channels),
        // The library gives the amount of ink.
        PixelFormat::CMYK32 => Some(ink_to_rgb(&samples)),
        // Native byte order.
        PixelFormat::L16 => {
            let grey =
                samples.as_chunks::<2>().0.iter().map(|&pair| u16::from_ne_bytes(pair).to_be_bytes()[0]);
            to_rgb(&Zeroizing::new(grey.collect::<Vec<u8>>()), 1)
        }
    };
    let picture = rgb.and_then(|rgb| Picture::from_rgb(width, height, rgb)).ok_or(DAMAGED)?;
    Ok((picture, decoder.exif_data().map(<[u8]>::to_vec)))
}

fn problem(error: &jpeg_decoder::Error) -> DecodeError {
    match error {
        jpeg_decoder::Error::Unsupported(_) => {
            DecodeError::Unsupported { encoding: Encoding::Jpeg, what: "a coding that cameras do not use" }
        }
        _ => DAMAGED,
    }
}

/// How many scans there are at most: every byte pair of a start-of-scan marker (§B.2.3) counts, wherever it stands.
/// In entropy-coded data it cannot stand.
fn count_scans(bytes: &[u8]) -> u64 {
    bytes.windows(2).filter(|pair| *pair == [0xFF, 0xDA]).count() as u64
}
