//! Faces, one to one: is the living person before the camera the one in the chip's portrait?
//!
//! Without I/O: pictures and models come in as bytes, clock and randomness as arguments. What is made of a face (pixels,
//! templates) lives in memory only and is zeroized when dropped. There is no search of one among many, and no way to store a
//! template.

#[cfg(feature = "networks")]
pub mod align;
#[cfg(feature = "networks")]
pub mod attack;
#[cfg(feature = "networks")]
pub mod compare;
pub mod decode;
#[cfg(feature = "networks")]
pub mod detect;
#[cfg(feature = "networks")]
pub mod embed;
#[cfg(feature = "networks")]
pub mod examination;
pub mod geometry;
pub mod liveness;
#[cfg(feature = "cards")]
pub mod models;
#[cfg(feature = "networks")]
pub mod networks;
pub mod picture;
#[cfg(feature = "networks")]
mod planes;
#[cfg(feature = "networks")]
pub mod quality;
#[cfg(feature = "rates")]
pub mod rates;
#[cfg(feature = "networks")]
mod resample;
