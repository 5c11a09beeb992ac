//! Issuing: from a profile, a holder and an issuing state to the files and keys of a chip.

pub mod profile;
