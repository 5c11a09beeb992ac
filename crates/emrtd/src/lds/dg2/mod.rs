//! EF.DG2: the encoded face (Doc 9303-10 §4.7.2).
//!
//! One biometric information template per recording, in ISO/IEC 19794-5:2005 (for the life of the documents) or in
//! ISO/IEC 39794-5 (allowed to issuers from 2026, the only one from 2030; R-078). Images are located, not decoded.
//!
//! What contradicts the standard without hiding the image is reported as a [`Deviation`] and left to the policy.

mod iso19794;
mod iso39794;

pub use iso19794::FaceInformation;

use super::{
    File, LdsError, Problem,
    fields::{Fields, count},
    image::{Image, ImageFormat},
};
use crate::tlv::{self, Tlv, TlvError};

/// Most images accepted in one file.
const MAX_FACES: usize = 9;

/// Biometric information group template.
const GROUP_TEMPLATE: u32 = 0x7F61;
/// Biometric information template.
const TEMPLATE: u32 = 0x7F60;
/// Biometric data block, primitive.
const DATA_BLOCK: u32 = 0x5F2E;
/// Biometric data block, constructed.
const DATA_BLOCK_CONSTRUCTED: u32 = 0x7F2E;

/// The contents of EF.DG2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg2 {
    /// All faces in the order of the file, at least one. The first is the one to compare with.
    pub faces: Vec<Face>,
    /// What contradicts the standard.
    pub deviations: Vec<Deviation>,
}

/// One face image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// The record it was found in.
    pub encoding: Encoding,
    /// Where it lies in the file.
    pub image: Image,
    /// What the record says about the face (ISO/IEC 19794-5 only).
    pub information: Option<FaceInformation>,
}

/// The standard of a face record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// ISO/IEC 19794-5:2005.
    Iso19794,
    /// ISO/IEC 39794-5:2019.
    Iso39794,
}

/// What contradicts the standard in a record that can nevertheless be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deviation {
    /// The biometric header names no format owner.
    FormatOwnerMissing,
    /// The format owner is not ISO/IEC JTC 1/SC 37 (0101).
    FormatOwner(u16),
    /// The biometric header names no format type.
    FormatTypeMissing,
    /// The format type does not fit an ISO/IEC 19794-5 record (0008).
    FormatType(u16),
    /// The biometric type is present and not "face" (02).
    BiometricType(u8),
    /// The length in the record header is eight bytes too small, as some issuers write it.
    RecordLength,
    /// The gender is none of 00, 01, 02, FF.
    Gender(u8),
    /// The eye colour is none of 00 to 07, FF.
    EyeColour(u8),
    /// The hair colour is none of 00 to 07, FF.
    HairColour(u8),
    /// A pose angle (yaw, pitch, roll) is above 181.
    Pose([u8; 3]),
    /// The uncertainty of a pose angle is above 181.
    PoseUncertainty([u8; 3]),
    /// The face image type is neither full frontal (01) nor token frontal (02).
    FaceImageType(u8),
    /// The image data type does not name the compression that the image has.
    ImageDataType(u8),
}

impl Dg2 {
    /// Reads EF.DG2 and locates the images.
    ///
    /// # Errors
    /// Broken TLV, another number of templates than announced, a record of neither format, lengths that contradict
    /// each other, no image, an empty image or one that is neither JPEG nor JPEG 2000.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Dg2.parse(bytes, |outer| {
            let mut found = Found::default();
            let mut inside = outer.children();
            let group = inside.expect(GROUP_TEMPLATE)?;
            inside.finish()?;
            let mut templates = group.children();
            let announced = count(&templates.expect(0x02)?)?;
            let mut instances = 0;
            while !templates.is_empty() {
                found.template(&templates.expect(TEMPLATE)?)?;
                instances += 1;
            }
            if instances != announced {
                return Err(Problem::Count { at: group.at(), announced, found: instances });
            }
            found.finish()
        })
    }

    /// Whether there is more than one face.
    pub fn has_several_faces(&self) -> bool {
        self.faces.len() > 1
    }

    /// Encodes EF.DG2 with one image in an ISO/IEC 19794-5:2005 record.
    pub fn encode_iso19794(image: &[u8], width: u16, height: u16) -> Vec<u8> {
        let record = tlv::write(DATA_BLOCK, &iso19794::encode(image, width, height));
        group_template(0x0008, &record)
    }

    /// Encodes EF.DG2 with one image in an ISO/IEC 39794-5 record made in `year`.
    pub fn encode_iso39794(image: &[u8], year: u16) -> Vec<u8> {
        let record = tlv::write(DATA_BLOCK_CONSTRUCTED, &iso39794::encode(image, year));
        group_template(0x0008, &record)
    }
}

