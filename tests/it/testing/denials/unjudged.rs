//! What cannot be judged fails the test, with the reason, until the test accepts it by name.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::{Path, Request};
use axum::middleware::{Next, from_extractor, from_fn};
use axum::response::IntoResponse;
use http::StatusCode;
use jwt_guard::lock::AccessLock;
use jwt_guard::testing::{DenialReport, Denials};
use jwt_guard::{Claims, JwtGuard, Router, extract::Guarded, routing};
use jwt_guard::{anonymous_allowed, authentication_required, requires};

use super::key;
use crate::testing::builder;

fn guard() -> JwtGuard {
    builder().build().unwrap()
}

fn app(path: &str, route: routing::MethodRouter) -> Router {
    Router::new().route(path, route).with_guard(guard())
}

/// What could not be judged, and no hole.
async fn unjudged(app: Router) -> Vec<(String, String)> {
    reasons(&Denials::of(app).check().await)
}

#[track_caller]
fn reasons(report: &DenialReport) -> Vec<(String, String)> {
    assert!(report.holes.is_empty(), "{report}");
    report.unjudged.iter().map(|found| (found.route.clone(), found.reason.clone())).collect()
}

/// Asserts that one route could not be judged, and why.
#[track_caller]
fn assert_one(found: &[(String, String)], route: &str, reason: &str) {
    let [(found_route, found_reason)] = found else { panic!("{found:#?}") };
    assert_eq!(found_route, route, "{found:#?}");
    assert!(found_reason.contains(reason), "{found:#?}");
}

async fn panics(denials: Denials) -> Option<String> {
    let panicked = tokio::spawn(AssertUnwindSafe(async move { denials.assert().await }).0).await.err()?;
    panicked.into_panic().downcast_ref::<String>().cloned()
}

#[jwt_guard::check]
async fn exists(Path(id): Path<String>) -> bool {
    id == "7"
}

#[requires(role = "manager", check = exists)]
async fn checked() {}

#[authentication_required]
async fn guarded() {}

#[anonymous_allowed]
async fn open() {}

#[tokio::test]
async fn a_route_that_cannot_be_judged_fails_the_test_until_it_is_accepted() {
    let denials = || Denials::of(app("/{id}", routing::put(checked)));
    let message = panics(denials()).await.unwrap();
    assert!(message.contains("PUT /{id}: only the application knows"), "{message}");

    let report = denials().unjudged("PUT /{id}", "`exists` has a test").check().await;
    report.assert();
    assert_eq!(report.accepted[0].why, "`exists` has a test", "{report}");
}

#[tokio::test]
async fn an_exception_that_is_not_used_fails_the_test() {
    for denials in [
        Denials::of(app("/", routing::get(guarded))).unjudged("GET /", "it can be judged"),
        Denials::of(app("/", routing::get(guarded))).except("GET /gone", "it is not there"),
    ] {
        let message = panics(denials).await.unwrap();
        assert!(message.contains("Exceptions of the test that are not used"), "{message}");
    }
}

#[tokio::test]
async fn an_application_without_routes_fails_the_test() {
    assert!(panics(Denials::of(Router::new())).await.unwrap().contains("no routes"));
}

#[tokio::test]
async fn a_guard_that_refuses_everybody_is_named_for_each_kind_of_row() {
    #[anonymous_allowed(expired = "anonymous")]
    async fn news() {}

    let load = async |_: Claims| Ok::<_, std::io::Error>(None::<()>);
    let guard = builder().load_user(load).build().unwrap();
    for route in [routing::get(guarded), routing::get(open), routing::get(news)] {
        let found = unjudged(Router::new().route("/", route).with_guard(guard.clone())).await;
        assert_one(&found, "GET /", "is refused too");
    }
}

#[tokio::test]
async fn an_open_route_that_was_not_called_is_named() {
    let report = Denials::of(app("/legacy", routing::post(open))).check().await;
    report.assert();
    assert_eq!(report.accepted[0].route, "POST /legacy", "{report}");
    assert!(report.accepted[0].reason.contains("was not called"), "{report}");
}

#[tokio::test]
async fn an_open_handler_that_panics_is_named() {
    #[anonymous_allowed]
    async fn broken() {
        panic!("as the test wants")
    }
    assert_one(&unjudged(app("/", routing::get(broken))).await, "GET /", "panicked");
}

#[tokio::test]
async fn a_policy_that_is_report_only_is_named() {
    #[requires(scope = "a", enforcement = "report_only")]
    async fn tried() -> StatusCode {
        panic!("no handler runs that expects a caller")
    }
    assert_one(&unjudged(app("/", routing::get(tried))).await, "GET /", "report-only");
}

#[tokio::test]
async fn the_check_of_an_open_route_is_named() {
    #[anonymous_allowed(check = exists)]
    async fn shared() {}

    #[anonymous_allowed(credentials = "ignored", check = exists)]
    async fn published() {}

    for route in [routing::get(shared), routing::get(published)] {
        assert_one(&unjudged(app("/{id}", route)).await, "GET /{id}", "whom its checks refuse");
    }
}

#[tokio::test]
async fn methods_that_are_not_sent_are_named() {
    let found = unjudged(app("/", routing::connect(guarded))).await;
    assert_one(&found, "CONNECT /", "`CONNECT` is not sent");
    let all = routing::any(guarded).put(guarded).patch(guarded).delete(guarded).post(guarded);
    assert_one(&unjudged(app("/", all)).await, "OTHER /", "handlers of their own");
}

