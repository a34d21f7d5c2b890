//! Which guard decides about a token, and what a client and the log are told.

use jwt_guard::policy::Rule;
use jwt_guard_tests::{Outcome, events};
use tracing::Level;

use super::*;

#[tokio::test]
async fn each_tenant_is_decided_by_its_own_guard_and_everybody_else_by_the_default_one() {
    let town = Town::new().await;
    for _ in 0..2 {
        town.get(&token(ACME)).await.is(Outcome::ok("https://acme.example: ada of https://acme.example"));
        town.get(&token(BOLT)).await.is(Outcome::ok("https://bolt.example: ada of https://bolt.example"));
        town.get(&staff_token()).await.is(Outcome::ok("staff: alice"));
    }
    // Once for each; never for an issuer of the default guard.
    assert_eq!(town.directory.asked(), [ACME, BOLT]);
}

#[tokio::test]
async fn a_token_of_an_unknown_issuer_is_refused_as_one_of_a_wrong_issuer() {
    let town = Town::new().await;
    let alone = Server::start(app().with_guard(staff(&town.clock).build().unwrap()).into_axum()).await;
    for path in ["/me", "/open", "/hidden"] {
        let log = events::capture();
        let answer = town.server.send(bearer(path, &token(STRANGER))).await;
        let logged = log.only();
        let wrong = alone
            .send(bearer(path, &jwt_guard_tests::token(&[("iss", "\"https://stranger.example\"")])))
            .await;
        assert_eq!((answer.status, &answer.body), (wrong.status, &wrong.body), "{path}");
        assert_eq!(answer.header("www-authenticate"), wrong.header("www-authenticate"), "{path}");
        assert_eq!(logged.level, Level::INFO);
        for (field, expected) in [
            ("code", "unknown_tenant"),
            ("reason", "the issuer of the token is not a tenant"),
            ("expected", "a tenant's, or \"https://id.example\""),
            ("found", "\"https://stranger.example\""),
            ("iss", "https://stranger.example"),
            ("setting", "TenantResolver"),
        ] {
            assert_eq!(logged.field(field), Some(expected), "{path}: {logged:?}");
        }
    }
    town.get(&token(STRANGER)).await.is(Outcome::BAD_TOKEN);
    // It is remembered.
    assert_eq!(town.directory.asked(), [STRANGER]);
}

#[tokio::test]
async fn a_policy_that_is_only_reported_admits_a_token_of_an_unknown_issuer_as_anonymous() {
    let town = Town::new().await;
    let log = events::capture();
    town.server.send(bearer("/tried", &token(STRANGER))).await.is(Outcome::ok("staff: a stranger"));
    let logged = log.only();
    assert_eq!((logged.level, logged.field("code")), (Level::WARN, Some("unknown_tenant")));
    let ada = bearer("/tried", &token(ACME));
    town.server.send(ada).await.is(Outcome::ok("https://acme.example: ada of https://acme.example"));
    const TRIED: Rule = Rule::authenticated().report_only();
    let caller = town.tenants.verify_by(&token(STRANGER), const { &TRIED }).await.unwrap();
    assert!(!caller.is_authenticated());
    // What is not a verdict is answered as always.
    town.directory.mode(Mode::Fails);
    let unknown = "https://later.example";
    assert_eq!(town.server.send(bearer("/tried", &token(unknown))).await.status, 503);
}

#[tokio::test]
async fn a_handler_that_ignores_credentials_has_the_default_guard_and_asks_no_resolver() {
    let town = Town::new().await;
    town.directory.mode(Mode::Fails);
    for token in [token(ACME), token(STRANGER), "a.b.c".to_owned()] {
        town.server.send(bearer("/ignored", &token)).await.is(Outcome::ok("staff"));
    }
    assert_eq!(town.directory.calls(), 0);
}

#[tokio::test]
async fn an_open_page_knows_the_callers_of_tenants() {
    let town = Town::new().await;
    town.server
        .send(bearer("/open", &token(ACME)))
        .await
        .is(Outcome::ok("https://acme.example: ada of https://acme.example"));
    town.server.send(Request::get("/open")).await.is(Outcome::ok("staff: a stranger"));
    town.server.send(bearer("/open", &token(STRANGER))).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn outside_of_a_request_the_guard_of_the_tenant_decides_too() {
    let town = Town::new().await;
    let caller = town.tenants.verify(&token(ACME)).await.unwrap();
    assert_eq!(caller.subject(), Some("ada of https://acme.example"));
    assert_eq!(town.tenants.guard_of(&token(BOLT)).await.unwrap().name(), BOLT);
    assert_eq!(town.tenants.guard_of("").await.unwrap().name(), "staff");
    assert_eq!(town.tenants.verify("").await.unwrap_err().status(), 401);
    assert!(town.tenants.explain(&token(ACME)).await.unwrap().is_accepted());

    let log = events::capture();
    let refused = town.tenants.verify(&token(STRANGER)).await.unwrap_err();
    assert_eq!((refused.status().as_u16(), refused.code()), (401, Some("invalid_token")));
    let logged = log.only();
    assert_eq!(logged.field("code"), Some("unknown_tenant"));
    assert_eq!(logged.field("method"), None);

    const IGNORED: Rule = Rule::anonymous().credentials_ignored();
    let calls = town.directory.calls();
    assert!(
        !town.tenants.verify_by(&token("https://new.example"), &IGNORED).await.unwrap().is_authenticated()
    );
    assert_eq!(town.directory.calls(), calls);
}

#[tokio::test]
async fn a_handler_refuses_and_loads_users_by_the_guard_of_the_tenant() {
    use jwt_guard::respond::Rejection;
    use jwt_guard::{Claims, extract::CurrentUser};

    #[jwt_guard::authentication_required]
    async fn user(guard: JwtGuard, user: CurrentUser<String>) -> Result<String, Rejection> {
        if user.contains("acme") { Ok(user.to_string()) } else { Err(guard.forbid("not acme")) }
    }
    let clock = ManualClock::new();
    let with_users = |issuer: &'static str| {
        let key = VerifyingKey::secret(Algorithm::Hs256, secret(issuer)).unwrap();
        let trusted = TrustedIssuer::new(issuer).key(key).audience(audience(issuer)).same_users();
        JwtGuard::builder()
            .trust(trusted)
            .realm(issuer)
            .clock(clock.clone())
            .load_user(move |claims: Claims| async move {
                Ok::<_, std::convert::Infallible>(Some(format!("{issuer} has {}", claims.subject())))
            })
            .build()
            .unwrap()
    };
    let directory = Directory::of([ACME, BOLT].map(|issuer| (issuer, with_users(issuer))));
    let tenants = Tenants::builder(staff(&clock).build().unwrap(), directory).build().unwrap();
    let router = Router::new().route("/user", routing::get(user)).with_tenants(tenants);
    let server = Server::start(router.into_axum()).await;
    server
        .get("/user", &token(ACME))
        .await
        .is(Outcome::ok("https://acme.example has ada of https://acme.example"));
    let refused = server.get("/user", &token(BOLT)).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.header("www-authenticate"), Some(r#"Bearer realm="https://bolt.example""#));
}
