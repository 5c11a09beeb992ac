//! Readers and chips that nobody here wrote, driven against ours: they find what our own tests cannot.
//!
//! Test tools only; nothing of the product depends on this crate. The programs come from the package registries, see
//! `cargo xtask setup`; a test whose program is absent skips itself with a message, unless `KENDT_PEERS` is set (as
//! `cargo xtask test` does), which makes the absence a failure.
//!
//! - [`specimen`]: chips of ours to be read;
//! - [`reader`]: a private PC/SC service with a virtual reader, for programs that want a card reader;
//! - [`dmrtd_reader`], [`mrtdreader`], [`emrtd_reader`]: foreign readers of our chip;
//! - [`openpace`]: a foreign party, of either role, for PACE and Chip Authentication; [`openpace_chip`] and
//!   [`openpace_terminal`] put the commands of a travel document around it.

pub mod available;
pub mod dmrtd_reader;
pub mod emrtd_reader;
pub mod mrtdreader;
pub mod openpace;
pub mod openpace_chip;
pub mod openpace_messaging;
pub mod openpace_terminal;
pub mod process;
pub mod reader;
pub mod specimen;
pub mod suite;
