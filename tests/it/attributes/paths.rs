//! Conditions on the path: whose it is, and of which tenant.

use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::body::Body;
use axum::extract::Path;
use axum::routing::get as axum_get;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::routing::{get, guarded_by};
use jwt_guard::{Algorithm, JwtGuard, Router, Secret, TrustedIssuer, requires};
use jwt_guard_tests::events::capture;
use jwt_guard_tests::{ManualClock, Outcome, Payload, Request, Server, SigningKey, guard, hs256, token};
use tower::ServiceExt as _;
use tracing::Level;

#[requires(owner = "user")]
async fn profile(Path(user): Path<String>) -> String {
    user
}

#[requires(owner = "user")]
async fn number(Path(user): Path<u64>) -> String {
    user.to_string()
}

#[requires(any(owner = "user", scope = "admin"))]
async fn orders() {}

#[requires(owner = "user", deny_as = "not_found")]
async fn diary() {}

#[requires(path("tenant") = claim("org", "id"))]
async fn report() {}

#[requires(path("tenant") = claim("org", "id"), owner = "user", not(role = "guest"))]
async fn desk(Path((tenant, user)): Path<(String, String)>) -> String {
    format!("{tenant} {user}")
}

struct Own;

impl Policy for Own {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Owner("user"));
}

#[requires(policy = Own)]
async fn shared() {}

fn app() -> Router {
    let tenant =
        Router::new().route("/report", get(report)).route("/users/{user}", get(desk)).fallback(report);
    let file = tower::service_fn(async |_: axum::extract::Request| {
        Ok(axum::response::Response::new(Body::from("file")))
    });
    Router::new()
        .route("/users/{user}", get(profile))
        .route("/numbers/{user}", get(number))
        .route("/users/{user}/orders", get(orders))
        .route("/users/{user}/diary", get(diary))
        .route("/users/{user}/shared", get(shared))
        .route("/rest/{*user}", get(profile))
        .nest("/tenants/{tenant}", tenant)
        .nest_service("/files/{user}", guarded_by::<Own>(file))
}

async fn serve() -> Server {
    Server::start(app().with_guard(hs256()).into_axum()).await
}

