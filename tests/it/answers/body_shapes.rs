//! The bodies of [`jwt_guard::respond::compat`] against the systems that they are named after: for every refusal of
//! those systems, the exact bytes of the answer here.
//!
//! The bodies have the media types, the members and, if those reveal nothing, the words of the originals. Statuses, and
//! all other words, are those of our one table, for the reasons beside the lines.

use std::convert::Infallible;

use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginError;
use jwt_guard::respond::RenderRefusal;
use jwt_guard::respond::compat::{FastApi, FlaskJwtExtended, Litestar, Starlette};
use jwt_guard::session::Sessions;
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::MemoryStore;
use jwt_guard::{
    Algorithm, Claims, JwtGuard, Principal, Router, anonymous_allowed, authentication_required, requires,
    routing,
};
use jwt_guard_tests::{
    AUDIENCE, Answer, ISSUER, ManualClock, NOW, Payload, Request, Server, SigningKey, base64url,
};

/// A refusal of another system, with our status and body.
type Line<'a> = (&'a str, u16, &'a str);

#[tokio::test]
async fn a_client_of_fastapi_jwt_auth_reads_its_shape() {
    let bad_token = r#"{"detail":"the token is not valid"}"#;
    let no_token = r#"{"detail":"Missing Authorization Header"}"#;
    let crossed = r#"{"detail":"the request may come from another site"}"#;
    answers(
        FastApi,
        "application/json",
        &[
            // "Missing cookie .." where it looks there: one sentence for each class.
            ("no token", 401, no_token),
            // 422 "Bad Authorization header. Expected value 'Bearer <JWT>'": RFC 6750 section 3.1 has 400 for that.
            ("malformed header", 400, r#"{"detail":"the request must carry exactly one well-formed token"}"#),
            // 422, as above: credentials of another scheme are none of ours (RFC 9110 section 11.6.1).
            ("wrong scheme", 401, no_token),
            // 422 and the text of the exception, here and below: it tells a forger how far a token came.
            ("garbage", 401, bad_token),
            ("bad signature", 401, bad_token),
            ("expired", 401, bad_token),
            ("nbf in the future", 401, bad_token),
            // 500: a token that every client can write must not be an error of the server.
            ("alg none", 401, bad_token),
            ("public key as secret", 401, bad_token),
            // 500, in a handler that asks for the subject.
            ("sub missing", 401, bad_token),
            ("audience of another service", 401, bad_token),
            // It has neither scopes, nor roles, nor users; its shape holds for ours.
            ("scope missing", 403, r#"{"detail":"the token lacks a scope that this operation needs"}"#),
            ("role missing", 403, r#"{"detail":"the caller may not do this"}"#),
            ("user not found", 401, bad_token),
            // "Token has been revoked": a thief would learn that the theft is known.
            ("revoked", 401, bad_token),
            // 422 "Only access tokens are allowed", and the reverse: that tells what a found token is good for.
            ("refresh token as access token", 401, bad_token),
            ("access token as refresh token", 401, bad_token),
            ("not fresh", 401, r#"{"detail":"Fresh token required"}"#),
            // 401 "Missing CSRF Token" and "CSRF double submit tokens do not match": a new login would not help, so
            // 403; what exactly is amiss is for the log.
            ("CSRF token missing", 403, crossed),
            ("CSRF token wrong", 403, crossed),
            ("unknown session", 401, bad_token),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_client_of_litestar_reads_its_shape() {
    let bad_token = r#"{"status_code":401,"detail":"Invalid token"}"#;
    let no_token = r#"{"status_code":401,"detail":"No JWT token found in request header"}"#;
    let crossed = r#"{"status_code":403,"detail":"the request may come from another site"}"#;
    let malformed = r#"{"status_code":400,"detail":"Invalid token"}"#;
    let forbidden = r#"{"status_code":403,"detail":"Forbidden"}"#;
    answers(
        Litestar,
        "application/json",
        &[
            // ".. or cookies" where it looks there: one sentence for each class.
            ("no token", 401, no_token),
            // 401: RFC 6750 section 3.1 has 400 for that.
            ("malformed header", 400, malformed),
            // 200: it reads a token after any scheme, or none.
            ("wrong scheme", 401, no_token),
            ("garbage", 401, bad_token),
            ("bad signature", 401, bad_token),
            ("expired", 401, bad_token),
            ("nbf in the future", 401, bad_token),
            ("alg none", 401, bad_token),
            ("public key as secret", 401, bad_token),
            ("sub missing", 401, bad_token),
            // 200, unless an audience is configured; ours must have one.
            ("audience of another service", 401, bad_token),
            ("scope missing", 403, forbidden),
            ("role missing", 403, forbidden),
            // "Unauthorized" for both, unlike for a bad token: that tells which tokens were signed by the service.
            ("user not found", 401, bad_token),
            ("revoked", 401, bad_token),
            // It has none of these; its shape holds for ours.
            ("refresh token as access token", 401, bad_token),
            ("access token as refresh token", 401, bad_token),
            ("not fresh", 401, r#"{"status_code":401,"detail":"this operation needs a new login"}"#),
            ("CSRF token missing", 403, crossed),
            ("CSRF token wrong", 403, crossed),
            ("unknown session", 401, bad_token),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_client_of_starlette_jwt_or_jam_reads_plain_text() {
    let bad_token = "Token verification failed.";
    answers(
        Starlette,
        "text/plain; charset=utf-8",
        &[
            // 403 "Forbidden" by both: RFC 9110 section 15.5.2 has 401 for a request without credentials.
            ("no token", 401, "Unauthorized"),
            // 400 "Could not separate Authorization scheme and token"; jam takes it for no token.
            ("malformed header", 400, "the request must carry exactly one well-formed token"),
            // 400 "Authorization scheme Basic is not supported": another scheme may be for another reader.
            ("wrong scheme", 401, "Unauthorized"),
            // 400 here and below, by starlette-jwt with the text of the exception: 401 asks for a new token, and the text
            // would tell a forger how far the old one came. These are the words of jam.
            ("garbage", 401, bad_token),
            ("bad signature", 401, bad_token),
            ("expired", 401, bad_token),
            // 200 by jam 2: it never reads `nbf`.
            ("nbf in the future", 401, bad_token),
            ("alg none", 401, bad_token),
            ("public key as secret", 401, bad_token),
            // 200 or 500 by both.
            ("sub missing", 401, bad_token),
            // 200 by jam: it never reads `aud`.
            ("audience of another service", 401, bad_token),
            ("scope missing", 403, "Forbidden"),
            ("role missing", 403, "Forbidden"),
            // starlette-jwt has nothing of what follows, jam has lists and sessions.
            ("user not found", 401, bad_token),
            ("revoked", 401, bad_token),
            ("refresh token as access token", 401, bad_token),
            ("access token as refresh token", 401, bad_token),
            ("not fresh", 401, "this operation needs a new login"),
            ("CSRF token missing", 403, "the request may come from another site"),
            ("CSRF token wrong", 403, "the request may come from another site"),
            // 200 by jam 2: it lets any id in.
            ("unknown session", 401, bad_token),
        ],
    )
    .await;
}

/// Only its form is kept, so one line of each class is enough.
#[tokio::test]
async fn a_client_of_flask_jwt_extended_reads_its_shape() {
    let answers = refusals(FlaskJwtExtended).await;
    for (name, status, body) in [
        ("no token", 401, r#"{"msg":"authentication is required"}"#),
        ("expired", 401, r#"{"msg":"the token is not valid"}"#),
        ("scope missing", 403, r#"{"msg":"the token lacks a scope that this operation needs"}"#),
        ("role missing", 403, r#"{"msg":"the caller may not do this"}"#),
    ] {
        let answer = &answers.iter().find(|(known, _)| *known == name).unwrap().1;
        check(name, answer, status, "application/json", body);
    }
}

async fn answers(renderer: impl RenderRefusal + Copy, content_type: &str, lines: &[Line<'_>]) {
    let answers = refusals(renderer).await;
    let names = |lines: &[Line<'_>]| lines.iter().map(|line| line.0.to_owned()).collect::<Vec<_>>();
    let sent: Vec<_> = answers.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(lines), sent, "every refusal has a line");
    for ((name, answer), (_, status, body)) in answers.iter().zip(lines) {
        check(name, answer, *status, content_type, body);
    }
}

fn check(name: &str, answer: &Answer, status: u16, content_type: &str, body: &str) {
    let told = (answer.status.as_u16(), answer.header("content-type"), answer.body.as_str());
    assert_eq!(told, (status, Some(content_type), body), "{name}");
}

/// Causes every kind of refusal.
async fn refusals(renderer: impl RenderRefusal + Copy) -> Vec<(&'static str, Answer)> {
    let server = serve(guard(renderer)).await;
    let rs256 = SigningKey::of(Algorithm::Rs256);
    let confused = SigningKey::hmac(Algorithm::Hs256, rs256.public_pem().as_bytes());
    let rs256 = serve(jwt_guard_tests::guard(Algorithm::Rs256).refusal_body(renderer)).await;

    let pair = Pair::of(&server.send(Request::new("POST", "/login")).await);
    let revoked = Pair::of(&server.send(Request::new("POST", "/login")).await);
    let logout = server.send(Request::new("POST", "/logout").bearer(&revoked.access)).await;
    assert_eq!(logout.status, 204, "{logout:?}");
    let cookies = cookies(&server.send(Request::new("POST", "/login/cookies")).await);

    let me = || Request::get("/me");
    // A guard with a store wants tokens that have a name.
    let good = Payload::good().with("jti", "\"t\"");
    let token = |changes: &[(&str, &str)]| {
        let payload = changes.iter().fold(good.clone(), |payload, (name, json)| payload.with(name, json));
        SigningKey::of(Algorithm::Hs256).token(&payload)
    };
    let with = |changes: &[(&str, &str)]| me().bearer(&token(changes));
    let post = || Request::new("POST", "/me").header("cookie", &cookies);
    let forged = SigningKey::hmac(Algorithm::Hs256, b"a secret that the service does not have");
    let unsigned = format!(
        "{}.{}.",
        base64url(br#"{"alg":"none","typ":"JWT"}"#),
        base64url(good.to_string().as_bytes())
    );
    let sent = [
        ("no token", me()),
        ("malformed header", me().header("authorization", "Bearer a b")),
        ("wrong scheme", me().header("authorization", "Basic dXNlcjpwYXNz")),
        ("garbage", me().bearer("a.b.c")),
        ("bad signature", me().bearer(&forged.token(&good))),
        ("expired", with(&[("iat", &(NOW - 7200).to_string()), ("exp", &(NOW - 3600).to_string())])),
        ("nbf in the future", with(&[("nbf", &(NOW + 3600).to_string())])),
        ("alg none", me().bearer(&unsigned)),
        ("public key as secret", me().bearer(&confused.token(&good))),
        ("sub missing", with(&[("sub", "")])),
        ("audience of another service", with(&[("aud", "\"invoices\"")])),
        ("scope missing", Request::get("/orders").bearer(&token(&[]))),
        ("role missing", Request::get("/clerks").bearer(&token(&[]))),
        ("user not found", with(&[("sub", "\"mallory\"")])),
        ("revoked", me().bearer(&revoked.access)),
        ("refresh token as access token", me().bearer(&pair.refresh)),
        ("access token as refresh token", Request::new("POST", "/refresh").bearer(&pair.access)),
        ("not fresh", Request::get("/fresh").bearer(&token(&[]))),
        ("CSRF token missing", post()),
        ("CSRF token wrong", post().header("x-csrf-token", "wrong")),
        ("unknown session", me().header("cookie", format!("__Host-session={}", "A".repeat(43)))),
    ];
    // The tokens among them differ from these, which are good, in what their names say.
    assert_eq!(server.send(with(&[])).await.status, 200);
    assert_eq!(rs256.get("/me", &SigningKey::of(Algorithm::Rs256).token(&good)).await.status, 200);

    let mut answers = Vec::new();
    for (name, request) in sent {
        let server = if name == "public key as secret" { &rs256 } else { &server };
        answers.push((name, server.send(request).await));
    }
    answers
}

/// A guard with everything that can refuse.
fn guard(renderer: impl RenderRefusal) -> Builder<HasKeys, HasAudience> {
    let key = jwt_guard::SigningKey::secret(Algorithm::Hs256, SigningKey::secret()).unwrap();
    let users =
        |claims: Claims| async move { Ok::<_, Infallible>((claims.subject() == "alice").then_some(())) };
    JwtGuard::builder()
        .signing_key(key)
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .clock(ManualClock::new())
        .token_store(MemoryStore::new())
        .cookies(CookieSettings::new())
        .sessions(Sessions::new(tower_sessions_memory_store::MemoryStore::default()))
        .load_user(users)
        .refusal_body(renderer)
}

async fn serve(guard: Builder<HasKeys, HasAudience>) -> Server {
    let guard = guard.build().unwrap();
    let app = Router::new()
        .route("/login", routing::post(log_in))
        .route("/login/cookies", routing::post(log_in_with_cookies))
        .route("/refresh", routing::post(refresh))
        .route("/logout", routing::post(log_out))
        .route("/me", routing::get(me).post(me))
        .route("/orders", routing::get(orders))
        .route("/clerks", routing::get(clerks))
        .route("/fresh", routing::get(fresh))
        .with_guard(guard);
    Server::start(app.into_axum()).await
}

#[anonymous_allowed]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("alice").respond().await
}

#[anonymous_allowed]
async fn log_in_with_cookies(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("alice").cookies().respond().await
}

#[requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[authentication_required]
async fn log_out(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[authentication_required]
async fn me() {}

#[requires(scope = "orders:read")]
async fn orders() {}

#[requires(role = "clerk")]
async fn clerks() {}

#[requires(fresh)]
async fn fresh() {}

/// The tokens of a login.
struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    #[track_caller]
    fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }
}

/// The cookies of a login, as a browser sends them.
fn cookies(answer: &Answer) -> String {
    let lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let pairs: Vec<_> = lines.map(|line| line.split(';').next().unwrap()).collect();
    assert!(!pairs.is_empty(), "{answer:?}");
    pairs.join("; ")
}
