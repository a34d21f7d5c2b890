//! `Claims<T>` and `Option<Claims<T>>`.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::caught::{Panicked, caught};
use crate::claims::Claims;
use crate::error::AuthError;
use crate::guard::{JwtGuard, decided_principal, known_principal, reject};
use crate::principal::Principal;
use crate::respond::{Refusal, Rejection};

impl<S: Sync, T: DeserializeOwned + Send + Sync + 'static> FromRequestParts<S> for Claims<T> {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        // With a policy, its first extractor has found the caller.
        let claims = match decided_principal(request) {
            Some(caller) => caller.and_then(read),
            None => known_principal(request).await.and_then(read),
        };
        let error = match claims {
            Ok(Some(claims)) => return Ok(claims),
            Ok(None) => AuthError::NoToken,
            Err(error) => error,
        };
        Err(reject(request, &error))
    }
}

impl<S: Sync, T: DeserializeOwned + Send + Sync + 'static> OptionalFromRequestParts<S> for Claims<T> {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        match known_principal(request).await.and_then(read) {
            Ok(claims) => Ok(claims),
            // `None` only without a token. A bad token is refused here too.
            Err(AuthError::NoToken | AuthError::OtherScheme) => Ok(None),
            Err(error) => Err(reject(request, &error)),
        }
    }
}

impl JwtGuard {
    /// The claims of a caller, in a type of the application: for a caller whom [`verify`](Self::verify) found.
    ///
    /// # Errors
    ///
    /// The caller is anonymous, or its claims do not fit the type; the log has the reason.
    pub fn claims_of<T>(&self, caller: &Principal) -> Result<Claims<T>, Refusal>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let claims = read(caller).and_then(|claims| claims.ok_or(AuthError::NoToken));
        claims.map_err(|error| self.unreadable(caller, &error))
    }
}

/// The claims of a caller; `None` for an anonymous one.
fn read<T>(principal: &Principal) -> Result<Option<Claims<T>>, AuthError>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let Some(holder) = principal.claims_source() else { return Ok(None) };
    // Deserializing runs application code.
    match caught(|| Claims::read(holder)) {
        Ok(claims) => claims.map(Some).map_err(AuthError::Claims),
        Err(Panicked) => Err(AuthError::Panic),
    }
}
