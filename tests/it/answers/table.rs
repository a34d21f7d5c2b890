//! The table of answers, row by row: status, challenge, body and the other headers.

use axum::response::{Html, IntoResponse as _};
use http::{HeaderValue, Uri};
use jwt_guard::respond::compat::{FastApi, FlaskJwtExtended, Litestar, Starlette};
use jwt_guard::respond::{ProblemJson, Refusal, RenderRefusal};
use jwt_guard::setup::TokenLocation;
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, routing};
use jwt_guard_tests::{Answer, Outcome, Request, Server, events, guard, hs256, token};

/// One row of the table: a request, and what it must get.
#[derive(Clone)]
struct Row {
    name: &'static str,
    request: Request,
    status: u16,
    challenge: Option<&'static str>,
    detail: &'static str,
    code: Option<&'static str>,
}

impl Row {
    fn lacks_token(&self) -> bool {
        self.status == 401 && self.code.is_none()
    }
}

/// Every row that needs neither a store nor a key server; `stores`, `login` and `keys` test the others.
fn table() -> Vec<Row> {
    let get = |target: &str| Request::get(target);
    let with = |target: &str, changes: &[(&str, &str)]| Request::get(target).bearer(&token(changes));
    let no_token = Row {
        name: "no token",
        request: get("/me"),
        status: 401,
        challenge: Some(r#"Bearer realm="api""#),
        detail: "authentication is required",
        code: None,
    };
    let two_tokens = Row {
        name: "two headers",
        request: with("/me", &[]).bearer("a.b.c"),
        status: 400,
        challenge: Some(r#"Bearer realm="api", error="invalid_request""#),
        detail: "the request must carry exactly one well-formed token",
        code: Some("invalid_request"),
    };
    let bad_token = Row {
        name: "bad token",
        request: get("/me").bearer("a.b.c"),
        status: 401,
        challenge: Some(r#"Bearer realm="api", error="invalid_token""#),
        detail: "the token is not valid",
        code: Some("invalid_token"),
    };
    let scope = Row {
        name: "scope missing",
        request: with("/write", &[("scope", "\"orders:read\"")]),
        status: 403,
        challenge: Some(
            r#"Bearer realm="api", error="insufficient_scope", scope="orders:read orders:write""#,
        ),
        detail: "the token lacks a scope that this operation needs",
        code: Some("insufficient_scope"),
    };
    let role = Row {
        name: "role missing",
        request: with("/clerk", &[]),
        status: 403,
        challenge: Some(r#"Bearer realm="api""#),
        detail: "the caller may not do this",
        code: None,
    };
    vec![
        Row {
            name: "no token, scopes known",
            request: get("/write"),
            challenge: Some(r#"Bearer realm="api", scope="orders:read orders:write""#),
            ..no_token.clone()
        },
        Row {
            name: "another scheme only",
            request: get("/me").header("authorization", "Basic dXNlcjpwYXNz"),
            ..no_token.clone()
        },
        Row {
            name: "malformed header",
            request: get("/me").header("authorization", "Bearer a b"),
            ..two_tokens.clone()
        },
        Row {
            name: "expired token",
            request: with("/me", &[("iat", "1799990000"), ("exp", "1799999000")]),
            ..bad_token.clone()
        },
        Row {
            name: "wrong kind of token",
            request: get("/me").bearer(&refresh_token()),
            ..bad_token.clone()
        },
        Row {
            name: "scope missing, cheapest of two branches",
            request: with("/either", &[("scope", "\"b\"")]),
            challenge: Some(r#"Bearer realm="api", error="insufficient_scope", scope="b c""#),
            ..scope.clone()
        },
        Row { name: "claim missing", request: with("/tenant", &[("tenant", "\"other\"")]), ..role.clone() },
        Row { name: "scope and role missing", request: with("/both", &[]), ..role.clone() },
        no_token,
        two_tokens,
        bad_token,
        scope,
        role,
    ]
}

#[tokio::test]
async fn every_row_of_the_table_is_answered_in_the_words_of_every_renderer() {
    answers(ProblemJson, "application/problem+json", |row| {
        let code = row.code.map(|code| format!(r#","code":"{code}""#)).unwrap_or_default();
        let title = match row.status {
            400 => "Bad Request",
            401 => "Unauthorized",
            _ => "Forbidden",
        };
        format!(r#"{{"title":"{title}","status":{},"detail":"{}"{code}}}"#, row.status, row.detail)
    })
    .await;
    answers(FastApi, "application/json", |row| {
        let words = if row.lacks_token() { "Missing Authorization Header" } else { row.detail };
        format!(r#"{{"detail":"{words}"}}"#)
    })
    .await;
    answers(Litestar, "application/json", |row| {
        let words = match row.status {
            401 if row.lacks_token() => "No JWT token found in request header",
            400 | 401 => "Invalid token",
            _ => "Forbidden",
        };
        format!(r#"{{"status_code":{},"detail":"{words}"}}"#, row.status)
    })
    .await;
    answers(FlaskJwtExtended, "application/json", |row| format!(r#"{{"msg":"{}"}}"#, row.detail)).await;
    answers(Starlette, "text/plain; charset=utf-8", |row| {
        let words = match row.status {
            401 if row.lacks_token() => "Unauthorized",
            401 => "Token verification failed.",
            403 => "Forbidden",
            _ => row.detail,
        };
        words.to_owned()
    })
    .await;
    let closure = |refusal: &Refusal| Html(format!("<p>{}", refusal.detail())).into_response();
    answers(closure, "text/html; charset=utf-8", |row| format!("<p>{}", row.detail)).await;
}

async fn answers(renderer: impl RenderRefusal, content_type: &str, body: impl Fn(&Row) -> String) {
    let server = serve(guard(Algorithm::Hs256).refusal_body(renderer).build().unwrap()).await;
    for row in table() {
        let answer = server.send(row.request.clone()).await;
        let expected = Outcome { status: row.status, challenge: row.challenge, body: &body(&row) };
        assert_eq!(answer.outcome(), expected, "{}", row.name);
        assert_eq!(answer.header("content-type"), Some(content_type), "{}", row.name);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", row.name);
    }
}

#[tokio::test]
async fn a_realm_is_quoted() {
    let realm = r#"the "orders" \ service"#;
    let server = serve(guard(Algorithm::Hs256).realm(realm).build().unwrap()).await;
    let answer = server.send(Request::get("/me")).await;
    assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer realm="the \"orders\" \\ service""#));
}

#[tokio::test]
async fn the_challenge_names_the_scheme_that_the_guard_reads() {
    let guard =
        guard(Algorithm::Hs256).locations([TokenLocation::cookie("token"), TokenLocation::scheme("JWT")]);
    let server = serve(guard.build().unwrap()).await;
    let answer = server.send(Request::get("/me")).await;
    assert_eq!(answer.header("www-authenticate"), Some(r#"JWT realm="api""#));
}

#[tokio::test]
async fn a_hidden_route_looks_exactly_as_one_that_does_not_exist() {
    looks_absent(hs256()).await;
    looks_absent(guard(Algorithm::Hs256).refusal_body(FastApi).build().unwrap()).await;
    looks_absent(guard(Algorithm::Hs256).refusal_body(Litestar).build().unwrap()).await;
    looks_absent(guard(Algorithm::Hs256).refusal_body(FlaskJwtExtended).build().unwrap()).await;
    looks_absent(guard(Algorithm::Hs256).refusal_body(Starlette).build().unwrap()).await;
    let closure = |refusal: &Refusal| refusal.detail().into_response();
    looks_absent(guard(Algorithm::Hs256).refusal_body(closure).build().unwrap()).await;
}

#[tokio::test]
async fn a_renderer_writes_the_404_of_a_service_with_its_own_fallback() {
    struct Pages;
    impl jwt_guard::respond::RenderRefusal for Pages {
        fn render(&self, refusal: &Refusal) -> axum::response::Response {
            refusal.detail().into_response()
        }
        fn render_not_found(&self) -> axum::response::Response {
            "no such page".into_response()
        }
    }
    let server = serve(guard(Algorithm::Hs256).refusal_body(Pages).build().unwrap()).await;
    let answer = server.send(Request::get("/hidden")).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (404, "no such page"));
}

async fn looks_absent(guard: JwtGuard) {
    let server = serve(guard).await;
    let absent = server.send(Request::get("/no-such-route")).await;
    assert_eq!(absent.status, 404);
    for request in [
        Request::get("/hidden"),
        Request::get("/hidden").bearer("a.b.c"),
        Request::get("/hidden").bearer("a b"),
        Request::get("/hidden").bearer(&token(&[])),
        Request::get("/hidden").header("accept", "text/html"),
    ] {
        let hidden = server.send(request).await;
        let told = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.remove("date");
            (answer.status, headers, answer.body.clone())
        };
        assert_eq!(told(&hidden), told(&absent));
    }
    let staff = token(&[("roles", r#"["staff"]"#)]);
    server.get("/hidden", &staff).await.is(Outcome::ok("hidden"));
}

#[tokio::test]
async fn a_browser_without_a_good_token_is_sent_to_the_login_page_and_back() {
    let server = serve(hs256()).await;
    let browser = |target: &str| Request::get(target).header("accept", "text/html,*/*;q=0.8");
    for request in [browser("/page?a=b&c=d"), browser("/page?a=b&c=d").bearer("a.b.c")] {
        let answer = server.send(request).await;
        answer.is(Outcome { status: 303, challenge: None, body: "" });
        assert_eq!(answer.header("location"), Some("/login?next=/page%3Fa%3Db%26c%3Dd"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("vary"), Some("accept"));
    }
    server.send(Request::get("/page").header("accept", "*/*")).await.is(Outcome::NO_TOKEN);
    // What was posted cannot be repeated by following a link.
    let post = Request::new("POST", "/page?a=b").header("accept", "text/html");
    let answer = server.send(post).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/login")));
    let elsewhere = server.send(browser("//evil.example/page")).await;
    assert_ne!(elsewhere.status, 303, "no such route");
}

#[tokio::test]
async fn the_way_back_includes_the_prefix_of_a_nested_router() {
    let nested = Router::new().nest("/shop", Router::new().route("/page", routing::get(page)));
    let server = Server::start(nested.with_guard(hs256()).into_axum()).await;
    let answer = server.send(Request::get("/shop/page").header("accept", "text/html")).await;
    assert_eq!(answer.header("location"), Some("/login?next=/shop/page"));
    let uri: Uri = answer.header("location").unwrap().parse().unwrap();
    assert_eq!(uri.authority(), None);
}

#[tokio::test]
async fn a_known_caller_who_may_not_is_not_sent_to_log_in_again() {
    let server = serve(hs256()).await;
    let request = Request::get("/clerk-page").header("accept", "text/html").bearer(&token(&[]));
    server.send(request).await.is(Outcome::FORBIDDEN);
}

#[tokio::test]
async fn a_handler_without_a_guard_answers_500_and_the_log_says_which_line_is_missing() {
    let server = Server::start(routes().into_axum()).await;
    let events = events::capture();
    for request in [Request::get("/me"), Request::get("/me").bearer(&token(&[])), Request::get("/hidden")] {
        let answer = server.send(request).await;
        answer.is(Outcome::SERVER_ERROR);
        let logged = events.only();
        assert_eq!(logged.level, tracing::Level::ERROR);
        let reason = logged.field("reason").unwrap();
        assert!(reason.contains("guard.install()"), "{reason}");
        assert!(reason.contains(".layer(guard.layer())"), "{reason}");
    }
}

#[tokio::test]
async fn a_panic_of_the_clock_is_500_without_details_and_is_counted() {
    #[derive(Debug)]
    struct Broken;
    impl jwt_guard::setup::Clock for Broken {
        fn now(&self) -> std::time::SystemTime {
            panic!("the clock stopped at a secret time");
        }
    }
    let guard = guard(Algorithm::Hs256).clock(Broken).build().unwrap();
    let server = serve(guard.clone()).await;
    for target in ["/me", "/hidden", "/page"] {
        let request = Request::get(target).bearer(&token(&[])).header("accept", "text/html");
        server.send(request).await.is(Outcome::SERVER_ERROR);
    }
    assert_eq!(guard.caught_panics(), 3);
}

#[tokio::test]
async fn a_clock_before_1970_is_not_a_bad_token() {
    #[derive(Debug)]
    struct Early;
    impl jwt_guard::setup::Clock for Early {
        fn now(&self) -> std::time::SystemTime {
            std::time::SystemTime::UNIX_EPOCH - std::time::Duration::from_secs(1)
        }
    }
    let server = serve(guard(Algorithm::Hs256).clock(Early).build().unwrap()).await;
    server.get("/me", &token(&[])).await.is(Outcome::SERVER_ERROR);
}

#[tokio::test]
async fn a_renderer_may_add_headers_and_cannot_take_the_challenge_away() {
    let renderer = |_: &Refusal| {
        let mut response = "so sorry".into_response();
        *response.status_mut() = http::StatusCode::OK;
        let headers = response.headers_mut();
        headers.insert("x-request-id", HeaderValue::from_static("7"));
        headers.insert("www-authenticate", HeaderValue::from_static("None"));
        headers.insert("cache-control", HeaderValue::from_static("public"));
        response
    };
    let server = serve(guard(Algorithm::Hs256).refusal_body(renderer).build().unwrap()).await;
    let answer = server.send(Request::get("/me")).await;
    answer.is(Outcome { body: "so sorry", ..Outcome::NO_TOKEN });
    assert_eq!(answer.header("x-request-id"), Some("7"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn the_client_never_learns_why_a_token_is_bad() {
    let server = serve(hs256()).await;
    let reasons = [
        token(&[("aud", "\"other\"")]),
        token(&[("exp", "\"x\"")]),
        token(&[("nbf", "1900000000")]),
        token(&[("cnf", "{}")]),
        token(&[("iat", "1799990000"), ("exp", "1799999000")]),
        refresh_token(),
        "a.b.c".to_owned(),
        "x".repeat(20_000),
    ];
    for token in reasons {
        let answer = server.get("/me", &token).await;
        answer.is(Outcome::BAD_TOKEN);
        let mut names: Vec<_> = answer.headers.keys().map(http::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["cache-control", "connection", "content-length", "content-type", "date", "www-authenticate"]
        );
    }
}

fn refresh_token() -> String {
    let key = jwt_guard_tests::SigningKey::of(Algorithm::Hs256);
    let payload = jwt_guard_tests::Payload::good().to_string();
    key.token_of(&key.header_with("typ", "\"rt+jwt\""), payload.as_bytes())
}

async fn serve(guard: JwtGuard) -> Server {
    Server::start(routes().with_guard(guard).into_axum()).await
}

fn routes() -> Router {
    Router::new()
        .route("/me", routing::get(me))
        .route("/write", routing::get(write))
        .route("/either", routing::get(either))
        .route("/clerk", routing::get(clerk))
        .route("/clerk-page", routing::get(clerk_page))
        .route("/both", routing::get(both))
        .route("/tenant", routing::get(tenant))
        .route("/hidden", routing::get(hidden))
        .route("/page", routing::get(page).post(page))
}

#[jwt_guard::authentication_required]
async fn me(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[jwt_guard::requires(scope = "orders:read", scope = "orders:write")]
async fn write() {}

#[jwt_guard::requires(any(all(scope = "a", scope = "x", scope = "y"), all(scope = "b", scope = "c")))]
async fn either() {}

#[jwt_guard::requires(role = "clerk")]
async fn clerk() {}

#[jwt_guard::requires(role = "clerk", redirect = "/login")]
async fn clerk_page() {}

#[jwt_guard::requires(scope = "orders:write", role = "clerk")]
async fn both() {}

#[jwt_guard::requires(claim("tenant") = "acme")]
async fn tenant() {}

#[jwt_guard::requires(role = "staff", deny_as = "not_found")]
async fn hidden() -> &'static str {
    "hidden"
}

#[jwt_guard::authentication_required(redirect = "/login")]
async fn page() -> &'static str {
    "page"
}
