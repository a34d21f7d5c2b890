//! Whose page sent the cookie? The whole way, over HTTP.

use jwt_guard::JwtGuard;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::session::{NewSession, SessionCookie, Sessions};
use jwt_guard::setup::TokenLocation;
use jwt_guard_tests::events;
use jwt_guard_tests::{Outcome, Payload, Request, SigningKey};
use tower_sessions_memory_store::MemoryStore as SessionMemory;

use crate::login::{ADA, CROSS_SITE, Jar, builder, guard, login, post, serve};

#[tokio::test]
async fn a_request_that_changes_something_repeats_the_claim_of_its_token() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let right = jar.csrf();
    let other = Jar::login(&server).await;
    for method in ["GET", "HEAD"] {
        assert_eq!(jar.send(&server, Request::new(method, "/me")).await.status, 200, "{method}");
    }
    for method in ["POST", "DELETE"] {
        let request = || Request::new(method, "/me");
        jar.send(&server, request().header("X-CSRF-Token", right)).await.is(ADA);
        jar.send(&server, request()).await.is(CROSS_SITE);
        for wrong in ["", "wrong", &right[1..], &format!("{right}a"), other.csrf()] {
            jar.send(&server, request().header("X-CSRF-Token", wrong)).await.is(CROSS_SITE);
        }
        // 500 for every client in fastapi-jwt-auth 0.5.0.
        jar.send(&server, request().header("X-CSRF-Token", b"\xe9\xff")).await.is(CROSS_SITE);
        let twice = request().header("X-CSRF-Token", right).header("X-CSRF-Token", right);
        jar.send(&server, twice).await.is(CROSS_SITE);
    }
}

#[tokio::test]
async fn the_cookie_that_repeats_the_claim_proves_nothing() {
    let server = serve(guard()).await;
    let mut jar = Jar::login(&server).await;
    // An attacker who can plant cookies, but cannot read the token, sends a pair of its own.
    jar.0.insert("csrf_access_token".to_owned(), "planted".to_owned());
    jar.send(&server, post("/me").header("x-csrf-token", "planted")).await.is(CROSS_SITE);
}

#[tokio::test]
async fn a_token_in_a_header_is_exempt() {
    let server = serve(guard()).await;
    let token = login(&server).await.access;
    let foreign =
        || post("/me").header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
    server.send(foreign().bearer(&token)).await.is(ADA);
    // The same token in a cookie has no claim to repeat.
    let cookie = format!("__Host-access_token={token}");
    server.send(post("/me").header("cookie", &cookie)).await.is(CROSS_SITE);
    server.send(post("/me").header("cookie", &cookie).header("x-csrf-token", "")).await.is(CROSS_SITE);
}

#[tokio::test]
async fn another_site_is_refused_even_if_it_knows_the_claim() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let request = |headers: &[(&str, &str)]| {
        let request = post("/me").header("x-csrf-token", jar.csrf());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        jar.on(request)
    };
    for (headers, good) in [
        (&[("origin", "http://localhost"), ("sec-fetch-site", "same-origin")][..], true),
        (&[("origin", "https://localhost")], true),
        (&[("sec-fetch-site", "none")], true),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("origin", "https://evil.example")], false),
        (&[("origin", "http://localhost:81")], false),
        (&[("origin", "null")], false),
        (&[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], false),
        (&[("origin", "https://evil.example"), ("x-forwarded-host", "evil.example")], false),
        (&[("origin", "http://localhost"), ("sec-fetch-site", "cross-site")], false),
    ] {
        let expected = if good { ADA } else { CROSS_SITE };
        assert_eq!(server.send(request(headers)).await.outcome(), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn an_origin_that_the_configuration_names_is_let_in_with_the_claim_only() {
    let guard = builder()
        .cookies(CookieSettings::new().csrf_header("X-My-Token"))
        .trusted_origin("https://app.example")
        .build()
        .unwrap();
    let server = serve(guard).await;
    let jar = Jar::login(&server).await;
    let from = |origin: &str| post("/me").header("origin", origin).header("sec-fetch-site", "same-site");
    jar.send(&server, from("https://app.example").header("x-my-token", jar.csrf())).await.is(ADA);
    jar.send(&server, from("https://app.example")).await.is(CROSS_SITE);
    jar.send(&server, from("https://b.example").header("x-my-token", jar.csrf())).await.is(CROSS_SITE);
    // The header of another name does not count.
    jar.send(&server, post("/me").header("x-csrf-token", jar.csrf())).await.is(CROSS_SITE);
}

#[test]
fn an_origin_with_a_path_or_a_wildcard_is_not_an_origin() {
    for wrong in ["https://app.example/", "*", "app.example", "https://*.example.com/x", "null", ""] {
        let error = builder().trusted_origin(wrong).build().unwrap_err();
        assert!(error.to_string().contains("is not the origin of a page"), "{error}");
    }
    for wrong in ["htttps://app.example", "htps://app.example", "httpp://app.example"] {
        let error = builder().trusted_origin(wrong).build().unwrap_err();
        assert!(error.to_string().contains("did you mean `http"), "{error}");
    }
}

#[test]
fn cookie_settings_are_checked_with_all_others() {
    let settings = CookieSettings::new().names("a b", "c").path("x");
    let location = TokenLocation::cookie("__Host-access_token");
    let error = builder().locations([location]).cookies(CookieSettings::new()).build().unwrap_err();
    assert!(error.to_string().contains("listed twice"), "{error}");
    let problems: Vec<_> = builder().cookies(settings).build().unwrap_err().problems().collect();
    assert!(problems.len() >= 2, "{problems:?}");
}

#[tokio::test]
async fn a_form_field_counts_and_the_handler_gets_the_whole_form() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let form = |value: &str| format!("note=a+b%26c&csrf_token={value}&z=1");
    for body in [form(jar.csrf()), format!("csrf_token={}", jar.csrf())] {
        jar.send(&server, Request::post_form("/echo", &body)).await.is(Outcome::ok(&body));
        jar.send(&server, Request::post_chunked_form("/echo", &body)).await.is(Outcome::ok(&body));
    }
    let twice = format!("csrf_token={0}&csrf_token={0}", jar.csrf());
    for wrong in [form("wrong"), form(""), "note=1".to_owned(), String::new(), twice] {
        jar.send(&server, Request::post_form("/echo", &wrong)).await.is(CROSS_SITE);
    }
    // The field replaces neither the other checks nor a wrong header.
    let good = || Request::post_form("/echo", &form(jar.csrf()));
    jar.send(&server, good().header("origin", "https://evil.example")).await.is(CROSS_SITE);
    jar.send(&server, good().header("x-csrf-token", "wrong")).await.is(CROSS_SITE);
    // Another type of body is not looked into: pages of other sites can send text.
    let text = form(jar.csrf());
    jar.send(&server, Request::post_json("/echo", &text)).await.is(CROSS_SITE);
}

#[tokio::test]
async fn a_form_that_is_too_long_is_413_and_one_with_a_header_token_is_not_read() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let long = format!("csrf_token={}&note={}", jar.csrf(), "x".repeat(64 * 1024));
    for request in [Request::post_form("/echo", &long), Request::post_chunked_form("/echo", &long)] {
        jar.send(&server, request).await.is(Outcome {
            status: 413,
            challenge: None,
            body: r#"{"title":"Payload Too Large","status":413,"detail":"the form is too large"}"#,
        });
    }
    let token = login(&server).await.access;
    server.send(Request::post_form("/echo", &long).bearer(&token)).await.is(Outcome::ok(&long));
    let with_header = Request::post_form("/echo", &long).header("x-csrf-token", jar.csrf());
    jar.send(&server, with_header).await.is(Outcome::ok(&long));
}

