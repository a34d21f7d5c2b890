//! `JwtGuard::verify`: the decision of a request, for a token without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::response::Response;
use jwt_guard::policy::{DenyAs, Policy, Requirement, Rule};
use jwt_guard::respond::{FailureKind, Refusal};
use jwt_guard::store::{MemoryStore, TokenInfo};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, anonymous_allowed, extract::CurrentUser,
    policy::TokenSource, routing,
};
use jwt_guard_tests::key_server::{JWKS, KeyServer};
use jwt_guard_tests::{
    AUDIENCE, ISSUER, ManualClock, NOW, Payload, Request, Server, SigningKey, events, guard, hs256, token,
};

use super::{REFRESH, verify_elsewhere};
use crate::app;
use crate::login::{self, Pair};

const MAY_READ: Rule = Rule::authenticated().with_requirement(Requirement::Scope("orders:read"));

#[tokio::test]
async fn a_good_token_is_its_caller_and_a_bad_one_is_refused_as_in_a_request() {
    let guard = hs256();
    let server = app::serve(guard.clone()).await;
    let caller = guard.verify(&token(&[("scope", "\"orders:read\"")])).await.unwrap();
    assert_eq!(caller.subject(), Some("alice"));
    assert_eq!(caller.authenticated_by(), Some(TokenSource::OutsideRequest));
    assert_eq!(caller.expires_at(), Some(UNIX_EPOCH + Duration::from_secs(NOW + 600)));
    let key = SigningKey::of(Algorithm::Hs256);
    for bad in [
        "a.b.c".to_owned(),
        "not a token".to_owned(),
        format!("Bearer {}", token(&[])),
        "x".repeat(20_000),
        SigningKey::hmac(Algorithm::Hs256, &[1; 32]).token(&Payload::good()),
        key.token_of(r#"{"alg":"none"}"#, Payload::good().to_string().as_bytes()),
        token(&[("aud", "\"b\"")]),
        token(&[("iat", "1799990000"), ("exp", "1799999000")]),
        token(&[("nbf", "1900000000")]),
        token(&[("exp", "")]),
    ] {
        for _ in 0..2 {
            let refusal = guard.verify(&bad).await.unwrap_err();
            let answer = server.send(Request::get(app::PROTECTED).bearer(&bad)).await;
            let is_bad_grammar = bad.contains(' ');
            assert_eq!(refusal.status(), 401, "{bad}");
            assert_eq!(refusal.code(), Some("invalid_token"));
            assert_eq!(refusal.to_string(), "the token is not valid");
            assert_eq!(answer.status, if is_bad_grammar { 400 } else { 401 }, "{bad}");
        }
    }
    assert_eq!(guard.verify("").await.unwrap_err().kind(), FailureKind::MissingToken);
}

#[tokio::test]
async fn a_refusal_is_logged_as_that_of_a_request_without_method_and_route() {
    let guard = hs256();
    let events = events::capture();
    guard.verify_by(&token(&[("aud", "\"b\"")]), &MAY_READ).await.unwrap_err();
    let logged = events.only();
    assert_eq!((logged.level, logged.field("message")), (tracing::Level::INFO, Some("denied")));
    assert_eq!(logged.field("policy"), Some(r#"requires(scope = "orders:read")"#));
    assert!(logged.field("reason").unwrap().contains("audience"));
    assert_eq!(logged.field("token").map(str::len), Some(16));
    assert_eq!((logged.field("method"), logged.field("route")), (None, None));
    let admitted = token(&[("jti", "\"t-9\""), ("scope", "\"orders:read\"")]);
    guard.verify_by(&admitted, &MAY_READ).await.unwrap();
    let logged = events.only();
    assert_eq!((logged.level, logged.field("jti")), (tracing::Level::DEBUG, Some("t-9")));
}

#[tokio::test]
async fn a_revoked_token_an_unknown_user_and_a_silent_loader_are_told_apart() {
    struct User(String);

    let loads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&loads);
    let guard = guard(Algorithm::Hs256)
        .revocation(|facts: &TokenInfo<'_>| facts.id == Some("gone"))
        .load_user(move |claims: Claims| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                match claims.subject() {
                    "mallory" => Ok(None),
                    "outage" => Err(std::io::Error::other("no database")),
                    name => Ok(Some(User(name.to_owned()))),
                }
            }
        })
        .build()
        .unwrap();
    let kind = async |changes: &[(&str, &str)]| guard.verify(&token(changes)).await.unwrap_err().kind();
    assert_eq!(kind(&[("jti", "\"gone\"")]).await, FailureKind::InvalidToken);
    assert_eq!(loads.load(Ordering::SeqCst), 0);
    assert_eq!(kind(&[("jti", "\"here\""), ("sub", "\"mallory\"")]).await, FailureKind::InvalidToken);
    assert_eq!(kind(&[("jti", "\"here\""), ("sub", "\"outage\"")]).await, FailureKind::Unavailable);
    let caller = guard.verify(&token(&[("jti", "\"here\"")])).await.unwrap();
    let user: CurrentUser<User> = guard.user_of(&caller).unwrap();
    assert_eq!(user.0, "alice");
    let events = events::capture();
    assert_eq!(guard.user_of::<String>(&caller).unwrap_err().kind(), FailureKind::NotConfigured);
    assert!(events.only().field("reason").unwrap().contains("String"));
}

#[tokio::test]
async fn claims_are_read_in_a_type_of_the_application() {
    #[derive(serde::Deserialize)]
    struct Tenant {
        tenant: String,
    }

    let guard = hs256();
    let caller = guard.verify(&token(&[("tenant", "\"acme\"")])).await.unwrap();
    assert_eq!(guard.claims_of::<Tenant>(&caller).unwrap().tenant, "acme");
    let without = guard.verify(&token(&[])).await.unwrap();
    let events = events::capture();
    assert_eq!(guard.claims_of::<Tenant>(&without).unwrap_err().status(), 403);
    assert_eq!(events.only().level, tracing::Level::WARN);
}

#[tokio::test]
async fn a_policy_decides_about_the_token_and_later_about_its_caller() {
    struct CanRead;

    impl Policy for CanRead {
        const RULE: Rule = MAY_READ;
    }

    const HIDDEN: Rule = MAY_READ.with_deny_as(DenyAs::NotFound);

    let guard = hs256();
    let (reader, other) = (token(&[("scope", "\"orders:read\"")]), token(&[]));
    assert!(guard.verify_by(&reader, &CanRead::RULE).await.is_ok());
    let refusal = guard.verify_by(&other, &CanRead::RULE).await.unwrap_err();
    assert_eq!((refusal.status().as_u16(), refusal.scopes()), (403, &["orders:read"][..]));
    assert_eq!(guard.verify_by(&other, &HIDDEN).await.unwrap_err().status(), 404);
    let (reader, other) = (guard.verify(&reader).await.unwrap(), guard.verify(&other).await.unwrap());
    assert!(guard.authorize(&reader, &MAY_READ).is_ok());
    assert_eq!(guard.authorize(&other, &MAY_READ).unwrap_err().kind(), FailureKind::InsufficientScope);
    assert_eq!(guard.authorize(&reader, &REFRESH).unwrap_err().kind(), FailureKind::InvalidToken);
    // An expired token is anonymous only where the policy says so.
    const SOFT: Rule = Rule::anonymous().expired_is_anonymous();
    let expired = token(&[("iat", "1799990000"), ("exp", "1799999000")]);
    let anonymous = guard.verify_by(&expired, &SOFT).await.unwrap();
    assert!(!anonymous.is_authenticated());
    assert!(guard.verify_by(&expired, const { &Rule::anonymous() }).await.is_err());
    assert!(guard.authorize(&anonymous, const { &Rule::anonymous() }).is_ok());
    assert_eq!(guard.authorize(&anonymous, &MAY_READ).unwrap_err().kind(), FailureKind::MissingToken);
}

#[tokio::test]
async fn a_refresh_token_from_a_body_is_good_once() {
    let guard = login::builder().token_store(MemoryStore::new()).build().unwrap();
    let server = login::serve(guard.clone()).await;
    let pair = login::login(&server).await;
    assert!(guard.verify(&pair.refresh).await.is_err(), "it is not an access token");
    assert!(guard.verify_by(&pair.access, &REFRESH).await.is_err(), "nor the other way round");
    let caller = guard.verify_by(&pair.refresh, &REFRESH).await.unwrap();
    let answer = jwt_guard_tests::Answer::read(guard.refresh(&caller).respond().await.unwrap()).await;
    let next = Pair::of(&answer);
    server.get("/me", &next.access).await.is(login::ADA);
    // Its reuse ends the login.
    let again = guard.verify_by(&pair.refresh, &REFRESH).await.unwrap();
    assert_eq!(guard.refresh(&again).respond().await.unwrap_err().status(), 401);
    assert!(guard.verify(&next.access).await.is_err());
}

/// Another function of the file that exchanged it.
async fn verify_here(guard: &JwtGuard, token: &str) -> Result<Principal, Refusal> {
    guard.verify_by(token, &REFRESH).await
}

#[tokio::test]
async fn outside_of_a_handler_a_source_file_is_one_endpoint_of_refreshes() {
    let guard = login::builder().token_store(MemoryStore::new()).build().unwrap();
    let server = login::serve(guard.clone()).await;
    let pair = login::login(&server).await;
    assert!(verify_elsewhere(&guard, &pair.refresh).await.is_ok(), "it is not replaced yet");
    let caller = guard.verify_by(&pair.refresh, &REFRESH).await.unwrap();
    let answer = jwt_guard_tests::Answer::read(guard.refresh(&caller).respond().await.unwrap()).await;
    let next = Pair::of(&answer);
    assert!(verify_elsewhere(&guard, &pair.refresh).await.is_err(), "another file exchanged it");
    assert!(guard.verify(&next.access).await.is_ok(), "and ends nothing");
    let again = verify_here(&guard, &pair.refresh).await.unwrap();
    assert_eq!(guard.refresh(&again).respond().await.unwrap_err().status(), 401);
    assert!(guard.verify(&next.access).await.is_err());
}

#[tokio::test]
async fn keys_that_an_issuer_publishes_are_fetched_for_it() {
    let server = KeyServer::start().await;
    let key = SigningKey::of(Algorithm::Es256);
    server.publish(&[("one", &key)]);
    let remote = || {
        let builder = JwtGuard::builder().jwks_url(server.url(JWKS)).issuer(ISSUER).audience(AUDIENCE);
        builder.clock(ManualClock::new()).danger().loopback_http("a test").build().unwrap()
    };
    let token = key.token_by("one", &Payload::good());
    assert_eq!(remote().verify(&token).await.unwrap().subject(), Some("alice"));
    server.says(JWKS, "no keys");
    assert_eq!(remote().verify(&token).await.unwrap_err().kind(), FailureKind::Unavailable);
}

#[anonymous_allowed]
async fn chat(guard: JwtGuard, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| talk(guard, socket))
}

async fn talk(guard: JwtGuard, mut socket: WebSocket) {
    let Some(Ok(Message::Text(token))) = socket.recv().await else { return };
    let words = match guard.verify_by(&token, &MAY_READ).await {
        Ok(caller) => format!("hello {}", caller.subject().unwrap_or_default()),
        Err(refusal) => format!("{} {refusal}", refusal.status().as_u16()),
    };
    let _ = socket.send(Message::Text(words.into())).await;
}

#[tokio::test]
async fn the_first_message_of_a_websocket_says_who_speaks() {
    let app: Router = Router::new().route("/chat", routing::get(chat)).with_guard(hs256());
    let server = Server::start(app).await;
    for (first, words) in [
        (token(&[("scope", "\"orders:read\"")]), "hello alice"),
        (token(&[]), "403 the token lacks a scope that this operation needs"),
        ("a.b.c".to_owned(), "401 the token is not valid"),
    ] {
        let (answer, mut socket) = server.open(Request::websocket("/chat")).await;
        assert_eq!(answer.status, 101);
        assert_eq!(socket.exchange(&first).await, words);
    }
}
