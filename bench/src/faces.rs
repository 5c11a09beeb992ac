//! What a comparison of faces costs: each step on one core against ONNX Runtime with the same models, and what the loaded networks take.
//!
//! Ours are whole steps as a server runs them: detection with planes of pixels before and candidates after, embedding with planes,
//! attack detection with the cut-outs. ONNX Runtime runs the bare network on a ready input. The input of the networks is of the same
//! size, one thread each, in turns.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use face::align::{TEMPLATE, align};
use face::decode::{Limits, decode_portrait};
use face::geometry::{Bounds, Face, Landmarks, Point};
use face::models::{Model, default_detector, default_embedder};
use face::networks::{Networks, Options};
use face::picture::Picture;
use serde::Serialize;

use crate::drive::Clock;
use crate::statistics::Spread;

/// The peer with its version, as the set-up lays it out.
pub const PEER: &str = "onnxruntime-1.31.1";

/// How far our score may lie from the one of the peer's embeddings.
const MOST_DIFFERENCE: f32 = 1e-3;

/// One step, over all rounds.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What is done.
    pub step: &'static str,
    /// Milliseconds that ours takes.
    pub kendt_ms: Spread,
    /// The same of ONNX Runtime, and ours divided by it, where there is such a step and the peer was set up.
    pub peer: Option<Against>,
}

/// A peer's time and the ratio.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Against {
    /// Milliseconds that the peer takes.
    pub ms: Spread,
    /// Ours divided by the peer's, round by round.
    pub ratio: Spread,
}

/// All that is measured here.
#[derive(Clone, Debug, Serialize)]
pub struct Faces {
    /// Rounds, in each of which every step runs once.
    pub rounds: usize,
    /// By step; the last is detection, alignment and embedding together.
    pub rows: Vec<Row>,
    /// Milliseconds from bytes in memory to networks that can run, hashes included.
    pub load_ms: f64,
    /// Megabytes of resident memory that loading added.
    pub memory_mb: Option<f64>,
    /// Detections with alignment and embedding in a second, with one and with two workers.
    pub per_second: [f64; 2],
}

/// The pictures of `onnxruntime_peer.py`.
fn picture(seed: u32, height: u32, width: u32) -> Result<Picture> {
    let mut state = seed;
    let pixels = (0..height * width * 3).map(|index| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u8::try_from((state >> 24) / 2 + 127 * (index / 3 % width) / width).unwrap_or(u8::MAX)
    });
    Picture::from_rgb(width, height, pixels.collect()).context("a picture without pixels")
}

/// A face in the middle of a frame of 320 x 240.
fn face_in_the_middle() -> Face {
    let [left_eye, right_eye, nose, left_mouth, right_mouth] =
        TEMPLATE.map(|point| Point::new(point.x + 104.0, point.y + 64.0));
    Face {
        bounds: Bounds { left: 120.0, top: 70.0, width: 80.0, height: 100.0 },
        landmarks: Landmarks { left_eye, right_eye, nose, left_mouth, right_mouth },
        confidence: 1.0,
    }
}

const STEPS: [(&str, Option<&str>); 6] = [
    ("detect, 320 x 240", Some("detect")),
    ("align", None),
    ("embed, SFace", Some("embed")),
    ("attack detection, both models", Some("attack")),
    ("decode a portrait, JPEG 2000, 12 kB", None),
    ("decode a portrait, JPEG, 16 kB", None),
];

/// The same portrait of 413 x 531 twice, of a synthetic person.
const PORTRAITS: [&[u8]; 2] = [
    include_bytes!("../../testdata/faces/p001/portrait.jp2"),
    include_bytes!("../../testdata/faces/p001/portrait.jpg"),
];

