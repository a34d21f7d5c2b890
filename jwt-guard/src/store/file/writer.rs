//! The one thread that writes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, oneshot};

use crate::clock::{Clock as _, SystemClock, monotonic};
use crate::store::file::disk::Disk;
use crate::store::ledger::Ledger;
use crate::store::shared::Shared;
use crate::store::{Begun, Family, Issued, Revocation, Rotated, Rotation, StoreError, StoreLimits, Subject};
use crate::timestamp::Timestamp;

/// How many orders wait at most, and how many share a transaction. A sender waits while the queue is full.
const QUEUE: usize = 1024;

type Done<T> = oneshot::Sender<Result<T, StoreError>>;

/// An order to the writer, with the channel for its result.
pub(super) enum Order {
    Allow(Issued, Done<()>),
    Begin(Family, Done<Begun>),
    /// Nothing but to wait until the disk has all earlier changes.
    Confirm(Done<()>),
    Mark(Done<String>),
    Revoke(Revocation, Option<Subject>, Done<()>),
    Rotate(Rotation, Done<Rotated>),
}

/// Sends the result of an order, after the commit.
type Acknowledge<'s> = Box<dyn FnOnce(Option<&WriteFailure>) + 's>;

/// The error of a commit; all orders of a transaction share it.
type WriteFailure = Arc<StoreError>;

impl Order {
    fn decide(self, shared: &Shared, now: Timestamp) -> Acknowledge<'_> {
        fn then<T: 'static>(done: Done<T>, result: Result<T, StoreError>) -> Acknowledge<'static> {
            Box::new(move |failure| drop(done.send(failure.map_or(result, |why| Err(unwritten(why))))))
        }
        match self {
            Self::Allow(token, done) => then(done, shared.change(|ledger| ledger.allow(token, now))),
            Self::Begin(family, done) => then(done, shared.change(|ledger| ledger.begin(family, now))),
            Self::Confirm(done) => then(done, Ok(())),
            Self::Mark(done) => {
                let mark =
                    |ledger: &mut Ledger| ledger.set_line().map(|()| ledger.mark().unwrap_or_default());
                then(done, shared.change(mark))
            }
            Self::Revoke(what, subject, done) => {
                then(done, shared.change(|ledger| ledger.revoke(what, subject.as_ref(), now)))
            }
            Self::Rotate(rotation, done) => rotate(rotation, done, shared, now),
        }
    }

    fn refuse(self, why: &WriteFailure) {
        match self {
            Self::Allow(_, done) | Self::Confirm(done) | Self::Revoke(_, _, done) => {
                drop(done.send(Err(unwritten(why))));
            }
            Self::Begin(_, done) => drop(done.send(Err(unwritten(why)))),
            Self::Mark(done) => drop(done.send(Err(unwritten(why)))),
            Self::Rotate(_, done) => drop(done.send(Err(unwritten(why)))),
        }
    }
}

/// If the disk does not take it, the caller gets an error and no new token: it must be able to try the old one again.
fn rotate(rotation: Rotation, done: Done<Rotated>, shared: &Shared, now: Timestamp) -> Acknowledge<'_> {
    let (family, next) = (rotation.family.clone(), rotation.next.clone());
    let rotated = shared.change(|ledger| {
        let before = ledger.login_of(&family);
        Ok((before, ledger.rotate(rotation, now)?))
    });
    Box::new(move |failure| {
        let result = match (failure, rotated) {
            (None, rotated) => rotated.map(|(_, rotated)| rotated),
            (Some(why), rotated) => {
                if let Ok((Some(before), Rotated::Fresh)) = rotated {
                    let undone = shared.change(|ledger| {
                        ledger.unrotate(&family, &next, before);
                        Ok(())
                    });
                    // A ledger that panicked answers nothing any more.
                    drop(undone);
                }
                Err(unwritten(why))
            }
        };
        drop(done.send(result));
    })
}

fn unwritten(why: &WriteFailure) -> StoreError {
    StoreError::new("the file cannot be written").because(why.clone())
}

/// The channel to the thread. When it is dropped, the thread finishes the waiting orders and closes the file.
pub(super) struct Writer {
    orders: Option<mpsc::Sender<(Order, SystemTime)>>,
    thread: Option<JoinHandle<()>>,
    progress: Arc<Progress>,
}

/// How far the disk is behind the ledger.
struct Progress {
    is_settled: AtomicBool,
    failures: AtomicU64,
}

