//! See [`kendt_fuzz::targets::active_authentication::ecdsa`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::active_authentication::ecdsa(bytes));
