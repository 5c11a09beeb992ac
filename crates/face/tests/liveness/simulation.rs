//! People and attackers as the observations that they would give.
//!
//! The model: five points of a head (nose half an inter-eye distance before the eyes) or of a plane, turned and moved before a pinhole
//! camera, each with Gaussian noise of 1.2 % of the inter-eye distance; linear light as albedo times (room + screen), each with its own
//! distribution over forehead, cheeks and nose for a head and the same everywhere for a plane, times a slow drift of exposure, plus
//! Gaussian noise of 0.1 to 0.3 % of full scale; scores of 0.8 less 0.4 at 30 degrees, with 0.05 of noise, and 0.02 with 0.08 for
//! another person. It is simpler than life: it tests the rules, not how well they do with people.

use face::geometry::{Landmarks, Point};
use face::liveness::UnixMillis;
use face::liveness::capture::{self, Camera, Capture, Format, Header, Limits};
use face::liveness::challenge::{Challenge, Movement, OpenChallenge, SLOT_MILLIS, SLOTS};
use face::liveness::evaluate::{Arrival, Arrivals, Circumstances, Evaluation, evaluate};
use face::liveness::fingerprint::{Encoder, NoisePrint, PictureHash};
use face::liveness::observation::{Observation, Patches};
use face::liveness::policy::Policy;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

pub(crate) const NOW: UnixMillis = UnixMillis(1_796_000_000_000);

pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Evenly between two numbers.
pub(crate) fn even(rng: &mut ChaCha8Rng, from: f64, to: f64) -> f64 {
    from + (to - from) * f64::from(rng.next_u32()) / f64::from(u32::MAX)
}

/// Gaussian, as the sum of twelve even numbers.
pub(crate) fn gauss(rng: &mut ChaCha8Rng, deviation: f64) -> f64 {
    ((0..12).map(|_| even(rng, 0.0, 1.0)).sum::<f64>() - 6.0) * deviation
}

pub(crate) fn draw(rng: &mut ChaCha8Rng) -> Challenge {
    let mut session = [0; 32];
    rng.fill_bytes(&mut session);
    Challenge::draw(session, NOW, rng).unwrap()
}

/// Who or what is before the camera.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) albedo: [f64; 3],
    pub(crate) flat: bool,
    /// Degrees at the turning point.
    pub(crate) turn: f64,
    /// Growth when coming closer.
    pub(crate) closer: f64,
    /// Milliseconds from the cue to the beginning of the movement.
    pub(crate) reaction: f64,
    pub(crate) ramp: f64,
    pub(crate) same_person: bool,
}

/// The place and the camera.
#[derive(Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) room: f64,
    pub(crate) screen: f64,
    pub(crate) lag: f64,
    pub(crate) spacing: f64,
    pub(crate) noise: f64,
    /// Deviation of the points, in inter-eye distances.
    pub(crate) points: f64,
    /// Inter-eye distance at rest, in pixels.
    pub(crate) size: f64,
    /// Whether noise prints are made.
    pub(crate) prints: bool,
}

pub(crate) fn person(rng: &mut ChaCha8Rng) -> Subject {
    // From Fitzpatrick type I to VI, red to blue.
    let tone = even(rng, 0.0, 1.0);
    let between = |dark: f64, light: f64| dark + tone * (light - dark);
    Subject {
        albedo: [between(0.12, 0.55), between(0.07, 0.40), between(0.05, 0.32)],
        flat: false,
        turn: even(rng, 22.0, 32.0),
        closer: even(rng, 1.28, 1.45),
        reaction: even(rng, 250.0, 650.0),
        ramp: even(rng, 450.0, 750.0),
        same_person: true,
    }
}

pub(crate) fn scene(rng: &mut ChaCha8Rng) -> Scene {
    Scene {
        room: even(rng, 0.1, 0.5),
        screen: even(rng, 0.08, 0.4),
        lag: even(rng, 60.0, 350.0),
        spacing: 1000.0 / even(rng, 15.0, 30.0),
        noise: even(rng, 0.001, 0.003),
        points: 0.012,
        size: even(rng, 70.0, 110.0),
        prints: false,
    }
}

