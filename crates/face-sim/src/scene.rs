//! What the camera sees: a head or an attack instrument under the light of the room and of the screen.
//!
//! A pinhole camera at z = [`REST`](crate::head::REST) looks at the face. The screen is beside it: its light falls off with the square
//! of the distance and with the angle (Lambert's law), so that the nose gets more than the cheeks, and these more than the wall.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use crate::head::{Head, REST, Vector, Vertex, dot, unit};
use crate::linear::{Light, Linear};
use crate::script::Pose;

/// Where the axis is about which a head turns: in the neck, behind the eyes.
const NECK: Vector = [0.0, 0.6, -1.2];
/// The screen is a little below the camera, as that of a phone held before the face.
const SCREEN: Vector = [0.0, 1.0, REST];
/// Inter-eye distance at rest, as a part of the shorter side of the frame.
const FACE: f32 = 0.19;
/// Where the eyes are at rest, as a part of the height of the frame.
const EYES: f32 = 0.42;

/// Light of a place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Room {
    /// The light of the room, as a factor of what the portrait shows.
    pub ambient: Light,
    /// The light of a full white screen on a surface that faces it, at rest.
    pub screen: f32,
}

impl Room {
    /// A room with the curtains drawn.
    pub const DIM: Self = Self { ambient: [0.36, 0.34, 0.3], screen: 0.3 };
    /// A place by a window.
    pub const BRIGHT: Self = Self { ambient: [1.0, 1.0, 1.0], screen: 0.02 };
}

/// A camera's view: pixels of the frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View {
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl View {
    fn focal(self) -> f32 {
        FACE * f32::from(self.width.min(self.height)) * REST
    }

    fn middle(self) -> [f32; 2] {
        [f32::from(self.width) / 2.0, f32::from(self.height) * EYES]
    }
}

/// The part of the screen's light that falls on a surface.
fn falls(place: Vector, normal: Vector) -> f32 {
    let towards = [0, 1, 2].map(|i| SCREEN[i] - place[i]);
    let square = dot(towards, towards).max(0.5);
    dot(normal, unit(towards)).max(0.0) * REST * REST / square
}

/// The living head.
pub fn person(head: &Head, pose: Pose, screen: Light, room: &Room, view: View) -> Linear {
    let turn = Turn::of(pose);
    let (focal, middle) = (view.focal(), view.middle());
    let seen: Vec<Seen> = head
        .vertices()
        .iter()
        .map(|vertex| {
            let (place, normal) = moved(vertex, pose, &turn);
            let away = (REST - place[2]).max(0.5);
            let at = [middle[0] + focal * place[0] / away, middle[1] + focal * place[1] / away];
            Seen { at, away, texture: vertex.texture, lit: falls(place, normal) }
        })
        .collect();
    let (width, height) = (usize::from(view.width), usize::from(view.height));
    let mut canvas = Canvas {
        light: Linear::plain(width, height, [0.0; 3]),
        nearest: vec![f32::INFINITY; width * height],
    };
    let columns = head.columns();
    for upper in (0..seen.len().saturating_sub(columns)).filter(|at| at % columns + 1 < columns) {
        let [a, b, c, d] = [upper, upper + 1, upper + columns, upper + columns + 1].map(|at| seen[at]);
        for triangle in [[a, b, c], [b, d, c]] {
            canvas.triangle(triangle, |texture, lit| {
                let colour = head.colour(texture);
                [0, 1, 2].map(|i| colour[i] * (room.ambient[i] + room.screen * lit * screen[i]))
            });
        }
    }
    canvas.light
}

/// A glossy print of the portrait in a hand, in life size.
pub fn photograph(head: &Head, pose: Pose, screen: Light, room: &Room, view: View) -> Linear {
    let turn = Turn::of(pose);
    let (focal, middle) = (view.focal(), view.middle());
    let centre = [0, 1, 2].map(|i| pose.shift[i] + [0.0, 0.6, 0.0][i]);
    let [right, down, normal] =
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|axis| turn.apply(axis));
    let wall = falls([0.0, 0.0, -REST], [0.0, 0.0, 1.0]);
    let wall = [0, 1, 2].map(|i| 0.4 * (room.ambient[i] + room.screen * wall * screen[i]));
    let mut light = Linear::plain(usize::from(view.width), usize::from(view.height), wall);
    for y in 0..light.height() {
        for x in 0..light.width() {
            // The ray from the camera at (0, 0, REST) through the pixel.
            let ray = [(x as f32 - middle[0]) / focal, (y as f32 - middle[1]) / focal, -1.0];
            let to_plane =
                dot([centre[0], centre[1], centre[2] - REST], normal) / dot(ray, normal).min(-1e-3);
            let place = [ray[0] * to_plane, ray[1] * to_plane, REST - to_plane];
            let on = [0, 1, 2].map(|i| place[i] - centre[i]);
            let Some(colour) = head.printed(dot(on, right), dot(on, down) + 0.6) else { continue };
            let lit = falls(place, normal);
            // Gloss: the screen itself, where its mirror image is seen.
            let half = unit(
                [0, 1, 2]
                    .map(|i| unit(ray.map(|r| -r))[i] + unit([0, 1, 2].map(|j| SCREEN[j] - place[j]))[i]),
            );
            let gloss = 0.01 + 0.08 * dot(half, normal).max(0.0).powi(200);
            light.set(
                x,
                y,
                [0, 1, 2].map(|i| {
                    0.9 * colour[i] * (room.ambient[i] + room.screen * lit * screen[i])
                        + room.screen * gloss * screen[i]
                }),
            );
        }
    }
    light
}

