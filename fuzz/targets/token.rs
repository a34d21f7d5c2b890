#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| jwt_guard_fuzz::token::target(data));
