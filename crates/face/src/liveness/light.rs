//! Does the skin reflect the colours of this challenge, and as a head does?
//!
//! Light that comes from the screen is what follows the emitted colours; everything else (the room, automatic exposure over time, the
//! pose) is taken out as a disturbance: a constant, a slope in time, the turn of the head and its distance. Red, green and blue are
//! judged each for itself, on skin minus background where there is one.
//!
//! What it does not protect against: a display of skin-like light in front of the camera that follows the challenge; a plane under the
//! light of the screen reflects the colours too, and only [`Light::shading`] and the parallax tell it from a head. In a dark room
//! shading cannot be judged.

use super::capture::Capture;
use super::challenge::{Challenge, SLOTS};
use super::finding::{Finding, PadReason};
use super::observation::{Observation, Patches};
use super::policy::Policy;
use super::pose::Pose;
use super::statistics::{Disturbances, correlation, count, deviation, mean, slope};

/// Steps of the lag that are tried, in milliseconds.
const LAG_STEP: u32 = 25;

/// What was measured of the light.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Light {
    /// The delay at which the colours fit best, in milliseconds.
    pub lag_millis: u32,
    /// Correlation with the emitted red, green and blue.
    pub correlation: [f64; 3],
    /// Light of the screen as part of all light on the skin, red, green, blue.
    pub contrast: [f64; 3],
    /// How many colours were read wrong, or not seen.
    pub wrong_slots: usize,
    /// Changes of light from slot to slot as part of all light, the greatest of the three.
    pub variation: f64,
    /// Mean linear light on the skin.
    pub level: f64,
    /// How differently the places of the face are lit; nothing if the room is too dark for it.
    pub shading: Option<f64>,
}

/// Frames that can be measured: time in milliseconds, light, disturbances.
struct Series {
    at: Vec<f64>,
    patches: Vec<Patches>,
    turn: Vec<f64>,
    size: Vec<f64>,
}

/// Measures the light; nothing if too few frames can be measured.
pub fn measure(
    challenge: &Challenge,
    capture: &Capture<'_>,
    observations: &[Observation],
    policy: &Policy,
) -> Option<Light> {
    let series = Series::of(capture, observations);
    let mut best: Option<(f64, Light)> = None;
    let mut lag = policy.shortest_lag_millis;
    while lag <= policy.longest_lag_millis {
        if let Some(light) = series.at_lag(challenge, lag, policy) {
            let score = mean(&light.correlation);
            if best.as_ref().is_none_or(|(known, _)| score > *known) {
                best = Some((score, light));
            }
        }
        lag += LAG_STEP;
    }
    best.map(|(_, light)| light)
}

impl Light {
    /// Whether the colours are those of the challenge.
    pub fn answers(&self, policy: &Policy) -> bool {
        self.correlation.iter().all(|each| *each >= policy.correlation_each)
            && mean(&self.correlation) >= policy.correlation_mean
            && self.wrong_slots <= policy.wrong_slots
            && self.contrast.iter().all(|each| *each >= policy.contrast)
    }

    /// Whether something else than the challenge shines.
    pub fn is_of_another(&self, policy: &Policy) -> bool {
        self.variation >= policy.other_light
            && self.wrong_slots >= policy.other_slots
            && !self.answers(policy)
    }

    /// The finding about presentation attacks.
    pub fn finding(&self, policy: &Policy) -> Finding<PadReason> {
        if self.is_of_another(policy) {
            Finding::Failed(PadReason::OtherColours)
        } else if !self.answers(policy) && self.level >= policy.bright {
            Finding::Undetermined(PadReason::TooBright)
        } else if !self.answers(policy) {
            Finding::Undetermined(PadReason::NoReflection)
        } else if self.shading.is_some_and(|shading| shading < policy.shading) {
            Finding::Failed(PadReason::FlatReflection)
        } else {
            Finding::Successful
        }
    }
}

impl Series {
    fn of(capture: &Capture<'_>, observations: &[Observation]) -> Self {
        let mut series = Self { at: Vec::new(), patches: Vec::new(), turn: Vec::new(), size: Vec::new() };
        for observation in observations {
            let (Some(frame), Some(patches), Some(landmarks)) =
                (capture.frame(observation.index), observation.patches, &observation.landmarks)
            else {
                continue;
            };
            let finite =
                patches.skin().iter().chain(&patches.background).flatten().all(|light| light.is_finite());
            let Some(pose) = Pose::of(landmarks).filter(|_| finite) else { continue };
            series.at.push(frame.captured_millis());
            series.patches.push(patches);
            series.turn.push(pose.turn);
            series.size.push(pose.size);
        }
        series
    }

