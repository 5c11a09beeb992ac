//! See [`kendt_fuzz::targets::session::tampered`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::session::tampered(bytes));
