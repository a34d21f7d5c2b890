//! What several targets use: the time, the keys, signatures that are not made by the library, and a caller of futures.

use std::future::Future;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use arbitrary::Unstructured;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_guard::setup::Clock;

/// The time of every guard: the middle of January 2027.
pub(crate) const NOW: u64 = 1_800_000_000;

/// The difference of clocks that every guard accepts.
pub(crate) const LEEWAY: u64 = 30;

/// The shared secret of every guard.
pub(crate) const SECRET: &str = "Yq8#vZ2!mK5@wT9$xR3%nB7^pL4&cF6*";

/// A clock that stands still.
#[derive(Debug)]
pub(crate) struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// The result of a future that has nothing to wait for.
pub(crate) fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a decision without store and network waits"),
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A token with this header and payload, whatever they are, signed with the shared secret.
pub(crate) fn hs256(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    static KEY: LazyLock<hmac::Key> = LazyLock::new(|| hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()));
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = hmac::sign(&KEY, input.as_bytes());
    format!("{input}.{}", encode(signature))
}

static PAIR: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed of 32 bytes is a key"));

/// The same, signed with an Ed25519 key.
pub(crate) fn ed25519(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = PAIR.sign(input.as_bytes());
    format!("{input}.{}", encode(signature))
}

/// The public half of that key.
pub(crate) fn ed25519_public() -> Vec<u8> {
    PAIR.public_key().as_ref().to_vec()
}

/// A token that every guard accepts, of this subject.
pub(crate) fn good_token(subject: &str, more: &str) -> String {
    let payload =
        format!(r#"{{"sub":"{subject}","aud":"api","iss":"https://id.example","exp":{}{more}}}"#, NOW + 600);
    hs256(r#"{"alg":"HS256"}"#, payload)
}

/// One of these; the first when the input is used up.
pub(crate) fn pick<T: Copy>(input: &mut Unstructured<'_>, among: &[T]) -> T {
    input.choose(among).copied().unwrap_or(among[0])
}

/// A number below `limit`.
pub(crate) fn below(input: &mut Unstructured<'_>, limit: usize) -> usize {
    input.int_in_range(0..=limit - 1).unwrap_or(0)
}

/// A short piece of the input.
pub(crate) fn piece<'a>(input: &mut Unstructured<'a>, longest: usize) -> &'a [u8] {
    let length = below(input, longest + 1).min(input.len());
    input.bytes(length).unwrap_or_default()
}

/// The words of a text that are long enough to be told from others.
pub(crate) fn long_words(text: &str, shortest: usize) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_whitespace()).filter(move |word| word.len() >= shortest)
}
