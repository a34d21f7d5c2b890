//! The loopback identity provider, and guards that fetch its keys.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::testing::{Denials, IdentityProvider, ManualClock, TestIssuer};
use jwt_guard::{Algorithm, JwtGuard, Router, TrustedIssuer, requires, routing};
use jwt_guard_tests::{Answer, Request, Server};

const REASON: &str = "the provider is a task of this test";

fn guard(provider: &IdentityProvider) -> Builder<HasKeys, HasAudience> {
    JwtGuard::builder().oidc_issuer(provider.issuer()).audience("orders").danger().loopback_http(REASON)
}

async fn status(guard: &JwtGuard, token: &str) -> u16 {
    guard.verify(token).await.map_or_else(|refusal| refusal.status().as_u16(), |_| 200)
}

#[tokio::test]
async fn a_guard_finds_the_keys_by_discovery_and_asks_once() {
    let provider = IdentityProvider::start().await;
    let guard = guard(&provider).build().unwrap();
    let issuer = provider.test_issuer(&guard);
    for name in ["ada", "bob", "eve"] {
        assert_eq!(status(&guard, &issuer.caller(name).token()).await, 200);
    }
    assert_eq!(provider.key_requests(), 1);
}

#[tokio::test]
async fn the_keys_are_at_their_address_too_and_of_any_algorithm() {
    let provider = IdentityProvider::start_with(Algorithm::EdDsa).await;
    let builder =
        JwtGuard::builder().jwks_url(provider.jwks_url()).issuer(provider.issuer()).audience("orders");
    let guard = builder.danger().loopback_http(REASON).build().unwrap();
    assert_eq!(status(&guard, &provider.test_issuer(&guard).caller("ada").token()).await, 200);
}

#[tokio::test]
async fn a_new_key_is_fetched_and_the_old_one_lives_until_it_is_withdrawn() {
    let provider = IdentityProvider::start().await;
    let clock = ManualClock::new();
    let guard = guard(&provider).clock(clock.clone()).build().unwrap();
    let old =
        provider.test_issuer(&guard).caller("ada").expires_in(Duration::from_secs(12 * 60 * 60)).token();
    assert_eq!(status(&guard, &old).await, 200);
    provider.rotate();
    clock.advance(Duration::from_secs(60));
    let new = provider.test_issuer(&guard).caller("ada").token();
    assert_eq!((status(&guard, &new).await, status(&guard, &old).await), (200, 200));
    assert_eq!(provider.key_requests(), 2);

    provider.withdraw_old_keys();
    provider.rotate();
    clock.advance(Duration::from_secs(60));
    let newest = provider.test_issuer(&guard).caller("ada").token();
    assert_eq!((status(&guard, &newest).await, status(&guard, &old).await), (200, 401));
}

#[tokio::test]
async fn an_outage_is_503_for_a_guard_without_keys_and_nothing_for_one_that_has_them() {
    let provider = IdentityProvider::start().await;
    let (early, late) = (guard(&provider).build().unwrap(), ManualClock::new());
    assert_eq!(status(&early, &provider.test_issuer(&early).caller("ada").token()).await, 200);
    provider.go_down();
    assert_eq!(status(&early, &provider.test_issuer(&early).caller("ada").token()).await, 200);
    let second = guard(&provider).clock(late.clone()).build().unwrap();
    let token = provider.with_clock(late.clone());
    let caller = token.test_issuer(&second).caller("ada").expires_in(Duration::from_secs(60 * 60));
    assert_eq!(status(&second, &caller.token()).await, 503);
    token.come_back();
    late.advance(Duration::from_secs(10 * 60));
    assert_eq!(status(&second, &caller.token()).await, 200);
}

#[tokio::test]
async fn a_guard_of_another_issuer_is_a_failure_that_says_so() {
    let (one, other) = (IdentityProvider::start().await, IdentityProvider::start().await);
    let guard = guard(&one).build().unwrap();
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| other.test_issuer(&guard))).unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains("`.oidc_issuer(provider.issuer())`"));
}

/// Asks for a token with this form.
async fn asked(provider: &IdentityProvider, form: &str, authorization: Option<&str>) -> Answer {
    let port = provider.issuer().rsplit(':').next().unwrap().parse().unwrap();
    let request = Request::post_form("/token", form);
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    Server::at(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).send(request).await
}

#[tokio::test]
async fn a_client_gets_a_token_that_a_guard_accepts() {
    let clock = ManualClock::new();
    let provider = IdentityProvider::start().await.with_clock(clock.clone());
    provider.add_client("billing", "a secret of the test", "orders");
    let trusted = TrustedIssuer::rfc9068(provider.issuer()).audience("orders");
    let guard =
        JwtGuard::builder().trust(trusted).clock(clock).danger().loopback_http(REASON).build().unwrap();
    let form = "grant_type=client_credentials&client_id=billing&client_secret=a+secret+of%20the+test&scope=orders:read";
    // "billing:a secret of the test".
    let basic = "Basic YmlsbGluZzphIHNlY3JldCBvZiB0aGUgdGVzdA==";
    for answer in [
        asked(&provider, form, None).await,
        asked(&provider, "grant_type=client_credentials&scope=orders:read", Some(basic)).await,
    ] {
        assert_eq!(answer.status, 200, "{answer:?}");
        let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let caller = guard.verify(said["access_token"].as_str().unwrap()).await.unwrap();
        assert_eq!((caller.client_id(), caller.scopes().contains("orders:read")), (Some("billing"), true));
    }
}

#[tokio::test]
async fn a_client_with_another_secret_gets_none() {
    let provider = IdentityProvider::start().await;
    provider.add_client("billing", "secret", "orders");
    for (form, error, status) in [
        ("grant_type=client_credentials&client_id=billing&client_secret=guess", "invalid_client", 401),
        ("grant_type=client_credentials&client_id=other&client_secret=secret", "invalid_client", 401),
        ("grant_type=client_credentials", "invalid_client", 401),
        ("grant_type=password&client_id=billing&client_secret=secret", "unsupported_grant_type", 400),
    ] {
        let answer = asked(&provider, form, None).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.contains(error)),
            (status, true),
            "{form}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn an_application_with_fetched_keys_is_tested_for_denials() {
    #[requires(scope = "orders:read")]
    async fn orders() {}

    let provider = IdentityProvider::start().await;
    let guard = guard(&provider).build().unwrap();
    assert!(guard.keys().ready().await.is_ok());
    let app = Router::new().route("/orders", routing::get(orders)).with_guard(guard);
    let report = Denials::of(app).key(provider.signing_key()).check().await;
    report.assert();
    assert!(report.unsent.is_empty(), "{report}");
    assert!(provider.key_requests() <= 2, "tokens of other keys make a guard ask at most once more");
}

#[tokio::test]
async fn keys_that_were_fetched_are_found_by_their_other_half() {
    let provider = IdentityProvider::start().await;
    let guard = guard(&provider).build().unwrap();
    assert!(guard.keys().ready().await.is_ok());
    let token = provider.test_issuer(&guard).caller("ada").token();
    assert!(guard.explain(&token).is_accepted());
    let stranger = jwt_guard::keys::GeneratedKey::new(Algorithm::Es256).unwrap().signing_key().clone();
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| TestIssuer::with_key(&guard, stranger)));
    assert!(panic.is_err());
}
