//! A store for tests: it forgets nothing, counts calls, fails on demand, and runs other code between calls.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tower_sessions_core::SessionStore;
use tower_sessions_core::session::{Id, Record};
use tower_sessions_core::session_store::{Error, Result};

/// The message of a failing store. Real ones quote names.
pub(super) const AWAY: &str = "the server is away, asked for 4111-1111 of alice@home";

/// A call of the trait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Call {
    Create,
    Delete,
    Load,
    Save,
}

/// The call before which other code runs.
enum When {
    Next(Call),
    After(usize),
}

type Interlude = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A handle; clones share everything.
#[derive(Clone)]
pub(super) struct Shelf(Arc<State>);

struct State {
    records: Mutex<HashMap<Id, Record>>,
    calls: Mutex<Vec<Call>>,
    /// How many calls succeed before they fail, and how many fail then.
    good: AtomicUsize,
    bad: AtomicUsize,
    interlude: Mutex<Option<(When, Interlude)>>,
    /// How many calls wait for their answer, and the most that did.
    waiting: AtomicUsize,
    most: AtomicUsize,
}

impl Shelf {
    pub(super) fn new() -> Self {
        Self(Arc::new(State {
            records: Mutex::default(),
            calls: Mutex::default(),
            good: AtomicUsize::new(usize::MAX),
            bad: AtomicUsize::new(0),
            interlude: Mutex::default(),
            waiting: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }))
    }

    /// How often it was called so since [`forget_calls`](Self::forget_calls).
    pub(super) fn count(&self, call: Call) -> usize {
        self.0.calls.lock().unwrap().iter().filter(|&&made| made == call).count()
    }

    pub(super) fn calls(&self) -> usize {
        self.0.calls.lock().unwrap().len()
    }

    pub(super) fn forget_calls(&self) {
        self.0.calls.lock().unwrap().clear();
        self.0.most.store(0, Ordering::SeqCst);
    }

    /// The most calls that waited together since [`forget_calls`](Self::forget_calls).
    pub(super) fn most_at_once(&self) -> usize {
        self.0.most.load(Ordering::SeqCst)
    }

    /// Lets `calls` more calls succeed, and none after them.
    pub(super) fn fail_after(&self, calls: usize) {
        self.0.bad.store(usize::MAX, Ordering::SeqCst);
        self.0.good.store(calls, Ordering::SeqCst);
    }

    /// Lets the next call after `calls` more fail, and none after it.
    pub(super) fn fail_once_after(&self, calls: usize) {
        self.fail_after(calls);
        self.0.bad.store(1, Ordering::SeqCst);
    }

    pub(super) fn recover(&self) {
        self.fail_after(usize::MAX);
    }

    /// Runs other code just before the next such call.
    pub(super) fn before(&self, call: Call, interlude: impl Future<Output = ()> + Send + 'static) {
        *self.0.interlude.lock().unwrap() = Some((When::Next(call), Box::pin(interlude)));
    }

    /// Runs other code after `calls` more calls.
    pub(super) fn after(&self, calls: usize, interlude: impl Future<Output = ()> + Send + 'static) {
        let calls = self.calls() + calls;
        *self.0.interlude.lock().unwrap() = Some((When::After(calls), Box::pin(interlude)));
    }

    /// Whether it has happened.
    pub(super) fn is_over(&self) -> bool {
        self.0.interlude.lock().unwrap().is_none()
    }

    pub(super) fn records(&self) -> Vec<Record> {
        self.0.records.lock().unwrap().values().cloned().collect()
    }

    /// Changes every record.
    pub(super) fn change(&self, change: impl Fn(&mut Record)) {
        self.0.records.lock().unwrap().values_mut().for_each(change);
    }

    /// Forgets what has expired by `now`, as stores do sooner or later.
    pub(super) fn purge(&self, now: std::time::SystemTime) {
        self.0.records.lock().unwrap().retain(|_, record| record.expiry_date > now);
    }

    async fn begin(&self, call: Call) -> Result<()> {
        let made = self.calls();
        let interlude = self.0.interlude.lock().unwrap().take_if(|(when, _)| match when {
            When::Next(at) => *at == call,
            When::After(calls) => *calls <= made,
        });
        if let Some((_, interlude)) = interlude {
            interlude.await;
        }
        // Others get a turn, as they would while a server is asked.
        let waiting = self.0.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most.fetch_max(waiting, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        self.0.calls.lock().unwrap().push(call);
        let counted = |left: usize| if left == usize::MAX { Some(left) } else { left.checked_sub(1) };
        let take =
            |left: &AtomicUsize| left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, counted).is_ok();
        if take(&self.0.good) || !take(&self.0.bad) { Ok(()) } else { Err(Error::Backend(AWAY.to_owned())) }
    }
}

#[async_trait]
impl SessionStore for Shelf {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.begin(Call::Create).await?;
        let mut records = self.0.records.lock().unwrap();
        while records.contains_key(&record.id) {
            record.id = Id::default();
        }
        records.insert(record.id, record.clone());
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.begin(Call::Save).await?;
        self.0.records.lock().unwrap().insert(record.id, record.clone());
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.begin(Call::Load).await?;
        Ok(self.0.records.lock().unwrap().get(id).cloned())
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.begin(Call::Delete).await?;
        self.0.records.lock().unwrap().remove(id);
        Ok(())
    }
}

/// Shows every record, as many real stores do.
impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.records()).finish()
    }
}
