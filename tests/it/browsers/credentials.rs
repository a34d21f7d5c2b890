//! A logout works with whatever a browser still has, and for no page of another site.

use axum::response::Response;
use jwt_guard::login::{Credential, LoginCredentials, LoginError};
use jwt_guard::session::NewSession;
use jwt_guard::{JwtGuard, Principal, routing};
use jwt_guard_tests::{Answer, ManualClock, Outcome, Request, Server};

use super::app::{cookies, routes, with_sessions};
use crate::login::{ADA, CROSS_SITE, Jar, MINUTE, guard, post};

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn look(credentials: LoginCredentials) -> String {
    let states = [credentials.access(), credentials.refresh(), credentials.session()];
    states
        .map(|state| match state {
            Credential::Good => "good",
            Credential::Dead => "dead",
            Credential::Absent => "absent",
        })
        .join(" ")
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

async fn serve(guard: JwtGuard) -> Server {
    let app = routes()
        .route("/refresh", routing::any(refresh))
        .route("/look", routing::any(look))
        .layer(guard.csrf_form_field("csrf_token"))
        .with_guard(guard);
    Server::start(app.into_axum()).await
}

/// A request with the CSRF values of both tokens.
fn proven(jar: &Jar, request: Request) -> Request {
    ["csrf_access_token", "csrf_refresh_token"]
        .iter()
        .filter_map(|name| jar.0.get(*name))
        .fold(request, |request, value| request.header("x-csrf-token", value))
}

#[track_caller]
fn cleared(answer: &Answer) -> usize {
    answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter(|line| line.to_str().unwrap().contains("Max-Age=0"))
        .count()
}

async fn is_alive(server: &Server, jar: &Jar) -> bool {
    server.get("/me", &jar.0["__Host-access_token"]).await.status == 200
}

#[tokio::test]
async fn with_good_cookies_the_login_is_ended_and_all_is_cleared() {
    let server = serve(guard()).await;
    for method in ["POST", "GET", "DELETE"] {
        let mut jar = Jar::login(&server).await;
        let copy = jar.clone();
        let answer = jar.send(&server, proven(&jar, Request::new(method, "/logout"))).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (204, 4), "{method}");
        jar.keep(&answer);
        assert!(jar.0.is_empty());
        assert!(!is_alive(&server, &copy).await);
        copy.refresh(&server).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn the_csrf_values_may_be_joined_or_in_a_form() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let (one, two) = (&jar.0["csrf_access_token"], &jar.0["csrf_refresh_token"]);
    let joined = post("/logout").header("x-csrf-token", format!("{two}, {one}"));
    assert_eq!(jar.send(&server, joined).await.status, 204);
    let jar = Jar::login(&server).await;
    let (one, two) = (&jar.0["csrf_access_token"], &jar.0["csrf_refresh_token"]);
    let form = Request::post_form("/logout", &format!("csrf_token={one}&a=b&csrf_token={two}"));
    assert_eq!(jar.send(&server, form).await.status, 204);
    assert!(!is_alive(&server, &jar).await);
}

#[tokio::test]
async fn a_good_cookie_without_its_csrf_value_is_refused_and_nothing_is_ended() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let (one, two) = (&jar.0["csrf_access_token"], &jar.0["csrf_refresh_token"]);
    for method in ["POST", "GET", "HEAD", "DELETE"] {
        let request = || Request::new(method, "/logout");
        for request in [
            request(),
            request().header("x-csrf-token", one),
            request().header("x-csrf-token", two),
            request().header("x-csrf-token", one).header("x-csrf-token", "wrong"),
            request().header("x-csrf-token", ""),
        ] {
            let answer = jar.send(&server, request).await;
            assert_eq!((answer.status.as_u16(), cleared(&answer)), (403, 0), "{method}");
        }
    }
    assert!(is_alive(&server, &jar).await);
    assert_eq!(jar.refresh(&server).await.status, 204);
}

#[tokio::test]
async fn a_page_of_another_site_ends_and_clears_nothing_whatever_there_is() {
    let (guard, sessions) = with_sessions();
    let server = serve(guard).await;
    let jar = Jar::login(&server).await;
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let session = format!("__Host-session={}", id.as_str());
    for method in ["POST", "GET"] {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let request = || Request::new(method, "/logout").header(name, value);
            for request in [
                jar.on(proven(&jar, request())),
                jar.on(request()),
                request().header("cookie", &session),
                request().header("cookie", "__Host-access_token=garbage; __Host-refresh_token=garbage"),
                request().bearer(&jar.0["__Host-access_token"]),
                request(),
            ] {
                let answer = server.send(request).await;
                answer.is(CROSS_SITE);
                assert!(!answer.headers.contains_key("set-cookie"), "{method} {name}: {value}");
            }
        }
    }
    assert!(is_alive(&server, &jar).await);
    assert_eq!(server.send(Request::get("/me").header("cookie", &session)).await.status, 200);
}

