//! What a token cannot say of itself: authority that its issuer was not asked for, and logins of other issuers.

use axum::body::Body;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::policy::{DenyAs, Policy, Rule};
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, TrustedIssuer, authentication_required, requires, routing,
};
use jwt_guard_tests::{
    AUDIENCE, ISSUER, ManualClock, Payload, Request, Server, SigningKey, guard, oneshot, token,
};
use serde_json::{Value, json};

#[authentication_required]
async fn me(caller: Principal, claims: Claims) -> String {
    let roles: Vec<_> = caller.roles().iter().collect();
    format!("{}; {}; {}", caller.scopes(), roles.join(" "), claims.client_id().unwrap_or("anonymous"))
}

#[requires(fresh)]
async fn fresh() {}

struct Hidden;

impl Policy for Hidden {
    const RULE: Rule = Rule::authenticated()
        .with_requirement(jwt_guard::policy::Requirement::Role("clerk"))
        .with_deny_as(DenyAs::NotFound);
}

struct Page;

impl Policy for Page {
    const RULE: Rule = Rule::authenticated().with_redirect("/login");
}

#[requires(policy = Hidden)]
async fn hidden() {}

#[requires(any(role = "manager", policy = Hidden))]
async fn hidden_in_a_group() {}

#[requires(policy = Page)]
async fn page() {}

#[authentication_required]
async fn change() {}

const PARTNER: &str = "https://partner.example";

fn router() -> Router {
    Router::new()
        .route("/me", routing::get(me))
        .route("/fresh", routing::get(fresh))
        .route("/hidden", routing::get(hidden))
        .route("/group", routing::get(hidden_in_a_group))
        .route("/page", routing::get(page))
        .route("/change", routing::post(change))
}

fn issuing() -> jwt_guard::setup::Builder<jwt_guard::setup::HasKeys, jwt_guard::setup::HasAudience> {
    let key = jwt_guard::SigningKey::secret(Algorithm::Hs256, *b"kM3vQ0dJ8xN5rT2wB7zL4hF9cG1mY6pX").unwrap();
    JwtGuard::builder().signing_key(key).issuer(ISSUER).audience(AUDIENCE).clock(ManualClock::new())
}

#[tokio::test]
async fn custom_claims_grant_nothing_wherever_the_guard_reads_scopes_and_roles() {
    let guard = issuing()
        .scope_claim(["permissions"])
        .role_claim(["realm", "roles"])
        .role_claim(["groups"])
        .build()
        .unwrap();
    let issuer = guard.issuer().unwrap();
    for (claim, setter) in [
        ("scope", "scopes"),
        ("scp", "scopes"),
        ("permissions", "scopes"),
        ("roles", "roles"),
        ("realm", "roles"),
        ("groups", "roles"),
    ] {
        for refused in [
            issuer.access("mallory").claim(claim, ["admin"]).sign().unwrap_err(),
            issuer.access("mallory").claims(json!({ "nickname": "m", claim: ["admin"] })).sign().unwrap_err(),
        ] {
            let text = refused.to_string();
            assert!(
                text.contains(&format!("`{claim}`")) && text.contains(&format!("`.{setter}(..)`")),
                "{text}"
            );
        }
        let login = guard.login("mallory").claims(json!({ claim: ["admin"] })).respond().await;
        assert!(login.is_err(), "{claim}");
    }
    let token =
        issuer.access("alice").scopes(["a", "b"]).roles(["clerk"]).claim("tenant", "acme").sign().unwrap();
    let app = router().with_guard(guard).into_axum();
    let server = Server::start(app).await;
    assert_eq!(server.get("/me", token.as_str()).await.body, format!("a b; clerk; {AUDIENCE}"));
}

#[tokio::test]
async fn a_user_who_is_called_as_a_client_is_not_the_client() {
    let guard = issuing().build().unwrap();
    let token = guard.issuer().unwrap().access("billing-batch").sign().unwrap();
    let server = Server::start(router().with_guard(guard).into_axum()).await;
    assert_eq!(server.get("/me", token.as_str()).await.body, format!("; ; {AUDIENCE}"));
}

