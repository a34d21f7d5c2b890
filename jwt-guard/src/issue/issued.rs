//! Signed tokens on their way to a client.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::ser::{Serialize, SerializeStruct, Serializer};
use zeroize::Zeroizing;

/// A signed token, with the data that the issuer needs.
///
/// `Debug` hides all of it, there is no `Display`, and the memory is wiped when it is dropped.
#[must_use]
pub struct IssuedToken {
    pub(super) text: Zeroizing<String>,
    pub(super) id: String,
    pub(super) family: Option<String>,
    pub(super) csrf: Option<String>,
    pub(super) scope: String,
    pub(super) issued_at: SystemTime,
    pub(super) expires_at: SystemTime,
    pub(super) expires_in: Duration,
}

impl IssuedToken {
    /// The token. Give it only to the client.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The token's id (`jti`), by which it is revoked.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The login that the token descends from (`sid`), by which all its tokens are revoked.
    pub fn family(&self) -> Option<&str> {
        self.family.as_deref()
    }

    /// The value that a request with the token in a cookie must repeat (`csrf`), if one was requested.
    pub fn csrf(&self) -> Option<&str> {
        self.csrf.as_deref()
    }

    /// The scopes that the access token of the signing grants, separated by spaces.
    pub(crate) fn scope(&self) -> &str {
        &self.scope
    }

    /// When the token was issued (`iat`).
    pub fn issued_at(&self) -> SystemTime {
        self.issued_at
    }

    /// When the token ends (`exp`).
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// How long the token lives from the moment it was signed.
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }
}

impl fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuedToken(..)")
    }
}

/// An access token, and the refresh token that renews it.
///
/// Serialises as the response of RFC 6749 section 5.1. Send it with `Cache-Control: no-store`.
///
/// ```
/// use jwt_guard::issue::TokenIssuer;
/// use jwt_guard::{Algorithm, Secret, SigningKey};
///
/// let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
/// let issuer = TokenIssuer::builder(key).audience("orders").build()?;
/// let pair = issuer.pair("alice").scopes(["orders:read", "orders:write"]).sign()?;
///
/// let answer = serde_json::to_value(&pair)?;
/// assert_eq!(answer["access_token"], pair.access().as_str());
/// assert_eq!(answer["refresh_token"], pair.refresh().as_str());
/// assert_eq!(answer["token_type"], "Bearer");
/// assert_eq!(answer["expires_in"], 900);
/// assert_eq!(answer["scope"], "orders:read orders:write");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct TokenPair {
    pub(super) access: IssuedToken,
    pub(super) refresh: IssuedToken,
}

impl TokenPair {
    /// The access token.
    pub fn access(&self) -> &IssuedToken {
        &self.access
    }

    /// The refresh token.
    pub fn refresh(&self) -> &IssuedToken {
        &self.refresh
    }

    /// The access token and the refresh token.
    pub fn into_parts(self) -> (IssuedToken, IssuedToken) {
        (self.access, self.refresh)
    }
}

impl Serialize for TokenPair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let scope = &self.access.scope;
        let mut answer = serializer.serialize_struct("TokenPair", if scope.is_empty() { 4 } else { 5 })?;
        answer.serialize_field("access_token", self.access.as_str())?;
        answer.serialize_field("token_type", "Bearer")?;
        answer.serialize_field("expires_in", &self.access.expires_in.as_secs())?;
        answer.serialize_field("refresh_token", self.refresh.as_str())?;
        if scope.is_empty() {
            answer.skip_field("scope")?;
        } else {
            answer.serialize_field("scope", scope)?;
        }
        answer.end()
    }
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenPair(..)")
    }
}
