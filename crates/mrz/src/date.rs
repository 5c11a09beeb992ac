//! Dates with two-digit years and, for births, unknown parts (Doc 9303-3 §4.8).
//!
//! The century is not printed. It is chosen by the rule of BSI TR-03135-1 §5.7.1 against a date that
//! the caller passes in: a birth is never in the future, an expiry lies at most fifteen years ahead.
//! Where that leaves doubt, the full date of birth in DG11 or the validity of the signer certificate
//! decides; see [`BirthDate::older_year`].

use core::fmt;

use jiff::civil::Date;

use crate::error::{DateFault, Deviation};

/// The longest life taken into account when a second century is possible, in years.
const LONGEST_LIFE: i16 = 120;

/// How far ahead an expiry may lie, in years.
const LONGEST_VALIDITY: i16 = 15;

/// A date of birth as printed: two-digit year, month and day, each possibly unknown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartialDate {
    year: Option<u8>,
    month: Option<u8>,
    day: Option<u8>,
}

impl PartialDate {
    /// The last two digits of the year, 0–99.
    pub fn year(&self) -> Option<u8> {
        self.year
    }

    /// The month, 1–12.
    pub fn month(&self) -> Option<u8> {
        self.month
    }

    /// The day of the month, 1–31.
    pub fn day(&self) -> Option<u8> {
        self.day
    }

    /// Whether year, month and day are all known. If not, a comparison of birth dates is
    /// undetermined.
    pub fn is_complete(&self) -> bool {
        self.year.is_some() && self.month.is_some() && self.day.is_some()
    }

    /// The dates this can mean, seen from `now`: the latest century in which the birth is not in the
    /// future. `None` if the year is unknown, or if no such day exists.
    pub fn resolve(&self, now: Date) -> Option<BirthDate> {
        let year = latest_year(self.year?, now.year());
        [year, year.checked_sub(100)?].into_iter().find_map(|year| {
            let (earliest, latest) = self.within(year)?;
            if earliest > now {
                return None;
            }
            let older_year = year
                .checked_sub(100)
                .filter(|older| now.year() - older <= LONGEST_LIFE && self.within(*older).is_some());
            Some(BirthDate { earliest, latest: latest.min(now), older_year })
        })
    }

    /// Whether a full date, such as the one in DG11, is printed like this.
    pub fn agrees_with(&self, full: Date) -> bool {
        let agrees = |part: Option<u8>, full: i16| part.is_none_or(|part| i16::from(part) == full);
        agrees(self.year, full.year().rem_euclid(100))
            && agrees(self.month, i16::from(full.month()))
            && agrees(self.day, i16::from(full.day()))
    }

    /// The first and the last day this can mean within one full year.
    fn within(self, year: i16) -> Option<(Date, Date)> {
        let first = date(year, self.month.unwrap_or(1), self.day.unwrap_or(1))?;
        let last = match (self.month, self.day) {
            (month, Some(day)) => date(year, month.unwrap_or(12), day)?,
            (month, None) => date(year, month.unwrap_or(12), 1)?.last_of_month(),
        };
        Some((first, last))
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<(Self, Vec<Deviation>), DateFault> {
        let &[y1, y2, m1, m2, d1, d2] = bytes else { return Err(DateFault::Length) };
        let mut deviations = Vec::new();
        let mut part = |tens: u8, ones: u8| match (tens, ones) {
            (b'0'..=b'9', b'0'..=b'9') => Ok(Some((tens - b'0') * 10 + (ones - b'0'))),
            (b'<', b'<') => Ok(None),
            (b'0'..=b'9' | b'<', b'0'..=b'9' | b'<') => {
                deviations.push(Deviation::HalfUnknownPart);
                Ok(None)
            }
            _ => Err(DateFault::NotDigits),
        };
        let (year, mut month, mut day) = (part(y1, y2)?, part(m1, m2)?, part(d1, d2)?);
        for unknown in [&mut month, &mut day] {
            if *unknown == Some(0) {
                *unknown = None;
                deviations.push(Deviation::ZeroForUnknown);
            }
        }
        check_day(year, month, day)?;
        deviations.dedup();
        Ok((Self { year, month, day }, deviations))
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// A date of birth with its century, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BirthDate {
    earliest: Date,
    latest: Date,
    older_year: Option<i16>,
}

impl BirthDate {
    /// The earliest possible day.
    pub fn earliest(&self) -> Date {
        self.earliest
    }

    /// The latest possible day; the same as [`Self::earliest`] if the day is known.
    pub fn latest(&self) -> Date {
        self.latest
    }

    /// The year a hundred years before, if a person born then can still live. Then the century is in
    /// doubt.
    pub fn older_year(&self) -> Option<i16> {
        self.older_year
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// A date of expiry as printed, with a two-digit year.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExpiryDate {
    year: u8,
    month: u8,
    day: u8,
}

impl ExpiryDate {
    /// The last two digits of the year, 0–99.
    pub fn year(&self) -> u8 {
        self.year
    }

    /// The month, 1–12.
    pub fn month(&self) -> u8 {
        self.month
    }

    /// The day of the month, 1–31.
    pub fn day(&self) -> u8 {
        self.day
    }

    /// The full date, seen from `now`: the latest year not more than fifteen years ahead. `None` for
    /// 29 February of a year that has none.
    pub fn resolve(&self, now: Date) -> Option<Date> {
        date(latest_year(self.year, now.year().checked_add(LONGEST_VALIDITY)?), self.month, self.day)
    }

    /// Whether a full date is printed like this.
    pub fn agrees_with(&self, full: Date) -> bool {
        i16::from(self.year) == full.year().rem_euclid(100)
            && i16::from(self.month) == i16::from(full.month())
            && i16::from(self.day) == i16::from(full.day())
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, DateFault> {
        let (date, deviations) = PartialDate::parse(bytes)?;
        match (date.year, date.month, date.day) {
            (Some(year), Some(month), Some(day)) => Ok(Self { year, month, day }),
            (_, None, _) if deviations == [Deviation::ZeroForUnknown] => Err(DateFault::Month),
            _ if deviations == [Deviation::ZeroForUnknown] => Err(DateFault::Day),
            _ => Err(DateFault::NotDigits),
        }
    }
}

impl fmt::Debug for ExpiryDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// The latest year with these last two digits that is not after `limit`.
fn latest_year(two_digits: u8, limit: i16) -> i16 {
    limit - (limit - i16::from(two_digits)).rem_euclid(100)
}

fn date(year: i16, month: u8, day: u8) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Refuses months and days that no century has. 29 February passes in every fourth year, because
/// the century is not known yet.
fn check_day(year: Option<u8>, month: Option<u8>, day: Option<u8>) -> Result<(), DateFault> {
    let longest = match month {
        None | Some(1 | 3 | 5 | 7 | 8 | 10 | 12) => 31,
        Some(4 | 6 | 9 | 11) => 30,
        Some(2) if year.is_some_and(|year| year % 4 != 0) => 28,
        Some(2) => 29,
        Some(_) => return Err(DateFault::Month),
    };
    if day.is_some_and(|day| day > longest) { Err(DateFault::Day) } else { Ok(()) }
}
