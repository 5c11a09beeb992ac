//! Machine readable zones (MRZ) of travel documents: TD1, TD2, TD3, MRV-A and MRV-B
//! (ICAO Doc 9303 parts 3 to 7).
//!
//! * [`Mrz::parse`] takes lines apart and accepts them only if every check digit is right;
//!   [`Inspection`] tells everything that is wrong, field by field, with its position.
//! * [`AccessFields`] are the three fields that open a chip (Doc 9303-11 §4.3.2).
//!   [`AccessFields::from_damaged_lines`] finds them although names or optional data are misread.
//! * [`repair`] undoes confusions of look-alike characters, only where exactly one repair fits.
//! * [`MrzBuilder`] composes lines, with transliteration and truncation of names.
//! * [`transliterate`], [`possible_spellings`] and [`names_match`] carry names into the MRZ
//!   alphabet, back, and compare them.
//!
//! The crate does no input or output, asks no clock, and never panics; input is bounded by
//! [`MAX_INPUT_BYTES`].
//!
//! **What it does not protect against.** A check digit finds misreadings, not forgeries: whoever
//! prints a document computes the digits as well. Names, states, sex and the optional data of
//! visas are not covered by any digit. What the lines say is proven only by the signed copy on the
//! chip.

mod access;
mod builder;
mod check_digit;
mod damaged;
mod date;
mod document;
mod error;
mod format;
mod inspect;
mod matching;
mod names;
mod repair;
mod state;
mod state_table;
mod text;
mod transliterate;
mod truncate;
mod zone;

pub use access::{AccessFields, AccessFieldsError};
pub use builder::{BuildError, EmptyOptionalDigit, MrzBuilder};
pub use check_digit::{Check, check_digit};
pub use damaged::DamagedError;
pub use date::{BirthDate, ExpiryDate, PartialDate};
pub use document::{DocumentClass, PassportType};
pub use error::{DateFault, Deviation, Expected, ForeignLayout, Found, MrzError};
pub use format::{Field, Format, Position};
pub use inspect::Inspection;
pub use matching::{NameMatch, names_match};
pub use names::Names;
pub use repair::{Change, RepairError, repair};
pub use state::{StateCode, StateKind};
pub use text::MAX_INPUT_BYTES;
pub use transliterate::{
    Alphabet, CyrillicLanguage, LatinStyle, Style, TransliterationError, possible_spellings,
    recommended_forms, transliterate, transliterate_with,
};
pub use zone::{Mrz, Sex};
