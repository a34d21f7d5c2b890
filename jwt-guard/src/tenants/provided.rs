//! What a router or a layer gives to its handlers: a guard, or tenants.

use std::borrow::Cow;
use std::sync::Arc;

use http::Extensions;
use http::request::Parts;

use super::{Tenants, TenantsInner};
use crate::guard::{ChooseGuard, Choosing, JwtGuard};
use crate::token::{TokenKind, TokenSource};

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

impl Tenants {
    /// Makes these the tenants of a request, as a layer would. The last call of this method and of
    /// [`JwtGuard::provide`] wins.
    pub fn provide(&self, extensions: &mut Extensions) {
        JwtGuard::provide_choice(Arc::clone(&self.0) as Arc<_>, extensions);
    }
}

impl ChooseGuard for TenantsInner {
    fn default_guard(&self) -> &JwtGuard {
        &self.default
    }

    fn choose(self: Arc<Self>, request: &Parts, kind: TokenKind) -> Choosing<'_> {
        Box::pin(async move { Tenants(self).choose(request, kind).await })
    }

    fn choose_for(self: Arc<Self>, token: &[u8], source: TokenSource, kind: TokenKind) -> Choosing<'_> {
        Box::pin(async move { Tenants(self).choose_for(token, source, kind).await })
    }
}
