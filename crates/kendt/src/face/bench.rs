//! `kendt face bench`: how long each step of a comparison takes on this machine.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use face::align::{TEMPLATE, align};
use face::geometry::{Bounds, Face, Landmarks, Point};
use face::picture::Picture;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::loading::ModelOptions;
use super::picture::{only_face, read};
use crate::context::Context;
use crate::page::{Cell, Page, Tone};
use crate::terminal::{Terminal, print, print_json};

/// The picture that is made where none is given: as large as the frame of a web camera.
const SIDES: (u32, u32) = (640, 480);

#[derive(Args)]
pub(crate) struct Options {
    /// A picture of one face; a test pattern of 640 x 480 if it is not given, since the time does not depend on what is seen
    #[arg(value_name = "PICTURE")]
    picture: Option<PathBuf>,

    /// How often each step runs
    #[arg(long, value_name = "N", default_value = "50")]
    runs: NonZeroU32,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    models: ModelOptions,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    runs: u32,
    width: u32,
    height: u32,
    load_ms: f64,
    /// Resident memory of the whole program after loading; left out where the system does not tell it.
    resident_kib: Option<u64>,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    name: &'static str,
    min_ms: f64,
    median_ms: f64,
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    let picture = match &options.picture {
        Some(path) => read(path)?,
        None => pattern()?,
    };
    let begun = context.elapsed();
    let networks = options.models.load(context)?;
    let load = context.elapsed().saturating_sub(begun);
    let resident = resident_kib();
    let face = match &options.picture {
        Some(path) => only_face(&networks, path, &picture)?.face,
        None => face_in_the_middle(),
    };
    let aligned = align(&picture, &face.landmarks)?;
    let template = networks.embed_aligned(&aligned)?;

    let mut bench = Bench::new(context, options.runs.get(), 5);
    bench.step("detect", || Ok(networks.detect(&picture)?))?;
    bench.step("align", || Ok(align(&picture, &face.landmarks)?))?;
    bench.step("embed", || Ok(networks.embed_aligned(&aligned)?))?;
    bench.step("compare", || Ok(template.compare(&template)?))?;
    bench.step("attack detection", || Ok(networks.live_score(&picture, &face)?))?;
    let report = Report {
        schema: "kendt.face-bench/1",
        runs: options.runs.get(),
        width: picture.width(),
        height: picture.height(),
        load_ms: milliseconds(load),
        resident_kib: resident,
        steps: bench.finish(),
    };
    if options.json { print_json(&report) } else { Ok(print(&page(context, &report))?) }
}

/// Runs steps and keeps their times.
struct Bench<'a> {
    context: &'a Context,
    runs: u32,
    bar: ProgressBar,
    steps: Vec<Step>,
}

impl<'a> Bench<'a> {
    fn new(context: &'a Context, runs: u32, steps: u32) -> Self {
        let Terminal { quiet, watched, .. } = context.terminal;
        let target =
            if quiet || !watched { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(u64::from(runs) * u64::from(steps)), target);
        if let Ok(style) = ProgressStyle::with_template("  {bar:14} {percent:>3}%  {wide_msg}") {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { context, runs, bar, steps: Vec::new() }
    }

    fn step<T>(&mut self, name: &'static str, mut work: impl FnMut() -> Result<T>) -> Result<()> {
        self.bar.set_message(name);
        // The first run warms caches and is not counted.
        work()?;
        let mut times = Vec::new();
        for _ in 0..self.runs {
            let begun = self.context.elapsed();
            work()?;
            times.push(self.context.elapsed().saturating_sub(begun));
            self.bar.inc(1);
        }
        times.sort();
        if let (Some(&min), Some(&median)) = (times.first(), times.get(times.len() / 2)) {
            self.steps.push(Step { name, min_ms: milliseconds(min), median_ms: milliseconds(median) });
        }
        Ok(())
    }

    fn finish(self) -> Vec<Step> {
        self.bar.finish_and_clear();
        self.steps
    }
}

fn page(context: &Context, report: &Report) -> String {
    let mut page = Page::new(context.terminal.out);
    page.heading("Steps of a comparison");
    let mut rows = vec![vec![
        Cell::left(Tone::Faint, ""),
        Cell::right(Tone::Faint, "least ms"),
        Cell::right(Tone::Faint, "median ms"),
    ]];
    rows.extend(report.steps.iter().map(|step| {
        vec![
            Cell::left(Tone::Plain, step.name),
            Cell::right(Tone::Strong, format!("{:.2}", step.min_ms)),
            Cell::right(Tone::Plain, format!("{:.2}", step.median_ms)),
        ]
    }));
    page.table(&rows);
    page.heading("Around them");
    page.field(
        "Picture",
        &format!("{} x {}, {} runs of each step", report.width, report.height, report.runs),
    );
    page.field("Loading", &format!("{:.0} ms, hashes of the models included", report.load_ms));
    if let Some(resident) = report.resident_kib {
        page.field("Memory", &format!("{} MiB of the whole program", resident / 1024));
    }
    page.into_text()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A pattern without any face.
fn pattern() -> Result<Picture> {
    let (width, height) = SIDES;
    let pixels = (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| [x % 251, y % 241, (x + y) % 239]))
        .filter_map(|value| u8::try_from(value).ok())
        .collect();
    Picture::from_rgb(width, height, pixels).ok_or_else(|| anyhow::anyhow!("the test pattern is no picture"))
}

/// Points as of a face that is 224 pixels wide, in the middle of the test pattern.
fn face_in_the_middle() -> Face {
    let [left_eye, right_eye, nose, left_mouth, right_mouth] =
        TEMPLATE.map(|point| Point::new(point.x * 2.0 + 208.0, point.y * 2.0 + 128.0));
    Face {
        bounds: Bounds { left: 240.0, top: 160.0, width: 160.0, height: 200.0 },
        landmarks: Landmarks { left_eye, right_eye, nose, left_mouth, right_mouth },
        confidence: 1.0,
    }
}

/// Resident memory of this process, as Linux tells it.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
