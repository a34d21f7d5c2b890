//! A page of another site does not log a user out, whatever the handler takes and in which order.

use axum::response::Response;
use jwt_guard::login::LoginError;
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::{JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{Answer, ManualClock, Outcome, Request, Server};

use super::app::routes;
use crate::login::{ADA, CROSS_SITE, Jar, MINUTE, builder, post};

/// The guard comes before the caller: nothing has looked at the request yet.
async fn leave(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[jwt_guard::anonymous_allowed]
async fn leave_if_any(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

struct Site {
    server: Server,
    clock: ManualClock,
    sessions: Sessions,
}

async fn site() -> Site {
    let clock = ManualClock::new();
    let sessions = Sessions::builder(tower_sessions_memory_store::MemoryStore::default())
        .clock(clock.clone())
        .header("x-session")
        .build()
        .unwrap();
    let guard = builder()
        .clock(clock.clone())
        .token_store(jwt_guard::store::MemoryStore::new())
        .cookies(jwt_guard::cookies::CookieSettings::new())
        .sessions(sessions.clone())
        .build()
        .unwrap();
    let app = routes().route("/leave/if-any", routing::any(leave_if_any)).with_guard(guard.clone());
    let plain = axum::Router::new().route("/leave", axum::routing::any(leave)).layer(guard.layer());
    let server = Server::start(app.into_axum().merge(plain)).await;
    Site { server, clock, sessions }
}

#[track_caller]
fn clears_nothing(answer: &Answer) {
    assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
}

const FOREIGN: [(&str, &str); 4] = [
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
];

#[tokio::test]
async fn a_handler_of_an_axum_router_asks_where_a_logout_by_get_comes_from() {
    let Site { server, sessions, .. } = site().await;
    let access = Jar::login(&server).await.0["__Host-access_token"].clone();
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    for (name, value) in [("__Host-access_token", &*access), ("__Host-session", id.as_str())] {
        let cookie = format!("{name}={value}");
        for path in ["/leave", "/leave/if-any"] {
            let request = || Request::get(path).header("cookie", &cookie);
            let foreign = FOREIGN.map(|(name, value)| request().header(name, value));
            for request in [request()].into_iter().chain(foreign) {
                let answer = server.send(request).await;
                answer.is(CROSS_SITE);
                clears_nothing(&answer);
            }
        }
        server.send(Request::get("/me").header("cookie", &cookie)).await.is(ADA);
        let ours = Request::get("/leave").header("cookie", &cookie).header("sec-fetch-site", "same-origin");
        assert_eq!(server.send(ours).await.status, 204);
        assert_eq!(server.send(Request::get("/me").header("cookie", &cookie)).await.status, 401);
    }
    // A header proves by itself that no other site sent it.
    let access = Jar::login(&server).await.0["__Host-access_token"].clone();
    assert_eq!(server.send(Request::get("/leave").bearer(&access)).await.status, 204);
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    assert_eq!(server.send(Request::get("/leave").header("x-session", id.as_str())).await.status, 204);
}

#[tokio::test]
async fn another_site_clears_no_cookie_of_an_anonymous_caller_who_can_still_refresh() {
    let Site { server, clock, .. } = site().await;
    let mut jar = Jar::login(&server).await;
    clock.advance(MINUTE * 16);
    // Browsers drop it then.
    jar.0.remove("__Host-access_token");
    for method in ["GET", "POST"] {
        for (name, value) in FOREIGN {
            let answer = jar.send(&server, Request::new(method, "/leave/if-any").header(name, value)).await;
            answer.is(CROSS_SITE);
            clears_nothing(&answer);
        }
    }
    // This site's own pages may, and clients that do not say.
    for request in [post("/leave/if-any"), post("/leave/if-any").header("sec-fetch-site", "same-origin")] {
        let answer = jar.send(&server, request).await;
        assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (204, true));
    }
}

#[tokio::test]
async fn a_client_of_another_origin_logs_out_by_its_header() {
    let Site { server, sessions, .. } = site().await;
    let access = Jar::login(&server).await.0["__Host-access_token"].clone();
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let foreign = |request: Request| request.header("origin", "https://app.example");
    // The cookies of the browser may be those of another login.
    let ended = async |request: Request| {
        let answer = server.send(request).await;
        assert_eq!(answer.status, 204);
        clears_nothing(&answer);
    };
    ended(foreign(post("/leave")).bearer(&access)).await;
    server.get("/me", &access).await.is(Outcome::BAD_TOKEN);
    ended(foreign(post("/leave")).header("x-session", id.as_str())).await;
    assert_eq!(server.send(Request::get("/me").header("x-session", id.as_str())).await.status, 401);
}

/// Its pages are of no server, and browsers name their origin with every request.
#[tokio::test]
async fn an_application_with_pages_of_its_own_logs_in_and_out_where_it_is_named() {
    const PAGE: &str = "capacitor://localhost";
    for trusted in [None, Some(PAGE)] {
        let cookies = builder()
            .token_store(jwt_guard::store::MemoryStore::new())
            .cookies(jwt_guard::cookies::CookieSettings::new());
        let guard =
            trusted.into_iter().fold(cookies, jwt_guard::setup::Builder::trusted_origin).build().unwrap();
        let token = guard.issuer().unwrap().access("ada").sign().unwrap();
        let server = Server::start(routes().with_guard(guard).into_axum()).await;
        let by_page = |target| post(target).header("origin", PAGE).header("sec-fetch-site", "cross-site");
        let good = trusted.is_some();
        let login = server.send(by_page("/login")).await;
        assert_eq!(login.status, if good { 204 } else { 403 }, "{login:?}");
        let ended = server.send(by_page("/logout").bearer(token.as_str())).await;
        assert_eq!(ended.status, if good { 204 } else { 403 });
        server.get("/me", token.as_str()).await.is(if good { Outcome::BAD_TOKEN } else { ADA });
    }
}

#[tokio::test]
async fn an_anonymous_caller_of_a_guard_with_sessions_alone_is_logged_out() {
    let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());
    let guard = JwtGuard::builder().sessions(sessions).build().unwrap();
    let app: Router = Router::new().route("/leave/if-any", routing::any(leave_if_any)).with_guard(guard);
    let server = Server::start(app).await;
    let answer = server.send(post("/leave/if-any")).await;
    assert_eq!(answer.status, 204);
    assert!(
        answer.header("set-cookie").is_some_and(|line| line.starts_with("__Host-session=;")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_client_of_another_origin_logs_out_by_its_header_from_a_guard_that_reads_no_cookie() {
    let guard = builder().token_store(jwt_guard::store::MemoryStore::new()).build().unwrap();
    let token = guard.issuer().unwrap().access("ada").sign().unwrap();
    let app = axum::Router::new().route("/leave", axum::routing::any(leave)).layer(guard.layer());
    let server = Server::start(app).await;
    let request =
        post("/leave").header("origin", "https://app.example").header("sec-fetch-site", "cross-site");
    assert_eq!(server.send(request.bearer(token.as_str())).await.status, 204);
}
