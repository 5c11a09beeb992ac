//! See [`kendt_fuzz::targets::authenticity::passive_authentication`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::authenticity::passive_authentication(bytes));
