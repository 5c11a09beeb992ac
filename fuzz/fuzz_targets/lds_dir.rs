//! See [`kendt_fuzz::targets::lds::dir`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::lds::dir(bytes));