impl Writer {
    /// Opens the file on the writer thread.
    pub(super) async fn start(path: PathBuf, limits: StoreLimits) -> Result<(Self, Arc<Shared>), StoreError> {
        let (opened, open) = oneshot::channel();
        let (orders, queue) = mpsc::channel(QUEUE);
        let progress = Arc::new(Progress { is_settled: AtomicBool::new(true), failures: AtomicU64::new(0) });
        let shown = Arc::clone(&progress);
        let run = move || match load(path, limits) {
            Ok((disk, shared)) => {
                if opened.send(Ok(shared.clone())).is_ok() {
                    write(disk, &shared, queue, &shown);
                }
            }
            Err(error) => drop(opened.send(Err(error))),
        };
        let thread = std::thread::Builder::new().name("jwt-guard-store".to_owned()).spawn(run);
        let thread =
            thread.map_err(|error| StoreError::new("no thread for it can be started").because(error))?;
        let writer = Self { orders: Some(orders), thread: Some(thread), progress };
        // redb panics on some kinds of damage; then the sender is dropped.
        let shared = open.await.map_err(|_| StoreError::new("the file is damaged"))??;
        Ok((writer, shared))
    }

    /// Whether the disk has what the ledger said after there were so many failures. To be asked after the ledger.
    pub(super) fn is_settled_since(&self, failures: u64) -> bool {
        self.progress.is_settled.load(Ordering::SeqCst) && self.failures() == failures
    }

    /// How many writes have failed. Each may have taken back rotations of which the ledger had told.
    pub(super) fn failures(&self) -> u64 {
        self.progress.failures.load(Ordering::SeqCst)
    }

