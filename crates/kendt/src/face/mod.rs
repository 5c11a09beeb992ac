//! `kendt face`: compares two pictures of faces, measures error rates, and how long each step takes on this machine.
//!
//! Pictures and templates stay in memory; nothing of them is written.

mod bench;
mod compare;
mod det;
mod eval;
mod eval_pad;
mod groups;
mod loading;
mod picture;
mod trials;
mod video;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Compare the faces of two pictures, one to one
    ///
    /// Each must show exactly one face. Pictures are files of images, or a DG2 as kendt inspect --save writes it.
    Compare(compare::Options),
    /// Measure the error rates of the comparison on a set of pictures (ISO/IEC 19795-1)
    ///
    /// The folder has one folder of pictures for each person. Without --pairs every picture is compared with every other. Of several faces
    /// in a picture the one nearest to its centre counts. Pictures without a face are failures to acquire: they are listed, and the run goes on.
    Eval(eval::Options),
    /// Measure the error rates of passive presentation attack detection on a set of pictures (ISO/IEC 30107-3)
    EvalPad(eval_pad::Options),
    /// Film a synthetic person, or an attack, answering a challenge
    ///
    /// The film is for a browser's fake camera (Chromium: --use-fake-device-for-media-stream --use-file-for-fake-video-capture=FILE). Only for
    /// tests and demonstrations: everything in it is rendered from one portrait.
    Video(video::Options),
    /// Measure each step of a comparison on this machine
    Bench(bench::Options),
}

pub(crate) fn run(context: &Context, command: &Command) -> Result<()> {
    match command {
        Command::Compare(options) => compare::run(context, options),
        Command::Eval(options) => eval::run(context, options),
        Command::EvalPad(options) => eval_pad::run(context, options),
        Command::Video(options) => video::run(context, options),
        Command::Bench(options) => bench::run(context, options),
    }
}
