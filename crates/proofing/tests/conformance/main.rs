//! The cases of BSI TR-03105 part 5.1 (tests of inspection systems) by their identifiers.
//!
//! Each case that is run goes the whole way: a simulated chip, the read, the checks, the evidence. The text of the
//! guideline was not at hand, only its identifiers and titles: what is expected follows from Doc 9303, RFC 5652 and
//! RFC 5280, and is said in the table in `docs/conformance.md`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds nothing fails")]

mod case;
mod iso7816_access;
mod iso7816_chip;
mod iso7816_pace;
mod kit;
mod lds_com_and_infos;
mod lds_face;
mod lds_security_object;
mod lds_signer;
mod lds_zone;
mod table;
mod tree;
