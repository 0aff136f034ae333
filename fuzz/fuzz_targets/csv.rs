//! See `hostile::csv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::csv(bytes));
