//! A refusal takes away the cookie that it read, if that can never be good again: and only then.

use axum::response::Response;
use jwt_guard::login::LoginError;
use jwt_guard::session::NewSession;
use jwt_guard::session::Sessions;
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Claims, JwtGuard, Principal, Router, SigningKey, extract::CurrentUser, routing};
use jwt_guard_tests::{Answer, ManualClock, Payload, Request, Server};
use tower_sessions_memory_store::MemoryStore as SessionMemory;

use super::app::cookies;
use crate::login::{Jar, MINUTE, builder, post};

const GONE: &str = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

#[derive(Debug, serde::Deserialize)]
struct Tenant {
    #[expect(dead_code, reason = "read by its type alone")]
    tenant: u32,
}

#[jwt_guard::anonymous_allowed]
async fn open(caller: Principal) -> String {
    format!("open to {}", caller.subject().unwrap_or("anonymous"))
}

#[jwt_guard::authentication_required]
async fn protected() {}

#[jwt_guard::authentication_required(redirect = "/login")]
async fn page() {}

#[jwt_guard::authentication_required(deny_as = "not_found")]
async fn hidden() {}

#[jwt_guard::authentication_required]
async fn typed(_claims: Claims<Tenant>) {}

#[jwt_guard::authentication_required]
async fn user(_user: CurrentUser<()>) {}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[jwt_guard::requires(scope = "never:granted")]
async fn beyond() {}

async fn serve(guard: JwtGuard) -> Server {
    let layered = axum::Router::new()
        .route("/layered", axum::routing::get(async || ()))
        .layer(guard.require_authentication());
    let bare = axum::Router::new().route("/bare", axum::routing::get(async |_: Claims| ()));
    let app = Router::new()
        .route("/open", routing::get(open))
        .route("/protected", routing::get(protected).post(protected))
        .route("/page", routing::get(page))
        .route("/hidden", routing::get(hidden))
        .route("/typed", routing::get(typed))
        .route("/user", routing::get(user))
        .route("/beyond", routing::get(beyond))
        .route("/refresh", routing::get(refresh).post(refresh))
        .route("/refresh/elsewhere", routing::post(refresh))
        .unguarded("a layer", layered)
        .unguarded("an extractor", bare)
        .with_guard(guard);
    Server::start(app.into_axum()).await
}

/// Whether the answer clears the access cookie, the refresh cookie and the session, each with what goes with it.
#[track_caller]
fn cleared(answer: &Answer) -> Vec<&str> {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    lines
        .map(|line| {
            assert!(line.ends_with(GONE), "{line}");
            line.split('=').next().unwrap()
        })
        .collect()
}

const ACCESS: [&str; 2] = ["__Host-access_token", "csrf_access_token"];
const REFRESH: [&str; 2] = ["__Host-refresh_token", "csrf_refresh_token"];
const SESSION: [&str; 1] = ["__Host-session"];
const NONE: [&str; 0] = [];

fn by_cookie(request: Request, token: &str) -> Request {
    // The other cookies are there too, and stay.
    let others = "csrf_access_token=x; csrf_refresh_token=y";
    request.header("cookie", format!("__Host-access_token={token}; {others}"))
}

fn issued(guard: &JwtGuard) -> String {
    guard.issuer().unwrap().access("ada").sign().unwrap().as_str().to_owned()
}

/// A token signed by the key of [`builder`], with some claims changed.
fn forged(changes: &[(&str, &str)]) -> String {
    let good = Payload::good().with("jti", "\"1\"");
    let payload = changes.iter().fold(good, |payload, (name, value)| payload.with(name, value));
    jwt_guard_tests::SigningKey::hmac(jwt_guard::Algorithm::Hs256, &jwt_guard_tests::secret(7)[..])
        .token(&payload)
}

#[tokio::test]
async fn every_answer_takes_a_dead_access_cookie_away() {
    let clock = ManualClock::new();
    let guard = cookies().clock(clock.clone()).build().unwrap();
    let token = issued(&guard);
    let server = serve(guard).await;
    clock.advance(MINUTE * 16);
    for target in ["/open", "/protected", "/typed", "/user", "/beyond", "/layered", "/bare"] {
        let answer = server.send(by_cookie(Request::get(target), &token)).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (401, ACCESS.to_vec()), "{target}");
    }
    let browser = by_cookie(Request::get("/page"), &token).header("accept", "text/html");
    let answer = server.send(browser).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (303, ACCESS.to_vec()));
    let answer = server.send(by_cookie(Request::get("/page"), &token)).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (401, ACCESS.to_vec()));
    // Nothing tells that there is a route.
    let answer = server.send(by_cookie(Request::get("/hidden"), &token)).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (404, NONE.to_vec()));
    // And then the page is open.
    server.send(Request::get("/open")).await.is(jwt_guard_tests::Outcome::ok("open to anonymous"));
}

