//! The features of a face and how they are drawn.

#![expect(clippy::unreadable_literal, reason = "colours are written RRGGBB")]

use rand_core::Rng;

use super::canvas::{
    Brush, Canvas, Colour, SOLID, above, below, both, curve, either, ellipse, head, outline, soft, stroke,
    without,
};

/// Width of the picture in pixels: 35 mm at 300 dots per inch.
pub(super) const WIDTH: u16 = 413;
/// Height of the picture in pixels: 45 mm at 300 dots per inch.
pub(super) const HEIGHT: u16 = 531;

const MIDDLE: f32 = 206.5;
const HEAD_CENTRE: (f32, f32) = (MIDDLE, 262.0);
const EYE_HEIGHT: f32 = 252.0;
const EYE_OFFSET: f32 = 55.0;
/// Left and right as signs.
const SIDES: [f32; 2] = [-1.0, 1.0];

/// What the face shows of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Longer hair, no beard.
    pub feminine: bool,
    /// Age in years when the picture was taken.
    pub age: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hair {
    None,
    Short,
    Parted,
    Curly,
    Bob,
    Long,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beard {
    None,
    Stubble,
    Moustache,
    Full,
}

/// Everything that varies between two faces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Face {
    skin: Colour,
    hair_colour: Colour,
    hair: Hair,
    iris: Colour,
    beard: Beard,
    glasses: Option<Colour>,
    round_glasses: bool,
    cloth: Colour,
    background: Colour,
    axes: (f32, f32),
    jaw: f32,
    brow_width: f32,
    mouth_width: f32,
    smile: f32,
    nose_length: f32,
    freckles: bool,
    wrinkles: bool,
}

impl Face {
    /// Draws lots for the features.
    pub(super) fn choose(look: Look, rng: &mut impl Rng) -> Self {
        let skins = [0xF6D7C3, 0xEFC6A8, 0xE3B08B, 0xC98F65, 0xA06A43, 0x7A4B2E, 0x5B3823];
        let hairs = [0x2A1D16, 0x3B271B, 0x5A3A22, 0x8A5A33, 0xB98A4E, 0xD9B77A, 0x9C4A22, 0x17130F];
        let irises = [0x4F7FA8, 0x5B7F52, 0x6B4A2B, 0x3E2A1A, 0x7C8C93];
        let cloths = [0x2F4858, 0x6B2D3C, 0x3C5A44, 0x4A4A68, 0x8C6A3F, 0x22303C, 0x7B8794];
        let backgrounds = [0xDDE4EA, 0xE6E6E2, 0xD8DFE0, 0xE9ECEF];
        let skin_number = number(7, rng);
        let skin = Colour::rgb(at(&skins, skin_number));
        // Light hair goes with light skin more often than not; grey comes with age.
        let hair_choices = if skin_number < 3 { 8 } else { 3 };
        let natural = Colour::rgb(at(&hairs, number(hair_choices, rng)));
        let grey_share = share(look.age, 45, 75);
        let hair_colour = natural.towards(Colour::rgb(0xC9C9C6), grey_share * (0.6 + 0.4 * unit(rng)));
        let hair = if look.feminine {
            at(&[Hair::Bob, Hair::Long, Hair::Long, Hair::Curly, Hair::Parted], number(5, rng))
        } else if look.age > 35 && number(4, rng) == 0 {
            Hair::None
        } else {
            at(&[Hair::Short, Hair::Short, Hair::Parted, Hair::Curly], number(4, rng))
        };
        let iris = if skin_number < 3 { number(5, rng) } else { 2 + number(2, rng) };
        let iris = Colour::rgb(at(&irises, iris));
        let beards = [Beard::None, Beard::None, Beard::None, Beard::Stubble, Beard::Moustache, Beard::Full];
        let drawn_beard = at(&beards, number(6, rng));
        let beard = if look.feminine || look.age < 20 { Beard::None } else { drawn_beard };
        let frames = [0x1E1E22, 0x5A3A22, 0x7A7F85];
        let frame = Colour::rgb(at(&frames, number(3, rng)));
        let glasses = (number(if look.age > 50 { 2 } else { 4 }, rng) == 0).then_some(frame);
        let child = 1.0 - share(look.age, 4, 17);
        Self {
            skin,
            hair_colour,
            hair,
            iris,
            beard,
            glasses,
            round_glasses: number(2, rng) == 0,
            cloth: Colour::rgb(at(&cloths, number(7, rng))),
            background: Colour::rgb(at(&backgrounds, number(4, rng))),
            axes: (
                126.0 + 16.0 * unit(rng) - if look.feminine { 6.0 } else { 0.0 },
                174.0 + 14.0 * unit(rng) - 22.0 * child,
            ),
            jaw: 0.14 + 0.16 * unit(rng) - 0.08 * child,
            brow_width: if look.feminine { 5.0 } else { 7.5 } + 3.0 * unit(rng),
            mouth_width: 40.0 + 12.0 * unit(rng),
            smile: 1.0 + 11.0 * unit(rng),
            nose_length: 58.0 + 16.0 * unit(rng) - 14.0 * child,
            freckles: skin_number < 2 && number(3, rng) == 0,
            wrinkles: look.age > 58,
        }
    }

