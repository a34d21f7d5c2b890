//! What a remembered token may not do: outlive its revocation, meet another policy, or bring another caller's claims.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use jwt_guard::cookies::CookieSettings;
use jwt_guard::setup::TokenCache;
use jwt_guard::store::{MemoryStore, Revocation, TokenInfo, TokenStore as _};
use jwt_guard::{Algorithm, Claims, JwtGuard, Router, authentication_required, requires, routing};
use jwt_guard_tests::{
    AUDIENCE, ManualClock, NOW, Outcome, Payload, Request, Server, SigningKey, base64url, guard,
};
use serde::{Deserialize, Deserializer};

use crate::app::{self, ALICE, PROTECTED, refuses, welcomes};

fn payload(id: &str) -> Payload {
    Payload::good().with("jti", &format!("\"{id}\""))
}

#[tokio::test]
async fn the_store_is_asked_on_every_hit() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let store = move |token: &TokenInfo<'_>| {
        counted.fetch_add(1, Ordering::Relaxed);
        token.id == Some("gone")
    };
    let server = app::serve(guard(Algorithm::Es256).revocation(store).build().unwrap()).await;
    let key = SigningKey::of(Algorithm::Es256);
    let (good, gone) = (key.token(&payload("here")), key.token(&payload("gone")));
    for round in 1..=5 {
        server.get(PROTECTED, &good).await.is(ALICE);
        server.get(PROTECTED, &gone).await.is(Outcome::BAD_TOKEN);
        assert_eq!(asked.load(Ordering::Relaxed), 2 * round);
    }
}

#[tokio::test]
async fn a_revocation_kills_every_text_of_a_token_whether_remembered_or_not() {
    let store = MemoryStore::new();
    let server = app::serve(guard(Algorithm::Es256).token_store(store.clone()).build().unwrap()).await;
    let token = SigningKey::of(Algorithm::Es256).token(&payload("t1"));
    let twin = twin(&token);
    assert_ne!(token, twin);
    // ECDSA has two signatures for each: both texts are good, and only one is remembered yet.
    for _ in 0..4 {
        server.get(PROTECTED, &token).await.is(ALICE);
    }
    server.get(PROTECTED, &twin).await.is(ALICE);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let end = now + Duration::from_secs(3600);
    store.revoke(Revocation::Token { id: "t1".to_owned(), expires_at: end }, now).await.unwrap();
    refuses(&server, "the text that was remembered", &token).await;
    refuses(&server, "its twin", &twin).await;
}

/// The same token with the other signature: `s` becomes `n - s`.
fn twin(token: &str) -> String {
    use base64::Engine as _;
    // The order of P-256 (FIPS 186-4, D.1.2.3).
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&order[at * 2..at * 2 + 2], 16).unwrap()).collect();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let mut signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i16::from(order[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(difference < 0);
        signature[32 + at] = difference.rem_euclid(256) as u8;
    }
    format!("{message}.{}", base64url(&signature))
}

#[requires(scope = "orders:read")]
async fn read() -> &'static str {
    "read"
}

#[requires(scope = "orders:write")]
async fn write() -> &'static str {
    "written"
}

#[requires(role = "clerk")]
async fn serve_customers() -> &'static str {
    "served"
}

#[tokio::test]
async fn the_policy_of_each_handler_is_asked_on_every_hit() {
    let app = Router::new()
        .route("/read", routing::get(read))
        .route("/write", routing::get(write))
        .route("/serve", routing::get(serve_customers));
    let guard = guard(Algorithm::Hs256).build().unwrap();
    let server = Server::start(app.with_guard(guard).into_axum()).await;
    let key = SigningKey::of(Algorithm::Hs256);
    let reader = key.token(&Payload::good().with("scope", "\"orders:read\""));
    let writer = key.token(&Payload::good().with("scope", "\"orders:write\""));
    for _ in 0..5 {
        for (path, reads, writes) in [("/read", 200, 403), ("/write", 403, 200), ("/serve", 403, 403)] {
            assert_eq!(server.get(path, &reader).await.status, reads, "{path}");
            assert_eq!(server.get(path, &writer).await.status, writes, "{path}");
        }
    }
}

#[tokio::test]
async fn a_token_that_expires_while_it_is_remembered_is_refused_as_expired() {
    let clock = ManualClock::new();
    let cache = TokenCache::new().at_first_sight().lifetime(Duration::from_secs(3600));
    let guard = guard(Algorithm::Hs256).clock(clock.clone()).leeway(Duration::ZERO).token_cache(cache);
    let server = app::serve(guard.build().unwrap()).await;
    let token =
        SigningKey::of(Algorithm::Hs256).token(&Payload::good().with("exp", &(NOW + 100).to_string()));
    clock.advance(Duration::from_secs(99));
    welcomes(&server, "one second before", &token).await;
    clock.advance(Duration::from_secs(1));
    refuses(&server, "at the end", &token).await;
}

