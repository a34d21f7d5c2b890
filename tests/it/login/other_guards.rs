//! Tokens of other issuers and of other guards: they are on no list of this guard, and it neither renews nor ends them.

use axum::extract::State;
use axum::response::Response;
use jwt_guard::cookies::CookieSettings;
use jwt_guard::login::{LoginCredentials, LoginError, LoginErrorKind};
use jwt_guard::session::{NewSession, Sessions};
use jwt_guard::setup::{Builder, HasAudience, HasKeys};
use jwt_guard::store::{Issued, MemoryStore, TokenStore as _};
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, SigningKey, TrustedIssuer, routing};
use jwt_guard_tests::{AUDIENCE, Answer, ISSUER, Outcome, Payload, Request, Server, events};

use super::{ADA, Jar, Pair, builder, log_in, me, post, serve};

const PARTNER: &str = "https://partner.example";

fn partner_key() -> jwt_guard_tests::SigningKey {
    jwt_guard_tests::SigningKey::of(Algorithm::Es256)
}

/// A token of the partner with this `jti`.
fn of_partner(id: &str) -> String {
    let claims = Payload::good().with("iss", &format!("\"{PARTNER}\"")).with("jti", &format!("\"{id}\""));
    partner_key().token(&claims)
}

fn partner() -> TrustedIssuer {
    TrustedIssuer::new(PARTNER).key(partner_key().verifying())
}

#[tokio::test]
async fn a_partners_token_is_not_on_the_list_by_the_id_of_one_that_is() {
    let log = events::capture();
    let guard = builder().token_store(MemoryStore::new()).allow_list().trust(partner()).build().unwrap();
    let said = log.take();
    assert!(said.iter().any(|event| format!("{event:?}").contains("all refused")), "{said:?}");
    let server = serve(guard.clone()).await;
    let own = super::login(&server).await;
    server.get("/me", &own.access).await.is(ADA);
    let living = guard.verify(&own.access).await.unwrap();
    for id in [living.token_id().unwrap(), "another"] {
        server.get("/me", &of_partner(id)).await.is(Outcome::BAD_TOKEN);
    }
    server.get("/me", &own.access).await.is(ADA);
    // Without a list, trust is enough.
    let server = serve(builder().token_store(MemoryStore::new()).trust(partner()).build().unwrap()).await;
    server.get("/me", &of_partner("another")).await.is(Outcome::ok("alice"));
}

#[tokio::test]
async fn the_only_issuer_of_a_guard_without_keys_has_the_list_and_several_have_none() {
    let store = MemoryStore::new();
    let of_others = || JwtGuard::builder().audience(AUDIENCE).clock(jwt_guard_tests::ManualClock::new());
    let guard = of_others().trust(partner()).token_store(store.clone()).allow_list().build().unwrap();
    let expires_at = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_800_000_600);
    let listed = Issued { id: "one".to_owned(), subject: "alice".into(), family: None, expires_at };
    store.allow(listed, expires_at - super::MINUTE).await.unwrap();
    assert!(guard.verify(&of_partner("one")).await.is_ok());
    assert!(guard.verify(&of_partner("two")).await.is_err());
    let second =
        TrustedIssuer::new(ISSUER).key(jwt_guard_tests::SigningKey::of(Algorithm::Es384).verifying());
    let problem = of_others().trust(partner()).trust(second).token_store(store).allow_list().build();
    assert!(problem.unwrap_err().to_string().contains("a list of the tokens of one issuer"));
}

/// A guard that is built again has the same settings and another number.
#[tokio::test]
async fn a_refresh_by_another_guard_clears_no_good_cookie() {
    let store = MemoryStore::new();
    let build = || builder().token_store(store.clone()).cookies(CookieSettings::new()).build().unwrap();
    let app = Router::new()
        .route("/login", routing::post(log_in))
        .route("/refresh", routing::post(super::refresh))
        .route("/refresh/elsewhere", routing::post(refresh_elsewhere))
        .with_guard(build())
        .with_state(build());
    let server = Server::start(app.into_axum()).await;
    let jar = Jar::login(&server).await;
    let elsewhere = post("/refresh/elsewhere").header("x-csrf-token", &jar.0["csrf_refresh_token"]);
    let answer = jar.send(&server, elsewhere).await;
    assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (500, false));
    assert_eq!(jar.refresh(&server).await.status, 204);
}

/// The handler forgot `token = "refresh"`.
#[tokio::test]
async fn an_access_token_that_is_presented_for_a_refresh_clears_no_refresh_cookie() {
    #[jwt_guard::authentication_required]
    async fn careless(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
        guard.refresh(&caller).respond().await
    }
    let guard = builder().token_store(MemoryStore::new()).cookies(CookieSettings::new()).build().unwrap();
    let app = Router::new()
        .route("/login", routing::post(log_in))
        .route("/refresh", routing::post(super::refresh))
        .route("/careless", routing::post(careless))
        .with_guard(guard);
    let server = Server::start(app.into_axum()).await;
    let jar = Jar::login(&server).await;
    let answer = jar.send(&server, post("/careless").header("x-csrf-token", jar.csrf())).await;
    assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (401, false));
    assert_eq!(jar.refresh(&server).await.status, 204);
}

