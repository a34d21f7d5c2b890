//! The guard as a layer.
//!
//! [`JwtGuard::layer`] hands a guard to the handlers below it and decides nothing.
//! [`JwtGuard::require_authentication`] guards whole routers that cannot be annotated.

use std::any::Any;

use crate::guard::JwtGuard;

mod provide;
mod require;

pub use provide::{GuardLayer, GuardService};
pub use require::{RequireAuthentication, RequireAuthenticationService};

/// The guard that a layer provides, where the layer is one of ours. Layers that are put together, such as a
/// `ServiceBuilder`, are not looked into.
pub(crate) fn guard_of(layer: &dyn Any) -> Option<&JwtGuard> {
    let provided = layer.downcast_ref::<GuardLayer>().map(|layer| &layer.guard);
    provided.or_else(|| layer.downcast_ref::<RequireAuthentication>().map(|layer| &layer.guard))
}
