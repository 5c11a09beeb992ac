//! PNG (ISO/IEC 15948), the first picture of an animated one.

use std::io::Cursor;

use png::{Decoder, Limits as Allowed, Transformations};
use zeroize::Zeroizing;

use super::{DecodeError, Encoding, Limits, to_rgb};
use crate::picture::Picture;

const DAMAGED: DecodeError = DecodeError::Damaged(Encoding::Png);

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    let most = usize::try_from(limits.pixels.saturating_mul(8)).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Allowed { bytes: most });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|_| DAMAGED)?;
    let (width, height) = (header.width, header.height);
    limits.check_size(width, height)?;
    limits.check_work(width, height, 4)?;
    let mut reader = decoder.read_info().map_err(|_| DAMAGED)?;
    // The library takes a palette of whole entries for granted (ISO/IEC 15948 §11.2.2).
    if reader.info().palette.as_ref().is_some_and(|palette| palette.is_empty() || palette.len() % 3 != 0) {
        return Err(DAMAGED);
    }
    let size = reader.output_buffer_size().ok_or(DAMAGED)?;
    let mut samples = Zeroizing::new(vec![0; size]);
    let frame = reader.next_frame(&mut samples).map_err(|_| DAMAGED)?;
    if (frame.width, frame.height) != (width, height) {
        return Err(DAMAGED);
    }
    let channels = reader.output_color_type().0.samples();
    let rgb = to_rgb(samples.get(..frame.buffer_size()).ok_or(DAMAGED)?, channels);
    rgb.and_then(|rgb| Picture::from_rgb(width, height, rgb)).ok_or(DAMAGED)
}
