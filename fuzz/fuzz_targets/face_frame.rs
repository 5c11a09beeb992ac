//! See [`kendt_fuzz::targets::face_images::frame`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::face_images::frame(bytes));
