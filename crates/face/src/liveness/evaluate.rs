//! The evaluation: one challenge, one capture, four findings.

use super::capture::{Capture, ChainHash};
use super::challenge::{Challenge, OpenChallenge};
use super::finding::{BindingReason, Finding, FreshnessReason, IadReason, Instruction, PadReason};
use super::injection::{self, Injection};
use super::light::{self, Light};
use super::observation::Observation;
use super::passed::PassedFrames;
use super::policy::Policy;
use super::pose::{self, Motion, Pose};
use super::{continuity, timing};

pub use super::timing::{Arrival, Arrivals};

/// What is known besides the capture.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// When the pieces arrived.
    pub arrivals: Arrivals,
    /// The root over which a valid signature of the attested app was found.
    pub signed_root: Option<ChainHash>,
    /// The frame against which the similarities were measured, and which goes to the comparison. [`candidate`] names a good one.
    pub compared: u16,
}

/// What was found.
#[derive(Clone, PartialEq, Debug)]
#[must_use = "a check that nobody looks at protects nobody"]
pub struct Evaluation {
    /// C24: presentation attack detection.
    pub pad: Finding<PadReason>,
    /// C25: injection attack detection.
    pub iad: Finding<IadReason>,
    /// C26: freshness.
    pub freshness: Finding<FreshnessReason>,
    /// The face's part of C27: binding.
    pub binding: Finding<BindingReason>,
    /// What the person can do better, each once.
    pub instructions: Vec<Instruction>,
    /// The frames that may be compared, if all four are successful.
    pub passed: Option<PassedFrames>,
    /// What was measured of the light.
    pub light: Option<Light>,
    /// What was measured of the movements.
    pub motion: Motion,
    /// The signs of injection.
    pub injection: Injection,
}

