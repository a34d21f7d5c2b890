//! Issues tokens: access tokens, the refresh tokens that renew them, and the step from one pair to the next.
//!
//! 1. A [`TokenIssuer`] is built from one signing key and a few names and lifetimes, which are all checked then.
//! 2. [`TokenIssuer::access`], [`refresh`](TokenIssuer::refresh) and [`pair`](TokenIssuer::pair) begin a [`NewToken`];
//!    its setters say what the token grants. Only the issuer sets the registered claims.
//! 3. `sign` draws the token's id, writes the claims, reads them back with the strict parser of guards, and signs.
//! 4. [`NewToken::begin`] and [`Renewal::rotate`] do the same with a [`TokenStore`](crate::store::TokenStore), which
//!    remembers the current refresh token of a login.
//!
//! A refresh token has the grants of its successor in one claim, `renew`, and grants nothing itself: even a service
//! that overlooks its type finds no scope in it.

mod builder;
mod compact;
mod contents;
mod error;
mod issued;
pub(crate) mod names;
mod new_token;
mod renewal;
mod sign;

use std::fmt;
use std::sync::Arc;

pub use builder::IssuerBuilder;
pub use error::{IssueError, IssueErrorKind};
pub use issued::{IssuedToken, TokenPair};
pub use new_token::{AccessAndRefresh, AccessOnly, NewToken, RefreshOnly};
pub(crate) use renewal::LONGEST_GRACE;
pub use renewal::Renewal;

use crate::keys::{SigningKey, VerifyingKey};
use builder::IssuerSettings;

/// Issues access and refresh tokens, signed by one key. A handle: clones share everything.
///
/// Access tokens are RFC 9068 tokens: typed `at+jwt`, with `iss`, `sub`, `aud`, `client_id`, `iat`, `exp` and `jti`.
/// Refresh tokens are typed `rt+jwt`. A guard accepts each kind only where a policy asks for it.
///
/// It does not know HTTP; a `JwtGuard` with a signing key has one.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::issue::TokenIssuer;
/// use jwt_guard::{Algorithm, Secret, SigningKey};
///
/// let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?; // in production, 32 random bytes from your secret store
/// let issuer = TokenIssuer::builder(key).issuer("https://id.example").audience("orders").build()?;
///
/// let token = issuer.access("alice").scopes(["orders:read"]).claim("tenant", "acme").sign()?;
/// assert_eq!(token.as_str().split('.').count(), 3);
///
/// // A token that lives for no time at all is a mistake, not a token.
/// assert!(issuer.access("alice").lifetime(Duration::ZERO).sign().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct TokenIssuer(Arc<IssuerSettings>);

impl TokenIssuer {
    /// Starts an issuer that signs with `key`.
    pub fn builder(key: SigningKey) -> IssuerBuilder {
        IssuerBuilder::new(key)
    }

    /// Starts an access token for `subject` (`sub`).
    pub fn access(&self, subject: impl Into<String>) -> NewToken<AccessOnly> {
        NewToken::new(self.clone(), subject.into())
    }

    /// Starts a refresh token for `subject`. Most callers want a [`pair`](Self::pair).
    pub fn refresh(&self, subject: impl Into<String>) -> NewToken<RefreshOnly> {
        NewToken::new(self.clone(), subject.into())
    }

    /// Starts an access token for `subject`, and the refresh token that renews it.
    pub fn pair(&self, subject: impl Into<String>) -> NewToken<AccessAndRefresh> {
        NewToken::new(self.clone(), subject.into())
    }

    /// The key that verifies the tokens.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0.key.verifying_key()
    }

    /// The key that signs, for tokens of tests.
    #[cfg(feature = "testing")]
    pub(crate) fn signing_key(&self) -> &SigningKey {
        &self.0.key
    }

    fn settings(&self) -> &IssuerSettings {
        &self.0
    }
}

impl fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuer")
            .field("key", &self.0.key)
            .field("issuer", &self.0.issuer)
            .field("audience", &self.0.audience)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
