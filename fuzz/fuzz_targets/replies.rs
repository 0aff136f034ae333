//! See `hostile::replies`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::replies(bytes));
