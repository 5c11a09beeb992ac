//! The whole of the face: the portrait of the chip, the capture of a person who answers a challenge, and the comparison of both
//! (catalogue C20 and C22 to C28).
//!
//! One way through: decode the portrait; parse the capture and look at every frame; evaluate liveness; and only if a frame passed and is
//! good enough, compare that frame and no other with the portrait. Nothing is decided here: every check is a five-valued
//! finding, and what it means is a matter of policy.
//!
//! **What it does not protect against**: see [`crate::liveness`] and [`crate::attack`]. There is no check for morphed portraits.

use crate::attack::{AttackScore, Band, FrameScore};
use crate::compare::{Decision, FalseMatchRate, Template};
use crate::decode::{self, DecodeError, decode_frame, decode_portrait};
use crate::detect::one_face;
use crate::geometry::Face;
use crate::liveness::capture::{self, Capture, CaptureError, ChainHash};
use crate::liveness::challenge::OpenChallenge;
use crate::liveness::evaluate::{self, Arrivals, Circumstances, Evaluation, candidate};
use crate::liveness::finding::{BindingReason, Finding, FreshnessReason, IadReason, PadReason};
use crate::liveness::fingerprint::{encoder, noise, picture_hash};
use crate::liveness::injection::Injection;
use crate::liveness::light::Light;
use crate::liveness::measure::patches;
use crate::liveness::observation::Observation;
use crate::liveness::policy::Policy;
use crate::liveness::pose::Motion;
use crate::networks::{EngineError, Networks};
use crate::picture::Picture;
use crate::quality::{self, Measures, Profile};

/// The longer side of the detector's input for frames. At 320 its points of a face in coloured light move too much for depth to be told.
const DETECTION_SIDE: u32 = 640;
/// Most frames that the passive networks look at.
const ATTACK_FRAMES: usize = 8;

/// What is examined.
#[derive(Debug)]
pub struct Submission<'a> {
    /// The image of EF.DG2, undecoded; its issuer vouches for it.
    pub portrait: &'a [u8],
    /// The challenge, used up by this.
    pub challenge: OpenChallenge,
    /// The bytes of the capture.
    pub capture: &'a [u8],
    /// When its pieces arrived.
    pub arrivals: Arrivals,
    /// The root over which a valid signature of the attested app was found.
    pub signed_root: Option<ChainHash>,
    /// How rarely a wrong person may match.
    pub rate: FalseMatchRate,
}

/// What was found.
#[derive(Clone, PartialEq, Debug)]
#[must_use = "a check that nobody looks at protects nobody"]
pub struct Examination {
    /// The portrait can be compared (C20).
    pub portrait: Finding<PortraitReason>,
    /// The quality of the frame (C22).
    pub quality: Finding<QualityReason>,
    /// Frame against portrait (C23).
    pub comparison: Finding<ComparisonReason>,
    /// Presentation attack detection, active and passive (C24).
    pub pad: Finding<PadReason>,
    /// Injection attack detection (C25).
    pub iad: Finding<IadReason>,
    /// Freshness (C26).
    pub freshness: Finding<FreshnessReason>,
    /// The face's part of the binding (C27).
    pub binding: Finding<BindingReason>,
    /// The coarse band of the passive score, for logs; nothing if too few frames could be scored.
    pub attack_band: Option<Band>,
    /// What the evaluation of liveness measured; nothing without a capture.
    pub measured: Option<Measured>,
    /// Why the bytes are no capture.
    pub fault: Option<CaptureFault>,
    /// What the person can do about the picture.
    pub quality_instructions: Vec<quality::Instruction>,
    /// What the person can do about the answer.
    pub liveness_instructions: Vec<crate::liveness::finding::Instruction>,
}

/// What the findings on liveness rest on.
#[derive(Clone, PartialEq, Debug)]
pub struct Measured {
    /// Of the light; nothing if the skin could not be measured.
    pub light: Option<Light>,
    /// Of the movements.
    pub motion: Motion,
    /// Signs of injection.
    pub injection: Injection,
}

/// Why the portrait cannot be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortraitReason {
    /// It cannot be decoded within the limits. Undetermined.
    Undecodable,
    /// It does not show exactly one face. Failed.
    NotOneFace,
    /// It is too poor to be compared, which says nothing of the person. Failed.
    TooPoor,
}

/// Why the quality of the capture is not successful.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QualityReason {
    /// No frame has exactly one face before the first movement. Failed.
    NoFace,
    /// The frame falls short of the profile; the instructions say in what. Failed.
    Low,
    /// There is no capture to measure. Aborted.
    NoCapture,
}

/// Why the comparison is not successful.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ComparisonReason {
    /// Another person, as far as the pictures tell. Failed.
    NoMatch,
    /// Not sure. Undetermined.
    GreyBand,
    /// There is no portrait to compare with. Undetermined.
    NoPortrait,
    /// No frame passed, and an alarm is due for another check. Undetermined: an alarm needs a basis without aborted checks.
    NotMadeAfterAlarm,
    /// No frame passed, and the person may try again. Aborted.
    NoFramePassed,
}

