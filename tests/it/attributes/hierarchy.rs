//! Scopes that imply scopes, and roles that imply roles: in every condition, in challenges, for tokens and for sessions.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{AUTHORIZATION, SET_COOKIE};
use jwt_guard::login::LoginError;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::session::NewSession;
use jwt_guard::session::Sessions;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, JwtGuard, Principal, Router, SigningKey, anonymous_allowed, authentication_required, requires,
    routing,
};
use jwt_guard_tests::{AUDIENCE, ManualClock, Outcome, Request, Server, guard, oneshot, token};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::Value;

/// `orders:admin` implies `orders:write`, which implies `orders:read`; `owner` implies `admin`, which implies `clerk`.
fn ranked(builder: Builder<HasKeys, HasAudience>) -> Builder<HasKeys, HasAudience> {
    builder
        .scope_implies("orders:write", ["orders:read"])
        .scope_implies("orders:admin", ["orders:write"])
        .role_implies("owner", ["admin"])
        .role_implies("admin", ["clerk"])
}

struct Readers;

impl Policy for Readers {
    const RULE: Rule = Rule::authenticated()
        .with_requirement(Requirement::All(&[Requirement::Scope("orders:read"), Requirement::Role("clerk")]));
}

#[requires(scope = "orders:read")]
async fn scope() {}

#[requires(role = "clerk")]
async fn role() {}

#[requires(all(scope = "orders:read", scope = "orders:write"))]
async fn both() {}

#[requires(any(role = "clerk", scope = "orders:write"))]
async fn either() {}

#[requires(not(scope = "orders:read"), not(role = "clerk"))]
async fn neither() {}

#[requires(policy = Readers)]
async fn shared() {}

#[requires(any(scope = "orders:admin", all(scope = "orders:read", scope = "reports")))]
async fn least() {}

#[authentication_required]
async fn me(caller: Principal) -> String {
    format!("{}; {}", caller.scopes(), caller.roles().iter().collect::<Vec<_>>().join(" "))
}

fn router() -> Router {
    Router::new()
        .route("/scope", routing::get(scope))
        .route("/role", routing::get(role))
        .route("/both", routing::get(both))
        .route("/either", routing::get(either))
        .route("/neither", routing::get(neither))
        .route("/shared", routing::get(shared))
        .route("/least", routing::get(least))
        .route("/me", routing::get(me))
}

async fn serve(guard: JwtGuard) -> Server {
    Server::start(router().with_guard(guard).into_axum()).await
}

fn hs256() -> Builder<HasKeys, HasAudience> {
    guard(Algorithm::Hs256)
}

fn of(scope: &str, role: &str) -> String {
    token(&[("scope", &format!("{scope:?}")), ("roles", &format!("[{role:?}]"))])
}

#[tokio::test]
async fn every_condition_counts_what_follows() {
    let server = serve(ranked(hs256()).build().unwrap()).await;
    let flat = serve(hs256().build().unwrap()).await;
    // (route, scopes, role, let in with the hierarchy, let in without)
    for (route, scope, role, ranked, alone) in [
        ("/scope", "orders:read", "", true, true),
        ("/scope", "orders:write", "", true, false),
        ("/scope", "other orders:admin", "", true, false),
        ("/scope", "ORDERS:ADMIN", "", false, false),
        ("/scope", "orders", "", false, false),
        ("/scope", "", "orders:admin", false, false),
        ("/role", "", "clerk", true, true),
        ("/role", "", "owner", true, false),
        ("/role", "owner", "", false, false),
        ("/role", "", "Owner", false, false),
        ("/both", "orders:read", "", false, false),
        ("/both", "orders:write", "", true, false),
        ("/both", "orders:admin", "", true, false),
        ("/either", "orders:admin", "", true, false),
        ("/either", "", "admin", true, false),
        ("/either", "orders:read", "", false, false),
        ("/neither", "other", "other", true, true),
        ("/neither", "orders:admin", "", false, true),
        ("/neither", "", "owner", false, true),
        ("/shared", "orders:admin", "owner", true, false),
        ("/shared", "orders:admin", "", false, false),
        ("/least", "orders:admin", "", true, true),
        ("/least", "orders:write reports", "", true, false),
        ("/least", "orders:write", "", false, false),
    ] {
        for (server, name, expected) in [(&server, "ranked", ranked), (&flat, "alone", alone)] {
            let answer = server.get(route, &of(scope, role)).await;
            let status = if expected { 200 } else { 403 };
            assert_eq!(answer.status, status, "{route} for {scope:?} and {role:?}, {name}");
        }
    }
}

