//! What the program takes from the system, taken in `main` and handed down.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rand_core::CryptoRng;

use crate::terminal::Terminal;

/// A cryptographically secure generator.
pub(crate) type Random = Box<dyn CryptoRng + Send>;

/// Clock, randomness and terminal of this run.
pub(crate) struct Context {
    /// The time at which the program began.
    pub(crate) now: Timestamp,
    /// Who runs it: stands in what the trust store keeps of an import.
    pub(crate) user: String,
    /// Where the trust store is unless an option says otherwise.
    pub(crate) trust_store: PathBuf,
    /// Where the models of faces are unless an option says otherwise.
    pub(crate) models: PathBuf,
    /// When the program began; the clock is read against it.
    pub(crate) started: Instant,
    /// The system's randomness.
    pub(crate) system_random: fn() -> Random,
    /// Outputs.
    pub(crate) terminal: Terminal,
}

impl Context {
    /// A generator: the system's.
    pub(crate) fn random(&self) -> Random {
        (self.system_random)()
    }

    /// The day on which the program began, in UTC.
    pub(crate) fn today(&self) -> Date {
        day(self.now)
    }

    /// Time since the program began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The day on which a time is, in UTC.
pub(crate) fn day(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}
