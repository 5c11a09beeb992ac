//! See [`kendt_fuzz::targets::face_images::jpeg`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::face_images::jpeg(bytes));
