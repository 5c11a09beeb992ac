//! Liveness: did a living person before a camera answer this challenge, now? (R-119, R-133, R-137; catalogue C24 to C27.)
//!
//! The server draws a [`challenge`]: colours that the screen shows and movements of the head. The phone sends its frames as a
//! [`capture`], linked by hashes. Somebody with the networks decodes the frames, finds the faces and writes down one
//! [`observation::Observation`] for each ([`measure`] and [`fingerprint`] help). [`evaluate::evaluate`] uses the challenge up and
//! gives four findings: presentation attack (ISO/IEC 30107-1), injection attack (CEN/TS 18099), freshness and binding. Only if all
//! four are successful is there a [`passed::PassedFrames`], the only way to name the frame for the comparison.
//!
//! Pure: no networks, no I/O, no clock, no randomness of its own.
//!
//! What it does not protect against:
//! - Whoever can compute the answer in real time: a renderer that relights and turns a face and feeds a hooked camera (deepfake). The
//!   challenge raises the cost, [`injection`] finds the careless; only an attested app and phone bind the camera.
//! - Whoever has pictures of the victim under every colour and in every pose: recombined in time they pass (a test shows it).
//! - Masks with depth, of skin-like reflection. The passive network and a laboratory are for those.
//! - Use of one challenge by two processes at once: the store must delete it in the transaction that opens it.

pub mod cameras;
pub mod capture;
pub mod challenge;
mod continuity;
pub mod entropy;
pub mod evaluate;
pub mod finding;
pub mod fingerprint;
pub mod injection;
pub mod light;
pub mod measure;
pub mod observation;
pub mod passed;
pub mod policy;
pub mod pose;
mod statistics;
mod timing;

/// A moment, in milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// Later by so many milliseconds.
    #[must_use]
    pub const fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}
