//! What the developer sees: one line per step, each with the time since the start.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// The terminal, and the moment the command began.
pub(crate) struct Console {
    start: Instant,
    quiet: bool,
}

impl Console {
    /// Starts the clock.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { start: now(), quiet }
    }

    /// Whether the output of tools goes to log files instead of the terminal.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether a person is watching, so that tools may colour their output.
    pub(crate) fn is_terminal() -> bool {
        std::io::stderr().is_terminal()
    }

    /// A line about what happens now; left out with `--quiet`.
    pub(crate) fn step(&self, what: &str) {
        if !self.quiet {
            self.line(what);
        }
    }

    /// A line that is a result; printed with `--quiet` too.
    pub(crate) fn line(&self, what: &str) {
        eprintln!("{} {what}", stamp(self.start.elapsed()));
    }

    /// The error that ends the command, with its causes and what to do about it.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        eprintln!("{} error: {error:#}", stamp(self.start.elapsed()));
    }

    /// Does `work`, then says how long it took and whether it succeeded.
    pub(crate) fn timed<T>(&self, what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        self.step(&format!("{what} …"));
        let begun = now();
        let outcome = work();
        let verdict = if outcome.is_ok() { "done" } else { "FAILED" };
        self.step(&format!("{what}: {verdict} in {}", seconds(begun.elapsed())));
        outcome
    }
}

/// The one place that asks the clock: elapsed time is for the reader's eyes only, nothing is decided by it.
#[expect(clippy::disallowed_methods, reason = "a program's own progress lines may ask the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn stamp(elapsed: Duration) -> String {
    let whole = elapsed.as_secs();
    format!("[{:>2}:{:02}.{}]", whole / 60, whole % 60, elapsed.subsec_millis() / 100)
}

/// A duration in seconds with one decimal.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_counts_minutes_and_tenths() {
        assert_eq!(stamp(Duration::from_millis(83_450)), "[ 1:23.4]");
    }
}
