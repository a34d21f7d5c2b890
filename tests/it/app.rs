//! The application of most tests: one route that needs a token, one that does not, both say who calls.

use jwt_guard::{JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{Answer, Outcome, Server};

pub(crate) const PROTECTED: &str = "/protected";
pub(crate) const OPEN: &str = "/open";

/// What [`PROTECTED`] and [`OPEN`] answer to a good token of the harness.
pub(crate) const ALICE: Outcome<'_> = Outcome::ok("alice");

/// What [`OPEN`] answers to a request without a token.
pub(crate) const ANONYMOUS: Outcome<'_> = Outcome::ok("anonymous");

pub(crate) fn router() -> Router {
    Router::new().route(PROTECTED, routing::get(protected).post(protected)).route(OPEN, routing::get(open))
}

pub(crate) async fn serve(guard: JwtGuard) -> Server {
    Server::start(router().with_guard(guard).into_axum()).await
}

/// Asserts that a token is bad on both routes, the first time and again.
pub(crate) async fn refuses(server: &Server, name: &str, token: &str) {
    for route in [PROTECTED, OPEN, PROTECTED, OPEN] {
        let answer = server.get(route, token).await;
        assert_eq!(answer.outcome(), Outcome::BAD_TOKEN, "{name} on {route}");
    }
}

/// Asserts that a token is good on both routes, the first time and again.
pub(crate) async fn welcomes(server: &Server, name: &str, token: &str) {
    for route in [PROTECTED, OPEN, PROTECTED, OPEN] {
        let answer: Answer = server.get(route, token).await;
        assert_eq!(answer.outcome(), ALICE, "{name} on {route}");
    }
}

#[jwt_guard::authentication_required]
pub(crate) async fn protected(caller: Principal) -> String {
    subject(&caller)
}

#[jwt_guard::anonymous_allowed]
pub(crate) async fn open(caller: Principal) -> String {
    subject(&caller)
}

fn subject(caller: &Principal) -> String {
    caller.subject().unwrap_or("anonymous").to_owned()
}
