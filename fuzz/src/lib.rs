//! The targets: functions that read any bytes, and panic where a property does not hold.
//!
//! `targets/` gives them to libFuzzer; `tests/replay.rs` calls them with the corpora and with mutations of these.

mod common;
mod shape;

pub mod attributes;
pub mod cookies;
pub mod credentials;
pub mod discovery;
pub mod jwk;
pub mod key_files;
pub mod lock;
pub mod policies;
pub mod settings;
pub mod token;
pub mod verifier;
pub mod way_back;

/// A target and its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 12] = [
    ("attributes", attributes::target),
    ("cookies", cookies::target),
    ("credentials", credentials::target),
    ("discovery", discovery::target),
    ("jwk", jwk::target),
    ("key_files", key_files::target),
    ("lock", lock::target),
    ("policies", policies::target),
    ("settings", settings::target),
    ("token", token::target),
    ("verifier", verifier::target),
    ("way_back", way_back::target),
];
