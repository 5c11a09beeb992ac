//! The portrait as it lies in EF.DG2: located, not decoded.

use emrtd::lds::File;
use emrtd::lds::dg2::Dg2;
use emrtd::lds::image::ImageFormat;
use emrtd::session::Reading;

/// The first face image and the usual extension of its format.
pub(super) fn first_image(reading: &Reading) -> Option<(&[u8], &'static str)> {
    let file = reading.file(File::Dg2)?;
    let face = Dg2::parse(file).ok()?.faces.into_iter().next()?;
    Some((face.image.bytes(file)?, extension(face.image.format)))
}

const fn extension(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "jpg",
        ImageFormat::Jpeg2000Jp2 => "jp2",
        ImageFormat::Jpeg2000Codestream => "j2k",
    }
}
