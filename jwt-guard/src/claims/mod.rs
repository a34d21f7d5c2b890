//! The claims of a verified token, as handlers read them.

pub(crate) mod hierarchy;
pub(crate) mod names;
pub(crate) mod numeric_date;
pub(crate) mod registered;
pub(crate) mod reserved;
pub(crate) mod span;
pub(crate) mod typed;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use serde::de::DeserializeOwned;

use crate::token::{TokenSource, VerifiedAs};
use registered::TokenClaims;
use typed::{Misfit, TypedClaims};

/// The claims of a verified token: the registered ones by method, the application's own through `Deref` to `T`.
///
/// As an extractor it refuses a request without a valid token, and answers 403 if the claims do not fit `T`.
/// `Option<Claims<T>>` is `None` for a request without a token, and still refuses a bad one. The token is verified
/// once, however many extractors a handler and its layers have.
///
/// `T` is deserialized from the whole payload, so it may contain registered claims too. The default is every claim as
/// JSON.
///
/// ```
/// use jwt_guard::Claims;
///
/// #[derive(serde::Deserialize)]
/// struct Tenant {
///     tenant: String,
/// }
///
/// #[jwt_guard::authentication_required]
/// async fn whoami(claims: Claims<Tenant>) -> String {
///     format!("{} of {}", claims.subject(), claims.tenant)
/// }
/// ```
pub struct Claims<T = serde_json::Map<String, serde_json::Value>> {
    token: Arc<dyn HoldsClaims>,
    source: TokenSource,
    custom: Arc<T>,
}

/// The owner of a token's claims.
pub(crate) trait HoldsClaims: Send + Sync {
    fn claims(&self) -> &TokenClaims;

    /// What was deserialized from them before.
    fn typed(&self) -> &TypedClaims;

    /// The kind of the verified token; `None` for a session.
    fn verified_as(&self) -> Option<VerifiedAs>;

    /// The endpoint to which a refresh token was presented.
    fn endpoint(&self) -> Option<&str>;

    /// The session behind it.
    #[cfg(feature = "sessions")]
    fn session(&self) -> Option<&Arc<dyn std::any::Any + Send + Sync>> {
        None
    }
}

impl<T> Claims<T> {
    /// The subject: the `sub` claim, or the claim that the guard is configured to read instead.
    pub fn subject(&self) -> &str {
        self.registered().subject()
    }

    /// Who issued the token: the `iss` claim.
    pub fn issuer(&self) -> Option<&str> {
        self.registered().issuer()
    }

    /// The audiences of the token: the `aud` claim. Empty only if the guard accepts any audience.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.registered().audience()
    }

    /// When the token expires: the `exp` claim.
    pub fn expires_at(&self) -> SystemTime {
        self.registered().expires_at().to_system()
    }

    /// When the token becomes valid: the `nbf` claim.
    pub fn not_before(&self) -> Option<SystemTime> {
        self.registered().not_before().map(|date| date.to_system())
    }

    /// When the token was issued: the `iat` claim.
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.registered().issued_at().map(|date| date.to_system())
    }

    /// The id of the token: the `jti` claim.
    pub fn token_id(&self) -> Option<&str> {
        self.registered().token_id()
    }

    /// The client that asked for the token: the `client_id` claim (RFC 9068 section 2.2), or the one in which its
    /// [issuer](crate::TrustedIssuer::client_claim) names it.
    pub fn client_id(&self) -> Option<&str> {
        self.registered().client_id()
    }

    /// All claims as the JSON text that was signed.
    pub fn raw(&self) -> &str {
        self.registered().payload()
    }

    /// The application's own claims, for use beyond the request. They may be shared with other requests with the same
    /// token.
    pub fn into_custom(self) -> Arc<T> {
        self.custom
    }

    pub(crate) fn source(&self) -> TokenSource {
        self.source
    }

    pub(crate) fn holder(&self) -> &dyn HoldsClaims {
        &*self.token
    }

    fn registered(&self) -> &TokenClaims {
        self.token.claims()
    }
}

impl<T: DeserializeOwned + Send + Sync + 'static> Claims<T> {
    /// Deserializes the application's type from the payload of a verified token, or returns the value of an earlier
    /// call.
    pub(crate) fn read((token, source): (Arc<dyn HoldsClaims>, TokenSource)) -> Result<Self, Misfit> {
        let custom = token.typed().get_or_read(token.claims().payload())?;
        Ok(Self { token, source, custom })
    }
}

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.custom
    }
}

impl<T> Clone for Claims<T> {
    fn clone(&self) -> Self {
        Self { token: Arc::clone(&self.token), source: self.source, custom: Arc::clone(&self.custom) }
    }
}

/// Hides the claims, which are personal data.
impl<T> fmt::Debug for Claims<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(..)")
    }
}
