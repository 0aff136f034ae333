//! What lies in every evidence package beside the evidence: how to verify it without this program.
//!
//! House rule: what is proved here is proved without us.

/// How to read and verify a package.
pub const README: &str = include_str!("../package/README.md");

/// A second verifier, of Python's standard library and `openssl` only.
pub const VERIFIER: &str = include_str!("../package/verify.py");

/// A draft for whoever certifies the copy.
pub const CERTIFICATION: &str = include_str!("../package/certification.txt");
