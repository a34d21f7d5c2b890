//! Every setter that takes a duration is given none and the longest there is: it refuses with its name and its bounds, or the
//! service that it configures works. Nothing panics, where it is set or later.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum::response::Response;
use jwt_guard::issue::TokenIssuer;
use jwt_guard::keys::remote::RemoteKeySettings;
use jwt_guard::login::LoginError;
use jwt_guard::session::Sessions;
use jwt_guard::session::{NewSession, SessionCookie, SessionsBuilder};
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenCache};
use jwt_guard::store::{MemoryStore, RedisOptions, RedisStore};
use jwt_guard::tenants::{Tenants, TenantsBuilder};
use jwt_guard::{Algorithm, Claims, JwtGuard, Principal, Router, SigningKey, routing};
use jwt_guard_tests::key_server::{JWKS, KeyServer};
use jwt_guard_tests::{AUDIENCE, Answer, ISSUER, ManualClock, Payload, Request, Server, secret, sources};
use serde_json::Value;

/// What setting a duration leads to: nothing, or what the message says.
type Used = Pin<Box<dyn Future<Output = Result<(), String>>>>;

struct Row {
    setter: &'static str,
    /// A part of the message, or `None` where the duration works.
    zero: Option<&'static str>,
    longest: Option<&'static str>,
    using: fn(Duration) -> Used,
}

#[tokio::test]
async fn no_duration_of_an_application_panics_or_overflows() {
    for Row { setter, zero, longest, using } in rows() {
        for (time, expected) in [(Duration::ZERO, zero), (Duration::MAX, longest)] {
            let found = using(time).await;
            match expected {
                None => assert_eq!(found, Ok(()), "{setter}: {time:?}"),
                Some(part) => {
                    let message = found.expect_err(setter);
                    assert!(message.contains(part), "{setter}: {time:?}: {message}");
                }
            }
        }
    }
}

#[test]
fn the_table_has_every_setter_that_takes_a_duration() {
    let mut there: Vec<String> = sources::below("jwt-guard/src")
        .iter()
        // What a test of an application sets panics for the test to see, and so does its clock.
        .filter(|source| !source.path.contains("src/testing/") && !source.path.ends_with("clock/manual.rs"))
        .flat_map(|source| source.text.lines().map(str::trim).map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with("pub fn ") && line.contains("self, ") && line.contains(": Duration)"))
        .filter_map(|line| Some(line.strip_prefix("pub fn ")?.split_once('(')?.0.to_owned()))
        .collect();
    let mut listed: Vec<_> = rows().iter().map(|row| row.setter).collect();
    there.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, there);
}