    /// Draws the face, from the back to the front.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> Canvas {
        let mut canvas = Canvas::new(WIDTH, HEIGHT, self.background, self.background.times(0.93));
        self.draw_back_hair(&mut canvas);
        self.draw_body(&mut canvas);
        self.draw_head(&mut canvas);
        if self.freckles {
            self.draw_freckles(&mut canvas, rng);
        }
        self.draw_mouth(&mut canvas);
        self.draw_beard(&mut canvas);
        self.draw_nose(&mut canvas);
        self.draw_eyes(&mut canvas);
        if self.wrinkles {
            self.draw_wrinkles(&mut canvas);
        }
        self.draw_front_hair(&mut canvas);
        self.draw_glasses(&mut canvas);
        canvas
    }

    fn shadow(&self) -> Colour {
        self.skin.times(0.72).towards(Colour::rgb(0x8A3B2A), 0.18)
    }

    fn chin(&self) -> f32 {
        HEAD_CENTRE.1 + self.axes.1
    }

    fn draw_back_hair(&self, canvas: &mut Canvas) {
        let back = self.hair_colour.times(0.72);
        let (wide, high) = self.axes;
        match self.hair {
            Hair::Long => canvas.paint(
                either(
                    ellipse((MIDDLE, 235.0), (wide + 34.0, high + 8.0)),
                    both(ellipse((MIDDLE, 380.0), (wide + 40.0, 210.0)), below(230.0)),
                ),
                back,
                SOLID,
            ),
            Hair::Bob => canvas.paint(
                both(ellipse((MIDDLE, 270.0), (wide + 34.0, high + 22.0)), above(400.0)),
                back,
                SOLID,
            ),
            Hair::Curly => {
                canvas.paint(ellipse((MIDDLE, 215.0), (wide + 24.0, high - 14.0)), back, soft(5.0, 1.0));
            }
            Hair::None | Hair::Short | Hair::Parted => {}
        }
    }

    fn draw_body(&self, canvas: &mut Canvas) {
        let neck_width = self.axes.0 * 0.55;
        let chin = self.chin();
        let shoulders = ellipse((MIDDLE, 600.0), (205.0, 128.0));
        let neck = either(
            stroke(vec![(MIDDLE, 360.0), (MIDDLE, 500.0)], neck_width * 2.0),
            ellipse((MIDDLE, 500.0), (neck_width + 16.0, 34.0)),
        );
        let (cloth, shade) = (self.cloth, self.cloth.times(0.6));
        canvas.shade(
            shoulders,
            |x, _| cloth.towards(shade, ((x - MIDDLE) / 205.0) * ((x - MIDDLE) / 205.0)),
            SOLID,
        );
        canvas.paint(&neck, self.skin.times(0.93), SOLID);
        // The shadow of the chin on the neck.
        let (shadow, skin) = (self.shadow(), self.skin.times(0.93));
        canvas.shade(
            both(&neck, above(chin + 60.0)),
            |_, y| shadow.towards(skin, ((y - chin + 4.0) / 56.0).clamp(0.0, 1.0)),
            SOLID,
        );
        canvas.paint(
            without(shoulders, ellipse((MIDDLE, 462.0), (neck_width + 34.0, 62.0))),
            self.cloth,
            soft(1.5, 0.96),
        );
        canvas.paint(
            both(outline(ellipse((MIDDLE, 462.0), (neck_width + 34.0, 62.0)), 7.0), shoulders),
            self.cloth.times(0.7),
            SOLID,
        );
    }

    fn draw_head(&self, canvas: &mut Canvas) {
        for side in SIDES {
            let ear = (MIDDLE + side * (self.axes.0 - 1.0), 272.0);
            canvas.paint(ellipse(ear, (17.0, 34.0)), self.skin.times(0.95), SOLID);
            canvas.paint(ellipse((ear.0 + side * 3.0, 272.0), (7.0, 20.0)), self.shadow(), soft(8.0, 0.5));
        }
        let (skin, shadow, wide) = (self.skin, self.shadow(), self.axes.0);
        canvas.shade(
            head(HEAD_CENTRE, self.axes, self.jaw),
            |x, y| {
                // Light from the upper left.
                let (u, v) = ((x - MIDDLE + 24.0) / wide, (y - 230.0) / 230.0);
                skin.towards(shadow, (0.42 * (u * u + v * v) - 0.08).clamp(0.0, 0.5))
            },
            SOLID,
        );
        for side in SIDES {
            let cheek = ellipse((MIDDLE + side * 72.0, 322.0), (30.0, 24.0));
            canvas.paint(cheek, self.skin.towards(Colour::rgb(0xD8604A), 0.5), soft(46.0, 0.3));
        }
        canvas.paint(ellipse((MIDDLE - 14.0, 160.0), (60.0, 30.0)), Colour::rgb(0xFFFFFF), soft(60.0, 0.16));
    }

    fn draw_freckles(&self, canvas: &mut Canvas, rng: &mut impl Rng) {
        for _ in 0..26 {
            let place = (MIDDLE + (unit(rng) - 0.5) * 170.0, 290.0 + 42.0 * unit(rng));
            canvas.paint(ellipse(place, (2.2, 1.8)), self.shadow(), soft(2.0, 0.45));
        }
    }

    fn draw_mouth(&self, canvas: &mut Canvas) {
        let y = self.chin() - 76.0;
        let half = self.mouth_width;
        let lips = self.skin.times(0.78).towards(Colour::rgb(0xB0413E), 0.45);
        let corner = y - self.smile * 0.5;
        canvas.paint(
            either(
                stroke(
                    curve((MIDDLE - half + 8.0, corner), (MIDDLE, y - 12.0), (MIDDLE + half - 8.0, corner)),
                    9.0,
                ),
                stroke(
                    curve(
                        (MIDDLE - half + 10.0, corner + 3.0),
                        (MIDDLE, y + 20.0),
                        (MIDDLE + half - 10.0, corner + 3.0),
                    ),
                    11.0,
                ),
            ),
            lips,
            soft(2.5, 1.0),
        );
        canvas.paint(ellipse((MIDDLE, y + 2.5), (half * 0.72, 7.0)), lips, soft(3.0, 1.0));
        canvas.paint(
            stroke(curve((MIDDLE - half, corner), (MIDDLE, y + self.smile), (MIDDLE + half, corner)), 2.6),
            lips.times(0.5),
            soft(1.8, 0.9),
        );
        canvas.paint(ellipse((MIDDLE, y + 26.0), (24.0, 5.0)), self.shadow(), soft(12.0, 0.35));
    }

    fn draw_beard(&self, canvas: &mut Canvas) {
        let mouth = self.chin() - 76.0;
        let skull = head(HEAD_CENTRE, (self.axes.0 + 3.0, self.axes.1 + 4.0), self.jaw);
        let lips = ellipse((MIDDLE, mouth + 3.0), (self.mouth_width + 6.0, 15.0));
        let cheeks = ellipse((MIDDLE, 250.0), (self.axes.0 - 18.0, mouth - 266.0));
        let whiskers = without(without(both(skull, below(286.0)), cheeks), lips);
        let moustache = stroke(
            curve(
                (MIDDLE - self.mouth_width - 2.0, mouth + 2.0),
                (MIDDLE, mouth - 36.0),
                (MIDDLE + self.mouth_width + 2.0, mouth + 2.0),
            ),
            13.0,
        );
        match self.beard {
            Beard::None => {}
            Beard::Stubble => canvas.paint(
                both(whiskers, head(HEAD_CENTRE, (self.axes.0 - 12.0, self.axes.1 - 12.0), self.jaw)),
                self.hair_colour.times(0.8),
                soft(24.0, 0.3),
            ),
            Beard::Moustache => canvas.paint(moustache, self.hair_colour.times(0.85), soft(3.5, 0.95)),
            Beard::Full => {
                canvas.paint(whiskers, self.hair_colour.times(0.85), soft(6.0, 0.97));
                canvas.paint(moustache, self.hair_colour.times(0.8), soft(4.0, 0.97));
            }
        }
    }

    fn draw_nose(&self, canvas: &mut Canvas) {
        let tip = EYE_HEIGHT + self.nose_length;
        canvas.paint(
            stroke(
                curve(
                    (MIDDLE + 12.0, EYE_HEIGHT + 4.0),
                    (MIDDLE + 15.0, tip - 24.0),
                    (MIDDLE + 20.0, tip - 4.0),
                ),
                9.0,
            ),
            self.shadow(),
            soft(14.0, 0.42),
        );
        canvas.paint(
            ellipse((MIDDLE - 2.0, tip - 8.0), (14.0, 15.0)),
            Colour::rgb(0xFFFFFF),
            soft(20.0, 0.14),
        );
        canvas.paint(
            stroke(curve((MIDDLE - 24.0, tip), (MIDDLE, tip + 13.0), (MIDDLE + 24.0, tip)), 4.0),
            self.shadow(),
            soft(4.5, 0.8),
        );
        for side in SIDES {
            canvas.paint(
                ellipse((MIDDLE + side * 11.0, tip + 3.0), (6.0, 3.2)),
                self.shadow().times(0.5),
                soft(3.0, 0.8),
            );
        }
    }

    fn draw_eyes(&self, canvas: &mut Canvas) {
        for side in SIDES {
            let centre = (MIDDLE + side * EYE_OFFSET, EYE_HEIGHT);
            let socket = ellipse((centre.0, centre.1 - 5.0), (38.0, 23.0));
            canvas.paint(socket, self.shadow(), soft(26.0, 0.4));
            let white = both(
                ellipse((centre.0, centre.1 + 12.0), (30.0, 25.0)),
                ellipse((centre.0, centre.1 - 12.0), (30.0, 24.0)),
            );
            canvas.paint(&white, Colour::rgb(0xF7F3EE), SOLID);
            canvas.paint(both(&white, ellipse(centre, (12.5, 12.5))), self.iris, SOLID);
            canvas.paint(
                both(&white, outline(ellipse(centre, (12.5, 12.5)), 2.0)),
                self.iris.times(0.5),
                SOLID,
            );
            canvas.paint(both(&white, ellipse(centre, (5.5, 5.5))), Colour::rgb(0x0B0A0A), SOLID);
            canvas.paint(ellipse((centre.0 - 4.0, centre.1 - 4.0), (2.6, 2.6)), Colour::rgb(0xFFFFFF), SOLID);
            let lid = curve(
                (centre.0 - 28.0, centre.1 + 1.0),
                (centre.0, centre.1 - 24.0),
                (centre.0 + 28.0, centre.1 + 1.0),
            );
            canvas.paint(stroke(lid, 3.4), self.hair_colour.times(0.35), soft(1.6, 0.95));
            let brow = curve(
                (centre.0 - side * 34.0, EYE_HEIGHT - 34.0),
                (centre.0 + side * 4.0, EYE_HEIGHT - 49.0),
                (centre.0 + side * 38.0, EYE_HEIGHT - 31.0),
            );
            canvas.paint(stroke(brow, self.brow_width), self.hair_colour.times(0.8), soft(3.0, 0.92));
        }
    }

    fn draw_wrinkles(&self, canvas: &mut Canvas) {
        let brush: Brush = soft(4.0, 0.35);
        for step in [0.0, 16.0] {
            let y = 176.0 + step;
            canvas.paint(
                stroke(curve((MIDDLE - 62.0, y), (MIDDLE, y - 8.0), (MIDDLE + 62.0, y)), 2.0),
                self.shadow(),
                brush,
            );
        }
        for side in SIDES {
            let fold = curve(
                (MIDDLE + side * 34.0, 318.0),
                (MIDDLE + side * 62.0, 336.0),
                (MIDDLE + side * 60.0, 372.0),
            );
            canvas.paint(stroke(fold, 3.0), self.shadow(), brush);
            let bag = curve(
                (MIDDLE + side * 30.0, 272.0),
                (MIDDLE + side * 54.0, 284.0),
                (MIDDLE + side * 80.0, 270.0),
            );
            canvas.paint(stroke(bag, 2.5), self.shadow(), brush);
        }
    }

    fn draw_front_hair(&self, canvas: &mut Canvas) {
        let colour = self.hair_colour;
        let shine = colour.towards(Colour::rgb(0xFFFFFF), 0.22);
        let (wide, high) = self.axes;
        let cap = head((MIDDLE, HEAD_CENTRE.1 - 6.0), (wide + 10.0, high + 12.0), 0.0);
        let gradient =
            |_: f32, y: f32| colour.towards(shine, (1.0 - (y - 70.0).abs() / 90.0).clamp(0.0, 1.0));
        match self.hair {
            Hair::None => {}
            Hair::Short => {
                let brow = ellipse((MIDDLE, 278.0), (wide - 8.0, 142.0));
                canvas.shade(both(without(cap, brow), above(250.0)), gradient, soft(2.5, 1.0));
            }
            Hair::Parted => {
                let left = ellipse((MIDDLE - 56.0, 278.0), (wide - 64.0, 136.0));
                let right = ellipse((MIDDLE + 26.0, 282.0), (wide - 34.0, 158.0));
                canvas.shade(
                    both(without(without(cap, left), right), above(272.0)),
                    gradient,
                    soft(2.5, 1.0),
                );
            }
            Hair::Curly => {
                let brow = ellipse((MIDDLE, 292.0), (wide - 6.0, 152.0));
                canvas.shade(both(without(cap, brow), above(262.0)), gradient, soft(4.0, 1.0));
                for step in 0..15u8 {
                    // Locks on a parabola along the hairline.
                    let along = f32::from(step) / 7.0 - 1.0;
                    let place = (MIDDLE + along * (wide + 12.0), 96.0 + along * along * 112.0);
                    canvas.paint(
                        ellipse(place, (25.0, 24.0)),
                        colour.towards(shine, f32::from(step % 3) * 0.16),
                        soft(4.0, 1.0),
                    );
                }
            }
            Hair::Bob | Hair::Long => {
                let left = ellipse((MIDDLE - 70.0, 300.0), (112.0, 176.0));
                let right = ellipse((MIDDLE + 64.0, 300.0), (112.0, 170.0));
                let limit = if self.hair == Hair::Bob { 330.0 } else { 360.0 };
                let wide_cap = ellipse((MIDDLE, HEAD_CENTRE.1 - 4.0), (wide + 20.0, high + 16.0));
                canvas.shade(
                    both(without(without(wide_cap, left), right), above(limit)),
                    gradient,
                    soft(2.5, 1.0),
                );
            }
        }
    }

    fn draw_glasses(&self, canvas: &mut Canvas) {
        let Some(frame) = self.glasses else { return };
        let axes = if self.round_glasses { (40.0, 38.0) } else { (46.0, 31.0) };
        for side in SIDES {
            let lens = ellipse((MIDDLE + side * EYE_OFFSET, EYE_HEIGHT + 4.0), axes);
            canvas.paint(lens, Colour::rgb(0xFFFFFF), soft(2.0, 0.07));
            canvas.paint(outline(lens, 4.5), frame, SOLID);
            let hinge = MIDDLE + side * (EYE_OFFSET + axes.0);
            let temple =
                vec![(hinge, EYE_HEIGHT - 2.0), (MIDDLE + side * (self.axes.0 + 2.0), EYE_HEIGHT - 6.0)];
            canvas.paint(stroke(temple, 4.5), frame, SOLID);
        }
        let inner = EYE_OFFSET - axes.0;
        let bridge =
            curve((MIDDLE - inner, EYE_HEIGHT), (MIDDLE, EYE_HEIGHT - 9.0), (MIDDLE + inner, EYE_HEIGHT));
        canvas.paint(stroke(bridge, 4.5), frame, SOLID);
    }
}

