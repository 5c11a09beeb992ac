//! Reading of ASN.1 in DER, and in BER where a structure allows it (ITU-T X.690 §8, §10).
//!
//! Certificates and revocation lists are read under [`Rules::Der`]: a length has one form only, so that no byte outside
//! of the signed part can be changed without being noticed. Security objects and master lists may be BER, with
//! indefinite lengths (New Zealand). Values are borrowed, lengths are checked against the bytes that are there, and
//! the depth is bounded.

use const_oid::ObjectIdentifier;

/// Universal tags in use here.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0A;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
}

/// Most bytes that may follow the first byte of a length.
const MAX_LENGTH_BYTES: usize = 4;
/// Deepest nesting followed to find the end of an indefinite length.
const MAX_DEPTH: usize = 24;

/// What is wrong with an encoding. `at` counts bytes from the start of the outermost input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Asn1Error {
    /// The input ends inside of a tag, a length or a value.
    #[error("the value at byte {at} is cut off")]
    Truncated {
        /// Start of the value.
        at: usize,
    },
    /// A tag of several bytes, or the reserved tag 0.
    #[error("the tag at byte {at} has no place in such a structure")]
    Tag {
        /// Start of the value.
        at: usize,
    },
    /// A length that is not in the only form that DER allows, or of more than four bytes.
    #[error("the length of the value at byte {at} has a form that is not allowed")]
    Length {
        /// Start of the value.
        at: usize,
    },
    /// Another tag than must stand here.
    #[error("tag {expected:02X} expected at byte {at}, found {found:02X}")]
    Unexpected {
        /// Start of the value.
        at: usize,
        /// What must stand here.
        expected: u8,
        /// What stands here.
        found: u8,
    },
    /// The structure ends where a value must follow.
    #[error("a value with tag {expected:02X} is missing at byte {at}")]
    Missing {
        /// End of the structure.
        at: usize,
        /// What must stand here.
        expected: u8,
    },
    /// Bytes follow where the structure must end.
    #[error("{count} bytes too many at byte {at}")]
    Trailing {
        /// The first of them.
        at: usize,
        /// How many.
        count: usize,
    },
    /// Values nested too deeply, or too many of them.
    #[error("the structure is too deep or too large at byte {at}")]
    Limit {
        /// Start of the value beyond the limit.
        at: usize,
    },
    /// A value that its type does not allow.
    #[error("the value with tag {tag:02X} at byte {at} is not valid")]
    Value {
        /// Start of the value.
        at: usize,
        /// Its tag.
        tag: u8,
    },
}

/// Which encoding is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// One form for each length.
    Der,
    /// Any form, also the indefinite one.
    Ber,
}

/// A value with its tag.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// Tag, length and content as received.
    pub(crate) raw: &'a [u8],
    pub(crate) at: usize,
    rules: Rules,
    content_at: usize,
}

impl<'a> Node<'a> {
    /// The values inside.
    pub(crate) fn children(&self) -> Reader<'a> {
        Reader { rest: self.content, at: self.content_at, rules: self.rules }
    }

    pub(crate) fn invalid(&self) -> Asn1Error {
        Asn1Error::Value { at: self.at, tag: self.tag }
    }

    /// The content as an object identifier.
    pub(crate) fn oid(&self) -> Result<ObjectIdentifier, Asn1Error> {
        ObjectIdentifier::from_bytes(self.content).map_err(|_| self.invalid())
    }

    /// The one value inside, with this tag.
    pub(crate) fn only(&self, expected: u8) -> Result<Node<'a>, Asn1Error> {
        let mut inside = self.children();
        let value = inside.expect(expected)?;
        inside.finish()?;
        Ok(value)
    }

    /// TRUE or FALSE, and whether it is written as DER demands: TRUE as `FF`.
    pub(crate) fn boolean(&self) -> Result<(bool, bool), Asn1Error> {
        match self.content {
            [0x00] => Ok((false, true)),
            [byte] => Ok((true, *byte == 0xFF)),
            _ => Err(self.invalid()),
        }
    }

    /// A number that is never negative, without leading zeros.
    ///
    /// Some issuers leave the sign byte of a modulus out; it is read as what it was meant to be.
    pub(crate) fn unsigned(&self) -> Result<&'a [u8], Asn1Error> {
        if self.content.is_empty() {
            return Err(self.invalid());
        }
        let zeros = self.content.iter().take_while(|byte| **byte == 0).count();
        Ok(self.content.get(zeros..).unwrap_or_default())
    }

    /// A small number, not negative.
    pub(crate) fn small(&self) -> Result<u64, Asn1Error> {
        match self.content {
            [first, ..] if *first < 0x80 && self.content.len() <= 8 => {
                Ok(self.content.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
            }
            _ => Err(self.invalid()),
        }
    }

    /// The bytes of a BIT STRING without unused bits.
    pub(crate) fn whole_bits(&self) -> Result<&'a [u8], Asn1Error> {
        match self.content.split_first() {
            Some((0, bits)) => Ok(bits),
            _ => Err(self.invalid()),
        }
    }

    /// The first 16 named bits of a BIT STRING, bit 0 as the highest.
    pub(crate) fn named_bits(&self) -> Result<u16, Asn1Error> {
        let (unused, bits) = self.content.split_first().ok_or_else(|| self.invalid())?;
        if *unused > 7 || (bits.is_empty() && *unused != 0) {
            return Err(self.invalid());
        }
        let byte = |index: usize| u16::from(bits.get(index).copied().unwrap_or_default());
        Ok(byte(0) << 8 | byte(1))
    }
}

