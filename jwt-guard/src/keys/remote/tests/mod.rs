//! Fetching with a scripted issuer and a clock that is moved by hand; and every order in which things can happen.

mod answers;
mod bounds;
mod interleavings;
mod settings;
mod tags;
mod tasks;

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::clock::ManualClock;
use crate::keys::VerifyingKey;

/// The address of the scripted issuer's keys.
const URL: &str = "https://id.example/keys";

/// Where the answers to requests with an `ETag` are, if they differ.
const TAGGED: &str = "with a tag";

/// Two keys on P-256 and one on P-384, by their members.
const A: &str = include_str!("../../../../../tests/fixtures/keys/p256.public.jwk");
const B: &str = include_str!("../../../../../tests/fixtures/keys/p384.public.jwk");
const C: &str = include_str!("../../../../../tests/fixtures/keys/ed25519.public.jwk");

/// An issuer that answers from a script, and counts requests.
#[derive(Debug, Default)]
struct Issuer {
    answers: Mutex<BTreeMap<String, Answer>>,
    asked: Mutex<Vec<(String, Option<String>)>>,
}

#[derive(Clone, Debug)]
enum Answer {
    Says(KeyResponse),
    Hangs,
    Panics,
    IsDown,
}

impl Issuer {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    fn answers(&self, url: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(url.to_owned(), answer);
    }

    fn says(&self, response: KeyResponse) {
        self.answers(URL, Answer::Says(response));
    }

    fn publishes(&self, keys: &[(&str, &str)]) {
        self.says(KeyResponse::new(200, set(keys)));
    }

    /// The answer to every request with an `ETag`.
    fn tags(&self, response: KeyResponse) {
        self.answers(TAGGED, Answer::Says(response));
    }

    /// The number of requests.
    fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn last_etag(&self) -> Option<String> {
        self.asked.lock().unwrap().last().unwrap().1.clone()
    }
}

impl FetchKeys for Issuer {
    fn get<'a>(
        &'a self,
        request: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        self.asked.lock().unwrap().push((request.url().to_owned(), request.etag().map(str::to_owned)));
        let answers = self.answers.lock().unwrap();
        let tagged = request.etag().and_then(|_| answers.get(TAGGED));
        let answer = tagged.or_else(|| answers.get(request.url())).cloned();
        drop(answers);
        Box::pin(async move {
            match answer.unwrap_or(Answer::Says(KeyResponse::new(404, ""))) {
                Answer::Says(response) => Ok(response),
                Answer::Hangs => pending().await,
                Answer::Panics => panic!("the fetcher panics, as the test wants"),
                Answer::IsDown => Err(KeyFetchError::new("no route to the host").because("cable cut")),
            }
        })
    }
}

/// A JWK set of fixture keys, each under a name.
fn set(keys: &[(&str, &str)]) -> String {
    let keys: Vec<_> = keys
        .iter()
        .map(|(id, jwk)| format!(r#"{{"kid":"{id}",{}"#, jwk.trim().trim_start_matches('{')))
        .collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn remote(issuer: &Arc<Issuer>, clock: &ManualClock) -> Arc<RemoteKeys> {
    at(Endpoint::jwks(URL, &PlainHttp::default()).unwrap(), issuer, clock)
}

fn at(endpoint: Endpoint, issuer: &Arc<Issuer>, clock: &ManualClock) -> Arc<RemoteKeys> {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    let fetcher = Arc::clone(issuer) as Arc<dyn FetchKeys>;
    RemoteKeys::new("id".to_owned(), endpoint, Vec::new(), &RemoteKeySettings::new(), clock, fetcher)
}

/// The names of the keys that may be used.
fn names(keys: &Arc<RemoteKeys>) -> Option<Vec<String>> {
    let current = keys.current()?;
    Some(current.keys().iter().map(|key| key.id().unwrap_or_default().to_owned()).collect())
}

fn generation(keys: &Arc<RemoteKeys>) -> u64 {
    keys.current().unwrap().number()
}

/// Runs the tasks of the runtime until `done`, which must happen without passing time.
async fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if done() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never: {what}");
}

/// Polls once.
fn futures_poll<F: Future>(future: Pin<&mut F>) -> std::task::Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

/// Lets the timer fetch after this time, in which it must be due, and waits for the end of that.
async fn by_timer(keys: &Arc<RemoteKeys>, clock: &ManualClock, after: Duration) -> Result<(), String> {
    let before = keys.status().fetches();
    let mut ended = keys.holder.ended();
    clock.advance(after);
    until("the timer has fetched", || ended.has_changed().unwrap()).await;
    ended.mark_unchanged();
    assert_eq!(keys.status().fetches(), before + 1);
    keys.status().last_error().map_or(Ok(()), |error| Err(error.to_owned()))
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn material(keys: &Arc<RemoteKeys>, id: &str) -> VerifyingKey {
    keys.current().unwrap().keys().iter().find(|key| key.id() == Some(id)).unwrap().clone()
}
