//! The guard: a validated configuration, and how it reaches a handler.

mod about;
mod admit;
mod asked;
mod check;
mod choice;
mod dead_cookie;
mod event;
mod explain;
mod facts;
mod hint;
mod in_request;
mod known;
mod outside;
mod path;
mod presented;
mod probe;
mod report;
#[cfg(feature = "sessions")]
mod sessions;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::config::{Answers, Config};
use crate::keys::remote::RemoteKeysHandle;
use crate::respond::{Protection, RenderRefusal};

pub(crate) use admit::{admit, reject};
pub(crate) use asked::{LogoutSite, Overlooked};
pub(crate) use check::{CheckRefusal, admitted_by_checks, is_reported, refused_by_check};
pub(crate) use choice::{ChooseGuard, Choosing, known_guard};
pub(crate) use known::{decided_principal, known_principal, unmet_login};
pub(crate) use presented::presented_token;
#[cfg(feature = "testing")]
pub(crate) use probe::{Denial, Noted, Probe, Verdict};

/// Verifies tokens and decides who may call a handler, with one configuration.
///
/// A cheap handle: cloning it counts a reference. It reaches a handler in this order:
///
/// 1. the innermost one: of a router or a route ([`Router::with_guard`](crate::Router::with_guard),
///    [`MethodRouter::with_guard`](crate::routing::MethodRouter::with_guard)), of a [layer](JwtGuard::layer), or
///    [provided](JwtGuard::provide);
/// 2. the [installed](JwtGuard::install) guard of the process;
/// 3. otherwise every request is answered with 500, and the log says which line is missing.
///
/// Nothing else sets the guard of a handler: a `JwtGuard` in axum's `Extension` or in a state is an ordinary value. A
/// handler with a parameter `JwtGuard` gets the guard of its request, to log callers in and out:
///
/// ```
/// use axum::response::Response;
/// use jwt_guard::JwtGuard;
/// use jwt_guard::login::{LoginCredentials, LoginError};
///
/// #[jwt_guard::anonymous_allowed(credentials = "ignored")]
/// async fn logout(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
///     guard.logout(&credentials).await
/// }
/// ```
///
/// A guard is built from a key and an audience at least; a weak key is an error when it is built:
///
/// ```
/// use jwt_guard::{JwtGuard, Secret};
///
/// let guard = JwtGuard::builder()
///     .secret(Secret::random()) // in production, 32 random bytes from your secret store
///     .issuer("https://id.example")
///     .audience("orders")
///     .build()?;
///
/// let refused = JwtGuard::builder().secret("too short").audience("orders").build();
/// assert!(refused.unwrap_err().to_string().contains("32"));
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct JwtGuard {
    inner: Arc<Inner>,
    /// The request that it was extracted from.
    asked: Option<Arc<asked::Asked>>,
}

struct Inner {
    id: u64,
    config: Config,
    protection: Protection,
    /// `None` for the body of this crate's own.
    renderer: Option<Box<dyn RenderRefusal>>,
    panics: AtomicU64,
    /// The requests that policies would refuse which are report-only.
    reported: AtomicU64,
}

static INSTALLED: OnceLock<JwtGuard> = OnceLock::new();
static NEXT_ID: AtomicU64 = AtomicU64::new(0);

impl JwtGuard {
    /// Makes this the guard of the process, for every handler without another one.
    ///
    /// # Errors
    ///
    /// A guard is installed already: the first one stays. Otherwise the order of start would decide between two parts
    /// of a program that install different guards.
    pub fn install(self) -> Result<(), AlreadyInstalled> {
        INSTALLED.set(self).map_err(|_| AlreadyInstalled(()))
    }

    /// The keys, for start-up and health checks.
    #[must_use]
    pub fn keys(&self) -> RemoteKeysHandle<'_> {
        // Refresh tokens are verified with the same.
        let issuers = self.config().access.issuers().iter();
        RemoteKeysHandle::new(issuers.map(|issuer| (issuer.name(), &issuer.keys)))
    }

    /// The number of panics between request and answer, of the application's code too, each answered with 500. Anything
    /// but zero is a bug.
    pub fn caught_panics(&self) -> u64 {
        self.inner.panics.load(Ordering::Relaxed)
    }

    /// Forgets the verified tokens, so that each is verified again. Withdrawn keys and revoked tokens need no such
    /// call.
    pub fn clear_token_cache(&self) {
        self.inner.config.access.forget();
    }

    pub(crate) fn new(config: Config, renderer: Option<Box<dyn RenderRefusal>>) -> Self {
        let Answers { realm, resource, .. } = &config.answers;
        let metadata = resource.as_ref().map(|resource| resource.metadata_url.as_str());
        let protection = Protection::new(config.locations.challenge_scheme(), realm, metadata);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        Self {
            inner: Arc::new(Inner {
                id,
                config,
                protection,
                renderer,
                panics: AtomicU64::new(0),
                reported: AtomicU64::new(0),
            }),
            asked: None,
        }
    }

    /// The name in access tables, to distinguish guards: as [set](crate::setup::Builder::name), else the realm.
    pub fn name(&self) -> &str {
        let Answers { name, realm, .. } = &self.config().answers;
        name.as_ref().unwrap_or(realm)
    }

    /// The guard without the request that it was extracted from.
    pub(crate) fn configured(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), asked: None }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Identifies the guard, so that the decision of one is not used for another.
    pub(crate) fn id(&self) -> u64 {
        self.inner.id
    }
}

/// Shows the configuration; keys and secrets are redacted.
impl fmt::Debug for JwtGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtGuard").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

/// A guard is already installed for this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyInstalled(());

impl fmt::Display for AlreadyInstalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a guard is installed for this process already; call `install()` once, and use `guard.layer()` for \
             parts of the application that need another guard",
        )
    }
}

impl std::error::Error for AlreadyInstalled {}
