//! See [`kendt_fuzz::targets::pki::certificate`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::pki::certificate(bytes));
