//! See [`kendt_fuzz::targets::active_authentication::rsa_keys`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::active_authentication::rsa_keys(bytes));