/// Why bytes are no capture that can be looked at.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CaptureFault {
    /// The container.
    #[error(transparent)]
    Container(CaptureError),
    /// The picture of a frame.
    #[error("frame {index}: {fault}")]
    Frame {
        /// Its place.
        index: u16,
        /// What is wrong with it.
        fault: DecodeError,
    },
}

/// Examines a face.
///
/// # Errors
/// [`EngineError`]: a network could not be run. That is a defect of the installation, not a finding about the person.
pub fn examine(
    networks: &Networks,
    submission: Submission<'_>,
    policy: &Policy,
) -> Result<Examination, EngineError> {
    let (portrait, reference) = match examine_portrait(networks, submission.portrait)? {
        Ok(template) => (Finding::Successful, Some(template)),
        Err(finding) => (finding, None),
    };
    let frames = Capture::parse(submission.capture, &capture::Limits::default())
        .map_err(CaptureFault::Container)
        .and_then(|capture| Ok((decode_all(&capture)?, capture)));
    let (pictures, capture) = match frames {
        Ok(frames) => frames,
        Err(fault) => return Ok(Examination::without_capture(portrait, fault)),
    };
    let mut seen = Seen::of(networks, &capture, &pictures)?;
    let compared = candidate(submission.challenge.challenge(), &capture, &seen.observations);
    seen.liken(compared);
    let attack = seen.attack_score(networks, &pictures, compared)?;
    let circumstances = Circumstances {
        arrivals: submission.arrivals,
        signed_root: submission.signed_root,
        // Without a candidate no frame can pass, whichever is named.
        compared: compared.unwrap_or_default(),
    };
    let Evaluation { mut pad, iad, freshness, binding, instructions, passed, light, motion, injection } =
        evaluate::evaluate(submission.challenge, &capture, &seen.observations, &circumstances, policy);
    pad = pad.and(passive(attack));

    let (quality, quality_instructions) = seen.quality(&pictures, compared)?;
    let alarm = iad.is_failed() || pad.reason().is_some_and(|reason| pad.is_failed() && reason.is_strong());
    let frame = passed
        .filter(|_| pad.is_successful() && quality.is_successful())
        .and_then(|passed| passed.compared())
        // The same bytes that were evaluated, by their hash.
        .filter(|frame| frame.picture(&capture).is_ok());
    let live = frame.and_then(|frame| seen.templates.get(usize::from(frame.index()))?.as_ref());
    let comparison = match (live, &reference) {
        (None, _) if alarm => Finding::Undetermined(ComparisonReason::NotMadeAfterAlarm),
        (None, _) => Finding::Aborted(ComparisonReason::NoFramePassed),
        (Some(_), None) => Finding::Undetermined(ComparisonReason::NoPortrait),
        (Some(live), Some(reference)) => compare(networks, live, reference, submission.rate),
    };
    Ok(Examination {
        portrait,
        quality,
        comparison,
        pad,
        iad,
        freshness,
        binding,
        attack_band: attack.map(AttackScore::band),
        measured: Some(Measured { light, motion, injection }),
        fault: None,
        quality_instructions,
        liveness_instructions: instructions,
    })
}

impl Examination {
    fn without_capture(portrait: Finding<PortraitReason>, fault: CaptureFault) -> Self {
        let broken = matches!(&fault, CaptureFault::Container(error) if error.breaks_binding());
        Self {
            portrait,
            quality: Finding::Aborted(QualityReason::NoCapture),
            comparison: Finding::Aborted(ComparisonReason::NoFramePassed),
            pad: Finding::Aborted(PadReason::ObservationsMissing),
            iad: Finding::Aborted(IadReason::ObservationsMissing),
            freshness: Finding::Aborted(FreshnessReason::TimesMissing),
            binding: if broken {
                Finding::Failed(BindingReason::ChainBroken)
            } else {
                Finding::Aborted(BindingReason::NoCapture)
            },
            attack_band: None,
            measured: None,
            fault: Some(fault),
            quality_instructions: Vec::new(),
            liveness_instructions: Vec::new(),
        }
    }
}

/// The template of the portrait, or why there is none.
fn examine_portrait(
    networks: &Networks,
    image: &[u8],
) -> Result<Result<Template, Finding<PortraitReason>>, EngineError> {
    let Ok(picture) = decode_portrait(image, &decode::Limits::PORTRAIT) else {
        return Ok(Err(Finding::Undetermined(PortraitReason::Undecodable)));
    };
    let Ok(found) = one_face(&networks.detect(&picture)?) else {
        return Ok(Err(Finding::Failed(PortraitReason::NotOneFace)));
    };
    if !Measures::of(&picture, &found.face)?.shortfalls(&Profile::PORTRAIT).is_empty() {
        return Ok(Err(Finding::Failed(PortraitReason::TooPoor)));
    }
    networks.embed(&picture, &found.face.landmarks).map(Ok)
}

