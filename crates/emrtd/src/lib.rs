//! The inspection system for electronic machine readable travel documents (ICAO Doc 9303 parts 10 and 11).
//!
//! The crate does no I/O: a read is a session that hands out batches of commands and takes the answers.

pub mod apdu;
pub mod cipher;
pub mod lds;
pub mod oid;
pub mod secure_messaging;
pub mod security_infos;
pub mod tlv;
pub mod transport;
