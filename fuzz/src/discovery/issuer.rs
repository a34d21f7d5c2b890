//! An issuer that answers what the input says, and a clock that is moved by hand.

use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use jwt_guard::keys::remote::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse};
use jwt_guard::setup::Clock;

use crate::common::NOW;

/// Where the metadata of `https://id.example/a` may be.
pub(super) const DOCUMENTS: [&str; 2] = [
    "https://id.example/a/.well-known/openid-configuration",
    "https://id.example/.well-known/oauth-authorization-server/a",
];

/// The answers to one fetch.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) metadata_status: u16,
    pub(super) status: u16,
    pub(super) keys: Vec<u8>,
    pub(super) cache_control: Option<String>,
    pub(super) etag: Option<String>,
}

/// Notes what it is asked for in each round, with the `ETag`.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) metadata: Vec<u8>,
    pub(super) rounds: [Round; 2],
    pub(super) round: AtomicUsize,
    pub(super) asked: Mutex<Vec<Asked>>,
}

/// An address, and the `ETag` that was sent.
pub(super) type Asked = (String, Option<String>);

impl Issuer {
    /// The parts of an input.
    pub(super) fn of(data: &[u8]) -> (Self, Duration) {
        const STATUSES: [u16; 8] = [200, 304, 404, 500, 200, 204, 301, 200];
        // The application may ask again after 5 seconds; keys are used for an hour.
        const WAITS: [u64; 6] = [600, 5, 61, 3599, 3600, 86_400];
        let mut parts = data.split(|&byte| byte == 0xff).map(<[u8]>::to_vec);
        let metadata = parts.next().unwrap_or_default();
        let keys = parts.next().unwrap_or_default();
        let mut text = || parts.next().and_then(|bytes| String::from_utf8(bytes).ok());
        let headers = (text(), text());
        let choices = parts.next().unwrap_or_default();
        let choice = |at: usize| choices.get(at).copied().map_or(0, usize::from);
        let status = |at| STATUSES[choice(at) % STATUSES.len()];
        let next = parts.next().filter(|keys| !keys.is_empty()).unwrap_or_else(|| keys.clone());
        let mut text = || parts.next().and_then(|bytes| String::from_utf8(bytes).ok());
        let rounds = [
            Round {
                metadata_status: status(0),
                status: status(1),
                keys,
                cache_control: headers.0,
                etag: headers.1,
            },
            Round {
                metadata_status: status(3),
                // Not changed, unless the input says more.
                status: if choices.len() < 5 { 304 } else { status(4) },
                keys: next,
                cache_control: text(),
                etag: text(),
            },
        ];
        let wait = Duration::from_secs(WAITS[choice(2) % WAITS.len()]);
        (Self { metadata, rounds, round: AtomicUsize::new(0), asked: Mutex::default() }, wait)
    }

    /// What was asked for since the last call.
    pub(super) fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().expect("one thread"))
    }
}

impl FetchKeys for Issuer {
    fn get<'a>(
        &'a self,
        request: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        let asked = (request.url().to_owned(), request.etag().map(str::to_owned));
        self.asked.lock().expect("one thread").push(asked);
        let round = &self.rounds[self.round.load(Ordering::Relaxed)];
        let response = if DOCUMENTS.contains(&request.url()) {
            KeyResponse::new(round.metadata_status, self.metadata.clone())
        } else {
            let mut response = KeyResponse::new(round.status, round.keys.clone());
            if let Some(header) = &round.cache_control {
                response = response.with_cache_control(header);
            }
            if let Some(header) = &round.etag {
                response = response.with_etag(header);
            }
            response
        };
        Box::pin(ready(Ok(response)))
    }
}

/// Seconds since the first fetch.
#[derive(Debug, Default)]
pub(super) struct Moved(AtomicU64);

impl Moved {
    pub(super) fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW) + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }

    /// The timer of the keys never ends: it asks once when it begins, in each runtime.
    fn sleep_until(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(pending())
    }
}
