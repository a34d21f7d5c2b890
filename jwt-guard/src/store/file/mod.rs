//! A store in one file, for one machine.
//!
//! 1. [`FileStore::open`] locks the file, checks it, and reads it into memory. Reads are answered from there.
//! 2. Changes go to one writer thread. It takes all waiting changes, decides them in order, writes the result in one
//!    transaction, and waits until the disk has it. Only then does it acknowledge them.
//! 3. After a failed write the store accepts no more writes, so that the disk has what was acknowledged. Good tokens
//!    are still answered from memory. With a later write, a second after the failure at the earliest, it writes everything into
//!    a new file beside the old one, which takes its place. If the disk takes that, the store works again.
//! 4. Memory has a change before the disk has it. An answer that refuses a token waits for the disk, because it says to a client
//!    that repeats a logout that nothing is left to end.
//! 5. A file that was not closed is written again, in its place, when it is opened: the last write may have failed.
//! 6. A file that was moved or removed is a failure that stays: further writes would be lost with the process. The process
//!    must be restarted.
//!
//! The engine is redb; `docs/decisions.md` has the comparison, with figures.

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
    StoreFuture, StoreLimits, Subject, TokenInfo, TokenStatus, TokenStore,
};
use writer::{Order, Writer};

/// Keeps everything in one file, and in memory: for an application of one process on one machine.
///
/// An acknowledged change survives a crash of the process and of the machine, as long as the disk returns what was
/// written. A second process cannot open the file. A clone is another handle to the same store; the file is closed when
/// the last one is dropped.
///
/// When the disk refuses a change, that change and all others are errors (503). Good tokens are still accepted. A revoked
/// or replaced one is an error too, and not refused, because it is unknown whether the disk has its end: a client that
/// repeats a logout must not hear that there is nothing to end. Once the disk has room for a second file, or works again,
/// so does the store: it tries with every change and every revoked token, at most once a second. The directory must allow a new
/// file; otherwise restart the process. While the disk takes its time, changes and refusals of revoked tokens wait for it without a limit: an answer
/// before it would be a guess.
///
/// A damaged file is refused, with one exception. After a crash the file is repaired when it is opened, with a `WARN`
/// in the log. If the disk has also lost written bytes, the repair may fall back to the state before the last
/// acknowledged change: then the last logout is forgotten.
///
/// A process that ends without dropping the store, as at a signal, leaves the file as after a crash. The next start writes the
/// whole file once more, in its place, because a system can show what a failed write has lost until the next power failure: the
/// start takes longer by the time that this takes. If the disk refuses, the store is not opened. Drop the store at the end of
/// `main`, and the next start writes nothing.
///
/// A file that is put back from a backup has the logins of that time: later logouts are forgotten, and a refresh token that was
/// replaced since counts as the current one. End every login then, by
/// [`logout_everybody`](crate::JwtGuard::logout_everybody), before the service admits requests.
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
    /// Opens the file at `path`, or creates it, with the default [limits](StoreLimits): a full store takes some 600 MB
    /// of memory.
    ///
    /// On Unix only its owner can read a new file. A new file is a `WARN` in the log: if there should have been one,
    /// the path is wrong or the file was removed, and revoked tokens are valid again.
    ///
    /// # Errors
    ///
    /// Another process, or another store of this one, has the file open; it is empty, not a store or damaged; or the
    /// system refuses access.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::with_limits(path, StoreLimits::new()).await
    }

    /// As [`open`](Self::open), for `entries` entries of each kind, counted as by
    /// [`MemoryStore::with_capacity`](crate::store::MemoryStore::with_capacity).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). A file with more entries is opened, and accepts no new ones.
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

    /// An answer of the ledger. One that refuses a token is told when the disk has what it is about. One that a failed write may
    /// have taken back meanwhile is not told.
    fn told<T: Send + 'static>(
        &self,
        ask: impl FnOnce() -> Result<T, StoreError>,
        refuses: impl FnOnce(&T) -> bool,
        now: SystemTime,
    ) -> Lookup<'_, T> {
        let failures = self.writer.failures();
        let answer = ask();
        if self.writer.is_settled_since(failures) || !answer.as_ref().is_ok_and(refuses) {
            return Lookup::Known(answer);
        }
        Lookup::Pending(Box::pin(async move {
            self.writer.send(now, Order::Confirm).await?;
            if self.writer.failures() != failures {
                return Err(StoreError::new("a write has failed since it was asked"));
            }
            answer
        }))
    }
}

impl RevocationStore for FileStore {
    fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Lookup<'_> {
        self.told(|| self.shared.token_status(token, now), is_revoked, now)
    }
}

impl TokenStore for FileStore {
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.send(now, |done| Order::Revoke(what, None, done)))
    }

    fn revoke_for_subject(&self, subject: Subject, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.send(now, |done| Order::Revoke(what, Some(subject), done)))
    }

    fn login_mark(&self, now: SystemTime) -> StoreFuture<'_, String> {
        Box::pin(async move {
            // Only the first cut-off has to be written.
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
        let refuses =
            |status: &RefreshStatus| matches!(status, RefreshStatus::Replaced(_) | RefreshStatus::Unknown);
        self.told(|| self.shared.refresh_status(family, id, grace, now), refuses, now)
    }

    fn allow(&self, token: Issued, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.send(now, move |done| Order::Allow(token, done)))
    }

    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_> {
        self.told(|| self.shared.is_allowed(id, now), is_revoked, now)
    }
}

fn is_revoked(status: &TokenStatus) -> bool {
    *status == TokenStatus::Revoked
}

impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore").field("path", &self.path).field("ledger", &self.shared).finish()
    }
}
