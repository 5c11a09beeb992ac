//! See [`kendt_fuzz::targets::mrz::names`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::mrz::names(bytes));