/// Reads values one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
    rules: Rules,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self { rest: bytes, at: 0, rules }
    }

    /// The tag of the next value, `None` at the end.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next value, `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Node<'a>>, Asn1Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let at = self.at;
        let shape = Shape::of(self.rest, at, self.rules, MAX_DEPTH)?;
        let raw = self.rest.get(..shape.whole).ok_or(Asn1Error::Truncated { at })?;
        let content = raw.get(shape.header..shape.end).ok_or(Asn1Error::Truncated { at })?;
        self.rest = self.rest.get(shape.whole..).unwrap_or_default();
        self.at = at.saturating_add(shape.whole);
        let content_at = at.saturating_add(shape.header);
        Ok(Some(Node { tag: shape.tag, content, raw, at, rules: self.rules, content_at }))
    }

    /// The next value, which must have this tag.
    pub(crate) fn expect(&mut self, expected: u8) -> Result<Node<'a>, Asn1Error> {
        match self.peek() {
            None => Err(Asn1Error::Missing { at: self.at, expected }),
            Some(found) if found != expected => Err(Asn1Error::Unexpected { at: self.at, expected, found }),
            Some(_) => self.next()?.ok_or(Asn1Error::Missing { at: self.at, expected }),
        }
    }

    /// The next value if it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Node<'a>>, Asn1Error> {
        if self.peek() == Some(tag) { self.next() } else { Ok(None) }
    }

    /// Makes sure that nothing follows.
    pub(crate) fn finish(&self) -> Result<(), Asn1Error> {
        match self.rest.len() {
            0 => Ok(()),
            count => Err(Asn1Error::Trailing { at: self.at, count }),
        }
    }
}

/// The one value with this tag that `bytes` consists of.
pub(crate) fn single(bytes: &[u8], expected: u8, rules: Rules) -> Result<Node<'_>, Asn1Error> {
    let mut reader = Reader::new(bytes, rules);
    let node = reader.expect(expected)?;
    reader.finish()?;
    Ok(node)
}

/// The three parts of a signed structure, which must be all of `der`: what is signed, the algorithm beside the
/// signature, the signature (RFC 5280 §4.1.1, §5.1.1).
pub(crate) fn signed_parts(der: &[u8]) -> Result<(Node<'_>, Node<'_>, Vec<u8>), Asn1Error> {
    let mut parts = single(der, tag::SEQUENCE, Rules::Der)?.children();
    let signed = parts.expect(tag::SEQUENCE)?;
    let algorithm = parts.expect(tag::SEQUENCE)?;
    let signature = parts.expect(tag::BIT_STRING)?.whole_bits()?.to_vec();
    parts.finish()?;
    Ok((signed, algorithm, signature))
}

/// Where the parts of a value lie.
struct Shape {
    tag: u8,
    /// Bytes of tag and length.
    header: usize,
    /// End of the content.
    end: usize,
    /// End of the value.
    whole: usize,
}

