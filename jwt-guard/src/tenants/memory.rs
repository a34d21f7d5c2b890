//! What the resolver has answered, and the lookups that are under way. All of it is bounded.
//!
//! Tenants and other issuers are kept apart, so that random issuers push out no tenant. Answers are written
//! under the lock of the lookups, and an answer counts only if its lookup still does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::sync::watch;

use super::builder::TenantLimits;
use crate::error::AuthError;
use crate::guard::JwtGuard;

/// The most issuers that are remembered beside the tenants.
const MOST_OTHERS: usize = 1_000;

/// The most lookups at one time.
const MOST_LOOKUPS: usize = 1_000;

/// How long a failure is remembered: as long as its answer asks the client to wait (`Retry-After`).
const RETRY: Duration = Duration::from_secs(5);

/// A lookup ends by itself within its time limit; this long after it, the runtime that it began on does not run.
pub(super) const LOST: Duration = Duration::from_secs(1);

/// The window in which lookups are counted.
const SECOND: Duration = Duration::from_secs(1);

pub(super) struct TenantMemory {
    tenants: Cache<Arc<str>, Arc<KnownTenant>>,
    others: Cache<Arc<str>, RefusedIssuer>,
    /// Issuers that the resolver has called tenants, forgotten ones too: strangers do not take their lookups.
    listed: Cache<Arc<str>, ()>,
    lookups: Mutex<LookupTable>,
}

/// A tenant.
pub(super) struct KnownTenant {
    pub(super) guard: JwtGuard,
    pub(super) version: Option<String>,
    /// When the resolver was asked.
    pub(super) since: Duration,
    /// The failure of the last lookup, if it is later.
    failure: Option<RefusedIssuer>,
}

/// Why tokens of an issuer are refused, and until when that holds.
#[derive(Clone)]
struct RefusedIssuer {
    error: AuthError,
    until: Duration,
}

/// What is remembered of an issuer.
pub(super) enum RememberedIssuer {
    /// A tenant.
    Fresh(JwtGuard),
    /// A tenant, about which the resolver is to be asked again.
    Aging(JwtGuard),
    /// Not a tenant, or the lookup failed a moment ago.
    Refused(AuthError),
    Nothing,
}

/// The end of a lookup, for every task that waits for it.
pub(super) type GuardOrError = Result<JwtGuard, AuthError>;
pub(super) type AwaitedGuard = watch::Receiver<Option<GuardOrError>>;

#[derive(Default)]
struct LookupTable {
    running: HashMap<Arc<str>, TableEntry>,
    /// The number of the last lookup.
    number: u64,
    /// The beginning of the window, and how many lookups it had.
    window: Duration,
    count: u32,
}

struct TableEntry {
    number: u64,
    /// When it began.
    since: Duration,
    answer: AwaitedGuard,
}

/// What to do about an issuer.
pub(super) enum LookupStart {
    /// Another request has asked.
    Wait(AwaitedGuard),
    /// Ask, with this number.
    Ask(u64, AwaitedGuard, watch::Sender<Option<GuardOrError>>),
    /// The answer came in the meantime.
    Answered(GuardOrError),
    TooMany,
}

/// The outcome of a lookup.
pub(super) enum LookupEnd {
    Tenant {
        guard: JwtGuard,
        version: Option<String>,
    },
    /// An answer after which no guard is used: not a tenant, or an unfit guard.
    Refused(AuthError),
    /// Not an answer: the guard that is remembered stays as long as it would have.
    Failed(AuthError),
}

impl TenantMemory {
    pub(super) fn new(tenants: usize) -> Self {
        Self {
            tenants: Cache::new(tenants),
            others: Cache::new(MOST_OTHERS),
            listed: Cache::new(tenants),
            lookups: Mutex::default(),
        }
    }

    /// What is known of an issuer.
    pub(super) fn of(&self, issuer: &str, now: Duration, limits: &TenantLimits) -> RememberedIssuer {
        if let Some(known) = self.tenants.get(issuer) {
            let age = now.saturating_sub(known.since);
            let failed = known.failure.as_ref().filter(|failure| now < failure.until);
            return match failed {
                _ if age < limits.time_to_live / 2 => RememberedIssuer::Fresh(known.guard.clone()),
                Some(_) if age < limits.time_to_live => RememberedIssuer::Fresh(known.guard.clone()),
                None if age < limits.time_to_live => RememberedIssuer::Aging(known.guard.clone()),
                Some(failure) => RememberedIssuer::Refused(failure.error.clone()),
                None => RememberedIssuer::Nothing,
            };
        }
        match self.others.get(issuer).filter(|refused| now < refused.until) {
            Some(refused) => RememberedIssuer::Refused(refused.error),
            None => RememberedIssuer::Nothing,
        }
    }

    /// The tenant as it was known, however long ago.
    pub(super) fn known(&self, issuer: &str) -> Option<Arc<KnownTenant>> {
        self.tenants.get(issuer)
    }

