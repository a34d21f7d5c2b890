//! `JwtGuard` as an extractor.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::guard::{JwtGuard, reject};
use crate::respond::Rejection;

/// The guard of this request, to issue, refresh and revoke tokens. If there is none, the answer is 500 and the log says
/// what to add.
impl<S: Sync> FromRequestParts<S> for JwtGuard {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let guard = Self::required(&request.extensions).map(|guard| guard.asked_by(request));
        guard.map_err(|error| reject(request, &error))
    }
}
