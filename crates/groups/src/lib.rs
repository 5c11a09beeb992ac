//! Standardised domain parameters of ICAO Doc 9303-11 §9.5 and the arithmetic on them.
//!
//! This crate owns every group that a travel document may use for PACE, Chip Authentication or a signature: the
//! elliptic curves with parameter ids 8 to 18 and the multiplicative groups 0 to 2. An [`Element`] exists only if it
//! was validated (R-013); a [`Secret`] wipes itself; an [`Ephemeral`] key is used up by its one agreement.
//!
//! | module | subject |
//! |---|---|
//! | [`Group`] | which group: names, parameter ids, sizes |
//! | [`Parameters`] | the numbers; recognising explicit parameters (R-035) |
//! | [`Element`] | public values and their validation (R-013) |
//! | [`Secret`], [`Ephemeral`], [`SharedSecret`] | private values and key agreement |
//! | [`map_generic`], [`map_integrated`] | the mappings of PACE, Doc 9303-11 §4.4.3.3 |
//! | [`ecdsa`] | signatures and their two encodings; keys that stay in memory ([`ecdsa::VerifyingKey`]) |
//!
//! The mapping and the agreement of PACE with the Generic Mapping, both sides in one place:
//!
//! ```
//! use groups::{Element, ElementError, Ephemeral, Group};
//!
//! # use rand_chacha::rand_core::SeedableRng;
//! # let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
//! let (group, nonce) = (Group::BrainpoolP256r1, [0x5A; 16]);
//! let (chip, terminal) = (Ephemeral::random(group, &mut rng), Ephemeral::random(group, &mut rng));
//! let (sent_by_chip, sent_by_terminal) = (chip.public().encode(), terminal.public().encode());
//! let generator = terminal.map_generic(&nonce, &Element::decode(group, &sent_by_chip)?)?;
//! assert_eq!(generator, chip.map_generic(&nonce, &Element::decode(group, &sent_by_terminal)?)?);
//!
//! let (chip, terminal) = (Ephemeral::random(group, &mut rng), Ephemeral::random(group, &mut rng));
//! let (of_chip, of_terminal) = (chip.public_on(&generator)?, terminal.public_on(&generator)?);
//! assert_eq!(terminal.agree(&of_chip)?.as_bytes(), chip.agree(&of_terminal)?.as_bytes());
//! # Ok::<(), ElementError>(())
//! ```
//!
//! # What it does not protect against
//!
//! Everything done with a secret runs in constant time as far as the arithmetic libraries and the compiler keep it so.
//! Verifying a signature does not: its time depends on key, digest and signature, all of which are public.
//! Power, electromagnetic emission and injected faults are out of scope: this is the code of an inspection system and
//! of a simulated chip, not of a chip. Keys, elements and shared secrets are wiped; intermediate values inside the
//! arithmetic and copies on the stack are not. The groups of 160 to 192 bits give about 80 to 96 bits of security;
//! which groups are acceptable is for the caller, as is refusing a peer whose public key is one's own.

mod arithmetic;
mod curves;
mod dh;
mod ec;
pub mod ecdsa;
mod element;
mod group;
mod mapping;
mod octets;
mod parameters;
mod public;
mod secret;

pub use element::{Coordinate, Element, ElementError};
pub use group::{Group, Kind};
pub use mapping::{map_generic, map_integrated};
pub use parameters::{DhParameters, EcParameters, Parameters};
pub use secret::{Ephemeral, Secret, SecretError, SharedSecret};