#[tokio::test]
async fn a_guard_ends_no_session_of_a_caller_whom_another_guard_has_read() {
    let [(guard, sessions), (other, _)] = [(); 2].map(|()| {
        let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());
        let guard = builder().token_store(MemoryStore::new()).sessions(sessions.clone());
        (guard.build().unwrap(), sessions)
    });
    let app = Router::new()
        .route("/logout", routing::post(super::log_out))
        .route("/logout/elsewhere", routing::post(log_out_elsewhere))
        .route("/me", routing::get(me))
        .with_guard(guard)
        .with_state(other);
    let server = Server::start(app.into_axum()).await;
    let id = sessions.create(NewSession::new("ada")).await.unwrap();
    let by = |request: Request| {
        let cookie = format!("__Host-session={}", id.as_str());
        server.send(request.header("cookie", cookie).header("sec-fetch-site", "same-origin"))
    };
    let answer = by(post("/logout/elsewhere")).await;
    assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (500, false));
    by(Request::get("/me")).await.is(ADA);
    assert_eq!(by(post("/logout")).await.status, 204);
    assert_eq!(by(Request::get("/me")).await.status, 401);
}

/// Two guards with issuers of one name, or of none, and with a store that they share.
fn twins(name: Option<&'static str>) -> [JwtGuard; 2] {
    let store = MemoryStore::new();
    [7, 8].map(|byte| {
        let key = SigningKey::secret(Algorithm::Hs256, &jwt_guard_tests::secret(byte)[..]).unwrap();
        let builder: Builder<HasKeys, HasAudience> = JwtGuard::builder().signing_key(key).audience(AUDIENCE);
        let builder = builder.token_store(store.clone());
        name.into_iter().fold(builder, Builder::issuer).build().unwrap()
    })
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh_elsewhere(State(other): State<JwtGuard>, caller: Principal) -> Result<Response, LoginError> {
    other.refresh(&caller).respond().await
}

#[jwt_guard::authentication_required]
async fn log_out_elsewhere(State(other): State<JwtGuard>, caller: Principal) -> Result<Response, LoginError> {
    other.logout(&caller).await
}

#[jwt_guard::anonymous_allowed(credentials = "ignored", reason = "dead cookies must not stop a logout")]
async fn end_elsewhere(
    State(other): State<JwtGuard>,
    credentials: LoginCredentials,
) -> Result<Response, LoginError> {
    other.logout(&credentials).await
}

/// The other guard clears cookies of other names, and knows no store of the first one.
#[tokio::test]
async fn a_guard_ends_no_credentials_that_another_guard_has_read() {
    for store in [None, Some(MemoryStore::new())] {
        let cookies = builder().cookies(CookieSettings::new().names("a", "r"));
        let guard = store.into_iter().fold(cookies, Builder::token_store).build().unwrap();
        let other = builder().cookies(CookieSettings::new()).build().unwrap();
        let app = Router::new()
            .route("/login", routing::post(log_in))
            .route("/logout/elsewhere", routing::post(end_elsewhere))
            .route("/me", routing::get(me))
            .with_guard(guard)
            .with_state(other);
        let server = Server::start(app.into_axum()).await;
        let jar = Jar::login(&server).await;
        for jar in [&jar, &Jar::default()] {
            let request = post("/logout/elsewhere").header("x-csrf-token", "any");
            let answer = jar.send(&server, request).await;
            assert_eq!((answer.status.as_u16(), answer.headers.contains_key("set-cookie")), (500, false));
        }
        jar.send(&server, Request::get("/me")).await.is(ADA);
    }
}

#[tokio::test]
async fn a_guard_with_an_issuer_of_the_same_name_neither_renews_nor_ends_the_logins_of_another() {
    for name in [Some(ISSUER), None] {
        let [guard, other] = twins(name);
        let app = Router::new()
            .route("/login", routing::post(log_in))
            .route("/refresh", routing::post(super::refresh))
            .route("/refresh/elsewhere", routing::post(refresh_elsewhere))
            .route("/logout/elsewhere", routing::post(log_out_elsewhere))
            .route("/me", routing::get(me))
            .with_guard(guard.clone())
            .with_state(other.clone());
        let server = Server::start(app.into_axum()).await;
        let pair = super::login(&server).await;
        let by =
            async |target: &str, token: &str| -> Answer { server.send(post(target).bearer(token)).await };
        assert_eq!(by("/refresh/elsewhere", &pair.refresh).await.status, 500);
        assert_eq!(by("/logout/elsewhere", &pair.access).await.status, 500);
        server.get("/me", &pair.access).await.is(ADA);
        let next = Pair::of(&by("/refresh", &pair.refresh).await);
        // Nor by the issuer of the guard.
        let claims = guard.verify(&next.access).await.unwrap();
        let error = other.logout(&claims).await.unwrap_err();
        assert_eq!(error.kind(), LoginErrorKind::Unconfigured);
        assert!(guard.logout(&claims).await.is_ok());
        server.get("/me", &next.access).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn a_token_whose_id_or_login_is_an_empty_text_has_none() {
    let guard = builder().token_store(MemoryStore::new()).build().unwrap();
    let server = serve(guard.clone()).await;
    let key = jwt_guard_tests::SigningKey::hmac(Algorithm::Hs256, &jwt_guard_tests::secret(7)[..]);
    let token = |id: &str, login: &str| {
        let claims = Payload::good().with("iss", &format!("\"{ISSUER}\"")).with("jti", &format!("\"{id}\""));
        key.token(&claims.with("sid", &format!("\"{login}\"")))
    };
    // It could not be revoked.
    server.get("/me", &token("", "login")).await.is(Outcome::BAD_TOKEN);
    let (one, two) = (token("one", ""), token("two", ""));
    for good in [&one, &two] {
        server.get("/me", good).await.is(Outcome::ok("alice"));
    }
    // The end of one is not the end of all tokens that say nothing of their login.
    assert_eq!(server.send(post("/logout").bearer(&one)).await.status, 204);
    server.get("/me", &one).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &two).await.is(Outcome::ok("alice"));
}
