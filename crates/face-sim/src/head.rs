//! A head as a surface with depth under a portrait.
//!
//! Unit: the inter-eye distance of the portrait. Origin: between the eyes; x to the right of the picture, y downwards, z towards the
//! camera. The portrait is taken for one made from [`REST`] away, so that the rendered head at rest shows it again. The depth is
//! that of an ellipsoid with a nose, lips and eye sockets placed by the five points; shoulders and a wall are behind. The one sheet
//! is never torn: parts between head and wall stretch when the head turns.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of pictures are far below 2^24, and conversions of floating point numbers saturate"
)]

use face::geometry::{Landmarks, Point};
use face::picture::Picture;

use crate::linear::{Light, Linear};

/// How far from the camera the person is, in inter-eye distances: about half a metre.
pub const REST: f32 = 8.0;

/// Pixels of the texture between the eyes; finer portraits are shrunk to about this.
const TEXTURE: f32 = 110.0;
/// From one vertex of the sheet to the next.
const STEP: f32 = 0.08;
/// The sheet: left, right, top, bottom.
const SHEET: [f32; 4] = [-7.2, 7.2, -5.6, 7.2];
/// How far around the person the sheet still follows it, so that it tears in the background.
const REACH: f32 = 0.1;
/// How deep the wall is behind the eyes.
const WALL: f32 = -8.0;
/// Depth of the ellipsoid, and its half width and half height.
const ELLIPSOID: [f32; 3] = [1.15, 1.3, 2.05];

/// A direction or a place in space.
pub type Vector = [f32; 3];

/// A place on the sheet.
#[derive(Clone, Copy)]
pub(crate) struct Vertex {
    /// In space, the head at rest.
    pub(crate) place: Vector,
    /// Out of the surface, unit length.
    pub(crate) normal: Vector,
    /// In the texture, in pixels.
    pub(crate) texture: [f32; 2],
    /// How much of the head's turn it follows, 0 to 1.
    pub(crate) turns: f32,
    /// How much it belongs to the body and not to the wall, 0 to 1.
    pub(crate) body: f32,
}

/// A person from a portrait.
pub struct Head {
    texture: Linear,
    /// From the sheet to the texture: the place of the origin, and one unit to the right.
    origin: [f32; 2],
    right: [f32; 2],
    vertices: Vec<Vertex>,
    columns: usize,
}

/// Why there is no head for a portrait.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeadError {
    /// The five points are not those of an upright face, or less than 16 pixels are between the eyes.
    #[error("the five points are not those of an upright face of sufficient size")]
    Landmarks,
}

impl Head {
    /// The head of a portrait with these five points.
    pub fn new(portrait: &Picture, landmarks: &Landmarks) -> Result<Self, HeadError> {
        let unit = landmarks.inter_eye_distance();
        if !(16.0..1e5).contains(&unit) {
            return Err(HeadError::Landmarks);
        }
        let eyes = middle(landmarks.left_eye, landmarks.right_eye);
        let along = [
            (landmarks.right_eye.x - landmarks.left_eye.x) / unit,
            (landmarks.right_eye.y - landmarks.left_eye.y) / unit,
        ];
        let local = |p: Point| {
            let (x, y) = ((p.x - eyes.x) / unit, (p.y - eyes.y) / unit);
            [along[0] * x + along[1] * y, along[0] * y - along[1] * x]
        };
        let nose = local(landmarks.nose);
        let mouth = local(middle(landmarks.left_mouth, landmarks.right_mouth));
        let upright = nose[1] > 0.1 && mouth[1] > nose[1] + 0.1 && mouth[1] < 2.5 && nose[0].abs() < 0.4;
        if !(upright && along[0] > 0.7) {
            return Err(HeadError::Landmarks);
        }
        let factor = (unit / TEXTURE).round().max(1.0);
        let surface = Linear::shrunk(portrait, factor as usize);
        let relief = Relief { nose, mouth };
        let origin = [(eyes.x + 0.5) / factor - 0.5, (eyes.y + 0.5) / factor - 0.5];
        let right = along.map(|part| part * unit / factor);
        let columns = ((SHEET[1] - SHEET[0]) / STEP) as usize;
        let rows = ((SHEET[3] - SHEET[2]) / STEP) as usize;
        let mut vertices = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                let (x, y) = (SHEET[0] + column as f32 * STEP, SHEET[2] + row as f32 * STEP);
                let texture =
                    [origin[0] + right[0] * x - right[1] * y, origin[1] + right[1] * x + right[0] * y];
                let person = relief.is_core(x, y) || differs(&surface, texture, REACH * right[0]);
                vertices.push(relief.vertex(x, y, texture, person));
            }
        }
        Ok(Self { texture: surface, origin, right, vertices, columns })
    }

    pub(crate) fn vertices(&self) -> &[Vertex] {
        &self.vertices
    }

    /// Vertices in a row.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// The portrait as a print: its colour at a place of the sheet, nothing beyond its border.
    pub(crate) fn printed(&self, x: f32, y: f32) -> Option<Light> {
        let [left, top] = [
            self.origin[0] + self.right[0] * x - self.right[1] * y,
            self.origin[1] + self.right[1] * x + self.right[0] * y,
        ];
        let (width, height) = (self.texture.width() as f32, self.texture.height() as f32);
        let inside = left > -0.5 && top > -0.5 && left < width - 0.5 && top < height - 0.5;
        inside.then(|| self.texture.sample(left, top))
    }

    /// The colour at a place of the texture.
    pub(crate) fn colour(&self, texture: [f32; 2]) -> Light {
        self.texture.sample(texture[0], texture[1])
    }
}

