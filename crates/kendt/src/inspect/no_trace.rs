//! Release builds make no traces of APDUs: there is no option, and nothing is noted.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use emrtd::session::{Reading, Step};
use emrtd::transport::{Answers, Batch};

use crate::failure::Failure;

#[derive(Args, Default)]
pub(crate) struct TraceOptions {}

/// Notes nothing.
pub(crate) struct Recorder;

#[expect(clippy::unused_self, reason = "the same methods as where traces are made")]
impl Recorder {
    pub(crate) fn off() -> Recorder {
        Recorder
    }

    #[expect(clippy::unnecessary_wraps, reason = "the same signature as where traces are made")]
    pub(crate) fn new(_: &TraceOptions, _: Option<&[u8]>, _: Option<&[u8]>) -> Result<Recorder, Failure> {
        Ok(Recorder)
    }

    pub(crate) fn note(&mut self, _: &Batch, _: &[Step], _: &Answers) {}

    pub(crate) fn document_lost(&mut self) {}

    #[expect(clippy::unnecessary_wraps, reason = "the same signature as where traces are made")]
    pub(crate) fn finish(self, _: Option<&Reading>) -> Result<Option<PathBuf>> {
        Ok(None)
    }
}
