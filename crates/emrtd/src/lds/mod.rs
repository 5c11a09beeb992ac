//! The logical data structure: the files of a travel document and what is in them (Doc 9303-10 §3.10, §3.11, §4).
//!
//! Every parser here reads structure only. Nothing it returns is authenticated: Passive Authentication decides
//! later whether the bytes are the issuer's. Values wrapped in [`Unverified`] carry that in their type.
//!
//! Hashes are taken over [`Contents::raw`], the outer data object exactly as delivered; bytes after it are
//! counted and never hashed.

pub mod atr_info;
pub mod com;
pub mod date;
pub mod dg1;
pub mod dg11;
pub mod dg12;
pub mod dg14;
pub mod dg15;
pub mod dg16;
pub mod dg2;
pub mod dg7;
pub mod dir;
mod error;
pub(crate) mod fields;
mod file;
pub mod image;
pub mod public_key;
pub mod sod;
mod text;

pub use error::{LdsError, Problem};
pub use file::{Application, Contents, File};
pub use text::Text;

/// A value read from a chip whose authenticity nobody has checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Unverified<T>(T);

impl<T> Unverified<T> {
    /// Marks a value as read but not authenticated.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for uses that need no trust (planning a read, showing progress, verifying it).
    pub fn as_unverified(&self) -> &T {
        &self.0
    }

    /// Gives the value out. The caller is the one who verifies it or states that it is not verified.
    pub fn into_unverified(self) -> T {
        self.0
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Unverified<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Unverified").field(&self.0).finish()
    }
}