#[tokio::test]
async fn other_issuers_say_nothing_of_logins_unless_they_are_believed() {
    let key = SigningKey::of(Algorithm::Es256);
    let partner = || TrustedIssuer::new(PARTNER).key(key.verifying()).audience(AUDIENCE);
    let payload =
        Payload::good().with("iss", &format!("\"{PARTNER}\"")).with("fresh", "true").with("csrf", "\"c\"");
    let token = key.token(&payload);
    for (trusted, status) in [(partner(), [401, 403]), (partner().login_claims(), [200, 200])] {
        let cookies = CookieSettings::new();
        let guard = issuing().trust(trusted).cookies(cookies).build().unwrap();
        let app = router().with_guard(guard).into_axum();
        let server = Server::start(app.clone()).await;
        assert_eq!(server.get("/fresh", &token).await.status.as_u16(), status[0]);
        let change = http::Request::post("/change")
            .header("host", "localhost")
            .header("origin", "https://localhost")
            .header("cookie", format!("__Host-access_token={token}"))
            .header("x-csrf-token", "c");
        let answer = oneshot(&app, change.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status[1], "{}", answer.body);
    }
    // The guard's own issuer is believed.
    let server =
        Server::start(router().with_guard(guard(Algorithm::Hs256).build().unwrap()).into_axum()).await;
    assert_eq!(server.get("/fresh", &self::token(&[("fresh", "true")])).await.status, 200);
}

#[tokio::test]
async fn a_handler_refuses_as_the_policy_that_it_names() {
    let server =
        Server::start(router().with_guard(guard(Algorithm::Hs256).build().unwrap()).into_axum()).await;
    for path in ["/hidden", "/group"] {
        assert_eq!(server.get(path, &token(&[])).await.status, 404, "{path}");
        assert_eq!(server.send(Request::get(path)).await.status, 404, "{path}");
        assert_eq!(server.get(path, &token(&[("roles", r#"["clerk"]"#)])).await.status, 200, "{path}");
    }
    let browser = server.send(Request::get("/page").header("accept", "text/html")).await;
    assert_eq!(browser.status, 303);
}

#[tokio::test]
async fn no_object_passes_as_a_number_or_as_json_in_a_text() {
    let server =
        Server::start(router().with_guard(guard(Algorithm::Hs256).build().unwrap()).into_axum()).await;
    for name in ["Number", "RawValue"] {
        let object = format!(r#"{{"$serde_json::private::{name}":"1800000600"}}"#);
        for claim in ["exp", "iat", "anything"] {
            let answer = server.get("/me", &token(&[(claim, &object)])).await;
            assert_eq!(answer.status, 401, "{claim} {name}");
        }
        let nested = format!(r#"[{{"x":{object}}}]"#);
        assert_eq!(server.get("/me", &token(&[("anything", &nested)])).await.status, 401, "{name}");
    }
}

#[test]
fn no_lifetime_is_unlimited_by_its_length() {
    for days in [367, 1_000_000] {
        let lifetime = std::time::Duration::from_secs(days * 86_400);
        let error = guard(Algorithm::Hs256).max_lifetime(lifetime).build().unwrap_err().to_string();
        assert!(error.contains("366 days") && error.contains("danger()"), "{error}");
    }
    assert!(guard(Algorithm::Hs256).max_lifetime(std::time::Duration::MAX).build().is_err());
    let year = std::time::Duration::from_secs(366 * 86_400);
    assert!(guard(Algorithm::Hs256).max_lifetime(year).build().is_ok());
    let settings: Value = json!({ "secret": "kM3vQ0dJ8xN5rT2wB7zL4hF9cG1mY6pX", "audience": "orders", "max_lifetime": "90000000d" });
    let settings: jwt_guard::setup::Settings = serde_json::from_value(settings).unwrap();
    assert!(settings.into_builder().build().unwrap_err().to_string().contains("366 days"));
}
