//! EF.DG11: additional personal details (Doc 9303-10 §4.7.11).
//!
//! Everything is optional and much of it varies between states: the tag list may be absent or disagree with what
//! follows, other names may stand without their template (as in Chinese passports). All of that is read.

use super::{
    File, LdsError, Problem, Text,
    date::{Date, DateForm},
    fields::{Fields, count},
    image::Image,
};
use crate::tlv::{self, Tlv};

/// The contents of EF.DG11.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dg11 {
    /// Tags that the file's own tag list names, if it has one.
    pub tag_list: Option<Vec<u32>>,
    /// Full name of the holder in national characters, primary and secondary identifier separated by `<<`.
    pub full_name: Option<Text>,
    /// Other names, in the order of the file.
    pub other_names: Vec<Text>,
    /// Personal number.
    pub personal_number: Option<Text>,
    /// Full date of birth.
    pub birth_date: Option<Date>,
    /// Place of birth, components separated by `<`.
    pub birth_place: Option<Text>,
    /// Permanent address, components separated by `<`.
    pub address: Option<Text>,
    /// Telephone number.
    pub telephone: Option<Text>,
    /// Profession.
    pub profession: Option<Text>,
    /// Title.
    pub title: Option<Text>,
    /// Personal summary.
    pub summary: Option<Text>,
    /// Proof of citizenship.
    pub citizenship_proof: Option<ScannedImage>,
    /// Numbers of other valid travel documents, separated by `<`.
    pub other_documents: Option<Text>,
    /// Custody information.
    pub custody: Option<Text>,
}

/// An image in a field that some issuers fill with something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannedImage {
    /// An image, located in the file.
    Image(Image),
    /// Bytes that are no image of a known format; this many.
    Other(usize),
}

impl ScannedImage {
    pub(super) fn read(object: &Tlv<'_>) -> Self {
        match Image::locate(object.value, object.value_at) {
            Ok(image) => Self::Image(image),
            Err(_) => Self::Other(object.value.len()),
        }
    }
}

impl Dg11 {
    /// Reads EF.DG11. Data objects that the standard does not know are skipped.
    ///
    /// # Errors
    /// Broken TLV, a field that stands twice, another number of names than announced, a date that is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Dg11.parse(bytes, |outer| {
            let mut fields = Fields::of(&outer)?;
            Ok(Self {
                tag_list: tag_list(&mut fields)?,
                full_name: fields.text(0x5F0E)?,
                other_names: names(&mut fields, 0x5F0F)?,
                personal_number: fields.text(0x5F10)?,
                birth_date: fields.date(0x5F2B)?,
                birth_place: fields.text(0x5F11)?,
                address: fields.text(0x5F42)?,
                telephone: fields.text(0x5F12)?,
                profession: fields.text(0x5F13)?,
                title: fields.text(0x5F14)?,
                summary: fields.text(0x5F15)?,
                citizenship_proof: fields.optional(0x5F16)?.as_ref().map(ScannedImage::read),
                other_documents: fields.text(0x5F17)?,
                custody: fields.text(0x5F18)?,
            })
        })
    }

    /// Encodes EF.DG11 with the tag list that fits. An image is not encoded: give its bytes separately.
    pub fn encode(&self, form: DateForm, citizenship_proof: Option<&[u8]>) -> Vec<u8> {
        let mut fields = EncodedFields::default();
        fields.text(0x5F0E, self.full_name.as_ref());
        fields.names(0x5F0F, &self.other_names);
        fields.text(0x5F10, self.personal_number.as_ref());
        fields.bytes(0x5F2B, self.birth_date.map(|date| date.encode(form)).as_deref());
        fields.text(0x5F11, self.birth_place.as_ref());
        fields.text(0x5F42, self.address.as_ref());
        fields.text(0x5F12, self.telephone.as_ref());
        fields.text(0x5F13, self.profession.as_ref());
        fields.text(0x5F14, self.title.as_ref());
        fields.text(0x5F15, self.summary.as_ref());
        fields.bytes(0x5F16, citizenship_proof);
        fields.text(0x5F17, self.other_documents.as_ref());
        fields.text(0x5F18, self.custody.as_ref());
        fields.finish(0x6B)
    }
}

/// The tags in the tag list of DG11 or DG12.
pub(super) fn tag_list(fields: &mut Fields<'_>) -> Result<Option<Vec<u32>>, Problem> {
    let list = fields.optional(0x5C)?;
    Ok(list.map(|list| tlv::tag_list(&list)).transpose()?)
}

/// Names in their template A0 with a count, and names outside of it.
pub(super) fn names(fields: &mut Fields<'_>, tag: u32) -> Result<Vec<Text>, Problem> {
    let mut names = Vec::new();
    if let Some(template) = fields.optional(0xA0)? {
        let mut inside = Fields::of(&template)?;
        let announced = count(&inside.required(0x02)?)?;
        names.extend(inside.all(tag));
        if names.len() != announced {
            return Err(Problem::Count { at: template.at(), announced, found: names.len() });
        }
    }
    names.extend(fields.all(tag));
    Ok(names.iter().map(|name| Text::new(name.value)).collect())
}

/// The fields of DG11 or DG12 on their way out.
#[derive(Default)]
pub(super) struct EncodedFields {
    tags: Vec<u32>,
    value: Vec<u8>,
}

impl EncodedFields {
    pub(super) fn bytes(&mut self, tag: u32, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.tags.push(tag);
            tlv::write_into(&mut self.value, tag, value);
        }
    }

    pub(super) fn text(&mut self, tag: u32, text: Option<&Text>) {
        self.bytes(tag, text.map(Text::as_bytes));
    }

    /// At most 48 names, so that a reader with limits takes them all.
    pub(super) fn names(&mut self, tag: u32, names: &[Text]) {
        let names = names.get(..names.len().min(48)).unwrap_or_default();
        if names.is_empty() {
            return;
        }
        let mut template = tlv::write(0x02, &[u8::try_from(names.len()).unwrap_or(u8::MAX)]);
        for name in names {
            tlv::write_into(&mut template, tag, name.as_bytes());
        }
        self.bytes(0xA0, Some(&template));
    }

    pub(super) fn finish(self, outer: u32) -> Vec<u8> {
        let mut value = tlv::write_tag_list(&self.tags);
        value.extend_from_slice(&self.value);
        tlv::write(outer, &value)
    }
}
