//! Distinguished names and their comparison (RFC 5280 §4.1.2.4, §7.1; R-039).
//!
//! Two names are the same if they have the same attributes in the same order, where PrintableString, UTF8String and
//! the other text types are compared as text: without regard to case and to the amount of white space. Beyond that no
//! Unicode normalisation is done: a composed and a decomposed letter differ. A value of another type is compared byte
//! by byte. No more than that is said by a match: many generations of one CSCA share a name.

use std::fmt;

use const_oid::ObjectIdentifier;

use crate::asn1::{Asn1Error, Node, tag};
use crate::oid;

/// Most attributes of a name.
const MAX_ATTRIBUTES: usize = 64;

/// One attribute of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// What it is.
    pub kind: ObjectIdentifier,
    /// The tag of its value, for example `13` for PrintableString.
    pub tag: u8,
    /// The value as received.
    pub value: Vec<u8>,
}

impl Attribute {
    /// The value as text, `None` if it is of no text type or not valid in its type.
    pub fn text(&self) -> Option<String> {
        match self.tag {
            // UTF8String
            0x0C => String::from_utf8(self.value.clone()).ok(),
            // NumericString, PrintableString, IA5String, VisibleString
            0x12 | 0x13 | 0x16 | 0x1A if self.value.is_ascii() => String::from_utf8(self.value.clone()).ok(),
            // The same types with letters beyond them, and TeletexString: Latin-1 in practice.
            0x12 | 0x13 | 0x14 | 0x16 | 0x1A => Some(self.value.iter().copied().map(char::from).collect()),
            // UniversalString
            0x1C => {
                wide(&self.value, |[a, b, c, d]: [u8; 4]| char::from_u32(u32::from_be_bytes([a, b, c, d])))
            }
            // BMPString
            0x1E => {
                wide(&self.value, |[a, b]: [u8; 2]| char::from_u32(u32::from(u16::from_be_bytes([a, b]))))
            }
            _ => None,
        }
    }

    /// Whether both mean the same by RFC 5280 §7.1.
    fn matches(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match (self.text(), other.text()) {
                (Some(a), Some(b)) => folded(&a).eq(folded(&b)),
                (None, None) => self.tag == other.tag && self.value == other.value,
                _ => false,
            }
    }

    /// Equal for two attributes exactly if they match. The length in front keeps parts from running into each other.
    fn comparison_key(&self) -> String {
        let value = match self.text() {
            Some(text) => folded(&text).collect::<String>(),
            None => format!("#{:02x}{:02x?}", self.tag, self.value),
        };
        format!("{}={}:{value};", self.kind, value.len())
    }
}

fn wide<const N: usize>(bytes: &[u8], letter: impl Fn([u8; N]) -> Option<char>) -> Option<String> {
    let (letters, rest) = bytes.as_chunks::<N>();
    if rest.is_empty() { letters.iter().map(|bytes| letter(*bytes)).collect() } else { None }
}

/// The words of a text in lower case with one space between them.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.split_whitespace().flat_map(|word| word.chars().chain([' '])).flat_map(char::to_lowercase)
}

/// A distinguished name.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    der: Vec<u8>,
    relative: Vec<Vec<Attribute>>,
}

impl Name {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, Asn1Error> {
        let mut relative = Vec::new();
        let mut sets = node.children();
        let mut count: usize = 0;
        while let Some(set) = sets.next()? {
            if set.tag != tag::SET {
                return Err(Asn1Error::Unexpected { at: set.at, expected: tag::SET, found: set.tag });
            }
            let mut attributes = Vec::new();
            let mut inside = set.children();
            while inside.peek().is_some() {
                let pair = inside.expect(tag::SEQUENCE)?;
                count = count.saturating_add(1);
                if count > MAX_ATTRIBUTES {
                    return Err(Asn1Error::Limit { at: pair.at });
                }
                let mut parts = pair.children();
                let kind = parts.expect(tag::OID)?.oid()?;
                let value = parts.next()?.ok_or(pair.invalid())?;
                parts.finish()?;
                attributes.push(Attribute { kind, tag: value.tag, value: value.content.to_vec() });
            }
            relative.push(attributes);
        }
        Ok(Self { der: node.raw.to_vec(), relative })
    }

