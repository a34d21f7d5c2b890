//! The settings of fetching keys, and their bounds.

use std::fmt;
#[cfg(feature = "remote-keys")]
use std::path::Path;
use std::time::Duration;

#[cfg(feature = "remote-keys")]
use super::bearer::Bearer;
#[cfg(feature = "remote-keys")]
use super::proxy::Proxy;
use super::schedule::{FetchLimits, LONGEST_FRESH, SHORTEST_FRESH};
#[cfg(feature = "remote-keys")]
use crate::secret::Secret;

/// How the keys of an issuer are fetched and how long they are used.
///
/// The defaults are right for most issuers. Every setting has bounds, which [`problems`](Self::problems) checks; no
/// value within them disables a protection.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::keys::remote::RemoteKeySettings;
///
/// let settings = RemoteKeySettings::new().hard_limit(Duration::from_secs(12 * 60 * 60));
/// assert!(settings.problems().is_empty());
///
/// let forever = RemoteKeySettings::new().hard_limit(Duration::MAX);
/// assert!(forever.problems()[0].contains("at most 24 h"));
/// ```
#[derive(Clone)]
pub struct RemoteKeySettings {
    fresh: Duration,
    hard: Duration,
    cooldown: Duration,
    wait: Duration,
    timeout: Duration,
    pub(super) connect_timeout: Duration,
    largest_body: usize,
    root_certificates: Vec<Vec<u8>>,
    /// A URL, which may have a password.
    #[cfg(feature = "remote-keys")]
    proxy: Option<Secret>,
    #[cfg(feature = "remote-keys")]
    bearer: Option<Bearer>,
}

/// Nothing has it, so that the compiler names the feature where one of its settings is called.
#[cfg(not(feature = "remote-keys"))]
#[diagnostic::on_unimplemented(
    message = "`proxy` and `bearer_file` need the feature `remote-keys` of jwt-guard, which is off",
    label = "switch the feature on: `cargo add jwt-guard --features remote-keys`",
    note = "without it `Builder::key_fetcher` takes a client of your own, which is configured by itself"
)]
pub trait NeedsRemoteKeys {}

/// 24 hours: an operator who withdraws a key must know when it is dead, whatever happens to the network.
const LONGEST_HARD: Duration = Duration::from_secs(24 * 60 * 60);

/// Below 10 seconds an attacker's random key names would burden the issuer; above 10 minutes users would wait too long
/// for a rotation.
const COOLDOWNS: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(10 * 60));

/// A waiting request holds a connection, and any client can cause one.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// A key server that needs longer counts as down.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// As above, for the connection alone.
const CONNECT_TIMEOUTS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// 100 RSA keys of 8192 bits with their certificates fit into 256 KiB; a set below 1 KiB is too small for two keys.
const BODIES: (usize, usize) = (1024, 256 * 1024);

