//! `kendt face`: compares two pictures of faces, and measures how long each step takes on this machine.
//!
//! Pictures and what is made of them stay in memory; nothing is written.

mod bench;
mod compare;
mod loading;
mod picture;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Compare the faces of two pictures, one to one
    ///
    /// Each must show exactly one face. Pictures are files of images, or a DG2 as kendt inspect --save writes it.
    Compare(compare::Options),
    /// Measure each step of a comparison on this machine
    Bench(bench::Options),
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<()> {
    match command {
        Command::Compare(options) => compare::run(context, options),
        Command::Bench(options) => bench::run(context, options),
    }
}
