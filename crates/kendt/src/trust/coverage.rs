//! `kendt trust coverage`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use jiff::Timestamp;
use pki::{Coverage, StateCoverage};
use serde::Serialize;

use super::{StoreOptions, open};
use crate::context::{Context, day};
use crate::failure::Failure;
use crate::page::{Cell, Page, Tone};
use crate::terminal::{print, print_json};

#[derive(Args)]
pub(crate) struct Options {
    /// Draw it into this SVG file, too
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    trust_store: String,
    states: BTreeMap<String, State>,
    /// States of ISO 3166-1 of which the store trusts no certificate.
    missing: Vec<&'static str>,
}

#[derive(Serialize)]
struct State {
    valid: usize,
    expired: usize,
    until: Option<String>,
}

impl State {
    fn of(state: &StateCoverage, now: Timestamp) -> State {
        let until = state.until().map(|time| day(time).to_string());
        State { valid: state.valid(now), expired: state.expired(now), until }
    }
}

pub(super) fn run(context: &Context, options: &Options) -> Result<()> {
    let store = open(context, &options.store)?;
    let coverage = Coverage::of(&store).map_err(Failure::Trust)?;
    if let Some(path) = &options.svg {
        let svg = coverage.svg(context.now);
        fs::write(path, svg).with_context(|| format!("cannot write {}", path.display()))?;
        context.terminal.note(&format!("the picture is in {}", path.display()));
    }
    let states: BTreeMap<String, State> =
        coverage.states.iter().map(|(name, state)| (name.clone(), State::of(state, context.now))).collect();
    let missing: Vec<&'static str> = mrz::StateCode::iso_3166()
        .map(|(_, alpha2)| alpha2)
        .filter(|alpha2| !states.contains_key(*alpha2))
        .collect();
    if options.json {
        let schema = "kendt.trust-coverage/1";
        return print_json(&Report { schema, trust_store: store.version(), states, missing });
    }
    let mut page = Page::new(context.terminal.out);
    page.heading(&format!("Authorities by state, trust store {}", store.version()));
    let head = ["State", "valid", "expired", "until"];
    let mut rows = vec![Vec::from(head.map(|text| Cell::left(Tone::Faint, text)))];
    for (name, state) in &states {
        let tone = if state.valid > 0 { Tone::Plain } else { Tone::Bad };
        rows.push(vec![
            Cell::left(tone, name.clone()),
            Cell::right(tone, state.valid.to_string()),
            Cell::right(Tone::Faint, state.expired.to_string()),
            Cell::left(Tone::Faint, state.until.clone().unwrap_or_default()),
        ]);
    }
    page.table(&rows);
    let covered = states.values().filter(|state| state.valid > 0).count();
    page.line("");
    page.paragraph(
        Tone::Plain,
        &format!(
            "{covered} of {} states have a valid authority. Of {} countries and territories of ISO 3166-1 there is none: \
             {}.",
            states.len(),
            missing.len(),
            missing.join(" ")
        ),
    );
    Ok(print(&page.into_text())?)
}
