//! Other implementations of the same standards, which know nothing of this one: PyJWT, jose and oidc-provider.
//!
//! Their scripts are in `tests/interop`, and so is what installs them.

mod access_tokens;
mod discovery;
mod ours;
pub(crate) mod programs;
mod provider;
mod theirs;
