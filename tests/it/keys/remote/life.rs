//! Rotation, withdrawal, outage and recovery.

use std::sync::Arc;

use jwt_guard_tests::Outcome;
use jwt_guard_tests::key_server::Reply;

use super::*;
use crate::app::{self, ALICE, PROTECTED};

#[tokio::test]
async fn an_issuer_rotates_and_the_new_key_is_used_at_once() {
    let issuer = server().await;
    let (builder, _clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    guard.keys().ready().await.unwrap();
    let service = app::serve(guard).await;
    service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
    issuer.publish(&[("a", &key(Algorithm::Es256)), ("b", &key(Algorithm::Es384))]);
    for _ in 0..3 {
        service.get(PROTECTED, &token(Algorithm::Es384, "b")).await.is(ALICE);
        service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
    }
    assert_eq!(issuer.requests(JWKS), 2, "the start and the rotation");
}

#[tokio::test]
async fn the_first_request_waits_for_the_first_keys_and_a_burst_causes_one_fetch() {
    let issuer = server().await;
    let (builder, _clock) = guard(&issuer);
    let service = Arc::new(app::serve(builder.build().unwrap()).await);
    assert_eq!(issuer.heads().len(), 0, "nothing is fetched before it is needed");
    let mut burst = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let service = Arc::clone(&service);
        burst.spawn(async move { service.get(PROTECTED, &token(Algorithm::Es256, "a")).await });
    }
    for answer in burst.join_all().await {
        answer.is(ALICE);
    }
    assert_eq!(issuer.requests(JWKS), 1);
}

#[tokio::test]
async fn an_old_key_is_withdrawn_and_its_tokens_die_with_the_next_set() {
    let issuer = KeyServer::start().await;
    issuer.publish(&[("a", &key(Algorithm::Es256)), ("b", &key(Algorithm::Es384))]);
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    let (old, other) = (token(Algorithm::Es256, "a"), token(Algorithm::Es384, "b"));
    // More than once, so that whatever remembers tokens remembers them.
    for _ in 0..3 {
        service.get(PROTECTED, &old).await.is(ALICE);
        service.get(PROTECTED, &other).await.is(ALICE);
    }
    issuer.publish(&[("b", &key(Algorithm::Es384))]);
    clock.advance(secs(540));
    until("the timer has fetched", || guard.keys().status()[0].generation() == 2).await;
    for _ in 0..3 {
        service.get(PROTECTED, &old).await.is(Outcome::BAD_TOKEN);
        service.get(PROTECTED, &other).await.is(ALICE);
    }
}

#[tokio::test]
async fn new_material_under_an_old_name_takes_its_place() {
    let issuer = KeyServer::start().await;
    let rsa = key(Algorithm::Rs256);
    let other = include_str!("../../../fixtures/keys/rsa-2048-e3.public.jwk").trim().trim_start_matches('{');
    issuer.publish(&[("a", &rsa)]);
    let (builder, _clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    let token = token(Algorithm::Rs256, "a");
    service.get(PROTECTED, &token).await.is(ALICE);
    service.get(PROTECTED, &token).await.is(ALICE);
    issuer.says(JWKS, &format!(r#"{{"keys":[{{"kid":"a","alg":"RS256",{other}]}}"#));
    guard.keys().refresh().await.unwrap();
    service.get(PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
    service.get(PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn an_issuer_that_is_down_beyond_the_hard_limit_is_503_and_the_guard_recovers_by_itself() {
    let issuer = server().await;
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    let token = token(Algorithm::Es256, "a");
    service.get(PROTECTED, &token).await.is(ALICE);
    issuer.reply(JWKS, Reply::Closes);
    clock.advance(secs(600));
    until("the timer has failed", || guard.keys().status()[0].failures() == 1).await;
    service.get(PROTECTED, &token).await.is(ALICE);
    clock.advance(secs(2999));
    service.get(PROTECTED, &token).await.is(ALICE);
    clock.advance(secs(1));
    for _ in 0..3 {
        let answer = service.get(PROTECTED, &token).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (503, None));
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        assert!(!answer.body.contains("localhost"), "{}", answer.body);
    }
    issuer.publish(&[("a", &key(Algorithm::Es256))]);
    clock.advance(secs(73));
    until("the timer has recovered", || guard.keys().status()[0].is_usable()).await;
    service.get(PROTECTED, &token).await.is(ALICE);
}

#[tokio::test]
async fn an_issuer_that_never_answered_is_503_and_no_verdict() {
    let issuer = KeyServer::start().await;
    let (builder, clock) = guard(&issuer);
    let service = app::serve(builder.build().unwrap()).await;
    let token = token(Algorithm::Es256, "a");
    assert_eq!(service.get(PROTECTED, &token).await.status, 503);
    assert_eq!(service.get(PROTECTED, &token).await.status, 503);
    assert_eq!(issuer.requests(JWKS), 1, "the cooldown holds without keys too");
    issuer.publish(&[("a", &key(Algorithm::Es256))]);
    clock.advance(secs(30));
    service.get(PROTECTED, &token).await.is(ALICE);
}

#[tokio::test]
async fn an_empty_set_twice_in_a_row_withdraws_everything_and_once_nothing() {
    let issuer = server().await;
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let service = app::serve(guard.clone()).await;
    let token = token(Algorithm::Es256, "a");
    service.get(PROTECTED, &token).await.is(ALICE);
    issuer.publish(&[]);
    guard.keys().refresh().await.unwrap_err();
    service.get(PROTECTED, &token).await.is(ALICE);
    clock.advance(secs(15));
    guard.keys().refresh().await.unwrap();
    service.get(PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
    clock.advance(secs(5));
    issuer.publish(&[("a", &key(Algorithm::Es256))]);
    guard.keys().refresh().await.unwrap();
    service.get(PROTECTED, &token).await.is(ALICE);
}
