//! Ways from an inspection system to a simulated chip.
//!
//! | module | way |
//! |---|---|
//! | [`in_process`] | a function call |
//! | [`link`] | a network in between: delay, jitter, bandwidth, loss of the tag |
//! | [`vpcd`] | a virtual PC/SC reader over TCP |
//!
//! Time is told to a [`Clock`]: a [`VirtualClock`] only adds it up, [`RealSleep`] lets it pass.

pub mod clock;
pub mod in_process;
pub mod link;
pub mod vpcd;

pub use clock::{Clock, NoClock, RealSleep, VirtualClock};
pub use in_process::{InProcess, NoTag};
pub use link::{Link, LinkProfile, LinkStatistics};
pub use vpcd::{Ended, Stop, Vpcd, VpcdError};
