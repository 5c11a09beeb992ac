//! Coverage as a picture: one row for each state, one bar for each certificate, a line at the day.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::coverage::{Coverage, Generation, StateCoverage};

/// Width of a row's label, of the years beside it, and of what stands behind them, in pixels.
const LABEL: i64 = 40;
const WIDTH: i64 = 900;
const BEHIND: i64 = 84;
/// Above the rows, and below them.
const TOP: i64 = 84;
const BOTTOM: i64 = 16;
/// Height of a bar with the gap below it, and of a row with few bars.
const LANE: i64 = 5;
const LEAST_ROW: i64 = 16;
/// Years that are drawn at most.
const YEARS: std::ops::RangeInclusive<i64> = 1990..=2080;

const STYLE: &str = "<style>text{font:11px sans-serif;fill:#222}.title{font-size:15px;font-weight:bold}\
    .faint{fill:#6a6a6a}.gone{fill:#b3261e;font-weight:bold}.ground{fill:#fff}.band{fill:#f4f4f4}.grid{stroke:#dcdcdc}\
    .now{stroke:#b3261e;stroke-width:1.5}.valid{fill:#1b6e5a}.link{fill:#7db8a6}.other{fill:#c4c4c4}\
    @media(prefers-color-scheme:dark){text{fill:#eee}.faint{fill:#a8a8a8}.gone{fill:#ff8a80}.ground{fill:#161616}\
    .band{fill:#202020}.grid{stroke:#3a3a3a}.now{stroke:#ff8a80}.valid{fill:#4fc3a1}.link{fill:#2c7a65}\
    .other{fill:#666}}</style>";

impl Coverage {
    /// An SVG for light and dark screens. Every bar tells its days when it is pointed at or read aloud.
    pub fn svg(&self, now: Timestamp) -> String {
        let all = || self.states.values().flat_map(|state| &state.generations);
        let year = |time: Timestamp| i64::from(TimeZone::UTC.to_datetime(time).year());
        let within = |year: i64| year.clamp(*YEARS.start(), *YEARS.end());
        let first = within(all().map(|found| year(found.validity.not_before)).min().unwrap_or(2005));
        let last = within(all().map(|found| year(found.validity.not_after)).max().unwrap_or(2040));
        let scale = Scale { first, last: last.saturating_add(1) };
        let rows: Vec<i64> = self.states.values().map(row_height).collect();
        let end = TOP.saturating_add(rows.iter().sum());
        let (width, height) = (LABEL + WIDTH + BEHIND, end.saturating_add(BOTTOM));
        let today = TimeZone::UTC.to_datetime(now).date();
        let valid = self.states.values().filter(|state| state.valid(now) > 0).count();
        let states = self.states.len();
        let mut svg = String::new();
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\"><title>Authorities by state on {today}: {states} states, {valid} with a \
             valid authority</title>{STYLE}<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\
             <text class=\"title\" x=\"8\" y=\"22\">{valid} of {states} states have a valid authority on {today}</text>"
        );
        legend(&mut svg);
        let mut y = TOP;
        for (at, height) in rows.iter().enumerate() {
            if at % 2 == 0 {
                let _ = write!(svg, "<rect class=\"band\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
            }
            y = y.saturating_add(*height);
        }
        for year in (scale.first..=scale.last).filter(|year| year % 5 == 0) {
            let x = scale.year(year);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{end}\"/><text x=\"{x}\" y=\"{}\" \
                 text-anchor=\"middle\">{year}</text>",
                TOP - 6,
                TOP - 10
            );
        }
        let mut y = TOP;
        for (country, state) in &self.states {
            draw_row(&mut svg, y, country, state, now, scale);
            y = y.saturating_add(row_height(state));
        }
        let x = scale.time(now);
        let _ =
            write!(svg, "<line class=\"now\" x1=\"{x}\" x2=\"{x}\" y1=\"{}\" y2=\"{end}\"/></svg>", TOP - 6);
        svg
    }
}

/// What the colours say.
fn legend(svg: &mut String) {
    let mut x = 8;
    for (class, text) in
        [("valid", "valid"), ("link", "valid, link certificate"), ("other", "expired or not yet valid")]
    {
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"36\" width=\"22\" height=\"8\"/><text x=\"{}\" y=\"44\">{text}</text>",
            x + 28
        );
        x += 180;
    }
    let _ = write!(
        svg,
        "<text class=\"gone\" x=\"{x}\" y=\"44\">XX</text><text x=\"{}\" y=\"44\">none valid</text>",
        x + 20
    );
}

fn row_height(state: &StateCoverage) -> i64 {
    let lanes = i64::try_from(state.generations.len()).unwrap_or(i64::from(u16::MAX));
    lanes.saturating_mul(LANE).saturating_add(4).max(LEAST_ROW)
}

fn draw_row(svg: &mut String, y: i64, country: &str, state: &StateCoverage, now: Timestamp, scale: Scale) {
    let valid = state.valid(now);
    let middle = y.saturating_add(row_height(state) / 2);
    let country: String =
        country.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(3).collect();
    let class = if valid > 0 { "" } else { " class=\"gone\"" };
    let _ = write!(svg, "<text{class} x=\"8\" y=\"{}\">{country}</text>", middle + 4);
    let lanes = i64::try_from(state.generations.len()).unwrap_or(0) * LANE;
    let mut top = middle - lanes / 2;
    for found in &state.generations {
        draw_bar(svg, top, &country, found, now, scale);
        top = top.saturating_add(LANE);
    }
    let behind = LABEL + WIDTH + 8;
    let _ = write!(svg, "<text class=\"faint\" x=\"{behind}\" y=\"{}\">{valid} valid</text>", middle + 4);
}

fn draw_bar(svg: &mut String, y: i64, country: &str, found: &Generation, now: Timestamp, scale: Scale) {
    let (from, to) = (scale.time(found.validity.not_before), scale.time(found.validity.not_after));
    let class = match (found.validity.position_of(now).is_eq(), found.is_link) {
        (true, false) => "valid",
        (true, true) => "link",
        (false, _) => "other",
    };
    let day = |time: Timestamp| TimeZone::UTC.to_datetime(time).date();
    let _ = write!(
        svg,
        "<rect class=\"{class}\" x=\"{from}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{country}: {} to {}{}</title>\
         </rect>",
        y.saturating_add(1),
        to.saturating_sub(from).max(1),
        LANE - 1,
        day(found.validity.not_before),
        day(found.validity.not_after),
        if found.is_link { ", link" } else { "" },
    );
}

/// Years to pixels.
#[derive(Clone, Copy)]
struct Scale {
    first: i64,
    last: i64,
}

impl Scale {
    fn year(self, year: i64) -> i64 {
        LABEL + year.saturating_sub(self.first) * WIDTH / self.last.saturating_sub(self.first).max(1)
    }

    fn time(self, time: Timestamp) -> i64 {
        let when = TimeZone::UTC.to_datetime(time);
        let days = (i64::from(when.year()) - self.first) * 365 + i64::from(when.day_of_year());
        let span = self.last.saturating_sub(self.first).max(1) * 365;
        LABEL + (days * WIDTH / span).clamp(0, WIDTH)
    }
}
