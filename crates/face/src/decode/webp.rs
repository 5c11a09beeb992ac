//! WebP (RFC 9649), still pictures only.

use std::io::Cursor;

use image_webp::WebPDecoder;
use zeroize::Zeroizing;

use super::{DecodeError, Encoding, Limits, to_rgb};
use crate::picture::Picture;

const DAMAGED: DecodeError = DecodeError::Damaged(Encoding::WebP);

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, DecodeError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
    if decoder.is_animated() {
        return Err(DecodeError::Unsupported { encoding: Encoding::WebP, what: "several pictures" });
    }
    let (width, height) = decoder.dimensions();
    limits.check_size(width, height)?;
    limits.check_work(width, height, 4)?;
    decoder.set_memory_limit(usize::try_from(limits.pixels.saturating_mul(8)).unwrap_or(usize::MAX));
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut samples = Zeroizing::new(vec![0; decoder.output_buffer_size().ok_or(DAMAGED)?]);
    decoder.read_image(&mut samples).map_err(|_| DAMAGED)?;
    to_rgb(&samples, channels).and_then(|rgb| Picture::from_rgb(width, height, rgb)).ok_or(DAMAGED)
}
