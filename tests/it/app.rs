//! The application of most tests: one route that needs a token, one that does not, both say who calls.

use std::ops::Deref;

use jwt_guard::explain::Explanation;
use jwt_guard::{JwtGuard, Principal, Router, routing};
use jwt_guard_tests::events::{Logged, capture};
use jwt_guard_tests::{Answer, Outcome, Server};

use crate::answers::secrecy;

pub(crate) const PROTECTED: &str = "/protected";
pub(crate) const OPEN: &str = "/open";

/// What [`PROTECTED`] and [`OPEN`] answer to a good token of the harness.
pub(crate) const ALICE: Outcome<'_> = Outcome::ok("alice");

/// What [`OPEN`] answers to a request without a token.
pub(crate) const ANONYMOUS: Outcome<'_> = Outcome::ok("anonymous");

pub(crate) fn router() -> Router {
    Router::new().route(PROTECTED, routing::get(protected).post(protected)).route(OPEN, routing::get(open))
}

/// The application behind a guard.
pub(crate) struct Served {
    server: Server,
    guard: JwtGuard,
}

impl Deref for Served {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

pub(crate) async fn serve(guard: JwtGuard) -> Served {
    let server = Server::start(router().with_guard(guard.clone()).into_axum()).await;
    Served { server, guard }
}

/// Asserts that a token is bad on both routes, the first time and again; that the explanation agrees with the verdict; and
/// that the log has a code, and nothing of the token.
pub(crate) async fn refuses(served: &Served, name: &str, token: &str) {
    for route in [PROTECTED, OPEN, PROTECTED, OPEN] {
        let answer = served.get(route, token).await;
        assert_eq!(answer.outcome(), Outcome::BAD_TOKEN, "{name} on {route}");
    }
    // Findings tell how long ago something was: a second may end between the two.
    let before = served.guard.explain(token);
    let events = capture();
    served.get(PROTECTED, token).await;
    let logged = events.only();
    secrecy::keeps_secrets(&format!("{logged:?}"), token);
    let after = served.guard.explain(token);
    secrecy::keeps_secrets(&after.to_string(), token);
    // These come after the verification.
    if matches!(logged.field("code"), Some("revoked" | "unknown_user")) {
        assert!(after.is_accepted(), "{name}: {after}");
        return;
    }
    assert!(
        says_the_same(&logged, &before) || says_the_same(&logged, &after),
        "{name}: {logged:?} and {after}"
    );
}

/// Whether the log has the code and the finding of an explanation.
fn says_the_same(logged: &Logged, explanation: &Explanation) -> bool {
    let Some((code, (_, failure))) = explanation.code().zip(explanation.failure()) else { return false };
    [
        ("code", Some(code.as_str())),
        ("reason", Some(failure.reason())),
        ("expected", failure.expected()),
        ("found", failure.found()),
    ]
    .into_iter()
    .all(|(field, explained)| logged.field(field) == explained)
}

/// Asserts that a token is good on both routes, the first time and again; that the explanation agrees; and that the log has
/// nothing of it.
pub(crate) async fn welcomes(served: &Served, name: &str, token: &str) {
    for route in [PROTECTED, OPEN, PROTECTED, OPEN] {
        let answer: Answer = served.get(route, token).await;
        assert_eq!(answer.outcome(), ALICE, "{name} on {route}");
    }
    let explanation = served.guard.explain(token);
    assert!(explanation.is_accepted(), "{name}: {explanation}");
    let events = capture();
    served.get(PROTECTED, token).await;
    secrecy::keeps_secrets(&format!("{:?}", events.take()), token);
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
