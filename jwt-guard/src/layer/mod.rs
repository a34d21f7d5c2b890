//! The guard as a layer.
//!
//! [`JwtGuard::layer`] hands a guard to the handlers below it and decides nothing.
//! [`JwtGuard::require_authentication`] guards whole routers that cannot be annotated.

mod provide;
mod require;

pub use provide::{GuardLayer, GuardService};
pub use require::{RequireAuthentication, RequireAuthenticationService};
