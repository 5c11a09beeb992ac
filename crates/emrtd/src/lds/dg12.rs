//! EF.DG12: additional document details (Doc 9303-10 §4.7.12).

use super::{
    File, LdsError, Text,
    date::{Date, DateForm, DateTime},
    dg11::{EncodedFields, ScannedImage, names, tag_list},
    fields::Fields,
};

/// The contents of EF.DG12.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dg12 {
    /// Tags that the file's own tag list names, if it has one.
    pub tag_list: Option<Vec<u32>>,
    /// Issuing authority.
    pub issuing_authority: Option<Text>,
    /// Date of issue.
    pub issue_date: Option<Date>,
    /// Names of other persons on the document, in the order of the file.
    pub other_persons: Vec<Text>,
    /// Endorsements and observations.
    pub endorsements: Option<Text>,
    /// Tax and exit requirements.
    pub tax_exit_requirements: Option<Text>,
    /// Image of the front of the document.
    pub front_image: Option<ScannedImage>,
    /// Image of the rear of the document.
    pub rear_image: Option<ScannedImage>,
    /// When the document was personalised.
    pub personalised: Option<DateTime>,
    /// Serial number of the personalisation system.
    pub personalisation_system: Option<Text>,
}

impl Dg12 {
    /// Reads EF.DG12. Data objects that the standard does not know are skipped.
    ///
    /// # Errors
    /// Broken TLV, a field that stands twice, another number of names than announced, a date that is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Dg12.parse(bytes, |outer| {
            let mut fields = Fields::of(&outer)?;
            Ok(Self {
                tag_list: tag_list(&mut fields)?,
                issuing_authority: fields.text(0x5F19)?,
                issue_date: fields.date(0x5F26)?,
                other_persons: names(&mut fields, 0x5F1A)?,
                endorsements: fields.text(0x5F1B)?,
                tax_exit_requirements: fields.text(0x5F1C)?,
                front_image: fields.optional(0x5F1D)?.as_ref().map(ScannedImage::read),
                rear_image: fields.optional(0x5F1E)?.as_ref().map(ScannedImage::read),
                personalised: fields.optional(0x5F55)?.as_ref().map(DateTime::read).transpose()?,
                personalisation_system: fields.text(0x5F56)?,
            })
        })
    }

    /// Encodes EF.DG12 with the tag list that fits. Images are not encoded: give their bytes separately.
    pub fn encode(&self, form: DateForm, front: Option<&[u8]>, rear: Option<&[u8]>) -> Vec<u8> {
        let mut fields = EncodedFields::default();
        fields.text(0x5F19, self.issuing_authority.as_ref());
        fields.bytes(0x5F26, self.issue_date.map(|date| date.encode(form)).as_deref());
        fields.names(0x5F1A, &self.other_persons);
        fields.text(0x5F1B, self.endorsements.as_ref());
        fields.text(0x5F1C, self.tax_exit_requirements.as_ref());
        fields.bytes(0x5F1D, front);
        fields.bytes(0x5F1E, rear);
        fields.bytes(0x5F55, self.personalised.map(|time| time.encode(form)).as_deref());
        fields.text(0x5F56, self.personalisation_system.as_ref());
        fields.finish(0x6C)
    }
}