/// A signature in blue ink: a few joined arcs over a flourish.
pub(super) fn draw_signature(rng: &mut impl Rng) -> Canvas {
    let paper = Colour::rgb(0xFBFBF8);
    let ink = Colour::rgb(0x23366B);
    let mut canvas = Canvas::new(360, 120, paper, paper);
    let mut from = (30.0, 70.0 + 20.0 * unit(rng));
    for _ in 0..9 {
        let to = (from.0 + 20.0 + 16.0 * unit(rng), 40.0 + 50.0 * unit(rng));
        let bend = (from.0 + 40.0 * (unit(rng) - 0.3), 10.0 + 100.0 * unit(rng));
        canvas.paint(stroke(curve(from, bend, to), 2.2 + unit(rng)), ink, SOLID);
        from = to;
    }
    let flourish = curve(from, (200.0, 130.0), (60.0 + 60.0 * unit(rng), 104.0));
    canvas.paint(stroke(flourish, 2.0), ink, soft(1.5, 0.9));
    canvas
}

/// How far `value` lies between two bounds, from 0 to 1.
fn share(value: u16, from: u16, to: u16) -> f32 {
    ((f32::from(value) - f32::from(from)) / (f32::from(to) - f32::from(from))).clamp(0.0, 1.0)
}

fn number(bound: u8, rng: &mut impl Rng) -> u8 {
    let [byte, ..] = rng.next_u32().to_le_bytes();
    byte.checked_rem(bound).unwrap_or(0)
}

fn unit(rng: &mut impl Rng) -> f32 {
    let [byte, ..] = rng.next_u32().to_le_bytes();
    f32::from(byte) / 255.0
}

fn at<T: Copy, const N: usize>(items: &[T; N], index: u8) -> T {
    items[usize::from(index) % N]
}
