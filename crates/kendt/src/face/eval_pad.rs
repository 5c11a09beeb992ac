//! `kendt face eval-pad`: error rates of passive presentation attack detection (ISO/IEC 30107-3).

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use face::detect::one_face;
use face::networks::Networks;
use face::rates::Proportion;
use serde::Serialize;

use super::eval::{Rate, bar};
use super::loading::ModelOptions;
use super::picture::read;
use super::trials::is_picture;
use crate::context::Context;
use crate::failure::Failure;
use crate::page::Page;
use crate::terminal::{print, print_json};

/// The folder of living people; every other one is a species of attack instrument.
const BONA_FIDE: &str = "bona-fide";

#[derive(Args)]
pub(crate) struct Options {
    /// Folder with pictures in bona-fide/ and in one folder for each species of attack instrument (print/, screen/, ...)
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Pictures with a lower score are taken for attacks
    #[arg(long, value_name = "SCORE", default_value = "0.3")]
    threshold: f32,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    models: ModelOptions,
}

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    detector: &'static str,
    threshold: f32,
    /// Bona fide presentations that are taken for attacks.
    bpcer: Rate,
    /// Bona fide presentations without a usable face.
    bona_fide_non_response: Rate,
    species: Vec<Species>,
    /// The greatest APCER of a species.
    worst_apcer: Option<f64>,
}

#[derive(Serialize)]
struct Species {
    name: String,
    /// Attack presentations that are taken for bona fide ones.
    apcer: Rate,
    /// Attack presentations without a usable face.
    non_response: Rate,
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&options.folder)
        .map_err(Failure::unreadable(&options.folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let bona_fide = options.folder.join(BONA_FIDE);
    if !folders.contains(&bona_fide) {
        return Err(Failure::NoPictures(bona_fide).into());
    }
    let networks = options.models.load(context)?;
    let (living, missed) = scores(context, &networks, &bona_fide)?;
    let mut species = Vec::new();
    for folder in folders.iter().filter(|folder| **folder != bona_fide) {
        let (attacks, missed) = scores(context, &networks, folder)?;
        let passed = attacks.iter().filter(|score| **score >= options.threshold).count();
        species.push(Species {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            apcer: rate(passed, attacks.len()),
            non_response: rate(missed, attacks.len() + missed),
        });
    }
    let refused = living.iter().filter(|score| **score < options.threshold).count();
    let apcer = |one: &Species| one.apcer.observed();
    let report = Report {
        schema: "kendt.face-attack-evaluation/1",
        detector: face::attack::VERSION,
        threshold: options.threshold,
        bpcer: rate(refused, living.len()),
        bona_fide_non_response: rate(missed, living.len() + missed),
        worst_apcer: species.iter().filter_map(apcer).max_by(f64::total_cmp),
        species,
    };
    if options.json { print_json(&report) } else { Ok(print(&page(context, &report))?) }
}

fn rate(errors: usize, trials: usize) -> Rate {
    Proportion { errors: errors as u64, trials: trials as u64 }.into()
}

/// The score of each picture with one face, and how many have none. Each picture is a presentation of its own.
fn scores(context: &Context, networks: &Networks, folder: &Path) -> Result<(Vec<f32>, usize)> {
    let mut pictures = Vec::new();
    collect(folder, 4, &mut pictures)?;
    if pictures.is_empty() {
        return Err(Failure::NoPictures(folder.to_owned()).into());
    }
    let bar = bar(context.terminal, pictures.len() as u64, "presentations");
    let (mut found, mut missed) = (Vec::new(), 0);
    for path in pictures {
        bar.inc(1);
        let face = match read(&path) {
            Ok(picture) => one_face(&networks.detect(&picture)?).ok().map(|one| (picture, one.face)),
            Err(_) => None,
        };
        match face {
            Some((picture, face)) => found.push(networks.live_score(&picture, &face)?.value()),
            None => missed += 1,
        }
    }
    bar.finish_and_clear();
    Ok((found, missed))
}

/// All pictures below a folder, at most so many levels down.
fn collect(folder: &Path, levels: u8, to: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(Failure::unreadable(folder))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && levels > 0 {
            collect(&path, levels - 1, to)?;
        } else if is_picture(&path) {
            to.push(path);
        }
    }
    Ok(())
}

fn page(context: &Context, report: &Report) -> String {
    let mut page = Page::new(context.terminal.out);
    page.heading("Presentation attack detection: error rates after ISO/IEC 30107-3");
    page.field("Detector", report.detector);
    page.field("Threshold", &format!("{:.2}; lower scores are taken for attacks", report.threshold));
    page.field("BPCER", &report.bpcer.to_string());
    page.field("BPNRR", &report.bona_fide_non_response.to_string());
    for species in &report.species {
        page.field(&species.name, &format!("APCER {}; APNRR {}", species.apcer, species.non_response));
    }
    if let Some(worst) = report.worst_apcer {
        page.field("Worst APCER", &super::eval::percent(worst));
    }
    page.into_text()
}
