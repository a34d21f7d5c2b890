//! What is not a handler of ours: each enters with a policy or with a reason.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use jwt_guard::policy::{Policy, Requirement, Rule};
use jwt_guard::routing::{guarded_by, unguarded};
use jwt_guard::{Router, anonymous_allowed};
use tower::service_fn;

/// A route that a service serves.
pub const REPORT: &str = "/report";

/// Below it, a service serves everything.
pub const ASSETS: &str = "/assets";

/// A route of a router of axum behind a policy.
pub const METRICS: &str = "/metrics";

struct Reporters;

impl Policy for Reporters {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("reports:read"));
}

struct Operators;

impl Policy for Operators {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Role("operator"));
}

#[anonymous_allowed(credentials = "ignored", reason = "the page for what is not there")]
async fn lost() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "lost")
}

pub(super) fn add(router: Router) -> Router {
    let service = || service_fn(async |_: Request| Ok(Response::new(Body::from("a service"))));
    let metrics = axum::Router::new().route(METRICS, get(async || "up 1"));
    let about = axum::Router::new().route("/about", get(async || "about us"));
    router
        .route_service(REPORT, guarded_by::<Reporters>(service()))
        .nest_service(ASSETS, guarded_by::<Reporters>(service()))
        .route_service("/up", unguarded("a health check", service()))
        .guarded_by::<Operators>(metrics)
        .unguarded("public pages", about)
        .fallback(lost)
}
