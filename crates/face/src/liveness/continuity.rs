//! Is it one person, from the first frame to the last? (R-119: no swap in the middle.)
//!
//! Every frame is compared with the frame that goes to the comparison with the portrait, and the points of the face may not jump.

use super::capture::Capture;
use super::finding::{BindingReason, Finding, Instruction, PadReason};
use super::observation::Observation;
use super::policy::Policy;
use super::pose::Pose;
use super::statistics::count;

/// Judges who is in the frames: the presence of one face, and its identity.
pub(crate) fn judge(
    capture: &Capture<'_>,
    observations: &[Observation],
    policy: &Policy,
) -> (Finding<PadReason>, Finding<BindingReason>, Option<Instruction>) {
    let all = count(observations.len()).max(1.0);
    let part =
        |test: &dyn Fn(&Observation) -> bool| count(observations.iter().filter(|o| test(o)).count()) / all;
    let several = observations.iter().filter(|observation| observation.faces > 1).count();
    let lost = part(&|observation| observation.faces != 1 || observation.landmarks.is_none());
    let (presence, instruction) = if several >= 2 {
        (Finding::Undetermined(PadReason::SeveralFaces), Some(Instruction::OnlyYou))
    } else if lost > policy.unclear_part {
        (Finding::Undetermined(PadReason::FaceLost), Some(Instruction::StayInPicture))
    } else {
        (Finding::Successful, None)
    };
    let unclear = part(&|observation| {
        observation.similarity.is_none_or(|score| score.is_nan() || score < policy.unclear_person)
    });
    let identity = if longest_run(observations, policy) >= policy.other_run {
        Finding::Failed(BindingReason::OtherPerson)
    } else if jumps(capture, observations, policy) {
        Finding::Failed(BindingReason::FaceJumps)
    } else if unclear > policy.unclear_part {
        Finding::Undetermined(BindingReason::PersonUnclear)
    } else {
        Finding::Successful
    };
    (presence, identity, instruction)
}

/// How many frames in a row show somebody else; frames without a score neither count nor end a row.
fn longest_run(observations: &[Observation], policy: &Policy) -> usize {
    let (mut run, mut longest) = (0, 0);
    for score in observations.iter().filter_map(|observation| observation.similarity) {
        run = if score < policy.other_person { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Whether the face is somewhere else, or of another size, from one frame to the next.
fn jumps(capture: &Capture<'_>, observations: &[Observation], policy: &Policy) -> bool {
    let seen: Vec<(f64, f64, f64, Pose)> = observations
        .iter()
        .filter_map(|observation| {
            let (frame, points) = (capture.frame(observation.index)?, observation.landmarks.as_ref()?);
            let (left, right) = (points.left_eye, points.right_eye);
            let middle =
                (f64::midpoint(left.x.into(), right.x.into()), f64::midpoint(left.y.into(), right.y.into()));
            Some((frame.captured_millis(), middle.0, middle.1, Pose::of(points)?))
        })
        .collect();
    seen.windows(2).any(|pair| {
        let ((before, x, y, pose), (after, next_x, next_y, next)) = (pair[0], pair[1]);
        let allowed = policy.jump + policy.jump_per_second * (after - before) / 1000.0;
        let eyes = pose.size * pose.aspect;
        let moved = (next_x - x).hypot(next_y - y) / eyes.max(0.5 * pose.size);
        let turned = (next.turn - pose.turn).abs();
        let grown = (next.size / pose.size).ln().abs();
        moved > allowed || turned > allowed || grown > allowed
    })
}
