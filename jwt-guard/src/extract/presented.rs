//! `PresentedToken`, for services that call others on behalf of their caller.

use std::fmt;

use axum::extract::FromRequestParts;
use http::HeaderValue;
use http::request::Parts;

use crate::error::AuthError;
use crate::guard::{known_principal, presented_token, reject};
use crate::respond::Rejection;
use crate::secret::Secret;

/// The text of the caller's verified token, wiped when it is dropped, to be relayed to another service that accepts the same audience.
///
/// No other type gives a handler the token. A holder of the text can act as the caller until it ends: send it to
/// services that you trust with that, over TLS, and never log it. A token of the right audience, from a token exchange
/// (RFC 8693), is better where the identity provider has one.
///
/// A caller without a token is refused with 401, and so is one with a session, whose id has no meaning elsewhere. It
/// works under [`strip_credentials`](crate::setup::Builder::strip_credentials) too.
///
/// ```
/// use http::HeaderValue;
/// use jwt_guard::{authentication_required, extract::PresentedToken};
///
/// #[authentication_required]
/// async fn invoices(token: PresentedToken) -> String {
///     // `authorization` is marked as sensitive.
///     let authorization: HeaderValue = token.bearer();
///     # let _ = authorization;
///     "what the other service says".to_owned()
/// }
/// ```
#[derive(Clone)]
pub struct PresentedToken(Secret);

impl PresentedToken {
    /// The text, which is ASCII.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.0.expose()).unwrap_or_default()
    }

    /// The value of `Authorization` for a request to the other service, marked as sensitive.
    pub fn bearer(&self) -> HeaderValue {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.expose()))
            // A verified token is base64url and dots.
            .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        value
    }
}

impl<S: Sync> FromRequestParts<S> for PresentedToken {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let token = match known_principal(request).await.cloned() {
            Ok(caller) => presented_token(request, &caller).ok_or(AuthError::NoToken),
            Err(error) => Err(error),
        };
        token.map(Self).map_err(|error| reject(request, &error))
    }
}

/// Hides the token.
impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedToken(..)")
    }
}