/// Measures with `clock`. `target` is cargo's build directory, where models and peers lie.
///
/// # Errors
/// Models are missing, a network failed, or ours and the peer's embeddings differ.
pub fn measure(quick: bool, target: &Path, clock: Clock, mut say: impl FnMut(&str)) -> Result<Faces> {
    let rounds = if quick { 10 } else { 101 };
    let models = target.join("models");
    let read = |name: &str| {
        let path = models.join(name);
        fs::read(&path).with_context(|| format!("{} cannot be read; run `cargo xtask setup`", path.display()))
    };
    let (detector, embedder) = (read(default_detector().file())?, read(default_embedder().file())?);
    let load = |workers: NonZeroUsize| -> Result<Networks> {
        let detector = Model::verify(default_detector(), &detector)?;
        let embedder = Model::verify(default_embedder(), &embedder)?;
        Ok(Networks::load(&detector, &embedder, &Options { workers, ..Options::default() })?)
    };
    let before = resident_mb();
    let begun = clock();
    let networks = load(NonZeroUsize::MIN)?;
    let load_ms = milliseconds(clock().saturating_sub(begun));
    let memory_mb = before.zip(resident_mb()).map(|(before, after)| after - before);

    let (frame, aligned, face) = (picture(1, 240, 320)?, picture(1, 112, 112)?, face_in_the_middle());
    let mut peer = Peer::start(target)?;
    if peer.is_none() {
        say("ONNX Runtime is left out: it is not set up (cargo xtask setup)");
    }
    if let Some(peer) = &mut peer {
        let ours = networks.embed_aligned(&aligned)?;
        let ours = ours.compare(&networks.embed_aligned(&picture(2, 112, 112)?)?)?.value();
        let theirs = peer.ask("score")?;
        ensure!(
            (f64::from(ours) - theirs).abs() < f64::from(MOST_DIFFERENCE),
            "our score is {ours}, that of ONNX Runtime {theirs}"
        );
    }

    let mut ours: [Vec<f64>; 6] = Default::default();
    let mut theirs: [Vec<f64>; 6] = Default::default();
    // The first round only warms up.
    for round in 0..=rounds {
        if round % 20 == 0 {
            say(&format!("round {round} of {rounds}"));
        }
        for (step, (_, name)) in STEPS.into_iter().enumerate() {
            let begun = clock();
            match step {
                0 => drop(networks.detect(&frame)?),
                1 => drop(align(&frame, &face.landmarks)?),
                2 => drop(networks.embed_aligned(&aligned)?),
                3 => _ = networks.live_score(&frame, &face)?,
                4 => drop(decode_portrait(PORTRAITS[0], &Limits::PORTRAIT)?),
                _ => drop(decode_portrait(PORTRAITS[1], &Limits::PORTRAIT)?),
            }
            let passed = milliseconds(clock().saturating_sub(begun));
            let peers = name.zip(peer.as_mut()).map(|(name, peer)| peer.ask(name)).transpose()?;
            if round > 0 {
                ours[step].push(passed);
                theirs[step].extend(peers);
            }
        }
    }
    let mut rows: Vec<Row> = STEPS
        .into_iter()
        .enumerate()
        .map(|(step, (what, _))| row(what, &ours[step], &theirs[step]))
        .collect();
    // Alignment is in ours although the peer has no such step.
    let sum = |all: &[Vec<f64>; 6], steps: &[usize]| -> Vec<f64> {
        (0..rounds).map(|round| steps.iter().filter_map(|&step| all[step].get(round)).sum()).collect()
    };
    let whole = if peer.is_some() { sum(&theirs, &[0, 2]) } else { Vec::new() };
    rows.push(row("detect, align and embed", &sum(&ours, &[0, 1, 2]), &whole));

    say("throughput");
    let seconds = Duration::from_secs(if quick { 1 } else { 5 });
    let two = load(NonZeroUsize::MIN.saturating_add(1))?;
    let per_second = [
        throughput(&networks, 1, seconds, clock, &frame, &face)?,
        throughput(&two, 2, seconds, clock, &frame, &face)?,
    ];
    Ok(Faces { rounds, rows, load_ms, memory_mb, per_second })
}

fn row(step: &'static str, ours: &[f64], theirs: &[f64]) -> Row {
    let peer = (!theirs.is_empty()).then(|| Against {
        ms: Spread::of(theirs),
        ratio: Spread::of(&ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>()),
    });
    Row { step, kendt_ms: Spread::of(ours), peer }
}

/// Faces in a second, over at least `seconds`, by as many threads as the networks have workers.
fn throughput(
    networks: &Networks,
    threads: usize,
    seconds: Duration,
    clock: Clock,
    frame: &Picture,
    face: &Face,
) -> Result<f64> {
    let begun = clock();
    let work = || -> Result<u32> {
        let mut done = 0;
        while clock().saturating_sub(begun) < seconds {
            drop(networks.detect(frame)?);
            drop(networks.embed(frame, &face.landmarks)?);
            done += 1;
        }
        Ok(done)
    };
    let done = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().try_fold(0, |sum, thread| match thread.join() {
            Ok(done) => Ok(sum + done?),
            Err(_) => bail!("a thread of the measurement broke"),
        })
    })?;
    Ok(f64::from(done) / clock().saturating_sub(begun).as_secs_f64())
}

/// ONNX Runtime in a process of its own.
struct Peer {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts it, if the set-up has laid it out.
    fn start(target: &Path) -> Result<Option<Peer>> {
        let home: PathBuf = target.join("peers").join(PEER);
        if !home.join("onnxruntime").is_dir() {
            return Ok(None);
        }
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut process = Command::new("python3")
            .arg(here.join("src/onnxruntime_peer.py"))
            .arg(target.join("models"))
            .arg(here.join("../crates/face/models"))
            .env("PYTHONPATH", home)
            .env_remove("PYTHONHOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("python3 cannot be started")?;
        let (to, from) = process.stdin.take().zip(process.stdout.take()).context("no pipes to python3")?;
        Ok(Some(Peer { process, to, from: BufReader::new(from) }))
    }

    fn ask(&mut self, what: &str) -> Result<f64> {
        writeln!(self.to, "{what}").context("ONNX Runtime has ended")?;
        let mut line = String::new();
        self.from.read_line(&mut line).context("ONNX Runtime does not answer")?;
        line.trim().parse().with_context(|| format!("ONNX Runtime answered {line:?} to {what}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends when its input does; a kill makes sure of it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Resident memory of this process, as Linux tells it.
fn resident_mb() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}
