//! The application's own bodies of refusals see the head of the request, and none of its credentials.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginError;
use jwt_guard::respond::{Refusal, Rejection};
use jwt_guard::routing::{get, post};
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, JwtGuard, Router, SigningKey, anonymous_allowed, authentication_required};
use jwt_guard_tests::{AUDIENCE, ManualClock, Outcome, Request, Server, guard, hs256, token};

use crate::app;

/// Everything of the head that the renderer sees.
fn told(refusal: &Refusal) -> Response {
    let Some(head) = refusal.request() else { return "no request".into_response() };
    format!("{} {} {:?}", head.method, head.uri, head.headers).into_response()
}

fn page_or_words(refusal: &Refusal) -> Response {
    let is = |name: &str, part: &str| {
        let value = refusal.request().and_then(|head| head.headers.get(name)?.to_str().ok());
        value.is_some_and(|value| value.contains(part))
    };
    if is("hx-request", "true") {
        "fragment".into_response()
    } else if is("accept", "text/html") {
        "page".into_response()
    } else {
        "words".into_response()
    }
}

#[anonymous_allowed]
async fn closed(guard: JwtGuard) -> Rejection {
    guard.forbid("closed")
}

#[authentication_required]
async fn whole(_claims: jwt_guard::Claims<Vec<u8>>) {}

#[anonymous_allowed(credentials = "ignored")]
async fn fail(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("ada").cookies().respond().await
}

#[tokio::test]
async fn a_browser_a_script_and_htmx_get_their_own_body_from_every_refusal() {
    let key = SigningKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(7)).unwrap();
    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience(AUDIENCE)
        .clock(ManualClock::new())
        .refusal_body(page_or_words)
        .build()
        .unwrap();
    let bearer = guard.issuer().unwrap().access("alice").sign().unwrap().as_str().to_owned();
    let router =
        app::router().route("/closed", get(closed)).route("/whole", get(whole)).route("/fail", get(fail));
    let server = Server::start(router.with_guard(guard)).await;
    for (target, status) in [(app::PROTECTED, 401), ("/closed", 403), ("/whole", 403), ("/fail", 500)] {
        for (header, body) in [
            (("hx-request", "true"), "fragment"),
            (("accept", "text/html,*/*"), "page"),
            (("accept", "application/json"), "words"),
        ] {
            let mut request = Request::get(target).header(header.0, header.1);
            if target == "/whole" {
                request = request.bearer(&bearer);
            }
            let answer = server.send(request).await;
            assert_eq!((answer.status.as_u16(), &*answer.body), (status, body), "{target} {header:?}");
        }
    }
}

#[tokio::test]
async fn no_credential_of_the_request_is_in_the_head() {
    let locations = [
        TokenLocation::bearer(),
        TokenLocation::header("X-Api-Key"),
        TokenLocation::header_with_scheme("X-Auth", "Bearer"),
        TokenLocation::cookie("session"),
        TokenLocation::websocket_protocol("bearer"),
    ];
    let guard = guard(Algorithm::Hs256)
        .locations(locations)
        .danger()
        .query_parameter("token", "a test")
        .cookies(CookieSettings::new())
        .refusal_body(told)
        .build()
        .unwrap();
    let nested = axum::Router::new().nest("/in", app::router().into_axum());
    let server = Server::start(nested.layer(guard.layer())).await;
    const SECRET: &str = "hunter2";
    let target = format!("/in{}?a=1&token={SECRET}", app::PROTECTED);
    let request = Request::get(&target)
        .header("authorization", format!("Bearer {SECRET}"))
        .header("proxy-authorization", format!("Basic {SECRET}"))
        .header("x-api-key", SECRET)
        .header("x-auth", format!("Bearer {SECRET}"))
        .header("cookie", format!("session={SECRET}; other={SECRET}"))
        .header("sec-websocket-protocol", format!("bearer, {SECRET}"))
        .header("referer", format!("https://app.example/?token={SECRET}"))
        .header("x-csrf-token", SECRET)
        .header("accept-language", "de");
    let answer = server.send(request).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.starts_with(&format!("GET /in{}?a=1 ", app::PROTECTED)), "{}", answer.body);
    assert!(answer.body.contains("accept-language") && !answer.body.contains(SECRET), "{}", answer.body);
}

#[tokio::test]
async fn malformed_credentials_are_401_where_a_proxy_knows_no_400() {
    let guard = guard(Algorithm::Hs256).malformed_as_invalid_token().build().unwrap();
    let server = app::serve(guard).await;
    let good = token(&[]);
    for header in
        ["Bearer a b".to_owned(), "a.b.c".to_owned(), "@".to_owned(), format!("Bearer {good},{good}")]
    {
        for route in [app::PROTECTED, app::OPEN] {
            let request = Request::get(route).header("authorization", &header);
            server.send(request).await.is(Outcome::BAD_TOKEN);
        }
    }
    let twice = Request::get(app::PROTECTED).bearer(&good).bearer(&good);
    server.send(twice).await.is(Outcome::BAD_TOKEN);
    server.get(app::PROTECTED, &good).await.is(app::ALICE);
    server.send(Request::get(app::PROTECTED)).await.is(Outcome::NO_TOKEN);
    let usual = app::serve(hs256()).await;
    usual
        .send(Request::get(app::PROTECTED).header("authorization", "Bearer a b"))
        .await
        .is(Outcome::BAD_REQUEST);
}

#[tokio::test]
async fn an_error_of_a_login_has_the_status_of_its_answer() {
    #[anonymous_allowed(credentials = "ignored")]
    async fn own(guard: JwtGuard, Query(form): Query<std::collections::HashMap<String, String>>) -> Response {
        let login = guard.login("ada");
        let login = if form.contains_key("cookies") { login.cookies() } else { login.body(5) };
        match login.respond().await {
            Ok(response) => response,
            Err(error) => {
                let status = error.status();
                assert_eq!(error.into_response().status(), status);
                (status, "written by the application").into_response()
            }
        }
    }

    let app: Router = Router::new().route("/own", post(own)).with_guard(hs256());
    let server = Server::start(app).await;
    for target in ["/own?cookies=1", "/own"] {
        let answer = server.send(Request::new("POST", target)).await;
        assert_eq!((answer.status.as_u16(), &*answer.body), (500, "written by the application"));
    }
}
