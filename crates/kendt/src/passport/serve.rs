//! `kendt passport serve`: a specimen document in the virtual card reader of vpcd.
//!
//! What was asked is told when the chip is taken out; until then the commands are counted. The protocol has neither encryption nor authentication; the chip is offered to this machine only.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use emrtd_sim::chip::{Chip, ChipConfig, Exchange};
use emrtd_sim::transport::vpcd::FIRST_READER_PORT;
use emrtd_sim::transport::{Clock, Ended, Stop, Vpcd};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::load_specimen;
use crate::context::Context;
use crate::terminal::Terminal;

#[derive(Args)]
pub(crate) struct Options {
    /// A .json file that `kendt passport issue` has made
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Port on which the virtual card reader listens
    #[arg(long, value_name = "PORT", default_value_t = FIRST_READER_PORT)]
    port: u16,
}

/// Runs the command until the reader goes away or Ctrl-C is pressed.
pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let document = load_specimen(&options.file)?;
    let mut chip = Chip::new(ChipConfig::try_from(&document)?, context.random())?;
    let stop = Stop::new();
    let asked = stop.clone();
    ctrlc::set_handler(move || asked.stop()).context("Ctrl-C cannot be watched for")?;
    let terminal = context.terminal;
    terminal.progress(&format!(
        "{} is in the reader on port {}. Read it with kendt inspect; Ctrl-C takes it out.",
        document.profile.name, options.port
    ));
    let mut counter = Counter::new(terminal);
    let ended = Vpcd::on_port(options.port)
        .serve(&mut chip, &mut counter, &stop)
        .context("is vpcd (Debian package vsmartcard-vpcd) installed and pcscd running?")?;
    drop(counter);
    for line in summary(chip.exchanges()) {
        terminal.progress(&line);
    }
    terminal.progress(match ended {
        Ended::Stopped => "taken out",
        Ended::ChipGone => "the chip left the field by itself",
        Ended::ReaderGone | Ended::CommandLimit => "the reader is gone",
    });
    Ok(())
}

/// What the chip was asked: one line for each run of commands of the same kind and end.
fn summary<'e>(exchanges: impl Iterator<Item = &'e Exchange>) -> Vec<String> {
    let mut runs: Vec<(&Exchange, usize)> = Vec::new();
    for exchange in exchanges {
        let kind = |of: &Exchange| (of.command.ins, of.secured, of.status);
        match runs.last_mut() {
            Some((first, count)) if kind(first) == kind(exchange) => *count += 1,
            _ => runs.push((exchange, 1)),
        }
    }
    let line = |(exchange, count): &(&Exchange, usize)| {
        let protection = if exchange.secured { "protected" } else { "plain" };
        let status = exchange.status;
        format!("  {count:>4} × {:<22} {protection:<9}  {status}", instruction(exchange.command.ins))
    };
    runs.iter().map(line).collect()
}

/// The name of an instruction of ISO/IEC 7816-4.
fn instruction(ins: u8) -> String {
    let name = match ins {
        0x22 => "MSE:SET",
        0x82 => "EXTERNAL AUTHENTICATE",
        0x84 => "GET CHALLENGE",
        0x86 => "GENERAL AUTHENTICATE",
        0x88 => "INTERNAL AUTHENTICATE",
        0xA4 => "SELECT",
        0xB0 | 0xB1 => "READ BINARY",
        0xC0 => "GET RESPONSE",
        _ => return format!("instruction {ins:02X}"),
    };
    name.to_owned()
}

/// Counts the commands while they come.
struct Counter {
    bar: ProgressBar,
}

impl Counter {
    fn new(terminal: Terminal) -> Counter {
        let hidden = terminal.quiet || !terminal.watched;
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {pos} commands answered") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Counter { bar }
    }
}

impl Clock for Counter {
    fn advance(&mut self, _: Duration) {
        self.bar.inc(1);
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
