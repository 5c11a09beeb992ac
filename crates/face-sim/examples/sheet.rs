//! Renders a contact sheet of one person and each attack: `sheet PORTRAIT.jpg MODELS OUT_DIR`, to look at.

use std::fs;
use std::path::Path;

use face::models::{Model, default_detector, default_embedder};
use face::networks::{Networks, Options};
use face::picture::Picture;
use face_sim::film::{Attack, Film, Setting};
use face_sim::head::Head;
use face_sim::output::{contact_sheet, jpeg};
use face_sim::script::{Act, Movement, Script};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

type Failure = Box<dyn std::error::Error>;

fn script(order: &[u8], turn: f32) -> Script {
    let colour = |bits: u8| [2, 1, 0].map(|bit| f32::from(bits >> bit & 1));
    Script {
        colours: order.iter().copied().map(colour).collect(),
        slot: 500.0,
        acts: vec![
            Act { movement: Movement::Turn(turn), begins: 1500.0, lasts: 1800.0 },
            Act { movement: Movement::Closer(0.3), begins: 5000.0, lasts: 1800.0 },
        ],
    }
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, portrait, models, out] = arguments.as_slice() else {
        return Err("usage: sheet PORTRAIT.jpg MODELS OUT_DIR".into());
    };
    let mut decoder = jpeg_decoder::Decoder::new(fs::File::open(portrait)?);
    let pixels = decoder.decode()?;
    let info = decoder.info().ok_or("no header")?;
    let picture =
        Picture::from_rgb(u32::from(info.width), u32::from(info.height), pixels).ok_or("not RGB")?;
    let (detector, embedder) = (default_detector(), default_embedder());
    let read = |file: &str| fs::read(Path::new(models).join(file));
    let (detector_bytes, embedder_bytes) = (read(detector.file())?, read(embedder.file())?);
    let networks = Networks::load(
        &Model::verify(detector, &detector_bytes)?,
        &Model::verify(embedder, &embedder_bytes)?,
        &Options::default(),
    )?;
    let found = networks.detect(&picture)?.first().copied().ok_or("no face")?;
    let template = networks.embed(&picture, &found.landmarks)?;
    let head = Head::new(&picture, &found.landmarks)?;
    let answer = script(&[4, 1, 7, 2, 5, 3, 0, 6, 1, 4, 2, 7], 25.0);
    let old = script(&[2, 7, 1, 4, 6, 0, 5, 3, 4, 7, 1, 2], -25.0);
    for (name, attack) in [
        ("genuine", Attack::None),
        ("still-photo", Attack::StillPhoto),
        ("moved-photo", Attack::MovedPhoto),
        ("replay", Attack::Replay(&old)),
    ] {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let setting = Setting { rate: 2.5, ..Setting::usual(0.0, 8000.0) };
        let mut film = Film::new(&head, attack, &answer, setting, &mut rng);
        let mut pictures = Vec::new();
        for index in 0..film.frames() {
            let frame = film.frame(index, &mut rng).ok_or("no pixels")?;
            let found = networks.detect(&frame.picture)?;
            if let Some(face) = found.first() {
                let points = &face.landmarks;
                let score = networks.embed(&frame.picture, points)?.compare(&template)?.value();
                let middle = f32::midpoint(points.left_eye.x, points.right_eye.x);
                let turn = (points.nose.x - middle) / points.inter_eye_distance();
                let size = points.inter_eye_distance();
                println!(
                    "{name} {:.0} ms: {} faces, IED {size:.0}, turn {turn:.2}, similarity {score:.3}",
                    frame.at,
                    found.len()
                );
            } else {
                println!("{name} {:.0} ms: no face", frame.at);
            }
            pictures.push(frame.picture);
        }
        let sheet = contact_sheet(&pictures, 5, 2).ok_or("no pictures")?;
        fs::write(Path::new(out).join(format!("{name}.jpg")), &*jpeg(&sheet, 85)?)?;
    }
    Ok(())
}
