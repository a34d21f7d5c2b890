//! `Principal` as an extractor.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::error::AuthError;
use crate::guard::{known_principal, reject, unmet_login};
use crate::principal::Principal;
use crate::respond::Rejection;

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let caller = known_principal(request).await.cloned();
        // A policy that is report-only lets a caller in whom this extractor does not: without a policy it would not either.
        let caller = caller.and_then(|caller| unmet_login(request).map_or(Ok(caller), Err));
        caller.map_err(|error| reject(request, &error))
    }
}

/// `None` for an anonymous caller, as for `Option<Claims>`. A bad token is refused here too.
impl<S: Sync> OptionalFromRequestParts<S> for Principal {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        match known_principal(request).await {
            Ok(caller) => Ok(Some(caller).filter(|caller| caller.is_authenticated()).cloned()),
            Err(AuthError::NoToken | AuthError::OtherScheme) => Ok(None),
            Err(error) => Err(reject(request, &error)),
        }
    }
}
