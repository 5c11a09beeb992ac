//! `kendt face eval`: error rates of the comparison on a set of pictures (ISO/IEC 19795-1).
//!
//! Templates live in memory for the run; what is written is scores and figures.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use face::compare::Template;
use face::geometry::Face;
use face::networks::{EngineError, Networks};
use face::picture::Picture;
use face::rates::{Proportion, Trials, cross_validated_accuracy, of_transaction};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use proofing::MOST_TRIES;
use serde::Serialize;

use super::groups::{Group, Labels};
use super::loading::ModelOptions;
use super::picture::read;
use super::trials::{Plan, of_folder, of_pairs};
use super::{det, groups};
use crate::context::Context;
use crate::failure::Failure;
use crate::page::Page;
use crate::terminal::{Terminal, print, print_json};

#[derive(Args)]
pub(crate) struct Options {
    /// Folder with one folder of pictures for each person
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Compare the pairs of this file, in the format of pairs.txt of LFW, instead of all pictures with all others
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,

    /// With --pairs: compare every picture that the file names with every other, not only its pairs
    #[arg(long, requires = "pairs")]
    all_pairs: bool,

    /// Take one side of each pair from this folder, where pictures have the same names with any ending: for instance all of them as JPEG 2000
    /// of 12 kB, made with opj_compress
    #[arg(long, value_name = "DIR")]
    portraits: Option<PathBuf>,

    /// Leave out comparisons between these persons, who are known to be one under two names: a CSV of two names a line
    #[arg(long, value_name = "FILE")]
    ignore_pairs: Option<PathBuf>,

    /// Rates by group too: a CSV with a head line `person,...` and one column for each kind of group
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,

    /// Write report.json and det.svg into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    models: ModelOptions,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    model: String,
    persons: usize,
    pictures: usize,
    /// Pictures without a usable face, by name (failure to acquire).
    not_acquired: Vec<String>,
    /// Comparisons between persons who are known to be one under two names.
    trials_left_out: usize,
    mated_trials: u64,
    non_mated_trials: u64,
    equal_error_rate: Option<f64>,
    /// Mean and standard error over the folds of the pairs.
    accuracy: Option<(f64, f64)>,
    at_thresholds: Vec<AtThreshold>,
    groups: Vec<Group>,
}

/// Rates at one threshold.
#[derive(Serialize)]
pub(crate) struct AtThreshold {
    basis: String,
    threshold: f32,
    fmr: Rate,
    fnmr: Rate,
    /// With three tries.
    false_accepts_of_transaction: Option<f64>,
}

/// A rate with its interval.
#[derive(Serialize)]
pub(crate) struct Rate {
    errors: u64,
    trials: u64,
    observed: Option<f64>,
    interval_95: (f64, f64),
}

impl Rate {
    /// The observed rate; nothing without trials.
    pub(crate) fn observed(&self) -> Option<f64> {
        self.observed
    }
}

impl From<Proportion> for Rate {
    fn from(proportion: Proportion) -> Self {
        let Proportion { errors, trials } = proportion;
        Self { errors, trials, observed: proportion.rate(), interval_95: proportion.interval() }
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(rate) = self.observed else { return f.write_str("no trials") };
        let (low, high) = self.interval_95;
        write!(
            f,
            "{} ({} of {}; {} to {})",
            percent(rate),
            self.errors,
            self.trials,
            percent(low),
            percent(high)
        )
    }
}

pub(crate) fn percent(rate: f64) -> String {
    if rate == 0.0 || rate >= 0.001 {
        format!("{:.2} %", rate * 100.0)
    } else {
        format!("{:.4} %", rate * 100.0)
    }
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    let plan = match &options.pairs {
        Some(path) => of_pairs(path)?,
        None => of_folder(&options.folder)?,
    };
    if plan.pictures.is_empty() {
        return Err(Failure::NoPictures(options.folder.clone()).into());
    }
    let labels = options.labels.as_deref().map(Labels::read).transpose()?;
    let networks = options.models.load(context)?;
    let live = templates(context.terminal, &networks, &options.folder, &plan, "pictures")?;
    let portraits = match &options.portraits {
        Some(folder) => Some(templates(context.terminal, &networks, folder, &plan, "portraits")?),
        None => None,
    };
    let ignored = options.ignore_pairs.as_deref().map(|path| known_as_one(path, &plan)).transpose()?;
    let ignored = ignored.unwrap_or_default();
    let mut scored = score(context.terminal, &plan, &live, portraits.as_ref(), options.all_pairs)?;
    let before = scored.len();
    if !ignored.is_empty() {
        scored.retain(|trial| {
            let [one, other] = trial.pair.map(|picture| plan.persons[picture as usize]);
            !ignored.contains(&[one.min(other), one.max(other)])
        });
    }
    let trials_left_out = before - scored.len();
    if scored.is_empty() {
        return Err(Failure::NoPictures(options.folder.clone()).into());
    }
    let accuracy = accuracy(&plan, &live, portraits.as_ref())?;
    let groups = labels.map_or_else(Vec::new, |labels| {
        groups::rates(&labels, &plan, &scored, networks.thresholds().fmr_1e4)
    });
    let side =
        |mated| scored.iter().filter(move |trial| trial.mated == mated).map(|trial| trial.score).collect();
    let trials = Trials::new(side(true), side(false))?;
    drop(scored);
    let not_acquired = missing(&options.folder, &live, &plan).into_iter().chain(
        options.portraits.iter().zip(&portraits).flat_map(|(folder, all)| missing(folder, all, &plan)),
    );
    let [_, card, ..] = networks.cards();
    let report = Report {
        schema: "kendt.face-evaluation/1",
        model: format!("{} {}", card.name(), card.version()),
        persons: plan.names.len(),
        pictures: plan.pictures.len(),
        not_acquired: not_acquired.collect(),
        trials_left_out,
        mated_trials: trials.mated().len() as u64,
        non_mated_trials: trials.non_mated().len() as u64,
        equal_error_rate: trials.equal_error_rate(),
        accuracy,
        at_thresholds: at_thresholds(&networks, &trials),
        groups,
    };
    if let Some(folder) = &options.out {
        write(folder, &report, &trials, networks.thresholds().fmr_1e4)?;
    }
    if options.json { print_json(&report) } else { Ok(print(&page(context, &report))?) }
}

