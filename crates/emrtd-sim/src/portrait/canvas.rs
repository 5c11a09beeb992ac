//! A canvas that paints signed-distance shapes with soft edges.
//!
//! Only the four operations and square roots are used, which IEEE 754 rounds the same way everywhere: the same
//! portrait has the same pixels on every machine.

use rand_core::Rng;

/// A colour with components from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour(pub(super) [f32; 3]);

impl Colour {
    /// From `0xRRGGBB`.
    pub(super) fn rgb(value: u32) -> Self {
        let [_, red, green, blue] = value.to_be_bytes();
        Self([red, green, blue].map(|part| f32::from(part) / 255.0))
    }

    /// The way from this colour to another; `share` 0 is this one.
    pub(super) fn towards(self, other: Self, share: f32) -> Self {
        let mut out = self.0;
        for (part, target) in out.iter_mut().zip(other.0) {
            *part += (target - *part) * share;
        }
        Self(out)
    }

    /// Darker (`amount` below 1).
    pub(super) fn times(self, amount: f32) -> Self {
        Self(self.0.map(|part| part * amount))
    }
}

/// A shape: the signed distance in pixels from its edge, negative inside.
pub(super) trait Shape: Fn(f32, f32) -> f32 {}
impl<F: Fn(f32, f32) -> f32> Shape for F {}

/// How a shape is laid on: the width of its edge in pixels (1 is sharp) and its opacity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brush {
    pub(super) edge: f32,
    pub(super) opacity: f32,
}

/// Sharp and opaque.
pub(super) const SOLID: Brush = Brush { edge: 1.2, opacity: 1.0 };

/// Soft with the given edge and opacity.
pub(super) const fn soft(edge: f32, opacity: f32) -> Brush {
    Brush { edge, opacity }
}

/// Side of the tiles in which shapes are painted, in pixels.
const TILE: usize = 8;
const TILE_SIDE: f32 = 8.0;

/// The picture.
pub(super) struct Canvas {
    width: u16,
    height: u16,
    pixels: Vec<Colour>,
}

