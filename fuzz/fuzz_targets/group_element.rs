//! See [`kendt_fuzz::targets::groups::element`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::groups::element(bytes));
