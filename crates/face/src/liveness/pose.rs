//! Does the head move as asked, when asked, and in depth?
//!
//! From five points: the turn is how far the nose lies from between the eyes, the size is the distance of eyes and mouth (which a turn
//! leaves as it is). The four points of eyes and mouth fix the homography that a plane would follow; how far the nose then is from where
//! the plane has it is the parallax, in inter-eye distances.
//!
//! What it does not protect against: a picture bent around something with depth, a mask, and everything that is rendered.

use super::capture::Capture;
use super::challenge::{Challenge, Cue, Movement};
use super::finding::{Finding, Instruction, PadReason};
use super::observation::Observation;
use super::policy::Policy;
use super::statistics::{mean, median};
use crate::geometry::Landmarks;

type Point = (f64, f64);

/// The pose of a face in one frame.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pose {
    /// The nose from between the eyes along the line of the eyes, in inter-eye distances; to the right of the picture is positive.
    pub turn: f64,
    /// The distance of the middles of eyes and mouth, in pixels.
    pub size: f64,
    /// Inter-eye distance by size.
    pub aspect: f64,
}

/// What was measured of the movements.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Motion {
    /// How far each movement went: turns in inter-eye distances, coming closer as growth.
    pub reached: [f64; 2],
    /// The parallax at the turning points; nothing if no turn reached its mark.
    pub parallax: Option<f64>,
    /// The parallax of frames in which the face looks tilted, whatever was asked for.
    pub tilted: Option<f64>,
}

impl Pose {
    /// The pose of five points; nothing if they are no face.
    pub fn of(landmarks: &Landmarks) -> Option<Self> {
        let [left, right, nose, left_mouth, right_mouth] = points(landmarks);
        let eyes = (right.0 - left.0, right.1 - left.1);
        let middle = (f64::midpoint(left.0, right.0), f64::midpoint(left.1, right.1));
        let mouth = (f64::midpoint(left_mouth.0, right_mouth.0), f64::midpoint(left_mouth.1, right_mouth.1));
        let distance = eyes.0.hypot(eyes.1);
        let size = (mouth.0 - middle.0).hypot(mouth.1 - middle.1);
        let turn = ((nose.0 - middle.0) * eyes.0 + (nose.1 - middle.1) * eyes.1)
            / (distance * distance.max(0.5 * size));
        let sound =
            distance > 1.0 && size > 1.0 && turn.is_finite() && size.is_finite() && distance.is_finite();
        sound.then_some(Self { turn, size, aspect: distance / size })
    }
}

fn points(landmarks: &Landmarks) -> [Point; 5] {
    landmarks.points().map(|point| (f64::from(point.x), f64::from(point.y)))
}

struct Seen {
    at: f64,
    pose: Pose,
    points: [Point; 5],
}

/// Judges movements and depth.
pub fn judge(
    challenge: &Challenge,
    capture: &Capture<'_>,
    observations: &[Observation],
    policy: &Policy,
) -> (Motion, Finding<PadReason>, Vec<Instruction>) {
    let seen: Vec<Seen> = observations
        .iter()
        .filter_map(|observation| {
            let (frame, landmarks) = (capture.frame(observation.index)?, observation.landmarks.as_ref()?);
            let pose = Pose::of(landmarks)?;
            Some(Seen { at: frame.captured_millis(), pose, points: points(landmarks) })
        })
        .collect();
    let first_cue = f64::from(challenge.cues()[0].at_millis());
    let still: Vec<&Seen> = seen.iter().filter(|seen| seen.at >= 0.0 && seen.at <= first_cue).collect();
    let base =
        |read: &dyn Fn(&Seen) -> f64| median(&still.iter().map(|seen| read(seen)).collect::<Vec<f64>>());
    let (Some(turn), Some(size), Some(aspect)) =
        (base(&|s| s.pose.turn), base(&|s| s.pose.size), base(&|s| s.pose.aspect))
    else {
        return (
            Motion::default(),
            Finding::Undetermined(PadReason::FaceLost),
            vec![Instruction::StayInPicture],
        );
    };
    let rest = Pose { turn, size, aspect };
    let shape = mean_shape(&still);
    let mut motion = Motion { tilted: tilted(&seen, rest, &shape, policy), ..Motion::default() };
    let mut finding = Finding::Successful;
    let mut instructions = Vec::new();
    let mut depths = Vec::new();
    for (cue, reached) in challenge.cues().iter().zip(&mut motion.reached) {
        let answer = Answer::of(*cue, &seen, rest, policy);
        *reached = answer.reached;
        finding = finding.and(answer.finding);
        instructions.extend(answer.instruction);
        if cue.movement != Movement::Closer && answer.turning_point.is_some() {
            depths.extend(answer.turning_point.and_then(|at| depth_around(&seen, at, rest, &shape, policy)));
        }
    }
    motion.parallax = depths.iter().copied().reduce(f64::min);
    let flat = |depth: Option<f64>| depth.is_some_and(|depth| depth < policy.parallax);
    // One of two different movements is a turn: where no depth was measured, none was shown.
    if motion.parallax.is_none() {
        finding = finding.and(Finding::Undetermined(PadReason::FaceLost));
    }
    if flat(motion.parallax) || flat(motion.tilted) {
        finding = Finding::Failed(PadReason::FlatSurface);
    }
    (motion, finding, instructions)
}

