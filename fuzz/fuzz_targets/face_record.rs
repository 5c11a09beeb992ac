//! See [`kendt_fuzz::targets::face_images::record`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::face_images::record(bytes));