impl Shape {
    fn of(bytes: &[u8], at: usize, rules: Rules, depth: usize) -> Result<Self, Asn1Error> {
        let cut = Asn1Error::Truncated { at };
        let tag = *bytes.first().ok_or(cut)?;
        if tag == 0 || tag & 0x1F == 0x1F {
            return Err(Asn1Error::Tag { at });
        }
        let first = *bytes.get(1).ok_or(cut)?;
        let octets = usize::from(first & 0x7F);
        if first < 0x80 {
            return Self::definite(bytes, at, tag, 2, octets);
        }
        if octets == 0 {
            if rules == Rules::Der || tag & 0x20 == 0 {
                return Err(Asn1Error::Length { at });
            }
            return Self::indefinite(bytes, at, tag, depth);
        }
        if octets > MAX_LENGTH_BYTES {
            return Err(Asn1Error::Length { at });
        }
        let header = octets.saturating_add(2);
        let field = bytes.get(2..header).ok_or(cut)?;
        let length = field.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
        if rules == Rules::Der && (field.first() == Some(&0) || length < 0x80) {
            return Err(Asn1Error::Length { at });
        }
        Self::definite(bytes, at, tag, header, length)
    }

    fn definite(bytes: &[u8], at: usize, tag: u8, header: usize, length: usize) -> Result<Self, Asn1Error> {
        let end = header.checked_add(length).filter(|end| *end <= bytes.len());
        let end = end.ok_or(Asn1Error::Truncated { at })?;
        Ok(Self { tag, header, end, whole: end })
    }

    /// Follows the values inside up to the two zero bytes that end them.
    fn indefinite(bytes: &[u8], at: usize, tag: u8, depth: usize) -> Result<Self, Asn1Error> {
        let inner = depth.checked_sub(1).ok_or(Asn1Error::Limit { at })?;
        let mut end: usize = 2;
        loop {
            let rest = bytes.get(end..).unwrap_or_default();
            match rest {
                [0, 0, ..] => return Ok(Self { tag, header: 2, end, whole: end.saturating_add(2) }),
                [_, _, ..] => {}
                _ => return Err(Asn1Error::Truncated { at }),
            }
            let next = Self::of(rest, at.saturating_add(end), Rules::Ber, inner)?;
            end = end.saturating_add(next.whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_has_one_form_for_a_length() {
        for bytes in [&[0x04, 0x81, 0x01, 0xAA][..], &[0x04, 0x82, 0x00, 0x80], &[0x24, 0x80, 0, 0]] {
            assert_eq!(single(bytes, bytes[0], Rules::Der).err(), Some(Asn1Error::Length { at: 0 }));
        }
        assert_eq!(single(&[0x04, 0x01, 0xAA], 0x04, Rules::Der).map(|node| node.content), Ok(&[0xAA][..]));
    }

    #[test]
    fn an_indefinite_length_ends_at_its_own_end() {
        let bytes = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xAA, 0, 0, 0x05, 0, 0, 0];
        let outer = single(&bytes, tag::SEQUENCE, Rules::Ber).unwrap();
        let mut inside = outer.children();
        assert_eq!(inside.next().unwrap().map(|node| node.content), Some(&bytes[4..7]));
        assert_eq!(inside.next().unwrap().map(|node| node.at), Some(9));
        assert!(inside.next().unwrap().is_none());
        assert_eq!(
            single(&bytes[..11], tag::SEQUENCE, Rules::Ber).err(),
            Some(Asn1Error::Truncated { at: 0 })
        );
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let bytes = [0x30, 0x80].repeat(1000);
        assert!(matches!(single(&bytes, tag::SEQUENCE, Rules::Ber), Err(Asn1Error::Limit { .. })));
    }

    #[test]
    fn what_stands_at_the_wrong_place_is_named_with_its_place() {
        let bytes = [0x30, 0x03, 0x02, 0x01, 0x05];
        let outer = single(&bytes, tag::SEQUENCE, Rules::Der).unwrap();
        let mut inside = outer.children();
        let refused = inside.expect(tag::OID).err();
        assert_eq!(refused, Some(Asn1Error::Unexpected { at: 2, expected: 0x06, found: 0x02 }));
        assert_eq!(inside.expect(tag::INTEGER).and_then(|node| node.small()), Ok(5));
        assert_eq!(inside.expect(tag::INTEGER).err(), Some(Asn1Error::Missing { at: 5, expected: 0x02 }));
    }
}
