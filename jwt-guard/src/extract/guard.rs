//! `JwtGuard` as an extractor.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::guard::{JwtGuard, known_guard, reject};
use crate::respond::Rejection;

/// The guard of this request, to issue, refresh and revoke tokens. If there is none, the answer is 500 and the log says
/// what to add. Of [`Tenants`](crate::tenants::Tenants), it is the one that decides about the token of the request; for a policy
/// with `credentials = "ignored"` it is the [default one](crate::tenants::Tenants::default_guard).
impl<S: Sync> FromRequestParts<S> for JwtGuard {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        match known_guard(request).await.cloned() {
            Ok(guard) => Ok(guard.asked_by(request)),
            Err(error) => Err(reject(request, &error)),
        }
    }
}