/// The answer to one cue.
struct Answer {
    reached: f64,
    turning_point: Option<f64>,
    finding: Finding<PadReason>,
    instruction: Option<Instruction>,
}

impl Answer {
    fn of(cue: Cue, seen: &[Seen], rest: Pose, policy: &Policy) -> Self {
        let from = f64::from(cue.at_millis()) + policy.reaction_millis;
        let before = f64::from(cue.at_millis()) - policy.rest_millis;
        let until = f64::from(cue.at_millis()) + policy.movement_millis;
        let window: Vec<&Seen> = seen.iter().filter(|seen| seen.at > from && seen.at <= until).collect();
        let at_rest: Vec<&Seen> = seen.iter().filter(|seen| seen.at >= before && seen.at <= from).collect();
        let wanted: Vec<f64> =
            smooth(&window.iter().map(|seen| part(cue.movement, seen, rest, policy)).collect::<Vec<f64>>());
        let peak = wanted.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let (at, full) = peak.unwrap_or((0, 0.0));
        let mark = if cue.movement == Movement::Closer { policy.closer } else { policy.turn };
        let others = Movement::ALL.into_iter().filter(|other| *other != cue.movement);
        let other = others
            .flat_map(|other| {
                smooth(&window.iter().map(|s| part(other, s, rest, policy)).collect::<Vec<f64>>())
            })
            .any(|part| part >= 1.0);
        let restless = Movement::ALL.into_iter().any(|movement| {
            let parts: Vec<f64> = at_rest.iter().map(|seen| part(movement, seen, rest, policy)).collect();
            median(&parts).is_none_or(|part| part > policy.rest)
        });
        let (finding, instruction) = if other {
            (Finding::Failed(PadReason::OtherMovement), Some(Instruction::MoveSlowly))
        } else if full < 1.0 {
            let instruction = match cue.movement {
                Movement::Closer => Instruction::ComeCloser,
                Movement::TurnLeft | Movement::TurnRight => Instruction::TurnFurther,
            };
            (Finding::Undetermined(PadReason::MovementMissing), Some(instruction))
        } else if restless {
            (Finding::Undetermined(PadReason::NotAtRest), Some(Instruction::HoldStill))
        } else if reversal(&wanted[..at]) > policy.reversal * full {
            (Finding::Undetermined(PadReason::MovementUnsteady), Some(Instruction::MoveSlowly))
        } else {
            (Finding::Successful, None)
        };
        let turning_point = (full >= 1.0).then(|| window.get(at).map(|seen| seen.at)).flatten();
        Self { reached: full * mark, turning_point, finding, instruction }
    }
}

/// How much of a movement a frame shows: 1 is the mark.
fn part(movement: Movement, seen: &Seen, rest: Pose, policy: &Policy) -> f64 {
    match movement {
        Movement::TurnLeft => (seen.pose.turn - rest.turn) / policy.turn,
        Movement::TurnRight => (rest.turn - seen.pose.turn) / policy.turn,
        Movement::Closer => (seen.pose.size / rest.size - 1.0) / policy.closer,
    }
}

/// Each value as the median of itself and its neighbours, so that one bad frame moves nothing.
fn smooth(values: &[f64]) -> Vec<f64> {
    (0..values.len())
        .map(|i| {
            let around = &values[i.saturating_sub(1)..(i + 2).min(values.len())];
            if around.len() < 3 {
                around.iter().copied().fold(f64::INFINITY, f64::min)
            } else {
                median(around).unwrap_or(0.0)
            }
        })
        .collect()
}

/// The greatest way back in a series.
fn reversal(values: &[f64]) -> f64 {
    let mut highest = f64::NEG_INFINITY;
    values.iter().fold(0.0, |worst, value| {
        highest = highest.max(*value);
        f64::max(worst, highest - value)
    })
}

/// The mean of the shapes at rest: middle of the eyes at the origin, line of the eyes level, size one.
fn mean_shape(still: &[&Seen]) -> [Point; 5] {
    let shapes: Vec<[Point; 5]> = still.iter().map(|seen| level(&seen.points, seen.pose.size)).collect();
    std::array::from_fn(|i| {
        let all = |read: &dyn Fn(Point) -> f64| {
            mean(&shapes.iter().map(|shape| read(shape[i])).collect::<Vec<f64>>())
        };
        (all(&|point| point.0), all(&|point| point.1))
    })
}