    /// Only what was captured while a colour was shown, at this lag.
    fn at_lag(&self, challenge: &Challenge, lag: u32, policy: &Policy) -> Option<Light> {
        let lit: Vec<(usize, usize)> = (0..self.at.len())
            .filter_map(|i| Some((i, challenge.slot_at(self.at[i] - f64::from(lag))?)))
            .collect();
        if lit.len() < policy.fewest_lit_frames {
            return None;
        }
        let take = |values: &[f64]| -> Vec<f64> { lit.iter().map(|(i, _)| values[*i]).collect() };
        let disturbances = Disturbances::new(&[
            vec![1.0; lit.len()],
            take(&self.at),
            take(&self.turn),
            take(&self.turn).iter().map(|turn| turn.abs()).collect(),
            take(&self.size),
        ]);
        let mut light = Light {
            lag_millis: lag,
            correlation: [0.0; 3],
            contrast: [0.0; 3],
            wrong_slots: 0,
            variation: 0.0,
            level: 0.0,
            shading: None,
        };
        let mut wrong = [false; SLOTS];
        let mut quotients = [[f64::NAN; 3]; 4];
        let background = lit.iter().all(|(i, _)| self.patches[*i].background.is_some());
        for c in 0..3 {
            let emitted: Vec<f64> =
                lit.iter().map(|(_, slot)| challenge.colours()[*slot].light()[c]).collect();
            let on = mean(&emitted);
            let emitted = disturbances.without(&emitted);
            let channel = |read: &dyn Fn(&Patches) -> f64| -> Vec<f64> {
                lit.iter().map(|(i, _)| read(&self.patches[*i])).collect()
            };
            let on_skin = channel(&|patches| skin(patches, c));
            let level = mean(&on_skin).max(1e-6);
            let seen = if background {
                channel(&|patches| {
                    skin(patches, c) - patches.background.map_or(0.0, |light| f64::from(light[c]))
                })
            } else {
                on_skin
            };
            let seen = disturbances.without(&seen);
            let gain = slope(&emitted, &seen);
            light.correlation[c] = correlation(&emitted, &seen);
            light.contrast[c] = gain / level;
            light.level += level / 3.0;
            let (read, sent) = (slot_means(&lit, &seen), slot_means(&lit, &emitted));
            let seen_slots: Vec<f64> = read.iter().flatten().copied().collect();
            light.variation = light.variation.max(deviation(&seen_slots) / level);
            for slot in 0..SLOTS {
                let right = read[slot]
                    .zip(sent[slot])
                    .is_some_and(|(read, sent)| gain > 0.0 && (read - gain * sent).abs() < gain / 2.0);
                wrong[slot] |= !right;
            }
            for (place, quotient) in quotients.iter_mut().enumerate() {
                let raw = channel(&|patches| f64::from(patches.skin()[place][c]));
                let gain = slope(&emitted, &disturbances.without(&raw));
                let room = mean(&raw) - gain * on;
                if room >= policy.shading_light && gain > 0.0 {
                    quotient[c] = (gain / room).ln();
                }
            }
        }
        light.wrong_slots = wrong.iter().filter(|wrong| **wrong).count();
        light.shading = shading(&quotients);
        Some(light)
    }
}

/// The mean over the four places.
fn skin(patches: &Patches, c: usize) -> f64 {
    patches.skin().iter().map(|light| f64::from(light[c])).sum::<f64>() / 4.0
}

/// The mean of a series in each slot; nothing for slots without a frame.
fn slot_means(lit: &[(usize, usize)], series: &[f64]) -> [Option<f64>; SLOTS] {
    let mut means = [None; SLOTS];
    for (slot, mean) in means.iter_mut().enumerate() {
        let (mut sum, mut number) = (0.0, 0);
        for ((_, of), value) in lit.iter().zip(series) {
            if *of == slot {
                sum += value;
                number += 1;
            }
        }
        *mean = (number > 0).then(|| sum / count(number));
    }
    means
}

/// The deviation between the places, mean over the channels in which all four could be measured.
fn shading(quotients: &[[f64; 3]; 4]) -> Option<f64> {
    let channels: Vec<f64> = (0..3)
        .filter_map(|c| {
            let places: Vec<f64> = quotients.iter().map(|place| place[c]).collect();
            places.iter().all(|place| place.is_finite()).then(|| deviation(&places))
        })
        .collect();
    (!channels.is_empty()).then(|| mean(&channels))
}
