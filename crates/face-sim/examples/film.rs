//! Films the answer to a challenge for a browser's fake camera: `film PORTRAIT.jpg MODELS CHALLENGE_HEX ATTACK OUT.mjpeg|OUT.y4m`.
//!
//! ATTACK is `none`, `still-photo`, `moved-photo`, `repeated-frames` or `virtual-camera`. The first colour is answered 3 s after the
//! beginning; the browser plays the film again when it ends.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use face::liveness::challenge::Challenge;
use face::models::{Model, default_detector, default_embedder};
use face::networks::{Networks, Options};
use face::picture::Picture;
use face_sim::film::{Attack, Film, Setting};
use face_sim::head::Head;
use face_sim::output::{Y4m, jpeg};
use face_sim::script::Script;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Before the first colour, in milliseconds.
const LEAD: f32 = 3_000.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, portrait, models, challenge, attack, out] = arguments.as_slice() else {
        return Err("usage: film PORTRAIT.jpg MODELS CHALLENGE_HEX ATTACK OUT.mjpeg|OUT.y4m".into());
    };
    let attack = match attack.as_str() {
        "none" => Attack::None,
        "still-photo" => Attack::StillPhoto,
        "moved-photo" => Attack::MovedPhoto,
        "repeated-frames" => Attack::RepeatedFrames,
        "virtual-camera" => Attack::VirtualCamera,
        _ => return Err("there is no such attack".into()),
    };
    let script = Script::answer(&Challenge::from_bytes(&hex::decode(challenge)?)?);
    let head = head(Path::new(portrait), Path::new(models))?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut film = Film::new(&head, attack, &script, Setting::usual(LEAD, 9_000.0), &mut rng);
    let mut file = BufWriter::new(File::create(out)?);
    let y4m = Path::new(out).extension().is_some_and(|extension| extension == "y4m");
    let mut video = if y4m { Some(Y4m::new(&mut file, 640, 480, 30_000)?) } else { None };
    let mut files = Vec::new();
    for index in 0..film.frames() {
        let frame = film.frame(index, &mut rng).ok_or("the view has no pixels")?;
        match &mut video {
            Some(video) => video.frame(&frame.picture)?,
            None => files.push(jpeg(&frame.picture, 92)?),
        }
    }
    for jpeg in files {
        file.write_all(&jpeg)?;
    }
    Ok(file.flush()?)
}

fn head(portrait: &Path, models: &Path) -> Result<Head, Box<dyn Error>> {
    let mut decoder = jpeg_decoder::Decoder::new(File::open(portrait)?);
    let pixels = decoder.decode()?;
    let info = decoder.info().ok_or("the portrait has no header")?;
    let size = (u32::from(info.width), u32::from(info.height));
    let picture = Picture::from_rgb(size.0, size.1, pixels).ok_or("the portrait is not in colour")?;
    let (detector, embedder) = (default_detector(), default_embedder());
    let (found, known) = (fs::read(models.join(detector.file()))?, fs::read(models.join(embedder.file()))?);
    let (detector, embedder) = (Model::verify(detector, &found)?, Model::verify(embedder, &known)?);
    let networks = Networks::load(&detector, &embedder, &Options::default())?;
    let face = networks.detect(&picture)?.first().copied().ok_or("the portrait shows no face")?;
    Ok(Head::new(&picture, &face.landmarks)?)
}
