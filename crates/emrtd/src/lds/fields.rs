//! The data objects of one template, in whatever order the issuer wrote them.

use super::{Problem, Text, date::Date};
use crate::oid::Oid;
use crate::tlv::{Tlv, TlvError};

/// Most data objects accepted in one template.
const MAX_FIELDS: usize = 64;

/// The data objects of a template. Each can be taken out once; a tag that stands twice is an error.
pub(super) struct Fields<'a> {
    objects: Vec<Tlv<'a>>,
    end: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn of(template: &Tlv<'a>) -> Result<Self, Problem> {
        let mut reader = template.children();
        let mut objects = Vec::new();
        while let Some(object) = reader.next()? {
            if objects.len() == MAX_FIELDS {
                return Err(TlvError::TooManyNodes { at: object.at(), limit: MAX_FIELDS }.into());
            }
            objects.push(object);
        }
        Ok(Self { objects, end: reader.position() })
    }

    pub(super) fn all(&mut self, tag: u32) -> Vec<Tlv<'a>> {
        self.objects.extract_if(.., |object| object.tag == tag).collect()
    }

    pub(super) fn optional(&mut self, tag: u32) -> Result<Option<Tlv<'a>>, Problem> {
        let mut found = self.all(tag).into_iter();
        let first = found.next();
        match found.next() {
            Some(second) => Err(Problem::Repeated { tag, at: second.at() }),
            None => Ok(first),
        }
    }

    pub(super) fn required(&mut self, tag: u32) -> Result<Tlv<'a>, Problem> {
        self.optional(tag)?.ok_or_else(|| TlvError::Missing { at: self.end, expected: tag }.into())
    }

    pub(super) fn text(&mut self, tag: u32) -> Result<Option<Text>, Problem> {
        Ok(self.optional(tag)?.map(|object| Text::new(object.value)))
    }

    pub(super) fn date(&mut self, tag: u32) -> Result<Option<Date>, Problem> {
        self.optional(tag)?.as_ref().map(Date::read).transpose()
    }
}

/// A number of instances: the data object 02 with a value of one or two bytes.
pub(super) fn count(object: &Tlv<'_>) -> Result<usize, Problem> {
    match *object.value {
        [one] => Ok(usize::from(one)),
        [high, low] => Ok(usize::from(u16::from_be_bytes([high, low]))),
        _ => Err(Problem::ValueLength { tag: object.tag, at: object.at(), length: object.value.len() }),
    }
}

/// The identifier in an OBJECT IDENTIFIER.
pub(crate) fn object_identifier(object: &Tlv<'_>) -> Result<Oid, Problem> {
    Oid::from_bytes(object.value).map_err(|source| Problem::Oid { at: object.at(), source })
}
