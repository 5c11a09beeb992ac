//! See [`kendt_fuzz::targets::pki::ldif`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::pki::ldif(bytes));