#[tokio::test]
async fn callers_never_get_each_others_claims() {
    #[authentication_required]
    async fn whoami(claims: Claims) -> String {
        format!("{} {}", claims.subject(), claims["tenant"])
    }
    let app = Router::new().route("/", routing::get(whoami));
    let cache = TokenCache::new().at_first_sight().bytes(256 * 1024);
    let guard = guard(Algorithm::Hs256).token_cache(cache).build().unwrap();
    let server = Arc::new(Server::start(app.with_guard(guard).into_axum()).await);
    let key = SigningKey::of(Algorithm::Hs256);
    let callers: Vec<_> = (0..300)
        .map(|number| {
            let payload =
                Payload::good().with("sub", &format!("\"u{number}\"")).with("tenant", &number.to_string());
            (key.token(&payload), format!("u{number} {number}"))
        })
        .collect();
    // More callers than places, from several threads, in orders of their own.
    let callers = Arc::new(callers);
    let tasks = (0..4).map(|task| {
        let (server, callers) = (Arc::clone(&server), Arc::clone(&callers));
        tokio::spawn(async move {
            for step in 0..200 {
                let (token, expected) = &callers[(step * (2 * task + 3)) % callers.len()];
                server.get("/", token).await.is(Outcome::ok(expected));
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn typed_claims_are_read_once_for_a_token_that_is_remembered() {
    static READS: AtomicUsize = AtomicUsize::new(0);
    struct Tenant(String);
    impl<'de> Deserialize<'de> for Tenant {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            #[derive(Deserialize)]
            struct Members {
                tenant: String,
            }
            READS.fetch_add(1, Ordering::Relaxed);
            Members::deserialize(deserializer).map(|members| Self(members.tenant))
        }
    }
    #[authentication_required]
    async fn tenant(claims: Claims<Tenant>) -> String {
        claims.0.clone()
    }
    let app = Router::new().route("/", routing::get(tenant));
    let server = Server::start(app.with_guard(guard(Algorithm::Hs256).build().unwrap()).into_axum()).await;
    let token = SigningKey::of(Algorithm::Hs256).token(&Payload::good().with("tenant", "\"acme\""));
    for _ in 0..20 {
        server.get("/", &token).await.is(Outcome::ok("acme"));
    }
    // Once, and once for the copy of each thread that serves.
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let reads = READS.load(Ordering::Relaxed);
    assert!((1..=threads + 1).contains(&reads), "{reads} reads for 20 requests on {threads} threads");
}

#[tokio::test]
async fn a_remembered_token_in_a_cookie_still_needs_its_csrf_value() {
    let clock = ManualClock::new();
    let guard = JwtGuard::builder()
        .signing_key(jwt_guard::SigningKey::secret(Algorithm::Hs256, SigningKey::secret()).unwrap())
        .audience(AUDIENCE)
        .clock(clock)
        .cookies(CookieSettings::new())
        .token_cache(TokenCache::new().at_first_sight())
        .build()
        .unwrap();
    let token = guard.issuer().unwrap().access("alice").csrf().sign().unwrap();
    let csrf = token.csrf().unwrap().to_owned();
    let cookie = format!("__Host-access_token={}", token.as_str());
    let server = app::serve(guard).await;
    for _ in 0..4 {
        let read = server.send(Request::get(PROTECTED).header("cookie", &cookie)).await;
        assert_eq!(read.status, 200, "{read:?}");
        let forged = server.send(Request::post_json(PROTECTED, "{}").header("cookie", &cookie)).await;
        assert_eq!(forged.status, 403);
        let honest =
            Request::post_json(PROTECTED, "{}").header("cookie", &cookie).header("x-csrf-token", &csrf);
        assert_eq!(server.send(honest).await.status, 200);
    }
}

#[tokio::test]
async fn clearing_the_cache_has_every_token_verified_again() {
    let guard = guard(Algorithm::Hs256).build().unwrap();
    let server = app::serve(guard.clone()).await;
    let token = SigningKey::of(Algorithm::Hs256).token(&Payload::good());
    welcomes(&server, "before", &token).await;
    guard.clear_token_cache();
    welcomes(&server, "after", &token).await;
}

#[authentication_required]
async fn after_a_pause(claims: Claims, body: String) -> String {
    tokio::task::yield_now().await;
    format!("{} and {body}", claims.subject())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_at_the_same_time_see_nothing_of_each_other() {
    let app = Router::new().route("/me", routing::post(after_a_pause));
    let guard = guard(Algorithm::Hs256).token_cache(TokenCache::new().at_first_sight()).build().unwrap();
    let server = Arc::new(Server::start(app.with_guard(guard).into_axum()).await);
    let key = SigningKey::of(Algorithm::Hs256);
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..16 {
        let name = format!("caller {caller}");
        let token = key.token(&Payload::good().with("sub", &format!("{name:?}")));
        let server = Arc::clone(&server);
        callers.spawn(async move {
            for _ in 0..25 {
                let answer = server.send(Request::post_json("/me", &name).bearer(&token)).await;
                answer.is(Outcome::ok(&format!("{name} and {name}")));
            }
        });
    }
    callers.join_all().await;
}
