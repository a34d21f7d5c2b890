//! A store in one file, for one machine.
//!
//! 1. [`FileStore::open`] locks the file, checks it, and reads it into memory. Questions are answered from there.
//! 2. Changes go to one writer thread. It takes all that wait, decides them in order, writes what they changed in one
//!    transaction, and waits until the disk has it. Only then are they acknowledged.
//! 3. When a write fails, no further write is taken: what is on the disk is what was acknowledged. Questions are still
//!    answered, from memory. The process must be restarted. A file that is no longer where it was is such a failure: what
//!    is written to it would be gone with the process.
//!
//! The engine is redb. What it was compared with, and the figures, are in `ARCHITECTURE.md`.

mod codec;
mod disk;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::store::ledger::Ledger;
use crate::store::shared::Shared;
use crate::store::{
    Begun, Family, Issued, Lookup, RefreshStatus, Revocation, RevocationStore, Rotated, Rotation, StoreError,
    StoreFuture, StoreLimits, Subject, TokenInfo, TokenStore,
};
use writer::{Order, Writer};

/// Keeps everything in one file, and in memory: for all that runs on one machine in one process.
///
/// What is acknowledged survives a crash of the process and of the machine, as long as the disk gives back what it was
/// given. A second process cannot open the file. A clone is another handle to the same store; the file is closed when the
/// last one is dropped.
///
/// A damaged file is refused, with one exception. After a crash the file is repaired when it is opened, which the log tells
/// as `WARN`. If the disk also gives back other bytes than it was given, that may fall back to the state before the last
/// acknowledged change: the last logout is forgotten then.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use jwt_guard::store::{FileStore, Revocation, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jwt_guard::store::StoreError> {
/// # let path = std::env::temp_dir().join(format!("jwt-guard-doc-{}.db", std::process::id()));
/// # let now = SystemTime::now();
/// let store = FileStore::open(&path).await?;
/// let expires_at = now + Duration::from_secs(900);
/// store.revoke(Revocation::Token { id: "a-jti".into(), expires_at }, now).await?;
///
/// assert!(FileStore::open(&path).await.is_err()); // it is open already
/// # drop(store);
/// # std::fs::remove_file(path).ok();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FileStore {
    path: PathBuf,
    shared: Arc<Shared>,
    writer: Arc<Writer>,
}

impl FileStore {
    /// Opens the file at `path`, or makes it, with the default [limits](StoreLimits): some 600 MB of memory when it is full.
    ///
    /// On Unix a new file is readable by its owner alone. That it is new is a `WARN` in the log: where there was one, its path
    /// is wrong or somebody has removed it, and what was revoked is good again.
    ///
    /// # Errors
    ///
    /// When another process, or another store of this one, has the file open, when it is empty, is not a store or is
    /// damaged, or when the system refuses access.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::with_limits(path, StoreLimits::new()).await
    }

    /// As [`open`](Self::open), for `entries` entries of each kind. What counts as one is said at
    /// [`MemoryStore::with_capacity`](crate::store::MemoryStore::with_capacity).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). A file that has more entries already is opened, and takes no new ones.
    pub async fn with_capacity(path: impl AsRef<Path>, entries: usize) -> Result<Self, StoreError> {
        Self::with_limits(path, StoreLimits::each(entries)).await
    }

    /// As [`open`](Self::open), with limits of your own.
    ///
    /// # Errors
    ///
    /// As [`with_capacity`](Self::with_capacity).
    pub async fn with_limits(path: impl AsRef<Path>, limits: StoreLimits) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let (writer, shared) = Writer::start(path.clone(), limits).await?;
        Ok(Self { path, shared, writer: Arc::new(writer) })
    }
}

impl RevocationStore for FileStore {
    fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Lookup<'_> {
        Lookup::Known(self.shared.token_status(token, now))
    }
}

impl TokenStore for FileStore {
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.send(now, |done| Order::Revoke(what, None, done)))
    }

    fn revoke_of(&self, subject: Subject, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.send(now, |done| Order::Revoke(what, Some(subject), done)))
    }

    fn mark(&self, now: SystemTime) -> StoreFuture<'_, String> {
        Box::pin(async move {
            // Only the first one has to be written down.
            match self.shared.ask(Ledger::mark)? {
                Some(mark) => Ok(mark),
                None => self.writer.send(now, Order::Mark).await,
            }
        })
    }

    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, Begun> {
        Box::pin(self.writer.send(now, |done| Order::Begin(family, done)))
    }

    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated> {
        Box::pin(self.writer.send(now, |done| Order::Rotate(rotation, done)))
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
        Box::pin(self.writer.send(now, move |done| Order::Allow(token, done)))
    }

    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_> {
        Lookup::Known(self.shared.is_allowed(id, now))
    }
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore").field("path", &self.path).field("ledger", &self.shared).finish()
    }
}
