//! Keys that an issuer publishes, fetched and kept up to date.
//!
//! Five parts:
//!
//! 1. `schedule` decides when to fetch, which keys to serve and when to drop them. It has no clock and no network.
//! 2. `holder` holds the keys for lock-free readers, and serialises changes.
//! 3. `endpoint` and `host` check addresses, and `document` interprets answers.
//! 4. `fetch` is one request; `client` sends it.
//! 5. This file adds time, tasks and requests.

#[cfg(feature = "remote-keys")]
mod client;
#[cfg(not(feature = "remote-keys"))]
#[path = "no_client.rs"]
mod client;
mod document;
mod endpoint;
mod fetch;
mod handle;
mod holder;
mod host;
mod listed;
mod report;
mod schedule;
mod settings;
mod status;
mod timer;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;

#[cfg(feature = "remote-keys")]
pub use self::client::HttpFetcher;
pub(crate) use self::client::usual_fetcher;
use self::document::{Asking, Delivered};
use self::endpoint::Address;
pub(crate) use self::endpoint::{Endpoint, PlainHttp};
pub use self::fetch::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse};
pub use self::handle::{KeysUnavailable, RemoteKeysHandle};
pub(crate) use self::holder::Current;
use self::holder::Holder;
use self::schedule::{Cause, FetchDecision, Jitter, Moment};
pub use self::settings::RemoteKeySettings;
pub use self::status::KeyStatus;

use super::Algorithm;
use super::algorithm::KeyFamily;
use crate::caught::caught_while;
use crate::clock::Clock;
use crate::random;
use crate::timing::within;

/// Metadata is read at most once an hour: it has the address of the keys, not the keys.
const METADATA_AGE: Duration = Duration::from_secs(60 * 60);

/// The keys of one issuer, and everything to fetch them.
pub(crate) struct RemoteKeys {
    /// For the log and for the status.
    name: String,
    endpoint: Endpoint,
    /// The allowed algorithms; empty means all asymmetric ones.
    algorithms: Vec<Algorithm>,
    wait: Duration,
    timeout: Duration,
    largest_body: usize,
    clock: Arc<dyn Clock>,
    fetcher: Arc<dyn FetchKeys>,
    holder: Holder,
    /// Whether the timer runs.
    has_timer: AtomicBool,
}