/// One moment as it will be sent and observed.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) at: f64,
    pub(crate) slot: Option<u8>,
    pub(crate) picture: Vec<u8>,
    pub(crate) seen: Observation,
}

/// Plays a challenge before a camera.
pub(crate) fn act(played: &Challenge, subject: Subject, scene: Scene, rng: &mut ChaCha8Rng) -> Vec<Shot> {
    let mut shots = Vec::new();
    let mut at = even(rng, 0.0, scene.spacing);
    let phase = even(rng, 0.0, 6.0);
    while at < f64::from(played.duration_millis()) {
        let (mut yaw, mut growth) = (0.02 * (at / 900.0 + phase).sin(), 1.0 + 0.01 * (at / 700.0).sin());
        for cue in played.cues() {
            let part = bell(at - f64::from(cue.at_millis()) - subject.reaction, subject.ramp);
            match cue.movement {
                Movement::TurnLeft => yaw += part * subject.turn.to_radians(),
                Movement::TurnRight => yaw -= part * subject.turn.to_radians(),
                Movement::Closer => growth += part * (subject.closer - 1.0),
            }
        }
        let landmarks = project(subject.flat, yaw, growth, scene.size, scene.points, rng);
        let shown = played.slot_at(at - scene.lag);
        let late = f64::from(SLOT_MILLIS) * 12.0 <= at - scene.lag;
        let slot = shown.or(late.then_some(SLOTS - 1));
        let light = slot.map_or([0.0; 3], |slot| played.colours()[slot].light());
        let exposure = 1.0 + 0.03 * (at / 2500.0 + phase).sin();
        let patches = lit(subject, scene, light, yaw, growth, exposure, rng);
        let similarity = if subject.same_person {
            0.8 - 0.4 * yaw.abs().to_degrees() / 30.0 + gauss(rng, 0.05)
        } else {
            0.02 + gauss(rng, 0.08)
        };
        let mut picture = vec![0; 24];
        rng.fill_bytes(&mut picture);
        let index = u16::try_from(shots.len()).unwrap();
        shots.push(Shot {
            at,
            slot: played.slot_at(at).map(|slot| u8::try_from(slot).unwrap()),
            seen: Observation {
                index,
                size: (640, 480),
                faces: 1,
                landmarks: Some(landmarks),
                patches: Some(patches),
                similarity: Some(narrow(similarity)),
                picture: hash(&picture, rng.next_u64()),
                noise: scene.prints.then(|| print(rng)),
                encoder: Encoder::AnnexK(16),
            },
            picture,
        });
        at += scene.spacing + even(rng, -3.0, 3.0);
    }
    shots
}

fn hash(picture: &[u8], perceptual: u64) -> PictureHash {
    let mut exact = [0; 32];
    exact[..24].copy_from_slice(picture);
    PictureHash { exact, perceptual }
}

pub(crate) fn print(rng: &mut ChaCha8Rng) -> NoisePrint {
    #[expect(clippy::cast_possible_truncation, reason = "a few units")]
    NoisePrint::new((0..256).map(|_| gauss(rng, 6.0) as i8).collect())
}

/// There and back: half a cosine up, a short hold, half a cosine down.
fn bell(since: f64, ramp: f64) -> f64 {
    let wave = |part: f64| 0.5 - 0.5 * (part.clamp(0.0, 1.0) * std::f64::consts::PI).cos();
    if since < ramp + 150.0 { wave(since / ramp) } else { 1.0 - wave((since - ramp - 150.0) / ramp) }
}

/// Five points of a head or a plane; a plane is turned by hand as far as the head would be.
pub(crate) fn project(
    flat: bool,
    yaw: f64,
    growth: f64,
    size: f64,
    noise: f64,
    rng: &mut ChaCha8Rng,
) -> Landmarks {
    let head = [(-0.5, 0.0, 0.0), (0.5, 0.0, 0.0), (0.0, 0.6, 0.5), (-0.4, 1.1, 0.12), (0.4, 1.1, 0.12)];
    let points = head.map(|(x, y, z)| {
        let z = if flat { 0.0 } else { z };
        // Around an axis one inter-eye distance behind the eyes.
        let (x, z) = (x * yaw.cos() + (z + 1.0) * yaw.sin(), (z + 1.0) * yaw.cos() - x * yaw.sin() - 1.0);
        let scale = 7.0 * size / (7.0 / growth - z);
        Point::new(
            narrow(320.0 + scale * x + gauss(rng, noise * size)),
            narrow(200.0 + scale * y + gauss(rng, noise * size)),
        )
    });
    Landmarks {
        left_eye: points[0],
        right_eye: points[1],
        nose: points[2],
        left_mouth: points[3],
        right_mouth: points[4],
    }
}