/// A token of alice, of the organisation 7.
fn alice(more: &[(&str, &str)]) -> String {
    token(&[&[("org", r#"{"id":7}"#)], more].concat())
}

async fn status(server: &Server, path: &str, token: &str) -> u16 {
    server.get(path, token).await.status.as_u16()
}

#[tokio::test]
async fn the_owner_of_a_path_is_admitted_and_everybody_else_refused() {
    let server = serve().await;
    let (alice, admin) = (alice(&[]), token(&[("sub", "\"root\""), ("scope", "\"admin\"")]));
    server.get("/users/alice", &alice).await.is(Outcome::ok("alice"));
    server.get("/rest/alice", &alice).await.is(Outcome::ok("alice"));
    server.get("/files/alice/a/b", &alice).await.is(Outcome::ok("file"));
    for (path, by_alice, by_admin) in [
        ("/users/bob", 403, 403),
        ("/users/root", 403, 200),
        ("/users/Alice", 403, 403),
        ("/users/alice%20", 403, 403),
        ("/users/alic", 403, 403),
        ("/users/alice/orders", 200, 200),
        ("/users/bob/orders", 403, 200),
        ("/users/alice/diary", 200, 404),
        ("/users/bob/diary", 404, 404),
        ("/users/alice/shared", 200, 403),
        ("/files/bob/alice", 403, 403),
        ("/rest/alice/x", 403, 403),
    ] {
        assert_eq!(status(&server, path, &alice).await, by_alice, "alice {path}");
        assert_eq!(status(&server, path, &admin).await, by_admin, "admin {path}");
        let anonymous = server.send(Request::get(path)).await.status.as_u16();
        assert_eq!(anonymous, if path.ends_with("diary") { 404 } else { 401 }, "{path}");
    }
    let refused = server.get("/users/bob", &alice).await;
    assert_eq!(
        refused.header("www-authenticate"),
        server.get("/users/bob/shared", &alice).await.header("www-authenticate")
    );
}

#[tokio::test]
async fn a_value_in_the_path_is_compared_as_the_handler_reads_it() {
    let server = serve().await;
    server.get("/users/%61lic%65", &alice(&[])).await.is(Outcome::ok("alice"));
    let odd = token(&[("sub", r#""a/b %41ö""#)]);
    server.get("/users/a%2Fb%20%2541%C3%B6", &odd).await.is(Outcome::ok("a/b %41ö"));
    server.get("/rest/a/b%20%2541%C3%B6", &odd).await.is(Outcome::ok("a/b %41ö"));
    assert_eq!(status(&server, "/users/a%2Fb%20%41%C3%B6", &odd).await, 403);
    // The handler would read the same number.
    let seven = token(&[("sub", "\"7\"")]);
    server.get("/numbers/%37", &seven).await.is(Outcome::ok("7"));
    for path in ["/numbers/07", "/numbers/+7"] {
        assert_eq!(status(&server, path, &seven).await, 403, "{path}");
    }
    for path in ["/users/%ff", "/tenants/%ff/report"] {
        assert_eq!(status(&server, path, &alice(&[])).await, 403, "{path}");
        assert_eq!(server.send(Request::get(path)).await.status.as_u16(), 401, "{path}");
    }
    assert_eq!(status(&server, "/users/%ff/orders", &alice(&[("scope", "\"admin\"")])).await, 200);
    assert_eq!(status(&server, "/users/%ff/diary", &alice(&[])).await, 404);
}

#[tokio::test]
async fn a_path_parameter_of_a_nest_is_compared_with_a_claim() {
    let server = serve().await;
    let of = |org: &str| token(&[("org", org)]);
    for (org, answer) in [
        (r#"{"id":7}"#, 200),
        (r#"{"id":"7"}"#, 200),
        (r#"{"id":[6,7]}"#, 200),
        (r#"{"id":8}"#, 403),
        (r#"{"id":"07"}"#, 403),
        (r#"{"id":7.0}"#, 403),
        (r#"{"id":null}"#, 403),
        (r#"{"id":[7,true]}"#, 403),
        (r#""7""#, 403),
        ("{}", 403),
    ] {
        assert_eq!(status(&server, "/tenants/7/report", &of(org)).await, answer, "{org}");
        assert_eq!(status(&server, "/tenants/7/no/route", &of(org)).await, answer, "{org}");
    }
    server.get("/tenants/7/users/alice", &of(r#"{"id":7}"#)).await.is(Outcome::ok("7 alice"));
    assert_eq!(status(&server, "/tenants/8/users/alice", &of(r#"{"id":7}"#)).await, 403);
    assert_eq!(status(&server, "/tenants/7/users/bob", &of(r#"{"id":7}"#)).await, 403);
    assert_eq!(status(&server, "/tenants/07/report", &of(r#"{"id":7}"#)).await, 403);
}

#[tokio::test]
async fn the_log_names_the_condition_and_no_value() {
    let server = serve().await;
    for (path, claims, code, expected, found) in [
        (
            "/users/bob",
            &[][..],
            "condition_unmet",
            r#"owner = "user""#,
            "path parameter `user`: another subject",
        ),
        ("/users/%ff", &[], "condition_unmet", r#"owner = "user""#, "a path that is not UTF-8"),
        (
            "/tenants/bob/report",
            &[],
            "condition_unmet",
            r#"path("tenant") = claim("org", "id")"#,
            "claim `[\"org\", \"id\"]`: a number",
        ),
        (
            "/tenants/bob/report",
            &[("org", r#"{"id":true}"#)],
            "claims_undecidable",
            r#"path("tenant") = claim("org", "id")"#,
            "claim `[\"org\", \"id\"]`: a boolean",
        ),
    ] {
        let events = capture();
        server.get(path, &alice(claims)).await;
        let logged = events.only();
        assert_eq!(logged.level, Level::INFO);
        for (field, value) in [("code", code), ("expected", expected), ("found", found)] {
            assert_eq!(logged.field(field), Some(value), "{path}: {logged:?}");
        }
        assert!(!format!("{logged:?}").contains("bob"), "{logged:?}");
    }
}

/// The issuers of people, and one of machines.
fn trusted(name: &str, byte: u8) -> TrustedIssuer {
    let key = jwt_guard::keys::VerifyingKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(byte)).unwrap();
    TrustedIssuer::new(name).key(key).audience("orders").machine_callers()
}

fn of_issuer(issuer: &str, byte: u8, claims: &[(&str, &str)]) -> String {
    let payload = Payload::good().with("iss", &format!("{issuer:?}"));
    let payload = claims.iter().fold(payload, |payload, (name, value)| payload.with(name, value));
    SigningKey::hmac(Algorithm::Hs256, &jwt_guard_tests::secret(byte)).token(&payload)
}

/// What `owner` answers on the path of alice.
async fn as_owner(guard: JwtGuard, token: &str) -> u16 {
    let server = Server::start(app().with_guard(guard).into_axum()).await;
    status(&server, "/users/alice", token).await
}

#[tokio::test]
async fn only_a_person_of_the_guards_own_or_only_issuer_owns_a_path() {
    const ONE: &str = "https://one.example";
    const TWO: &str = "https://two.example";
    const REFUSED: u16 = 403;
    let guard = || JwtGuard::builder().clock(ManualClock::new());
    let alice = [("sub", r#""alice""#), ("client_id", r#""web""#)];
    let of_one = of_issuer(ONE, 1, &alice);
    assert_eq!(as_owner(guard().trust(trusted(ONE, 1)).build().unwrap(), &of_one).await, 200);
    // Two issuers may both have an alice.
    let both = || guard().trust(trusted(ONE, 1)).trust(trusted(TWO, 2)).build().unwrap();
    assert_eq!(as_owner(both(), &of_one).await, REFUSED);
    assert_eq!(as_owner(both(), &of_issuer(TWO, 2, &alice)).await, REFUSED);
    // A machine, without a subject or as its own.
    let one = || guard().trust(trusted(ONE, 1)).build().unwrap();
    let named = of_issuer(ONE, 1, &[("sub", r#""alice""#), ("client_id", r#""alice""#)]);
    assert_eq!(as_owner(one(), &named).await, REFUSED);
    for claim in ["client_id", "azp", "appid", "cid"] {
        let named = of_issuer(ONE, 1, &[("sub", r#""alice""#), (claim, r#""alice""#)]);
        assert_eq!(as_owner(one(), &named).await, REFUSED, "{claim}");
    }
    let unnamed = of_issuer(ONE, 1, &[("sub", "null"), ("client_id", r#""alice""#)]);
    assert_eq!(as_owner(one(), &unnamed).await, REFUSED);
    // The guard's own tokens, beside those of another issuer.
    let key = jwt_guard::SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    let own = guard()
        .signing_key(key)
        .issuer("https://own.example")
        .audience("orders")
        .trust(trusted(ONE, 1))
        .build()
        .unwrap();
    let token = own.issuer().unwrap().access("alice").sign().unwrap();
    assert_eq!(as_owner(own.clone(), token.as_str()).await, 200);
    assert_eq!(as_owner(own, &of_one).await, REFUSED);
}

#[tokio::test]
async fn a_path_without_the_parameter_is_500_for_every_caller_and_an_error_in_the_log() {
    let named = axum::Router::new().route("/users/{id}", axum_get(profile)).layer(hs256().layer());
    let twice = axum::Router::new()
        .nest("/a/{user}", axum::Router::new().nest_service("/b/{user}", axum_get(orders)))
        .layer(hs256().layer());
    let hidden = axum::Router::new().route("/users/{id}", axum_get(diary)).layer(hs256().layer());
    let fallback = axum::Router::new().fallback(profile).layer(hs256().layer());
    for (router, path, expected) in [
        (named, "/users/alice", "a path with `{user}`"),
        (twice, "/a/alice/b/alice", "a path with `{user}` once"),
        (hidden, "/users/alice", "a path with `{user}`"),
        (fallback, "/users/alice", "a path with `{user}`"),
    ] {
        let server = Server::start(router).await;
        let admin = alice(&[("scope", "\"admin\"")]);
        for request in [Request::get(path), Request::get(path).bearer(&admin)] {
            let events = capture();
            let answer = server.send(request).await;
            assert_eq!(answer.status.as_u16(), 500, "{path}");
            let logged = events.only();
            assert_eq!(logged.level, Level::ERROR);
            assert_eq!(logged.field("code"), Some("path_parameter_missing"), "{logged:?}");
            assert_eq!(logged.field("expected"), Some(expected), "{logged:?}");
        }
    }
}

#[tokio::test]
async fn an_axum_router_with_the_parameter_needs_nothing_more() {
    let inner = axum::Router::new().route("/report", axum_get(report));
    let router = axum::Router::new()
        .route("/users/{user}", axum_get(profile))
        .nest("/tenants/{tenant}", inner)
        .layer(hs256().layer());
    let server = Server::start(router).await;
    assert_eq!(status(&server, "/users/alice", &alice(&[])).await, 200);
    assert_eq!(status(&server, "/users/bob", &alice(&[])).await, 403);
    assert_eq!(status(&server, "/tenants/7/report", &alice(&[])).await, 200);
    assert_eq!(status(&server, "/tenants/8/report", &alice(&[])).await, 403);
}

#[test]
#[should_panic(
    expected = "`it::attributes::paths::profile` at `/people/{id}`: the policy reads the path parameter `user`"
)]
fn a_router_whose_policies_do_not_fit_their_paths_is_not_built() {
    drop(app().route("/people/{id}", get(profile)).into_axum());
}

#[test]
#[should_panic(expected = "which the path has twice")]
fn a_router_with_a_parameter_twice_is_not_built() {
    let inner = Router::new().route("/orders/{user}", get(orders));
    drop(Router::<()>::new().nest("/users/{user}", inner).into_axum());
}

#[test]
fn a_parameter_may_come_from_the_prefix_of_a_nest() {
    let tenant: Router = Router::new().route("/report", get(report));
    assert!(catch_unwind(AssertUnwindSafe(|| tenant.clone().into_axum())).is_err());
    drop(Router::<()>::new().nest("/tenants/{tenant}", tenant).into_axum());
}

#[tokio::test]
async fn a_router_that_serves_itself_names_its_misfits_at_the_first_call() {
    let events = capture();
    let app = Router::new().route("/people/{id}", get(profile)).with_guard(hs256());
    let authorization = format!("Bearer {}", alice(&[]));
    let request = http::Request::get("/people/alice").header("authorization", authorization);
    let answer = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status().as_u16(), 500);
    let [misfits, refusal] = &events.take()[..] else { panic!("two events") };
    assert_eq!((misfits.level, refusal.level), (Level::ERROR, Level::ERROR));
    assert!(format!("{misfits:?}").contains("`/people/{id}`"), "{misfits:?}");
}

#[tokio::test]
async fn outside_of_a_request_there_is_no_path() {
    let guard = hs256();
    let caller = guard.verify(&alice(&[])).await.unwrap();
    let events = capture();
    let refusal = guard.authorize(&caller, const { &Own::RULE }).unwrap_err();
    assert_eq!(refusal.status().as_u16(), 500);
    assert_eq!(events.only().field("code"), Some("path_parameter_missing"));
}

#[test]
fn the_access_table_shows_conditions_on_the_path() {
    let table = app().access_table();
    let policy = |path: &str| table.rows().iter().find(|row| row.path == path).unwrap().policy.clone();
    assert_eq!(policy("/users/{user}/orders"), r#"requires(any(owner = "user", scope = "admin"))"#);
    assert_eq!(policy("/tenants/{tenant}/report"), r#"requires(path("tenant") = claim("org", "id"))"#);
}

/// A guard that remembers nothing decides as one that does.
#[tokio::test]
async fn one_remembered_token_owns_its_path_only() {
    let server = Server::start(app().with_guard(guard(Algorithm::Es256).build().unwrap()).into_axum()).await;
    let token = SigningKey::of(Algorithm::Es256).token(&Payload::good());
    for _ in 0..3 {
        assert_eq!(status(&server, "/users/alice", &token).await, 200);
        assert_eq!(status(&server, "/users/bob", &token).await, 403);
    }
}
