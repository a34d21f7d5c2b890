//! The documents of an issuer: keys are those of the set that its own metadata names, fetched over https, and nothing else.
//!
//! Parts are separated by a byte 0xff: the metadata, the key set, and the headers `Cache-Control` and `ETag`.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use jwt_guard::keys::KeySet;
use jwt_guard::keys::remote::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse};
use jwt_guard::setup::TokenCache;
use jwt_guard::{Algorithm, JwtGuard};
use serde_json::Value;
use tokio::runtime::Builder;

use crate::common::{NOW, Stopped, ed25519};

const ISSUER: &str = "https://id.example/a";

/// Answers with what the input says, and notes what was asked for.
#[derive(Debug)]
struct Issuer {
    metadata: Vec<u8>,
    keys: Vec<u8>,
    cache_control: Option<String>,
    etag: Option<String>,
    asked: Mutex<Vec<String>>,
}

impl FetchKeys for Issuer {
    fn get<'a>(
        &'a self,
        request: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        self.asked.lock().expect("one thread").push(request.url().to_owned());
        let is_metadata = request.url().starts_with("https://id.example/a/.well-known/");
        let body = if is_metadata { &self.metadata } else { &self.keys };
        let mut response = KeyResponse::new(200, body.clone());
        if let Some(header) = &self.cache_control {
            response = response.with_cache_control(header);
        }
        if let Some(header) = &self.etag {
            response = response.with_etag(header);
        }
        Box::pin(std::future::ready(Ok(response)))
    }
}

pub fn target(data: &[u8]) {
    let mut parts = data.split(|&byte| byte == 0xff);
    let mut part = || parts.next().map(<[u8]>::to_vec);
    let (metadata, keys) = (part().unwrap_or_default(), part().unwrap_or_default());
    let mut text = || part().and_then(|bytes| String::from_utf8(bytes).ok());
    let issuer =
        Arc::new(Issuer { metadata, keys, cache_control: text(), etag: text(), asked: Mutex::default() });
    let guard = JwtGuard::builder()
        .oidc_issuer(ISSUER)
        .key_fetcher(Arc::clone(&issuer))
        .audience("api")
        .clock(Stopped)
        .token_cache(TokenCache::off())
        .build()
        .expect("the settings are legal");
    // A new one each time, so that the timer of the keys ends with it.
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime of one thread");
    let result = runtime.block_on(async { guard.keys().ready().await });
    let status = guard.keys().status().remove(0);
    let asked = issuer.asked.lock().expect("one thread").clone();
    assert_eq!(
        asked.first().map(String::as_str),
        Some("https://id.example/a/.well-known/openid-configuration")
    );
    assert!(asked.len() <= 2, "{asked:?}");
    assert_eq!(guard.caught_panics(), 0);
    let metadata: Option<Value> = serde_json::from_slice(&issuer.metadata).ok();
    if let Some(url) = asked.get(1) {
        let metadata = metadata.expect("metadata is JSON");
        assert_eq!(metadata["issuer"], ISSUER);
        assert_eq!(metadata["jwks_uri"], url.as_str());
        let read = url::Url::parse(url).unwrap_or_else(|error| panic!("{error}: {url}"));
        assert!(read.scheme() == "https" && read.host_str().is_some_and(|host| !host.is_empty()), "{url}");
        assert_eq!((read.username(), read.password(), read.fragment()), ("", None, None));
    }
    let text = std::str::from_utf8(&issuer.keys).ok();
    let published = text.and_then(|text| KeySet::published(text, &[]).ok());
    match result {
        Ok(()) => {
            assert_eq!(asked.len(), 2);
            let published = published.expect("a published set");
            assert!(status.is_usable() && status.last_error().is_none());
            assert_eq!(status.key_count(), published.len());
            assert!(published.iter().all(|key| !matches!(
                key.algorithm(),
                Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512
            )));
        }
        Err(error) => {
            assert!(error.failures().count() == 1 && status.last_error().is_some());
            assert!(!status.is_usable() && status.key_count() == 0);
            assert!(asked.len() < 2 || published.is_none(), "{error}");
        }
    }
    let payload = format!(r#"{{"sub":"ada","aud":"api","iss":"{ISSUER}","exp":{}}}"#, NOW + 60);
    // The key of this signature is in a set of the corpus.
    let accepted = guard.explain(&ed25519(r#"{"alg":"EdDSA","kid":"1"}"#, payload)).is_accepted();
    assert!(!accepted || status.key_count() > 0);
}
