//! The settings of tenants, with their defaults and bounds.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::memory::TenantMemory;
use super::resolver::ErasedResolver;
use super::{Tenants, TenantsInner};
use crate::guard::JwtGuard;
use crate::problems::{ConfigError, Problems};

/// Makes [`Tenants`]; the defaults are right for some hundreds of tenants.
#[must_use]
pub struct TenantsBuilder {
    default: JwtGuard,
    resolver: Box<dyn ErasedResolver>,
    limits: TenantLimits,
}

/// What is remembered, for how long, and how often the resolver is asked.
#[derive(Clone, Debug)]
pub(super) struct TenantLimits {
    pub(super) time_to_live: Duration,
    pub(super) unknown_time_to_live: Duration,
    pub(super) timeout: Duration,
    pub(super) tenants: usize,
    pub(super) lookups_per_second: u32,
}

/// A tenant that was removed elsewhere must end within a day; a second spares the resolver all but one call.
const TIMES_TO_LIVE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(24 * 60 * 60));

/// A new tenant must not wait longer than an hour after a request that came too early.
const UNKNOWN_TIMES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60 * 60));

/// A waiting request holds a connection, and any client can cause one.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(10));

/// A guard without tokens takes a few kilobytes.
const TENANTS: (usize, usize) = (1, 1_000_000);

const LOOKUPS: (u32, u32) = (1, 1_000_000);

impl TenantsBuilder {
    pub(super) fn new(default: JwtGuard, resolver: Box<dyn ErasedResolver>) -> Self {
        let limits = TenantLimits {
            time_to_live: Duration::from_secs(5 * 60),
            unknown_time_to_live: Duration::from_secs(30),
            timeout: Duration::from_secs(2),
            tenants: 1_000,
            lookups_per_second: 100,
        };
        Self { default, resolver, limits }
    }

    /// How long a guard is used after the resolver has answered with it: 5 minutes by default, 1 second to 24
    /// hours. A tenant that was removed from the list ends after this time at the latest, or at once with
    /// [`Tenants::forget`].
    ///
    /// After half of this time the resolver is asked again, and requests do not wait for it. So a resolver that fails for
    /// less than the other half is not noticed by clients of tenants that are in use.
    pub fn time_to_live(mut self, time: Duration) -> Self {
        self.limits.time_to_live = time;
        self
    }

    /// How long an issuer that is not a tenant is remembered: 30 seconds by default, 1 second to 1 hour. A
    /// tenant that is new in the list is accepted after this time at the latest, or at once with
    /// [`Tenants::forget`].
    pub fn unknown_time_to_live(mut self, time: Duration) -> Self {
        self.limits.unknown_time_to_live = time;
        self
    }

    /// How long the resolver may take: 2 seconds by default, 10 ms to 10 seconds. Then its requests are answered with 503.
    pub fn resolver_timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How many tenants are remembered: 1,000 by default, 1 to 1,000,000. With more tenants in use, or nearly as many, some are
    /// looked up again and again, and their keys are fetched again; strangers who name tenants in their tokens can cause that. Set
    /// it to several times the number of your tenants. Each tenant is a guard, with a cache of verified tokens
    /// of its own that takes up to 64 MiB when that many come;
    /// [`TokenCache::bytes`](crate::setup::TokenCache::bytes) of its builder sets another bound.
    pub fn max_tenants(mut self, most: usize) -> Self {
        self.limits.tenants = most;
        self
    }

    /// How many issuers are looked up in a second that are not remembered as tenants: 100 by default, 1 to 1,000,000. Every
    /// client can send tokens of random issuers; this is what they cost the database. A service with many
    /// tenants that starts under load needs more. At most 1,000 lookups run at one time, whatever this says.
    pub fn max_lookups_per_second(mut self, most: u32) -> Self {
        self.limits.lookups_per_second = most;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// A limit is out of its bounds, or the default guard accepts tokens of any issuer, so that none could be a tenant's.
    pub fn build(self) -> Result<Tenants, ConfigError> {
        let Self { default, resolver, limits } = self;
        let mut problems = Problems::default();
        limits.check(&mut problems);
        if default.config().access.rules().any(|rules| rules.issuers.is_empty()) {
            problems.setting(
                "the default guard of the tenants accepts tokens of any issuer; expected the names of its \
                 own, so that it is clear which tokens are a tenant's: add `.issuer(..)` to its builder",
            );
        }
        let memory = TenantMemory::new(limits.tenants.max(1));
        let clock = Arc::clone(default.config().access.clock());
        problems.or(Tenants(Arc::new(TenantsInner { default, resolver, limits, clock, memory })))
    }
}

impl TenantLimits {
    fn check(&self, problems: &mut Problems) {
        let mut within = |name: &str, found: Duration, (least, most): (Duration, Duration)| {
            if !(least..=most).contains(&found) {
                problems.setting(format!("found {name} of {found:?}; expected {least:?} to {most:?}"));
            }
        };
        within("a time to live of tenants", self.time_to_live, TIMES_TO_LIVE);
        within("a time to live of unknown issuers", self.unknown_time_to_live, UNKNOWN_TIMES);
        within("a timeout of the resolver of tenants", self.timeout, TIMEOUTS);
        if !(TENANTS.0..=TENANTS.1).contains(&self.tenants) {
            let (least, most) = TENANTS;
            problems.setting(format!(
                "found {} as the most tenants that are remembered; expected {least} to {most}",
                self.tenants
            ));
        }
        if !(LOOKUPS.0..=LOOKUPS.1).contains(&self.lookups_per_second) {
            let (least, most) = LOOKUPS;
            problems.setting(format!(
                "found {} as the most lookups of issuers in a second; expected {least} to {most}",
                self.lookups_per_second
            ));
        }
    }
}

impl fmt::Debug for TenantsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantsBuilder")
            .field("default", &self.default)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
