//! Dates and times of DG11, DG12 and DG16: eight or fourteen digits, as ASCII or packed two to a byte.

use super::Problem;
use crate::tlv::Tlv;

/// A calendar date. Month and day may be unknown (`00`). Debug never shows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// How the digits of a date are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateForm {
    /// One ASCII character per digit, as Doc 9303-10 now has it.
    Ascii,
    /// Two digits per byte, as earlier editions allowed.
    Packed,
}

impl Date {
    /// A date; `None` if there is no such month or day. 0 stands for unknown.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let days = match month {
            2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            0..=12 => 31,
            _ => return None,
        };
        (year <= 9999 && day <= days).then_some(Self { year, month, day })
    }

    /// The year with all four digits.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// The month, 1 to 12, if known.
    pub fn month(&self) -> Option<u8> {
        (self.month != 0).then_some(self.month)
    }

    /// The day of the month, if known.
    pub fn day(&self) -> Option<u8> {
        (self.day != 0).then_some(self.day)
    }

    /// The day, if all of it is known and there is such a day.
    pub fn known(&self) -> Option<jiff::civil::Date> {
        let small = |number: u8| i8::try_from(number).ok();
        let (year, month, day) = (i16::try_from(self.year).ok()?, small(self.month)?, small(self.day)?);
        jiff::civil::Date::new(year, month, day).ok()
    }

    /// The eight digits `yyyymmdd`.
    pub fn digits(&self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }

    /// The date in the given form.
    pub fn encode(&self, form: DateForm) -> Vec<u8> {
        encode_digits(&self.digits(), form)
    }

    pub(super) fn read(object: &Tlv<'_>) -> Result<Self, Problem> {
        let wrong = Problem::Date { tag: object.tag, at: object.at() };
        let digits = digits::<8>(object.value).ok_or(wrong.clone())?;
        Self::from_digits(&digits).ok_or(wrong)
    }

    fn from_digits(digits: &[u8]) -> Option<Self> {
        let [a, b, c, d, m, n, e, f] = *digits else { return None };
        let year = [a, b, c, d].into_iter().fold(0u16, |year, digit| year * 10 + u16::from(digit));
        Self::new(year, m * 10 + n, e * 10 + f)
    }
}

impl std::fmt::Debug for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

/// A point in time to the second, without time zone. Debug never shows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The date.
    pub date: Date,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 60.
    pub second: u8,
}

impl DateTime {
    /// The point in time in the given form.
    pub fn encode(&self, form: DateForm) -> Vec<u8> {
        let Self { date, hour, minute, second } = self;
        encode_digits(&format!("{}{hour:02}{minute:02}{second:02}", date.digits()), form)
    }

    pub(super) fn read(object: &Tlv<'_>) -> Result<Self, Problem> {
        let wrong = Problem::Date { tag: object.tag, at: object.at() };
        let digits = digits::<14>(object.value).ok_or(wrong.clone())?;
        let (date, time) = digits.split_at(8);
        let date = Date::from_digits(date).ok_or(wrong.clone())?;
        match *time {
            [a, b, c, d, e, f] if a * 10 + b < 24 && c < 6 && e * 10 + f <= 60 => {
                Ok(Self { date, hour: a * 10 + b, minute: c * 10 + d, second: e * 10 + f })
            }
            _ => Err(wrong),
        }
    }
}

impl std::fmt::Debug for DateTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

/// `N` decimal digits, from ASCII or packed.
fn digits<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    let mut digits = [0; N];
    if bytes.len() == N {
        for (digit, byte) in digits.iter_mut().zip(bytes) {
            *digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        }
    } else if bytes.len() * 2 == N {
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[byte >> 4, byte & 0x0F]);
        }
    } else {
        return None;
    }
    digits.iter().all(|digit| *digit < 10).then_some(digits)
}

fn encode_digits(digits: &str, form: DateForm) -> Vec<u8> {
    match form {
        DateForm::Ascii => digits.as_bytes().to_vec(),
        DateForm::Packed => digits
            .as_bytes()
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | (digit & 0x0F)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::{single, write};

    fn date(value: &[u8]) -> Result<Date, Problem> {
        let bytes = write(0x5F2B, value);
        Date::read(&single(&bytes, 0x5F2B)?)
    }

    #[test]
    fn a_date_is_read_from_digits_and_from_packed_digits() {
        let expected = Date::new(1970, 12, 1).unwrap();
        assert_eq!(date(b"19701201"), Ok(expected));
        assert_eq!(date(&[0x19, 0x70, 0x12, 0x01]), Ok(expected));
        assert_eq!((expected.year(), expected.month(), expected.day()), (1970, Some(12), Some(1)));
    }

    #[test]
    fn unknown_month_and_day_are_zero() {
        let unknown = date(b"19700000").unwrap();
        assert_eq!((unknown.month(), unknown.day()), (None, None));
        assert_eq!(unknown.encode(DateForm::Ascii), b"19700000");
    }

    #[test]
    fn impossible_dates_are_refused() {
        let wrong = Err(Problem::Date { tag: 0x5F2B, at: 0 });
        for value in
            [&b"19701301"[..], b"19700230", b"19000229", b"1970123", b"1970120A", b"", &[0x19, 0x70, 0x1A, 1]]
        {
            assert_eq!(date(value), wrong);
        }
        assert!(date(b"20000229").is_ok());
    }

    #[test]
    fn both_forms_of_a_time_are_read_back() {
        let date = Date::new(2024, 1, 1).unwrap();
        let time = DateTime { date, hour: 12, minute: 30, second: 59 };
        for form in [DateForm::Ascii, DateForm::Packed] {
            let bytes = write(0x5F55, &time.encode(form));
            assert_eq!(DateTime::read(&single(&bytes, 0x5F55).unwrap()), Ok(time));
        }
        let late = write(0x5F55, b"20240101240000");
        let wrong = Problem::Date { tag: 0x5F55, at: 0 };
        assert_eq!(DateTime::read(&single(&late, 0x5F55).unwrap()), Err(wrong));
    }
}