/// A display that shows `shown`, before the camera: its own light, and a weak reflection of the screen and the room.
pub fn display(shown: &Linear, screen: Light, room: &Room) -> Linear {
    let mut light = shown.clone();
    for y in 0..light.height() {
        for x in 0..light.width() {
            let own = shown.get(x, y);
            // Rows of the display and of the camera beat: a weak moiré.
            let beat = 1.0 + 0.015 * (x as f32 * 0.73).sin() * (y as f32 * 0.61).sin();
            let reflected = |i: usize| 0.02 * (room.ambient[i] + room.screen * screen[i]);
            light.set(x, y, [0, 1, 2].map(|i| 0.95 * own[i] * beat + reflected(i)));
        }
    }
    light
}

/// Where a vertex is in this pose, and its normal.
fn moved(vertex: &Vertex, pose: Pose, turn: &Turn) -> (Vector, Vector) {
    let (turned, normal) = if vertex.turns > 0.0 {
        let own = Turn::of(Pose {
            yaw: pose.yaw * vertex.turns,
            pitch: pose.pitch * vertex.turns,
            roll: pose.roll * vertex.turns,
            ..pose
        });
        let turn = if vertex.turns < 1.0 { &own } else { turn };
        let from_neck = [0, 1, 2].map(|i| vertex.place[i] - NECK[i]);
        let turned = turn.apply(from_neck);
        ([0, 1, 2].map(|i| turned[i] + NECK[i]), turn.apply(vertex.normal))
    } else {
        (vertex.place, vertex.normal)
    };
    ([0, 1, 2].map(|i| turned[i] + vertex.body * pose.shift[i]), normal)
}

/// A rotation: nod, then turn, then incline.
struct Turn([Vector; 3]);

impl Turn {
    fn of(pose: Pose) -> Self {
        let [(sy, cy), (sp, cp), (sr, cr)] =
            [pose.yaw, pose.pitch, pose.roll].map(|degrees| degrees.to_radians().sin_cos());
        // Rows of roll * yaw * pitch; y is downwards, z towards the camera.
        let yaw_pitch = [[cy, sy * -sp, sy * cp], [0.0, cp, sp], [-sy, cy * -sp, cy * cp]];
        let rolled = |a: f32, b: f32| [0, 1, 2].map(|i| a * yaw_pitch[0][i] + b * yaw_pitch[1][i]);
        Self([rolled(cr, -sr), rolled(sr, cr), yaw_pitch[2]])
    }

    fn apply(&self, vector: Vector) -> Vector {
        self.0.map(|row| dot(row, vector))
    }
}

/// A vertex as the camera sees it.
#[derive(Clone, Copy)]
struct Seen {
    at: [f32; 2],
    away: f32,
    texture: [f32; 2],
    lit: f32,
}

struct Canvas {
    light: Linear,
    nearest: Vec<f32>,
}

impl Canvas {
    fn triangle(&mut self, corners: [Seen; 3], shade: impl Fn([f32; 2], f32) -> Light) {
        let [a, b, c] = corners;
        let edge = |p: [f32; 2], q: [f32; 2], x: f32, y: f32| {
            (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0])
        };
        let area = edge(a.at, b.at, c.at[0], c.at[1]);
        // Seen from behind, or from the side.
        if area < 1e-6 {
            return;
        }
        let (width, height) = (self.light.width(), self.light.height());
        let range = |axis: usize, length: usize| {
            let all = corners.map(|corner| corner.at[axis]);
            let (least, most) =
                (all.into_iter().fold(f32::MAX, f32::min), all.into_iter().fold(f32::MIN, f32::max));
            (least.ceil().max(0.0) as usize, ((most.floor() + 1.0).max(0.0) as usize).min(length))
        };
        let (left, right) = range(0, width);
        let (top, bottom) = range(1, height);
        for y in top..bottom {
            for x in left..right {
                let (px, py) = (x as f32, y as f32);
                let weights = [edge(b.at, c.at, px, py), edge(c.at, a.at, px, py), edge(a.at, b.at, px, py)];
                if weights.iter().any(|weight| *weight < 0.0) {
                    continue;
                }
                let mix = |values: [f32; 3]| dot(values, weights) / area;
                let away = mix([a.away, b.away, c.away]);
                let nearest = &mut self.nearest[y * width + x];
                if away < *nearest {
                    *nearest = away;
                    let texture = [0, 1].map(|i| mix([a.texture[i], b.texture[i], c.texture[i]]));
                    self.light.set(x, y, shade(texture, mix([a.lit, b.lit, c.lit])));
                }
            }
        }
    }
}
