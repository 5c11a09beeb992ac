//! Clocks that simulated time is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Someone who wants to know that time has passed.
pub trait Clock {
    /// `by` has passed.
    fn advance(&mut self, by: Duration);
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoClock;

impl Clock for NoClock {
    fn advance(&mut self, _: Duration) {}
}

/// Adds up the time in nanoseconds. Clones share one time.
#[derive(Debug, Clone, Default)]
pub struct VirtualClock(Arc<AtomicU64>);

impl VirtualClock {
    /// A clock that shows zero.
    pub fn new() -> VirtualClock {
        VirtualClock::default()
    }

    /// The time since the beginning.
    pub fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl Clock for VirtualClock {
    fn advance(&mut self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// Lets the time really pass, for measurements of whole systems.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealSleep;

impl Clock for RealSleep {
    fn advance(&mut self, by: Duration) {
        if !by.is_zero() {
            std::thread::sleep(by);
        }
    }
}

impl<C: Clock + ?Sized> Clock for Box<C> {
    fn advance(&mut self, by: Duration) {
        (**self).advance(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_virtual_clock_share_one_time() {
        let mut clock = VirtualClock::new();
        let other = clock.clone();
        clock.advance(Duration::from_millis(3));
        clock.advance(Duration::from_micros(5));
        assert_eq!(other.now(), Duration::from_micros(3_005));
    }
}
