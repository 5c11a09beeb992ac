//! See [`kendt_fuzz::targets::apdu::run`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::apdu::run(bytes));
