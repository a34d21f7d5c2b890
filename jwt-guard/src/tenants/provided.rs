//! What a router or a layer gives to its handlers: a guard, or tenants.

use std::borrow::Cow;

use http::Extensions;

use super::Tenants;
use crate::guard::JwtGuard;

#[derive(Clone, Debug)]
pub(crate) enum Provided {
    Guard(JwtGuard),
    Tenants(Tenants),
}

impl Provided {
    pub(crate) fn provide(&self, request: &mut Extensions) {
        match self {
            Self::Guard(guard) => guard.provide(request),
            Self::Tenants(tenants) => tenants.provide(request),
        }
    }

    /// The guard for documents: the default one of tenants, which all look for tokens in the same places.
    pub(crate) fn guard(&self) -> &JwtGuard {
        match self {
            Self::Guard(guard) => guard,
            Self::Tenants(tenants) => tenants.default_guard(),
        }
    }

    /// The name in access tables.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Guard(guard) => guard.name().into(),
            Self::Tenants(tenants) => format!("tenants, else {}", tenants.default_guard().name()).into(),
        }
    }
}
