//! A logout overlooks nothing: what it cannot read it refuses, and what it can end it ends.

use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{Credential, LoginCredentials, LoginError};
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::setup::TokenLocation;
use jwt_guard::store::MemoryStore;
use jwt_guard::{Claims, JwtGuard, Principal, routing};
use jwt_guard_tests::{Answer, Outcome, Request, Server};

use super::app::{cookies, routes, with_sessions};
use crate::login::{ADA, Jar, builder, guard, post};

/// Without a look at what else the request has.
#[jwt_guard::authentication_required]
async fn leave(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[jwt_guard::authentication_required]
async fn leave_by_claims(guard: JwtGuard, claims: Claims) -> Result<Response, LoginError> {
    guard.logout(&claims).await
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn look(credentials: LoginCredentials) -> &'static str {
    match credentials.access() {
        Credential::Good => "good",
        Credential::Dead => "dead",
        Credential::Absent => "absent",
    }
}

async fn serve(guard: JwtGuard) -> Server {
    let app = routes()
        .route("/leave", routing::any(leave))
        .route("/leave/claims", routing::any(leave_by_claims))
        .route("/look", routing::any(look))
        .with_guard(guard);
    Server::start(app.into_axum()).await
}

/// So many values of one cookie, of which the last one is good.
fn planted(name: &str, good: &str, values: usize) -> String {
    let planted = (1..values).map(|number| format!("planted{number}"));
    let pairs: Vec<_> = planted.chain([good.to_owned()]).map(|value| format!("{name}={value}")).collect();
    pairs.join("; ")
}

fn sets_nothing(answer: &Answer) -> bool {
    !answer.headers.contains_key("set-cookie")
}

#[tokio::test]
async fn more_cookies_of_one_name_than_are_read_are_refused_and_nothing_is_ended_or_cleared() {
    let server = serve(guard()).await;
    for (values, status) in [(1, 204), (8, 204), (9, 400), (30, 400)] {
        let jar = Jar::login(&server).await;
        let good = &jar.0["__Host-access_token"];
        let request = post("/logout").header("x-csrf-token", jar.csrf());
        let answer =
            server.send(request.header("cookie", planted("__Host-access_token", good, values))).await;
        assert_eq!(answer.status, status, "{values}");
        assert_eq!(
            (sets_nothing(&answer), server.get("/me", good).await.status),
            match status {
                204 => (false, http::StatusCode::UNAUTHORIZED),
                _ => (true, http::StatusCode::OK),
            }
        );
    }
    // Of the refresh cookie too; one value many times is one.
    let jar = Jar::login(&server).await;
    let refresh = &jar.0["__Host-refresh_token"];
    let with = |cookie: String| {
        post("/logout").header("x-csrf-token", &jar.0["csrf_refresh_token"]).header("cookie", cookie)
    };
    assert_eq!(server.send(with(planted("__Host-refresh_token", refresh, 9))).await.status, 400);
    let same = vec![format!("__Host-refresh_token={refresh}"); 12].join("; ");
    assert_eq!(server.send(with(same)).await.status, 204);
    server.get("/me", &jar.0["__Host-access_token"]).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_session_is_not_overlooked_behind_many_cookies_and_too_many_sessions_are_refused() {
    let (guard, sessions) = with_sessions();
    let server = serve(guard).await;
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let session = format!("__Host-session={}", id.as_str());
    let is_alive = async || server.send(Request::get("/me").header("cookie", &session)).await.status == 200;
    let log_out =
        |cookie: String| post("/logout").header("sec-fetch-site", "same-origin").header("cookie", cookie);
    let answer = server.send(log_out(planted("__Host-session", id.as_str(), 9))).await;
    assert_eq!((answer.status.as_u16(), sets_nothing(&answer), is_alive().await), (400, true, true));
    let tokens = planted("__Host-access_token", "a.b.c", 8);
    let answer = server.send(log_out(format!("{tokens}; {session}"))).await;
    assert_eq!((answer.status.as_u16(), is_alive().await), (204, false));
}

#[tokio::test]
async fn a_header_with_two_tokens_or_with_half_a_token_is_refused() {
    let server = serve(
        cookies().locations([TokenLocation::bearer(), TokenLocation::header("x-token")]).build().unwrap(),
    )
    .await;
    let jar = Jar::login(&server).await;
    let good = &jar.0["__Host-access_token"];
    for request in [
        post("/logout").bearer(good).bearer(good),
        post("/logout").bearer("a.b.c").bearer(good),
        post("/logout").bearer(good).header("authorization", "Basic eDp5"),
        post("/logout").header("authorization", good),
        post("/logout").header("x-token", good).header("x-token", "a.b.c"),
    ] {
        let answer = server.send(request).await;
        assert_eq!((answer.status.as_u16(), sets_nothing(&answer)), (400, true));
        server.get("/me", good).await.is(ADA);
    }
    assert_eq!(server.send(post("/logout").header("authorization", "Basic eDp5")).await.status, 204);
    // One in each place: both are ended.
    let other = Jar::login(&server).await;
    let other = &other.0["__Host-access_token"];
    assert_eq!(server.send(post("/logout").bearer(good).header("x-token", other)).await.status, 204);
    for token in [good, other] {
        server.get("/me", token).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn the_login_of_a_user_whom_the_application_does_not_know_any_more_is_ended() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let exists = Arc::new(AtomicBool::new(true));
    let known = Arc::clone(&exists);
    let guard = cookies().load_user(move |_: Claims| {
        let exists = known.load(Ordering::SeqCst);
        async move { Ok::<_, std::convert::Infallible>(exists.then_some(())) }
    });
    let server = serve(guard.build().unwrap()).await;
    let (proven, silent) = (Jar::login(&server).await, Jar::login(&server).await);
    let headers = Jar::login(&server).await;
    exists.store(false, Ordering::SeqCst);
    let access = |jar: &Jar| jar.0["__Host-access_token"].clone();
    server.send(post("/look").bearer(&access(&headers))).await.is(Outcome::ok("dead"));
    let request = ["csrf_access_token", "csrf_refresh_token"]
        .iter()
        .fold(post("/logout"), |request, name| request.header("x-csrf-token", &proven.0[*name]));
    assert_eq!(proven.send(&server, request).await.status, 204);
    assert_eq!(server.send(post("/logout").bearer(&access(&headers))).await.status, 204);
    // A dead cookie stops no logout, but another site could have sent it.
    let answer = silent.send(&server, post("/logout")).await;
    assert_eq!((answer.status.as_u16(), sets_nothing(&answer)), (204, false));
    exists.store(true, Ordering::SeqCst);
    for jar in [&proven, &headers] {
        server.get("/me", &access(jar)).await.is(Outcome::BAD_TOKEN);
    }
    server.get("/me", &access(&silent)).await.is(ADA);
}

#[tokio::test]
async fn a_logout_of_the_caller_by_get_says_that_it_is_of_this_site() {
    let (guard, sessions) = with_sessions();
    let server = serve(guard).await;
    for path in ["/leave", "/leave/claims"] {
        let jar = Jar::login(&server).await;
        let access = jar.0["__Host-access_token"].clone();
        let id = sessions.create(NewSession::new("ada")).await.unwrap();
        for (cookie, name) in [("__Host-access_token", &*access), ("__Host-session", id.as_str())] {
            let cookie = format!("{cookie}={name}");
            for method in ["GET", "HEAD"] {
                let request = || Request::new(method, path).header("cookie", &cookie);
                for foreign in [
                    request(),
                    request().header("sec-fetch-site", "cross-site"),
                    request().header("sec-fetch-site", "same-site"),
                    request().header("origin", "https://evil.example"),
                ] {
                    let answer = server.send(foreign).await;
                    assert_eq!(
                        (answer.status.as_u16(), sets_nothing(&answer)),
                        (403, true),
                        "{method} {path}"
                    );
                }
            }
            let request = || Request::get(path).header("cookie", &cookie);
            server.send(Request::get("/me").header("cookie", &cookie)).await.is(ADA);
            assert_eq!(server.send(request().header("sec-fetch-site", "same-origin")).await.status, 204);
            assert_eq!(server.send(Request::get("/me").header("cookie", &cookie)).await.status, 401);
        }
        // No other site can send a header.
        let access = Jar::login(&server).await.0["__Host-access_token"].clone();
        assert_eq!(server.send(Request::get(path).bearer(&access)).await.status, 204);
    }
}

#[tokio::test]
async fn a_login_by_tokens_takes_the_cookie_of_a_session_away() {
    let (guard, sessions) = with_sessions();
    let server = serve(guard).await;
    let id = sessions.create(NewSession::new("grace")).await.unwrap();
    let mut jar = Jar([("__Host-session".to_owned(), id.as_str().to_owned())].into());
    jar.keep(&jar.send(&server, post("/login")).await);
    assert!(!jar.0.contains_key("__Host-session"));
    jar.send(&server, Request::get("/me")).await.is(ADA);
}

#[tokio::test]
async fn the_session_of_a_user_whom_the_application_does_not_know_any_more_is_ended() {
    let store = tower_sessions_memory_store::MemoryStore::default();
    let sessions = Sessions::builder(store).build().unwrap();
    let guard = cookies().sessions(sessions.clone());
    let guard = guard.load_user(|_: Claims| async { Ok::<_, std::convert::Infallible>(None::<()>) });
    let server = serve(guard.build().unwrap()).await;
    for (said, lives) in [(false, true), (true, false)] {
        let id = sessions.create(NewSession::new("ada")).await.unwrap();
        let request = post("/logout").header("cookie", format!("__Host-session={}", id.as_str()));
        let request = if said { request.header("sec-fetch-site", "same-origin") } else { request };
        assert_eq!(server.send(request).await.status, 204);
        assert_eq!(sessions.rotate(id.as_str()).await.unwrap().is_some(), lives, "{said}");
    }
}

#[tokio::test]
async fn a_login_by_session_after_a_logout_takes_the_tokens_away() {
    #[jwt_guard::anonymous_allowed(credentials = "ignored")]
    async fn begin(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
        let mut answer = guard.logout(&credentials).await?;
        let sessions = guard.sessions().unwrap();
        let id = sessions.create(NewSession::new("grace")).await.unwrap();
        answer.headers_mut().append("set-cookie", sessions.set_cookie(&id));
        Ok(answer)
    }
    let (guard, _) = with_sessions();
    let app = routes().route("/begin", routing::post(begin)).with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    let mut jar = Jar::login(&server).await;
    let request = ["csrf_access_token", "csrf_refresh_token"]
        .iter()
        .fold(post("/begin"), |request, name| request.header("x-csrf-token", &jar.0[*name]));
    jar.keep(&jar.send(&server, request.header("sec-fetch-site", "same-origin")).await);
    assert_eq!(jar.0.keys().collect::<Vec<_>>(), ["__Host-session"]);
    jar.send(&server, Request::get("/me")).await.is(Outcome::ok("grace"));
    // And the other way round.
    jar.keep(&jar.send(&server, post("/login")).await);
    jar.send(&server, Request::get("/me")).await.is(ADA);
}

#[tokio::test]
async fn what_a_guard_strips_says_where_a_logout_of_the_caller_comes_from() {
    let server = serve(cookies().strip_credentials().build().unwrap()).await;
    let jar = Jar::login(&server).await;
    let access = jar.0["__Host-access_token"].clone();
    let request = || Request::get("/leave").header("cookie", format!("__Host-access_token={access}"));
    assert_eq!(server.send(request()).await.status, 403);
    server.get("/me", &access).await.is(ADA);
    assert_eq!(server.send(request().header("sec-fetch-site", "none")).await.status, 204);
    server.get("/me", &access).await.is(Outcome::BAD_TOKEN);
}

/// A cookie of an older name, which another service sets.
#[tokio::test]
async fn a_token_in_a_cookie_that_the_answer_does_not_clear_is_not_called_ended_without_a_store() {
    for (stored, status, lives) in [(false, 500, 200), (true, 204, 401)] {
        let guard = builder().cookies(CookieSettings::new()).locations([TokenLocation::cookie("old")]);
        let guard = if stored { guard.token_store(MemoryStore::new()) } else { guard };
        let guard = guard.build().unwrap();
        let server = serve(guard.clone()).await;
        for path in ["/logout", "/leave"] {
            let token = guard.issuer().unwrap().access("ada").csrf().sign().unwrap();
            let by_cookie = |request: Request| request.header("cookie", format!("old={}", token.as_str()));
            let answer =
                server.send(by_cookie(post(path)).header("x-csrf-token", token.csrf().unwrap())).await;
            assert_eq!((answer.status.as_u16(), sets_nothing(&answer)), (status, status == 500), "{path}");
            assert_eq!(server.send(by_cookie(Request::get("/me"))).await.status, lives, "{path}");
        }
    }
}