    pub(super) async fn send<T>(
        &self,
        now: SystemTime,
        order: impl FnOnce(Done<T>) -> Order,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::new("its writer has stopped");
        let (done, answer) = oneshot::channel();
        let orders = self.orders.as_ref().ok_or_else(gone)?;
        orders.send((order(done), now)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.orders = None;
        // Waits for the last transaction, so that the file can be opened again at once.
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn load(path: PathBuf, limits: StoreLimits) -> Result<(Disk, Arc<Shared>), StoreError> {
    let disk = Disk::open(&path)?;
    let mut ledger = Ledger::journaled(limits);
    disk.read(&mut ledger)?;
    ledger.go_on(SystemClock.now());
    Ok((disk, Arc::new(Shared::new(ledger))))
}

fn write(
    mut disk: Disk,
    shared: &Shared,
    mut queue: mpsc::Receiver<(Order, SystemTime)>,
    progress: &Progress,
) {
    let mut batch = Vec::with_capacity(QUEUE);
    let mut failed: Option<Failed> = None;
    while queue.blocking_recv_many(&mut batch, QUEUE) > 0 {
        failed = failed.and_then(|failed| failed.mend(monotonic(), &mut disk, shared));
        if let Some(Failed { why, .. }) = &failed {
            // It is unknown whether the disk has the last changes. The file stays locked, so that the answers from
            // memory stay true.
            batch.drain(..).for_each(|(order, _)| order.refuse(why));
            continue;
        }
        if batch.iter().all(|(order, _)| matches!(order, Order::Confirm(_))) {
            // Nothing changes, and all earlier changes are written: the store may have been mended above.
            progress.is_settled.store(true, Ordering::SeqCst);
            batch.drain(..).for_each(|(order, now)| order.decide(shared, Timestamp::floor(now))(None));
            continue;
        }
        // Before the first change can be read.
        progress.is_settled.store(false, Ordering::SeqCst);
        let decided: Vec<_> =
            batch.drain(..).map(|(order, now)| order.decide(shared, Timestamp::floor(now))).collect();
        if let Err(error) = shared.take_changes().and_then(|changes| disk.write(changes)) {
            tracing::error!(
                target: "jwt_guard",
                error = &error as &dyn std::error::Error,
                "the token store stopped: it takes no change until the disk has everything in a new file"
            );
            failed = Some(Failed::with(error));
        } else {
            progress.is_settled.store(true, Ordering::SeqCst);
        }
        acknowledge(decided, failed.as_ref().map(|failed| &failed.why), progress);
    }
}

/// Sends the results of a batch.
fn acknowledge(decided: Vec<Acknowledge<'_>>, failure: Option<&WriteFailure>, progress: &Progress) {
    // The last one first, so that each takes back what is the last change by then.
    for acknowledge in decided.into_iter().rev() {
        acknowledge(failure);
    }
    if failure.is_some() {
        // After that: an answer of the ledger from before it came after the smaller number.
        progress.failures.fetch_add(1, Ordering::SeqCst);
    }
}

/// A store whose last write failed.
struct Failed {
    why: WriteFailure,
    /// When it tries again, on the monotonic clock.
    again: Duration,
}

/// Between two tries: all that is known is written each time.
const PAUSE: Duration = Duration::from_secs(1);

impl Failed {
    fn with(error: StoreError) -> Self {
        Self { why: Arc::new(error), again: monotonic().saturating_add(PAUSE) }
    }

    /// Tries again if it is time; `None` if the disk has everything.
    fn mend(self, now: Duration, disk: &mut Disk, shared: &Shared) -> Option<Self> {
        if now < self.again {
            return Some(self);
        }
        if let Err(error) = disk.renew(shared) {
            return Some(Self::with(error));
        }
        tracing::warn!(target: "jwt_guard", "the token store works again: the disk has everything in a new file");
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file::FileStore;
    use crate::store::file::disk::tests::Directory;
    use crate::store::{Lookup, RefreshStatus, TokenInfo, TokenStatus, TokenStore as _};

    #[test]
    fn a_store_that_failed_tries_again_when_it_is_time_until_the_disk_has_everything() {
        let directory = Directory::new("mended");
        let (path, taken) = (directory.0.join("store"), directory.0.join("store.new"));
        let (mut disk, shared) = load(path.clone(), StoreLimits::new()).unwrap();
        let (now, expires_at) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + PAUSE);
        let what = Revocation::Token { id: "t".to_owned(), expires_at };
        shared.change(|ledger| ledger.revoke(what, None, Timestamp::floor(now))).unwrap();

        let again = Duration::from_secs(5);
        let failed = Failed { why: Arc::new(StoreError::new("the first failure")), again };
        let early = failed.mend(again - Duration::from_millis(1), &mut disk, &shared);
        let failed = early.expect("it is not time yet");
        assert!(failed.again == again && failed.why.to_string().contains("the first failure"));

        std::fs::create_dir(&taken).unwrap();
        let tried = monotonic();
        let failed = failed.mend(again, &mut disk, &shared).expect("it cannot yet");
        assert!(failed.why.to_string().contains("its place is taken"), "{}", failed.why);
        assert!((tried + PAUSE..=monotonic() + PAUSE).contains(&failed.again));

        std::fs::remove_dir(&taken).unwrap();
        let again = failed.again;
        assert!(failed.mend(again, &mut disk, &shared).is_none());
        drop(disk);
        let (_disk, shared) = load(path, StoreLimits::new()).unwrap();
        let token = TokenInfo { id: Some("t"), ..TokenInfo::new("ada", expires_at) };
        assert_eq!(shared.token_status(&token, now).unwrap(), TokenStatus::Revoked);
    }

    /// The task that asked was not polled until the disk worked again.
    #[tokio::test]
    async fn an_answer_that_a_failed_write_has_taken_back_is_not_told() {
        let directory = Directory::new("taken-back");
        let store = FileStore::open(directory.0.join("store")).await.unwrap();
        let (now, ends) = (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + PAUSE);
        let login = Family {
            id: "f".to_owned(),
            subject: "ada".into(),
            token: "a".to_owned(),
            access_expires_at: ends,
            expires_at: ends,
        };
        assert_eq!(store.begin(login, now).await.unwrap(), Begun::Living);
        let rotation = Rotation {
            family: "f".to_owned(),
            presented: "a".to_owned(),
            next: "b".to_owned(),
            access_expires_at: ends,
            expires_at: ends,
            ends: None,
            endpoint: None,
            grace: Duration::ZERO,
        };
        let ask = || store.refresh_status("f", "a", Duration::ZERO, now);

        // As the writer does with a batch.
        store.writer.progress.is_settled.store(false, Ordering::SeqCst);
        let (done, result) = oneshot::channel();
        let decided = vec![Order::Rotate(rotation, done).decide(&store.shared, Timestamp::floor(now))];
        let Lookup::Pending(stale) = ask() else { panic!("unknown whether the disk has it") };
        acknowledge(decided, Some(&Arc::new(StoreError::new("full"))), &store.writer.progress);
        assert!(result.await.unwrap().is_err());

        let error = stale.await.unwrap_err();
        assert!(error.to_string().contains("a write has failed since"), "{error}");
        let Lookup::Known(Ok(now)) = ask() else { panic!("it is known now") };
        assert_eq!(now, RefreshStatus::Current);
    }
}
