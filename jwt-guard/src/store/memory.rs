//! A store that lives as long as the process.

use std::future::ready;
use std::sync::Arc;
use std::time::SystemTime;

use crate::store::ledger::Ledger;
use crate::store::moment::Moment;
use crate::store::shared::Shared;
use crate::store::{
    Family, Lookup, Revocation, RevocationStore, Rotated, Rotation, StoreError, StoreFuture, TokenFacts,
    TokenStore,
};

/// Keeps everything in memory: for tests, and for one process whose users may all log in again, and whose revoked tokens
/// may all live again, when it restarts.
///
/// A clone is another handle to the same store. For what must survive a restart there are the stores of the features
/// `store-file` and `store-redis`.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use jwt_guard::store::{Family, MemoryStore, Rotated, Rotation, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jwt_guard::store::StoreError> {
/// # let now = SystemTime::now();
/// let expires_at = now + Duration::from_secs(30 * 24 * 3600);
/// let store = MemoryStore::new();
/// store.begin(Family { id: "login".into(), token: "first".into(), expires_at }, now).await?;
///
/// let rotation = Rotation {
///     family: "login".into(),
///     presented: "first".into(),
///     next: "second".into(),
///     expires_at,
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
    /// An empty store that takes a million entries: some 200 MB when it is full.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(Ledger::CAPACITY)
    }

    /// An empty store that takes `entries` entries: each revoked token, login or subject is one until the tokens it is
    /// about have ended, each living login is one, and so is each issued token where those are remembered. A full store
    /// refuses more, it forgets none.
    #[must_use]
    pub fn with_capacity(entries: usize) -> Self {
        Self { shared: Arc::new(Shared::new(Ledger::new(entries))) }
    }

    fn change<T: Send + 'static>(
        &self,
        now: SystemTime,
        change: impl FnOnce(&mut Ledger, Moment) -> Result<T, StoreError>,
    ) -> StoreFuture<'_, T> {
        Box::pin(ready(self.shared.change(|ledger| change(ledger, Moment::floor(now)))))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl RevocationStore for MemoryStore {
    fn standing(&self, token: &TokenFacts<'_>, now: SystemTime) -> Lookup<'_> {
        Lookup::Known(self.shared.standing(token, now))
    }
}

impl TokenStore for MemoryStore {
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(now, |ledger, now| ledger.revoke(what, now))
    }

    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(now, |ledger, now| ledger.begin(family, now))
    }

    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated> {
        self.change(now, |ledger, now| ledger.rotate(rotation, now))
    }

    fn allow(&self, id: String, expires_at: SystemTime, now: SystemTime) -> StoreFuture<'_, ()> {
        self.change(now, |ledger, now| ledger.allow(id, expires_at, now))
    }

    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_> {
        Lookup::Known(self.shared.is_allowed(id, now))
    }

    fn revoked_before<'a>(
        &'a self,
        subject: &'a str,
        now: SystemTime,
    ) -> StoreFuture<'a, Option<SystemTime>> {
        Box::pin(ready(self.shared.revoked_before(subject, now)))
    }
}
