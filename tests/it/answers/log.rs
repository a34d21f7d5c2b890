//! What the log learns: everything but the token.

use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, routing};
use jwt_guard_tests::events::{Logged, capture};
use jwt_guard_tests::{ManualClock, Payload, Request, Server, SigningKey, guard, hs256, token};
use tracing::Level;

#[tokio::test]
async fn a_refusal_is_logged_once_with_policy_route_handler_and_reason() {
    let server = serve(hs256()).await;
    let events = capture();
    server.send(Request::get("/orders/7")).await;
    let logged = events.only();
    assert_eq!(logged.level, Level::INFO);
    assert_eq!(logged.field("message"), Some("denied"));
    assert_eq!(logged.field("method"), Some("GET"));
    assert_eq!(logged.field("route"), Some("/orders/{id}"));
    assert_eq!(logged.field("handler"), Some("it::answers::log::order"));
    assert_eq!(logged.field("policy"), Some(r#"requires(scope = "orders:read", role = "clerk")"#));
    assert_eq!(logged.field("reason"), Some("the request carries no token"));
    assert_eq!(logged.field("token"), None);
}

#[tokio::test]
async fn every_reason_is_told_in_the_log_and_the_token_is_only_a_fingerprint() {
    let server = serve(hs256()).await;
    let key = SigningKey::of(Algorithm::Hs256);
    let header = |text: &str| key.token_of(text, Payload::good().to_string().as_bytes());
    let cases = [
        ("a.b.c".to_owned(), "the header is not one plain JSON object in base64url"),
        ("abc".to_owned(), "the token has no dots, so it is not a JWT: it is opaque, or not a token"),
        ("a.b".to_owned(), "the token is not three base64url segments"),
        (
            "a.b.c.d.e".to_owned(),
            "the token has five parts, so it is encrypted (JWE); only signed tokens (JWS) are accepted",
        ),
        ("x".repeat(20_000), "the token is longer than the guard allows"),
        (header(r#"{"alg":"none"}"#), "the header names no algorithm that a key of this guard is bound to"),
        (header(r#"{"alg":"HS384"}"#), "the key of the token is bound to another algorithm (`alg`)"),
        (header(&key.header_with("crit", "[]")), "the header parameter `crit` is not acceptable"),
        (header(&key.header_with("typ", "\"dpop+jwt\"")), "the token is of another kind (`typ`)"),
        (
            SigningKey::hmac(Algorithm::Hs256, &[1; 32]).token(&Payload::good()),
            "the signature does not match",
        ),
        (token(&[("aud", "\"b\"")]), "the token is for another audience (`aud`)"),
        (token(&[("exp", "")]), "the claim `exp` is missing"),
        (token(&[("jti", "5")]), "the claim `jti` has the wrong type or value"),
        (
            token(&[("cnf", "{}")]),
            "the token is bound to a key of its holder (`cnf`), so it is not a bearer token",
        ),
        (token(&[("iat", "1799990000"), ("exp", "1799999000")]), "the token has expired"),
    ];
    for (token, reason) in cases {
        let events = capture();
        server.get("/me", &token).await;
        let logged = events.only();
        assert_eq!(logged.field("reason"), Some(reason));
        let fingerprint = logged.field("token").unwrap();
        assert!(fingerprint.len() == 16 && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
        tells_nothing_of(&logged, &token);
    }
}

#[tokio::test]
async fn one_token_has_one_fingerprint_and_two_have_two() {
    let server = serve(hs256()).await;
    let mut fingerprints = Vec::new();
    for token in ["a.b.c", "a.b.c", "a.b.d"] {
        let events = capture();
        server.get("/me", token).await;
        fingerprints.push(events.only().field("token").unwrap().to_owned());
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
    assert_ne!(fingerprints[0], fingerprints[2]);
}

#[tokio::test]
async fn a_missing_scope_is_logged_with_the_jti_and_what_would_help() {
    let server = serve(hs256()).await;
    let events = capture();
    let token = token(&[("jti", "\"t-77\""), ("roles", r#"["clerk"]"#)]);
    server.get("/orders/7", &token).await;
    let logged = events.only();
    assert_eq!(logged.field("jti"), Some("t-77"));
    assert_eq!(logged.field("scopes"), Some("orders:read"));
    assert_eq!(logged.field("reason"), Some("the token lacks a scope"));
    tells_nothing_of(&logged, &token);
}

#[tokio::test]
async fn a_missing_login_is_logged_beside_the_scopes_that_are_missing_too() {
    #[jwt_guard::requires(scope = "orders:write", fresh)]
    async fn change() {}

    let app: Router = Router::new().route("/change", routing::get(change)).with_guard(hs256());
    let server = Server::start(app).await;
    for (claims, scopes, reason) in [
        (
            vec![],
            Some("orders:write"),
            "the login of the caller is too old or too weak, and the token lacks a scope",
        ),
        (vec![("scope", "\"orders:write\"")], None, "the login of the caller is too old or too weak"),
    ] {
        let events = capture();
        server.get("/change", &token(&claims)).await;
        let logged = events.only();
        assert_eq!(logged.field("scopes"), scopes);
        assert_eq!(logged.field("fresh"), Some("true"));
        assert_eq!(logged.field("reason"), Some(reason));
    }
    let events = capture();
    server.get("/change", &token(&[("fresh", "true")])).await;
    assert_eq!(events.only().field("fresh"), None, "this caller did log in just now");
}

#[tokio::test]
async fn an_admission_is_logged_at_debug_without_the_token() {
    let server = serve(hs256()).await;
    let events = capture();
    let token = token(&[("jti", "\"t-78\"")]);
    server.get("/me", &token).await;
    let logged = events.only();
    assert_eq!(logged.level, Level::DEBUG);
    assert_eq!(logged.field("message"), Some("admitted"));
    assert_eq!(logged.field("jti"), Some("t-78"));
    assert_eq!(logged.field("policy"), Some("authentication_required"));
    tells_nothing_of(&logged, &token);
}

#[tokio::test]
async fn a_hostile_kid_is_shown_with_its_escapes_on_one_line() {
    let named = SigningKey::of(Algorithm::Hs256).verifying().with_id("known");
    let guard = JwtGuard::builder().key(named).audience("orders").clock(ManualClock::new());
    let server = serve(guard.build().unwrap()).await;
    let key = SigningKey::of(Algorithm::Hs256);
    let payload = Payload::good().to_string();
    let kid = "a\\\"b\\\\ \u{202e}\u{2028}c denied=false";
    let events = capture();
    server
        .get("/me", &key.token_of(&key.header_with("kid", &format!("\"{kid}\"")), payload.as_bytes()))
        .await;
    let logged = events.only();
    let reason = "no key has the name that the token gives (`kid`); a key without an id gets it by `with_id`";
    assert_eq!(logged.field("reason"), Some(reason));
    let shown = logged.field("kid").unwrap();
    assert!(shown.is_ascii() && !shown.contains('\n'), "{shown}");
    assert_eq!(shown, r#"a\"b\\ \u{202e}\u{2028}c denied=false"#);
    // One with a line break is not a name.
    let events = capture();
    server.get("/me", &key.token_of(&key.header_with("kid", r#""a\nb""#), payload.as_bytes())).await;
    let logged = events.only();
    assert_eq!(logged.field("reason"), Some("the header parameter `kid` is not acceptable"));
    assert_eq!(logged.field("kid"), Some(r"a\nb"));
}

#[tokio::test]
async fn a_refused_token_is_logged_with_its_kid_before_and_after_its_header_was_good() {
    let key = SigningKey::of(Algorithm::Hs256);
    let guard =
        JwtGuard::builder().key(key.verifying().with_id("2026")).audience("orders").clock(ManualClock::new());
    let server = serve(guard.build().unwrap()).await;
    let header = key.header_with("kid", "\"2026\"");
    let with = |payload: Payload| key.token_of(&header, payload.to_string().as_bytes());
    for _ in 0..2 {
        let events = capture();
        server.get("/me", &with(Payload::good().with("aud", "\"other\""))).await;
        assert_eq!(events.only().field("kid"), Some("2026"));
        assert_eq!(server.get("/me", &with(Payload::good())).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_in_the_query_or_a_cookie_does_not_reach_the_log_either() {
    let guard = guard(Algorithm::Hs256)
        .locations([TokenLocation::cookie("t")])
        .danger()
        .query_parameter("q", "a test");
    let server = serve(guard.build().unwrap()).await;
    let token = token(&[("aud", "\"other\"")]);
    for request in [
        Request::get("/me").header("cookie", format!("t={token}")),
        Request::get(&format!("/me?q={token}")),
        Request::get(&format!("/me?q={token}")).header("cookie", format!("t={token}")),
    ] {
        let events = capture();
        server.send(request).await;
        tells_nothing_of(&events.only(), &token);
    }
}

#[tokio::test]
async fn claims_that_do_not_fit_a_type_are_logged_apart_from_bad_tokens() {
    let server = serve(hs256()).await;
    let events = capture();
    let token = token(&[("tenant", "5")]);
    server.get("/tenant", &token).await;
    let events = events.take();
    let logged = events.last().unwrap();
    assert_eq!(logged.level, Level::WARN);
    assert_eq!(logged.field("handler"), Some("it::answers::log::tenant"));
    let reason = logged.field("reason").unwrap();
    assert!(reason.starts_with("the claims do not fit the type `it::answers::log::"), "{reason}");
    assert!(reason.contains("data error at line 1 column "), "{reason}");
    events.iter().for_each(|logged| tells_nothing_of(logged, &token));
}

#[tokio::test]
async fn no_claim_is_quoted_where_claims_do_not_fit_and_no_line_begins_in_the_log() {
    let server = serve(hs256()).await;
    for value in [r#"["secret@mail\n2026-11-28 INFO admitted"]"#, r#"{"secret@mail":1}"#, "5"] {
        let events = capture();
        server.get("/tenant", &token(&[("tenant", value)])).await;
        for logged in events.take() {
            let text = format!("{:?}", logged.fields);
            assert!(!text.contains("secret@mail") && !text.contains("INFO admitted"), "{text}");
            assert!(logged.fields.iter().all(|(_, value)| !value.contains('\n')), "{logged:?}");
        }
    }
}

/// Neither the token nor a part of it that could be told from chance.
#[track_caller]
fn tells_nothing_of(logged: &Logged, token: &str) {
    let text = format!("{logged:?}");
    for segment in token.split('.').chain([token]).filter(|segment| segment.len() > 8) {
        assert!(!text.contains(segment), "{text}");
        assert!(!text.contains(&segment[..8]), "{text}");
        assert!(!text.contains(&segment[segment.len() - 8..]), "{text}");
    }
}

async fn serve(guard: JwtGuard) -> Server {
    let router = Router::new()
        .route("/me", routing::get(me))
        .route("/orders/{id}", routing::get(order))
        .route("/tenant", routing::get(tenant));
    Server::start(router.with_guard(guard).into_axum()).await
}

#[jwt_guard::authentication_required]
async fn me() {}

#[jwt_guard::requires(scope = "orders:read", role = "clerk")]
async fn order() {}

#[derive(serde::Deserialize)]
struct Tenant {
    tenant: String,
}

#[jwt_guard::authentication_required]
async fn tenant(claims: Claims<Tenant>) -> String {
    claims.tenant.clone()
}
