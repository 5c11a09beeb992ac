//! A picture from a file: an image, or the first portrait of a DG2.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use emrtd::lds::dg2::Dg2;
use face::decode::{Encoding, Limits, decode_frame, decode_portrait};
use face::detect::{OneFace, one_face};
use face::networks::Networks;
use face::picture::Picture;
use zeroize::Zeroizing;

use crate::failure::{Failure, PictureFault};

/// Larger files are not read.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// What is decoded: a file of one's own may be larger than what comes from outside.
const LIMITS: Limits =
    Limits { bytes: 32 * 1024 * 1024, side: 16_384, pixels: 24_000_000, samples: 1_000_000_000 };

/// The tag of EF.DG2 (Doc 9303-10).
const DG2_TAG: u8 = 0x75;

/// Decodes the picture of a file.
pub(crate) fn read(path: &Path) -> Result<Picture, Failure> {
    let unreadable = |fault| Failure::Picture { path: path.to_owned(), fault };
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(PictureFault::File(error)))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(unreadable(PictureFault::TooLarge));
    }
    match bytes.first() {
        None => Err(unreadable(PictureFault::Empty)),
        Some(&DG2_TAG) => {
            let dg2 = Dg2::parse(&bytes).map_err(|error| unreadable(PictureFault::Dg2(error)))?;
            let image = dg2.faces.first().and_then(|face| face.image.bytes(&bytes));
            decode(image.unwrap_or_default()).map_err(unreadable)
        }
        Some(_) => decode(&bytes).map_err(unreadable),
    }
}

/// The one face of a picture.
pub(crate) fn only_face(networks: &Networks, path: &Path, picture: &Picture) -> anyhow::Result<OneFace> {
    let faces = networks.detect(picture)?;
    Ok(one_face(&faces).map_err(|source| Failure::NotOneFace { path: path.to_owned(), source })?)
}

/// Any encoding that a portrait or a frame may have.
fn decode(bytes: &[u8]) -> Result<Picture, PictureFault> {
    let decoded = match Encoding::of(bytes) {
        Some(Encoding::Jpeg2000) => decode_portrait(bytes, &LIMITS),
        _ => decode_frame(bytes, &LIMITS),
    };
    decoded.map_err(PictureFault::Decode)
}