impl RemoteKeySettings {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            fresh: Duration::from_secs(10 * 60),
            hard: Duration::from_secs(60 * 60),
            cooldown: Duration::from_secs(30),
            wait: LONGEST_WAIT,
            timeout: TIMEOUTS.1,
            connect_timeout: CONNECT_TIMEOUTS.1,
            largest_body: BODIES.1,
            root_certificates: Vec::new(),
            #[cfg(feature = "remote-keys")]
            proxy: None,
            #[cfg(feature = "remote-keys")]
            bearer: None,
        }
    }

    /// How long a set of keys is fresh if the issuer sends no `Cache-Control: max-age`: 10 minutes by default, 1 minute
    /// to 1 hour. The issuer's value is clamped to these bounds too. The set is fetched again after 70 % to 90 % of
    /// this time.
    #[must_use]
    pub fn fresh_time(mut self, fresh: Duration) -> Self {
        self.fresh = fresh;
        self
    }

    /// How long a set of keys is used while the issuer cannot be reached: 1 hour by default, at most 24 hours, and not
    /// less than the fresh time. After it, requests are answered with 503.
    ///
    /// A key that is withdrawn while the issuer cannot be reached stays good for this long.
    #[must_use]
    pub fn hard_limit(mut self, hard: Duration) -> Self {
        self.hard = hard;
        self
    }

    /// How long tokens cannot cause another fetch after one: 30 seconds by default, 10 seconds to 10 minutes.
    ///
    /// Any client can send tokens with unknown key names. A key that an issuer uses before it publishes it is accepted
    /// after this time at the latest.
    #[must_use]
    pub fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// How long a request with an unknown key name waits for a fetch: 1 second by default and at most. While there are
    /// no keys at all, a request waits for the whole [`timeout`](Self::timeout).
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// How long one fetch may take, discovery included: 5 seconds by default and at most, at least 100 ms.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take, TLS excluded: 2 seconds by default and at most, at least 100 ms.
    #[must_use]
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.connect_timeout = connect_timeout;
        self
    }

    /// How many bytes a document may have: 256 KiB by default and at most, at least 1 KiB.
    #[must_use]
    pub fn largest_body(mut self, bytes: usize) -> Self {
        self.largest_body = bytes;
        self
    }

    /// Trusts the certificates of this PEM text as roots, beside those of the system: for issuers with a private
    /// certificate authority.
    #[must_use]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Fetches through this proxy: `http://HOST:PORT`, or `http://USER:PASSWORD@HOST:PORT`, whose login goes to the proxy only (RFC
    /// 7617). None by default, whatever `HTTPS_PROXY` and the like say: give their value here to use it.
    ///
    /// Addresses with https go through it by `CONNECT` (RFC 9110 section 9.3.6), so the proxy sees the host and not what is
    /// said. Addresses without TLS, which `danger()` allows inside a private network, are asked directly.
    ///
    /// ```
    /// use jwt_guard::keys::remote::RemoteKeySettings;
    ///
    /// let settings = RemoteKeySettings::new().proxy("http://proxy.corp:3128");
    /// assert!(settings.problems().is_empty());
    ///
    /// let socks = RemoteKeySettings::new().proxy("socks5://proxy.corp:1080");
    /// assert!(socks.problems()[0].contains("`http://HOST:PORT`"));
    /// ```
    #[cfg(feature = "remote-keys")]
    #[must_use]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Sends the token in this file as `Authorization: Bearer`, to these origins only: for servers that publish keys to known
    /// clients, such as the API server of Kubernetes. The file is read at each fetch, because such tokens rotate.
    ///
    /// An origin is `https://HOST` or `https://HOST:PORT`, compared whole. Every other address, such as a `jwks_uri` elsewhere,
    /// is asked without the token, and no redirect is followed.
    ///
    /// ```
    /// use jwt_guard::keys::remote::RemoteKeySettings;
    ///
    /// let token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    /// let settings = RemoteKeySettings::new().bearer_file(token, ["https://kubernetes.default.svc"]);
    /// assert!(settings.problems().is_empty());
    ///
    /// let anywhere = RemoteKeySettings::new().bearer_file(token, ["*"]);
    /// assert!(anywhere.problems()[0].contains("expected `https://HOST`"));
    /// ```
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or holds no token, fails the fetch: see [`KeyStatus::last_error`](super::KeyStatus::last_error).
    #[cfg(feature = "remote-keys")]
    #[must_use]
    pub fn bearer_file<O: Into<String>>(
        mut self,
        file: impl AsRef<Path>,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self.bearer = Some(Bearer::new(file, origins));
        self
    }

    /// A setting of the client that the feature `remote-keys` brings.
    #[cfg(not(feature = "remote-keys"))]
    #[must_use]
    pub fn proxy(self, _url: impl NeedsRemoteKeys) -> Self {
        self
    }

    /// A setting of the client that the feature `remote-keys` brings.
    #[cfg(not(feature = "remote-keys"))]
    #[must_use]
    pub fn bearer_file<O: Into<String>>(
        self,
        _file: impl NeedsRemoteKeys,
        _origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self
    }

    /// A sentence for every setting out of its bounds. With any of them, a guard is not built.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut within = |name, found: Duration, (least, most): (Duration, Duration)| {
            if found < least || found > most {
                let (found, least, most) = (Shown(found), Shown(least), Shown(most));
                problems.push(format!(
                    "the {name} of remote keys is {found}; set at least {least} and at most {most}"
                ));
            }
        };
        within("fresh time", self.fresh, (SHORTEST_FRESH, LONGEST_FRESH));
        within("hard limit", self.hard, (SHORTEST_FRESH, LONGEST_HARD));
        within("cooldown", self.cooldown, COOLDOWNS);
        within("wait", self.wait, (Duration::ZERO, LONGEST_WAIT));
        within("timeout", self.timeout, TIMEOUTS);
        within("connect timeout", self.connect_timeout, CONNECT_TIMEOUTS);
        if self.hard < self.fresh {
            problems.push(format!(
                "the hard limit of remote keys ({}) is below their fresh time ({}): raise it, or lower the other",
                Shown(self.hard),
                Shown(self.fresh)
            ));
        }
        if !(BODIES.0..=BODIES.1).contains(&self.largest_body) {
            problems.push(format!(
                "the largest body of remote keys is {} bytes; set at least {} and at most {}",
                self.largest_body, BODIES.0, BODIES.1
            ));
        }
        if self.certificates().is_none() {
            problems.push(
                "a root certificate for remote keys is not PEM text with blocks `CERTIFICATE` and nothing else: give \
                 the certificate of the authority as text"
                    .to_owned(),
            );
        }
        #[cfg(feature = "remote-keys")]
        problems.extend(
            self.proxy_of_client().err().into_iter().chain(self.bearer.iter().flat_map(Bearer::problems)),
        );
        problems
    }

    /// Whether there are settings that only the client of the feature obeys.
    #[cfg(feature = "remote-keys")]
    pub(crate) fn needs_own_client(&self) -> bool {
        self.proxy.is_some() || self.bearer.is_some()
    }

    #[cfg(feature = "remote-keys")]
    pub(super) fn proxy_of_client(&self) -> Result<Option<Proxy>, String> {
        self.proxy.as_ref().map(Proxy::parse).transpose()
    }

    #[cfg(feature = "remote-keys")]
    pub(super) fn bearer(&self) -> Option<&Bearer> {
        self.bearer.as_ref()
    }

    pub(super) fn limits(&self) -> FetchLimits {
        FetchLimits { fresh: self.fresh, hard: self.hard, cooldown: self.cooldown }
    }

    pub(super) fn longest_wait(&self) -> Duration {
        self.wait
    }

    pub(super) fn total(&self) -> Duration {
        self.timeout
    }

    pub(super) fn body_limit(&self) -> usize {
        self.largest_body
    }

    /// The extra roots in DER; `None` if one of the texts contains anything else.
    pub(super) fn certificates(&self) -> Option<Vec<Vec<u8>>> {
        let mut certificates = Vec::new();
        for text in &self.root_certificates {
            let blocks = pem::parse_many(text).ok().filter(|blocks| !blocks.is_empty())?;
            for block in blocks {
                if block.tag() != "CERTIFICATE" {
                    return None;
                }
                certificates.push(block.into_contents());
            }
        }
        Some(certificates)
    }
}

impl Default for RemoteKeySettings {
    fn default() -> Self {
        Self::new()
    }
}

/// Certificates are counted, not shown.
impl fmt::Debug for RemoteKeySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            fresh,
            hard,
            cooldown,
            wait,
            timeout,
            connect_timeout,
            largest_body,
            root_certificates,
            ..
        } = self;
        f.debug_struct("RemoteKeySettings")
            .field("fresh_time", fresh)
            .field("hard_limit", hard)
            .field("cooldown", cooldown)
            .field("wait", wait)
            .field("timeout", timeout)
            .field("connect_timeout", connect_timeout)
            .field("largest_body", largest_body)
            .field("root_certificates", &root_certificates.len())
            .finish_non_exhaustive()
    }
}

/// A duration in a readable unit.
struct Shown(Duration);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match (seconds, self.0.subsec_millis()) {
            (seconds, 0) if seconds >= 3600 && seconds % 3600 == 0 => write!(f, "{} h", seconds / 3600),
            (seconds, 0) if seconds >= 60 && seconds % 60 == 0 => write!(f, "{} min", seconds / 60),
            (seconds, 0) => write!(f, "{seconds} s"),
            _ => write!(f, "{} ms", self.0.as_millis()),
        }
    }
}