/// One comparison.
pub(crate) struct Trial {
    pub(crate) score: f32,
    pub(crate) mated: bool,
    pub(crate) pair: [u32; 2],
}

/// A template of every picture; nothing for those that cannot be decoded or show no face.
fn templates(
    terminal: Terminal,
    networks: &Networks,
    folder: &Path,
    plan: &Plan,
    what: &'static str,
) -> Result<Vec<Option<Template>>> {
    let bar = bar(terminal, plan.pictures.len() as u64, what);
    let all = plan.pictures.iter().map(|name| {
        bar.inc(1);
        let Ok(picture) = read(&find(folder, name)) else { return Ok(None) };
        let faces = networks.detect(&picture)?;
        match central(&picture, &faces).map(|face| networks.embed(&picture, &face.landmarks)) {
            // Five points that span no face are a matter of the picture, not of the program.
            None | Some(Err(EngineError::Landmarks | EngineError::Bounds)) => Ok(None),
            Some(template) => Ok(Some(template?)),
        }
    });
    let all: Result<Vec<_>> = all.collect();
    bar.finish_and_clear();
    all
}

/// Pairs of different persons that a file names, each with the lower number first.
fn known_as_one(path: &Path, plan: &Plan) -> Result<Vec<[usize; 2]>, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::unreadable(path))?;
    let number = |name: &str| plan.names.iter().position(|known| known == name.trim());
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            let pair = line.split_once(',').and_then(|(one, other)| number(one).zip(number(other)));
            let problem = "a line is not two names of persons with a comma between";
            let wrong = Failure::Pairs { path: path.to_owned(), line: at + 1, problem };
            pair.filter(|(one, other)| one != other)
                .map(|(one, other)| [one.min(other), one.max(other)])
                .ok_or(wrong)
        })
        .collect()
}

/// The pictures of a folder without a template.
fn missing(folder: &Path, templates: &[Option<Template>], plan: &Plan) -> Vec<String> {
    let without = templates.iter().zip(&plan.pictures).filter(|(template, _)| template.is_none());
    without.map(|(_, name)| find(folder, name).display().to_string()).collect()
}

/// The picture of this name, with any ending.
fn find(folder: &Path, name: &Path) -> PathBuf {
    let path = folder.join(name);
    if path.exists() {
        return path;
    }
    let endings = ["jp2", "j2k", "jpg", "png", "webp"];
    endings.iter().map(|ending| path.with_extension(ending)).find(|other| other.exists()).unwrap_or(path)
}

/// The face nearest to the centre: in such sets it is the one that the name means.
fn central<'a>(picture: &Picture, faces: &'a [Face]) -> Option<&'a Face> {
    #[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^24")]
    let (x, y) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    let distance = |face: &Face| {
        let bounds = &face.bounds;
        (bounds.left + bounds.width / 2.0 - x).hypot(bounds.top + bounds.height / 2.0 - y)
    };
    faces.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn compare(
    live: &[Option<Template>],
    portraits: Option<&Vec<Option<Template>>>,
    [a, b]: [usize; 2],
) -> Result<Option<f32>> {
    let (Some(one), Some(other)) = (&portraits.map_or(live, Vec::as_slice)[a], &live[b]) else {
        return Ok(None);
    };
    Ok(Some(one.compare(other)?.value()))
}

