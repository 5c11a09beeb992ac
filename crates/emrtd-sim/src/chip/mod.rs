//! A simulated chip of an electronic travel document (ICAO Doc 9303 parts 10 and 11): the other side of everything that
//! the crate `emrtd` does, written independently of it so that the two check each other.
//!
//! A [`Chip`] is made of a [`ChipConfig`] and takes command APDUs one by one; it does no I/O, knows no clock and draws
//! its randomness from the generator it was given. [`Behaviour`] tells, as data, how it differs from the standard.
//!
//! | module | subject |
//! |---|---|
//! | `card` | an APDU's way through lengths, classes, secure messaging and ill will |
//! | `commands` | what the commands do |
//! | `files` | selecting and reading, access conditions |
//! | `secure_messaging` | 3DES and AES on the chip's side |
//! | `bac`, `pace`, `chip_authentication`, `active_authentication` | the protocols |
//! | [`behaviour`], [`hostile`] | speed, limits, quirks, ill will |
//!
//! It imitates what a chip says, not how one keeps secrets: keys lie in memory and nothing is hardened against
//! measurement. Terminal Authentication does not exist, so data groups 3 and 4 stay closed to everybody.

mod active_authentication;
mod bac;
pub mod behaviour;
mod card;
mod chip_authentication;
mod commands;
mod config;
mod files;
pub mod hostile;
mod pace;
mod secure_messaging;

pub use behaviour::{Behaviour, PaceFailure, PaceStep, Quirk, Timing};
pub use card::{Chip, Exchange};
pub use config::{AccessConfig, ChipAuthenticationConfig, ChipConfig, ChipConfigError};
pub use files::{Access, EMRTD_APPLICATION};
pub use hostile::{Hostile, PaceKey};
