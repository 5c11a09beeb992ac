//! See [`kendt_fuzz::targets::mrz::damaged`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::mrz::damaged(bytes));
