//! A small writer of DER (ITU-T X.690), used to issue certificates, revocation lists and signed objects.
//!
//! The simulator must also write what a correct encoder refuses (negative serial numbers, algorithm identifiers
//! without NULL, indefinite lengths), so every helper returns plain bytes that compose freely. Nothing here reads:
//! the tests check the output with independent parsers.

use const_oid::ObjectIdentifier;
use jiff::civil::DateTime;

/// Tag of SEQUENCE and SEQUENCE OF.
pub const SEQUENCE: u8 = 0x30;
/// Tag of SET and SET OF.
pub const SET: u8 = 0x31;

/// One TLV with a definite length in its shortest form. `tag` has one or two bytes (`&[0x30]`, `&[0x7F, 0x61]`).
pub fn tlv(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + tag.len() + 5);
    out.extend_from_slice(tag);
    push_length(&mut out, content.len());
    out.extend_from_slice(content);
    out
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    if let Ok(short @ 0..=0x7F) = u8::try_from(length) {
        out.push(short);
        return;
    }
    let bytes = length.to_be_bytes();
    let significant: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let count = u8::try_from(significant.len()).unwrap_or(u8::MAX);
    out.push(0x80 | count);
    out.extend_from_slice(&significant);
}

/// The parts one after the other.
pub fn concat<I>(parts: I) -> Vec<u8>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(part.as_ref());
    }
    out
}

/// SEQUENCE of the given encodings. An empty part adds nothing, which makes OPTIONAL fields easy to leave out.
pub fn sequence<I>(parts: I) -> Vec<u8>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    tlv(&[SEQUENCE], &concat(parts))
}

/// SET OF the given encodings in DER order (X.690 §11.6: ascending).
pub fn set_of(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    tlv(&[SET], &concat(parts))
}

/// Constructed context-specific tag `[number] EXPLICIT`.
pub fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(&[0xA0 | number], content)
}

/// Primitive context-specific tag `[number] IMPLICIT`.
pub fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(&[0x80 | number], content)
}

/// Replaces the first tag byte of a single encoding, for `[n] IMPLICIT` of a constructed type.
pub fn retag(tag: u8, mut encoding: Vec<u8>) -> Vec<u8> {
    if let Some(first) = encoding.first_mut() {
        *first = tag;
    }
    encoding
}

/// INTEGER from an unsigned big-endian value of any length; leading zeros are dropped.
pub fn unsigned(value: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = value.iter().copied().skip_while(|byte| *byte == 0).collect();
    if digits.first().is_none_or(|byte| *byte >= 0x80) {
        digits.insert(0, 0);
    }
    tlv(&[0x02], &digits)
}

/// INTEGER from a small unsigned value.
pub fn small(value: u64) -> Vec<u8> {
    unsigned(&value.to_be_bytes())
}

/// INTEGER with exactly these two's-complement content bytes.
pub fn raw_integer(content: &[u8]) -> Vec<u8> {
    tlv(&[0x02], content)
}

/// BOOLEAN.
pub fn boolean(value: bool) -> Vec<u8> {
    tlv(&[0x01], &[if value { 0xFF } else { 0x00 }])
}

/// NULL.
pub fn null() -> Vec<u8> {
    tlv(&[0x05], &[])
}

/// OBJECT IDENTIFIER.
pub fn oid(identifier: ObjectIdentifier) -> Vec<u8> {
    tlv(&[0x06], identifier.as_bytes())
}

/// OCTET STRING.
pub fn octet_string(content: &[u8]) -> Vec<u8> {
    tlv(&[0x04], content)
}

/// BIT STRING of whole bytes.
pub fn bit_string(content: &[u8]) -> Vec<u8> {
    tlv(&[0x03], &concat([&[0u8][..], content]))
}

/// BIT STRING of named bits (X.690 §11.2.2: trailing zero bits dropped); `bits` are bit numbers below 16.
pub fn named_bits(bits: &[u8]) -> Vec<u8> {
    let mut word = [0u8; 2];
    for bit in bits {
        if let Some(byte) = word.get_mut(usize::from(bit / 8)) {
            *byte |= 0x80 >> (bit % 8);
        }
    }
    let used: &[u8] = match word {
        [0, 0] => &[],
        [_, 0] => &word[..1],
        _ => &word,
    };
    let unused = used.last().map_or(0, |byte| byte.trailing_zeros());
    tlv(&[0x03], &concat([&[u8::try_from(unused).unwrap_or(0)][..], used]))
}

/// UTF8String.
pub fn utf8(text: &str) -> Vec<u8> {
    tlv(&[0x0C], text.as_bytes())
}

/// PrintableString; the caller answers for the repertoire.
pub fn printable(text: &str) -> Vec<u8> {
    tlv(&[0x13], text.as_bytes())
}

/// The Time of RFC 5280 §4.1.2.5: UTCTime from 1950 to 2049, else GeneralizedTime. `moment` is UTC.
pub fn time(moment: DateTime) -> Vec<u8> {
    if (1950..2050).contains(&moment.year()) {
        let text = format!(
            "{:02}{:02}{:02}{:02}{:02}{:02}Z",
            moment.year() % 100,
            moment.month(),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second()
        );
        tlv(&[0x17], text.as_bytes())
    } else {
        tlv(&[0x18], generalized_text(moment).as_bytes())
    }
}

/// The text of a GeneralizedTime (`YYYYMMDDhhmmssZ`); `moment` is UTC.
pub fn generalized_text(moment: DateTime) -> String {
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        moment.year(),
        moment.month(),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second()
    )
}

/// A constructed TLV with indefinite length (X.690 §8.1.3.6), as New Zealand's EF.SOD uses. Not DER.
pub fn indefinite(tag: u8, content: &[u8]) -> Vec<u8> {
    concat([&[tag, 0x80][..], content, &[0, 0]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_their_shortest_form() {
        assert_eq!(octet_string(&[0; 127])[..2], [0x04, 0x7F]);
        assert_eq!(octet_string(&[0; 128])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(octet_string(&[0; 256])[..4], [0x04, 0x82, 0x01, 0x00]);
    }

    #[test]
    fn integers_stay_positive_and_minimal() {
        assert_eq!(unsigned(&[0, 0, 0x80]), [0x02, 0x02, 0x00, 0x80]);
        assert_eq!(unsigned(&[]), [0x02, 0x01, 0x00]);
        assert_eq!(small(0x7F), [0x02, 0x01, 0x7F]);
    }

    #[test]
    fn named_bits_drop_trailing_zeros() {
        // keyCertSign and cRLSign, as every CSCA carries them.
        assert_eq!(named_bits(&[5, 6]), [0x03, 0x02, 0x01, 0x06]);
        assert_eq!(named_bits(&[0]), [0x03, 0x02, 0x07, 0x80]);
        assert_eq!(named_bits(&[8]), [0x03, 0x03, 0x07, 0x00, 0x80]);
        assert_eq!(named_bits(&[]), [0x03, 0x01, 0x00]);
    }

    #[test]
    fn years_from_2050_are_written_as_generalized_time() {
        let moment = jiff::civil::date(2049, 12, 31).at(23, 59, 59, 0);
        assert_eq!(&time(moment)[2..], b"491231235959Z");
        let moment = jiff::civil::date(2050, 1, 1).at(0, 0, 0, 0);
        assert_eq!(time(moment)[0], 0x18);
    }
}
