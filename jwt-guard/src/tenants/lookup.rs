//! Asks the resolver: once for all requests of an issuer, and for a limited time.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::fit::unfit;
use super::memory::{AwaitedGuard, GuardOrError, LOST, LookupEnd, LookupStart, RememberedIssuer};
use super::resolver::TenantGuard;
use super::{Tenant, Tenants};
use crate::caught::{Panicked, caught, caught_while};
use crate::causes::with_causes;
use crate::error::AuthError;
use crate::guard::JwtGuard;
use crate::shown::quoted;
use crate::timing::within;

/// How often a request asks again, because the issuer was forgotten while it was looked up.
const ATTEMPTS: usize = 3;

impl Tenants {
    /// The guard of the tenant with this issuer.
    ///
    /// # Errors
    ///
    /// There is no such tenant, or the resolver does not answer.
    pub(super) async fn of_issuer(&self, issuer: &str) -> GuardOrError {
        for _ in 0..ATTEMPTS {
            let now = self.0.clock.monotonic();
            match self.0.memory.of(issuer, now, &self.0.limits) {
                RememberedIssuer::Fresh(guard) => return Ok(guard),
                RememberedIssuer::Aging(guard) => {
                    // The request does not wait for the answer.
                    drop(self.ask(issuer, now));
                    return Ok(guard);
                }
                RememberedIssuer::Refused(error) => return Err(error),
                RememberedIssuer::Nothing => {}
            }
            let mut waiting = match self.ask(issuer, now) {
                JoinedLookup::Waiting(waiting) => waiting,
                JoinedLookup::Answered(answer) => return answer,
            };
            let patience = self.0.limits.timeout.saturating_add(LOST);
            let mut end = self.0.clock.sleep_until(now.saturating_add(patience));
            match within(waiting.wait_for(Option::is_some), end.as_mut()).await {
                Some(Ok(answer)) => {
                    if let Some(answer) = answer.clone() {
                        return answer;
                    }
                }
                // It was forgotten, or its runtime has ended.
                Some(Err(_)) => {}
                None => break,
            }
        }
        let reason = "the lookup of the tenant was given up: it was forgotten again and again, or the tokio \
                      runtime that it began on does not run";
        Err(AuthError::TenantLookup(reason.to_owned()))
    }

    /// Joins the lookup of an issuer, or begins one in a task of its own: it goes on if the request ends.
    fn ask(&self, issuer: &str, now: Duration) -> JoinedLookup {
        let issuer = Arc::<str>::from(issuer);
        let failed = |reason: &str| JoinedLookup::Answered(Err(AuthError::TenantLookup(reason.to_owned())));
        let Ok(runtime) = Handle::try_current() else {
            return failed("there is no tokio runtime, which the lookup of a tenant needs");
        };
        match self.0.memory.begin(&issuer, now, &self.0.limits) {
            LookupStart::Wait(waiting) => JoinedLookup::Waiting(waiting),
            LookupStart::Answered(answer) => JoinedLookup::Answered(answer),
            LookupStart::TooMany => JoinedLookup::Answered(Err(AuthError::TenantFlood)),
            LookupStart::Ask(number, waiting, answer) => {
                let lookup = RunningLookup { tenants: self.clone(), issuer, number, since: now };
                drop(runtime.spawn(lookup.run(answer)));
                JoinedLookup::Waiting(waiting)
            }
        }
    }
}

enum JoinedLookup {
    Waiting(AwaitedGuard),
    Answered(GuardOrError),
}

/// A lookup that is under way.
struct RunningLookup {
    tenants: Tenants,
    issuer: Arc<str>,
    number: u64,
    since: Duration,
}

impl RunningLookup {
    async fn run(self, answer: watch::Sender<Option<GuardOrError>>) {
        let shared = &self.tenants.0;
        let found = caught_while(self.find()).await.unwrap_or(LookupEnd::Failed(AuthError::Panic));
        let failure = match &found {
            LookupEnd::Failed(error) => Some(error.clone()),
            LookupEnd::Tenant { .. } | LookupEnd::Refused(_) => None,
        };
        // A clock that panics does not end the lookup.
        let now = caught(|| shared.clock.monotonic()).unwrap_or(self.since);
        let ended = shared.memory.end(&self.issuer, self.number, found, self.since, now, &shared.limits);
        if let (Some(error), Some(_)) = (&failure, shared.memory.known(&self.issuer)) {
            tracing::warn!(
                target: "jwt_guard",
                code = error.code().as_str(),
                iss = quoted(&self.issuer),
                reason = %error,
                "the lookup of a tenant failed; its guard is used until the time to live is over"
            );
        }
        if let Some(ended) = ended {
            answer.send_replace(Some(ended));
        }
    }

    async fn find(&self) -> LookupEnd {
        let shared = &self.tenants.0;
        let mut end = shared.clock.sleep_until(self.since.saturating_add(shared.limits.timeout));
        match within(shared.resolver.resolve(&self.issuer), end.as_mut()).await {
            Some(Ok(Some(tenant))) => self.fitting(tenant),
            Some(Ok(None)) => LookupEnd::Refused(AuthError::UnknownTenant),
            Some(Err(error)) => LookupEnd::Failed(AuthError::TenantLookup(format!(
                "the resolver of tenants failed: {}",
                with_causes(&*error)
            ))),
            None => LookupEnd::Failed(AuthError::TenantLookup(format!(
                "the resolver of tenants did not answer within {:?}",
                shared.limits.timeout
            ))),
        }
    }

    /// The guard of a tenant, if it is one for this issuer.
    fn fitting(&self, tenant: Tenant) -> LookupEnd {
        let shared = &self.tenants.0;
        let (guard, version) = match tenant.0 {
            TenantGuard::Guard(guard) => (guard.configured(), None),
            TenantGuard::Versioned { version, build } => match self.of_version(&version) {
                Some(guard) => (guard, Some(version)),
                None => match caught(build) {
                    Ok(Ok(guard)) => (guard.configured(), Some(version)),
                    Ok(Err(error)) => {
                        let reason = format!("the guard of the tenant: {}", with_causes(&error));
                        return LookupEnd::Refused(AuthError::TenantGuard(reason));
                    }
                    Err(Panicked) => return LookupEnd::Failed(AuthError::Panic),
                },
            },
        };
        match unfit(&shared.default, &guard, &self.issuer) {
            Some(reason) => LookupEnd::Refused(AuthError::TenantGuard(reason)),
            None => LookupEnd::Tenant { guard, version },
        }
    }

    /// The guard that is remembered, if it has this version.
    fn of_version(&self, version: &str) -> Option<JwtGuard> {
        let known = self.tenants.0.memory.known(&self.issuer)?;
        (known.version.as_deref() == Some(version)).then(|| known.guard.clone())
    }
}

impl Drop for RunningLookup {
    fn drop(&mut self) {
        self.tenants.0.memory.abandon(&self.issuer, self.number);
    }
}
