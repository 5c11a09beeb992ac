//! Signs that the frames did not come from a camera (C25; terms of CEN/TS 18099: injection attack method and instrument).
//!
//! Each signal has a score of 0 to 1 and a weight; together they are `1 - prod(1 - weight * score)`: one certain sign is enough, weak
//! ones add up.
//!
//! What it cannot detect: a hooked camera interface that gives plausible frames at plausible times with noise of its own, among them
//! deepfakes in real time; a camera before a good display; a label that lies. The signals find tools used as they come. Only the
//! attestation of app and phone speaks about where frames come from.

use super::cameras::{self, Label};
use super::capture::Capture;
use super::finding::{Finding, IadReason};
use super::fingerprint::Encoder;
use super::observation::Observation;
use super::policy::Policy;
use super::statistics::{count, deviation, mean, median};

/// A sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Signal {
    /// Frames whose pixels are the same, one after the other or later.
    ExactRepeats,
    /// Frames apart in time with the same noise: a loop that was encoded again.
    NearRepeats,
    /// The tables of the encoder change within the capture.
    EncoderChanges,
    /// Tables that video tools use, or others than our page and app use.
    SoftwareEncoder,
    /// Frames at times more regular than any camera's.
    TooRegular,
    /// Frames in bursts.
    Bursts,
    /// The label of the camera is that of a program.
    VirtualCamera,
    /// The camera has no label.
    NoLabel,
    /// The pictures have not the size that the camera reports.
    SizeDiffers,
    /// The noise does not change from frame to frame: rendered, or a still picture.
    FrozenNoise,
    /// The background keeps its light to the last digit while the screen changes: composed.
    NoExposureResponse,
}

impl Signal {
    /// All, in the order of the report.
    pub const ALL: [Signal; 11] = [
        Signal::ExactRepeats,
        Signal::NearRepeats,
        Signal::EncoderChanges,
        Signal::SoftwareEncoder,
        Signal::TooRegular,
        Signal::Bursts,
        Signal::VirtualCamera,
        Signal::NoLabel,
        Signal::SizeDiffers,
        Signal::FrozenNoise,
        Signal::NoExposureResponse,
    ];

    /// How much it weighs, 0 to 1.
    pub const fn weight(self) -> f64 {
        match self {
            // Sensor noise never repeats; a stalled pipeline may give one frame twice, which the score allows for.
            Signal::ExactRepeats | Signal::VirtualCamera => 0.9,
            Signal::NearRepeats => 0.8,
            Signal::SoftwareEncoder => 0.75,
            // Our page and app use one encoder at one quality. Strong compression smooths noise away, and browsers round times: what
            // follows is suspicion only.
            Signal::EncoderChanges | Signal::FrozenNoise => 0.6,
            Signal::SizeDiffers => 0.4,
            Signal::TooRegular | Signal::Bursts | Signal::NoExposureResponse => 0.3,
            Signal::NoLabel => 0.2,
        }
    }
}

/// A sign and how clear it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scored {
    /// The sign.
    pub signal: Signal,
    /// 0 (absent) to 1.
    pub score: f64,
}

/// All signs, and what they say together.
#[derive(Clone, PartialEq, Debug)]
pub struct Injection {
    /// Every signal with its score.
    pub signals: Vec<Scored>,
    /// Together, 0 to 1.
    pub combined: f64,
}

impl Injection {
    /// The finding.
    pub fn finding(&self, policy: &Policy) -> Finding<IadReason> {
        if self.combined >= policy.injected {
            Finding::Failed(IadReason::Injected)
        } else if self.combined >= policy.suspicious {
            Finding::Undetermined(IadReason::Suspicious)
        } else {
            Finding::Successful
        }
    }

    /// The score of a signal.
    pub fn score(&self, signal: Signal) -> f64 {
        self.signals.iter().find(|scored| scored.signal == signal).map_or(0.0, |scored| scored.score)
    }
}

/// Looks for every sign.
pub fn examine(capture: &Capture<'_>, observations: &[Observation], policy: &Policy) -> Injection {
    let signals: Vec<Scored> = Signal::ALL
        .into_iter()
        .map(|signal| Scored { signal, score: score(signal, capture, observations, policy).clamp(0.0, 1.0) })
        .collect();
    let clean: f64 = signals.iter().map(|scored| 1.0 - scored.signal.weight() * scored.score).product();
    Injection { signals, combined: 1.0 - clean }
}

fn score(signal: Signal, capture: &Capture<'_>, observations: &[Observation], policy: &Policy) -> f64 {
    match signal {
        Signal::ExactRepeats => exact_repeats(observations),
        Signal::NearRepeats => near_repeats(observations),
        Signal::EncoderChanges => encoder_changes(observations),
        Signal::SoftwareEncoder => software_encoder(observations, policy),
        Signal::TooRegular => too_regular(capture),
        Signal::Bursts => bursts(capture),
        Signal::VirtualCamera => match cameras::label(&capture.header().camera.label) {
            Label::Virtual => 1.0,
            Label::FakeDevice if !policy.allow_fake_device => 1.0,
            Label::FakeDevice | Label::Plain | Label::Empty => 0.0,
        },
        Signal::NoLabel => {
            f64::from(u8::from(cameras::label(&capture.header().camera.label) == Label::Empty))
        }
        Signal::SizeDiffers => size_differs(capture, observations),
        Signal::FrozenNoise => frozen_noise(observations),
        Signal::NoExposureResponse => no_exposure_response(observations),
    }
}