#[tokio::test]
async fn each_failure_that_is_final_takes_the_cookie_away_and_no_other_does() {
    let guard = cookies().max_token_len(2500).build().unwrap();
    let revoked = guard.issuer().unwrap().access("ada").sign().unwrap();
    let what =
        jwt_guard::store::Revocation::Token { id: revoked.id().to_owned(), expires_at: revoked.expires_at() };
    guard.revoke(what).await.unwrap();
    let refresh = guard.login("ada").respond().await.unwrap();
    let body = axum::body::to_bytes(refresh.into_body(), 10_000).await.unwrap();
    let refresh: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let good = forged(&[]);
    let (head, signature) = good.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    let other_key = {
        let key = SigningKey::secret(jwt_guard::Algorithm::Hs256, other_secret()).unwrap();
        issued(&cookies().signing_key(key).build().unwrap())
    };
    let rows = [
        // Final.
        ("expired", forged(&[("iat", "1799990000"), ("exp", "1799990060")]), true),
        ("revoked", revoked.as_str().to_owned(), true),
        ("malformed", "garbage".to_owned(), true),
        ("malformed", "a.b.c".to_owned(), true),
        ("malformed", format!("{good}.x"), true),
        ("a bad signature", format!("{head}.{turned}"), true),
        ("signed by a key that is gone", other_key, true),
        // Another configuration, time or reader may take it.
        ("good", good.clone(), false),
        ("not yet valid", forged(&[("nbf", "1800003600")]), false),
        ("from the future", forged(&[("iat", "1800003600"), ("exp", "1800004200")]), false),
        ("longer than a setting allows", forged(&[("more", &format!("\"{}\"", "x".repeat(2000)))]), false),
        ("with a long header", long_header(), false),
        ("for another audience", forged(&[("aud", "\"other\"")]), false),
        ("from another issuer", forged(&[("iss", "\"https://other.example\"")]), false),
        ("of another kind", refresh["refresh_token"].as_str().unwrap().to_owned(), false),
        ("without a subject", forged(&[("sub", "\"\"")]), false),
    ];
    let server = serve(guard).await;
    for (name, token, is_final) in rows {
        let answer = server.send(by_cookie(Request::get("/protected"), &token)).await;
        assert_eq!(answer.status, if name == "good" { 200 } else { 401 }, "{name}");
        let expected = if is_final { ACCESS.to_vec() } else { NONE.to_vec() };
        assert_eq!(cleared(&answer), expected, "{name}");
        // The same in a header, which no browser keeps.
        let answer = server.send(Request::get("/protected").bearer(&token)).await;
        assert_eq!(cleared(&answer), NONE, "{name}");
    }
    // 400, 403 for CSRF and for a scope, and claims that do not fit.
    let two = format!("__Host-access_token={good}; __Host-access_token={}", revoked.as_str());
    for (status, request) in [
        (400, Request::get("/protected").header("cookie", two)),
        (400, by_cookie(Request::get("/protected"), "garbage").bearer("garbage")),
        (403, by_cookie(post("/protected"), &good)),
        (403, by_cookie(post("/protected"), &good).header("origin", "https://evil.example")),
        (403, by_cookie(Request::get("/beyond"), &good)),
    ] {
        let answer = server.send(request).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (status, NONE.to_vec()));
    }
    let answer = server.send(by_cookie(Request::get("/typed"), &good)).await;
    assert!(answer.status.is_client_error());
    assert_eq!(cleared(&answer), NONE);
}

fn long_header() -> String {
    let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "x".repeat(1600));
    format!("{}.e30.AA", jwt_guard_tests::base64url(header.as_bytes()))
}

fn other_secret() -> Vec<u8> {
    jwt_guard_tests::secret(8).to_vec()
}

#[tokio::test]
async fn a_key_that_the_guard_does_not_know_takes_no_cookie_away() {
    let named = |id: &str, secret: Vec<u8>| {
        SigningKey::secret(jwt_guard::Algorithm::Hs256, secret).unwrap().with_id(id)
    };
    let guard = cookies().signing_key(named("one", jwt_guard_tests::secret(9).to_vec())).build().unwrap();
    let other = cookies().signing_key(named("two", other_secret())).build().unwrap();
    let server = serve(guard).await;
    let answer = server.send(by_cookie(Request::get("/protected"), &issued(&other))).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (401, NONE.to_vec()));
}

