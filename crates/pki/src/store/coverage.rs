//! Which states' documents a store can verify, and until when: as data and as a picture.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::manifest::Fingerprint;
use super::{StoreError, TrustStore};
use crate::certificate::Validity;

/// One trusted certificate of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// From when until when it is valid.
    pub validity: Validity,
    /// Whether it is a link: a key that an earlier or later one of the same state signed.
    pub is_link: bool,
}

/// The trusted certificates of one state, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateCoverage {
    /// The certificates.
    pub generations: Vec<Generation>,
}

impl StateCoverage {
    /// How many are valid at `now`.
    pub fn valid(&self, now: Timestamp) -> usize {
        self.generations.iter().filter(|found| found.validity.position_of(now).is_eq()).count()
    }

    /// How many have expired by `now`.
    pub fn expired(&self, now: Timestamp) -> usize {
        self.generations.iter().filter(|found| found.validity.position_of(now).is_gt()).count()
    }

    /// The last day on which one of them is valid.
    pub fn until(&self) -> Option<Timestamp> {
        self.generations.iter().map(|found| found.validity.not_after).max()
    }
}

/// Every state of which the store trusts a certificate, by its two-letter code in capitals; `-` for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The states.
    pub states: BTreeMap<String, StateCoverage>,
}

/// Width of a row's label and of the years beside it, height of a row, in pixels.
const LABEL: i64 = 44;
const WIDTH: i64 = 900;
const ROW: i64 = 15;
const TOP: i64 = 56;

impl Coverage {
    /// Looks at every trusted certificate of a store.
    ///
    /// # Errors
    /// A certificate of the store is missing or was changed.
    pub fn of(store: &TrustStore) -> Result<Self, StoreError> {
        let mut states: BTreeMap<String, StateCoverage> = BTreeMap::new();
        for (fingerprint, entry) in &store.manifest().certificates {
            if !entry.is_trusted() {
                continue;
            }
            let certificate = store.certificate(*fingerprint)?;
            let generation = Generation {
                fingerprint: *fingerprint,
                validity: *certificate.validity(),
                is_link: !certificate.claims_to_be_self_signed(),
            };
            let country = certificate.country().unwrap_or_else(|| "-".to_owned());
            states.entry(country).or_default().generations.push(generation);
        }
        for state in states.values_mut() {
            state.generations.sort_by_key(|found| (found.validity.not_before, found.fingerprint));
        }
        Ok(Self { states })
    }

    /// A picture: a row for each state, a bar for each certificate from its first to its last day, a line at `now`.
    pub fn svg(&self, now: Timestamp) -> String {
        let all = || self.states.values().flat_map(|state| &state.generations);
        let year = |time: Timestamp| i64::from(TimeZone::UTC.to_datetime(time).year());
        let first = all().map(|found| year(found.validity.not_before)).min().unwrap_or(2005).max(1990);
        let last =
            all().map(|found| year(found.validity.not_after)).max().unwrap_or(2040).clamp(first, 2080) + 1;
        let scale = Scale { first, last };
        let height = TOP + ROW * i64::try_from(self.states.len()).unwrap_or(0) + 16;
        let total = LABEL + WIDTH + 16;
        let today = TimeZone::UTC.to_datetime(now).date();
        let valid = self.states.values().filter(|state| state.valid(now) > 0).count();
        let mut svg = String::new();
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {total} {height}\" width=\"{total}\" \
             height=\"{height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\">\
             <title>Authorities by state on {today}: {} states, {valid} with a valid one</title>{STYLE}\
             <rect class=\"ground\" width=\"{total}\" height=\"{height}\"/>\
             <text x=\"8\" y=\"20\" font-size=\"14\" class=\"ink\">Authorities in the trust store: {} states, {valid} \
             with a valid one on {today}</text>",
            self.states.len(),
            self.states.len(),
        );
        for year in (first..=last).filter(|year| year % 5 == 0) {
            let x = scale.year(year);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{height}\"/>\
                 <text class=\"ink\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{year}</text>",
                TOP - 8,
                TOP - 12
            );
        }
        for (row, (country, state)) in self.states.iter().enumerate() {
            draw_row(&mut svg, row, country, state, now, scale);
        }
        let x = scale.time(now);
        let _ = write!(
            svg,
            "<line class=\"now\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{height}\"/></svg>",
            TOP - 8
        );
        svg
    }
}

fn draw_row(
    svg: &mut String,
    row: usize,
    country: &str,
    state: &StateCoverage,
    now: Timestamp,
    scale: Scale,
) {
    let y = TOP + ROW * i64::try_from(row).unwrap_or(0);
    let tone = if state.valid(now) > 0 { "ink" } else { "gone" };
    let country: String = country.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
    let _ = write!(svg, "<text class=\"{tone}\" x=\"8\" y=\"{}\">{country}</text>", y + 11);
    let count = i64::try_from(state.generations.len().max(1)).unwrap_or(1);
    for (index, found) in state.generations.iter().enumerate() {
        let (from, to) = (scale.time(found.validity.not_before), scale.time(found.validity.not_after));
        let thin = ((ROW - 3) / count).max(1);
        let offset = i64::try_from(index).unwrap_or(0) * (ROW - 3) / count;
        let class = match (found.validity.position_of(now).is_eq(), found.is_link) {
            (true, false) => "valid",
            (true, true) => "link",
            (false, _) => "other",
        };
        let day = |time: Timestamp| TimeZone::UTC.to_datetime(time).date();
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{from}\" y=\"{}\" width=\"{}\" height=\"{thin}\"><title>{country}: {} to \
                 {}{}</title></rect>",
            y + 1 + offset,
            (to - from).max(1),
            day(found.validity.not_before),
            day(found.validity.not_after),
            if found.is_link { ", link" } else { "" },
        );
    }
}

const STYLE: &str = "<style>.ground{fill:#fff}.ink{fill:#222}.gone{fill:#b3261e}.grid{stroke:#ddd}.now{stroke:#b3261e}\
    .valid{fill:#1b6e5a}.link{fill:#6aa893}.other{fill:#c9c9c9}@media(prefers-color-scheme:dark){.ground{fill:#161616}\
    .ink{fill:#eee}.gone{fill:#ff8a80}.grid{stroke:#333}.now{stroke:#ff8a80}.valid{fill:#4fc3a1}.link{fill:#2c7a65}\
    .other{fill:#555}}</style>";

/// Years to pixels.
#[derive(Clone, Copy)]
struct Scale {
    first: i64,
    last: i64,
}

impl Scale {
    fn year(self, year: i64) -> i64 {
        LABEL + (year - self.first) * WIDTH / (self.last - self.first).max(1)
    }

    fn time(self, time: Timestamp) -> i64 {
        let when = TimeZone::UTC.to_datetime(time);
        let days = (i64::from(when.year()) - self.first) * 365 + i64::from(when.day_of_year());
        let span = (self.last - self.first).max(1) * 365;
        LABEL + (days * WIDTH / span).clamp(0, WIDTH)
    }
}
