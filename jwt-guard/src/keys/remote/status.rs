//! The state of an issuer's keys, for health checks.

use std::time::{Duration, SystemTime};

use crate::keys::KeySnapshot;

/// The state of one issuer's keys at one moment; see [`Keys::status`](crate::keys::remote::RemoteKeysHandle::status).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyStatus {
    pub(crate) issuer: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) usable: bool,
    pub(crate) generation: u64,
    pub(crate) keys: usize,
    pub(crate) skipped: Vec<String>,
    pub(crate) age: Option<Duration>,
    pub(crate) fetched_at: Option<SystemTime>,
    pub(crate) next_refresh: Option<Duration>,
    pub(crate) last_error: Option<String>,
    pub(crate) fetches: u64,
    pub(crate) failures: u64,
}

impl KeyStatus {
    /// The name of the issuer; empty if it has none.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The address of its keys, or of its metadata. `None` for keys from the configuration.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// Whether its tokens can be verified at this moment. Otherwise requests with them are answered with 503.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.usable
    }

    /// How often the set of keys has changed. 0 before the first.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The number of current keys.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys
    }

    /// Why the other keys of the set were skipped, a sentence each.
    #[must_use]
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// How long ago the issuer confirmed the keys.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.age
    }

    /// When the issuer confirmed the keys, by the clock of the guard.
    #[must_use]
    pub fn fetched_at(&self) -> Option<SystemTime> {
        self.fetched_at
    }

    /// The time until the next fetch.
    #[must_use]
    pub fn next_refresh(&self) -> Option<Duration> {
        self.next_refresh
    }

    /// Why the last fetch failed; `None` if it succeeded. For operators: it may name addresses and hosts.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    /// The number of started fetches.
    #[must_use]
    pub fn fetches(&self) -> u64 {
        self.fetches
    }

    /// How many fetches failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures
    }

    /// The state of keys from the configuration, which are never fetched.
    pub(crate) fn fixed(issuer: &str, generation: &KeySnapshot) -> Self {
        Self {
            issuer: issuer.to_owned(),
            endpoint: None,
            usable: true,
            generation: generation.number(),
            keys: generation.keys().len(),
            skipped: generation.keys().skipped().iter().map(ToString::to_string).collect(),
            age: None,
            fetched_at: None,
            next_refresh: None,
            last_error: None,
            fetches: 0,
            failures: 0,
        }
    }
}