impl Canvas {
    /// A canvas whose colour runs from `top` to `bottom`.
    pub(super) fn new(width: u16, height: u16, top: Colour, bottom: Colour) -> Self {
        let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height));
        for y in 0..height {
            let share = f32::from(y) / f32::from(height);
            for _ in 0..width {
                pixels.push(top.towards(bottom, share));
            }
        }
        Self { width, height, pixels }
    }

    /// Lays a shape on.
    pub(super) fn paint(&mut self, shape: impl Shape, colour: Colour, brush: Brush) {
        self.shade(shape, |_, _| colour, brush);
    }

    /// Lays a shape on whose colour depends on the place.
    pub(super) fn shade(&mut self, shape: impl Shape, colour: impl Fn(f32, f32) -> Colour, brush: Brush) {
        // A tile is skipped when its middle is farther from the shape than any of its pixels can be; twice the half
        // diagonal, because the distances are estimates.
        let reach = TILE_SIDE * 1.5 + brush.edge;
        let mut top = 0.0;
        for band in self.pixels.chunks_mut(usize::from(self.width).max(1) * TILE) {
            let mut left = 0.0;
            for start in (0..usize::from(self.width)).step_by(TILE) {
                if shape(left + TILE_SIDE / 2.0, top + TILE_SIDE / 2.0) <= reach {
                    let mut y = top + 0.5;
                    for row in band.chunks_mut(usize::from(self.width).max(1)) {
                        let mut x = left + 0.5;
                        for pixel in row.iter_mut().skip(start).take(TILE) {
                            let coverage = (0.5 - shape(x, y) / brush.edge).clamp(0.0, 1.0);
                            if coverage > 0.0 {
                                *pixel = pixel.towards(colour(x, y), coverage * brush.opacity);
                            }
                            x += 1.0;
                        }
                        y += 1.0;
                    }
                }
                left += TILE_SIDE;
            }
            top += TILE_SIDE;
        }
    }

    /// The picture as rows of red, green, blue, with the grain of a camera of the given strength.
    pub(super) fn to_rgb(&self, grain: f32, rng: &mut impl Rng) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.pixels.len() * 3);
        for pixel in &self.pixels {
            // The sum of two uniform values is closer to real noise than one.
            let [first, second, ..] = rng.next_u32().to_le_bytes();
            let noise = (f32::from(first) + f32::from(second) - 255.0) / 255.0 * grain;
            for part in pixel.0 {
                out.push(to_byte(part * 255.0 + noise));
            }
        }
        out
    }

    /// Width and height in pixels.
    pub(super) fn size(&self) -> (u16, u16) {
        (self.width, self.height)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of a byte")]
fn to_byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// An ellipse with centre and half axes.
pub(super) fn ellipse(centre: (f32, f32), axes: (f32, f32)) -> impl Shape + Copy {
    move |x, y| {
        let (u, v) = ((x - centre.0) / axes.0, (y - centre.1) / axes.1);
        let value = u * u + v * v;
        let gradient = ((u / axes.0) * (u / axes.0) + (v / axes.1) * (v / axes.1)).sqrt();
        if gradient < 1e-6 { -axes.0.min(axes.1) } else { (value - 1.0) / (2.0 * gradient) }
    }
}

/// A head: an ellipse that narrows below its middle by the share `jaw`.
pub(super) fn head(centre: (f32, f32), axes: (f32, f32), jaw: f32) -> impl Shape + Copy {
    move |x, y| {
        let below = ((y - centre.1) / axes.1).clamp(0.0, 1.0);
        ellipse(centre, (axes.0 * (1.0 - jaw * below * below), axes.1))(x, y)
    }
}

/// A line through points, `width` pixels wide, with round ends.
pub(super) fn stroke(points: Vec<(f32, f32)>, width: f32) -> impl Shape {
    move |x, y| {
        let mut nearest = f32::MAX;
        for pair in points.windows(2) {
            if let [(ax, ay), (bx, by)] = *pair {
                let (dx, dy) = (bx - ax, by - ay);
                let length = (dx * dx + dy * dy).max(1e-6);
                let share = (((x - ax) * dx + (y - ay) * dy) / length).clamp(0.0, 1.0);
                let (ex, ey) = (x - ax - share * dx, y - ay - share * dy);
                nearest = nearest.min((ex * ex + ey * ey).sqrt());
            }
        }
        nearest - width / 2.0
    }
}

/// Points on a quadratic Bézier curve.
pub(super) fn curve(start: (f32, f32), bend: (f32, f32), end: (f32, f32)) -> Vec<(f32, f32)> {
    (0..=12u8)
        .map(|step| {
            let t = f32::from(step) / 12.0;
            let s = 1.0 - t;
            let mix = |a: f32, b: f32, c: f32| s * s * a + 2.0 * s * t * b + t * t * c;
            (mix(start.0, bend.0, end.0), mix(start.1, bend.1, end.1))
        })
        .collect()
}

/// What lies in both shapes.
pub(super) fn both(one: impl Shape, other: impl Shape) -> impl Shape {
    move |x, y| one(x, y).max(other(x, y))
}

/// What lies in the first shape but not in the second.
pub(super) fn without(one: impl Shape, other: impl Shape) -> impl Shape {
    move |x, y| one(x, y).max(-other(x, y))
}

/// What lies in either shape.
pub(super) fn either(one: impl Shape, other: impl Shape) -> impl Shape {
    move |x, y| one(x, y).min(other(x, y))
}

/// Everything above the height `limit`.
pub(super) fn above(limit: f32) -> impl Shape + Copy {
    move |_, y| y - limit
}

/// Everything below the height `limit`.
pub(super) fn below(limit: f32) -> impl Shape + Copy {
    move |_, y| limit - y
}

/// The band along the edge of a shape, `width` pixels wide.
pub(super) fn outline(shape: impl Shape, width: f32) -> impl Shape {
    move |x, y| shape(x, y).abs() - width / 2.0
}
