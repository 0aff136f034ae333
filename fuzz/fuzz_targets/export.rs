//! See `hostile::export`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::export(bytes));
