//! A store that lives as long as the process.

use std::future::ready;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::store::ledger::Ledger;
use crate::store::shared::Shared;
use crate::store::{
    Begun, Family, Issued, Lookup, RefreshStatus, Revocation, RevocationStore, Rotated, Rotation, StoreError,
    StoreFuture, StoreLimits, Subject, TokenInfo, TokenStore,
};
use crate::timestamp::Timestamp;

/// Keeps everything in memory: for tests, and for a single process that may lose logins and revocations at a restart.
/// Then all users log in again, and revoked tokens are valid again.
///
/// A clone is another handle to the same store. The stores of the features `store-file` and `store-redis` survive a
/// restart.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use jwt_guard::store::{Begun, Family, MemoryStore, Rotated, Rotation, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jwt_guard::store::StoreError> {
/// # let now = SystemTime::now();
/// let expires_at = now + Duration::from_secs(30 * 24 * 3600);
/// let store = MemoryStore::new();
/// let id = format!("login{}", store.login_mark(now).await?);
/// let family = Family {
///     id: id.clone(),
///     subject: "ada".into(),
///     token: "first".into(),
///     access_expires_at: now + Duration::from_secs(900),
///     expires_at,
/// };
/// assert_eq!(store.begin(family, now).await?, Begun::Living);
///
/// let rotation = Rotation {
///     family: id,
///     presented: "first".into(),
///     next: "second".into(),
///     access_expires_at: now + Duration::from_secs(900),
///     expires_at,
///     ends: None,
///     endpoint: None,
///     grace: Duration::ZERO,
/// };
/// assert_eq!(store.rotate(rotation.clone(), now).await?, Rotated::Fresh);
/// // A stolen token, or its owner's after the thief: the login ends.
/// assert_eq!(store.rotate(rotation, now).await?, Rotated::Reused);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

impl MemoryStore {
    /// An empty store with the default [limits](StoreLimits): some 600 MB when full.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limits(StoreLimits::new())
    }

    /// An empty store for `entries` living logins, `entries` issued tokens (if they are remembered) and `entries`
    /// revocations. Each revoked token, login or subject is one entry until its tokens have expired. A full store
    /// refuses new entries; it forgets none.
    #[must_use]
    pub fn with_capacity(entries: usize) -> Self {
        Self::with_limits(StoreLimits::each(entries))
    }

    /// An empty store with limits of your own.
    #[must_use]
    pub fn with_limits(limits: StoreLimits) -> Self {
        Self { shared: Arc::new(Shared::new(Ledger::new(limits))) }
    }

    fn change<T: Send + 'static>(
        &self,
        now: SystemTime,
        change: impl FnOnce(&mut Ledger, Timestamp) -> Result<T, StoreError>,
    ) -> StoreFuture<'_, T> {
        Box::pin(ready(self.shared.change(|ledger| change(ledger, Timestamp::floor(now)))))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl RevocationStore for MemoryStore {
    fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Lookup<'_> {
        Lookup::Known(self.shared.token_status(token, now))
    }
}

impl TokenStore for MemoryStore {
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(now, |ledger, now| ledger.revoke(what, None, now))
    }

    fn revoke_for_subject(&self, subject: Subject, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(now, move |ledger, now| ledger.revoke(what, Some(&subject), now))
    }

    fn login_mark(&self, now: SystemTime) -> StoreFuture<'_, String> {
        self.change(now, |ledger, _| {
            ledger.set_line()?;
            Ok(ledger.mark().unwrap_or_default())
        })
    }

    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, Begun> {
        self.change(now, |ledger, now| ledger.begin(family, now))
    }

    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated> {
        self.change(now, |ledger, now| ledger.rotate(rotation, now))
    }

    fn refresh_status(
        &self,
        family: &str,
        id: &str,
        grace: Duration,
        now: SystemTime,
    ) -> Lookup<'_, RefreshStatus> {
        Lookup::Known(self.shared.refresh_status(family, id, grace, now))
    }

    fn allow(&self, token: Issued, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(now, |ledger, now| ledger.allow(token, now))
    }

    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_> {
        Lookup::Known(self.shared.is_allowed(id, now))
    }
}
