//! `kendt face compare`: two pictures, one score, one decision.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use face::compare::{Decision, FalseMatchRate};
use face::detect::OneFace;
use face::networks::Networks;
use face::picture::Picture;
use face::quality::{Instruction, Measures, Profile};
use serde::Serialize;

use super::loading::ModelOptions;
use super::picture::{only_face, read};
use crate::context::Context;
use crate::page::{Page, Tone};
use crate::terminal::{print, print_json};

#[derive(Args)]
pub(crate) struct Options {
    /// The first picture
    #[arg(value_name = "A")]
    first: PathBuf,

    /// The second picture
    #[arg(value_name = "B")]
    second: PathBuf,

    /// Decide as for a document without clone protection: FMR 1:100,000 instead of 1:10,000
    #[arg(long)]
    without_clone_protection: bool,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    models: ModelOptions,
}

/// The result as it is printed. Fields are added, never renamed, under the same schema.
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    score: f32,
    decision: &'static str,
    thresholds: Thresholds,
    model: ModelReport,
    pictures: [PictureReport; 2],
}

#[derive(Serialize)]
struct Thresholds {
    false_match_rate: &'static str,
    matches_from: f32,
    grey_from: f32,
}

#[derive(Serialize)]
struct ModelReport {
    name: String,
    version: String,
    sha256: String,
}

/// What can be told of a picture without showing it.
#[derive(Serialize)]
struct PictureReport {
    width: u32,
    height: u32,
    inter_eye_distance: f32,
    detector_confidence: f32,
    /// Much smaller faces behind the one that was compared.
    background_faces: usize,
    /// What makes it poor, by the stable ids of `face::quality::Instruction`; empty if it is good enough for a live capture.
    advice: Vec<&'static str>,
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    // Pictures first: a wrong name is told before the models are loaded.
    let paths = [options.first.as_path(), options.second.as_path()];
    let pictures = [read(paths[0])?, read(paths[1])?];
    let networks = options.models.load(context)?;
    let faces = [face_of(&networks, paths[0], &pictures[0])?, face_of(&networks, paths[1], &pictures[1])?];
    let template = |index: usize| networks.embed(&pictures[index], &faces[index].face.landmarks);
    let score = template(0)?.compare(&template(1)?)?;

    let rate = if options.without_clone_protection {
        FalseMatchRate::OneIn100000
    } else {
        FalseMatchRate::OneIn10000
    };
    let thresholds = networks.thresholds();
    let decision = score.decide(&thresholds, rate);
    let [_, card, ..] = networks.cards();
    let report = Report {
        schema: "kendt.face-comparison/1",
        score: score.value(),
        decision: match decision {
            Decision::Match => "match",
            Decision::Grey => "grey",
            Decision::NoMatch => "no-match",
        },
        thresholds: Thresholds {
            false_match_rate: match rate {
                FalseMatchRate::OneIn10000 => "1:10,000",
                FalseMatchRate::OneIn100000 => "1:100,000",
            },
            matches_from: rate.threshold(&thresholds),
            grey_from: thresholds.fmr_1e3,
        },
        model: ModelReport {
            name: card.name().to_owned(),
            version: card.version().to_owned(),
            sha256: card.sha256_in_digits(),
        },
        pictures: [picture_report(&pictures[0], &faces[0])?, picture_report(&pictures[1], &faces[1])?],
    };
    if options.json { print_json(&report) } else { Ok(print(&page(context, &report, decision))?) }
}

fn face_of(networks: &Networks, path: &Path, picture: &Picture) -> Result<OneFace> {
    only_face(networks, path, picture)
}

fn picture_report(picture: &Picture, found: &OneFace) -> Result<PictureReport> {
    let measures = Measures::of(picture, &found.face)?;
    Ok(PictureReport {
        width: picture.width(),
        height: picture.height(),
        inter_eye_distance: found.face.landmarks.inter_eye_distance(),
        detector_confidence: found.face.confidence,
        background_faces: found.background,
        advice: measures.shortfalls(&Profile::LIVE).into_iter().map(Instruction::id).collect(),
    })
}

fn page(context: &Context, report: &Report, decision: Decision) -> String {
    let mut page = Page::new(context.terminal.out);
    page.heading("Face comparison");
    let (tone, words) = match decision {
        Decision::Match => (Tone::Good, "match: the same person, at this false match rate"),
        Decision::Grey => (Tone::Caution, "grey: not sure; for another try or a human"),
        Decision::NoMatch => (Tone::Bad, "no match: not the same person, as far as the pictures tell"),
    };
    page.field_in(tone, "Decision", words);
    page.field("Score", &format!("{:.3} (cosine, -1 to 1)", report.score));
    let thresholds = &report.thresholds;
    page.field(
        "Thresholds",
        &format!(
            "match from {:.3} (FMR {}), grey from {:.3} (FMR 1:1,000)",
            thresholds.matches_from, thresholds.false_match_rate, thresholds.grey_from
        ),
    );
    page.field("Model", &format!("{} {}", report.model.name, report.model.version));
    for (name, picture) in ["First picture", "Second picture"].into_iter().zip(&report.pictures) {
        let behind = match picture.background_faces {
            0 => String::new(),
            count => format!(", {count} much smaller in the background"),
        };
        let text = format!(
            "{} x {}, {:.0} pixels between the eyes, detector {:.2}{behind}",
            picture.width, picture.height, picture.inter_eye_distance, picture.detector_confidence
        );
        page.field(name, &text);
        if !picture.advice.is_empty() {
            page.field(
                "  quality",
                &format!("as a live capture it would be refused: {}", picture.advice.join(", ")),
            );
        }
    }
    page.into_text()
}
