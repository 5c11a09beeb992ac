//! See [`kendt_fuzz::targets::lds::atr_info`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::lds::atr_info(bytes));
