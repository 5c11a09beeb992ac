//! Face image records of ISO/IEC 19794-5:2005, clause 5.

use super::{Deviation, Encoding, Face, Found, is_jpeg};
use crate::{
    lds::{
        Problem,
        image::{Image, ImageFormat},
    },
    tlv::Tlv,
};

/// Format identifier and version of the record header.
const MAGIC: [u8; 8] = *b"FAC\x00010\x00";
/// Bytes of the facial record header.
const RECORD_HEADER: usize = 14;
/// Bytes of the facial information block.
const FACE_BLOCK: usize = 20;
/// Bytes of one feature point.
const FEATURE_POINT: usize = 8;
/// Bytes of the image information block.
const IMAGE_BLOCK: usize = 12;

/// What the record says about a face, as written (5.5 to 5.7).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FaceInformation {
    /// 00 unspecified, 01 male, 02 female, FF unknown.
    pub gender: u8,
    /// Eye colour.
    pub eye_colour: u8,
    /// Hair colour.
    pub hair_colour: u8,
    /// Number of feature points.
    pub feature_points: u16,
    /// 01 full frontal, 02 token frontal.
    pub image_type: u8,
    /// Width in pixels as declared.
    pub width: u16,
    /// Height in pixels as declared.
    pub height: u16,
}

/// Shows the declared size only: the rest describes a person.
impl std::fmt::Debug for FaceInformation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FaceInformation({} x {}, <redacted>)", self.width, self.height)
    }
}

/// A cursor over a record with the position in the file.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let (head, rest) = self.bytes.split_at_checked(length).ok_or(Problem::FaceRecordLength {
            at: self.at,
            announced: length,
            available: self.bytes.len(),
        })?;
        self.bytes = rest;
        self.at += length;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u8(&mut self) -> Result<u8, Problem> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, Problem> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<usize, Problem> {
        self.array().map(u32::from_be_bytes).map(|length| usize::try_from(length).unwrap_or(usize::MAX))
    }
}

/// Reads all faces of a record.
pub(super) fn read(record: &Tlv<'_>, found: &mut Found) -> Result<(), Problem> {
    let mut cursor = Cursor { bytes: record.value, at: record.value_at };
    if cursor.array()? != MAGIC {
        return Err(Problem::BiometricFormat { at: record.value_at });
    }
    let (at, available) = (cursor.at, record.value.len());
    let announced = cursor.u32()?;
    if announced.checked_add(8) == Some(available) {
        found.deviations.push(Deviation::RecordLength);
    } else if announced != available {
        return Err(Problem::FaceRecordLength { at, announced, available });
    }
    let faces = cursor.u16()?;
    for _ in 0..faces {
        let face = read_face(&mut cursor, found)?;
        found.push(face)?;
    }
    match cursor.bytes.len() {
        0 => Ok(()),
        rest => Err(Problem::FaceRecordLength { at, announced: available.saturating_sub(rest), available }),
    }
}

fn read_face(cursor: &mut Cursor<'_>, found: &mut Found) -> Result<Face, Problem> {
    let block_at = cursor.at;
    let available = cursor.bytes.len();
    let announced = cursor.u32()?;
    let feature_points = cursor.u16()?;
    let [gender, eye_colour, hair_colour] = cursor.array()?;
    let _properties: [u8; 3] = cursor.array()?;
    let _expression = cursor.u16()?;
    let pose: [u8; 3] = cursor.array()?;
    let uncertainty: [u8; 3] = cursor.array()?;
    let points = FEATURE_POINT.saturating_mul(usize::from(feature_points));
    cursor.take(points)?;
    let image_type = cursor.u8()?;
    let data_type = cursor.u8()?;
    let width = cursor.u16()?;
    let height = cursor.u16()?;
    let [_colour_space, _source_type] = cursor.array()?;
    let _device_type = cursor.u16()?;
    let _quality = cursor.u16()?;

    let wrong_length = Problem::FaceRecordLength { at: block_at, announced, available };
    let image_length =
        announced.checked_sub(FACE_BLOCK + points + IMAGE_BLOCK).ok_or(wrong_length.clone())?;
    let image_at = cursor.at;
    let image = Image::locate(cursor.take(image_length).map_err(|_| wrong_length)?, image_at)?;

    let unusual = &mut found.deviations;
    let mut check = |ok: bool, deviation: Deviation| {
        if !ok {
            unusual.push(deviation);
        }
    };
    check(matches!(gender, 0..=2 | 0xFF), Deviation::Gender(gender));
    check(matches!(eye_colour, 0..=7 | 0xFF), Deviation::EyeColour(eye_colour));
    check(matches!(hair_colour, 0..=7 | 0xFF), Deviation::HairColour(hair_colour));
    check(pose.iter().all(|angle| *angle <= 181), Deviation::Pose(pose));
    check(uncertainty.iter().all(|angle| *angle <= 181), Deviation::PoseUncertainty(uncertainty));
    check(matches!(image_type, 1 | 2), Deviation::FaceImageType(image_type));
    let declared_right = data_type == u8::from(!is_jpeg(image.format));
    check(declared_right, Deviation::ImageDataType(data_type));

    let information =
        FaceInformation { gender, eye_colour, hair_colour, feature_points, image_type, width, height };
    Ok(Face { encoding: Encoding::Iso19794, image, information: Some(information) })
}

/// A record with one full frontal image about which nothing else is said.
pub(super) fn encode(image: &[u8], width: u16, height: u16) -> Vec<u8> {
    let face_length = FACE_BLOCK + IMAGE_BLOCK + image.len();
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    let data_type = u8::from(ImageFormat::of(image).is_some_and(|format| !is_jpeg(format)));
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&length(RECORD_HEADER + face_length));
    out.extend_from_slice(&1u16.to_be_bytes());
    out.extend_from_slice(&length(face_length));
    out.extend_from_slice(&[0; FACE_BLOCK - 4]);
    out.extend_from_slice(&[1, data_type]);
    out.extend_from_slice(&width.to_be_bytes());
    out.extend_from_slice(&height.to_be_bytes());
    out.extend_from_slice(&[0; 6]);
    out.extend_from_slice(image);
    out
}
