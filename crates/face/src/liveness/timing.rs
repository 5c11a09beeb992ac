//! Was this challenge answered, in its time? (R-133, R-137.)
//!
//! The times of the frames are the phone's. The server holds them against what it knows itself: when it issued the challenge and when
//! each piece of the capture arrived. A frame cannot arrive before it was captured, and nothing was captured before the challenge.

use super::UnixMillis;
use super::capture::Capture;
use super::challenge::Challenge;
use super::finding::{Finding, FreshnessReason, Instruction};
use super::policy::Policy;

/// When pieces of the capture arrived, by the server's clock.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Arrivals(pub Vec<Arrival>);

/// One piece: all frames up to `last` had arrived at `at`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// The place of the last frame in it.
    pub last: u16,
    /// When it was complete.
    pub at: UnixMillis,
}

/// Judges the times.
pub(crate) fn judge(
    challenge: &Challenge,
    capture: &Capture<'_>,
    arrivals: &Arrivals,
    policy: &Policy,
) -> (Finding<FreshnessReason>, Option<Instruction>) {
    use FreshnessReason as Reason;
    let issued = challenge.issued().0;
    let complete = arrivals.0.iter().map(|arrival| arrival.at.0).max();
    let whole = arrivals.0.iter().any(|arrival| usize::from(arrival.last) + 1 == capture.frames().len());
    let Some(complete) = complete.filter(|_| whole) else {
        return (Finding::Undetermined(Reason::TimesMissing), None);
    };
    if complete > issued.saturating_add(policy.lifetime_millis) {
        return (Finding::Failed(Reason::Late), Some(Instruction::OwnCamera));
    }
    if capture.header().started.0.saturating_add(policy.clock_millis) < issued {
        return (Finding::Failed(Reason::BeforeChallenge), None);
    }
    for arrival in &arrivals.0 {
        let Some(frame) = capture.frame(arrival.last) else {
            return (Finding::Undetermined(Reason::TimesMissing), None);
        };
        // Both are below 2^53, so that nothing is lost that matters.
        let since = arrival.at.0.checked_sub(issued).and_then(|since| u32::try_from(since).ok());
        let Some(since) = since else { return (Finding::Failed(Reason::ArrivedTooEarly), None) };
        if f64::from(since) + policy.early_millis < frame.captured_millis() {
            return (Finding::Failed(Reason::ArrivedTooEarly), None);
        }
    }
    let times: Vec<f64> = capture.frames().iter().map(super::capture::Frame::captured_millis).collect();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return (Finding::Undetermined(Reason::TimesMissing), None);
    };
    let duration = f64::from(challenge.duration_millis());
    if *first > policy.gap_millis || *last < duration - policy.gap_millis || *last > 2.0 * duration {
        return (Finding::Failed(Reason::WrongLength), Some(Instruction::SlowCamera));
    }
    let gap = times.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    let rate = super::statistics::count(times.len() - 1) * 1000.0 / (last - first).max(1.0);
    if gap > policy.gap_millis || rate < policy.frames_per_second {
        return (Finding::Undetermined(Reason::TimesMissing), Some(Instruction::SlowCamera));
    }
    (Finding::Successful, None)
}
