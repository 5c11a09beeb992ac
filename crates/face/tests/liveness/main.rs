//! Liveness against simulated people and attackers, at the level of observations.

#![expect(clippy::unwrap_used, reason = "a simulation that cannot be made is a failed test")]

mod attacks;
mod challenge;
mod container;
mod people;
mod rates;
mod signs;
mod simulation;
