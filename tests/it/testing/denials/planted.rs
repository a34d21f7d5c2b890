//! The sample with one hole at a time.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use jwt_guard::lock::AccessLock;
use jwt_guard::testing::{DenialReport, Denials, Hole};
use jwt_guard::{Claims, Router, routing};
use jwt_guard::{anonymous_allowed, authentication_required, requires};
use jwt_guard_tests::sample::{self, Word};

use super::{judged, key};

/// What was reviewed, of the routes of [`with`].
const LOCK: &str = r#"
version 1
GET "/extra/orders" guard "shop": requires(scope = "orders:read", role = "clerk")
GET "/extra/users/{user_id}" guard "shop": requires(owner = "user_id")
GET "/extra/tenants/{tenant}" guard "shop": requires(path("tenant") = claim("tenant"))
GET "/extra/vault" guard "shop": requires(max_age = "10m", acr = "gold")
GET "/extra/reviews" guard "shop": requires(scope = "reviews:read", not(role = "intern"))
"#;

/// The sample, with another router below `/extra`.
fn with(extra: Router) -> Router {
    sample::by_utoipa(Word::Read).merge(Router::new().nest("/extra", extra).with_guard(sample::guard()))
}

/// The holes, judged by the policies of the application itself.
async fn found(extra: Router) -> Vec<Hole> {
    judged(with(extra)).await.holes
}

/// The same, judged by what was reviewed.
async fn found_by_lock(extra: Router) -> DenialReport {
    let app = with(extra);
    let text = AccessLock::of(&sample::by_utoipa(Word::Read).access_table()).to_string();
    let lock: AccessLock = format!("{text}{}", LOCK.replace("version 1", "")).parse().expect("a lock");
    Denials::of(app).key(key()).lock(lock).check().await
}

/// What was sent, but for that as `HEAD`.
fn sent_by(holes: &[Hole]) -> Vec<&str> {
    let all = holes.iter().flat_map(|hole| &hole.sent).map(String::as_str);
    all.filter(|sent| !sent.ends_with("as HEAD")).collect()
}

/// Asserts that each hole is at this route, and that these requests were sent.
#[track_caller]
fn assert_sent(holes: &[Hole], route: &str, sent: &[&str]) {
    assert!(holes.iter().all(|hole| hole.route == route), "{holes:#?}");
    assert_eq!(sent_by(holes), sent, "{holes:#?}");
    assert!(
        holes.iter().all(|hole| hole.place.starts_with("tests/it/testing/denials/planted.rs:")),
        "{holes:#?}"
    );
}

#[tokio::test]
async fn a_guard_by_hand_is_found() {
    #[anonymous_allowed(credentials = "ignored")]
    async fn by_hand(headers: HeaderMap) -> Response {
        match headers.get("x-secret") {
            Some(_) => "come in".into_response(),
            None => StatusCode::UNAUTHORIZED.into_response(),
        }
    }
    let holes = found(Router::new().route("/legacy", routing::get(by_hand))).await;
    assert_sent(&holes, "GET /extra/legacy", &["no token"]);
    assert!(holes[0].found.contains("a guard that the table does not know"), "{holes:#?}");
}

#[tokio::test]
async fn a_guard_in_the_body_of_a_handler_is_found() {
    #[authentication_required]
    async fn by_hand(claims: Claims) -> StatusCode {
        if claims.get("admin").is_some() { StatusCode::OK } else { StatusCode::FORBIDDEN }
    }
    let report = found_by_lock(Router::new().route("/orders", routing::get(by_hand))).await;
    assert!(report.holes.iter().all(|hole| hole.found.starts_with("the policy admitted it")), "{report}");
    assert_sent(
        &report.holes,
        "GET /extra/orders",
        &[
            "a caller without `role = \"clerk\"`, and all else right",
            "a caller without `scope = \"orders:read\"`, and all else right",
        ],
    );
}

#[tokio::test]
async fn a_forgotten_scope_is_found_by_the_lock() {
    #[requires(role = "clerk")]
    async fn forgotten() {}

    let extra = || Router::new().route("/orders", routing::get(forgotten));
    assert!(found(extra()).await.is_empty(), "the table alone cannot know what was forgotten");
    let report = found_by_lock(extra()).await;
    assert_sent(
        &report.holes,
        "GET /extra/orders",
        &["a caller without `scope = \"orders:read\"`, and all else right"],
    );
}

