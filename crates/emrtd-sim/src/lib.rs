//! Simulated travel documents for tests and demonstrations: an issuing PKI, synthetic holders, specimen documents,
//! and (in `chip`) the chip that plays them.
//!
//! The library does no I/O; randomness and dates are passed in. Whatever it issues is a specimen: the private keys
//! lie beside the documents, so no trust store outside tests may contain its certificates.

pub mod asn1;
pub mod chip;
pub mod document;
pub mod issue;
pub mod people;
pub mod pki;
pub mod portrait;
pub mod transport;
