//! EF.DG16: persons to notify (Doc 9303-10 §4.7.16).

use super::{
    File, LdsError, Problem, Text,
    date::{Date, DateForm},
    fields::{Fields, count},
};
use crate::tlv;

/// Most persons accepted: the templates are tagged A1 to AF.
const MAX_PERSONS: usize = 15;

/// The contents of EF.DG16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dg16 {
    /// The persons to notify, in the order of the file.
    pub persons: Vec<PersonToNotify>,
}

/// A person to notify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonToNotify {
    /// When the details were recorded.
    pub recorded: Option<Date>,
    /// Name, as in the machine readable zone.
    pub name: Option<Text>,
    /// Telephone number.
    pub telephone: Option<Text>,
    /// Address, components separated by `<`.
    pub address: Option<Text>,
}

impl Dg16 {
    /// Reads EF.DG16.
    ///
    /// # Errors
    /// Broken TLV, another number of persons than announced, a date that is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        File::Dg16.parse(bytes, |outer| {
            let mut inside = outer.children();
            let announced = count(&inside.expect(0x02)?)?;
            let mut persons = Vec::new();
            while let Some(template) = inside.next()? {
                if !matches!(template.tag, 0xA1..=0xAF) || persons.len() == MAX_PERSONS {
                    return Err(Problem::Value { tag: template.tag, at: template.at() });
                }
                let mut fields = Fields::of(&template)?;
                persons.push(PersonToNotify {
                    recorded: fields.date(0x5F50)?,
                    name: fields.text(0x5F51)?,
                    telephone: fields.text(0x5F52)?,
                    address: fields.text(0x5F53)?,
                });
            }
            if persons.len() != announced {
                return Err(Problem::Count { at: outer.at(), announced, found: persons.len() });
            }
            Ok(Self { persons })
        })
    }

    /// Encodes EF.DG16 with at most 15 persons; further ones are left out.
    pub fn encode(&self) -> Vec<u8> {
        let mut templates = Vec::new();
        let mut number = 0;
        for (person, tag) in self.persons.iter().zip(0xA1..=0xAF) {
            number += 1;
            let mut template = Vec::new();
            if let Some(date) = person.recorded {
                tlv::write_into(&mut template, 0x5F50, &date.encode(DateForm::Ascii));
            }
            let texts = [(0x5F51, &person.name), (0x5F52, &person.telephone), (0x5F53, &person.address)];
            for (field, text) in texts {
                if let Some(text) = text {
                    tlv::write_into(&mut template, field, text.as_bytes());
                }
            }
            tlv::write_into(&mut templates, tag, &template);
        }
        let mut value = tlv::write(0x02, &[number]);
        value.extend_from_slice(&templates);
        tlv::write(0x70, &value)
    }
}