#[tokio::test]
async fn a_route_that_does_not_answer_is_named_after_one_request() {
    #[anonymous_allowed]
    async fn poll() {
        std::future::pending::<()>().await;
    }
    let app = app("/poll", routing::get(poll));
    let report = Denials::of(app).time_limit(Duration::ZERO).check().await;
    assert_one(&reasons(&report), "GET /poll", "did not answer");
    assert!(report.requests < 5, "{report}");

    let hang = from_fn(async |_: Request, _: Next| std::future::pending::<StatusCode>().await);
    let app = Router::new().route("/", routing::get(guarded)).layer(hang).with_guard(guard());
    let report =
        Denials::of(app).time_limit(Duration::ZERO).except("ANY /* (no route)", "hangs").check().await;
    assert_one(&reasons(&report), "GET /", "did not answer");
    assert!(report.requests < 5, "{report}");
}

#[tokio::test]
async fn a_limit_on_requests_is_named_after_one_request() {
    let limit = from_fn(async |_: Request, _: Next| StatusCode::TOO_MANY_REQUESTS);
    let app = Router::new().route("/", routing::get(guarded)).layer(limit).with_guard(guard());
    let report = Denials::of(app).check().await;
    assert_one(&reasons(&report), "GET /", "429");
    assert!(report.requests < 5, "{report}");
}

#[tokio::test]
async fn a_token_that_is_refused_for_another_reason_says_nothing_of_its_defect() {
    let guard = builder().max_token_len(64).build().unwrap();
    let app = Router::new().route("/", routing::get(guarded)).with_guard(guard);
    let report = Denials::of(app).check().await;
    assert!(report.holes.is_empty(), "{report}");
    let expired =
        report.unjudged.iter().find(|found| found.sent.iter().any(|sent| sent == "an expired token"));
    assert!(expired.unwrap().reason.contains("`token_too_long`"), "{report}");
}

#[tokio::test]
async fn a_policy_of_a_layer_that_refuses_first_is_named() {
    #[requires(role = "clerk")]
    async fn orders() {}

    struct Staff;
    impl jwt_guard::policy::Policy for Staff {
        const RULE: jwt_guard::policy::Rule = jwt_guard::policy::Rule::authenticated()
            .with_requirement(jwt_guard::policy::Requirement::Scope("staff"));
    }
    let router = Router::new().route("/", routing::get(orders));
    let app = router.layer(from_extractor::<Guarded<Staff>>()).with_guard(guard());
    let found = unjudged(app).await;
    assert_one(&found, "GET /", "another policy, of a layer around it");
}

#[tokio::test]
async fn another_guard_than_that_of_the_token_is_named() {
    let signing = || builder().signing_key(key());
    let other = signing().name("other").build().unwrap();
    let choose = from_fn(move |mut request: Request, next: Next| {
        let other = other.clone();
        async move {
            if request.headers().contains_key("authorization") {
                other.provide(request.extensions_mut());
            }
            next.run(request).await
        }
    });
    let guard = signing().name("shop").build().unwrap();
    let app = Router::new().route("/", routing::get(guarded)).layer(choose).with_guard(guard);
    let found = unjudged(app).await;
    assert!(found.iter().any(|(_, reason)| reason.contains("the guard `other` refused it")), "{found:#?}");
}

#[tokio::test]
async fn a_route_that_takes_the_path_of_another_one_is_named() {
    let app = Router::new()
        .route("/users/{id}", routing::get(guarded))
        .route("/users/me", routing::get(guarded))
        .with_guard(guard());
    Denials::of(app.clone()).assert().await;
    let report = Denials::of(app).path_param("id", "me").check().await;
    assert_one(&reasons(&report), "GET /users/{id}", "go to the route `/users/me`");
}

#[tokio::test]
async fn a_path_parameter_of_the_test_wins_over_that_of_a_condition() {
    #[requires(path("tenant") = claim("tenant"))]
    async fn bills() {}

    let known = from_fn(async |request: Request, next: Next| match request.uri().path() {
        "/acme/bills" => next.run(request).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    });
    let app = Router::new().route("/{tenant}/bills", routing::get(bills)).layer(known).with_guard(guard());
    assert!(!Denials::of(app.clone()).check().await.holes.is_empty());
    Denials::of(app).path_param("tenant", "acme").assert().await;
}

#[tokio::test]
async fn what_the_application_asks_for_beside_the_lock_does_not_hide_what_was_forgotten() {
    #[requires(role = "clerk", claim("region") = "eu")]
    async fn orders() {}

    let policy = "requires(scope = \"orders:read\", role = \"clerk\")";
    let lock: AccessLock = format!("version 1\nGET \"/\" guard \"api\": {policy}").parse().unwrap();
    let report = Denials::of(app("/", routing::get(orders))).lock(lock).check().await;
    let sent: Vec<_> = report.holes.iter().flat_map(|hole| &hole.sent).collect();
    assert_eq!(sent, ["a caller without `scope = \"orders:read\"`, and all else right"], "{report}");
}

#[tokio::test]
async fn a_check_does_not_hide_a_condition_that_was_forgotten() {
    #[authentication_required(check = exists, deny_as = "not_found")]
    async fn cancel() {}

    let policy = "requires(role = \"manager\"), check = exists, deny_as = \"not_found\"";
    let lock = format!("version 1\nDELETE \"/{{id}}\" guard \"api\": {policy}").parse::<AccessLock>();
    let lock = lock.unwrap_or_else(|error| panic!("{error}"));
    let app = app("/{id}", routing::delete(cancel));
    let report = Denials::of(app).lock(lock).unjudged("DELETE /{id}", "`exists` has a test").check().await;
    assert_eq!(report.holes.len(), 1, "{report}");
    let hole = &report.holes[0];
    assert_eq!(hole.sent, ["a caller without `role = \"manager\"`, and all else right"]);
    assert!(hole.found.contains("only a check refused it (`check_refused`)"), "{report}");
}
