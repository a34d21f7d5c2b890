//! Conditions on claims that are malformed, absent or good: over HTTP, cold and remembered, and what the log learns.

use jwt_guard::{Algorithm, JwtGuard, Principal, Router, authentication_required, requires, routing};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{Server, guard, token};
use tracing::Level;

#[requires(not(role = "suspended"))]
async fn role() {}

#[requires(not(scope = "suspended"))]
async fn scope() {}

#[requires(not(claim("suspended") = true))]
async fn truth() {}

#[requires(not(claim("status") = "suspended"))]
async fn text() {}

#[requires(not(claim("level") = 3))]
async fn number() {}

#[requires(not(claim("account", "suspended") = true))]
async fn nested() {}

#[requires(not(fresh))]
async fn stale() {}

#[requires(any(role = "clerk", not(role = "suspended")))]
async fn either() {}

#[requires(role = "clerk")]
async fn clerk() {}

#[requires(scope = "orders:read")]
async fn reader() {}

#[authentication_required]
async fn unreadable(caller: Principal) -> String {
    format!("{:?} {:?}", caller.scopes().unreadable_claim(), caller.roles().unreadable_claim())
}

fn router() -> Router {
    Router::new()
        .route("/role", routing::get(role))
        .route("/scope", routing::get(scope))
        .route("/truth", routing::get(truth))
        .route("/text", routing::get(text))
        .route("/number", routing::get(number))
        .route("/nested", routing::get(nested))
        .route("/stale", routing::get(stale))
        .route("/either", routing::get(either))
        .route("/clerk", routing::get(clerk))
        .route("/reader", routing::get(reader))
        .route("/unreadable", routing::get(unreadable))
}

