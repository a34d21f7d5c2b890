//! The guard as a layer.
//!
//! [`JwtGuard::layer`](crate::JwtGuard::layer) gives a guard to the handlers below it and decides nothing.
//! [`JwtGuard::require_authentication`](crate::JwtGuard::require_authentication) guards whole routers that
//! cannot be annotated. [`Tenants`](crate::tenants::Tenants) have both too.

use std::any::Any;

use crate::tenants::Provided;

mod exception;
mod provide;
mod require;

pub(crate) use exception::Exception;
pub use provide::{GuardLayer, GuardService};
pub use require::{RequireAuthentication, RequireAuthenticationService};

/// The layer, if it is [`RequireAuthentication`].
pub(crate) fn as_requirement(layer: &dyn Any) -> Option<&RequireAuthentication> {
    layer.downcast_ref()
}

/// The guard of a layer, if the layer is one of ours. Combined layers, such as a `ServiceBuilder`, are not inspected.
pub(crate) fn provided_by(layer: &dyn Any) -> Option<&Provided> {
    let provided = layer.downcast_ref::<GuardLayer>().map(|layer| &layer.provided);
    provided.or_else(|| as_requirement(layer).map(|layer| &layer.provided))
}
