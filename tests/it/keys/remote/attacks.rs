//! Requests that want to be a nuisance to the issuer, or to other callers.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use http::Request as HttpRequest;
use jwt_guard::TrustedIssuer;
use jwt_guard_tests::key_server::Reply;
use jwt_guard_tests::{Outcome, Request, oneshot};

use super::*;
use crate::app::{self, ALICE, PROTECTED};

fn request(token: &str) -> HttpRequest<Body> {
    let request = HttpRequest::get(PROTECTED).header("authorization", format!("Bearer {token}"));
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn ten_thousand_random_kids_cause_one_fetch_a_cooldown_and_known_keys_do_not_wait() {
    let issuer = server().await;
    let (builder, clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    guard.keys().ready().await.unwrap();
    let app = app::router().with_guard(guard).into_axum();
    let good = token(Algorithm::Es256, "a");
    // The signature does not matter, for there is no key.
    let forged = |number: usize| {
        let header = format!(r#"{{"alg":"ES256","kid":"random {number}"}}"#);
        [jwt_guard_tests::base64url(header.as_bytes()).as_str(), "e30", "AAAA"].join(".")
    };
    let mut latencies = Vec::new();
    for number in 0..10_000 {
        oneshot(&app, request(&forged(number))).await.is(Outcome::BAD_TOKEN);
        clock.advance(Duration::from_millis(1));
        if number % 10 == 0 {
            #[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
            let start = Instant::now();
            oneshot(&app, request(&good)).await.is(ALICE);
            latencies.push(start.elapsed());
        }
    }
    assert_eq!(issuer.requests(JWKS), 2, "the start, and one in ten seconds");
    latencies.sort();
    let (median, worst) = (latencies[latencies.len() / 2], latencies[latencies.len() - 1]);
    println!("requests with a known key, among 10000 strangers: median {median:?}, worst {worst:?}");
    // A request that waited for a fetch would wait for a clock that does not move.
    assert!(worst < secs(1), "{worst:?}");
    clock.advance(secs(20));
    for number in 10_000..10_100 {
        oneshot(&app, request(&forged(number))).await.is(Outcome::BAD_TOKEN);
    }
    assert_eq!(issuer.requests(JWKS), 3);
}

#[tokio::test]
async fn the_key_server_hangs_and_known_keys_go_on() {
    for reply in [Reply::Hangs, Reply::Stalls] {
        let issuer = server().await;
        let (builder, clock) = guard(&issuer);
        let guard = builder.build().unwrap();
        guard.keys().ready().await.unwrap();
        let service = Arc::new(app::serve(guard.clone()).await);
        issuer.reply(JWKS, reply);
        let stranger = tokio::spawn({
            let service = Arc::clone(&service);
            async move { service.get(PROTECTED, &token(Algorithm::Es384, "unknown")).await }
        });
        issuer.asked(2).await;
        for _ in 0..10 {
            service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
        }
        assert!(!stranger.is_finished());
        clock.advance(secs(1));
        stranger.await.unwrap().is(Outcome::BAD_TOKEN);
        service.get(PROTECTED, &token(Algorithm::Es256, "a")).await.is(ALICE);
        // The fetch has five seconds; then it is a failure, and the next one may be better.
        assert_eq!(guard.keys().status()[0].failures(), 0);
        clock.advance(secs(4));
        until("the fetch is given up", || guard.keys().status()[0].failures() == 1).await;
    }
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_end_the_fetch() {
    let issuer = server().await;
    let (builder, _clock) = guard(&issuer);
    let guard = builder.build().unwrap();
    let app = app::router().with_guard(guard.clone()).into_axum();
    issuer.reply(JWKS, Reply::Hangs);
    let waiting = tokio::spawn({
        let app = app.clone();
        async move { oneshot(&app, request(&token(Algorithm::Es256, "a"))).await }
    });
    issuer.asked(1).await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert_eq!(guard.keys().status()[0].failures(), 0);
    // The next one joins the same fetch.
    let joining = tokio::spawn(async move { oneshot(&app, request(&token(Algorithm::Es256, "a"))).await });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!joining.is_finished());
    assert_eq!((issuer.requests(JWKS), guard.keys().status()[0].fetches()), (1, 1));
}

#[tokio::test]
async fn what_no_key_of_the_issuer_could_verify_causes_no_fetch() {
    let issuer = server().await;
    let (builder, _clock) = guard(&issuer);
    let service = app::serve(builder.algorithms([Algorithm::Es256]).build().unwrap()).await;
    let good = token(Algorithm::Es256, "a");
    let hmac = token(Algorithm::Hs256, "a");
    let (header, rest) = good.split_once('.').unwrap();
    let strangers = [
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        hmac,
        token(Algorithm::Es384, "a"),
        token(Algorithm::Rs256, "a"),
        key(Algorithm::Es256).token_of(r#"{"alg":"none","kid":"a"}"#, b"{}"),
        key(Algorithm::Es256).token_of(r#"{"alg":"ES256","kid":"a","crit":["x"]}"#, b"{}"),
        key(Algorithm::Es256).token_of(r#"{"alg":"ES256","kid":["a"]}"#, b"{}"),
        key(Algorithm::Es256).token_of(r#"{"alg":"ES256","kid":"a","typ":"dpop+jwt"}"#, b"{}"),
        format!("{header}.{rest}{}", "A".repeat(17_000)),
        format!(".{rest}"),
    ];
    for stranger in &strangers {
        service.get(PROTECTED, stranger).await.is(Outcome::BAD_TOKEN);
    }
    service.send(Request::get(PROTECTED)).await.is(Outcome::NO_TOKEN);
    service.send(Request::get(PROTECTED).header("authorization", "Basic YTpi")).await.is(Outcome::NO_TOKEN);
    assert_eq!(issuer.heads().len(), 0);
    service.get(PROTECTED, &good).await.is(ALICE);
    for stranger in &strangers {
        service.get(PROTECTED, stranger).await.is(Outcome::BAD_TOKEN);
    }
    assert_eq!(issuer.heads().len(), 1);
}

#[tokio::test]
async fn addresses_in_a_token_are_never_asked() {
    let (issuer, evil) = (server().await, KeyServer::start().await);
    evil.publish(&[("evil", &key(Algorithm::Es384))]);
    let (builder, _clock) = guard(&issuer);
    let service = app::serve(builder.build().unwrap()).await;
    let url = evil.url(JWKS);
    for member in ["jku", "x5u"] {
        let header = format!(r#"{{"alg":"ES384","kid":"evil","{member}":"{url}"}}"#);
        let token = key(Algorithm::Es384).token_of(&header, payload().to_string().as_bytes());
        service.get(PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
    }
    let elsewhere = payload().with("iss", &format!("\"{}\"", evil.issuer()));
    let token = key(Algorithm::Es384).token_by(&url, &elsewhere);
    service.get(PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
    assert_eq!(evil.heads().len(), 0);
}

#[tokio::test]
async fn two_issuers_have_their_own_keys_budgets_and_states() {
    let (one, two) = (server().await, KeyServer::start().await);
    two.publish(&[("a", &key(Algorithm::Es384))]);
    let clock = ManualClock::new();
    let trusted = |name: &str, server: &KeyServer| {
        TrustedIssuer::new(name).jwks_url(server.url(JWKS)).audience(AUDIENCE)
    };
    let builder = JwtGuard::builder().trust(trusted("one", &one)).trust(trusted("two", &two));
    let guard = builder.clock(clock.clone()).danger().loopback_http(REASON).build().unwrap();
    let service = app::serve(guard.clone()).await;
    let by = |algorithm, id: &str, iss: &str| {
        key(algorithm).token_by(id, &payload().with("iss", &format!("\"{iss}\"")))
    };
    // An issuer that is not configured causes no fetch.
    service.get(PROTECTED, &by(Algorithm::Es256, "a", "three")).await.is(Outcome::BAD_TOKEN);
    assert_eq!((one.heads().len(), two.heads().len()), (0, 0));
    service.get(PROTECTED, &by(Algorithm::Es256, "a", "one")).await.is(ALICE);
    assert_eq!((one.heads().len(), two.heads().len()), (1, 0));
    service.get(PROTECTED, &by(Algorithm::Es384, "a", "two")).await.is(ALICE);
    // The key of the one says nothing in the name of the other, though it is called alike.
    service.get(PROTECTED, &by(Algorithm::Es256, "a", "two")).await.is(Outcome::BAD_TOKEN);
    service.get(PROTECTED, &by(Algorithm::Es384, "a", "one")).await.is(Outcome::BAD_TOKEN);
    // One budget is used up, and the other is not.
    clock.advance(secs(30));
    service.get(PROTECTED, &by(Algorithm::Es256, "x", "one")).await.is(Outcome::BAD_TOKEN);
    service.get(PROTECTED, &by(Algorithm::Es256, "y", "one")).await.is(Outcome::BAD_TOKEN);
    assert_eq!((one.heads().len(), two.heads().len()), (2, 1));
    two.publish(&[("b", &key(Algorithm::Es384))]);
    service.get(PROTECTED, &by(Algorithm::Es384, "b", "two")).await.is(ALICE);
    assert_eq!((one.heads().len(), two.heads().len()), (2, 2));
    // One is down, and the other is not.
    one.reply(JWKS, Reply::Closes);
    clock.advance(secs(3600));
    assert_eq!(service.get(PROTECTED, &by(Algorithm::Es256, "a", "one")).await.status, 503);
    clock.advance(secs(30));
    service.get(PROTECTED, &by(Algorithm::Es384, "b", "two")).await.is(ALICE);
    let status = guard.keys().status();
    assert_eq!(
        status.iter().map(|issuer| (issuer.issuer(), issuer.is_usable())).collect::<Vec<_>>(),
        [("one", false), ("two", true)]
    );
}
