//! The cases of BSI TR-03105 part 5.1 (tests of inspection systems) by their identifiers.
//!
//! Each case that is run goes the whole way: a simulated chip, the read, the checks, the evidence. Where the text of a
//! case stands in the guideline, the document is the one that it describes, and how the inspection ends is compared with
//! what it expects. The text of the others has moved to part 4 of the ICAO's report, which was not at hand: what they
//! expect follows from Doc 9303, RFC 5652 and RFC 5280. The table in `docs/conformance.md` says which is which.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

mod case;
mod iso7816_access;
mod iso7816_chip;
mod iso7816_pace;
mod iso7816_pace_failures;
mod judged;
mod kit;
mod lds_algorithms;
mod lds_com_and_infos;
mod lds_face;
mod lds_security_object;
mod lds_signer;
mod lds_zone;
mod md5_with_rsa;
mod table;
mod tree;
mod wire;