fn rows() -> Vec<Row> {
    macro_rules! row {
        ($setter:literal, $zero:expr, $longest:expr, |$time:ident| $used:expr) => {
            Row {
                setter: $setter,
                zero: $zero,
                longest: $longest,
                using: |$time| Box::pin(async move { $used.await }),
            }
        };
    }
    vec![
        row!("leeway", None, Some("at most 5 minutes"), |time| guard(|guard| guard.leeway(time))),
        row!("max_lifetime", Some("refuses every token"), Some("366 days"), |time| guard(|guard| {
            guard.max_lifetime(time)
        })),
        row!("max_token_age", Some("refuses every token"), None, |time| guard(
            |guard| guard.max_token_age(time)
        )),
        row!("refresh_grace", None, Some("at most one minute"), |time| guard(|guard| {
            guard.refresh_grace(time)
        })),
        row!("lifetime", Some("up to an hour"), Some("up to an hour"), |time| guard(|guard| {
            guard.token_cache(TokenCache::new().lifetime(time))
        })),
        row!("access_lifetime", Some("shorter than a second"), Some("at most"), |time| guard(move |guard| {
            guard.issuing(move |issuer| issuer.access_lifetime(time))
        })),
        row!("refresh_lifetime", Some("shorter than a second"), Some("at most"), |time| guard(
            move |guard| { guard.issuing(move |issuer| issuer.refresh_lifetime(time)) }
        )),
        row!("longest_access_lifetime", Some("at most 0 s"), Some("366 days"), |time| guard(move |guard| {
            guard.issuing(move |issuer| issuer.longest_access_lifetime(time))
        })),
        row!("longest_refresh_lifetime", Some("at most 0 s"), Some("366 days"), |time| guard(move |guard| {
            guard.issuing(move |issuer| issuer.longest_refresh_lifetime(time))
        })),
        // How long a login may last is for the application to say: for ever is the default.
        row!("absolute_lifetime", Some("shorter than a second"), None, |time| guard(move |guard| {
            guard.issuing(move |issuer| issuer.absolute_lifetime(time))
        })),
        row!("lifetime", Some("shorter than a second"), Some("at most"), |time| signing(|issuer| {
            issuer.access("ada").lifetime(time).sign().map(drop)
        })),
        row!("lifetime", Some("shorter than a second"), Some("at most"), |time| signing(|issuer| {
            issuer.refresh("ada").lifetime(time).sign().map(drop)
        })),
        row!("lifetime", Some("shorter than a second"), Some("at most"), |time| signing(|issuer| {
            issuer.pair("ada").lifetime(time).sign().map(drop)
        })),
        row!("refresh_lifetime", Some("shorter than a second"), Some("at most"), |time| signing(|issuer| {
            issuer.pair("ada").refresh_lifetime(time).sign().map(drop)
        })),
        row!("grace", None, Some("at most one minute"), |time| renewing(time)),
        row!("idle_timeout", Some("`idle_timeout`"), Some("`idle_timeout`"), |time| sessions(|sessions| {
            sessions.idle_timeout(time)
        })),
        row!("absolute_lifetime", Some("`absolute_lifetime`"), Some("`absolute_lifetime`"), |time| sessions(
            |sessions| { sessions.absolute_lifetime(time) }
        )),
        row!("fresh_for", None, Some("`fresh_for`"), |time| sessions(|sessions| sessions.fresh_for(time))),
        row!("rotation_grace", None, Some("`rotation_grace`"), |time| sessions(|sessions| {
            sessions.rotation_grace(time)
        })),
        row!("max_age", Some("less than a second"), Some("at most 366 days"), |time| sessions(|sessions| {
            sessions.cookie(SessionCookie::new().max_age(time))
        })),
        row!("timeout", Some("`timeout`"), Some("`timeout`"), |time| redis(|options| options.timeout(time))),
        row!("silence", Some("`silence`"), Some("`silence`"), |time| redis(|options| options.silence(time))),
        row!("time_to_live", Some("expected 1s to"), Some("to 86400s"), |time| tenants(|tenants| {
            tenants.time_to_live(time)
        })),
        row!("unknown_time_to_live", Some("expected 1s to"), Some("to 3600s"), |time| tenants(|tenants| {
            tenants.unknown_time_to_live(time)
        })),
        row!("resolver_timeout", Some("expected 10ms to"), Some("to 10s"), |time| tenants(|tenants| {
            tenants.resolver_timeout(time)
        })),
        row!("fresh_time", Some("at least"), Some("at most"), |time| remote(|keys| keys.fresh_time(time))),
        row!("hard_limit", Some("at least"), Some("at most"), |time| remote(|keys| keys.hard_limit(time))),
        row!("cooldown", Some("at least"), Some("at most"), |time| remote(|keys| keys.cooldown(time))),
        row!("wait", None, Some("at most"), |time| remote(|keys| keys.wait(time))),
        row!("timeout", Some("at least"), Some("at most"), |time| remote(|keys| keys.timeout(time))),
        row!("connect_timeout", Some("at least"), Some("at most"), |time| remote(|keys| {
            keys.connect_timeout(time)
        })),
    ]
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn log_in(guard: JwtGuard) -> Result<Response, LoginError> {
    guard.login("ada").respond().await
}

#[jwt_guard::requires(token = "refresh")]
async fn refresh(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.refresh(&caller).respond().await
}

#[jwt_guard::authentication_required]
async fn log_out(guard: JwtGuard, caller: Principal) -> Result<Response, LoginError> {
    guard.logout(&caller).await
}

#[jwt_guard::authentication_required]
async fn me() {}

fn key() -> SigningKey {
    SigningKey::secret(Algorithm::Hs256, secret(7)).unwrap()
}

async fn serve(guard: JwtGuard) -> Server {
    let app: Router = Router::new()
        .route("/login", routing::post(log_in))
        .route("/refresh", routing::post(refresh))
        .route("/logout", routing::post(log_out))
        .route("/me", routing::get(me))
        .with_guard(guard);
    Server::start(app).await
}

/// A login, a use, a refresh, an old token that is dead, and a logout.
async fn guard(
    change: impl FnOnce(Builder<HasKeys, HasAudience>) -> Builder<HasKeys, HasAudience>,
) -> Result<(), String> {
    let builder = JwtGuard::builder().signing_key(key()).issuer(ISSUER).audience(AUDIENCE);
    let builder = builder.token_store(MemoryStore::new()).clock(ManualClock::new());
    let server = serve(change(builder).build().map_err(|error| error.to_string())?).await;
    let post = |target, token: &str| Request::new("POST", target).bearer(token);
    let pair = tokens(&server.send(Request::new("POST", "/login")).await)?;
    status(&server.get("/me", &pair.0).await, 200)?;
    let next = tokens(&server.send(post("/refresh", &pair.1)).await)?;
    status(&server.get("/me", &next.0).await, 200)?;
    status(&server.send(post("/logout", &next.0)).await, 204)?;
    status(&server.get("/me", &next.0).await, 401)
}

fn status(answer: &Answer, expected: u16) -> Result<(), String> {
    if answer.status == expected { Ok(()) } else { Err(format!("{answer:?}")) }
}

fn tokens(answer: &Answer) -> Result<(String, String), String> {
    status(answer, 200)?;
    let body: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    Ok((text("access_token"), text("refresh_token")))
}

async fn signing<E: ToString>(sign: impl FnOnce(TokenIssuer) -> Result<(), E>) -> Result<(), String> {
    let issuer = TokenIssuer::builder(key()).audience(AUDIENCE).clock(ManualClock::new()).build().unwrap();
    sign(issuer).map_err(|error| error.to_string())
}

/// A renewal without a guard's own setting for it.
async fn renewing(grace: Duration) -> Result<(), String> {
    #[jwt_guard::requires(token = "refresh")]
    async fn renew(guard: JwtGuard, claims: Claims, grace: axum::Extension<Duration>) -> String {
        let renewal = guard.issuer().unwrap().renew(&claims).unwrap().grace(grace.0);
        let renewed = renewal.rotate(&MemoryStore::new()).await;
        renewed.map_or_else(|error| error.to_string(), |_| "renewed".to_owned())
    }

    let builder = JwtGuard::builder().signing_key(key()).issuer(ISSUER).audience(AUDIENCE);
    let guard = builder.token_store(MemoryStore::new()).clock(ManualClock::new()).build().unwrap();
    let app: Router = Router::new()
        .route("/login", routing::post(log_in))
        .route("/renew", routing::post(renew))
        .layer(axum::Extension(grace))
        .with_guard(guard);
    let server = Server::start(app).await;
    let (_, refresh) = tokens(&server.send(Request::new("POST", "/login")).await)?;
    let answer = server.send(Request::new("POST", "/renew").bearer(&refresh)).await;
    status(&answer, 200)?;
    // The store of the handler has never heard of the login.
    if answer.body.contains("unknown") { Ok(()) } else { Err(answer.body) }
}

/// A session that is begun, used and rotated.
async fn sessions(change: impl FnOnce(SessionsBuilder) -> SessionsBuilder) -> Result<(), String> {
    let builder = Sessions::builder(tower_sessions_memory_store::MemoryStore::default());
    let sessions = change(builder.clock(ManualClock::new())).build().map_err(|error| error.to_string())?;
    let id = sessions.create(NewSession::new("ada")).await.map_err(|error| error.to_string())?;
    let builder = JwtGuard::builder().sessions(sessions.clone()).clock(ManualClock::new());
    let server = serve(builder.build().map_err(|error| error.to_string())?).await;
    let cookie = sessions.set_cookie(&id);
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
    status(&server.send(Request::get("/me").header("cookie", cookie)).await, 200)
}

/// What is wrong is found before the server is asked for.
async fn redis(change: impl FnOnce(RedisOptions) -> RedisOptions) -> Result<(), String> {
    let store = RedisStore::connect("redis://127.0.0.1:1/", change(RedisOptions::new())).await;
    store.map(drop).map_err(|error| format!("{:?}", std::error::Error::source(&error)))
}

async fn tenants(change: impl FnOnce(TenantsBuilder) -> TenantsBuilder) -> Result<(), String> {
    let guard = JwtGuard::builder().signing_key(key()).issuer(ISSUER).audience(AUDIENCE).build().unwrap();
    let none = |_: String| async { Ok::<_, std::convert::Infallible>(None::<JwtGuard>) };
    change(Tenants::builder(guard, none)).build().map(drop).map_err(|error| error.to_string())
}

async fn remote(change: impl FnOnce(RemoteKeySettings) -> RemoteKeySettings) -> Result<(), String> {
    let keys = KeyServer::start().await;
    let key = jwt_guard_tests::SigningKey::of(Algorithm::Es256);
    keys.publish(&[("a", &key)]);
    let builder = JwtGuard::builder().jwks_url(keys.url(JWKS)).issuer(ISSUER).audience(AUDIENCE);
    let builder =
        builder.clock(ManualClock::new()).danger().loopback_http("the issuer is a task of this test");
    let settings = change(RemoteKeySettings::new());
    let server = serve(builder.remote_keys(settings).build().map_err(|error| error.to_string())?).await;
    status(&server.get("/me", &key.token_by("a", &Payload::good())).await, 200)
}