fn decode_all(capture: &Capture<'_>) -> Result<Vec<Picture>, CaptureFault> {
    let decoded = capture.frames().iter().map(|frame| {
        decode_frame(frame.picture, &decode::Limits::FRAME)
            .map_err(|fault| CaptureFault::Frame { index: frame.index, fault })
    });
    decoded.collect()
}

fn compare(
    networks: &Networks,
    live: &Template,
    reference: &Template,
    rate: FalseMatchRate,
) -> Finding<ComparisonReason> {
    // Both templates are of the one embedding model that is loaded.
    let decision = live.compare(reference).map(|score| score.decide(&networks.thresholds(), rate));
    match decision {
        Ok(Decision::Match) => Finding::Successful,
        Ok(Decision::Grey) => Finding::Undetermined(ComparisonReason::GreyBand),
        Ok(Decision::NoMatch) | Err(_) => Finding::Failed(ComparisonReason::NoMatch),
    }
}

/// What the passive networks add. They are wrong for some persons most of the time, so the word of the networks alone is never strong.
fn passive(score: Option<AttackScore>) -> Finding<PadReason> {
    match score.map(AttackScore::band) {
        None => Finding::Undetermined(PadReason::FaceLost),
        Some(Band::Attack) => Finding::Failed(PadReason::LooksLikePicture),
        Some(Band::LikelyAttack) => Finding::Undetermined(PadReason::LooksUnclear),
        Some(Band::Unsure | Band::LikelyLive | Band::Live) => Finding::Successful,
    }
}

/// What was seen in the frames, in their order.
struct Seen {
    observations: Vec<Observation>,
    faces: Vec<Option<Face>>,
    templates: Vec<Option<Template>>,
}

impl Seen {
    fn of(networks: &Networks, capture: &Capture<'_>, pictures: &[Picture]) -> Result<Self, EngineError> {
        let mut seen = Self { observations: Vec::new(), faces: Vec::new(), templates: Vec::new() };
        for (frame, picture) in capture.frames().iter().zip(pictures) {
            let faces = networks.detect_at(picture, DETECTION_SIDE)?;
            // Nobody else may be before the camera, however far behind.
            let face = match faces.as_slice() {
                [face] => one_face(&[*face]).ok().map(|one| one.face),
                _ => None,
            };
            let template = match &face {
                Some(face) => Some(networks.embed(picture, &face.landmarks)?),
                None => None,
            };
            seen.observations.push(Observation {
                index: frame.index,
                size: (picture.width(), picture.height()),
                faces: u16::try_from(faces.len()).unwrap_or(u16::MAX),
                landmarks: face.map(|face| face.landmarks),
                patches: face.as_ref().and_then(|face| patches(picture, face)),
                similarity: None,
                picture: picture_hash(picture),
                noise: noise(picture),
                encoder: encoder(frame.picture),
            });
            seen.faces.push(face);
            seen.templates.push(template);
        }
        Ok(seen)
    }

    /// Notes how alike every face is to the one that is to be compared.
    fn liken(&mut self, compared: Option<u16>) {
        let reference = compared.and_then(|index| self.templates.get(usize::from(index))?.as_ref());
        for (observation, template) in self.observations.iter_mut().zip(&self.templates) {
            let score = template.as_ref().zip(reference).and_then(|(one, other)| one.compare(other).ok());
            observation.similarity = score.map(crate::compare::Score::value);
        }
    }

    /// The passive score of frames up to the compared one and a few behind it, evenly chosen.
    fn attack_score(
        &self,
        networks: &Networks,
        pictures: &[Picture],
        compared: Option<u16>,
    ) -> Result<Option<AttackScore>, EngineError> {
        let Some(compared) = compared else { return Ok(None) };
        let reach = usize::from(compared) + ATTACK_FRAMES;
        let usable: Vec<(&Picture, &Face)> = pictures
            .iter()
            .zip(&self.faces)
            .take(reach)
            .filter_map(|(p, face)| Some((p, face.as_ref()?)))
            .collect();
        let step = usable.len().div_ceil(ATTACK_FRAMES).max(1);
        let scores: Result<Vec<FrameScore>, EngineError> = usable
            .into_iter()
            .step_by(step)
            .map(|(picture, face)| networks.live_score(picture, face))
            .collect();
        Ok(AttackScore::of(&scores?))
    }

    fn quality(
        &self,
        pictures: &[Picture],
        compared: Option<u16>,
    ) -> Result<(Finding<QualityReason>, Vec<quality::Instruction>), EngineError> {
        let index = compared.map(usize::from);
        let frame = index.and_then(|index| Some((pictures.get(index)?, self.faces.get(index)?.as_ref()?)));
        let Some((picture, face)) = frame else {
            return Ok((Finding::Failed(QualityReason::NoFace), Vec::new()));
        };
        let shortfalls = Measures::of(picture, face)?.shortfalls(&Profile::LIVE);
        let finding =
            if shortfalls.is_empty() { Finding::Successful } else { Finding::Failed(QualityReason::Low) };
        Ok((finding, shortfalls))
    }
}