#[tokio::test]
async fn a_user_who_is_gone_takes_the_cookie_away_and_a_loader_that_fails_does_not() {
    let answers: [(Result<Option<()>, &'static str>, _, _); 2] =
        [(Ok(None), 401, ACCESS.to_vec()), (Err("down"), 503, NONE.to_vec())];
    for (answer, status, expected) in answers {
        let load = move |_: Claims| async move { answer.map_err(std::io::Error::other) };
        let guard = cookies().load_user(load).build().unwrap();
        let token = issued(&guard);
        let server = serve(guard).await;
        let answer = server.send(by_cookie(Request::get("/user"), &token)).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (status, expected));
    }
}

#[tokio::test]
async fn a_cookie_that_the_guard_does_not_set_stays() {
    // Read by its name alone, and beside cookies of its own.
    let alone = builder().locations([TokenLocation::cookie("token")]).build().unwrap();
    let beside =
        cookies().locations([TokenLocation::bearer(), TokenLocation::cookie("token")]).build().unwrap();
    for guard in [alone, beside] {
        let server = serve(guard).await;
        let answer = server.send(Request::get("/protected").header("cookie", "token=garbage")).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (401, NONE.to_vec()));
    }
}

#[tokio::test]
async fn a_dead_refresh_cookie_goes_alone() {
    let clock = ManualClock::new();
    let server = serve(cookies().clock(clock).build().unwrap()).await;
    let cookie = "__Host-refresh_token=garbage; __Host-access_token=garbage; csrf_access_token=x";
    for request in [Request::get("/refresh"), post("/refresh")] {
        let answer = server.send(request.header("cookie", cookie)).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (401, REFRESH.to_vec()));
    }
}

/// The browser has the next one already, or is about to get it: to clear the cookie would log it out.
#[tokio::test]
async fn a_refresh_cookie_that_was_replaced_is_refused_and_stays() {
    let guard = cookies().build().unwrap();
    let login = guard.login("ada").cookies().respond().await.unwrap();
    let mut old = Jar::default();
    for line in login.headers().get_all("set-cookie") {
        let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
        old.0.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
    }
    let server = serve(guard).await;
    let csrf = old.0["csrf_refresh_token"].clone();
    let send = |target: &str| old.on(post(target)).header("x-csrf-token", &csrf);
    assert_eq!(server.send(send("/refresh")).await.status, 204);
    // Where it was not exchanged, a replaced token is refused and ends nothing.
    let answer = server.send(send("/refresh/elsewhere")).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (401, NONE.to_vec()));
}

#[tokio::test]
async fn a_session_that_is_over_goes_and_takes_no_token_with_it() {
    let sessions = Sessions::builder(SessionMemory::default()).build().unwrap();
    let guard = cookies().sessions(sessions.clone()).build().unwrap();
    let server = serve(guard).await;
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let cookie = format!("__Host-session={}; csrf_access_token=x", id.as_str());
    let get = |target: &str| Request::get(target).header("cookie", &cookie);
    let answer = server.send(get("/protected")).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (200, NONE.to_vec()));
    sessions.delete(id.as_str()).await.unwrap();
    for (target, status) in [("/protected", 401), ("/open", 401), ("/layered", 401), ("/bare", 401)] {
        let answer = server.send(get(target)).await;
        assert_eq!((answer.status.as_u16(), cleared(&answer)), (status, SESSION.to_vec()), "{target}");
    }
    let answer = server.send(get("/page").header("accept", "text/html")).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (303, SESSION.to_vec()));
    let answer = server.send(get("/hidden")).await;
    assert_eq!((answer.status.as_u16(), cleared(&answer)), (404, NONE.to_vec()));
}

#[tokio::test]
async fn two_cookies_of_one_name_are_one_where_they_are_equal_and_none_where_they_are_not() {
    for preferring in [false, true] {
        let guard = cookies();
        let guard = if preferring { guard.prefer_first() } else { guard }.build().unwrap();
        let (one, two) = (issued(&guard), issued(&guard));
        let server = serve(guard).await;
        let get = |target: &str, first: &str, second: &str| {
            let cookie = format!("__Host-access_token={first}; a=b; __Host-access_token={second}");
            Request::get(target).header("cookie", cookie)
        };
        let answer = server.send(get("/open", &one, &one)).await;
        assert_eq!(answer.body, "open to ada");
        assert_eq!(server.send(get("/protected", &one, &one)).await.status, 200);
        for (first, second) in [(&one, &two), (&two, &one)] {
            let answer = server.send(get("/open", first, second)).await;
            assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "open to anonymous"));
            let answer = server.send(get("/protected", first, second)).await;
            assert_eq!((answer.status.as_u16(), cleared(&answer)), (400, NONE.to_vec()));
        }
    }
}
