//! Faces, one to one: is the living person before the camera the one in the chip's portrait?
//!
//! Without I/O: pictures and models come in as bytes, clock and randomness as arguments. What is made of a face (pixels,
//! templates) lives in memory only and is zeroized when dropped. There is no search of one among many, and no way to store a
//! template.

pub mod geometry;
pub mod liveness;
pub mod picture;
