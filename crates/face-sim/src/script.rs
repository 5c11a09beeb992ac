//! What happens before the camera, moment by moment: the colours of the screen and the movements of the head.

use face::liveness::challenge::{self, Challenge};

use crate::head::step;
use crate::linear::Light;

/// A movement of the head and back.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Movement {
    /// A turn to the right of the picture (the person's left), in degrees; to the left is negative.
    Turn(f32),
    /// Closer to the camera: how much larger the face becomes (0.3 is 30 %).
    Closer(f32),
}

/// A movement that begins at a moment.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Act {
    /// The movement.
    pub movement: Movement,
    /// When it begins, in milliseconds after the first colour appeared.
    pub begins: f32,
    /// How long it takes, there and back, in milliseconds.
    pub lasts: f32,
}

/// The colours of a screen and the movements of a person, in milliseconds after the first colour appeared.
#[derive(Clone, PartialEq, Debug)]
pub struct Script {
    /// The colours, 0 or 1 for each of red, green, blue. The first is shown from 0 on, the last to the end; before there is black.
    pub colours: Vec<Light>,
    /// How long each is shown, in milliseconds.
    pub slot: f32,
    /// The movements.
    pub acts: Vec<Act>,
}

/// Where the head is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pose {
    /// Turned to the right of the picture, in degrees.
    pub yaw: f32,
    /// Nodding, downwards, in degrees.
    pub pitch: f32,
    /// Inclined clockwise in the picture, in degrees.
    pub roll: f32,
    /// To the right, downwards and towards the camera, in inter-eye distances.
    pub shift: [f32; 3],
}

impl Pose {
    /// Upright, before the camera.
    pub const REST: Self = Self { yaw: 0.0, pitch: 0.0, roll: 0.0, shift: [0.0; 3] };
}

/// When somebody begins to move after being asked, in milliseconds.
const REACTION: f32 = 350.0;
/// How long a movement takes, in milliseconds.
const MOVEMENT: f32 = 1_600.0;
/// How far a head is turned, in degrees.
const TURN: f32 = 28.0;
/// How much closer somebody comes.
const CLOSER: f32 = 0.32;

impl Script {
    /// The answer to a challenge, as somebody gives it who does as asked.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "zeros, ones and milliseconds"
    )]
    pub fn answer(challenge: &Challenge) -> Self {
        let acts = challenge.cues().iter().map(|cue| Act {
            movement: match cue.movement {
                challenge::Movement::TurnLeft => Movement::Turn(TURN),
                challenge::Movement::TurnRight => Movement::Turn(-TURN),
                challenge::Movement::Closer => Movement::Closer(CLOSER),
            },
            begins: cue.at_millis() as f32 + REACTION,
            lasts: MOVEMENT,
        });
        Self {
            colours: challenge
                .colours()
                .iter()
                .map(|colour| colour.light().map(|part| part as f32))
                .collect(),
            slot: challenge::SLOT_MILLIS as f32,
            acts: acts.collect(),
        }
    }

    /// The light of the screen on average over the `exposure` milliseconds before `at`.
    pub fn light(&self, at: f32, exposure: f32) -> Light {
        const PARTS: u8 = 8;
        let mut sum = [0.0; 3];
        for part in 0..PARTS {
            let shown = self.colour(at - exposure * (f32::from(part) + 0.5) / f32::from(PARTS));
            for (sum, value) in sum.iter_mut().zip(shown) {
                *sum += value / f32::from(PARTS);
            }
        }
        sum
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    fn colour(&self, at: f32) -> Light {
        let slot = (at / self.slot) as usize;
        let shown = self.colours.get(slot).or(self.colours.last()).filter(|_| at >= 0.0);
        shown.copied().unwrap_or_default()
    }

    /// The pose that the acts ask for, for somebody who stands `rest` away.
    pub fn pose(&self, at: f32, rest: f32) -> Pose {
        let mut pose = Pose::REST;
        for act in &self.acts {
            let part = (at - act.begins) / act.lasts;
            // There, a moment's stay, and back.
            let done = step(part, 0.0, 0.4) * (1.0 - step(part, 0.6, 1.0));
            match act.movement {
                Movement::Turn(degrees) => pose.yaw += degrees * done,
                Movement::Closer(growth) => pose.shift[2] += rest * (1.0 - 1.0 / (1.0 + growth * done)),
            }
        }
        pose
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movement_goes_there_and_back_and_a_colour_is_shown_in_its_slot() {
        let act = Act { movement: Movement::Turn(20.0), begins: 1000.0, lasts: 1000.0 };
        let script = Script { colours: vec![[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], slot: 500.0, acts: vec![act] };
        let yaw = |at| script.pose(at, 8.0).yaw;
        assert!(yaw(900.0).abs() < 1e-3 && (yaw(1500.0) - 20.0).abs() < 1e-3 && yaw(2100.0).abs() < 1e-3);
        let red = |at| script.light(at, 40.0)[0];
        assert!(red(-1.0).abs() < 1e-6 && (red(499.0) - 1.0).abs() < 1e-6 && red(560.0).abs() < 1e-6);
        // In between both are seen.
        assert!((red(520.0) - 0.5).abs() < 1e-6);
    }
}
