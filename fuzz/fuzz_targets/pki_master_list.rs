//! See [`kendt_fuzz::targets::pki::master_list`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::pki::master_list(bytes));
