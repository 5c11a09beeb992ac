//! `kendt face video`: a film of a synthetic person, or of an attack, for a browser's fake camera.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use face::liveness::UnixMillis;
use face::liveness::challenge::Challenge;
use face_sim::film::{Attack, Film, Setting};
use face_sim::head::Head;
use face_sim::output::{Y4m, jpeg};
use face_sim::script::Script;
use rand_core::Rng as _;

use super::eval::bar;
use super::loading::ModelOptions;
use super::picture::{only_face, read};
use crate::context::Context;
use crate::failure::Failure;

/// Of the frames in a film of JPEG pictures.
const QUALITY: u8 = 92;
/// After the last colour, in milliseconds.
const TAIL: f32 = 1_000.0;

#[derive(Args)]
pub(crate) struct Options {
    /// A portrait of the synthetic person
    #[arg(value_name = "PORTRAIT")]
    portrait: PathBuf,

    /// The film: .mjpeg or .y4m, as a browser takes it for its fake camera
    #[arg(value_name = "OUT")]
    out: PathBuf,

    /// The challenge that is answered, in hexadecimal digits; a new one is drawn and printed if it is not given
    #[arg(long, value_name = "HEX")]
    challenge: Option<String>,

    /// Who or what is before the camera
    #[arg(long, value_enum, default_value_t = Kind::None)]
    attack: Kind,

    /// With --attack face-swap: the person who takes over
    #[arg(long, value_name = "PORTRAIT", required_if_eq("attack", "face-swap"))]
    other: Option<PathBuf>,

    /// Milliseconds before the first colour is answered
    #[arg(long, value_name = "MS", default_value = "3000")]
    lead: u16,

    #[command(flatten)]
    models: ModelOptions,
}

/// Who or what is before the camera, or in its place.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The person, who answers
    None,
    /// A photograph, held still
    StillPhoto,
    /// A photograph that is moved by hand as asked
    MovedPhoto,
    /// A display that shows the answer to another challenge
    Replay,
    /// Another person takes over in the middle
    FaceSwap,
    /// A loop of frames in the place of the camera
    RepeatedFrames,
    /// Frames without noise in the place of the camera
    VirtualCamera,
}

pub(crate) fn run(context: &Context, options: &Options) -> Result<()> {
    let uncompressed = match options.out.extension().and_then(|ending| ending.to_str()) {
        Some("y4m") => true,
        Some("mjpeg") => false,
        _ => return Err(Failure::NoFilm(options.out.clone()).into()),
    };
    let mut rng = context.random();
    let mut draw = || {
        let mut session = [0; 32];
        rng.fill_bytes(&mut session);
        let now = u64::try_from(context.now.as_millisecond()).unwrap_or_default();
        Challenge::draw(session, UnixMillis(now), &mut rng)
    };
    let challenge = if let Some(digits) = &options.challenge {
        let bytes = hex::decode(digits.trim()).map_err(|_| Failure::NoChallenge)?;
        Challenge::from_bytes(&bytes).map_err(|_| Failure::NoChallenge)?
    } else {
        let drawn = draw()?;
        context.terminal.note(&format!("the challenge is {}", hex::encode(drawn.to_bytes())));
        drawn
    };
    let old = Script::answer(&draw()?);
    let head = head(context, options, &options.portrait)?;
    let other = options.other.as_deref().map(|path| self::head(context, options, path)).transpose()?;
    #[expect(clippy::cast_precision_loss, reason = "some thousand milliseconds")]
    let ends = challenge.duration_millis() as f32;
    let attack = match (options.attack, &other) {
        (Kind::None, _) => Attack::None,
        (Kind::StillPhoto, _) => Attack::StillPhoto,
        (Kind::MovedPhoto, _) => Attack::MovedPhoto,
        (Kind::Replay, _) => Attack::Replay(&old),
        (Kind::FaceSwap, Some(other)) => Attack::FaceSwap { other, at: ends / 2.0 },
        (Kind::FaceSwap, None) => anyhow::bail!("--attack face-swap needs --other"),
        (Kind::RepeatedFrames, _) => Attack::RepeatedFrames,
        (Kind::VirtualCamera, _) => Attack::VirtualCamera,
    };
    let script = Script::answer(&challenge);
    let setting = Setting::usual(f32::from(options.lead), ends + TAIL);
    let mut film = Film::new(&head, attack, &script, setting, &mut rng);
    let bar = bar(context.terminal, film.frames() as u64, "frames");
    let file =
        File::create(&options.out).with_context(|| format!("{} cannot be written", options.out.display()))?;
    let mut file = BufWriter::new(file);
    let mut y4m = if uncompressed {
        Some(Y4m::new(&mut file, setting.view.width.into(), setting.view.height.into(), 30_000)?)
    } else {
        None
    };
    let mut pictures = Vec::new();
    for index in 0..film.frames() {
        let frame = film.frame(index, &mut rng).context("the portrait cannot be rendered")?;
        match &mut y4m {
            Some(y4m) => y4m.frame(&frame.picture)?,
            None => pictures.push(jpeg(&frame.picture, QUALITY)?),
        }
        bar.inc(1);
    }
    for picture in pictures {
        file.write_all(&picture)?;
    }
    bar.finish_and_clear();
    Ok(file.flush()?)
}

fn head(context: &Context, options: &Options, path: &Path) -> Result<Head> {
    let picture = read(path)?;
    let networks = options.models.load(context)?;
    let face = only_face(&networks, path, &picture)?.face;
    Ok(Head::new(&picture, &face.landmarks)?)
}
