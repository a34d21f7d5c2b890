//! `Principal` as an extractor.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::guard::{known_principal, reject};
use crate::principal::Principal;
use crate::respond::Rejection;

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        known_principal(request).await.map_err(|error| reject(request, &error))
    }
}
