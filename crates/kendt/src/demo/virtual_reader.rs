//! One part through PC/SC, where a virtual card reader (vpcd) is at hand and empty.

use std::thread;

use anyhow::Result;
use emrtd_sim::chip::{Chip, ChipConfig};
use emrtd_sim::transport::{NoClock, Stop, Vpcd};

use super::scenes::Issuer;
use super::{Issued, is_as_issued, read_options, title, verdict};
use crate::context::Context;
use crate::inspect::{Recorder, brief_report, drive};
use crate::page::{Page, Tone};
use crate::progress::Gauge;
use crate::reader::{PcscReader, is_empty_reader, reader_names};
use crate::terminal::print;

/// What the readers of vpcd are called.
const VIRTUAL_READER: &str = "Virtual PCD 00 00";
const WAIT_SECONDS: u64 = 10;

/// Shows the part; `None` if there is no such reader.
pub(super) fn demonstrate(context: &Context, number: usize, issued: &Issued) -> Result<Option<bool>> {
    let document = &issued.document;
    let there = reader_names().is_ok_and(|names| names.iter().any(|name| name == VIRTUAL_READER));
    if !there || !is_empty_reader(VIRTUAL_READER) {
        context.terminal.note(
            "no empty virtual card reader (vpcd) is here, so the part through PC/SC is left out; all others need none",
        );
        return Ok(None);
    }
    title(
        context,
        number,
        "Through a card reader",
        "The first passport again, in the virtual card reader of vpcd, over the PC/SC service of this machine.",
    )?;
    let mut chip = Chip::new(ChipConfig::try_from(document)?, context.random())?;
    let stop = Stop::new();
    let until = stop.clone();
    let served = thread::spawn(move || Vpcd::default().serve(&mut chip, &mut NoClock, &until));
    let gauge = Gauge::new(context.terminal);
    let begun = context.elapsed();
    let opened = PcscReader::open(Some(VIRTUAL_READER), WAIT_SECONDS, &gauge);
    let outcome = opened.map(|mut reader| {
        let options = read_options(context, document)?;
        let read = drive(options, context.random(), &mut reader, &gauge, &mut Recorder::off());
        Ok::<_, anyhow::Error>(read?)
    });
    gauge.finish();
    let took = context.elapsed().saturating_sub(begun);
    stop.stop();
    // Whether the chip was served well shows in the reading.
    let _ = served.join();
    let mut page = Page::new(context.terminal.out);
    let (text, as_expected) = match outcome {
        Ok(Ok(reading)) => {
            let inspection = issued.inspect(context, &issued.basis(Issuer::Trusted)?, &reading, took)?;
            let right = is_as_issued(document, &reading) && inspection.outcome() == Some("ACCEPT");
            (brief_report(context.terminal.out, &inspection), right)
        }
        Ok(Err(error)) => {
            page.field_in(Tone::Bad, "Ended with", &error.to_string());
            (page.into_text(), false)
        }
        Err(failure) => {
            page.field_in(Tone::Bad, "Ended with", &failure.to_string());
            (page.into_text(), false)
        }
    };
    print(&text)?;
    verdict(context, as_expected, "Read in full through PC/SC, every byte as it was issued.")?;
    Ok(Some(as_expected))
}