#[tokio::test]
async fn dead_cookies_are_cleared_at_the_first_try_and_a_login_works_beside_them() {
    let clock = ManualClock::new();
    let guard = cookies().clock(clock.clone()).build().unwrap();
    let server = serve(guard.clone()).await;
    let jar = Jar::login(&server).await;
    guard.logout_everywhere("ada").await.unwrap();
    let mut dead = vec![jar.clone()];
    let garbage = |name: &str| Jar([(name.to_owned(), "a.b.c".to_owned())].into());
    dead.extend(["__Host-access_token", "__Host-refresh_token"].map(garbage));
    dead.push(Jar::default());
    for jar in dead {
        let answer = jar.send(&server, post("/logout")).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (204, 4), "{jar:?}");
        let mut again = jar.clone();
        again.keep(&jar.send(&server, post("/login")).await);
        again.send(&server, Request::get("/me")).await.is(ADA);
    }
}

#[tokio::test]
async fn a_refresh_token_alone_ends_the_login_after_the_access_token_has_ended() {
    let clock = ManualClock::new();
    let server = serve(cookies().clock(clock.clone()).build().unwrap()).await;
    let mut jar = Jar::login(&server).await;
    let copy = jar.clone();
    clock.advance(MINUTE * 16);
    // Browsers drop it then.
    jar.0.remove("__Host-access_token");
    jar.send(&server, post("/look")).await.is(Outcome::ok("absent good absent"));
    copy.send(&server, post("/look")).await.is(Outcome::ok("dead good absent"));
    let csrf = jar.0["csrf_refresh_token"].clone();
    let answer = jar.send(&server, post("/logout").header("x-csrf-token", csrf)).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (204, 4));
    copy.refresh(&server).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_refresh_token_that_was_replaced_ends_its_login() {
    let server = serve(guard()).await;
    let old = Jar::login(&server).await;
    let mut new = old.clone();
    new.keep(&old.refresh(&server).await);
    let only = |jar: &Jar| {
        let token = jar.0["__Host-refresh_token"].clone();
        Jar([("__Host-refresh_token".to_owned(), token)].into())
    };
    let csrf = old.0["csrf_refresh_token"].clone();
    let answer = only(&old).send(&server, post("/logout").header("x-csrf-token", csrf)).await;
    assert_eq!(answer.status, 204);
    assert!(!is_alive(&server, &new).await);
    new.refresh(&server).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_session_is_ended_by_a_request_that_says_where_it_comes_from() {
    let (guard, sessions) = with_sessions();
    let server = serve(guard).await;
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let request = |method: &str| {
        Request::new(method, "/logout").header("cookie", format!("__Host-session={}", id.as_str()))
    };
    for method in ["POST", "GET"] {
        let answer = server.send(request(method)).await;
        answer.is(CROSS_SITE);
        assert_eq!(cleared(&answer), 0);
    }
    let answer = server.send(request("POST").header("sec-fetch-site", "same-origin")).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (204, 5));
    // It is over, and the browser still shows it.
    let answer = server.send(request("POST")).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (204, 5));
}

#[tokio::test]
async fn tokens_in_headers_are_ended_too_and_prove_themselves() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let access = jar.0["__Host-access_token"].clone();
    server.send(post("/look").bearer(&access)).await.is(Outcome::ok("good absent absent"));
    let refresh = jar.0["__Host-refresh_token"].clone();
    server.send(post("/look").bearer(&refresh)).await.is(Outcome::ok("absent good absent"));
    server.send(post("/look").bearer("a.b.c")).await.is(Outcome::ok("dead dead absent"));
    server.send(post("/look").bearer("")).await.is(Outcome::ok("absent absent absent"));
    assert_eq!(server.send(post("/logout").bearer(&refresh)).await.status, 204);
    assert!(!is_alive(&server, &jar).await);
}

#[tokio::test]
async fn the_good_one_of_two_cookies_of_one_name_is_ended() {
    let server = serve(guard()).await;
    for planted_first in [true, false] {
        let jar = Jar::login(&server).await;
        let good = &jar.0["__Host-access_token"];
        let [first, second] = if planted_first { ["planted", good] } else { [good, "planted"] };
        let cookie = format!("__Host-access_token={first}; __Host-access_token={second}");
        let request = || post("/logout").header("cookie", &cookie);
        assert_eq!(server.send(request()).await.status, 403);
        assert_eq!(server.send(request().header("x-csrf-token", jar.csrf())).await.status, 204);
        assert!(!is_alive(&server, &jar).await);
    }
}

#[tokio::test]
async fn what_a_guard_strips_is_ended_all_the_same() {
    let guard = cookies().strip_credentials().build().unwrap();
    let server = serve(guard).await;
    let jar = Jar::login(&server).await;
    let answer = jar.send(&server, proven(&jar, post("/logout"))).await;
    assert_eq!(answer.status, 204);
    assert!(!is_alive(&server, &jar).await);
}

#[tokio::test]
async fn a_refresh_by_get_is_asked_where_it_comes_from() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let request = Request::get("/refresh").header(name, value);
        jar.send(&server, request).await.is(CROSS_SITE);
    }
    let answer = jar.send(&server, Request::get("/refresh").header("sec-fetch-site", "same-origin")).await;
    assert_eq!(answer.status, 204);
}
