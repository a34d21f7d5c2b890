//! What a handler can read, and that reading it costs one verification.

use std::time::Duration;

use axum::extract::OriginalUri;
use axum::routing::get as axum_get;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, Claims, Principal, Router, policy::TokenSource, routing};
use jwt_guard_tests::{AUDIENCE, ISSUER, ManualClock, NOW, Outcome, Request, Server, guard, hs256, token};

use crate::app;

#[tokio::test]
async fn claims_give_the_registered_ones_by_method_and_the_others_by_deref() {
    let server = serve().await;
    let token = token(&[
        ("jti", "\"t1\""),
        ("client_id", "\"web\""),
        ("nbf", "1799999990"),
        ("tenant", "\"acme\""),
        ("level", "3"),
    ]);
    let told = server.get("/claims", &token).await;
    let expected = format!("alice {ISSUER} {AUDIENCE} {} 1799999990 {} t1 web acme 3", NOW + 600, NOW - 5);
    told.is(Outcome::ok(&expected));
}

#[tokio::test]
async fn claims_that_do_not_fit_the_type_of_the_handler_are_forbidden() {
    let server = serve().await;
    for (tenant, level) in [("", "3"), ("5", "3"), ("null", "3"), ("\"acme\"", "\"3\""), ("\"acme\"", "-1")] {
        let token = token(&[("tenant", tenant), ("level", level)]);
        server.get("/claims", &token).await.is(Outcome::FORBIDDEN);
        server.get("/optional-tenant", &token).await.is(Outcome::FORBIDDEN);
    }
}

#[tokio::test]
async fn only_a_request_without_a_token_has_no_claims() {
    let server = serve().await;
    server.send(Request::get("/optional")).await.is(Outcome::ok("anonymous"));
    let basic = Request::get("/optional").header("authorization", "Basic dXNlcg==");
    server.send(basic).await.is(Outcome::ok("anonymous"));
    server.get("/optional", &token(&[])).await.is(Outcome::ok("alice"));
    for bad in ["a.b.c".to_owned(), token(&[("aud", "\"other\"")]), expired()] {
        server.get("/optional", &bad).await.is(Outcome::BAD_TOKEN);
    }
    for nothing in ["", "Bearer", "bearer   "] {
        let request = Request::get("/optional").header("authorization", nothing);
        server.send(request).await.is(Outcome::ok("anonymous"));
    }
    let malformed = Request::get("/optional").header("authorization", "Bearer a b");
    server.send(malformed).await.is(Outcome::BAD_REQUEST);
}

