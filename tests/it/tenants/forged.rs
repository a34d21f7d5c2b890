//! A tenant cannot be used to be admitted as another one.

use jwt_guard::cookies::{CookieSettings, SameSite};
use jwt_guard::setup::TokenLocation;
use jwt_guard_tests::{Outcome, events};
use tracing::Level;

use super::*;

#[tokio::test]
async fn neither_keys_nor_audience_nor_issuer_of_one_tenant_are_good_for_another() {
    let town = Town::new().await;
    for (what, forged) in [
        ("signed by another tenant", key(BOLT).token(&claims(ACME))),
        ("signed by the staff", SigningKey::of(Algorithm::Hs256).token(&claims(ACME))),
        (
            "of another tenant's audience",
            key(ACME).token(&claims(ACME).with("aud", &format!("\"{}\"", audience(BOLT)))),
        ),
        ("of the staff's audience", key(ACME).token(&claims(ACME).with("aud", "\"orders\""))),
        ("in the name of another tenant", key(ACME).token(&claims(BOLT))),
        ("in the name of the staff", key(ACME).token(&Payload::good())),
        ("not signed", key(ACME).token_of(r#"{"alg":"none"}"#, claims(ACME).to_string().as_bytes())),
        ("with a slash", key(ACME).token(&claims("https://acme.example/"))),
        ("in capitals", key(ACME).token(&claims("https://ACME.example"))),
        ("with a blank", key(ACME).token(&claims("https://acme.example "))),
        ("with an escape", key(ACME).token(&claims(r"https://acme.example\u0000"))),
    ] {
        // Before and after a good token has been remembered.
        for _ in 0..2 {
            town.get(&forged).await.is(Outcome::BAD_TOKEN);
            assert!(town.tenants.verify(&forged).await.is_err(), "{what}");
            assert_eq!(town.status(&token(ACME)).await, 200);
        }
    }
}

#[tokio::test]
async fn a_remembered_token_of_one_tenant_is_not_good_under_another_with_the_same_key_and_audience() {
    let clock = ManualClock::new();
    let same = |issuer: &'static str| {
        let key = VerifyingKey::secret(Algorithm::Hs256, secret(ACME)).unwrap();
        let trusted = TrustedIssuer::new(issuer).key(key).audience(audience(ACME));
        let cache = TokenCache::new().at_first_sight();
        JwtGuard::builder().trust(trusted).clock(clock.clone()).token_cache(cache).build().unwrap()
    };
    let directory = Directory::of([ACME, BOLT].map(|issuer| (issuer, same(issuer))));
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), directory.clone()).build().unwrap();
    assert!(tenants.verify(&token(ACME)).await.is_ok());
    let bolt = tenants.guard_of(&key(ACME).token(&claims(BOLT).with("aud", "\"x\""))).await.unwrap();
    assert!(bolt.verify(&token(ACME)).await.is_err());
    // The one leaves; what was remembered of it goes with it.
    directory.remove(ACME);
    tenants.forget(ACME);
    assert_eq!(tenants.verify(&token(ACME)).await.unwrap_err().status(), 401);
}

#[tokio::test]
async fn a_guard_that_does_not_accept_the_issuer_is_refused_loudly_and_admits_no_caller() {
    let clock = ManualClock::new();
    let key = || VerifyingKey::secret(Algorithm::Hs256, secret(ACME)).unwrap();
    let of_any = JwtGuard::builder().key(key()).audience(audience(ACME)).clock(clock.clone());
    let cases = [
        ("of another tenant", tenant(BOLT, &clock), "a guard for \"https://bolt.example\""),
        ("of any issuer", of_any, "a guard for any issuer"),
        ("the default one", staff(&clock), "a guard for \"https://id.example\""),
        (
            "with other places of tokens",
            tenant(ACME, &clock).locations([TokenLocation::header("x-token")]),
            "looks for tokens in other places",
        ),
        (
            "whose logouts could end tokens of others",
            JwtGuard::builder()
                .key(key())
                .issuer(ACME)
                .audience(audience(ACME))
                .clock(clock.clone())
                .token_store(jwt_guard::store::MemoryStore::new()),
            "a logout ends no token of another tenant",
        ),
        ("that hides tokens", tenant(ACME, &clock).strip_credentials(), "treats them in another way"),
    ];
    for (what, guard, reason) in cases {
        let directory = Directory::of([(ACME, guard.build().unwrap())]);
        let tenants = Tenants::builder(staff(&clock).build().unwrap(), directory.clone()).build().unwrap();
        let server = Server::start(app().with_tenants(tenants).into_axum()).await;
        for path in ["/me", "/open", "/hidden"] {
            let log = events::capture();
            server.send(bearer(path, &token(ACME))).await.is(Outcome::SERVER_ERROR);
            let logged = log.only();
            assert_eq!(
                (logged.level, logged.field("code")),
                (Level::ERROR, Some("tenant_guard_unfit")),
                "{what}"
            );
            assert!(logged.field("reason").is_some_and(|text| text.contains(reason)), "{what}: {logged:?}");
        }
        // It is remembered for a short while only.
        assert_eq!(directory.calls(), 1, "{what}");
        directory.set(ACME, tenant(ACME, &clock).build().unwrap());
        clock.advance(secs(5));
        assert_eq!(server.get("/me", &token(ACME)).await.status, 200, "{what}");
    }
}

/// A cookie that was set with one path or domain is not cleared with another one.
#[tokio::test]
async fn a_guard_that_sets_its_cookies_in_another_way_is_refused_loudly() {
    let clock = ManualClock::new();
    let ours = || CookieSettings::new().refresh_path("/auth");
    let theirs =
        [ours().refresh_path("/other"), ours().domain("example"), ours().same_site(SameSite::Strict)];
    for (settings, status) in theirs.map(|settings| (settings, 500)).into_iter().chain([(ours(), 200)]) {
        let guard = tenant(ACME, &clock).cookies(settings).build().unwrap();
        let default = staff(&clock).cookies(ours()).build().unwrap();
        let tenants = Tenants::builder(default, Directory::of([(ACME, guard)])).build().unwrap();
        let server = Server::start(app().with_tenants(tenants).into_axum()).await;
        assert_eq!(server.get("/me", &token(ACME)).await.status, status);
    }
}

#[tokio::test]
async fn a_guard_that_cannot_be_built_is_refused_loudly() {
    let clock = ManualClock::new();
    let clock_of_tenants = clock.clone();
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), move |issuer: String| {
        let clock = clock_of_tenants.clone();
        async move {
            let build = move || tenant(&issuer, &clock).realm("a\nb").build();
            Ok::<_, ResolverError>(Some(Tenant::versioned(1, build)))
        }
    });
    let server = Server::start(app().with_tenants(tenants.build().unwrap()).into_axum()).await;
    let log = events::capture();
    server.get("/me", &token(ACME)).await.is(Outcome::SERVER_ERROR);
    let logged = log.only();
    assert_eq!(logged.field("code"), Some("tenant_guard_unfit"));
    let reason = logged.field("reason").unwrap();
    assert!(reason.contains("the guard of the tenant") && reason.contains("realm"), "{reason}");
}

#[test]
fn a_default_guard_of_any_issuer_is_a_mistake_at_start_up() {
    let any = guard(Algorithm::Hs256).build().unwrap();
    let problem = Tenants::builder(any, Directory::of([])).build().unwrap_err().to_string();
    assert!(problem.contains("accepts tokens of any issuer") && problem.contains(".issuer(..)"), "{problem}");
}
