//! What no tenant decides: the default guard answers as it does alone, and the resolver is not asked.

use jwt_guard::setup::TokenLocation;
use jwt_guard_tests::base64url;

use super::*;

fn requests() -> Vec<(&'static str, Request)> {
    let key = SigningKey::of(Algorithm::Hs256);
    let with_header = |header: &str| key.token_of(header, claims(ACME).to_string().as_bytes());
    let of_bytes = |payload: &[u8]| key.token_of(r#"{"alg":"HS256"}"#, payload);
    let get = || Request::get("/me");
    let issuer = |json: &str| key.token(&claims(ACME).with("iss", json));
    vec![
        ("no token", get()),
        ("an empty header", get().header("authorization", "")),
        ("another scheme", get().header("authorization", "Basic YTpi")),
        ("two headers", get().bearer(&token(ACME)).bearer(&token(ACME))),
        (
            "two tokens in one",
            get().header("authorization", format!("Bearer {} {}", token(ACME), token(BOLT))),
        ),
        (
            "a header and a cookie",
            get().bearer(&token(ACME)).header("cookie", format!("token={}", token(BOLT))),
        ),
        ("no scheme", get().header("authorization", token(ACME))),
        ("an opaque text", get().bearer("undefined")),
        ("two segments", get().bearer("a.b")),
        ("five segments", get().bearer("a.b.c.d.e")),
        ("a payload that is not JSON", get().bearer(&of_bytes(b"not json"))),
        ("a payload that is not UTF-8", get().bearer(&of_bytes(b"{\"iss\":\"\xff\"}"))),
        ("a payload that is a list", get().bearer(&of_bytes(b"[\"iss\"]"))),
        ("an issuer twice", get().bearer(&key.token(&claims(ACME).and("iss", "\"https://bolt.example\"")))),
        (
            "the same issuer twice",
            get().bearer(&key.token(&claims(ACME).and("iss", "\"https://acme.example\""))),
        ),
        ("a claim twice", get().bearer(&key.token(&claims(ACME).and("sub", "\"eve\"")))),
        ("no issuer", get().bearer(&key.token(&claims(ACME).with("iss", "")))),
        ("an empty issuer", get().bearer(&issuer("\"\""))),
        ("an issuer that is null", get().bearer(&issuer("null"))),
        ("an issuer that is a number", get().bearer(&issuer("7"))),
        ("an issuer that is a list", get().bearer(&issuer("[\"https://acme.example\"]"))),
        (
            "too long",
            get().bearer(&key.token(&claims(ACME).with("x", &format!("\"{}\"", "x".repeat(20_000))))),
        ),
        ("a segment with padding", get().bearer(&format!("{}=", token(ACME)))),
        (
            "an issuer in the header only",
            get().bearer(&with_header(r#"{"alg":"HS256","iss":"https://acme.example"}"#).replace(
                &base64url(claims(ACME).to_string().as_bytes()),
                &base64url(claims(ACME).with("iss", "").to_string().as_bytes()),
            )),
        ),
        ("its own token", get().bearer(&staff_token())),
        ("its own token, expired", get().bearer(&jwt_guard_tests::token(&[("iat", "1"), ("exp", "2")]))),
        ("its own token, with another key", get().bearer(&self::key(ACME).token(&Payload::good()))),
    ]
}

#[tokio::test]
async fn the_default_guard_answers_as_it_does_alone() {
    let clock = ManualClock::new();
    let places =
        || staff(&clock).locations([TokenLocation::bearer(), TokenLocation::cookie("token")]).realm("shop");
    let directory = Directory::of_two(&clock);
    let tenants = Tenants::builder(places().build().unwrap(), directory.clone()).build().unwrap();
    let beside = Server::start(app().with_tenants(tenants).into_axum()).await;
    let alone = Server::start(app().with_guard(places().build().unwrap()).into_axum()).await;
    for (what, request) in requests() {
        let (beside, alone) = (beside.send(request.clone()).await, alone.send(request).await);
        assert_eq!((beside.status, &beside.body), (alone.status, &alone.body), "{what}");
        for header in ["www-authenticate", "cache-control", "set-cookie", "content-type"] {
            assert_eq!(beside.header(header), alone.header(header), "{what}");
        }
    }
    assert_eq!(directory.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn sessions_and_the_login_of_the_default_guard_go_on_beside_tenants() {
    use axum::response::Response;
    use jwt_guard::SigningKey;
    use jwt_guard::login::{LoginCredentials, LoginError};
    use jwt_guard::store::MemoryStore;

    #[jwt_guard::anonymous_allowed(credentials = "ignored")]
    async fn login(guard: JwtGuard) -> Result<Response, LoginError> {
        guard.login("carol").respond().await
    }
    #[jwt_guard::anonymous_allowed(credentials = "ignored")]
    async fn logout(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
        guard.logout(&credentials).await
    }
    #[jwt_guard::requires(token = "refresh")]
    async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
        guard.refresh(&caller).respond().await
    }
    let clock = ManualClock::new();
    let own = JwtGuard::builder()
        .signing_key(SigningKey::secret(Algorithm::Hs256, jwt_guard_tests::secret(9)).unwrap())
        .issuer("https://orders.example")
        .audience("orders")
        .token_store(MemoryStore::new())
        .clock(clock.clone())
        .name("own");
    let directory = Directory::of_two(&clock);
    let tenants = Tenants::builder(own.build().unwrap(), directory.clone()).build().unwrap();
    let router = app()
        .route("/login", routing::post(login))
        .route("/logout", routing::post(logout))
        .route("/refresh", routing::post(refresh));
    let server = Server::start(router.with_tenants(tenants).into_axum()).await;
    let pair = |answer: &Answer| {
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        ["access_token", "refresh_token"].map(|name| body[name].as_str().unwrap().to_owned())
    };
    let [access, first] = pair(&server.send(Request::new("POST", "/login")).await);
    assert_eq!(server.get("/me", &access).await.body, "own: carol");
    let [access, _] = pair(&server.send(Request::new("POST", "/refresh").bearer(&first)).await);
    assert_eq!(server.get("/me", &access).await.body, "own: carol");
    assert_eq!(server.send(Request::new("POST", "/logout").bearer(&access)).await.status, 204);
    assert_eq!(server.get("/me", &access).await.status, 401);
    assert_eq!(directory.calls(), 0);
    // A tenant has no refresh tokens here, and its access token is not one.
    assert_eq!(server.send(Request::new("POST", "/refresh").bearer(&token(ACME))).await.status, 401);
    assert_eq!(
        server.get("/me", &token(ACME)).await.body,
        "https://acme.example: ada of https://acme.example"
    );
}
