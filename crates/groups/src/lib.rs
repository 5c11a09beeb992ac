//! Standardised domain parameters of ICAO Doc 9303-11 §9.5 and the arithmetic on them.
//!
//! This crate owns every group that a travel document may use for PACE, Chip Authentication or a signature: the
//! elliptic curves with parameter ids 8 to 18 and the multiplicative groups 0 to 2. An [`Element`] exists only if it
//! was validated; a [`Secret`] wipes itself.
