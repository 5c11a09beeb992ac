//! Points and boxes in a picture.

/// A point of a picture in pixels. The centre of the first pixel is (0, 0); `x` grows to the right, `y` downwards.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// To the right, in pixels.
    pub x: f32,
    /// Downwards, in pixels.
    pub y: f32,
}

impl Point {
    /// A point.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// The distance to another point, in pixels.
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A box with sides along the axes, in pixels. It may reach beyond the picture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bounds {
    /// The left side.
    pub left: f32,
    /// The upper side.
    pub top: f32,
    /// How wide it is, not negative.
    pub width: f32,
    /// How high it is, not negative.
    pub height: f32,
}

/// Five points of a face. Left and right are those of the picture: the left eye is the one with the smaller `x` in an upright
/// face, which is the person's right.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Landmarks {
    /// The centre of the eye on the left of the picture.
    pub left_eye: Point,
    /// The centre of the eye on the right of the picture.
    pub right_eye: Point,
    /// The tip of the nose.
    pub nose: Point,
    /// The corner of the mouth on the left of the picture.
    pub left_mouth: Point,
    /// The corner of the mouth on the right of the picture.
    pub right_mouth: Point,
}

impl Landmarks {
    /// All five, in the order of the fields.
    pub const fn points(&self) -> [Point; 5] {
        [self.left_eye, self.right_eye, self.nose, self.left_mouth, self.right_mouth]
    }

    /// The inter-eye distance in pixels (ISO/IEC 39794-5 IED).
    pub fn inter_eye_distance(&self) -> f32 {
        self.left_eye.distance(self.right_eye)
    }
}

/// A face that a detector found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Face {
    /// The box around it.
    pub bounds: Bounds,
    /// Its five points.
    pub landmarks: Landmarks,
    /// How sure the detector is, 0 to 1.
    pub confidence: f32,
}
