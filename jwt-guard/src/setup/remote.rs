//! Keys that issuers publish: their addresses, and how they are fetched.

use std::sync::Arc;

use super::build::Draft;
use super::issuer::IssuerDraft;
use super::{Builder, Danger, HasKeys, TrustedIssuer};
use crate::keys::IssuerKeys;
use crate::keys::remote::{Endpoint, FetchKeys, PlainHttp, RemoteKeySettings, RemoteKeys, usual_fetcher};
use crate::problems::Problems;

/// How keys are fetched, for issuers without their own settings.
#[derive(Debug, Default)]
pub(super) struct Remote {
    settings: RemoteKeySettings,
    fetcher: Option<Arc<dyn FetchKeys>>,
    /// The hosts that may be asked without TLS.
    plain_http: Vec<String>,
}

/// The address of an issuer's keys.
#[derive(Clone, Debug)]
pub(super) enum RemoteSource {
    /// The address of a JWK set.
    Jwks(String),
    /// Discovery: the document of the issuer with this name has the address (OpenID Connect Discovery 1.0, RFC 8414).
    Discovery(String),
}

/// The name of `loopback_http` in messages.
pub(super) const LOOPBACK_HTTP: &str = "loopback_http";

/// The name of `plain_http` in messages.
const PLAIN_HTTP: &str = "plain_http";

/// Keys that the issuer publishes. They are fetched when the first token needs them, and kept up to date.
impl<K, A> Builder<K, A> {
    /// Takes the keys from the JWK set at this address: `https://..`. Add the [`issuer`](Builder::issuer) of the tokens.
    ///
    /// The address and the issuer may differ: tokens are compared with the issuer only, and keys are fetched from the
    /// address only. So a provider behind a proxy may have its public name in tokens and be asked at an internal address.
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

    /// Finds the keys by the document at this address, and not where the name of the [`issuer`](Builder::issuer) says: for a
    /// provider that is asked at an internal address, or whose document is elsewhere.
    ///
    /// The document must name that issuer (the first, if there are several), byte for byte (RFC 8414 section 3.3). The
    /// keys are fetched from the `jwks_uri` of the document; if that is the public address and cannot be reached from
    /// here, give the internal one to [`jwks_url`](Self::jwks_url) instead.
    ///
    /// ```
    /// use jwt_guard::JwtGuard;
    ///
    /// let guard = JwtGuard::builder()
    ///     .issuer("https://id.example/realms/shop")
    ///     .metadata_url("https://keycloak.internal:8443/realms/shop/.well-known/openid-configuration")
    ///     .audience("orders")
    ///     .build()?;
    ///
    /// let nameless = JwtGuard::builder().metadata_url("https://keycloak.internal:8443/doc").audience("orders");
    /// assert!(nameless.build().unwrap_err().to_string().contains("`.issuer("));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn metadata_url(mut self, url: impl Into<String>) -> Builder<HasKeys, A> {
        self.draft.own.metadata_url = Some(url.into());
        self.into_state()
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

    /// Allows keys over plain HTTP from these hosts, such as a provider in the network of Docker Compose or of a cluster:
    /// a program on the way, or one that answers for the name, can sign tokens. Nothing but that network protects you, so
    /// name hosts of a network in which you trust every program.
    ///
    /// Each is a host name or an IP address, without port; it is compared whole, and no other host counts, whatever a
    /// document of an issuer says: `jwks_uri` must be https or one of these hosts too. Only code can name them; there is
    /// no variable and no setting of a file for it.
    ///
    /// ```
    /// use jwt_guard::JwtGuard;
    ///
    /// let realm = "http://keycloak:8080/realms/shop";
    /// let guard = JwtGuard::builder()
    ///     .oidc_issuer(realm)
    ///     .audience("orders")
    ///     .danger()
    ///     .plain_http(["keycloak"], "the network of this compose file has our services only")
    ///     .build()?;
    ///
    /// let another = JwtGuard::builder().oidc_issuer(realm).audience("orders").danger().plain_http(["id"], "as above");
    /// assert!(another.build().unwrap_err().to_string().contains(r#".plain_http(["keycloak"]"#));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`build`](Builder::build) refuses a name that is not a host, and an empty list.
    pub fn plain_http<H: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = H>,
        reason: impl Into<String>,
    ) -> Builder<K, A> {
        self.0.draft.remote.plain_http.extend(hosts.into_iter().map(Into::into));
        self.with_reason(PLAIN_HTTP, reason)
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

    /// Finds the keys by the document at this address; as [`Builder::metadata_url`].
    pub fn metadata_url(mut self, url: impl Into<String>) -> Self {
        self.0.metadata_url = Some(url.into());
        self
    }

    /// Sets how long the keys of this issuer are used and how often they are fetched.
    pub fn remote_keys(mut self, settings: RemoteKeySettings) -> Self {
        self.0.remote_settings = Some(settings);
        self
    }
}

impl Draft {
    /// The published keys of an issuer, if it has an address. Nothing is fetched yet.
    pub(super) fn remote_keys(&self, issuer: &IssuerDraft, problems: &mut Problems) -> Option<IssuerKeys> {
        let plain_http = self.plain_http();
        let first = issuer.issuers.first().map(String::as_str).unwrap_or_default();
        let endpoint = match (issuer.source(), issuer.metadata_url()) {
            (Some(RemoteSource::Jwks(url)), _) => Endpoint::jwks(url, &plain_http),
            (Some(RemoteSource::Discovery(name)), Some(url)) => Endpoint::metadata(url, name, &plain_http),
            (Some(RemoteSource::Discovery(name)), None) => Endpoint::discovery(name, &plain_http),
            (None, Some(url)) => Endpoint::metadata(url, first, &plain_http),
            (None, None) => return None,
        };
        let settings = issuer.remote_settings.as_ref().unwrap_or(&self.remote.settings);
        let illegal = settings.problems();
        let found_none = illegal.is_empty();
        illegal.into_iter().for_each(|problem| problems.setting(problem));
        let fetcher = match &self.remote.fetcher {
            Some(_) if settings.needs_own_client() => Err("`proxy` and `bearer_file` are settings of the \
                                                           client of the feature `remote-keys`, and \
                                                           `.key_fetcher(..)` brings another client: \
                                                           configure that one, or leave it out"
                .to_owned()),
            Some(fetcher) => Ok(Arc::clone(fetcher)),
            None => usual_fetcher(settings),
        };
        match (endpoint, fetcher) {
            (Ok(endpoint), Ok(fetcher)) if found_none => {
                let (name, algorithms) = (first.to_owned(), issuer.algorithms.clone());
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

    fn plain_http(&self) -> PlainHttp {
        PlainHttp { loopback: self.has_reason(LOOPBACK_HTTP), hosts: self.remote.plain_http.clone() }
    }

    /// Records invalid settings.
    pub(super) fn check_remote(&self, problems: &mut Problems) {
        if self.has_reason(PLAIN_HTTP) && self.remote.plain_http.is_empty() {
            problems.setting(
                "`plain_http` names no host; expected those that are asked without TLS, such as \
                 `[\"keycloak\"]`",
            );
        }
        if let Some(host) = self.plain_http().illegal_host() {
            problems.setting(format!(
                "`plain_http` got {host:?}, which is not the name of one host; expected a name or an IP \
                 address without scheme, port and path, such as `keycloak`, \
                 `keycloak.auth.svc.cluster.local` or `[fd00::7]`"
            ));
        }
    }
}