/// A good frame for the comparison: one face, most frontal, under the brightest colour, before the first movement. Nothing if no frame
/// has exactly one face then.
pub fn candidate(challenge: &Challenge, capture: &Capture<'_>, observations: &[Observation]) -> Option<u16> {
    let until = f64::from(challenge.cues()[0].at_millis());
    let cost = |observation: &Observation| {
        let frame = capture.frame(observation.index)?;
        let pose = Pose::of(observation.landmarks.as_ref()?).filter(|_| observation.faces == 1)?;
        let at = frame.captured_millis();
        // A quarter of a second is the lag of a usual camera.
        let slot = challenge.slot_at((at - 250.0).max(0.0)).filter(|_| at <= until)?;
        Some(pose.turn.abs() - 0.2 * challenge.colours()[slot].luminance())
    };
    let costs = observations.iter().filter_map(|observation| Some((observation.index, cost(observation)?)));
    costs.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

/// Evaluates an answer. The challenge is used up, whatever comes of it.
///
/// `observations` must be those of the frames of `capture`, one for each, in their order; anything else is aborted.
#[expect(clippy::needless_pass_by_value, reason = "a challenge is used up by its evaluation")]
pub fn evaluate(
    challenge: OpenChallenge,
    capture: &Capture<'_>,
    observations: &[Observation],
    circumstances: &Circumstances,
    policy: &Policy,
) -> Evaluation {
    let challenge = challenge.challenge();
    let injection = injection::examine(capture, observations, policy);
    let complete = observations.len() == capture.frames().len()
        && observations.iter().zip(0_u16..).all(|(observation, index)| observation.index == index);
    let (mut freshness, late) = timing::judge(challenge, capture, &circumstances.arrivals, policy);
    let mut binding = named(challenge, capture, circumstances, policy);
    if !complete {
        return Evaluation {
            pad: Finding::Aborted(PadReason::ObservationsMissing),
            iad: Finding::Aborted(IadReason::ObservationsMissing),
            freshness,
            binding,
            instructions: Vec::new(),
            passed: None,
            light: None,
            motion: Motion::default(),
            injection,
        };
    }
    let (presence, identity, alone) = continuity::judge(capture, observations, policy);
    let (motion, moved, mut instructions) = pose::judge(challenge, capture, observations, policy);
    let light = light::measure(challenge, capture, observations, policy);
    let mut lit = light.map_or(Finding::Undetermined(PadReason::FaceLost), |light| light.finding(policy));
    // An even reflection is a weak sign; a depth that was measured outweighs it.
    if lit == Finding::Failed(PadReason::FlatReflection)
        && motion.parallax.is_some_and(|parallax| parallax >= policy.parallax)
    {
        lit = Finding::Successful;
    }
    binding = binding.and(identity);
    // Which challenge the frames answer is a matter of freshness too: a replay fails here even where the clock is right.
    freshness = freshness.and(match light {
        Some(light) if light.answers(policy) => Finding::Successful,
        Some(light) if light.is_of_another(policy) => Finding::Failed(FreshnessReason::OtherChallenge),
        _ => Finding::Undetermined(FreshnessReason::AnswerUnclear),
    });
    let pad = strongest(moved, lit).and(presence);
    instructions.extend(alone);
    instructions.extend(late);
    instructions.extend(match lit.reason() {
        Some(PadReason::TooBright) => Some(Instruction::DarkerPlace),
        Some(PadReason::NoReflection) => Some(Instruction::BrighterScreen),
        _ => None,
    });
    let iad = injection.finding(policy);
    let mut passed = None;
    if pad.is_successful() && iad.is_successful() && freshness.is_successful() && binding.is_successful() {
        passed =
            PassedFrames::new(capture.root(), good(capture, observations, policy), circumstances.compared);
        if passed.is_none() {
            binding = Finding::Aborted(BindingReason::ComparedFrameNotPassed);
        }
    }
    let mut unique = Vec::new();
    for instruction in instructions {
        if !unique.contains(&instruction) {
            unique.push(instruction);
        }
    }
    Evaluation { pad, iad, freshness, binding, instructions: unique, passed, light, motion, injection }
}

/// A strong failure before any other, then failures in their order.
fn strongest(one: Finding<PadReason>, other: Finding<PadReason>) -> Finding<PadReason> {
    let strong = |finding: &Finding<PadReason>| finding.reason().is_some_and(PadReason::is_strong);
    if strong(&other) && !strong(&one) { other } else { one.and(other) }
}

/// Whether the capture is of this session and challenge, signed as it is, and consistent with what the page says that it showed.
fn named(
    challenge: &Challenge,
    capture: &Capture<'_>,
    circumstances: &Circumstances,
    policy: &Policy,
) -> Finding<BindingReason> {
    let header = capture.header();
    if header.session != challenge.session() {
        return Finding::Failed(BindingReason::OtherSession);
    }
    if header.challenge != challenge.id() {
        return Finding::Failed(BindingReason::OtherChallenge);
    }
    // The page draws a colour at most a slot late.
    let slots = capture.frames().iter().all(|frame| {
        let shown = frame.slot.map(usize::from);
        let late = f64::from(super::challenge::SLOT_MILLIS);
        shown.is_none_or(|shown| {
            let start = super::challenge::slot_start(shown);
            let last = shown + 1 == super::challenge::SLOTS;
            let at = frame.captured_millis();
            at + late >= start && (last || at <= start + 2.0 * late)
        })
    });
    if !slots {
        return Finding::Failed(BindingReason::SlotsDiffer);
    }
    match circumstances.signed_root {
        Some(root) if root != capture.root() => Finding::Failed(BindingReason::OtherRoot),
        None if policy.require_signed_root => Finding::Undetermined(BindingReason::NotSigned),
        _ => Finding::Successful,
    }
}

/// The frames with one face that is the compared one.
fn good(capture: &Capture<'_>, observations: &[Observation], policy: &Policy) -> Vec<(u16, ChainHash)> {
    let good = observations.iter().filter(|observation| {
        observation.faces == 1
            && observation.landmarks.is_some()
            && observation.similarity.is_some_and(|score| score >= policy.unclear_person)
    });
    good.filter_map(|observation| Some((observation.index, capture.frame(observation.index)?.hash))).collect()
}
