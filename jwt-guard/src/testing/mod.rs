//! Tests of guarded applications: tokens of made-up callers, a clock that is moved by hand, an identity provider on
//! loopback, and a test that every route refuses whom it must. With the feature `testing`, for `[dev-dependencies]`.
//!
//! Nothing here turns a guard off. A [`TestIssuer`] signs tokens with a key that the guard trusts, and the guard
//! verifies them like any others.
//!
//! The guide has examples: [testing](crate::guide::testing).
#![expect(clippy::panic, reason = "a test fails by it")]

mod caller;
mod carry;
mod claims;
mod defect;
mod denials;
mod draft;
mod issuer;
mod provider;

pub use self::caller::TestCaller;
pub use self::defect::Defect;
pub use self::denials::{Accepted, DenialReport, Denials, Hole, Unjudged, Unsent, assert_denials};
pub use self::issuer::TestIssuer;
pub use self::provider::IdentityProvider;
pub use crate::clock::{ManualClock, NOW};
