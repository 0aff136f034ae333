//! See `hostile::checkpoint`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::checkpoint(bytes));
