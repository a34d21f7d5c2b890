//! An identity provider on loopback.

mod answers;

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::issuer::TestIssuer;
use crate::clock::{Clock, SystemClock};
use crate::guard::JwtGuard;
use crate::keys::{Algorithm, GeneratedKey, SigningKey, VerifyingKey};

/// An identity provider on loopback, for tests of a guard that fetches keys: discovery, keys that change, outages, and
/// tokens for machines. It ends with the value.
///
/// The guard must accept `http://` from this machine, which only a test does.
///
/// ```
/// use std::time::Duration;
///
/// use jwt_guard::JwtGuard;
/// use jwt_guard::testing::{IdentityProvider, ManualClock};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let provider = IdentityProvider::start().await;
/// # #[cfg(feature = "remote-keys")] {
/// let clock = ManualClock::new();
/// let guard = JwtGuard::builder()
///     .oidc_issuer(provider.issuer())
///     .audience("orders")
///     .clock(clock.clone())
///     .danger()
///     .loopback_http("the provider is a task of this test")
///     .build()?;
/// assert!(guard.verify(&provider.test_issuer(&guard).caller("ada").token()).await.is_ok());
///
/// // A new key: the guard asks for it, but not twice within its cooldown.
/// provider.rotate();
/// clock.advance(Duration::from_secs(60));
/// assert!(guard.verify(&provider.test_issuer(&guard).caller("ada").token()).await.is_ok());
/// # }
/// # Ok(())
/// # }
/// ```
///
/// # The client credentials grant
///
/// `POST /token` answers clients that [`add_client`](Self::add_client) has registered (RFC 6749 section 4.4), with
/// access tokens as RFC 9068 has them: for a service that calls another one.
#[must_use = "it ends with the value"]
pub struct IdentityProvider {
    state: Arc<ProviderState>,
    server: JoinHandle<()>,
}

/// What the provider answers.
struct ProviderState {
    issuer: String,
    keys: Mutex<Keys>,
    clients: Mutex<Vec<Client>>,
    clock: Mutex<Arc<dyn Clock>>,
    is_down: AtomicBool,
    key_requests: AtomicUsize,
}

struct Keys {
    signing: SigningKey,
    published: Vec<VerifyingKey>,
}

struct Client {
    id: String,
    secret: String,
    audience: String,
}

impl IdentityProvider {
    /// A provider that signs with ES256.
    ///
    /// # Panics
    ///
    /// Without a free port.
    pub async fn start() -> Self {
        Self::start_with(Algorithm::Es256).await
    }

    /// A provider that signs with another algorithm, such as RS256 for a guard that accepts no other.
    ///
    /// # Panics
    ///
    /// Without a free port; for HMAC, whose keys are not published; and if the crypto backend makes no such key.
    pub async fn start_with(algorithm: Algorithm) -> Self {
        let signing = new_key(algorithm);
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await {
            Ok(listener) => listener,
            Err(error) => panic!("an identity provider needs a port on loopback: {error}"),
        };
        let port = listener.local_addr().map(|address| address.port()).unwrap_or_default();
        let state = Arc::new(ProviderState {
            issuer: format!("http://localhost:{port}"),
            keys: Mutex::new(Keys { published: vec![signing.verifying_key()], signing }),
            clients: Mutex::default(),
            clock: Mutex::new(Arc::new(SystemClock)),
            is_down: AtomicBool::new(false),
            key_requests: AtomicUsize::new(0),
        });
        let app = answers::router(Arc::clone(&state));
        let server = tokio::spawn(async move {
            // It runs until it is aborted.
            drop(axum::serve(listener, app).await);
        });
        Self { state, server }
    }

    /// Takes the time of its tokens from this clock, which should be that of the guard.
    pub fn with_clock(self, clock: impl Clock) -> Self {
        *locked(&self.state.clock) = Arc::new(clock);
        self
    }

    /// The name of the issuer, which is its address: `http://localhost:PORT`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.state.issuer
    }

    /// Where its keys are: for [`jwks_url`](crate::setup::Builder::jwks_url).
    #[must_use]
    pub fn jwks_url(&self) -> String {
        format!("{}{}", self.issuer(), answers::KEYS)
    }

    /// Where clients get tokens.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}{}", self.issuer(), answers::TOKEN)
    }

    /// Signs the tokens of made-up callers with the present key. The guard need not have fetched it yet.
    ///
    /// # Panics
    ///
    /// If the guard does not trust this issuer.
    #[must_use]
    #[track_caller]
    pub fn test_issuer(&self, guard: &JwtGuard) -> TestIssuer {
        match TestIssuer::named(guard, self.issuer(), self.signing_key()) {
            Some(issuer) => issuer,
            None => panic!(
                "the guard `{}` does not trust the issuer {:?}; expected `.oidc_issuer(provider.issuer())` \
                 in its builder",
                guard.name(),
                self.issuer()
            ),
        }
    }

    /// The present key, for [`Denials::key`](super::Denials::key); the guard must have fetched it.
    #[must_use]
    pub fn signing_key(&self) -> SigningKey {
        locked(&self.state.keys).signing.clone()
    }

    /// Signs with a new key from now on, and publishes it beside the old ones. A guard that has just asked for keys
    /// asks again after its [cooldown](crate::keys::remote::RemoteKeySettings::cooldown): move its clock.
    pub fn rotate(&self) {
        let mut keys = locked(&self.state.keys);
        keys.signing = new_key(keys.signing.algorithm());
        let published = keys.signing.verifying_key();
        keys.published.push(published);
    }

    /// Publishes the present key only: tokens of the old ones are to be refused.
    pub fn withdraw_old_keys(&self) {
        let mut keys = locked(&self.state.keys);
        keys.published = vec![keys.signing.verifying_key()];
    }

    /// Answers everything with 503, until [`come_back`](Self::come_back).
    pub fn go_down(&self) {
        self.state.is_down.store(true, Ordering::SeqCst);
    }

    /// Answers again.
    pub fn come_back(&self) {
        self.state.is_down.store(false, Ordering::SeqCst);
    }

    /// How often its keys were asked for.
    #[must_use]
    pub fn key_requests(&self) -> usize {
        self.state.key_requests.load(Ordering::SeqCst)
    }

    /// Registers a client, whose tokens are for this audience.
    pub fn add_client(&self, id: impl Into<String>, secret: impl Into<String>, audience: impl Into<String>) {
        let client = Client { id: id.into(), secret: secret.into(), audience: audience.into() };
        locked(&self.state.clients).push(client);
    }
}

/// A key for the public half to be published.
fn new_key(algorithm: Algorithm) -> SigningKey {
    match GeneratedKey::new(algorithm) {
        Ok(key) if key.private_pem().is_some() => key.signing_key().clone(),
        Ok(_) => {
            panic!("an identity provider publishes its keys; expected another algorithm than {algorithm}")
        }
        Err(error) => panic!("an identity provider needs a key: {error}"),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for IdentityProvider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for IdentityProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityProvider").field("issuer", &self.issuer()).finish_non_exhaustive()
    }
}
