//! See [`kendt_fuzz::targets::tlv::run`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::tlv::run(bytes));