#[tokio::test]
async fn expired_tokens_and_no_others_are_anonymous_where_the_policy_says_so() {
    let server = serve().await;
    server.send(Request::get("/soft")).await.is(Outcome::ok("anonymous anonymous"));
    server.get("/soft", &expired()).await.is(Outcome::ok("anonymous anonymous"));
    server.get("/soft", &token(&[])).await.is(Outcome::ok("alice alice"));
    let expired_and_more = [
        token(&[("iat", "1799990000"), ("exp", "1799999000"), ("aud", "\"other\"")]),
        token(&[("iat", "1799990000"), ("exp", "1799999000"), ("cnf", "{}")]),
        format!("{}A", expired()),
        "a.b.c".to_owned(),
    ];
    for bad in expired_and_more {
        server.get("/soft", &bad).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn an_expired_token_is_not_softened_by_a_policy_of_another_handler() {
    let server = serve().await;
    for target in ["/optional", "/claims", "/principal"] {
        server.get(target, &expired()).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn a_principal_says_who_calls_and_what_the_token_grants() {
    let server = serve().await;
    server.send(Request::get("/principal")).await.is(Outcome::ok("None None false [] [] None None"));
    let token = token(&[
        ("name", "\"Alice A.\""),
        ("jti", "\"t1\""),
        ("scope", "\"b a\""),
        ("scp", r#"["c"]"#),
        ("roles", r#"["clerk","shift lead"]"#),
    ]);
    server.get("/principal", &token).await.is(Outcome::ok(
        r#"Some("alice") Some("Alice A.") true [b a c] [clerk shift lead] Some("t1") Some(AuthorizationHeader)"#,
    ));
}

#[tokio::test]
async fn scopes_and_roles_of_the_wrong_type_grant_nothing_and_break_nothing() {
    let server = serve().await;
    for (name, value) in [
        ("scope", "5"),
        ("scope", r#"["a",1]"#),
        ("scope", r#"{"a":true}"#),
        ("scp", "null"),
        ("roles", "true"),
        ("roles", r#"[["clerk"]]"#),
    ] {
        server
            .get("/principal", &token(&[(name, value)]))
            .await
            .is(Outcome::ok(r#"Some("alice") Some("alice") true [] [] None Some(AuthorizationHeader)"#));
    }
}

#[tokio::test]
async fn the_subject_and_the_grants_may_be_elsewhere() {
    let guard = guard(Algorithm::Hs256)
        .subject_claim("user")
        .scope_claim(["permissions"])
        .role_claim(["realm_access", "roles"])
        .role_claim(["resource_access", "orders", "roles"]);
    let server = Server::start(routes().with_guard(guard.build().unwrap()).into_axum()).await;
    let token = token(&[
        ("sub", "\"12\""),
        ("user", "\"bob\""),
        ("scope", "\"ignored\""),
        ("permissions", r#"["a"]"#),
        ("roles", r#"["ignored"]"#),
        ("realm_access", r#"{"roles":["r"]}"#),
        ("resource_access", r#"{"orders":{"roles":["o"]},"billing":{"roles":["b"]}}"#),
    ]);
    server
        .get("/principal", &token)
        .await
        .is(Outcome::ok(r#"Some("bob") Some("bob") true [a] [r o] None Some(AuthorizationHeader)"#));
    server.get("/principal", &jwt_guard_tests::token(&[])).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_token_is_verified_once_however_many_extractors_and_layers_ask() {
    let clock = ManualClock::new();
    let guard = guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap();
    let app = routes()
        .layer(guard.require_authentication())
        .with_guard(guard.clone())
        .layer(guard.require_authentication());
    let server = Server::start(app.into_axum()).await;
    server.get("/all", &token(&[])).await.is(Outcome::ok("alice alice alice alice"));
    assert_eq!(clock.reads(), 1);
    clock.advance(Duration::from_secs(1));
    server.get("/all", &token(&[])).await.is(Outcome::ok("alice alice alice alice"));
    assert_eq!(clock.reads(), 2, "another request, another verification");
}

#[tokio::test]
async fn the_inner_of_two_guards_decides_and_takes_nothing_from_the_outer() {
    let outer = hs256();
    let inner = guard(Algorithm::Hs256).audience("billing").realm("billing");
    let strict = jwt_guard::JwtGuard::builder()
        .key(jwt_guard_tests::SigningKey::of(Algorithm::Hs256).verifying())
        .audience("billing")
        .realm("billing")
        .clock(ManualClock::new());
    let (lenient, strict) = (inner.build().unwrap(), strict.build().unwrap());
    let app = Router::new()
        .nest("/lenient", app::router().with_guard(lenient))
        .nest("/strict", app::router().with_guard(strict))
        .merge(app::router())
        .layer(outer.require_authentication());
    let server = Server::start(app.into_axum()).await;
    server.get("/protected", &token(&[])).await.is(app::ALICE);
    server.get("/lenient/protected", &token(&[])).await.is(app::ALICE);
    let refused =
        Outcome { challenge: Some(r#"Bearer realm="billing", error="invalid_token""#), ..Outcome::BAD_TOKEN };
    server.get("/strict/protected", &token(&[])).await.is(refused);
    server.get("/strict/open", &token(&[])).await.is(refused);
    let both = token(&[("aud", r#"["orders","billing"]"#)]);
    server.get("/strict/protected", &both).await.is(app::ALICE);
    // The outer guard has its say first.
    let billing = token(&[("aud", "\"billing\"")]);
    server.get("/strict/protected", &billing).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn what_carried_the_token_is_marked_sensitive_and_nothing_else() {
    let server = serve().await;
    let request = Request::get("/sensitive").bearer(&token(&[])).header("x-other", "1");
    server.send(request).await.is(Outcome::ok("authorization"));
    let guard =
        guard(Algorithm::Hs256).locations([TokenLocation::cookie("t"), TokenLocation::header("X-Api-Key")]);
    let server = Server::start(routes().with_guard(guard.build().unwrap()).into_axum()).await;
    let request = Request::get("/sensitive").header("cookie", format!("t={}", token(&[])));
    server.send(request).await.is(Outcome::ok("cookie"));
    let request = Request::get("/sensitive").header("x-api-key", token(&[]));
    server.send(request).await.is(Outcome::ok("x-api-key"));
    // The second line is the token.
    let request = Request::get("/sensitive").header("x-api-key", "").header("x-api-key", token(&[]));
    server.send(request).await.is(Outcome::ok("x-api-key x-api-key"));
}

#[tokio::test]
async fn stripped_credentials_reach_no_handler_and_the_claims_still_do() {
    let guard = guard(Algorithm::Hs256)
        .locations([TokenLocation::bearer(), TokenLocation::cookie("t")])
        .danger()
        .query_parameter("q", "a test")
        .strip_credentials();
    let server = Server::start(routes().with_guard(guard.build().unwrap()).into_axum()).await;
    let good = token(&[]);
    for request in [
        Request::get("/echo?a=1").bearer(&good).header("cookie", "b=2"),
        Request::get("/echo?a=1").header("cookie", format!("t={good}; b=2")),
        Request::get(&format!("/echo?q={good}&a=1")).header("cookie", "b=2"),
    ] {
        server.send(request).await.is(Outcome::ok("alice /echo?a=1 b=2 -"));
    }
    let kept = serve().await;
    let request = Request::get("/echo?a=1").bearer(&good).header("cookie", "b=2");
    let expected = format!("alice /echo?a=1 b=2 Bearer {good}");
    kept.send(request).await.is(Outcome::ok(&expected));
}

#[tokio::test]
async fn stripped_credentials_are_not_in_the_address_before_nesting_either() {
    #[jwt_guard::authentication_required]
    async fn addresses(uri: http::Uri, OriginalUri(original): OriginalUri) -> String {
        format!("{uri} {original}")
    }

    let inner = || Router::new().route("/echo", routing::get(addresses));
    let app = |guard| Router::new().nest("/a", Router::new().nest("/b", inner())).with_guard(guard);
    let builder = || guard(Algorithm::Hs256).danger().query_parameter("q", "a test");
    let good = token(&[]);
    let target = format!("/a/b/echo?c=1&q={good}&d");
    let stripped = app(builder().strip_credentials().build().unwrap());
    let answer = Server::start(stripped).await.send(Request::get(&target)).await;
    answer.is(Outcome::ok("/echo?c=1&d /a/b/echo?c=1&d"));
    let kept = app(builder().build().unwrap());
    let answer = Server::start(kept).await.send(Request::get(&target)).await;
    let expected = format!("/echo?c=1&q={good}&d /a/b/echo?c=1&q={good}&d");
    answer.is(Outcome::ok(&expected));
}

#[tokio::test]
async fn two_requests_at_once_never_share_a_caller() {
    let server = serve().await;
    let alice = token(&[("scope", "\"a\"")]);
    let bob = token(&[("sub", "\"bob\""), ("scope", "\"b\"")]);
    for _ in 0..20 {
        let (one, two, three) = tokio::join!(
            server.get("/optional", &alice),
            server.get("/optional", &bob),
            server.send(Request::get("/optional")),
        );
        one.is(Outcome::ok("alice"));
        two.is(Outcome::ok("bob"));
        three.is(Outcome::ok("anonymous"));
    }
}

#[tokio::test]
async fn extractors_guard_a_handler_that_carries_no_attribute() {
    let app = axum::Router::new()
        .route("/claims", axum_get(|claims: Claims| async move { claims.subject().to_owned() }))
        .route("/principal", axum_get(|caller: Principal| async move { format!("{:?}", caller.subject()) }))
        .route("/optional", axum_get(|claims: Option<Claims>| async move { claims.is_some().to_string() }))
        .layer(hs256().layer());
    let server = Server::start(app).await;
    for target in ["/claims", "/principal"] {
        server.send(Request::get(target)).await.is(Outcome::NO_TOKEN);
    }
    server.send(Request::get("/optional")).await.is(Outcome::ok("false"));
    for target in ["/claims", "/principal", "/optional"] {
        server.get(target, "a.b.c").await.is(Outcome::BAD_TOKEN);
    }
    server.get("/claims", &token(&[])).await.is(Outcome::ok("alice"));
    server.get("/principal", &token(&[])).await.is(Outcome::ok(r#"Some("alice")"#));
    server.get("/optional", &token(&[])).await.is(Outcome::ok("true"));
}

#[tokio::test]
async fn the_answer_changes_when_the_clock_moves_past_the_expiry() {
    let clock = ManualClock::new();
    let server = app::serve(guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap()).await;
    let token = token(&[]);
    server.get(app::PROTECTED, &token).await.is(app::ALICE);
    clock.advance(Duration::from_secs(600 + 29));
    server.get(app::PROTECTED, &token).await.is(app::ALICE);
    clock.advance(Duration::from_secs(1));
    server.get(app::PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
}

fn expired() -> String {
    token(&[("iat", "1799990000"), ("exp", "1799999000")])
}

async fn serve() -> Server {
    Server::start(routes().with_guard(hs256()).into_axum()).await
}

fn routes() -> Router {
    Router::new()
        .route("/claims", routing::get(claims))
        .route("/optional", routing::get(optional))
        .route("/optional-tenant", routing::get(optional_tenant))
        .route("/soft", routing::get(soft))
        .route("/principal", routing::get(principal))
        .route("/all", routing::get(all))
        .route("/sensitive", routing::get(sensitive))
        .route("/echo", routing::get(echo))
}

#[derive(serde::Deserialize)]
struct Tenant {
    tenant: String,
    level: u8,
}

#[jwt_guard::authentication_required]
async fn claims(claims: Claims<Tenant>) -> String {
    let seconds = |time: std::time::SystemTime| time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    format!(
        "{} {} {} {} {} {} {} {} {} {}",
        claims.subject(),
        claims.issuer().unwrap(),
        claims.audience().collect::<Vec<_>>().join(" "),
        seconds(claims.expires_at()),
        claims.not_before().map(seconds).unwrap(),
        claims.issued_at().map(seconds).unwrap(),
        claims.token_id().unwrap(),
        claims.client_id().unwrap(),
        claims.tenant,
        claims.level,
    )
}

#[jwt_guard::anonymous_allowed]
async fn optional(claims: Option<Claims>) -> String {
    claims.map_or_else(|| "anonymous".to_owned(), |claims| claims.subject().to_owned())
}

#[jwt_guard::anonymous_allowed]
async fn optional_tenant(claims: Option<Claims<Tenant>>) -> String {
    claims.map_or_else(|| "anonymous".to_owned(), |claims| claims.tenant.clone())
}

#[jwt_guard::anonymous_allowed(expired = "anonymous")]
async fn soft(claims: Option<Claims>, caller: Principal) -> String {
    let claimed = claims.map_or_else(|| "anonymous".to_owned(), |claims| claims.subject().to_owned());
    format!("{claimed} {}", caller.subject().unwrap_or("anonymous"))
}

#[jwt_guard::anonymous_allowed]
async fn principal(caller: Principal) -> String {
    let by: Option<TokenSource> = caller.authenticated_by();
    format!(
        "{:?} {:?} {} [{}] [{}] {:?} {by:?}",
        caller.subject(),
        caller.display_name(),
        caller.is_authenticated(),
        caller.scopes(),
        caller.roles(),
        caller.token_id(),
    )
}

#[jwt_guard::authentication_required]
async fn all(one: Claims, two: Option<Claims>, three: Principal, four: Claims) -> String {
    let two = two.unwrap();
    format!("{} {} {} {}", one.subject(), two.subject(), three.subject().unwrap_or_default(), four.subject())
}

#[jwt_guard::authentication_required]
async fn sensitive(headers: HeaderMap) -> String {
    assert!(!headers.contains_key(AUTHORIZATION) || headers[AUTHORIZATION].is_sensitive());
    let marked = headers.iter().filter(|(_, value)| value.is_sensitive());
    marked.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
}

#[jwt_guard::authentication_required]
async fn echo(claims: Claims, caller: Principal, uri: http::Uri, headers: HeaderMap) -> String {
    assert_eq!(Some(claims.subject()), caller.subject());
    let shown = |name: &str| headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
    format!("{} {uri} {} {}", claims.subject(), shown("cookie"), shown("authorization"))
}

#[tokio::test]
async fn an_optional_principal_is_absent_for_an_anonymous_caller_and_refused_with_a_bad_token() {
    #[jwt_guard::anonymous_allowed(expired = "anonymous")]
    async fn greet(caller: Option<jwt_guard::Principal>) -> String {
        caller.map_or("stranger".to_owned(), |caller| caller.subject().unwrap_or_default().to_owned())
    }

    async fn bare(caller: Option<jwt_guard::Principal>) -> String {
        caller.map_or("stranger".to_owned(), |caller| caller.subject().unwrap_or_default().to_owned())
    }

    let guard = jwt_guard_tests::hs256();
    let app: jwt_guard::Router = jwt_guard::Router::new().route("/greet", jwt_guard::routing::get(greet));
    let bare = axum::Router::new().route("/bare", axum::routing::get(bare)).layer(guard.layer());
    let server = jwt_guard_tests::Server::start(app.with_guard(guard).into_axum().merge(bare)).await;
    let token = jwt_guard_tests::token;
    for route in ["/greet", "/bare"] {
        let nothing = jwt_guard_tests::Request::get(route);
        server.send(nothing).await.is(jwt_guard_tests::Outcome::ok("stranger"));
        server.get(route, &token(&[])).await.is(jwt_guard_tests::Outcome::ok("alice"));
        server.get(route, "a.b.c").await.is(jwt_guard_tests::Outcome::BAD_TOKEN);
    }
    let expired = token(&[("iat", "1799990000"), ("exp", "1799999000")]);
    server.get("/greet", &expired).await.is(jwt_guard_tests::Outcome::ok("stranger"));
    server.get("/bare", &expired).await.is(jwt_guard_tests::Outcome::BAD_TOKEN);
}
