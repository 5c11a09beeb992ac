//! Face image data blocks of ISO/IEC 39794-5:2019 in the ICAO application profile for travel documents.
//!
//! The way to an image follows the ASN.1 module `ID-ICAO-ISO-IEC-39794-5-ed-1-v1`; everything beside that way
//! (quality, landmarks, devices, the holder's description) is skipped unread.

use super::{Encoding, Face, Found};
use crate::{
    lds::{
        Problem,
        image::{Image, ImageFormat},
    },
    tlv::{self, Reader, Tlv},
};

/// `FaceImageDataBlock`, application 5.
const FACE_IMAGE_DATA_BLOCK: u32 = 0x65;

/// Locates all representations in a data block.
pub(super) fn read(record: &Tlv<'_>, found: &mut Found) -> Result<(), Problem> {
    let mut outer = record.children();
    if let Some(wrapper) = outer.optional(0xA1)? {
        outer.finish()?;
        outer = wrapper.children();
    }
    let block = outer.expect(FACE_IMAGE_DATA_BLOCK)?;
    outer.finish()?;
    let mut parts = block.children();
    parts.expect(0xA0)?; // versionBlock
    let mut representations = parts.expect(0xA1)?.children();
    while !representations.is_empty() {
        let image = representation(&representations.expect(0x30)?)?;
        found.push(Face { encoding: Encoding::Iso39794, image, information: None })?;
    }
    skip_rest(&mut parts)
}

/// One `RepresentationBlock`: `[1] imageRepresentation`, `[0] base`, `[0] imageRepresentation2DBlock`,
/// `[0] representationData2D`.
fn representation(block: &Tlv<'_>) -> Result<Image, Problem> {
    let mut parts = block.children();
    parts.expect(0x80)?; // representationId
    let mut choice = parts.expect(0xA1)?.children();
    let mut base = choice.expect(0xA0)?.children();
    let mut image_block = base.expect(0xA0)?.children();
    let data = image_block.expect(0x80)?;
    image_block.expect(0xA1)?; // imageInformation2DBlock
    skip_rest(&mut image_block)?;
    skip_rest(&mut parts)?;
    Image::locate(data.value, data.value_at)
}

/// The rest is not needed, but has to be whole.
fn skip_rest(reader: &mut Reader<'_>) -> Result<(), Problem> {
    while reader.next()?.is_some() {}
    Ok(())
}

/// A data block with the mandatory fields and one image.
pub(super) fn encode(image: &[u8], year: u16) -> Vec<u8> {
    // imageDataFormat: jpeg (2), jpeg2000Lossy (3).
    let code = if ImageFormat::of(image) == Some(ImageFormat::Jpeg) { 2 } else { 3 };
    let format = tlv::write(0xA0, &tlv::write(0x80, &[code]));
    let mut image_block = tlv::write(0x80, image);
    tlv::write_into(&mut image_block, 0xA1, &format);
    let base = tlv::write(0xA0, &tlv::write(0xA0, &image_block));
    let mut representation = tlv::write(0x80, &[0]);
    tlv::write_into(&mut representation, 0xA1, &base);
    let mut version = tlv::write(0x80, &[3]);
    tlv::write_into(&mut version, 0x81, &year.to_be_bytes());
    let mut block = tlv::write(0xA0, &version);
    tlv::write_into(&mut block, 0xA1, &tlv::write(0x30, &representation));
    tlv::write(0xA1, &tlv::write(FACE_IMAGE_DATA_BLOCK, &block))
}
