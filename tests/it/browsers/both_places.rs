//! A session cookie beside a session header: what counts is the place of the credential that was used.

use axum::response::Response;
use jwt_guard::login::LoginError;
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::{JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{Outcome, Request, Server};
use tower_sessions_memory_store::MemoryStore;

use crate::login::CROSS_SITE;

#[jwt_guard::authentication_required]
async fn change(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[jwt_guard::authentication_required]
async fn log_out(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

/// A server that prefers the first place, and the id of a session.
async fn serve(strip: bool) -> (Server, String) {
    let sessions = Sessions::builder(MemoryStore::default()).header("X-Session-Id").build().unwrap();
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let builder = JwtGuard::builder().sessions(sessions).prefer_first();
    let builder = if strip { builder.strip_credentials() } else { builder };
    let app: Router = Router::new()
        .route("/change", routing::get(change).post(change))
        .route("/logout", routing::get(log_out))
        .with_guard(builder.build().unwrap());
    (Server::start(app).await, id.as_str().to_owned())
}

#[tokio::test]
async fn a_session_cookie_is_checked_for_its_origin_whatever_the_session_header_has() {
    for strip in [false, true] {
        let (server, id) = serve(strip).await;
        for (method, target) in [("POST", "/change"), ("GET", "/logout")] {
            let by_cookie = |header: &str| {
                let cookie = format!("__Host-session={id}");
                Request::new(method, target).header("cookie", cookie).header("x-session-id", header)
            };
            for header in ["", "junk", &id] {
                for (name, value) in [
                    ("origin", "https://evil.example"),
                    ("sec-fetch-site", "cross-site"),
                    ("x-requested-with", "neither"),
                ] {
                    let request = by_cookie(header).header(name, value);
                    assert_eq!(server.send(request).await.outcome(), CROSS_SITE, "{target} {header} {name}");
                }
            }
        }
        let ours = Request::new("POST", "/change").header("sec-fetch-site", "same-origin");
        let ours = ours.header("cookie", format!("__Host-session={id}")).header("x-session-id", "junk");
        server.send(ours).await.is(Outcome::ok("ada"));
    }
}

#[tokio::test]
async fn an_id_in_the_header_needs_no_origin() {
    for strip in [false, true] {
        let (server, id) = serve(strip).await;
        server.send(Request::new("POST", "/change").header("x-session-id", &id)).await.is(Outcome::ok("ada"));
        let logout = Request::get("/logout").header("x-session-id", &id);
        assert_eq!(server.send(logout).await.status, 204);
    }
}