    /// Joins the lookup of an issuer, or begins one. Tenants are looked up however many strangers there are.
    pub(super) fn begin(&self, issuer: &Arc<str>, now: Duration, limits: &TenantLimits) -> LookupStart {
        let mut lookups = self.lookups();
        // A lookup that has not ended long after its time belongs to a runtime that does not run.
        let is_lost =
            |running: &&TableEntry| now.saturating_sub(running.since) >= limits.timeout.saturating_add(LOST);
        if let Some(running) = lookups.running.get(issuer).filter(|running| !is_lost(running)) {
            return LookupStart::Wait(running.answer.clone());
        }
        match self.of(issuer, now, limits) {
            RememberedIssuer::Fresh(guard) => return LookupStart::Answered(Ok(guard)),
            RememberedIssuer::Refused(error) => return LookupStart::Answered(Err(error)),
            RememberedIssuer::Aging(_) | RememberedIssuer::Nothing => {}
        }
        if self.listed.get(issuer).is_none() && !lookups.may_begin(now, limits) {
            return LookupStart::TooMany;
        }
        let (sender, answer) = watch::channel(None);
        lookups.number = lookups.number.wrapping_add(1);
        let number = lookups.number;
        lookups.running.insert(Arc::clone(issuer), TableEntry { number, since: now, answer: answer.clone() });
        LookupStart::Ask(number, answer, sender)
    }

    /// Ends a lookup that was begun at `since`. `None` if it does not count any more, because the issuer was forgotten.
    pub(super) fn end(
        &self,
        issuer: &Arc<str>,
        number: u64,
        found: LookupEnd,
        since: Duration,
        now: Duration,
        limits: &TenantLimits,
    ) -> Option<GuardOrError> {
        let (mut evicted, replaced);
        let mut lookups = self.lookups();
        lookups.remove(issuer, number)?;
        (evicted, replaced) = (Default::default(), self.tenants.get(issuer));
        Some(match found {
            LookupEnd::Tenant { guard, version } => {
                self.others.remove(issuer);
                self.listed.insert(Arc::clone(issuer), ());
                let known = KnownTenant { guard: guard.clone(), version, since, failure: None };
                self.tenants.insert_with_lifecycle(Arc::clone(issuer), Arc::new(known), &mut evicted);
                Ok(guard)
            }
            LookupEnd::Refused(error) => {
                self.tenants.remove(issuer);
                let time = if matches!(error, AuthError::UnknownTenant) {
                    self.listed.remove(issuer);
                    limits.unknown_time_to_live
                } else {
                    RETRY
                };
                let refused = RefusedIssuer { error: error.clone(), until: now.saturating_add(time) };
                self.others.insert(Arc::clone(issuer), refused);
                Err(error)
            }
            LookupEnd::Failed(error) => {
                let refused = RefusedIssuer { error: error.clone(), until: now.saturating_add(RETRY) };
                match &replaced {
                    Some(known) => {
                        let KnownTenant { guard, version, since, .. } = &**known;
                        let (guard, version) = (guard.clone(), version.clone());
                        let known = KnownTenant { guard, version, since: *since, failure: Some(refused) };
                        self.tenants.insert_with_lifecycle(Arc::clone(issuer), Arc::new(known), &mut evicted);
                    }
                    None => self.others.insert(Arc::clone(issuer), refused),
                }
                Err(error)
            }
        })
    }

    /// Ends a lookup without an answer, as when its runtime is shut down.
    pub(super) fn abandon(&self, issuer: &str, number: u64) {
        self.lookups().remove(issuer, number);
    }

    pub(super) fn forget(&self, issuer: &str) {
        let _removed;
        let mut lookups = self.lookups();
        lookups.running.remove(issuer);
        _removed = self.tenants.remove(issuer);
        self.others.remove(issuer);
    }

    pub(super) fn forget_all(&self) {
        let _removed: Vec<_>;
        let mut lookups = self.lookups();
        lookups.running.clear();
        _removed = self.tenants.drain().collect();
        self.others.clear();
    }

    pub(super) fn len(&self) -> usize {
        let running = self.lookups().running.len();
        self.tenants.len().saturating_add(self.others.len()).saturating_add(running)
    }

    /// The lookups. Nothing that can panic or that waits runs under this lock: guards hold things of the application, so those
    /// that are forgotten are dropped after it.
    fn lookups(&self) -> MutexGuard<'_, LookupTable> {
        self.lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LookupTable {
    /// Counts a lookup of a stranger, if there is room for one.
    fn may_begin(&mut self, now: Duration, limits: &TenantLimits) -> bool {
        if now.saturating_sub(self.window) >= SECOND {
            (self.window, self.count) = (now, 0);
        }
        if self.running.len() >= MOST_LOOKUPS || self.count >= limits.lookups_per_second {
            return false;
        }
        self.count = self.count.saturating_add(1);
        true
    }

    /// Removes a lookup, if it is still the one of its issuer.
    fn remove(&mut self, issuer: &str, number: u64) -> Option<TableEntry> {
        if self.running.get(issuer)?.number == number { self.running.remove(issuer) } else { None }
    }
}