#[tokio::test]
async fn a_wrong_owner_is_found() {
    #[jwt_guard::check]
    async fn is_owner(claims: Claims) -> bool {
        !claims.subject().is_empty()
    }

    #[authentication_required(check = is_owner)]
    async fn by_hand() {}

    let report = found_by_lock(Router::new().route("/users/{user_id}", routing::get(by_hand))).await;
    let wrong = "a caller with another value for `owner = \"user_id\"`, and all else right";
    assert_sent(&report.holes, "GET /extra/users/{user_id}", &[wrong]);
}

#[tokio::test]
async fn a_wrong_tenant_is_found() {
    #[jwt_guard::check]
    async fn has_tenant(claims: Claims) -> bool {
        claims.get("tenant").is_some()
    }

    #[authentication_required(check = has_tenant)]
    async fn by_hand() {}

    let report = found_by_lock(Router::new().route("/tenants/{tenant}", routing::get(by_hand))).await;
    // Without a tenant, only the check refuses.
    let wrong = ["a caller without ", "a caller with another value for "]
        .map(|how| format!("{how}`path(\"tenant\") = claim(\"tenant\")`, and all else right"));
    assert_sent(&report.holes, "GET /extra/tenants/{tenant}", &wrong.each_ref().map(String::as_str));
}

#[tokio::test]
async fn a_stale_login_is_found() {
    #[jwt_guard::check]
    async fn has_logged_in(claims: Claims) -> bool {
        claims.get("auth_time").is_some()
    }

    #[requires(acr = "gold", check = has_logged_in)]
    async fn by_hand() {}

    let report = found_by_lock(Router::new().route("/vault", routing::get(by_hand))).await;
    let wrong = ["a caller without ", "a caller whose login is too old for "]
        .map(|how| format!("{how}`max_age = \"10m\"`, and all else right"));
    assert_sent(&report.holes, "GET /extra/vault", &wrong.each_ref().map(String::as_str));
}

#[tokio::test]
async fn an_open_fallback_is_found() {
    #[anonymous_allowed]
    async fn page() -> &'static str {
        "the page of the application"
    }
    let holes = judged(sample::by_utoipa(Word::Read).fallback(page)).await.holes;
    assert_sent(&holes, "GET /* (no route)", &["no token"]);
    assert!(holes[0].found.contains("a mistyped one"), "{holes:#?}");
}

#[tokio::test]
async fn a_fallback_that_no_row_shows_is_found() {
    let app = Router::new().unguarded("pages", axum::Router::new().fallback(async || "a page"));
    let holes = judged(app).await.holes;
    assert_eq!(holes.len(), 1, "{holes:#?}");
    assert!(holes[0].found.contains("open to every caller"), "{holes:#?}");
}

#[authentication_required]
async fn guarded() -> &'static str {
    "for callers with a token"
}

#[tokio::test]
async fn a_hole_has_the_reason_of_the_guard() {
    let app = with(Router::new().route("/orders", routing::get(guarded)));
    let lock = AccessLock::of(&app.access_table()).to_string();
    let line = lock.lines().find(|line| line.contains("/extra/orders")).unwrap();
    let lock = lock.replace(line, &format!("{line}, deny_as = \"not_found\"")).parse().unwrap();
    let report = Denials::of(app).key(key()).lock(lock).check().await;
    assert!(report.holes.iter().all(|hole| hole.route == "GET /extra/orders"), "{report}");
    let found = report.holes[0].found.as_str();
    assert!(found.ends_with("the guard refused it: the request carries no token"), "{report}");
}

#[tokio::test]
async fn a_nested_router_without_a_guard_is_found() {
    let extra = Router::new().route("/orders", routing::get(guarded));
    let app = Router::new().merge(sample::by_utoipa(Word::Read)).nest("/extra", extra);
    let holes = judged(app).await.holes;
    assert_sent(&holes, "GET /extra/orders", &["no token"]);
    assert!(holes[0].found.contains("no guard reaches"), "{holes:#?}");
}

