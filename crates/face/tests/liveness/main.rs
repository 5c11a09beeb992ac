//! Liveness against simulated people and attackers, at the level of observations.

mod attacks;
mod challenge;
mod container;
mod people;
mod rates;
mod signs;
mod simulation;
