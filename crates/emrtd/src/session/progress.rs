//! How far a read has come.

use super::step::Step;

/// How far a read has come, in bytes of the files of the eMRTD application.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Bytes read.
    pub bytes_read: usize,
    /// Bytes to read, as far as the lengths of the files are known.
    pub bytes_known: usize,
    /// Whether the lengths of all files are known, so that the quotient means something.
    pub lengths_known: bool,
    /// The last step that was answered.
    pub last_step: Option<Step>,
    /// Which tap this is, from 1.
    pub tap: usize,
}

impl Progress {
    /// The part that is read, between 0 and 1, once the lengths are known.
    #[expect(clippy::cast_precision_loss, reason = "a file has at most 65,535 bytes")]
    pub fn fraction(&self) -> Option<f64> {
        (self.lengths_known && self.bytes_known > 0)
            .then(|| (self.bytes_read as f64 / self.bytes_known as f64).clamp(0.0, 1.0))
    }
}
