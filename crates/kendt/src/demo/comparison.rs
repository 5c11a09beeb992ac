//! The same document read in batches and one command at a time, over networks of different delay.
//!
//! Time is added up, not waited for: what chip and network take is simulated, and exact.

use std::time::Duration;

use anyhow::Result;
use emrtd::session::{Batching, Reading};
use emrtd_sim::chip::Timing;
use emrtd_sim::document::SpecimenDocument;

use super::{is_as_issued, read_options, verdict};
use crate::context::Context;
use crate::inspect::{Recorder, drive, failure_of, seconds};
use crate::page::{Cell, Page, Tone};
use crate::progress::Gauge;
use crate::reader::{Simulated, Surroundings, Time};
use crate::terminal::print;

const ROUND_TRIPS_MILLIS: [u64; 4] = [0, 60, 150, 300];

/// More waits than this, and the plan of the read has become worse.
const MOST_WAITS: u64 = 6;

struct Measured {
    waits: u64,
    network: Duration,
    whole: Duration,
    reading: Reading,
}

/// Measures and shows the table; whether the batched read stayed within its bounds.
pub(super) fn demonstrate(context: &Context, document: &SpecimenDocument) -> Result<bool> {
    let both = "batched   single";
    let mut rows = vec![
        header(["Round trip", "Network waits", "Added by network", "Whole read"]),
        header(["", both, both, both]),
    ];
    let pair = |batched: String, single: String| {
        let batched = context.terminal.out.tone(Tone::Good, &format!("{batched:>7}"));
        Cell::right(Tone::Plain, format!("{batched}  {single:>7}"))
    };
    let mut as_expected = true;
    for millis in ROUND_TRIPS_MILLIS {
        let batched = measure(context, document, Batching::Batched, millis)?;
        let single = measure(context, document, Batching::Single, millis)?;
        as_expected &= is_as_issued(document, &batched.reading);
        as_expected &= batched.reading.same_evidence(&single.reading);
        as_expected &= batched.waits <= MOST_WAITS;
        as_expected &= batched.whole <= single.whole;
        rows.push(vec![
            Cell::right(Tone::Plain, format!("{millis} ms")),
            pair(batched.waits.to_string(), single.waits.to_string()),
            pair(shown(batched.network), shown(single.network)),
            pair(shown(batched.whole), shown(single.whole)),
        ]);
    }
    let mut page = Page::new(context.terminal.out);
    page.line("");
    page.title("Batches against one command at a time");
    page.paragraph(
        Tone::Faint,
        "The first passport again, with the chip's and the network's time added up, not waited for.",
    );
    page.line("");
    page.table(&rows);
    print(&page.into_text())?;
    verdict(
        context,
        as_expected,
        "The same evidence either way. In batches the network is waited for no more than six times.",
    )?;
    Ok(as_expected)
}

fn measure(
    context: &Context,
    document: &SpecimenDocument,
    batching: Batching,
    round_trip_millis: u64,
) -> Result<Measured> {
    let surroundings = Surroundings {
        timing: Timing::TYPICAL,
        round_trip: Duration::from_millis(round_trip_millis),
        ..Surroundings::default()
    };
    let time = Time::new(false);
    let gauge = Gauge::hidden(context.terminal);
    let mut reader = Simulated::new(context, document, surroundings, &time, gauge.clone())?;
    let mut options = read_options(context, document)?;
    options.batching = batching;
    let reading =
        drive(options, context.random(), &mut reader, &gauge, &mut Recorder::off()).map_err(failure_of)?;
    let statistics = reader.statistics();
    Ok(Measured { waits: statistics.waits, network: statistics.network_time(), whole: time.total(), reading })
}

fn header(titles: [&'static str; 4]) -> Vec<Cell> {
    titles.into_iter().map(|title| Cell::right(Tone::Faint, title)).collect()
}

fn shown(time: Duration) -> String {
    seconds(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
