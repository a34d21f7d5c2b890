//! `Principal` as an extractor.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::Rejection;
use crate::guard::{known_principal, reject};
use crate::principal::Principal;

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        known_principal(request).map_err(|error| Rejection(reject(request, &error)))
    }
}
