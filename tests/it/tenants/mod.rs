//! Tenants that are known at run time only: which guard decides, what is asked and remembered, and what strangers can do.

mod answers;
mod dropped;
mod failures;
mod flood;
mod forged;
mod life;
mod others;
mod places;
mod providers;
mod revocation;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenCache};
use jwt_guard::tenants::{ResolverError, Tenant, TenantResolver, Tenants, TenantsBuilder};
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, TrustedIssuer, routing};
use jwt_guard_tests::{Answer, ManualClock, NOW, Payload, Request, Server, SigningKey, guard};
use tokio::sync::watch;

/// The issuers of two tenants.
const ACME: &str = "https://acme.example";
const BOLT: &str = "https://bolt.example";

/// An issuer that is not a tenant.
const STRANGER: &str = "https://stranger.example";

/// The keys of each: all of one algorithm and without a name.
fn key(issuer: &str) -> SigningKey {
    SigningKey::hmac(Algorithm::Hs256, &secret(issuer))
}

fn secret(issuer: &str) -> [u8; 64] {
    jwt_guard_tests::secret(match issuer {
        ACME => 1,
        BOLT => 2,
        _ => 3,
    })
}

/// What tenants call this service.
fn audience(issuer: &str) -> String {
    format!("orders of {issuer}")
}

/// The settings of a tenant.
fn tenant(issuer: &str, clock: &ManualClock) -> Builder<HasKeys, HasAudience> {
    let key = VerifyingKey::secret(Algorithm::Hs256, secret(issuer)).unwrap();
    let trusted = TrustedIssuer::new(issuer).key(key).audience(audience(issuer));
    JwtGuard::builder()
        .trust(trusted)
        .name(issuer)
        .clock(clock.clone())
        .token_cache(TokenCache::new().at_first_sight())
}

/// The claims of a good token of a tenant.
fn claims(issuer: &str) -> Payload {
    Payload::good()
        .with("iss", &format!("\"{issuer}\""))
        .with("aud", &format!("\"{}\"", audience(issuer)))
        .with("sub", &format!("\"ada of {issuer}\""))
        .with("exp", &(NOW + 60 * 60).to_string())
}

fn token(issuer: &str) -> String {
    key(issuer).token(&claims(issuer))
}

/// The guard of every other tenant, with the fixture key and issuer.
fn staff(clock: &ManualClock) -> Builder<HasKeys, HasAudience> {
    guard(Algorithm::Hs256).issuer(jwt_guard_tests::ISSUER).clock(clock.clone()).name("staff")
}

/// A token of the default guard.
fn staff_token() -> String {
    jwt_guard_tests::token(&[])
}

/// A table of tenants that counts how often it is asked, and fails as it is told.
#[derive(Clone)]
struct Directory(Arc<Inner>);

struct Inner {
    rows: Mutex<BTreeMap<String, JwtGuard>>,
    asked: watch::Sender<Vec<String>>,
    mode: watch::Sender<Mode>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Answers,
    Fails,
    /// Waits until the mode is another one.
    Hangs,
    Panics,
}

impl Directory {
    fn of(rows: impl IntoIterator<Item = (&'static str, JwtGuard)>) -> Self {
        let rows = rows.into_iter().map(|(issuer, guard)| (issuer.to_owned(), guard)).collect();
        Self(Arc::new(Inner {
            rows: Mutex::new(rows),
            asked: watch::Sender::default(),
            mode: watch::Sender::new(Mode::Answers),
        }))
    }

    /// The two tenants.
    fn of_two(clock: &ManualClock) -> Self {
        Self::of([ACME, BOLT].map(|issuer| (issuer, tenant(issuer, clock).build().unwrap())))
    }

    fn set(&self, issuer: &str, guard: JwtGuard) {
        self.0.rows.lock().unwrap().insert(issuer.to_owned(), guard);
    }

    fn remove(&self, issuer: &str) {
        self.0.rows.lock().unwrap().remove(issuer);
    }

    fn mode(&self, mode: Mode) {
        self.0.mode.send_replace(mode);
    }

    /// The issuers that it was asked for so far.
    fn asked(&self) -> Vec<String> {
        self.0.asked.borrow().clone()
    }

    fn calls(&self) -> usize {
        self.0.asked.borrow().len()
    }

    /// Waits until it was asked so often.
    async fn until_asked(&self, times: usize) {
        let mut asked = self.0.asked.subscribe();
        let came =
            tokio::time::timeout(Duration::from_secs(10), asked.wait_for(|asked| asked.len() >= times));
        assert!(came.await.is_ok(), "it was asked {} times only", self.calls());
    }
}

impl TenantResolver for Directory {
    async fn resolve(&self, issuer: &str) -> Result<Option<Tenant>, ResolverError> {
        self.0.asked.send_modify(|asked| asked.push(issuer.to_owned()));
        let mut modes = self.0.mode.subscribe();
        let mode = *modes.wait_for(|mode| *mode != Mode::Hangs).await?;
        match mode {
            Mode::Fails => Err("the database is down".into()),
            Mode::Panics => panic!("as the test wants"),
            Mode::Answers | Mode::Hangs => {
                Ok(self.0.rows.lock().unwrap().get(issuer).cloned().map(Tenant::from))
            }
        }
    }
}

/// Two tenants, beside the guard of the staff.
struct Town {
    server: Server,
    tenants: Tenants,
    directory: Directory,
    clock: ManualClock,
}

impl Town {
    async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    async fn with(settings: impl FnOnce(TenantsBuilder) -> TenantsBuilder) -> Self {
        let clock = ManualClock::new();
        let directory = Directory::of_two(&clock);
        let builder = Tenants::builder(staff(&clock).build().unwrap(), directory.clone());
        let tenants = settings(builder).build().unwrap();
        let server = Server::start(app().with_tenants(tenants.clone()).into_axum()).await;
        Self { server, tenants, directory, clock }
    }

    async fn get(&self, token: &str) -> Answer {
        self.server.get("/me", token).await
    }

    async fn status(&self, token: &str) -> u16 {
        self.get(token).await.status.as_u16()
    }
}

fn app() -> Router {
    Router::new()
        .route("/me", routing::get(me))
        .route("/open", routing::get(open))
        .route("/ignored", routing::get(ignored))
        .route("/hidden", routing::get(hidden))
        .route("/tried", routing::get(tried))
}

/// The guard that decided, and the caller.
#[jwt_guard::authentication_required]
async fn me(guard: JwtGuard, caller: Principal) -> String {
    format!("{}: {}", guard.name(), caller.subject().unwrap_or("anonymous"))
}

#[jwt_guard::authentication_required(enforcement = "report_only")]
async fn tried(guard: JwtGuard, caller: Option<Principal>) -> String {
    let caller = caller.as_ref().and_then(Principal::subject);
    format!("{}: {}", guard.name(), caller.unwrap_or("a stranger"))
}

#[jwt_guard::anonymous_allowed]
async fn open(guard: JwtGuard, caller: Option<Principal>) -> String {
    let caller = caller.as_ref().and_then(Principal::subject);
    format!("{}: {}", guard.name(), caller.unwrap_or("a stranger"))
}

#[jwt_guard::anonymous_allowed(credentials = "ignored")]
async fn ignored(guard: JwtGuard) -> String {
    guard.name().to_owned()
}

#[jwt_guard::requires(role = "clerk", deny_as = "not_found")]
async fn hidden() {}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn bearer(path: &str, token: &str) -> Request {
    Request::get(path).bearer(token)
}