fn lit(
    subject: Subject,
    scene: Scene,
    light: [f64; 3],
    yaw: f64,
    growth: f64,
    exposure: f64,
    rng: &mut ChaCha8Rng,
) -> Patches {
    // Forehead, cheeks, nose: how much of the light of the room and of the screen each gets.
    let room = if subject.flat { [1.0; 4] } else { [1.15, 1.0 + 0.3 * yaw, 0.85 - 0.3 * yaw, 0.95] };
    let screen = if subject.flat { [1.0; 4] } else { [0.9, 0.75 - 0.2 * yaw, 0.75 + 0.2 * yaw, 1.25] };
    // A print has the shades of the photograph in its ink.
    let ink = if subject.flat { [1.1, 0.9, 0.75, 1.05] } else { [1.0; 4] };
    let mut place = |p: usize| {
        [0, 1, 2].map(|c| {
            let all = scene.room * room[p] + scene.screen * screen[p] * light[c] * growth;
            narrow(exposure * subject.albedo[c] * ink[p] * all + gauss(rng, scene.noise / 4.0))
        })
    };
    let (forehead, left_cheek, right_cheek, nose) = (place(0), place(1), place(2), place(3));
    let background = [0, 1, 2].map(|c| {
        narrow(exposure * 0.4 * (scene.room + 0.06 * scene.screen * light[c]) + gauss(rng, scene.noise / 4.0))
    });
    Patches { forehead, left_cheek, right_cheek, nose, background: Some(background) }
}

#[expect(clippy::cast_possible_truncation, reason = "numbers of the simulation are small")]
pub(crate) fn narrow(value: f64) -> f32 {
    value as f32
}

/// What an attacker may choose besides the frames.
pub(crate) struct Sending {
    pub(crate) header: Header,
    pub(crate) arrivals: Arrivals,
    pub(crate) sign: bool,
    pub(crate) compared: u16,
    pub(crate) policy: Policy,
}

impl Sending {
    /// Right in all, for a challenge and so many frames.
    pub(crate) fn honest(challenge: &Challenge, shots: &[Shot]) -> Self {
        let camera =
            Camera { label: "Front camera".to_owned(), width: 640, height: 480, frame_rate_milli: 30_000 };
        let started = NOW.plus(1_500);
        let last = u16::try_from(shots.len() - 1).unwrap();
        Self {
            header: Header { session: challenge.session(), challenge: challenge.id(), started, camera },
            arrivals: Arrivals(vec![Arrival { last, at: NOW.plus(12_000) }]),
            sign: true,
            compared: 3,
            policy: Policy::default(),
        }
    }
}

/// Builds, sends, reads and evaluates. The frames are numbered anew.
pub(crate) fn judge(challenge: &Challenge, shots: &[Shot], sending: &Sending) -> Evaluation {
    let bytes = encode(shots, &sending.header);
    let capture = Capture::parse(&bytes, &Limits::default()).unwrap();
    let observations: Vec<Observation> =
        shots.iter().zip(0..).map(|(shot, index)| Observation { index, ..shot.seen.clone() }).collect();
    let open = OpenChallenge::from_stored(&challenge.to_bytes(), &challenge.session()).unwrap();
    let circumstances = Circumstances {
        arrivals: sending.arrivals.clone(),
        signed_root: sending.sign.then(|| capture.root()),
        compared: sending.compared,
    };
    evaluate(open, &capture, &observations, &circumstances, &sending.policy)
}

pub(crate) fn encode(shots: &[Shot], header: &Header) -> Vec<u8> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few seconds")]
    let pictures: Vec<capture::Picture<'_>> = shots
        .iter()
        .map(|shot| ((shot.at * 1000.0) as u32, shot.slot, Format::Jpeg, shot.picture.as_slice()))
        .collect();
    capture::build(header, &pictures).to_vec()
}
