//! How a server is spoken with.

use std::time::Duration;

/// Settings of a [`RedisStore`](crate::store::RedisStore); the defaults are for one server and one application.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::store::RedisOptions;
///
/// let options = RedisOptions::new().prefix("shop").silence(Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RedisOptions {
    pub(super) prefix: String,
    pub(super) timeout: Duration,
    pub(super) silence: Duration,
    pub(super) capacity: usize,
    pub(super) cluster: bool,
}

impl RedisOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            prefix: "jwt-guard".to_owned(),
            timeout: Duration::from_secs(1),
            silence: Duration::from_secs(10),
            capacity: crate::store::ledger::Ledger::CAPACITY,
            cluster: false,
        }
    }

    /// What the names of all keys begin with, so that applications can share a server. Default: `jwt-guard`.
    ///
    /// It is the hash tag of all keys, so in a cluster one node keeps all of them: only so are a rotation, the
    /// revocation that may follow from it, and its announcement to all nodes one step.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long an answer of the server is waited for. Default: 1 s, because a request waits with it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long revocations may have been missed before a check is refused with 503. Default: 10 s, long enough for a
    /// restart of the server, and short against the life of an access token. A strict store has no use for it.
    pub fn silence(mut self, silence: Duration) -> Self {
        self.silence = silence.max(Duration::from_millis(100));
        self
    }

    /// How many revocations are kept in this process. Default: a million. When there are more, checks are refused with
    /// 503. A strict store has no use for it; how much the server keeps is for its own `maxmemory` to say.
    pub fn capacity(mut self, entries: usize) -> Self {
        self.capacity = entries;
        self
    }

    /// Says that the server is a node of a cluster; the other nodes are found through it. Default: it is not.
    pub fn cluster(mut self) -> Self {
        self.cluster = true;
        self
    }
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self::new()
    }
}