#[tokio::test]
async fn an_answer_before_the_policy_is_found() {
    let cache = from_fn(async |_: Request, _: Next| "cached".into_response());
    let holes = found(Router::new().route("/orders", routing::get(guarded)).layer(cache)).await;
    // One for requests without a token, and one for bad tokens.
    assert_eq!(holes.len(), 2, "{holes:#?}");
    assert!(sent_by(&holes).len() > 10, "{holes:#?}");
    assert!(holes.iter().all(|hole| hole.found.contains("before any policy")), "{holes:#?}");
    assert!(holes.iter().all(|hole| hole.route == "GET /extra/orders"), "{holes:#?}");
}

#[tokio::test]
async fn a_layer_that_refuses_as_the_guard_would_is_not_the_guard() {
    let refuse = from_fn(async |_: Request, _: Next| {
        (StatusCode::UNAUTHORIZED, [("www-authenticate", "Bearer realm=\"api\"")]).into_response()
    });
    let holes = found(Router::new().route("/orders", routing::get(guarded)).layer(refuse)).await;
    assert!(sent_by(&holes).contains(&"no token"), "{holes:#?}");
}

#[tokio::test]
async fn a_body_that_is_read_before_the_decision_is_found() {
    let read = from_fn(async |request: Request, next: Next| {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, 1000).await.unwrap();
        next.run(Request::from_parts(parts, bytes.into())).await
    });
    let holes = found(Router::new().route("/orders", routing::post(guarded)).layer(read)).await;
    assert!(sent_by(&holes).len() > 10, "{holes:#?}");
    assert!(holes.iter().all(|hole| hole.found.contains("the body was read")), "{holes:#?}");
}

#[tokio::test]
async fn a_head_beside_a_get_that_admits_more_is_found() {
    #[anonymous_allowed]
    async fn size() {}

    let holes = found(Router::new().route("/orders", routing::get(guarded).head(size))).await;
    assert!(holes.iter().any(|hole| hole.sent[0] == "no token, as HEAD"), "{holes:#?}");
    assert!(holes.iter().all(|hole| hole.route == "GET /extra/orders"), "{holes:#?}");
    assert!(sent_by(&holes).is_empty(), "{holes:#?}");
}

#[tokio::test]
async fn a_malformed_claim_that_passes_for_an_absent_one_is_found() {
    #[jwt_guard::check]
    async fn is_not_an_intern(claims: Claims) -> bool {
        let roles = claims.get("roles").and_then(|roles| roles.as_array());
        !roles.is_some_and(|roles| roles.iter().any(|role| role == "intern"))
    }

    #[requires(scope = "reviews:read", check = is_not_an_intern)]
    async fn by_hand() {}

    let report = found_by_lock(Router::new().route("/reviews", routing::get(by_hand))).await;
    let wrong = [
        "a caller with `role = \"intern\"`, and all else right",
        "a caller whose claim for `role = \"intern\"` is malformed, and all else right",
    ];
    assert_sent(&report.holes, "GET /extra/reviews", &wrong);
    // The check knows an intern, but not a malformed list of roles.
    assert!(report.holes[0].found.contains("only a check refused it"), "{report}");
    assert!(report.holes[1].found.starts_with("the policy admitted it"), "{report}");
}

#[tokio::test]
async fn the_right_routes_have_no_hole() {
    #[requires(scope = "orders:read", role = "clerk")]
    async fn orders() {}

    #[requires(owner = "user_id")]
    async fn user() {}

    #[requires(path("tenant") = claim("tenant"))]
    async fn tenant() {}

    #[requires(scope = "reviews:read", not(role = "intern"))]
    async fn reviews() {}

    #[requires(max_age = "10m", acr = "gold")]
    async fn vault() {}

    let extra = Router::new()
        .route("/orders", routing::get(orders))
        .route("/users/{user_id}", routing::get(user))
        .route("/tenants/{tenant}", routing::get(tenant))
        .route("/vault", routing::get(vault))
        .route("/reviews", routing::get(reviews));
    let report = found_by_lock(extra).await;
    assert!(report.holes.is_empty(), "{report}");
}
