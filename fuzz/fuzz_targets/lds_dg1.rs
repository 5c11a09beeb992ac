//! See [`kendt_fuzz::targets::lds::dg1`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::lds::dg1(bytes));
