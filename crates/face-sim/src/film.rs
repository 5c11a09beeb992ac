//! A film: frames of a person, or of an attack, that answers a script.

#![expect(clippy::cast_precision_loss, reason = "numbers of frames are small")]

use face::picture::Picture;
use rand_core::Rng;

use crate::head::{Head, REST};
use crate::linear::Linear;
use crate::scene::{Room, View, display, person, photograph};
use crate::script::{Pose, Script};
use crate::sensor::Sensor;

/// From the screen's order to show a colour to the camera's frame of it, in milliseconds.
const LAG: f32 = 90.0;
/// How long the camera gathers light for a frame, in milliseconds.
const EXPOSURE: f32 = 25.0;
/// A loop of this many frames is what [`Attack::RepeatedFrames`] shows.
const LOOP: usize = 12;

/// Who or what is before the camera, or in its place.
#[derive(Clone)]
pub enum Attack<'a> {
    /// Nobody attacks: the person answers. Another person than that of the document answers the same way.
    None,
    /// A photograph, held still.
    StillPhoto,
    /// A photograph that is turned and brought closer as the script asks.
    MovedPhoto,
    /// A display that shows the answer to another script.
    Replay(&'a Script),
    /// From `at` (milliseconds after the first colour) on, another person answers.
    FaceSwap {
        /// The other person.
        other: &'a Head,
        /// When.
        at: f32,
    },
    /// A short loop of frames in the place of the camera.
    RepeatedFrames,
    /// A rendered person without noise in the place of the camera, answering.
    VirtualCamera,
}

/// The circumstances of a film.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Setting {
    /// The size of the frames.
    pub view: View,
    /// Frames in a second.
    pub rate: f32,
    /// The light.
    pub room: Room,
    /// The camera's sensor.
    pub sensor: Sensor,
    /// How long before the first colour the film begins, in milliseconds.
    pub lead: f32,
    /// How long after the first colour it ends, in milliseconds.
    pub ends: f32,
}

impl Setting {
    /// A usual camera in a dim room: 640 x 480 at 30 frames a second.
    pub const fn usual(lead: f32, ends: f32) -> Self {
        Self {
            view: View { width: 640, height: 480 },
            rate: 30.0,
            room: Room::DIM,
            sensor: Sensor::USUAL,
            lead,
            ends,
        }
    }
}

/// A film that is being made.
pub struct Film<'a> {
    head: &'a Head,
    attack: Attack<'a>,
    script: &'a Script,
    setting: Setting,
    /// Of the sway and of the exposure, in turns.
    phases: [f32; 6],
    looped: Vec<Picture>,
}

/// A frame and when it was captured, in milliseconds after the first colour appeared.
pub struct Frame {
    /// When.
    pub at: f32,
    /// What.
    pub picture: Picture,
}

impl<'a> Film<'a> {
    /// A film of a person, or of an attack with a picture of this person, that answers a script.
    pub fn new(
        head: &'a Head,
        attack: Attack<'a>,
        script: &'a Script,
        setting: Setting,
        rng: &mut (impl Rng + ?Sized),
    ) -> Self {
        let phases = [(); 6].map(|()| f32::from(u16::try_from(rng.next_u32() >> 16).unwrap_or(0)) / 65_536.0);
        Self { head, attack, script, setting, phases, looped: Vec::new() }
    }

    /// How many frames there are.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    pub fn frames(&self) -> usize {
        ((self.setting.lead + self.setting.ends) * self.setting.rate / 1000.0) as usize
    }

    /// The frame with this number; frames are made in their order. Nothing if the view has no pixels.
    pub fn frame(&mut self, index: usize, rng: &mut (impl Rng + ?Sized)) -> Option<Frame> {
        let at = index as f32 * 1000.0 / self.setting.rate - self.setting.lead;
        let repeats = matches!(self.attack, Attack::RepeatedFrames);
        if repeats && let Some(picture) = self.looped.get(index % LOOP) {
            return Some(Frame { at, picture: picture.clone() });
        }
        let sensor =
            if matches!(self.attack, Attack::VirtualCamera) { Sensor::PERFECT } else { self.setting.sensor };
        let drift = 1.0 + 0.03 * self.wave(5, at, 9_000.0);
        let picture = sensor.expose(&self.light(at), drift, rng)?;
        if repeats {
            self.looped.push(picture.clone());
        }
        Some(Frame { at, picture })
    }

    fn light(&self, at: f32) -> Linear {
        let Setting { room, view, .. } = &self.setting;
        let screen = self.script.light(at - LAG, EXPOSURE);
        let answered = self.natural(self.script.pose(at, REST), at, 1.0);
        match &self.attack {
            Attack::None | Attack::RepeatedFrames | Attack::VirtualCamera => {
                person(self.head, answered, screen, room, *view)
            }
            Attack::FaceSwap { other, at: swap } => {
                let head = if at < *swap { self.head } else { other };
                person(head, answered, screen, room, *view)
            }
            Attack::StillPhoto => {
                photograph(self.head, self.natural(Pose::REST, at, 0.4), screen, room, *view)
            }
            Attack::MovedPhoto => photograph(self.head, answered, screen, room, *view),
            Attack::Replay(old) => {
                let recorded = self.natural(old.pose(at, REST), at, 1.0);
                let shown = person(self.head, recorded, old.light(at - LAG, EXPOSURE), room, *view);
                display(&shown, screen, room)
            }
        }
    }

    /// A pose with the small movements that nobody can help.
    fn natural(&self, pose: Pose, at: f32, much: f32) -> Pose {
        let wave = |index, period| much * self.wave(index, at, period);
        Pose {
            yaw: pose.yaw + 0.9 * wave(0, 3_700.0),
            pitch: pose.pitch + 0.8 * wave(1, 2_900.0),
            roll: pose.roll + 0.6 * wave(2, 4_300.0),
            shift: [
                pose.shift[0] + 0.03 * wave(3, 3_100.0),
                pose.shift[1] + 0.02 * wave(4, 2_300.0),
                pose.shift[2] + 0.04 * wave(2, 5_100.0),
            ],
        }
    }

    fn wave(&self, index: usize, at: f32, period: f32) -> f32 {
        let phase = self.phases.get(index).copied().unwrap_or(0.0);
        ((at / period + phase) * std::f32::consts::TAU).sin()
    }
}
