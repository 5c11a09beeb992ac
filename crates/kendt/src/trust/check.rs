//! `kendt trust check`: whether the store is whole, and the one that is expected.

use anyhow::Result;
use clap::Args;

use super::{StoreOptions, open};
use crate::context::Context;
use crate::failure::Failure;
use crate::page::{Page, Tone};
use crate::terminal::print;

#[derive(Args)]
pub(crate) struct Options {
    /// The version that it must have: keep it elsewhere, and an older copy put in place of the store is noticed
    #[arg(long, value_name = "VERSION")]
    expect: Option<String>,

    #[command(flatten)]
    store: StoreOptions,
}

pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let store = open(context, &options.store)?;
    let (generations, objects) = store.check().map_err(Failure::Trust)?;
    let version = store.version();
    if let Some(expected) = options.expect.as_ref().filter(|expected| **expected != version) {
        return Err(Failure::OtherStore { version, expected: expected.clone() }.into());
    }
    let mut page = Page::new(context.terminal.out);
    page.heading("Trust store");
    page.field("Version", &version);
    page.field("Generations", &generations.to_string());
    page.field("Objects", &objects.to_string());
    page.field_in(Tone::Good, "Checked", "every file against its hash, every generation down to the first");
    Ok(print(&page.into_text())?)
}
