//! See [`kendt_fuzz::targets::chip::commands`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::chip::commands(bytes));