#[tokio::test]
async fn a_long_form_with_a_session_alone_is_not_read() {
    let sessions = Sessions::builder(SessionMemory::default()).build().unwrap();
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let server = serve(builder().cookies(CookieSettings::new()).sessions(sessions).build().unwrap()).await;
    let long = format!("note={}", "x".repeat(64 * 1024));
    let form = Request::post_form("/echo", &long).header("sec-fetch-site", "same-origin");
    let form = form.header("cookie", format!("__Host-session={}", id.as_str()));
    server.send(form).await.is(Outcome::ok(&long));
}

#[tokio::test]
async fn a_page_over_plain_http_uses_no_session_whose_cookie_is_secure() {
    let kept = SessionMemory::default();
    let of = |cookie| Sessions::builder(kept.clone()).cookie(cookie).build().unwrap();
    let (secure, plain) = (SessionCookie::new(), SessionCookie::new().for_plain_http_development());
    let id = of(secure.clone()).create(NewSession::new("ada")).await.unwrap();
    for (cookie, expected) in [(secure, CROSS_SITE), (plain, ADA)] {
        let name = cookie.cookie_name().to_owned();
        let server = serve(JwtGuard::builder().sessions(of(cookie)).build().unwrap()).await;
        let request = || {
            let cookie = format!("{name}={}", id.as_str());
            post("/me").host("shop.example").header("cookie", cookie)
        };
        server.send(request().header("origin", "http://shop.example")).await.is(expected);
        server.send(request().header("origin", "https://shop.example")).await.is(ADA);
    }
}

#[tokio::test]
async fn a_cookie_that_another_service_sets_is_asked_for_its_site_alone() {
    let guard = jwt_guard_tests::guard(jwt_guard::Algorithm::Hs256)
        .locations([TokenLocation::cookie("session")])
        .build()
        .unwrap();
    let server = crate::app::serve(guard).await;
    let token = SigningKey::of(jwt_guard::Algorithm::Hs256).token(&Payload::good());
    let request = || Request::new("POST", crate::app::PROTECTED).header("cookie", format!("session={token}"));
    server.send(request()).await.is(CROSS_SITE);
    server.send(request().header("sec-fetch-site", "same-origin")).await.is(crate::app::ALICE);
    server.send(request().header("sec-fetch-site", "cross-site")).await.is(CROSS_SITE);
    server.send(request().header("origin", "https://evil.example")).await.is(CROSS_SITE);
}

#[tokio::test]
async fn a_websocket_of_another_site_gets_no_connection() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let handshake = |origin: &str| {
        let get = Request::get("/me").header("connection", "upgrade").header("upgrade", "websocket");
        get.header("origin", origin)
    };
    jar.send(&server, handshake("https://evil.example")).await.is(CROSS_SITE);
    jar.send(&server, handshake("https://localhost")).await.is(ADA);
}

#[tokio::test]
async fn the_log_says_which_question_was_answered_wrong() {
    let server = serve(guard()).await;
    let jar = Jar::login(&server).await;
    let log = events::capture();
    for (request, word) in [
        (post("/me"), "does not repeat"),
        (post("/me").header("x-csrf-token", "wrong"), "another value"),
        (post("/me").header("origin", "https://evil.example"), "trusted_origin"),
        (post("/me").header("sec-fetch-site", "cross-site"), "Sec-Fetch-Site"),
    ] {
        jar.send(&server, request).await.is(CROSS_SITE);
        let logged = log.only();
        assert!(logged.field("reason").unwrap().contains(word), "{logged:?}");
        assert_eq!(logged.level, tracing::Level::INFO);
    }
}
