//! What a login answers: OAuth 2 JSON, a header, or cookies, and never something to be cached.

use http::StatusCode;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::LoginErrorKind;
use jwt_guard::{Algorithm, JwtGuard, SigningKey};
use jwt_guard_tests::{Answer, Outcome, Request};
use serde_json::{Value, json};

use super::{ADA, Jar, builder, guard, login, post, serve};

#[tokio::test]
async fn json_is_the_oauth_2_answer_and_its_tokens_are_good() {
    let server = serve(guard()).await;
    let answer = server.send(post("/login")).await;
    assert_eq!(answer.status, 200);
    never_cached(&answer);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(!answer.headers.contains_key("set-cookie"));
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 900);
    assert_eq!(body["scope"], "orders:read");
    server.get("/me", body["access_token"].as_str().unwrap()).await.is(ADA);
    // Neither token passes as the other.
    server.get("/me", body["refresh_token"].as_str().unwrap()).await.is(Outcome::BAD_TOKEN);
    let misused = post("/refresh").bearer(body["access_token"].as_str().unwrap());
    server.send(misused).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn a_header_carries_the_access_token_alone() {
    let server = serve(guard()).await;
    let answer = server.send(post("/login?form=header")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""));
    never_cached(&answer);
    let token = answer.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
    server.get("/me", token).await.is(ADA);
    // It belongs to no login, and is revoked by its name.
    assert_eq!(server.send(post("/logout").bearer(token)).await.status, 204);
    server.get("/me", token).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn cookies_have_every_attribute_that_protects_them() {
    let server = serve(guard()).await;
    let answer = server.send(post("/login?form=cookies")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""));
    never_cached(&answer);
    assert_eq!(
        shapes(&answer),
        [
            "__Host-access_token=*; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=900",
            "csrf_access_token=*; SameSite=Lax; Secure; Path=/; Max-Age=900",
            "__Host-refresh_token=*; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000",
            "csrf_refresh_token=*; SameSite=Lax; Secure; Path=/; Max-Age=2592000",
        ]
    );
    let jar = Jar::login(&server).await;
    jar.send(&server, Request::get("/me")).await.is(ADA);
}

#[tokio::test]
async fn cookies_and_body_have_one_access_token_and_the_body_no_refresh_token() {
    let server = serve(guard()).await;
    let answer = server.send(post("/login?form=both")).await;
    assert_eq!(answer.status, 200);
    never_cached(&answer);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "scope", "token_type"]);
    let mut jar = Jar::default();
    jar.keep(&answer);
    assert_eq!(jar.0["__Host-access_token"], body["access_token"].as_str().unwrap());
    assert!(jar.0.contains_key("__Host-refresh_token"));
    jar.send(&server, Request::get("/me")).await.is(ADA);
    server.get("/me", body["access_token"].as_str().unwrap()).await.is(ADA);
}

#[tokio::test]
async fn the_names_and_attributes_are_those_of_the_settings() {
    for (settings, expected) in [
        (
            CookieSettings::fastapi_jwt_auth(),
            [
                "access_token_cookie=*; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=900",
                "csrf_access_token=*; SameSite=Lax; Secure; Path=/; Max-Age=900",
            ],
        ),
        (
            CookieSettings::new().for_plain_http_development(),
            [
                "access_token=*; HttpOnly; SameSite=Lax; Path=/; Max-Age=900",
                "csrf_access_token=*; SameSite=Lax; Path=/; Max-Age=900",
            ],
        ),
        (
            CookieSettings::new().names("shop", "shop_refresh").csrf_names("c", "d").domain("shop.example"),
            [
                "__Secure-shop=*; HttpOnly; SameSite=Lax; Secure; Path=/; Domain=shop.example; Max-Age=900",
                "c=*; SameSite=Lax; Secure; Path=/; Domain=shop.example; Max-Age=900",
            ],
        ),
    ] {
        // Without a store there is an access token and no refresh token.
        let server = serve(builder().cookies(settings).build().unwrap()).await;
        let answer = server.send(post("/login?form=cookies")).await;
        assert_eq!(shapes(&answer), expected);
        let mut jar = Jar::default();
        jar.keep(&answer);
        jar.send(&server, Request::get("/me")).await.is(ADA);
    }
}

#[tokio::test]
async fn without_a_store_there_is_no_refresh_token() {
    let server = serve(builder().build().unwrap()).await;
    let answer = server.send(post("/login")).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(body.get("refresh_token").is_none());
    server.get("/me", body["access_token"].as_str().unwrap()).await.is(ADA);
}