/// Reads a biometric data block alone, as it stands in 5F2E or 7F2E. Ranges count from the start of `record`.
pub fn read_record(record: &[u8]) -> Result<Dg2, Problem> {
    let mut found = Found::default();
    found.record(&Tlv { tag: DATA_BLOCK, value: record, raw: record, value_at: 0 })?;
    found.finish()
}

/// The whole of DG2 around one biometric data block.
fn group_template(format_type: u16, record: &[u8]) -> Vec<u8> {
    // The fields that most documents have; some readers know no other layout.
    let mut header = tlv::write(0x81, &[0x02]);
    tlv::write_into(&mut header, 0x82, &[0x00]);
    tlv::write_into(&mut header, 0x87, &[1, 1]);
    tlv::write_into(&mut header, 0x88, &format_type.to_be_bytes());
    let mut template = tlv::write(0xA1, &header);
    template.extend_from_slice(record);
    let mut group = tlv::write(0x02, &[1]);
    tlv::write_into(&mut group, TEMPLATE, &template);
    tlv::write(0x75, &tlv::write(GROUP_TEMPLATE, &group))
}

/// What has been found so far.
#[derive(Default)]
struct Found {
    faces: Vec<Face>,
    deviations: Vec<Deviation>,
}

impl Found {
    fn template(&mut self, template: &Tlv<'_>) -> Result<(), Problem> {
        let mut fields = Fields::of(template)?;
        let header = fields.required(0xA1)?;
        let primitive = fields.optional(DATA_BLOCK)?;
        let constructed = fields.optional(DATA_BLOCK_CONSTRUCTED)?;
        let record = match (primitive, constructed) {
            (Some(record), None) | (None, Some(record)) => record,
            (Some(_), Some(second)) => {
                return Err(Problem::Repeated { tag: second.tag, at: second.at() });
            }
            (None, None) => {
                let at = template.value_at + template.value.len();
                return Err(TlvError::Missing { at, expected: DATA_BLOCK }.into());
            }
        };
        let encoding = self.record(&record)?;
        self.header(&header, encoding)
    }

    /// The biometric header template.
    fn header(&mut self, header: &Tlv<'_>, encoding: Encoding) -> Result<(), Problem> {
        let mut fields = Fields::of(header)?;
        if let Some(kind) = fields.optional(0x81)? {
            match *kind.value {
                [0x02] => {}
                [other, ..] => self.deviations.push(Deviation::BiometricType(other)),
                [] => self.deviations.push(Deviation::BiometricType(0)),
            }
        }
        match fields.optional(0x87)?.map(|owner| two_bytes(&owner)).transpose()? {
            Some(0x0101) => {}
            Some(other) => self.deviations.push(Deviation::FormatOwner(other)),
            None => self.deviations.push(Deviation::FormatOwnerMissing),
        }
        match fields.optional(0x88)?.map(|kind| two_bytes(&kind)).transpose()? {
            Some(other) if encoding == Encoding::Iso19794 && other != 0x0008 => {
                self.deviations.push(Deviation::FormatType(other));
            }
            Some(_) => {}
            None => self.deviations.push(Deviation::FormatTypeMissing),
        }
        Ok(())
    }

    /// A biometric data block. What it is shows in its first bytes, whichever tag it has.
    fn record(&mut self, record: &Tlv<'_>) -> Result<Encoding, Problem> {
        match record.value {
            [b'F', b'A', b'C', 0, ..] => {
                iso19794::read(record, self)?;
                Ok(Encoding::Iso19794)
            }
            [0xA1 | 0x65, ..] => {
                iso39794::read(record, self)?;
                Ok(Encoding::Iso39794)
            }
            _ => Err(Problem::BiometricFormat { at: record.value_at }),
        }
    }

    fn push(&mut self, face: Face) -> Result<(), Problem> {
        if self.faces.len() == MAX_FACES {
            return Err(Problem::TooManyImages { limit: MAX_FACES });
        }
        self.faces.push(face);
        Ok(())
    }

    fn finish(self) -> Result<Dg2, Problem> {
        if self.faces.is_empty() {
            return Err(Problem::NoImage);
        }
        Ok(Dg2 { faces: self.faces, deviations: self.deviations })
    }
}

fn two_bytes(object: &Tlv<'_>) -> Result<u16, Problem> {
    match *object.value {
        [high, low] => Ok(u16::from_be_bytes([high, low])),
        _ => Err(Problem::ValueLength { tag: object.tag, at: object.at(), length: object.value.len() }),
    }
}

/// Whether a declared compression fits the image: 0 JPEG, 1 JPEG 2000 in ISO/IEC 19794-5.
fn is_jpeg(format: ImageFormat) -> bool {
    format == ImageFormat::Jpeg
}
