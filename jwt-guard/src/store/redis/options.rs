//! The options of a connection to Redis.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "store-redis-rustls")]
use crate::secret::Secret;
#[cfg(feature = "store-redis-rustls")]
use crate::store::redis::tls::Certificates;
use crate::store::{StoreError, StoreLimits};

/// The bounds of the response timeout.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(60));
/// The bounds of the silence.
const SILENCES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(60 * 60));

/// Settings of a [`RedisStore`](crate::store::RedisStore); the defaults are for one server and one application.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::store::RedisOptions;
///
/// let options = RedisOptions::new().prefix("shop").silence(Duration::from_secs(5));
/// ```
#[derive(Clone)]
#[must_use]
pub struct RedisOptions {
    pub(super) prefix: String,
    pub(super) timeout: Duration,
    pub(super) silence: Duration,
    pub(super) capacity: usize,
    pub(super) limits: StoreLimits,
    pub(super) cluster: bool,
    /// URLs, which may contain a password.
    pub(super) cluster_nodes: Vec<String>,
    #[cfg(feature = "store-redis-rustls")]
    pub(super) certificates: Certificates,
}

impl RedisOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            prefix: "jwt-guard".to_owned(),
            timeout: Duration::from_secs(1),
            silence: Duration::from_secs(10),
            capacity: 1_000_000,
            limits: StoreLimits::new(),
            cluster: false,
            cluster_nodes: Vec::new(),
            #[cfg(feature = "store-redis-rustls")]
            certificates: Certificates::default(),
        }
    }

    /// The prefix of all keys, so that applications can share a server. Default: `jwt-guard`.
    ///
    /// It is the hash tag of all keys, so one node of a cluster keeps all of them. Otherwise a rotation, the revocation
    /// after a reuse, and its announcement to all nodes could not be one step.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The timeout of a response, and of connecting. Default: 1 s, because a request waits for it; at least 10 ms and
    /// at most a minute. After a timeout the connection is closed, and the next request makes a new one.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long the server may be silent before checks ask it, and are 503 if it is away. Default: 10 s, long enough
    /// for a restart of the server, and short against the lifetime of an access token; at least 100 ms and at most an
    /// hour. A strict store does not use it.
    pub fn silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// The number of revocations in the memory of this process. Default: a million. If there are more, checks ask the
    /// server, which is slower, until there is room. A strict store does not use it; the server's `maxmemory` limits
    /// what the server keeps.
    pub fn capacity(mut self, entries: usize) -> Self {
        self.capacity = entries;
        self
    }

    /// The limits for each subject: see [`StoreLimits`]. The budgets for all subjects together are the server's
    /// `maxmemory`, and [`capacity`](Self::capacity) in this process.
    pub fn limits(mut self, limits: StoreLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Declares that the server is a node of a cluster; the other nodes are found through it. Default: it is not.
    pub fn cluster(mut self) -> Self {
        self.cluster = true;
        self
    }

    /// Declares that the server is a node of a cluster, and adds more nodes as URLs, so that a process can start while
    /// one is away. The first node that answers names all nodes, again for every new connection. Default: none.
    ///
    /// ```
    /// use jwt_guard::store::RedisOptions;
    ///
    /// let options = RedisOptions::new().cluster_nodes(["redis://10.0.0.2/", "redis://10.0.0.3/"]);
    /// ```
    pub fn cluster_nodes<T: Into<String>>(mut self, urls: impl IntoIterator<Item = T>) -> Self {
        self.cluster_nodes.extend(urls.into_iter().map(Into::into));
        self.cluster()
    }

    /// The client certificate for a server that asks for one, and its key, both as PEM: first the certificate, then the
    /// intermediate ones. The key is PKCS#8, PKCS#1 or SEC 1. Default: none.
    ///
    /// The address must be a `rediss://` one. [`RedisStore::connect`](crate::store::RedisStore::connect) reports what
    /// is wrong with either.
    #[cfg(feature = "store-redis-rustls")]
    pub fn client_certificate(mut self, chain: impl AsRef<[u8]>, key: impl Into<Secret>) -> Self {
        self.certificates.client = Some((chain.as_ref().to_vec(), key.into()));
        self
    }

    /// The certificate authorities for the certificate of the server, as PEM. Default: those of the system.
    ///
    /// The address must be a `rediss://` one.
    #[cfg(feature = "store-redis-rustls")]
    pub fn root_certificates(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.certificates.roots = Some(pem.as_ref().to_vec());
        self
    }
}

impl RedisOptions {
    /// Refuses times that no server could meet, or that would hide for too long that it is away.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let mut problems = Vec::new();
        for (name, found, (least, most)) in
            [("timeout", self.timeout, TIMEOUTS), ("silence", self.silence, SILENCES)]
        {
            if found < least || found > most {
                problems
                    .push(format!("`{name}` is {found:?}: expected at least {least:?} and at most {most:?}"));
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(StoreError::new("a time in the options is out of its bounds").because(problems.join("; ")))
    }
}

impl fmt::Debug for RedisOptions {
    /// The addresses may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .field("silence", &self.silence)
            .field("capacity", &self.capacity)
            .field("cluster", &self.cluster)
            .finish_non_exhaustive()
    }
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self::new()
    }
}