fn level(points: &[Point; 5], size: f64) -> [Point; 5] {
    let (left, right) = (points[0], points[1]);
    let distance = (right.0 - left.0).hypot(right.1 - left.1);
    let (cos, sin) = ((right.0 - left.0) / distance, (right.1 - left.1) / distance);
    let middle = (f64::midpoint(left.0, right.0), f64::midpoint(left.1, right.1));
    points.map(|point| {
        let (x, y) = (point.0 - middle.0, point.1 - middle.1);
        ((cos * x + sin * y) / size, (cos * y - sin * x) / size)
    })
}

/// The median parallax of the frames around a turning point, 250 ms to each side, that are turned themselves: a head that has hardly
/// turned looks flat.
fn depth_around(seen: &[Seen], at: f64, rest: Pose, shape: &[Point; 5], policy: &Policy) -> Option<f64> {
    let depths: Vec<f64> = seen
        .iter()
        .filter(|seen| (seen.at - at).abs() <= 250.0)
        .filter(|seen| (seen.pose.turn - rest.turn).abs() >= policy.turn)
        .filter_map(|seen| parallax(shape, &seen.points))
        .collect();
    median(&depths)
}

/// The parallax of frames whose proportions say that something turned or tilted, if there are some.
fn tilted(seen: &[Seen], rest: Pose, shape: &[Point; 5], policy: &Policy) -> Option<f64> {
    let depths: Vec<f64> = seen
        .windows(5)
        .filter(|five| {
            let changes: Vec<f64> = five.iter().map(|seen| seen.pose.aspect / rest.aspect - 1.0).collect();
            // Coming closer changes the proportions of a head, too, and hardly moves its nose.
            let closer = five.iter().any(|seen| seen.pose.size > rest.size * (1.0 + policy.closer / 2.0));
            !closer && median(&changes).is_some_and(|change| change.abs() >= policy.tilt)
        })
        .filter_map(|five| parallax(shape, &five[2].points))
        .collect();
    (depths.len() >= 5).then(|| median(&depths)).flatten()
}

/// How far the nose is from where the plane through eyes and mouth has it, in inter-eye distances; nothing if the four points are not
/// the corners of a convex figure.
pub fn parallax(shape: &[Point; 5], points: &[Point; 5]) -> Option<f64> {
    let corners = |all: &[Point; 5]| [all[0], all[1], all[4], all[3]];
    let to_square = invert(square_to(corners(shape))?)?;
    let plane = square_to(corners(points))?;
    let expected = apply(&plane, apply(&to_square, shape[2])?)?;
    let nose = points[2];
    // A turn shortens the distance of the eyes; half the height of the face bounds it from below.
    let eyes = (points[1].0 - points[0].0).hypot(points[1].1 - points[0].1);
    let size = (points[3].0 - points[0].0).hypot(points[3].1 - points[0].1);
    let distance = (nose.0 - expected.0).hypot(nose.1 - expected.1) / eyes.max(0.5 * size);
    distance.is_finite().then_some(distance)
}

type Homography = [[f64; 3]; 3];

/// The homography from the corners of the unit square (0,0), (1,0), (1,1), (0,1) to four points.
fn square_to([a, b, c, d]: [Point; 4]) -> Option<Homography> {
    let sum = (a.0 - b.0 + c.0 - d.0, a.1 - b.1 + c.1 - d.1);
    let (one, two) = ((b.0 - c.0, b.1 - c.1), (d.0 - c.0, d.1 - c.1));
    let determinant = one.0 * two.1 - two.0 * one.1;
    if determinant.abs() < 1e-12 {
        return None;
    }
    let g = (sum.0 * two.1 - two.0 * sum.1) / determinant;
    let h = (one.0 * sum.1 - sum.0 * one.1) / determinant;
    Some([
        [b.0 - a.0 + g * b.0, d.0 - a.0 + h * d.0, a.0],
        [b.1 - a.1 + g * b.1, d.1 - a.1 + h * d.1, a.1],
        [g, h, 1.0],
    ])
}

/// The inverse up to a factor: the adjugate.
fn invert(m: Homography) -> Option<Homography> {
    let minor = |r: [usize; 2], c: [usize; 2]| m[r[0]][c[0]] * m[r[1]][c[1]] - m[r[0]][c[1]] * m[r[1]][c[0]];
    let others = [[1, 2], [2, 0], [0, 1]];
    let adjugate: Homography = std::array::from_fn(|i| std::array::from_fn(|j| minor(others[j], others[i])));
    let determinant: f64 = (0..3).map(|j| m[0][j] * adjugate[j][0]).sum();
    (determinant.abs() > 1e-15).then_some(adjugate)
}

fn apply(m: &Homography, point: Point) -> Option<Point> {
    let [x, y, w] = [0, 1, 2].map(|row| m[row][0] * point.0 + m[row][1] * point.1 + m[row][2]);
    (w.abs() > 1e-12).then(|| (x / w, y / w))
}