#[tokio::test]
async fn the_principal_grants_what_follows_after_what_the_token_says() {
    let server = serve(ranked(hs256()).build().unwrap()).await;
    let expected = "x orders:admin orders:read orders:write; owner admin clerk";
    server.get("/me", &of("x orders:admin", "owner")).await.is(Outcome::ok(expected));
    server.get("/me", &of("orders:read", "other")).await.is(Outcome::ok("orders:read; other"));
}

#[tokio::test]
async fn scopes_and_roles_in_other_claims_imply_too() {
    let guard = ranked(hs256()).scope_claim(["permissions"]).role_claim(["realm", "roles"]).build().unwrap();
    let server = serve(guard).await;
    let bearer = token(&[
        ("permissions", "[\"orders:write\"]"),
        ("realm", "{\"roles\":\"admin\"}"),
        ("scope", "\"x\""),
    ]);
    server.get("/me", &bearer).await.is(Outcome::ok("orders:write orders:read; admin clerk"));
}

#[tokio::test]
async fn the_challenge_names_the_weakest_scopes_that_suffice_and_none_that_follows() {
    const BOTH: &str = r#"Bearer realm="api", error="insufficient_scope", scope="orders:write""#;
    const LEAST: &str = r#"Bearer realm="api", error="insufficient_scope", scope="orders:read reports""#;
    let server = serve(ranked(hs256()).build().unwrap()).await;
    server.get("/both", &of("orders:read", "")).await.is(Outcome::lacks_scope(BOTH));
    server.get("/both", &of("other", "")).await.is(Outcome::lacks_scope(BOTH));
    server.get("/least", &of("other", "")).await.is(Outcome::lacks_scope(LEAST));
    let unknown = server.send(Request::get("/both")).await;
    assert_eq!(unknown.header("www-authenticate"), Some(r#"Bearer realm="api", scope="orders:write""#));
    let unknown = server.send(Request::get("/least")).await;
    assert_eq!(
        unknown.header("www-authenticate"),
        Some(r#"Bearer realm="api", scope="orders:read reports""#)
    );

    let flat = serve(hs256().build().unwrap()).await;
    let unknown = flat.send(Request::get("/both")).await;
    let expected = r#"Bearer realm="api", scope="orders:read orders:write""#;
    assert_eq!(unknown.header("www-authenticate"), Some(expected));
    let unknown = flat.send(Request::get("/least")).await;
    assert_eq!(unknown.header("www-authenticate"), Some(r#"Bearer realm="api", scope="orders:admin""#));
}

#[test]
fn the_access_table_shows_what_was_written() {
    let table = router().access_table().to_string();
    assert!(table.contains(r#"all(scope = "orders:read", scope = "orders:write")"#), "{table}");
}

#[anonymous_allowed]
async fn begin(State(sessions): State<Sessions>) -> Response {
    let session = NewSession::new("alice").scopes(["orders:admin"]).roles(["owner"]);
    let id = sessions.create(session).await.unwrap();
    ([(SET_COOKIE, sessions.set_cookie(&id))], id.as_str().to_owned()).into_response()
}

#[tokio::test]
async fn a_session_grants_what_follows_and_keeps_what_it_was_given() {
    let store = tower_sessions_memory_store::MemoryStore::default();
    let sessions = Sessions::builder(store).clock(ManualClock::new()).build().unwrap();
    let guard = ranked(JwtGuard::builder().sessions(sessions.clone())).build().unwrap();
    let login = Router::new().route("/login", routing::get(begin)).with_state(sessions.clone());
    let server = Server::start(router().merge(login).with_guard(guard).into_axum()).await;

    let answer = server.send(Request::get("/login")).await;
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let get = |target: &str| Request::get(target).header("cookie", &cookie);
    let expected = "orders:admin orders:read orders:write; owner admin clerk";
    server.send(get("/me")).await.is(Outcome::ok(expected));
    for (route, status) in
        [("/scope", 200), ("/role", 200), ("/both", 200), ("/shared", 200), ("/neither", 403)]
    {
        assert_eq!(server.send(get(route)).await.status, status, "{route}");
    }
    let kept = sessions.read(&answer.body).await.unwrap().unwrap();
    assert_eq!(
        (kept.scopes().to_string(), kept.roles().to_string()),
        ("orders:admin".into(), "owner".into())
    );
}

#[anonymous_allowed]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("alice").scopes(["orders:admin"]).roles(["owner"]).respond().await
}

#[requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

/// What a token says itself, and what it grants.
#[authentication_required]
async fn said(claims: jwt_guard::Claims, caller: Principal) -> String {
    format!("{} {}; {}", claims["scope"], claims["roles"], caller.scopes())
}

#[tokio::test]
async fn issued_and_renewed_tokens_say_what_was_asked_for() {
    let key = SigningKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(7)).unwrap();
    let own = JwtGuard::builder().signing_key(key).audience(AUDIENCE).clock(ManualClock::new());
    let guard = ranked(own).token_store(MemoryStore::new()).build().unwrap();
    let app = Router::new()
        .route("/login", routing::post(log_in))
        .route("/refresh", routing::post(refresh))
        .route("/said", routing::get(said))
        .with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    let empty = |target: &str| Request::new("POST", target).header("content-length", "0");

    let mut answer = server.send(empty("/login")).await;
    for round in 0..3 {
        let pair: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(pair["scope"], "orders:admin", "{round}");
        let [access, refresh] =
            ["access_token", "refresh_token"].map(|name| pair[name].as_str().unwrap().to_owned());
        let expected = r#""orders:admin" ["owner"]; orders:admin orders:read orders:write"#;
        server.get("/said", &access).await.is(Outcome::ok(expected));
        // A refresh token grants nothing, and so nothing follows.
        server.get("/said", &refresh).await.is(Outcome::BAD_TOKEN);
        answer = server.send(empty("/refresh").bearer(&refresh)).await;
    }
}

#[test]
fn cycles_and_illegal_names_are_all_named_when_the_guard_is_built() {
    let error = ranked(hs256())
        .scope_implies("orders:read", ["orders:admin"])
        .scope_implies("a b", ["x"])
        .scope_implies("self", ["self"])
        .role_implies("clerk", ["owner", ""])
        .leeway(std::time::Duration::from_secs(3600))
        .build()
        .unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(problems.len(), 6, "{problems:#?}");
    for part in [
        "`orders:admin -> orders:write -> orders:read -> orders:admin`",
        "`self -> self`",
        "\"a b\"",
        "`admin -> clerk -> owner -> admin`",
        "`role_implies` names \"\"",
        "leeway",
    ] {
        assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:#?}");
    }
}

const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// Steps from a name to one that it implies, by their numbers.
type Steps = Vec<(usize, usize)>;

/// A hierarchy without cycles: steps between different names, each from the one to the other in one fixed order of
/// all names. A second list has the same steps, shuffled.
fn steps() -> impl Strategy<Value = (Steps, Steps)> {
    let order = Just((0..NAMES.len()).collect::<Vec<_>>()).prop_shuffle();
    let pairs = vec((0..NAMES.len(), 0..NAMES.len()), 0..16);
    (order, pairs)
        .prop_map(|(order, pairs)| {
            let ordered = |(a, b): (usize, usize)| (a != b).then(|| (order[a.min(b)], order[a.max(b)]));
            pairs.into_iter().filter_map(ordered).collect::<Steps>()
        })
        .prop_flat_map(|steps| (Just(steps.clone()), Just(steps).prop_shuffle()))
}

fn told(steps: &[(usize, usize)]) -> Builder<HasKeys, HasAudience> {
    steps.iter().fold(hs256(), |builder, (from, to)| {
        builder.scope_implies(NAMES[*from], [NAMES[*to]]).role_implies(NAMES[*from], [NAMES[*to]])
    })
}

/// What is reached from `start`, itself included, by walking on until nothing is new.
fn reached(steps: &[(usize, usize)], start: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut all = start.clone();
    loop {
        let next: Vec<_> = steps.iter().filter(|(from, _)| all.contains(from)).map(|(_, to)| *to).collect();
        let before = all.len();
        all.extend(next);
        if all.len() == before {
            return all;
        }
    }
}

#[test]
fn a_caller_has_what_is_reached_from_what_the_token_says_in_whatever_order_it_was_written() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let names = |set: &BTreeSet<usize>| set.iter().map(|index| NAMES[*index]).collect::<Vec<_>>();
    holds((steps(), vec(0..NAMES.len(), 0..6)), |((steps, shuffled), said)| {
        let said: BTreeSet<usize> = said.into_iter().collect();
        let expected = names(&reached(&steps, &said));
        let grants = |steps: &[(usize, usize)], said: &[&str]| {
            let app = router().with_guard(told(steps).build().unwrap()).into_axum();
            let bearer = token(&[
                ("scope", &format!("{:?}", said.join(" "))),
                ("roles", &serde_json::to_string(said).unwrap()),
            ]);
            let request = http::Request::get("/me").header(AUTHORIZATION, format!("Bearer {bearer}"));
            runtime.block_on(oneshot(&app, request.body(Body::empty()).unwrap())).body
        };
        let sorted = |body: &str| {
            let (scopes, roles) = body.split_once(';').unwrap();
            [scopes, roles].map(|names| {
                let mut names: Vec<_> = names.split_whitespace().map(str::to_owned).collect();
                names.sort();
                names
            })
        };
        let body = grants(&steps, &names(&said));
        prop_assert_eq!(&sorted(&body), &[expected.clone(), expected.clone()]);
        // However it was written, and with all that follows said already.
        prop_assert_eq!(&grants(&shuffled, &names(&said)), &body);
        prop_assert_eq!(&sorted(&grants(&steps, &expected)), &sorted(&body));
        Ok(())
    });
}

#[test]
fn a_guard_is_refused_where_a_name_reaches_itself_and_each_step_of_a_cycle_is_shown() {
    let steps = vec((0..NAMES.len(), 0..NAMES.len()), 0..10);
    holds(steps, |steps| {
        let reaches = |from: usize, to: usize| reached(&steps, &[from].into()).contains(&to);
        let circular: BTreeSet<_> = steps
            .iter()
            .filter(|(from, to)| reaches(*to, *from))
            .map(|(a, b)| (NAMES[*a].to_owned(), NAMES[*b].to_owned()))
            .collect();
        let problems: Vec<_> =
            told(&steps).build().err().map(|error| error.problems().collect()).unwrap_or_default();
        let mut shown = BTreeSet::new();
        for problem in problems.iter().filter(|problem| problem.starts_with("`scope_implies`")) {
            let cycle: Vec<_> = problem.split('`').nth(3).unwrap().split(" -> ").collect();
            prop_assert_eq!(cycle.first(), cycle.last());
            prop_assert!(cycle.len() > 1);
            shown.extend(cycle.windows(2).map(|step| (step[0].to_owned(), step[1].to_owned())));
        }
        prop_assert_eq!(shown, circular);
        Ok(())
    });
}

/// The seed is fixed, so that a failure is the same failure everywhere.
#[track_caller]
fn holds<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2027),
        ..ProptestConfig::default()
    };
    if let Err(failure) = TestRunner::new(config).run(&strategy, property) {
        panic!("{failure}");
    }
}
