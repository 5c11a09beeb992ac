//! See [`kendt_fuzz::targets::lists::manifest`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::lists::manifest(bytes));
