//! See [`kendt_fuzz::targets::security_infos::run`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::security_infos::run(bytes));
