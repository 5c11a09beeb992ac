//! UTCTime and GeneralizedTime (RFC 5280 §4.1.2.5).

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::asn1::{Asn1Error, Node};

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Whether a value with this tag is a time.
pub(crate) fn is_time(tag: Option<u8>) -> bool {
    matches!(tag, Some(UTC_TIME | GENERALIZED_TIME))
}

/// A Time: UTCTime with two digits of the year (50 and above are of the last century), or GeneralizedTime.
pub(crate) fn read(node: &Node<'_>) -> Result<Timestamp, Asn1Error> {
    match node.tag {
        UTC_TIME => parse(node, 2),
        GENERALIZED_TIME => parse(node, 4),
        _ => Err(node.invalid()),
    }
}

/// Whether a Time is written in the form that RFC 5280 §4.1.2.5 demands: UTCTime before 2050.
pub(crate) fn has_its_form(node: &Node<'_>, time: Timestamp) -> bool {
    node.tag == UTC_TIME || TimeZone::UTC.to_datetime(time).year() >= 2050
}

/// A GeneralizedTime under an implicit tag.
pub(crate) fn read_generalized(node: &Node<'_>) -> Result<Timestamp, Asn1Error> {
    parse(node, 4)
}

fn parse(node: &Node<'_>, year_digits: usize) -> Result<Timestamp, Asn1Error> {
    let digits = node.content.strip_suffix(b"Z").ok_or(node.invalid())?;
    if digits.len() != year_digits.saturating_add(10) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(node.invalid());
    }
    let (year, rest) = digits.split_at(year_digits);
    let number = |digits: &[u8]| {
        digits.iter().fold(0_i16, |number, digit| {
            number.saturating_mul(10).saturating_add(i16::from(digit.saturating_sub(b'0')))
        })
    };
    let year = match (year_digits, number(year)) {
        (2, year) if year >= 50 => year.saturating_add(1900),
        (2, year) => year.saturating_add(2000),
        (_, year) => year,
    };
    let mut parts = [0_i8; 5];
    for (part, digits) in parts.iter_mut().zip(rest.chunks(2)) {
        *part = i8::try_from(number(digits)).map_err(|_| node.invalid())?;
    }
    let [month, day, hour, minute, second] = parts;
    let time = DateTime::new(year, month, day, hour, minute, second, 0).map_err(|_| node.invalid())?;
    TimeZone::UTC.to_timestamp(time).map_err(|_| node.invalid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Rules, single};

    fn time(tag: u8, text: &str) -> Option<String> {
        let bytes = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        single(&bytes, tag, Rules::Der).and_then(|node| read(&node)).ok().map(|time| time.to_string())
    }

    #[test]
    fn the_century_turns_at_fifty() {
        assert_eq!(time(UTC_TIME, "491231235959Z").as_deref(), Some("2049-12-31T23:59:59Z"));
        assert_eq!(time(UTC_TIME, "500101000000Z").as_deref(), Some("1950-01-01T00:00:00Z"));
        assert_eq!(time(GENERALIZED_TIME, "20500101000000Z").as_deref(), Some("2050-01-01T00:00:00Z"));
    }

    #[test]
    fn generalized_time_has_its_form_from_2050_on() {
        let has_its_form = |tag: u8, text: &str| {
            let bytes = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
            let node = single(&bytes, tag, Rules::Der).unwrap();
            has_its_form(&node, read(&node).unwrap())
        };
        assert!(has_its_form(UTC_TIME, "491231235959Z"));
        assert!(has_its_form(GENERALIZED_TIME, "20500101000000Z"));
        assert!(!has_its_form(GENERALIZED_TIME, "20491231235959Z"));
    }

    #[test]
    fn a_time_that_does_not_exist_is_refused() {
        for text in ["490230000000Z", "4902010000Z", "490201000000", "49020100000AZ", "490201240000Z", ""] {
            assert_eq!(time(UTC_TIME, text), None, "{text}");
        }
    }
}
