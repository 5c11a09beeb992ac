//! EF.DG7: displayed signature or usual mark (Doc 9303-10 §4.7.7).

use super::{File, LdsError, Problem, fields::count, image::Image};
use crate::tlv;

/// Most images accepted.
const MAX_IMAGES: usize = 9;

/// The contents of EF.DG7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg7 {
    /// How many images the file announces. Files exist that announce none and hold one, so this is not enforced.
    pub announced: usize,
    /// The images, located in the file.
    pub images: Vec<Image>,
}

impl Dg7 {
    /// Locates the images.
    ///
    /// # Errors
    /// Broken TLV, more than nine images, an empty image or one of an unknown format.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Dg7.parse(bytes, |outer| {
            let mut inside = outer.children();
            let announced = count(&inside.expect(0x02)?)?;
            let mut images = Vec::new();
            while !inside.is_empty() {
                let object = inside.expect(0x5F43)?;
                if images.len() == MAX_IMAGES {
                    return Err(Problem::TooManyImages { limit: MAX_IMAGES });
                }
                images.push(Image::locate(object.value, object.value_at)?);
            }
            Ok(Self { announced, images })
        })
    }

    /// Encodes EF.DG7 with up to 255 images.
    pub fn encode(images: &[&[u8]]) -> Vec<u8> {
        let mut value = tlv::write(0x02, &[u8::try_from(images.len()).unwrap_or(u8::MAX)]);
        for image in images {
            tlv::write_into(&mut value, 0x5F43, image);
        }
        tlv::write(0x67, &value)
    }
}
