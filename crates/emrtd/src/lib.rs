//! The inspection system for electronic machine readable travel documents (ICAO Doc 9303 parts 10 and 11).
//!
//! The crate does no I/O. A read is a [`session::Session`], which hands out batches of commands and takes the answers;
//! whoever has a chip at hand plays them ([`transport::Transport`]). Everything that comes back is an attack until
//! parsed, and unverified until Passive Authentication has vouched for it.
//!
//! | module | subject |
//! |---|---|
//! | [`apdu`], [`tlv`], [`oid`] | commands, answers, data objects, object identifiers |
//! | [`cipher`], [`secure_messaging`] | symmetric cryptography; protecting commands, opening answers |
//! | [`access`] | Basic Access Control and PACE |
//! | [`chip_authentication`], [`active_authentication`] | what a chip does to show that it is no copy |
//! | [`security_infos`], [`lds`] | what the files say |
//! | [`passive_authentication`], [`chip_proof`], [`consistency`] | whether it is so: one finding for each check |
//! | [`examination`] | all of them together |
//! | [`session`], [`transport`], [`quirks`] | the read itself, batches, and what chips do besides the standard |

pub mod access;
pub mod active_authentication;
pub mod apdu;
pub mod chip_authentication;
pub mod chip_proof;
pub mod cipher;
pub mod consistency;
pub mod examination;
mod finding;
pub mod lds;
pub mod oid;
pub mod passive_authentication;
pub mod quirks;
pub mod secure_messaging;
pub mod security_infos;
pub mod session;
pub mod tlv;
pub mod transport;

pub use finding::Finding;
pub use pki::HashAlgorithm;
