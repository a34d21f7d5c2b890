//! The tokens of an OpenID provider before a guard that knows nothing of it but its name.

use std::sync::Arc;

use jwt_guard::JwtGuard;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard_tests::{AUDIENCE, Outcome, Server};
use tokio::task::JoinSet;

use super::access_tokens::{ALICE, MACHINE, PROFILES, serve_by, tokens};
use super::provider::{ALGORITHMS, Fetches, Provider};

const REASON: &str = "the provider is a process of this test";

#[tokio::test]
async fn the_keys_are_found_by_discovery_and_fetched_once() {
    let Some(provider) = Provider::start() else { return };
    for (number, profile) in PROFILES.into_iter().enumerate() {
        let guard = discovering(provider.issuer()).profile(profile).build().unwrap();
        let server = ready(&guard).await;
        for algorithm in ALGORITHMS {
            let machine = provider.machine(algorithm).await;
            server.get("/orders", &machine).await.is(MACHINE);
            let client = format!("web-{algorithm}");
            let alice = provider.log_in(&client, algorithm).await;
            server.get("/orders", &alice.access).await.is(ALICE);
            server.get("/who", &alice.id).await.is(Outcome::BAD_TOKEN);
        }
        let once_more = u64::try_from(number).unwrap() + 1;
        assert_eq!(provider.fetches().await, Fetches { discovery: once_more, jwks: once_more });
    }
}

#[tokio::test]
async fn a_key_set_that_is_named_needs_no_discovery() {
    let Some(provider) = Provider::start() else { return };
    let url = provider.jwks_url().await;
    let before = provider.fetches().await;
    let builder = JwtGuard::builder().jwks_url(url).issuer(provider.issuer()).audience(AUDIENCE);
    let guard = builder.danger().loopback_http(REASON).build().unwrap();
    let server = ready(&guard).await;
    for token in tokens(&provider).await {
        server.get("/orders", &token).await.is(MACHINE);
    }
    assert_eq!(provider.fetches().await, Fetches { jwks: before.jwks + 1, ..before });
}

#[tokio::test]
async fn the_first_tokens_of_new_keys_cause_one_fetch_and_those_of_withdrawn_keys_none() {
    let Some(provider) = Provider::start() else { return };
    let guard = discovering(provider.issuer()).build().unwrap();
    let server = Arc::new(ready(&guard).await);
    let old = tokens(&provider).await;
    for token in old.iter().chain(&old) {
        server.get("/orders", token).await.is(MACHINE);
    }
    let before = provider.fetches().await;

    provider.rotate(true).await;
    let new = tokens(&provider).await;
    let mut requests = JoinSet::new();
    for number in 0..30 {
        let (server, token) = (server.clone(), new[number % new.len()].clone());
        requests.spawn(async move { server.get("/orders", &token).await });
    }
    for answer in requests.join_all().await {
        answer.is(MACHINE);
    }
    assert_eq!(provider.fetches().await.jwks, before.jwks + 1);

    // They were good a moment ago, and their time is not over.
    for token in &old {
        server.get("/orders", token).await.is(Outcome::BAD_TOKEN);
    }
    assert_eq!(provider.fetches().await.jwks, before.jwks + 1);
}

#[tokio::test]
async fn keys_that_stay_beside_the_new_ones_go_on() {
    let Some(provider) = Provider::start() else { return };
    let guard = discovering(provider.issuer()).build().unwrap();
    let server = ready(&guard).await;
    let old = tokens(&provider).await;
    provider.rotate(false).await;
    for token in old.iter().chain(&tokens(&provider).await).chain(&old) {
        server.get("/orders", token).await.is(MACHINE);
    }
}

#[tokio::test]
async fn a_refresh_by_hand_knows_the_new_keys_before_the_first_token() {
    let Some(provider) = Provider::start() else { return };
    let guard = discovering(provider.issuer()).build().unwrap();
    let server = ready(&guard).await;
    let old = tokens(&provider).await;
    provider.rotate(true).await;
    guard.keys().refresh().await.unwrap();
    for token in &old {
        server.get("/orders", token).await.is(Outcome::BAD_TOKEN);
    }
    let before = provider.fetches().await;
    for token in tokens(&provider).await {
        server.get("/orders", &token).await.is(MACHINE);
    }
    assert_eq!(provider.fetches().await, before);
}

#[tokio::test]
async fn known_keys_go_on_when_the_provider_is_gone() {
    let Some(provider) = Provider::start() else { return };
    let guard = discovering(provider.issuer()).build().unwrap();
    let server = ready(&guard).await;
    let tokens = tokens(&provider).await;
    drop(provider);
    assert!(guard.keys().refresh().await.is_err());
    for token in tokens {
        server.get("/orders", &token).await.is(MACHINE);
    }
}

#[tokio::test]
async fn a_provider_that_calls_itself_by_another_name_gives_no_keys() {
    let Some(provider) = Provider::start() else { return };
    let token = provider.machine("RS256").await;
    let guard = discovering(&format!("{}/", provider.issuer())).build().unwrap();
    assert!(guard.keys().ready().await.is_err());
    assert_eq!(provider.fetches().await.jwks, 0);
    let server = serve_by(guard).await;
    // It is not a verdict on the token.
    assert_ne!(server.get("/orders", &token).await.status, 200);
}

#[tokio::test]
async fn a_provider_without_tls_is_refused_but_by_danger() {
    let Some(provider) = Provider::start() else { return };
    let builder = JwtGuard::builder().oidc_issuer(provider.issuer()).audience(AUDIENCE);
    assert!(builder.build().is_err());
    assert_eq!(provider.fetches().await, Fetches { discovery: 0, jwks: 0 });
}

fn discovering(issuer: &str) -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder().oidc_issuer(issuer).audience(AUDIENCE).danger().loopback_http(REASON)
}

/// Serves with a guard that has its keys.
async fn ready(guard: &JwtGuard) -> Server {
    guard.keys().ready().await.unwrap();
    serve_by(guard.clone()).await
}
