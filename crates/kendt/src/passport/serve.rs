//! `kendt passport serve`: a specimen document in the virtual card reader of vpcd.
//!
//! The protocol has neither encryption nor authentication; the chip is offered to this machine only.

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
use crate::page::Tone;
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
    let terminal = context.terminal;
    let mut chip = Chip::new(ChipConfig::try_from(&document)?, context.random())?;
    let stop = Stop::new();
    let asked = stop.clone();
    ctrlc::set_handler(move || asked.stop()).context("Ctrl-C cannot be watched for")?;
    let log = Log { context };
    log.line(
        Tone::Plain,
        &format!("{} goes into the reader on port {}", document.profile.name, options.port),
    );
    log.line(Tone::Faint, "read it with kendt inspect; Ctrl-C takes it out");
    let mut counter = Counter::new(terminal);
    let reader = Vpcd::on_port(options.port);
    loop {
        let served = chip.exchanges().count();
        let ended = reader
            .serve(&mut chip, &mut counter, &stop)
            .context("is vpcd (Debian package vsmartcard-vpcd) installed and pcscd running?")?;
        counter.pause();
        log.exchanges(chip.exchanges().skip(served));
        match ended {
            Ended::ChipGone => log.line(Tone::Caution, "the chip left the field by itself; it is put back"),
            Ended::Stopped => {
                log.line(Tone::Plain, "taken out");
                return Ok(());
            }
            Ended::ReaderGone | Ended::CommandLimit => {
                log.line(Tone::Caution, "the reader is gone");
                return Ok(());
            }
        }
    }
}

/// Lines with the time since the start.
struct Log<'a> {
    context: &'a Context,
}

impl Log<'_> {
    fn line(&self, tone: Tone, text: &str) {
        let terminal = self.context.terminal;
        let seconds = self.context.elapsed().as_secs();
        let time = format!("{:>3}:{:02}", seconds / 60, seconds % 60);
        terminal.progress(&format!(
            "{}  {}",
            terminal.err.tone(Tone::Faint, &time),
            terminal.err.tone(tone, text)
        ));
    }

    /// What the chip was asked, one line for each command.
    fn exchanges<'e>(&self, exchanges: impl Iterator<Item = &'e Exchange>) {
        for exchange in exchanges {
            let command = &exchange.command;
            let protection = if exchange.secured { "protected" } else { "plain" };
            self.line(
                Tone::Plain,
                &format!(
                    "{:02X} {:02X} {:02X} {:02X}  {protection:<9}  {}",
                    command.cla, command.ins, command.p1, command.p2, exchange.status
                ),
            );
        }
    }
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

    fn pause(&self) {
        self.bar.suspend(|| {});
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
