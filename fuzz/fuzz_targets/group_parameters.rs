//! See [`kendt_fuzz::targets::groups::parameters`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::groups::parameters(bytes));
