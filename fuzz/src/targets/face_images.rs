//! Pictures of faces: portraits of chips, alone and inside EF.DG2, and frames of captures.
//!
//! The limits are small, so that what is fast in a fuzzer is many small pictures and not few large ones; how the time grows
//! with the limits is a matter of tests.

use emrtd::lds::dg2::{self, Dg2};
use face::decode::{DecodeError, Encoding, Limits, decode_frame, decode_portrait};
use face::picture::Picture;

use super::lds;
use crate::oracle::sound;
use crate::samples;

const LIMITS: Limits = Limits { bytes: 1 << 18, side: 512, pixels: 1 << 16, samples: 1 << 20 };

type Decode = fn(&[u8], &Limits) -> Result<Picture, DecodeError>;

/// What is decoded lies within the limits, and is refused when a limit is one less than it needs.
fn check(bytes: &[u8], decode: Decode) {
    let Some(picture) = sound(bytes, decode(bytes, &LIMITS)) else { return };
    let (width, height) = (picture.width(), picture.height());
    let pixels = u64::from(width) * u64::from(height);
    assert!(width.max(height) <= LIMITS.side && pixels <= LIMITS.pixels, "{picture:?}");
    assert_eq!(picture.rgb().len() as u64, 3 * pixels);
    let side = Limits { side: width.max(height) - 1, ..LIMITS };
    let fewer = Limits { pixels: pixels - 1, ..LIMITS };
    let shorter = Limits { bytes: bytes.len() - 1, ..LIMITS };
    for limits in [side, fewer, shorter] {
        let refused = decode(bytes, &limits);
        assert!(matches!(refused, Err(DecodeError::TooLarge { .. })), "{picture:?}: {refused:?}");
    }
}

/// A portrait as JPEG.
pub fn jpeg(bytes: &[u8]) {
    check(&starting(&[0xFF, 0xD8, 0xFF], bytes), decode_portrait);
}

/// A portrait as JPEG 2000; what is no JP2 file is a codestream.
pub fn jpeg2000(bytes: &[u8]) {
    if Encoding::of(bytes) == Some(Encoding::Jpeg2000) {
        check(bytes, decode_portrait);
    } else {
        check(&starting(&[0xFF, 0x4F, 0xFF, 0x51], bytes), decode_portrait);
    }
}

/// A frame as JPEG, PNG or WebP.
pub fn frame(bytes: &[u8]) {
    check(bytes, decode_frame);
}

/// EF.DG2 or a face record alone, with every picture in it.
pub fn record(bytes: &[u8]) {
    for found in [Dg2::parse(bytes).ok(), dg2::read_record(bytes).ok()].into_iter().flatten() {
        for face in &found.faces {
            let image = face.image.bytes(bytes).expect("an image lies inside its file");
            check(image, decode_portrait);
        }
    }
}

/// The input with its first bytes made those of an encoding, so that none is lost to telling encodings apart.
fn starting(start: &[u8], bytes: &[u8]) -> Vec<u8> {
    let rest = bytes.get(start.len()..).unwrap_or_default();
    [start, rest].concat()
}

/// Seeds of [`jpeg`].
pub fn jpeg_seeds() -> Vec<Vec<u8>> {
    samples::images(&["jpg"])
}

/// Seeds of [`jpeg2000`].
pub fn jpeg2000_seeds() -> Vec<Vec<u8>> {
    samples::images(&["jp2", "j2k"])
}

/// Seeds of [`frame`].
pub fn frame_seeds() -> Vec<Vec<u8>> {
    samples::images(&["jpg", "png", "webp"])
}

/// Seeds of [`record`]: small pictures in both standards, and documents as they are.
pub fn record_seeds() -> Vec<Vec<u8>> {
    let mut all = lds::dg2_seeds();
    for image in samples::images(&["jpg", "jp2", "j2k"]) {
        all.push(Dg2::encode_iso19794(&image, 48, 40));
        all.push(Dg2::encode_iso39794(&image, 2026));
    }
    all
}
