//! The documents of an issuer: keys are those of the set that its own metadata names, fetched over https, and nothing else; they
//! are fetched twice, the second time by their timer if it is due, and held between as the answers say.
//!
//! Parts are separated by a byte 0xff: the metadata, the key set, the headers `Cache-Control` and `ETag`; five bytes that choose
//! the status of metadata and keys, the time until the second fetch, and the status of both in that; then its key set,
//! `Cache-Control` and `ETag`. What is missing is 200 and the same key set, and 304 in the second fetch.

mod held;
mod issuer;
mod published;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::{Clock as _, TokenCache};
use jwt_guard::{Algorithm, JwtGuard};
use serde_json::{Value, json};
use tokio::runtime::Builder;

use self::held::Held;
use self::issuer::{Asked, DOCUMENTS, Issuer, Moved};
use crate::common::{NOW, ed25519, ed25519_public, encode};

const ISSUER: &str = "https://id.example/a";

/// Metadata is read again after this time, and after a failure.
const METADATA_AGE: Duration = Duration::from_secs(3600);

pub fn target(data: &[u8]) {
    let (issuer, wait) = Issuer::of(data);
    let (issuer, clock) = (Arc::new(issuer), Arc::new(Moved::default()));
    let guard = JwtGuard::builder()
        .oidc_issuer(ISSUER)
        .key_fetcher(Arc::clone(&issuer))
        .audience("api")
        .clock(Arc::clone(&clock))
        .token_cache(TokenCache::off())
        .build()
        .expect("the settings are legal");
    // A new one each time, so that the timer of the keys ends with it.
    let runtime = Builder::new_current_thread().build().expect("a runtime of one thread");
    let mut held = Held::default();
    let result = runtime.block_on(async { guard.keys().ready().await });
    let failed = result.err().map(|error| error.failures().count());
    let first = fetched(&guard, &issuer, &mut held, clock.monotonic(), false);
    assert_eq!(failed, (!held.is_usable(clock.monotonic())).then_some(1));
    let read = first.first().expect("metadata is read first");
    assert_eq!(read.0, DOCUMENTS[0]);

    clock.advance(wait);
    let status = guard.keys().status().remove(0);
    assert_eq!(status.is_usable(), held.is_usable(wait), "after {wait:?}");
    assert_token(&guard, &held, wait);
    let knows_address = keys_of(&first).is_some() && status.last_error().is_none() && wait < METADATA_AGE;

    issuer.round.store(1, Ordering::Relaxed);
    let by_timer = status.next_refresh().is_some_and(|next| next.is_zero());
    drop(runtime);
    let runtime = Builder::new_current_thread().build().expect("a runtime of one thread");
    let result = runtime.block_on(async {
        if by_timer {
            // The first use of the keys in a runtime starts their timer, whose fetch never waits.
            assert_token(&guard, &held, wait);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            return None;
        }
        Some(guard.keys().refresh().await)
    });
    let second = fetched(&guard, &issuer, &mut held, wait, by_timer);
    let status = guard.keys().status().remove(0);
    assert!(result.is_none_or(|result| result.is_ok() == status.last_error().is_none()));
    assert_eq!(knows_address, !second.iter().any(|(url, _)| DOCUMENTS.contains(&url.as_str())));
    assert_eq!(status.fetches(), 2);
    assert_eq!(guard.caught_panics(), 0);
}

/// Checks what was asked in a fetch, and what is held after it.
fn fetched(guard: &JwtGuard, issuer: &Issuer, held: &mut Held, now: Duration, by_timer: bool) -> Vec<Asked> {
    let asked = issuer.take_asked();
    let round = &issuer.rounds[issuer.round.load(Ordering::Relaxed)];
    let status = guard.keys().status().remove(0);
    let documents = asked.iter().filter(|(url, _)| DOCUMENTS.contains(&url.as_str())).count();
    match keys_of(&asked) {
        Some((url, _)) => {
            assert!(documents == 0 || documents == 1 && round.metadata_status == 200, "{asked:?}");
            assert_eq!(asked.len(), documents + 1);
            assert_address(&issuer.metadata, url);
        }
        None if round.metadata_status == 200 => assert_eq!(documents, 1),
        None => assert_eq!(documents, DOCUMENTS.len()),
    }
    held.fetched(round, keys_of(&asked), &status, now, by_timer);
    assert_token(guard, held, now);
    asked
}

/// The request for keys, which is the last one.
fn keys_of(asked: &[Asked]) -> Option<&Asked> {
    asked.last().filter(|(url, _)| !DOCUMENTS.contains(&url.as_str()))
}

/// The metadata of the issuer names it.
fn assert_address(metadata: &[u8], url: &str) {
    let metadata: Value = serde_json::from_slice(metadata).expect("metadata is JSON");
    assert_eq!(metadata["issuer"], ISSUER);
    assert_eq!(metadata["jwks_uri"], url);
    let read = url::Url::parse(url).unwrap_or_else(|error| panic!("{error}: {url}"));
    assert!(read.scheme() == "https" && read.host_str().is_some_and(|host| !host.is_empty()), "{url}");
    assert_eq!((read.username(), read.password(), read.fragment()), ("", None, None));
}

/// The key of this signature is in sets of the corpus.
fn assert_token(guard: &JwtGuard, held: &Held, now: Duration) {
    let expires = NOW + now.as_secs() + 60;
    let payload = format!(r#"{{"sub":"ada","aud":"api","iss":"{ISSUER}","exp":{expires}}}"#);
    let is_accepted = guard.explain(&ed25519(r#"{"alg":"EdDSA","kid":"1"}"#, payload)).is_accepted();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(ed25519_public())}).to_string();
    let key = VerifyingKey::jwk(&jwk, &[]).expect("a key");
    let is_right = held.keys.iter().any(|known| {
        known.id.as_deref() == Some("1")
            && known.algorithm == Algorithm::EdDsa
            && Some(known.thumbprint.as_str()) == key.thumbprint().as_deref()
    });
    assert!(!is_accepted || held.is_usable(now) && is_right);
    if !held.is_doubtful() {
        assert_eq!(is_accepted, held.is_usable(now) && is_right);
    }
}
