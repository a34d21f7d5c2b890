//! Keys that issuers publish.

use std::sync::Arc;

use super::TrustedIssuer;
use super::draft::{LOOPBACK_HTTP, RemoteSource};
use super::{Builder, Danger, HasKeys};
use crate::keys::remote::{FetchKeys, RemoteKeySettings};

/// Keys that the issuer publishes. They are fetched when the first token needs them, and kept up to date.
impl<K, A> Builder<K, A> {
    /// Takes the keys from the JWK set at this address: `https://..`. Add the [`issuer`](Builder::issuer) of the tokens.
    ///
    /// ```
    /// use jwt_guard::JwtGuard;
    ///
    /// let guard = JwtGuard::builder()
    ///     .jwks_url("https://id.example/jwks.json")
    ///     .issuer("https://id.example")
    ///     .audience("orders")
    ///     .build()?;
    ///
    /// let insecure = JwtGuard::builder().jwks_url("http://id.example/jwks.json").audience("orders");
    /// assert!(insecure.build().unwrap_err().to_string().contains("https"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn jwks_url(mut self, url: impl Into<String>) -> Builder<HasKeys, A> {
        self.draft.own.remote = Some(RemoteSource::Jwks(url.into()));
        self.into_state()
    }

    /// Takes the name of an OpenID provider, or of an authorization server, and finds its keys by the documents that it
    /// publishes (OpenID Connect Discovery 1.0, RFC 8414). Tokens must be of this [`issuer`](Builder::issuer), byte for byte.
    pub fn oidc_issuer(mut self, issuer: impl Into<String>) -> Builder<HasKeys, A> {
        let issuer = issuer.into();
        self.draft.own.remote = Some(RemoteSource::Discovery(issuer.clone()));
        self.issuer(issuer).into_state()
    }

    /// Says how long keys are good and how often they are fetched, for every issuer that does not say so itself.
    pub fn remote_keys(mut self, settings: RemoteKeySettings) -> Self {
        self.draft.remote_settings = settings;
        self
    }

    /// Fetches with this client instead of the built-in one.
    pub fn key_fetcher(mut self, fetcher: impl FetchKeys) -> Self {
        self.draft.key_fetcher = Some(Arc::new(fetcher));
        self
    }
}

impl<K, A> Danger<K, A> {
    /// Lets keys come over plain HTTP from this machine (`localhost`, `127.0.0.1`, `[::1]`), for tests. Whoever can listen on
    /// the port can sign tokens.
    pub fn loopback_http(mut self, reason: impl Into<String>) -> Builder<K, A> {
        self.0.draft.excuses.push((LOOPBACK_HTTP, reason.into()));
        self.0
    }
}

impl TrustedIssuer {
    /// Takes the keys from the JWK set at this address; as [`Builder::jwks_url`].
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.0.remote = Some(RemoteSource::Jwks(url.into()));
        self
    }

    /// An OpenID provider, or an authorization server, whose keys are found by its name; as [`Builder::oidc_issuer`].
    pub fn oidc(issuer: impl Into<String>) -> Self {
        let issuer = issuer.into();
        let mut trusted = Self::new(issuer.clone());
        trusted.0.remote = Some(RemoteSource::Discovery(issuer));
        trusted
    }

    /// Says how long the keys of this issuer are good and how often they are fetched.
    pub fn remote_keys(mut self, settings: RemoteKeySettings) -> Self {
        self.0.remote_settings = Some(settings);
        self
    }
}