fn score(
    terminal: Terminal,
    plan: &Plan,
    live: &[Option<Template>],
    portraits: Option<&Vec<Option<Template>>>,
    all_pairs: bool,
) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    let mut push = |pair: [usize; 2]| -> Result<()> {
        if let Some(score) = compare(live, portraits, pair)? {
            let [a, b] = pair;
            let mated = plan.persons[a] == plan.persons[b];
            trials.push(Trial { score, mated, pair: [u32::try_from(a)?, u32::try_from(b)?] });
        }
        Ok(())
    };
    match &plan.folds {
        Some(folds) if !all_pairs => folds.iter().flatten().try_for_each(|pair| push(*pair))?,
        _ => {
            let bar = bar(terminal, live.len() as u64, "comparisons");
            for a in 0..live.len() {
                bar.inc(1);
                (a + 1..live.len()).try_for_each(|b| push([a, b]))?;
            }
            bar.finish_and_clear();
        }
    }
    Ok(trials)
}

fn accuracy(
    plan: &Plan,
    live: &[Option<Template>],
    portraits: Option<&Vec<Option<Template>>>,
) -> Result<Option<(f64, f64)>> {
    let Some(folds) = &plan.folds else { return Ok(None) };
    let mut scored = Vec::new();
    for fold in folds {
        let mut pairs = Vec::new();
        for pair in fold {
            if let Some(score) = compare(live, portraits, *pair)? {
                pairs.push((score, plan.persons[pair[0]] == plan.persons[pair[1]]));
            }
        }
        scored.push(pairs);
    }
    Ok(cross_validated_accuracy(&scored))
}

fn at_thresholds(networks: &Networks, trials: &Trials) -> Vec<AtThreshold> {
    let card = networks.thresholds();
    let of_card = [("1:1,000", card.fmr_1e3), ("1:10,000", card.fmr_1e4), ("1:100,000", card.fmr_1e5)]
        .map(|(rate, threshold)| (format!("card, FMR {rate}"), threshold));
    let seen = [("1:1,000", 1e-3), ("1:10,000", 1e-4), ("1:100,000", 1e-5)];
    let seen = seen
        .into_iter()
        .filter_map(|(name, rate)| Some((format!("observed here, FMR {name}"), trials.threshold_at(rate)?)));
    of_card
        .into_iter()
        .chain(seen)
        .map(|(basis, threshold)| {
            let fmr = trials.fmr(threshold);
            AtThreshold {
                basis,
                threshold,
                fmr: fmr.into(),
                fnmr: trials.fnmr(threshold).into(),
                false_accepts_of_transaction: fmr.rate().map(|rate| of_transaction(rate, MOST_TRIES)),
            }
        })
        .collect()
}

fn write(folder: &Path, report: &Report, trials: &Trials, threshold: f32) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    };
    file("report.json", &(serde_json::to_string_pretty(report)? + "\n"))?;
    let mark = trials.fmr(threshold).rate().zip(trials.fnmr(threshold).rate());
    let title = format!("Detection error trade-off, {}", report.model);
    let curve = trials.trade_off(2_000);
    file("det.svg", &det::plot(&title, "false match rate", "false non-match rate", &curve, mark))
}

fn page(context: &Context, report: &Report) -> String {
    let mut page = Page::new(context.terminal.out);
    page.heading("Face comparison: error rates after ISO/IEC 19795-1");
    page.field("Model", &report.model);
    page.field("Pictures", &format!("{} of {} persons", report.pictures, report.persons));
    let missing = match report.not_acquired.as_slice() {
        [] => "none".to_owned(),
        names => format!("{}: {}", names.len(), names.iter().take(5).cloned().collect::<Vec<_>>().join(", ")),
    };
    page.field("Not acquired", &missing);
    let left_out = match report.trials_left_out {
        0 => String::new(),
        count => format!(", {count} left out"),
    };
    let trials = format!("{} mated, {} non-mated{left_out}", report.mated_trials, report.non_mated_trials);
    page.field("Trials", &trials);
    if let Some(rate) = report.equal_error_rate {
        page.field("EER", &percent(rate));
    }
    if let Some((mean, error)) = report.accuracy {
        page.field("Accuracy", &format!("{:.2} % ± {:.2} % over the folds", mean * 100.0, error * 100.0));
    }
    for row in &report.at_thresholds {
        page.field(&format!("From {:.3}", row.threshold), &row.basis);
        page.field("  FMR", &row.fmr.to_string());
        page.field("  FNMR", &row.fnmr.to_string());
        if let Some(rate) = row.false_accepts_of_transaction {
            page.field("  3 tries", &format!("FAR {} of a transaction", percent(rate)));
        }
    }
    for group in &report.groups {
        page.field(&group.name, &format!("FMR {}, FNMR {}", group.fmr, group.fnmr));
    }
    page.into_text()
        + "\nIntervals are those of Clopper and Pearson at 95 %, as if trials were independent; trials of one person are not, so the\n\
           truth may lie outside. With fewer than 30 errors a rate is hardly known.\n"
}

/// A bar on the standard error, if someone watches it and quiet is not wanted.
pub(crate) fn bar(terminal: Terminal, length: u64, what: &'static str) -> ProgressBar {
    let hidden = terminal.quiet || !terminal.watched;
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    if let Ok(style) = ProgressStyle::with_template("  {wide_bar} {pos}/{len} {msg}, {eta} left") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar
}
