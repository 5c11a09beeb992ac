//! See [`kendt_fuzz::targets::secure_messaging::built`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::secure_messaging::built(bytes));
