//! Fuzz targets for everything that comes from outside: every byte is an attack until parsed.
//!
//! `cargo xtask fuzz` runs them with coverage guidance on the stable compiler; `cargo test -p kendt-fuzz` replays the
//! stored corpus and the seeds, so that every input that ever found something is tried again with each test run.
//!
//! The oracles are those of R-376: no panic, no overflow, results in proportion to the input, a bounded number of
//! steps. Where it can be said what is right, that is checked too: what is accepted is written and read again as the
//! same; an answer under secure messaging says what was put in; a file read is the file issued.

pub mod between;
pub mod input;
pub mod oracle;
pub mod samples;
pub mod specimens;
pub mod targets;
pub mod terminal;
