//! See [`kendt_fuzz::targets::lds::dg15`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::lds::dg15(bytes));
