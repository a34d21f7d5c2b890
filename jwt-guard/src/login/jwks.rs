//! Serves the public keys, for services that verify the tokens of this one.

use axum::Router;
use axum::body::Bytes;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::guard::JwtGuard;
use crate::keys::KeySet;

/// A quarter of an hour. With a cache in between, a service knows a new key after twice that: publish it half an hour before it signs.
const CACHE: &str = "public, max-age=900";

impl JwtGuard {
    /// A router that serves the public keys of this guard at `path` as a JWK set (RFC 7517 section 8.5.2).
    /// Shared secrets are left out.
    ///
    /// ```
    /// # use jwt_guard::{Algorithm, JwtGuard, Router, Secret, SigningKey};
    /// # let key = SigningKey::secret(Algorithm::Hs256, Secret::random())?;
    /// let guard = JwtGuard::builder().signing_key(key).audience("orders").build()?;
    /// let app: Router =
    ///     Router::new().unguarded("public keys", guard.jwks_route("/.well-known/jwks.json"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `path` is not a path of an axum route.
    pub fn jwks_route<S>(&self, path: &str) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        // The keys of refresh tokens are this guard's own. Access tokens may come from other issuers, which publish
        // their own keys.
        let keys = self
            .config()
            .refresh
            .fixed_keys()
            .map_or_else(|| r#"{"keys":[]}"#.to_owned(), KeySet::to_public_json);
        let keys = Bytes::from(keys);
        let serve = move || {
            let keys = keys.clone();
            async move { ([(CONTENT_TYPE, "application/jwk-set+json"), (CACHE_CONTROL, CACHE)], keys) }
        };
        Router::new().route(path, get(serve))
    }
}
