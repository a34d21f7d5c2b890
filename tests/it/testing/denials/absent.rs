//! Paths without a route.

use http::StatusCode;
use jwt_guard::testing::Denials;
use jwt_guard::{Router, anonymous_allowed, authentication_required, routing};

use crate::testing::builder;

#[anonymous_allowed]
async fn page() -> &'static str {
    "a page"
}

#[authentication_required]
async fn guarded() {}

#[authentication_required(deny_as = "not_found")]
async fn hidden() {}

fn guarded_by_ours(router: Router) -> Router {
    router.with_guard(builder().build().unwrap())
}

#[tokio::test]
async fn a_public_page_for_any_name_is_not_an_open_fallback() {
    for path in ["/{slug}", "/{*path}"] {
        Denials::of(guarded_by_ours(Router::new().route(path, routing::get(page)))).assert().await;
    }
}

#[tokio::test]
async fn an_open_fallback_behind_a_guarded_page_is_found() {
    let app = Router::new().route("/{page}", routing::get(guarded)).fallback(page);
    let report = Denials::of(guarded_by_ours(app)).check().await;
    assert_eq!(report.holes.len(), 1, "{report}");
    assert_eq!(report.holes[0].route, "GET /* (no route)");
}

#[tokio::test]
async fn a_fallback_that_no_request_reaches_is_named() {
    let app = Router::new().route("/{*path}", routing::get(guarded)).fallback(page);
    let report = Denials::of(guarded_by_ours(app)).check().await;
    assert!(report.holes.is_empty(), "{report}");
    assert_eq!(report.unjudged.len(), 1, "{report}");
    assert!(report.unjudged[0].reason.contains("`/{*path}` takes every path"), "{report}");
}

#[tokio::test]
async fn a_guarded_fallback_that_no_request_reaches_is_named() {
    let app = Router::new().route("/{*path}", routing::any(page)).fallback(guarded);
    let report = Denials::of(guarded_by_ours(app)).check().await;
    assert!(report.holes.is_empty(), "{report}");
    assert!(report.unjudged[0].reason.contains("`/{*path}` takes every path"), "{report}");
}

#[tokio::test]
async fn an_open_fallback_that_no_row_shows_can_be_left_out() {
    let app = || Router::new().unguarded("pages", axum::Router::new().fallback(async || "a page"));
    assert_eq!(Denials::of(app()).check().await.holes.len(), 1);
    Denials::of(app()).except("ANY /* (no route)", "a single-page application").assert().await;
}

#[tokio::test]
async fn a_hidden_route_answers_as_the_router_that_has_it() {
    #[anonymous_allowed(credentials = "ignored")]
    async fn gone() -> StatusCode {
        StatusCode::GONE
    }
    let inner = Router::new().route("/{id}", routing::get(hidden)).fallback(gone);
    let app = Router::new().route("/{page}", routing::get(page)).nest("/orders", inner);
    Denials::of(guarded_by_ours(app)).assert().await;
}