/// One frame in twenty may be seen twice: a page that reads faster than the camera writes. One in five and more is certain.
fn exact_repeats(observations: &[Observation]) -> f64 {
    let mut hashes: Vec<[u8; 32]> =
        observations.iter().map(|observation| observation.picture.exact).collect();
    hashes.sort_unstable();
    let again = hashes.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let part = count(again) / count(hashes.len()).max(1.0);
    (part - 0.05) / 0.15
}

/// Frames at least ten apart with the same noise, where frames in general have not.
fn near_repeats(observations: &[Observation]) -> f64 {
    let prints: Vec<(&Observation, Vec<f64>)> = observations
        .iter()
        .filter_map(|o| {
            Some((o, o.noise.as_ref()?.samples().iter().map(|s| f64::from(*s)).collect::<Vec<f64>>()))
        })
        .collect();
    let (mut repeated, mut all) = (0_usize, Vec::new());
    for (place, (one, noise)) in prints.iter().enumerate() {
        let mut again = false;
        for (other, later) in prints.iter().skip(place + 10) {
            let alike = super::statistics::correlation(noise, later);
            let pictures = (one.picture.perceptual ^ other.picture.perceptual).count_ones() <= 6;
            again |= alike > 0.9 && pictures && one.picture.exact != other.picture.exact;
            all.push(alike);
        }
        repeated += usize::from(again);
    }
    if median(&all).is_none_or(|usual| usual > 0.5) {
        return 0.0;
    }
    count(repeated) / count(prints.len()).max(1.0) * 5.0
}

fn encoder_changes(observations: &[Observation]) -> f64 {
    let changes = observations.windows(2).filter(|pair| pair[0].encoder != pair[1].encoder).count();
    if changes > 0 { 1.0 } else { 0.0 }
}

fn software_encoder(observations: &[Observation], policy: &Policy) -> f64 {
    let worst = |observation: &Observation| match observation.encoder {
        Encoder::MpegIntra(_) => 1.0,
        Encoder::Other(_) if policy.expect_annex_k => 0.5,
        Encoder::Other(_) | Encoder::AnnexK(_) | Encoder::Unknown => 0.0,
    };
    observations.iter().map(worst).fold(0.0, f64::max)
}

fn spacings(capture: &Capture<'_>) -> Vec<f64> {
    let times: Vec<f64> = capture.frames().iter().map(super::capture::Frame::captured_millis).collect();
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// A camera and a page together jitter by more than a fiftieth of a millisecond.
fn too_regular(capture: &Capture<'_>) -> f64 {
    let spacings = spacings(capture);
    // Times that a browser rounds to whole milliseconds lie on two values and deviate by more than this.
    if spacings.len() >= 30 && deviation(&spacings) < 0.02 { 1.0 } else { 0.0 }
}

/// Frames at less than a quarter of the usual distance: handed over in heaps.
fn bursts(capture: &Capture<'_>) -> f64 {
    let spacings = spacings(capture);
    let Some(usual) = median(&spacings) else { return 0.0 };
    let close = spacings.iter().filter(|spacing| **spacing < usual / 4.0).count();
    let mixed = deviation(&spacings) / mean(&spacings).max(1e-6);
    ((count(close) / count(spacings.len()).max(1.0) - 0.1) * 4.0).max((mixed - 0.8) * 2.0)
}

/// Pictures of another size than the track, upright or turned.
fn size_differs(capture: &Capture<'_>, observations: &[Observation]) -> f64 {
    let camera = &capture.header().camera;
    let (width, height) = (u32::from(camera.width), u32::from(camera.height));
    let other = |o: &&Observation| o.size != (width, height) && o.size != (height, width);
    count(observations.iter().filter(other).count()) / count(observations.len()).max(1.0)
}

/// The part of neighbouring frames whose noise is all but the same, though their pixels are not.
fn frozen_noise(observations: &[Observation]) -> f64 {
    let (mut frozen, mut pairs) = (0_usize, 0_usize);
    for pair in observations.windows(2) {
        let (Some(one), Some(two)) = (&pair[0].noise, &pair[1].noise) else { continue };
        let squares = one.samples().iter().zip(two.samples());
        let squares: Vec<f64> = squares.map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).collect();
        pairs += 1;
        // Half of a quarter grey level, root mean square.
        frozen += usize::from(mean(&squares) < 0.25);
    }
    if pairs < 10 { 0.0 } else { (count(frozen) / count(pairs) - 0.5) * 2.0 }
}

/// Light of the background that deviates by less than 1 in 5,000 over the whole capture, or not at all.
fn no_exposure_response(observations: &[Observation]) -> f64 {
    let light: Vec<f64> = observations
        .iter()
        .filter_map(|observation| observation.patches?.background)
        .map(|light| light.iter().map(|channel| f64::from(*channel)).sum())
        .collect();
    let still = light.len() >= 20 && mean(&light) > 0.01 && deviation(&light) < 0.0002 * mean(&light);
    f64::from(u8::from(still))
}