    /// The name as received.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// All attributes in order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.relative.iter().flatten()
    }

    /// Whether both are the same by RFC 5280 §7.1. An empty name is the same as none, not even as another empty one.
    pub fn matches(&self, other: &Self) -> bool {
        !self.relative.is_empty()
            && self.relative.len() == other.relative.len()
            && self.relative.iter().zip(&other.relative).all(|(a, b)| same_set(a, b))
    }

    /// A text that two names have in common exactly if they match; `None` for an empty name, which matches nothing.
    pub fn comparison_key(&self) -> Option<String> {
        let set = |attributes: &Vec<Attribute>| {
            let mut parts: Vec<String> = attributes.iter().map(Attribute::comparison_key).collect();
            parts.sort_unstable();
            parts.dedup();
            format!("{}:{}", attributes.len(), parts.concat())
        };
        (!self.relative.is_empty()).then(|| self.relative.iter().map(set).collect::<Vec<_>>().join("/"))
    }

    /// countryName as written, if it is there exactly once.
    pub fn country(&self) -> Option<String> {
        let mut countries = self.attributes().filter(|attribute| attribute.kind == oid::COUNTRY);
        match (countries.next(), countries.next()) {
            (Some(country), None) => country.text(),
            _ => None,
        }
    }

    /// localityName: in an alternative name the letters of the state in the machine readable zone.
    pub fn locality(&self) -> Option<String> {
        self.attributes().find(|attribute| attribute.kind == oid::LOCALITY)?.text()
    }

    /// commonName.
    pub fn common_name(&self) -> Option<String> {
        self.attributes().find(|attribute| attribute.kind == oid::COMMON_NAME)?.text()
    }
}

fn same_set(a: &[Attribute], b: &[Attribute]) -> bool {
    a.len() == b.len()
        && a.iter().all(|left| b.iter().any(|right| left.matches(right)))
        && b.iter().all(|right| a.iter().any(|left| left.matches(right)))
}

/// In the order of the encoding, for people: not to be compared.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attribute) in self.attributes().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            match attribute.kind {
                oid::COMMON_NAME => f.write_str("CN=")?,
                oid::SERIAL_NUMBER => f.write_str("SERIALNUMBER=")?,
                oid::COUNTRY => f.write_str("C=")?,
                oid::LOCALITY => f.write_str("L=")?,
                oid::ORGANISATION => f.write_str("O=")?,
                oid::ORGANISATIONAL_UNIT => f.write_str("OU=")?,
                kind => write!(f, "{kind}=")?,
            }
            match attribute.text() {
                Some(text) => text.escape_debug().try_for_each(|letter| write!(f, "{letter}"))?,
                None => attribute.value.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(attributes: &[(ObjectIdentifier, u8, &[u8])]) -> Name {
        let relative = attributes
            .iter()
            .map(|(kind, tag, value)| vec![Attribute { kind: *kind, tag: *tag, value: value.to_vec() }])
            .collect();
        Name { der: Vec::new(), relative }
    }

    #[test]
    fn text_types_case_and_white_space_do_not_make_another_name() {
        let printable = name(&[(oid::COUNTRY, 0x13, b"RO"), (oid::COMMON_NAME, 0x13, b"CSCA  Romania ")]);
        let utf8 = name(&[(oid::COUNTRY, 0x0C, b"ro"), (oid::COMMON_NAME, 0x0C, b"csca ROMANIA")]);
        assert!(printable.matches(&utf8) && utf8.matches(&printable));
        let latin = name(&[(oid::COMMON_NAME, 0x14, b"\xD8stland")]);
        let unicode = name(&[(oid::COMMON_NAME, 0x0C, "østland".as_bytes())]);
        let two_bytes = name(&[(oid::COMMON_NAME, 0x1E, b"\0\xF8\0s\0t\0l\0a\0n\0d")]);
        assert!(latin.matches(&unicode) && two_bytes.matches(&latin));
    }

    #[test]
    fn other_words_other_order_and_missing_parts_make_another_name() {
        let known = name(&[(oid::COUNTRY, 0x13, b"DK"), (oid::COMMON_NAME, 0x13, b"CSCA Denmark")]);
        for other in [
            name(&[(oid::COUNTRY, 0x13, b"DE"), (oid::COMMON_NAME, 0x13, b"CSCA Denmark")]),
            name(&[(oid::COUNTRY, 0x13, b"DK"), (oid::COMMON_NAME, 0x13, b"CSCADenmark")]),
            name(&[(oid::COMMON_NAME, 0x13, b"CSCA Denmark"), (oid::COUNTRY, 0x13, b"DK")]),
            name(&[(oid::COUNTRY, 0x13, b"DK")]),
            name(&[]),
        ] {
            assert!(!known.matches(&other) && !other.matches(&known), "{other}");
        }
        assert!(!name(&[]).matches(&name(&[])));
    }
}
