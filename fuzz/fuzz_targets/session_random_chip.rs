//! See [`kendt_fuzz::targets::session::random_chip`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::session::random_chip(bytes));