#[tokio::test]
async fn status_and_body_are_the_callers() {
    let guard = guard();
    let response =
        guard.login("ada").status(StatusCode::CREATED).body(json!({"name": "Ada"})).respond().await;
    let answer = Answer::read(response.unwrap()).await;
    assert_eq!(answer.status, 201);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!((&body["name"], &body["token_type"]), (&json!("Ada"), &json!("Bearer")));

    let response = guard.login("ada").cookies().body(json!(["welcome"])).respond().await;
    let answer = Answer::read(response.unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, r#"["welcome"]"#));
    never_cached(&answer);

    for body in [json!({"access_token": "mine"}), json!({"scope": 1}), json!("text"), json!(null)] {
        let error = guard.login("ada").body(body).respond().await.unwrap_err();
        assert_eq!(error.kind(), LoginErrorKind::Body);
    }
}

#[tokio::test]
async fn what_the_guard_lacks_is_500_and_said_in_the_error() {
    let verifying =
        JwtGuard::builder().secret(jwt_guard_tests::secret(7)).audience("orders").build().unwrap();
    assert!(verifying.issuer().is_none());
    let no_cookies = builder().build().unwrap();
    for (error, word) in [
        (verifying.login("ada").respond().await.unwrap_err(), ".signing_key("),
        (no_cookies.login("ada").cookies().respond().await.unwrap_err(), ".cookies("),
        (no_cookies.logout_everywhere("ada").await.unwrap_err(), ".token_store("),
    ] {
        assert_eq!(error.kind(), LoginErrorKind::Unconfigured);
        assert!(error.to_string().contains(word), "{error}");
        let answer = Answer::read(axum::response::IntoResponse::into_response(error)).await;
        answer.is(Outcome::SERVER_ERROR);
    }
    let error = guard().login("ada").scopes(["two words"]).respond().await.unwrap_err();
    assert_eq!(error.kind(), LoginErrorKind::Issue);
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("RFC 6749"));
}

#[tokio::test]
async fn a_token_that_browsers_would_drop_is_an_error() {
    let long = guard().login("ada").claim("text", "x".repeat(3500)).cookies().respond().await;
    let error = long.unwrap_err();
    let refused = std::error::Error::source(&error).unwrap();
    assert!(refused.source().unwrap().to_string().contains("4096"), "{refused:?}");
}

#[tokio::test]
async fn only_tokens_that_were_issued_are_good_in_allow_list_mode() {
    let store = jwt_guard::store::MemoryStore::new();
    let server =
        serve(builder().token_store(store).allow_list().cookies(CookieSettings::new()).build().unwrap())
            .await;
    let pair = login(&server).await;
    server.get("/me", &pair.access).await.is(ADA);
    let by_header = server.send(post("/login?form=header")).await;
    let token = by_header.header("authorization").unwrap().strip_prefix("Bearer ").unwrap();
    server.get("/me", token).await.is(ADA);
    let next = super::Pair::of(&server.send(post("/refresh").bearer(&pair.refresh)).await);
    server.get("/me", &next.access).await.is(ADA);
    // Signed by the right key, but never given to a client.
    let other = builder().build().unwrap();
    let unknown = other.issuer().unwrap().access("ada").sign().unwrap();
    server.get("/me", unknown.as_str()).await.is(Outcome::BAD_TOKEN);
}

#[tokio::test]
async fn public_keys_are_served_and_secrets_are_not() {
    let key = SigningKey::pem(Algorithm::EdDsa, ED25519).unwrap().with_id("2026");
    let guard = JwtGuard::builder()
        .signing_key(key)
        .secret(jwt_guard_tests::secret(1))
        .audience("orders")
        .build()
        .unwrap();
    let answer = serve(guard).await.send(Request::get("/jwks.json")).await;
    assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=900"));
    let keys: Value = serde_json::from_str(&answer.body).unwrap();
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!((&keys[0]["kid"], &keys[0]["kty"]), (&json!("2026"), &json!("OKP")));
    assert!(keys[0].get("d").is_none());
}

/// RFC 8410 section 10.3.
const ED25519: &str = "-----BEGIN PRIVATE KEY-----\n\
                       MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                       -----END PRIVATE KEY-----\n";

#[track_caller]
fn never_cached(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
}

/// The `Set-Cookie` lines, with a star for each value.
fn shapes(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.get_all("set-cookie").iter();
    lines
        .map(|line| {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            assert!(value.len() >= 22, "{line}");
            format!("{name}=*;{attributes}")
        })
        .collect()
}
