//! Keys that issuers publish: their addresses, and how they are fetched.

use std::sync::Arc;

use super::build::Draft;
use super::issuer::IssuerDraft;
use super::{Builder, Danger, HasKeys, TrustedIssuer};
use crate::keys::IssuerKeys;
#[cfg(feature = "remote-keys")]
use crate::keys::remote::HttpFetcher;
use crate::keys::remote::{Endpoint, FetchKeys, RemoteKeySettings, RemoteKeys};
use crate::problems::Problems;

/// How keys are fetched, for issuers without their own settings.
#[derive(Debug, Default)]
pub(super) struct Remote {
    settings: RemoteKeySettings,
    fetcher: Option<Arc<dyn FetchKeys>>,
}

/// The address of an issuer's keys.
#[derive(Clone, Debug)]
pub(super) enum RemoteSource {
    /// The address of a JWK set.
    Jwks(String),
    /// Discovery: the issuer's document has the address (OpenID Connect Discovery 1.0, RFC 8414).
    Discovery(String),
}

/// The name of `plain_http_keys` in messages.
pub(super) const LOOPBACK_HTTP: &str = "loopback_http";

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

    /// Finds the keys of an OpenID provider, or of an authorization server, by the documents that it publishes (OpenID
    /// Connect Discovery 1.0, RFC 8414). Tokens must be of this [`issuer`](Builder::issuer), byte for byte.
    pub fn oidc_issuer(mut self, issuer: impl Into<String>) -> Builder<HasKeys, A> {
        let issuer = issuer.into();
        self.draft.own.remote = Some(RemoteSource::Discovery(issuer.clone()));
        self.issuer(issuer).into_state()
    }

    /// Sets how long keys are used and how often they are fetched, for every issuer without its own settings.
    pub fn remote_keys(mut self, settings: RemoteKeySettings) -> Self {
        self.draft.remote.settings = settings;
        self
    }

    /// Fetches with this client instead of that of the feature `remote-keys`.
    pub fn key_fetcher(mut self, fetcher: impl FetchKeys) -> Self {
        self.draft.remote.fetcher = Some(Arc::new(fetcher));
        self
    }
}

impl<K, A> Danger<K, A> {
    /// Allows keys over plain HTTP from this machine (`localhost`, `127.0.0.1`, `[::1]`), for tests. A program that
    /// listens on the port can sign tokens.
    pub fn loopback_http(self, reason: impl Into<String>) -> Builder<K, A> {
        self.with_reason(LOOPBACK_HTTP, reason)
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

    /// Sets how long the keys of this issuer are used and how often they are fetched.
    pub fn remote_keys(mut self, settings: RemoteKeySettings) -> Self {
        self.0.remote_settings = Some(settings);
        self
    }
}

/// The client of the feature.
#[cfg(feature = "remote-keys")]
fn usual_fetcher(settings: &RemoteKeySettings) -> Result<Arc<dyn FetchKeys>, String> {
    HttpFetcher::new(settings).map(|fetcher| Arc::new(fetcher) as Arc<dyn FetchKeys>)
}

#[cfg(not(feature = "remote-keys"))]
fn usual_fetcher(_: &RemoteKeySettings) -> Result<Arc<dyn FetchKeys>, String> {
    Err("keys are to be fetched, and there is no client for it: switch on the feature `remote-keys` of jwt-guard, or give a \
         client of your own to `.key_fetcher(..)`"
        .to_owned())
}

impl Draft {
    /// The published keys of an issuer, if it has an address. Nothing is fetched yet.
    pub(super) fn remote_keys(&self, issuer: &IssuerDraft, problems: &mut Problems) -> Option<IssuerKeys> {
        let endpoint = match (&issuer.remote, issuer.issuers.first()) {
            (Some(RemoteSource::Jwks(url)), _) => Endpoint::jwks(url, self.loopback_http()),
            (Some(RemoteSource::Discovery(name)), _) => Endpoint::discovery(name, self.loopback_http()),
            // The invalid argument of a preset is recorded already.
            (None, Some(name)) if issuer.usual.discovery && issuer.problems.is_empty() => {
                Endpoint::discovery(name, self.loopback_http())
            }
            (None, _) => return None,
        };
        let settings = issuer.remote_settings.as_ref().unwrap_or(&self.remote.settings);
        let illegal = settings.problems();
        let found_none = illegal.is_empty();
        illegal.into_iter().for_each(|problem| problems.setting(problem));
        let fetcher = match &self.remote.fetcher {
            Some(fetcher) => Ok(Arc::clone(fetcher)),
            None => usual_fetcher(settings),
        };
        match (endpoint, fetcher) {
            (Ok(endpoint), Ok(fetcher)) if found_none => {
                let name = issuer.issuers.first().cloned().unwrap_or_default();
                let algorithms = issuer.algorithms.clone();
                let clock = Arc::clone(&self.token_rules.clock);
                Some(IssuerKeys::Remote(RemoteKeys::new(
                    name, endpoint, algorithms, settings, clock, fetcher,
                )))
            }
            (endpoint, fetcher) => {
                endpoint.err().into_iter().chain(fetcher.err()).for_each(|problem| problems.setting(problem));
                None
            }
        }
    }

    pub(super) fn loopback_http(&self) -> bool {
        self.has_reason(LOOPBACK_HTTP)
    }
}