impl RemoteKeys {
    /// Does not fetch yet. The settings must be legal; see [`RemoteKeySettings::problems`].
    pub(crate) fn new(
        name: String,
        endpoint: Endpoint,
        algorithms: Vec<Algorithm>,
        settings: &RemoteKeySettings,
        clock: Arc<dyn Clock>,
        fetcher: Arc<dyn FetchKeys>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            endpoint,
            algorithms,
            wait: settings.longest_wait(),
            timeout: settings.total(),
            largest_body: settings.body_limit(),
            clock,
            fetcher,
            holder: Holder::new(settings.limits()),
            has_timer: AtomicBool::new(false),
        })
    }

    /// The current keys; `None` if there never were any, or they are past the hard limit.
    pub(crate) fn current(self: &Arc<Self>) -> Option<Current> {
        self.run_timer();
        self.holder.current(self.clock.monotonic())
    }

    /// Whether the issuer may publish a usable key for this algorithm.
    pub(crate) fn may_get(&self, algorithm: Algorithm) -> bool {
        algorithm.family() != KeyFamily::Hmac
            && (self.algorithms.is_empty() || self.algorithms.contains(&algorithm))
    }

    /// Whether the issuer has listed its keys since this moment and within the cooldown, and none of this name. Of a token without
    /// a name nothing more can be asked.
    pub(crate) fn is_missing(&self, key_id: Option<&str>, since: Moment) -> bool {
        let now = self.clock.monotonic();
        key_id.is_none_or(|key_id| self.holder.is_missing(key_id, since, now))
    }

    /// Fetches the keys for a token, if the cooldown allows it, and waits for a bounded time: as long as a fetch may take
    /// if there are no keys yet.
    pub(crate) async fn fetch(self: &Arc<Self>) {
        // After a panic the keys are unchanged, and the next look-up decides. A clock of the application may panic, and
        // tokio's timer where its runtime has none.
        let _ = caught_while(self.fetch_for_token()).await;
    }

    async fn fetch_for_token(self: &Arc<Self>) {
        let now = self.clock.monotonic();
        let wait = if self.holder.current(now).is_some() { self.wait } else { self.timeout };
        let number = self.begin(Cause::Token, now);
        self.wait_for_list(number, Cause::Token, now.saturating_add(wait)).await;
    }

    /// Fetches the keys because the application asks for it, unless it did so a moment ago. The fetch has started when
    /// this returns.
    ///
    /// # Errors
    ///
    /// Why the last fetch failed.
    pub(crate) fn refresh(self: &Arc<Self>) -> impl Future<Output = Result<(), String>> + Send + use<> {
        self.demand(Cause::Caller)
    }

    fn demand(self: &Arc<Self>, cause: Cause) -> impl Future<Output = Result<(), String>> + Send + use<> {
        let now = self.clock.monotonic();
        let number = self.begin(cause, now);
        // A fetch has its own time limit; this one is for a fetch in a runtime that has stopped.
        let end = now.saturating_add(self.timeout.saturating_mul(2));
        let keys = Arc::clone(self);
        async move {
            if !keys.wait_for_list(number, cause, end).await {
                return Err("the fetch takes too long".to_owned());
            }
            let error = keys.holder.state().last_error.clone();
            error.map_or(Ok(()), Err)
        }
    }

    /// Fetches the keys unless they are there, or a fetch was tried a moment ago. The fetch has started when this
    /// returns.
    ///
    /// # Errors
    ///
    /// Why the keys are not available.
    pub(crate) fn ready(self: &Arc<Self>) -> impl Future<Output = Result<(), String>> + Send + use<> {
        let fetch = self.current().is_none().then(|| self.demand(Cause::Start));
        let keys = Arc::clone(self);
        async move {
            let Some(fetch) = fetch else { return Ok(()) };
            let result = fetch.await;
            if keys.current().is_some() {
                return Ok(());
            }
            result.and_then(|()| Err("no keys have come".to_owned()))
        }
    }

    /// The metadata of an issuer with discovery.
    #[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
    pub(crate) fn discovery_document(&self) -> Option<String> {
        matches!(self.endpoint, Endpoint::Discovery { .. }).then(|| self.endpoint.to_string())
    }

    pub(crate) fn status(&self) -> KeyStatus {
        let now = self.clock.monotonic();
        let generation = self.holder.generation();
        let state = self.holder.state();
        KeyStatus {
            issuer: self.name.clone(),
            endpoint: Some(self.endpoint.to_string()),
            usable: state.schedule.has_keys(now),
            generation: generation.number(),
            keys: generation.keys().iter().len(),
            skipped: state.skipped.clone(),
            age: state.schedule.age(now),
            fetched_at: state.fetched_at,
            next_refresh: state.schedule.due().map(|due| due.saturating_sub(now)),
            last_error: state.last_error.clone(),
            fetches: state.schedule.fetches(),
            failures: state.failures,
        }
    }

    /// Starts a fetch, or joins the running one; `None` if the schedule allows neither.
    fn begin(self: &Arc<Self>, cause: Cause, now: Moment) -> Option<u64> {
        self.run_timer();
        match self.holder.ask(cause, now) {
            FetchDecision::Start(number) => {
                let keys = Arc::clone(self);
                let flight =
                    Flight { keys, number, by_timer: cause == Cause::Timer, began: now, landed: false };
                // Without a runtime the `Flight` is dropped, which ends the fetch.
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(flight.fly());
                }
                Some(number)
            }
            FetchDecision::Join(number) => Some(number),
            FetchDecision::No => None,
        }
    }

    /// Waits until this fetch has ended. If it was one of the timer, which was answered with 304, another one follows for this
    /// cause, if the schedule allows it. `false` if that takes longer than until `end`.
    async fn wait_for_list(self: &Arc<Self>, mut number: Option<u64>, cause: Cause, end: Moment) -> bool {
        while let Some(joined) = number {
            if !self.wait_for(joined, end).await {
                return false;
            }
            let again = self.holder.was_unchanged(joined);
            number = again.then(|| self.begin(cause, self.clock.monotonic())).flatten();
        }
        true
    }

    /// Waits until the fetch with this number has ended; `false` if it has not at `end`.
    async fn wait_for(&self, number: u64, end: Moment) -> bool {
        let mut ended = self.holder.ended();
        let mut end = self.clock.sleep_until(end);
        within(ended.wait_for(|ended| *ended >= number), end.as_mut()).await.is_some_and(|seen| seen.is_ok())
    }

    /// Starts the timer, if it is not running and there is a runtime.
    fn run_timer(self: &Arc<Self>) {
        if self.has_timer.load(Ordering::Acquire) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        if !self.has_timer.swap(true, Ordering::AcqRel) {
            runtime.spawn(timer::run(timer::Lease::new(self)));
        }
    }

    /// Fetches the metadata, if it is due, and the keys. Only the timer asks whether they have changed: others want keys that
    /// the guard does not have, which an issuer that answers 304 too often would keep back.
    async fn ask_issuer(&self, by_timer: bool) -> Result<(Address, Delivered), String> {
        let asking = Asking { fetcher: &*self.fetcher, largest_body: self.largest_body };
        let now = self.clock.monotonic();
        let mut end = self.clock.sleep_until(now.saturating_add(self.timeout));
        let too_slow = || Err(format!("the issuer takes longer than {} ms", self.timeout.as_millis()));
        let known = self.holder.state().metadata.clone();
        let address = match known.filter(|(_, read)| now.saturating_sub(*read) < METADATA_AGE) {
            Some((address, _)) => address,
            None => {
                let Some(address) = within(asking.address(&self.endpoint), end.as_mut()).await else {
                    return too_slow();
                };
                let address = address?;
                self.holder.state().metadata = Some((address.clone(), now));
                address
            }
        };
        let etag = if by_timer { self.holder.etag(&address, now) } else { None };
        let delivered = asking.keys(&address, etag.as_deref(), &self.algorithms);
        match within(delivered, end.as_mut()).await {
            Some(delivered) => delivered.map(|delivered| (address, delivered)),
            None => too_slow(),
        }
    }
}

/// A running fetch. It ends exactly once: by an answer, a panic of the fetcher or the end of the runtime.
struct Flight {
    keys: Arc<RemoteKeys>,
    number: u64,
    by_timer: bool,
    began: Moment,
    landed: bool,
}

impl Flight {
    async fn fly(mut self) {
        let result = self.keys.ask_issuer(self.by_timer).await;
        let RemoteKeys { clock, holder, name, .. } = &*self.keys;
        let (now, date) = (clock.monotonic(), clock.now());
        self.landed = true;
        holder.end(self.number, result, now, Some(date), jitter()).log(name);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.landed {
            let reason = "the fetch was broken off, by a panic or by the end of its runtime".to_owned();
            // The clock is not read: it may be what panicked.
            let report = self.keys.holder.end(self.number, Err(reason), self.began, None, jitter());
            report.log(&self.keys.name);
        }
    }
}

/// Randomness only spreads the fetches, so a failure is harmless.
fn jitter() -> Jitter {
    Jitter::new(random::number().unwrap_or_default())
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint.to_string())
            .field("algorithms", &self.algorithms)
            .field("fetcher", &self.fetcher)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
