//! See [`kendt_fuzz::targets::face_images::jpeg2000`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kendt_fuzz::targets::face_images::jpeg2000(bytes));
