//! Tokens of test callers, good and with one defect.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::body::Body;
use http::Request;
use jwt_guard::explain::{Check, RefusalCode};
use jwt_guard::keys::GeneratedKey;
use jwt_guard::policy::NameSet;
use jwt_guard::respond::FailureKind;
use jwt_guard::setup::TokenLocation;
use jwt_guard::testing::{Defect, ManualClock, TestCaller, TestIssuer};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, Secret, SigningKey, TrustedIssuer, extract::CurrentUser,
};
use jwt_guard::{anonymous_allowed, authentication_required, requires, routing};
use jwt_guard_tests::ALGORITHMS;
use serde::Deserialize;
use tower::ServiceExt as _;

use super::{builder, issuer};

fn sorted(names: &NameSet) -> Vec<&str> {
    let mut names: Vec<_> = names.iter().collect();
    names.sort_unstable();
    names
}

async fn status(app: &Router, request: Request<Body>) -> u16 {
    app.clone().oneshot(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_caller_is_who_the_test_says() {
    let issuer = issuer();
    let ada = issuer.caller("ada").scopes(["a", "b"]).roles(["clerk"]).claim("tenant", "acme").fresh();
    let caller = issuer.guard().verify(&ada.token()).await.unwrap();
    assert_eq!(caller.subject(), Some("ada"));
    assert_eq!((sorted(caller.scopes()), sorted(caller.roles())), (vec!["a", "b"], vec!["clerk"]));
    let claims: Claims = ada.extract().await.unwrap();
    assert_eq!(claims.get("tenant").and_then(|tenant| tenant.as_str()), Some("acme"));
    assert_eq!(claims.get("fresh"), Some(&serde_json::Value::Bool(true)));
    assert_ne!(ada.token(), ada.token(), "each has a `jti` of its own");
}

/// A message of a test says who it was about.
#[test]
fn a_caller_is_made_up_and_shows_its_claims() {
    let caller = issuer().caller("ada").claim("tenant", "acme");
    let shown = format!("{caller:?}");
    assert!(shown.contains("ada") && shown.contains("acme"), "{shown}");
    assert!(!shown.contains(&caller.token()), "{shown}");
}

#[tokio::test]
async fn tokens_of_every_algorithm_pass_with_the_other_half_of_the_key() {
    let rsa = include_str!("../../fixtures/keys/rsa-2048.private.pem");
    for algorithm in ALGORITHMS {
        let key = match SigningKey::pem(algorithm, rsa) {
            Ok(key) => key,
            Err(_) => GeneratedKey::new(algorithm).unwrap().signing_key().clone(),
        };
        let key = key.with_id("2027");
        let guard = JwtGuard::builder().key(key.verifying_key()).audience("orders").build().unwrap();
        let token = TestIssuer::with_key(&guard, key).caller("ada").token();
        assert!(guard.explain(&token).is_accepted(), "{algorithm}: {}", guard.explain(&token));
    }
}

#[tokio::test]
async fn every_defect_is_found_by_its_own_check() {
    let key = GeneratedKey::new(Algorithm::Es256).unwrap().signing_key().clone();
    let guard = JwtGuard::builder()
        .key(key.verifying_key())
        .issuer("https://id.example")
        .audience("orders")
        .clock(ManualClock::new())
        .build()
        .unwrap();
    let ada = TestIssuer::with_key(&guard, key).caller("ada");
    assert!(guard.explain(&ada.token()).is_accepted());
    for defect in Defect::ALL {
        let token = ada.broken_token(defect).expect("a defect for this guard");
        let explanation = guard.explain(&token);
        let (check, failure) = explanation.failure().unwrap_or_else(|| panic!("{defect:?} is accepted"));
        let expected = match defect {
            Defect::Garbage | Defect::Unsigned => (Check::Form, None),
            Defect::Expired => (Check::Expiry, Some(RefusalCode::Expired)),
            Defect::NotYetValid => (Check::NotBefore, None),
            Defect::OtherIssuer => (Check::Issuer, Some(RefusalCode::WrongIssuer)),
            Defect::OtherAudience | Defect::IdToken => (Check::Audience, Some(RefusalCode::WrongAudience)),
            Defect::OtherKey | Defect::Altered => (Check::Signature, None),
            Defect::PublicKeyAsSecret => (Check::Key, Some(RefusalCode::WrongAlgorithm)),
            _ => (Check::Type, None),
        };
        assert_eq!(check, expected.0, "{defect:?}: {explanation}");
        assert!(expected.1.is_none_or(|code| code == failure.code()), "{defect:?}: {explanation}");
    }
}

#[tokio::test]
async fn what_a_guard_does_not_look_at_is_not_a_defect() {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let anything = JwtGuard::builder().signing_key(key).danger().any_audience("a test").build().unwrap();
    let ada = TestIssuer::of(&anything).caller("ada");
    let harmless = [Defect::OtherIssuer, Defect::OtherAudience, Defect::IdToken, Defect::PublicKeyAsSecret];
    for defect in Defect::ALL {
        let token = ada.broken_token(defect);
        assert_eq!(token.is_none(), harmless.contains(&defect), "{defect:?}");
        assert!(token.is_none_or(|token| !anything.explain(&token).is_accepted()), "{defect:?}");
    }
}

#[tokio::test]
async fn a_token_is_one_of_the_issuer_whose_key_has_signed_it() {
    let keys = [1, 2].map(|_| GeneratedKey::new(Algorithm::EdDsa).unwrap().signing_key().clone());
    let [one, two] = keys.clone().map(|key| key.verifying_key());
    let guard = JwtGuard::builder()
        .trust(TrustedIssuer::new("https://one.example").key(one).audience("orders"))
        .trust(
            TrustedIssuer::new("https://two.example")
                .key(two)
                .audience("shop")
                .role_claim(["groups", "here"]),
        )
        .build()
        .unwrap();
    let [one, two] = keys.map(|key| TestIssuer::with_key(&guard, key).caller("ada").roles(["clerk"]));
    for (caller, name) in [(one, "https://one.example"), (two, "https://two.example")] {
        let found: Principal = caller.extract().await.unwrap();
        let claims: Claims = caller.extract().await.unwrap();
        assert_eq!((claims.issuer(), sorted(found.roles())), (Some(name), vec!["clerk"]));
    }
}

#[tokio::test]
async fn a_guard_without_the_other_half_of_the_key_is_a_failure_that_says_what_to_do() {
    let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build().unwrap();
    let message = |make: &dyn Fn() -> TestIssuer| {
        let panic = catch_unwind(AssertUnwindSafe(make)).unwrap_err();
        panic.downcast_ref::<String>().unwrap().clone()
    };
    assert!(message(&|| TestIssuer::of(&guard)).contains("`TestIssuer::with_key(&guard, key)`"));
    let other = message(&|| TestIssuer::with_key(&guard, key.clone()));
    assert!(other.contains("`.key(key.verifying_key())`"), "{other}");
}

#[tokio::test]
async fn a_request_has_the_token_where_its_guard_looks_first() {
    #[authentication_required]
    async fn me(caller: Principal) -> String {
        caller.subject().unwrap_or_default().to_owned()
    }
    for place in [
        TokenLocation::bearer(),
        TokenLocation::scheme("JWT"),
        TokenLocation::header("X-Api-Key"),
        TokenLocation::header_with_scheme("X-Auth", "Token"),
        TokenLocation::cookie("access"),
        TokenLocation::websocket_protocol("bearer"),
    ] {
        let guard = builder().locations([place.clone()]).build().unwrap();
        let ada = TestIssuer::of(&guard).caller("ada");
        let app = Router::new().route("/", routing::get(me).post(me)).with_guard(guard);
        assert_eq!(status(&app, ada.get("/")).await, 200, "{place}");
        let post = ada.attach_to(Request::post("/").body(Body::empty()).unwrap());
        assert_eq!(status(&app, post).await, 200, "{place}");
        // A cookie and a handshake have more than one.
        if let Ok((name, value)) = catch_unwind(AssertUnwindSafe(|| ada.header())) {
            let by_header = Request::get("/").header(name, value).body(Body::empty()).unwrap();
            assert_eq!(status(&app, by_header).await, 200, "{place}");
        }
    }
}

#[derive(Debug, Deserialize)]
struct Tenant {
    tenant: String,
}

#[derive(Clone, Debug, PartialEq)]
struct User(String);

fn greeting(user: &CurrentUser<User>, claims: &Claims<Tenant>) -> String {
    format!("{} of {}", user.0, claims.tenant)
}

#[requires(scope = "orders:read")]
async fn orders(caller: Principal) -> String {
    caller.subject().unwrap_or("anonymous").to_owned()
}

#[anonymous_allowed]
async fn news(caller: Option<Claims>) -> &'static str {
    if caller.is_some() { "for you" } else { "for all" }
}

fn guard_with_users() -> JwtGuard {
    let load = async |claims: Claims| {
        Ok::<_, std::io::Error>((claims.subject() != "eve").then(|| User(claims.subject().to_owned())))
    };
    builder().load_user(load).build().unwrap()
}

#[tokio::test]
async fn handlers_and_functions_are_called_with_a_caller_whom_the_guard_has_verified() {
    let issuer = TestIssuer::of(&guard_with_users());
    let ada = issuer.caller("ada").scopes(["orders:read"]).claim("tenant", "acme");
    assert_eq!(orders(ada.extract().await.unwrap(), ada.extract().await.unwrap()).await, "ada");
    assert_eq!(news(ada.extract().await.unwrap(), ada.extract().await.unwrap()).await, "for you");
    let said = greeting(&ada.extract().await.unwrap(), &ada.extract().await.unwrap());
    assert_eq!(said, "ada of acme");
}

#[tokio::test]
async fn an_extractor_refuses_a_caller_whom_the_application_would_refuse() {
    let issuer = TestIssuer::of(&guard_with_users());
    let refused = |caller: TestCaller| async move { caller.extract::<Principal>().await.unwrap_err().kind() };
    assert_eq!(refused(issuer.caller("eve")).await, FailureKind::InvalidToken);
    assert_eq!(refused(issuer.caller("ada").claim("aud", "billing")).await, FailureKind::InvalidToken);
    let long = issuer.caller("ada").expires_in(Duration::from_secs(60 * 60 * 48));
    assert_eq!(refused(long).await, FailureKind::InvalidToken);
    assert!(issuer.caller("ada").extract::<Claims<Tenant>>().await.is_err());
}
