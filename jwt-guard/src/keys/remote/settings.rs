//! The settings of fetching keys, and their bounds.

use std::fmt;
use std::time::Duration;

use super::client::ClientSettings;
use super::schedule::{FetchLimits, LONGEST_FRESH, SHORTEST_FRESH};

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
    /// What only the client of the feature `remote-keys` obeys.
    pub(super) client: ClientSettings,
}

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
            client: ClientSettings::default(),
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
    ///
    /// Of a set of more than 100 keys none is used: the fetch has failed, and a held key that the set does not list is
    /// withdrawn. A set of more than 1,000 elements, which only a broken server sends, is not read and withdraws nothing. The
    /// log has the number.
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
        problems.extend(self.client.problems());
        problems
    }

    /// Whether there are settings that only the client of the feature obeys.
    pub(crate) fn needs_own_client(&self) -> bool {
        self.client.are_set()
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
