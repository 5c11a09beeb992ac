//! A picture from a file: an image, or the first portrait of a DG2.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use emrtd::lds::dg2::Dg2;
use face::detect::{OneFace, one_face};
use face::networks::Networks;
use face::picture::Picture;
use zeroize::Zeroizing;

use crate::failure::{Failure, PictureFault};

/// Larger files are not read.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// More pixels are not decoded.
const MAX_PIXELS: usize = 24_000_000;

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

/// JPEG only, until the decoders of the crate `face` are there.
fn decode(bytes: &[u8]) -> Result<Picture, PictureFault> {
    let fault = |error: jpeg_decoder::Error| PictureFault::Decode(error.to_string());
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(MAX_PIXELS * 4);
    decoder.read_info().map_err(fault)?;
    let info = decoder.info().ok_or_else(|| PictureFault::Decode("it has no size".to_owned()))?;
    if usize::from(info.width) * usize::from(info.height) > MAX_PIXELS {
        return Err(PictureFault::TooLarge);
    }
    let pixels = Zeroizing::new(decoder.decode().map_err(fault)?);
    let rgb = match info.pixel_format {
        jpeg_decoder::PixelFormat::RGB24 => pixels.to_vec(),
        jpeg_decoder::PixelFormat::L8 => pixels.iter().flat_map(|&grey| [grey; 3]).collect(),
        _ => return Err(PictureFault::Decode("only grey and colour JPEG with 8 bits are read".to_owned())),
    };
    Picture::from_rgb(info.width.into(), info.height.into(), rgb)
        .ok_or_else(|| PictureFault::Decode("it has no pixels".to_owned()))
}