/// Every form in which a claim cannot be read: the route, the claim, and its value.
const MALFORMED: [(&str, &str, &str); 48] = [
    ("/role", "roles", r#"["suspended",7]"#),
    ("/role", "roles", r#"["suspended",null]"#),
    ("/role", "roles", r#"[null]"#),
    ("/role", "roles", r#""suspended clerk""#),
    ("/role", "roles", r#""suspended,clerk""#),
    ("/role", "roles", r#""suspended\tclerk""#),
    ("/role", "roles", r#""suspended ""#),
    ("/role", "roles", r#"[["suspended"]]"#),
    ("/role", "roles", r#"[{"name":"suspended"}]"#),
    ("/role", "roles", r#"{"suspended":true}"#),
    ("/role", "roles", r#"{}"#),
    ("/role", "roles", r#"["suspended\u0000"]"#),
    ("/role", "roles", r#"["suspended "]"#),
    ("/role", "roles", "7"),
    ("/role", "roles", "false"),
    ("/either", "roles", r#"["clerk",7]"#),
    ("/clerk", "roles", r#"["clerk",7]"#),
    ("/clerk", "roles", r#""clerk,admin""#),
    ("/scope", "scope", r#""a\tsuspended""#),
    ("/scope", "scope", r#""a\nsuspended""#),
    ("/scope", "scope", r#""a suspended\u00e9""#),
    ("/scope", "scope", r#"["a","suspended",1]"#),
    ("/scope", "scope", r#"["a suspended"]"#),
    ("/scope", "scope", r#"["a",""]"#),
    ("/scope", "scope", r#"{"suspended":true}"#),
    ("/scope", "scope", "1"),
    ("/scope", "scp", r#"["suspended",null]"#),
    ("/scope", "scp", r#"[["suspended"]]"#),
    ("/reader", "scp", r#"["orders:read",7]"#),
    ("/truth", "suspended", "1"),
    ("/truth", "suspended", r#""true""#),
    ("/truth", "suspended", "{}"),
    ("/truth", "suspended", "[true,1]"),
    ("/truth", "suspended", "[[true]]"),
    ("/truth", "suspended", "[null]"),
    ("/text", "status", "7"),
    ("/text", "status", r#"["suspended",7]"#),
    ("/text", "status", r#"{"suspended":true}"#),
    ("/number", "level", r#""3""#),
    ("/number", "level", "3.0"),
    ("/number", "level", "3e0"),
    ("/number", "level", "true"),
    ("/nested", "account", "true"),
    ("/nested", "account", r#"[{"suspended":true}]"#),
    ("/nested", "account", r#"{"suspended":"true"}"#),
    ("/stale", "fresh", r#""true""#),
    ("/stale", "fresh", "1"),
    ("/stale", "fresh", "[true]"),
];

#[tokio::test]
async fn every_malformed_claim_is_refused_and_named_in_the_log_cold_and_remembered() {
    let server = serve(guard(Algorithm::Hs256).build().unwrap()).await;
    for (route, claim, value) in MALFORMED {
        let token = token(&[(claim, value)]);
        for warmth in ["cold", "remembered"] {
            let events = capture();
            let answer = server.get(route, &token).await;
            let logged = events.only();
            assert_eq!(answer.status, 403, "{route} {claim}={value} {warmth}");
            assert_eq!(
                answer.header("www-authenticate"),
                Some("Bearer realm=\"api\""),
                "{route} {claim}={value}"
            );
            assert_eq!(logged.level, Level::INFO);
            let named = if claim == "account" { "account.suspended" } else { claim };
            assert_eq!(logged.field("malformed"), Some(named), "{route} {claim}={value} {warmth}");
            let reason = logged.field("reason").unwrap();
            assert!(reason.contains("malformed") && reason.contains(&format!("`{named}`")), "{reason}");
            assert!(
                !answer.body.contains("malformed") && !answer.body.contains("suspended"),
                "{}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn who_has_what_a_not_forbids_is_refused_in_every_readable_form() {
    let server = serve(guard(Algorithm::Hs256).build().unwrap()).await;
    for (route, claim, value) in [
        ("/role", "roles", r#"["suspended"]"#),
        ("/role", "roles", r#"["clerk","suspended"]"#),
        ("/role", "roles", r#""suspended""#),
        ("/scope", "scope", r#""a suspended""#),
        ("/scope", "scp", r#"["a","suspended"]"#),
        ("/truth", "suspended", "true"),
        ("/truth", "suspended", "[true]"),
        ("/text", "status", r#"["active","suspended"]"#),
        ("/number", "level", "3"),
        ("/nested", "account", r#"{"suspended":true}"#),
        ("/stale", "fresh", "true"),
    ] {
        let answer = server.get(route, &token(&[(claim, value)])).await;
        assert_eq!(answer.status, 403, "{route} {claim}={value}");
    }
}

#[tokio::test]
async fn a_not_lets_in_who_lacks_the_claim() {
    let server = serve(guard(Algorithm::Hs256).build().unwrap()).await;
    for (route, claim) in [
        ("/role", "roles"),
        ("/scope", "scope"),
        ("/truth", "suspended"),
        ("/text", "status"),
        ("/number", "level"),
        ("/nested", "account"),
        ("/stale", "fresh"),
    ] {
        for value in ["", "null"] {
            let answer = server.get(route, &token(&[(claim, value)])).await;
            assert_eq!(answer.status, 200, "{route} {claim}={value}");
        }
    }
    assert_eq!(server.get("/nested", &token(&[("account", r#"{"suspended":null}"#)])).await.status, 200);
    assert_eq!(server.get("/role", &token(&[("roles", "[]")])).await.status, 200);
}

#[tokio::test]
async fn what_a_readable_claim_grants_counts_beside_a_malformed_one() {
    let server = serve(guard(Algorithm::Hs256).build().unwrap()).await;
    let both = token(&[("scope", "\"orders:read\""), ("scp", "[7]")]);
    assert_eq!(server.get("/reader", &both).await.status, 200);
    assert_eq!(server.get("/scope", &both).await.status, 403);
    assert_eq!(server.get("/unreadable", &both).await.body, r#"Some("scp") None"#);
    let neither = token(&[("scope", "7"), ("scp", "[7]"), ("roles", "{}")]);
    assert_eq!(server.get("/unreadable", &neither).await.body, r#"Some("scope, scp") Some("roles")"#);
}

async fn serve(guard: JwtGuard) -> Server {
    Server::start(router().with_guard(guard).into_axum()).await
}