/// Whether the portrait shows something else than its background here, or nearly here.
fn differs(portrait: &Linear, at: [f32; 2], reach: f32) -> bool {
    let right = (portrait.width() - 1) as f32;
    [[0.0, 0.0], [-reach, 0.0], [reach, 0.0], [0.0, -reach], [0.0, reach]].into_iter().any(|offset| {
        let (x, y) = (at[0] + offset[0], at[1] + offset[1]);
        // The background of a portrait is plain; it may be brighter on one side.
        let (near, far) = (portrait.sample(2.0, y), portrait.sample(right - 2.0, y));
        let across = (x / right).clamp(0.0, 1.0);
        let seen = portrait.sample(x, y);
        (0..3).any(|i| ((near[i] + across * (far[i] - near[i])).sqrt() - seen[i].sqrt()).abs() > 0.06)
    })
}

fn middle(a: Point, b: Point) -> Point {
    Point::new(f32::midpoint(a.x, b.x), f32::midpoint(a.y, b.y))
}

/// Where nose and mouth are.
struct Relief {
    nose: [f32; 2],
    mouth: [f32; 2],
}

impl Relief {
    /// The depth of the head alone.
    fn depth(&self, x: f32, y: f32) -> f32 {
        let [depth, width, height] = ELLIPSOID;
        let (across, down) = (x / width, (y - 0.4) / height);
        let away = across.hypot(down).min(0.97);
        let round = depth * ((1.0 - away * away).sqrt() - 1.0);
        let nose_height = if y < self.nose[1] { 0.34 } else { 0.13 };
        let nose = 0.33 * bump(x - self.nose[0], 0.17) * bump(y - self.nose[1], nose_height);
        let lips = 0.07 * bump(x - self.mouth[0], 0.3) * bump(y - self.mouth[1], 0.12);
        let sockets = 0.06 * (bump(x - 0.5, 0.2) + bump(x + 0.5, 0.2)) * bump(y, 0.16);
        round + nose + lips - sockets
    }

    /// The face itself, whatever its colour is, and the body, which may touch the border of the portrait.
    fn is_core(&self, x: f32, y: f32) -> bool {
        (x / 1.2).hypot((y - 0.4) / 1.6) < 0.85 || y > self.mouth[1] + 1.0
    }

    fn vertex(&self, x: f32, y: f32, texture: [f32; 2], person: bool) -> Vertex {
        // The head with its hair, the neck, the shoulders.
        let head = 1.0 - step((x / 1.5).hypot((y - 0.2) / 2.2), 0.98, 1.3);
        let neck = (1.0 - step(x.abs(), 0.8, 1.2)) * step(y, 1.2, 1.9);
        let shoulder = 0.9 + 2.6 * step(y, 1.9, 3.6);
        let shoulders = (1.0 - step(x.abs(), shoulder, shoulder + 0.5)) * step(y, 2.0, 2.6);
        let body = if person { head.max(neck).max(shoulders) } else { 0.0 };
        let turns = if person { head * (1.0 - step(y, 1.7, 2.6)) } else { 0.0 };
        let own = self.depth(x, y);
        let chest = -0.9;
        let body_depth = own + (1.0 - turns) * (chest - own);
        let z = body_depth + (1.0 - body) * (WALL - body_depth);
        // On the ray of the camera at rest.
        let far = (REST - z) / REST;
        let slope = |a: [f32; 2], b: [f32; 2]| (self.depth(b[0], b[1]) - self.depth(a[0], a[1])) / 0.1;
        let normal = unit([
            -turns * slope([x - 0.05, y], [x + 0.05, y]),
            -turns * slope([x, y - 0.05], [x, y + 0.05]),
            1.0,
        ]);
        Vertex { place: [x * far, y * far, z], normal, texture, turns, body }
    }
}

fn bump(away: f32, width: f32) -> f32 {
    (-away * away / (2.0 * width * width)).exp()
}

/// 0 below `from`, 1 above `to`, smooth in between.
pub(crate) fn step(value: f32, from: f32, to: f32) -> f32 {
    let part = ((value - from) / (to - from)).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

pub(crate) fn unit(vector: Vector) -> Vector {
    let length = dot(vector, vector).sqrt().max(1e-9);
    vector.map(|value| value / length)
}

pub(crate) fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
