//! Tenants that are known at run time only: each with its own issuer, and a guard of its own.
//!
//! A service whose customers bring their own identity providers cannot list them in its configuration. [`Tenants`] finds
//! the guard of a request by the issuer that its token names (`iss`), and asks the application for it: a
//! [`TenantResolver`], which answers from an allow-list such as a table of a database.
//!
//! The name proves nothing. It is only a key of the allow-list: nothing is fetched from it, and no URL is made of it. The
//! guard that is found verifies the token as any guard does, the issuer included.
//!
//! | what is asked | the answer |
//! |---|---|
//! | a token of a tenant | what the guard of that tenant decides: its keys, audience, claims, remembered tokens |
//! | a token of an issuer that is not a tenant | 401 `invalid_token`; the log says `unknown_tenant` |
//! | the resolver fails, panics or takes too long | 503, or 500 after a panic; tenants that it answered for in the last minutes are not affected |
//! | the resolver answers with a guard that does not accept the issuer | 500; the log says `tenant_guard_unfit` |
//! | no token, two tokens, a malformed one, an issuer of the default guard, a session | what the default guard decides |
//!
//! [`Tenants::builder`] has an example.

mod builder;
mod choose;
mod fit;
mod lookup;
mod memory;
mod provided;
mod resolver;

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::guard::JwtGuard;

use builder::TenantLimits;
pub use builder::TenantsBuilder;
use memory::TenantMemory;
pub(crate) use provided::Provided;
use resolver::ErasedResolver;
pub use resolver::{ResolverError, Tenant, TenantResolver};

/// Finds the guard of a request by the issuer of its token: one guard for each tenant, and a default one for all else.
///
/// A cheap handle: cloning it counts a reference, and all clones remember the same tenants. It reaches handlers as a
/// [`JwtGuard`] does, by [`Router::with_tenants`](crate::Router::with_tenants), [`layer`](Self::layer) or
/// [`provide`](Self::provide), and as there the innermost wins. A handler with a parameter `JwtGuard` is given the guard
/// that was found.
///
/// - The guard is found when a policy or an extractor needs the caller. A handler that ignores credentials, and a route with
///   a guard of its own, never ask the resolver.
/// - A guard stays for five minutes after the resolver has answered with it, and the resolver is asked again after half of
///   that time, while requests go on. [`forget`](Self::forget) ends a tenant at once, in this process.
/// - Concurrent requests of one issuer share one call of the resolver.
/// - An issuer that is not a tenant is remembered for 30 seconds. Of random issuers at most 100 are looked up
///   in a second, and at most 1,000 are remembered; beyond that, requests of issuers that are not remembered
///   are answered with 503.
///
/// See [`TenantsBuilder`] for the limits.
#[derive(Clone)]
pub struct Tenants(Arc<TenantsInner>);

struct TenantsInner {
    default: JwtGuard,
    resolver: Box<dyn ErasedResolver>,
    limits: TenantLimits,
    clock: Arc<dyn Clock>,
    memory: TenantMemory,
}

impl Tenants {
    /// Makes the tenants of `resolver`, with the guard for every request without a token of another issuer.
    ///
    /// The default guard gives the answers that it gives alone: its challenge, its realm, its cookies, its sessions. Its
    /// [locations](crate::setup::Builder::locations) are where a token is looked for, so the guards of all tenants must have
    /// the same. It must name the issuers that it accepts; the resolver is never asked about those.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use std::convert::Infallible;
    /// use std::sync::{Arc, RwLock};
    ///
    /// use jwt_guard::tenants::Tenants;
    /// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let guard_of = |issuer: &str| {
    /// #     let key = SigningKey::secret(Algorithm::Hs256, Secret::random()).unwrap();
    /// #     JwtGuard::builder().signing_key(key).issuer(issuer).audience("orders").build().unwrap()
    /// # };
    /// let staff = guard_of("https://staff.example");
    /// let acme = guard_of("https://acme.example");
    /// let stranger = guard_of("https://stranger.example");
    ///
    /// // The allow-list. In production it is a table; see the guide.
    /// let table = HashMap::from([("https://acme.example".to_owned(), acme.clone())]);
    /// let table = Arc::new(RwLock::new(table));
    /// let rows = Arc::clone(&table);
    /// let tenants = Tenants::builder(staff.clone(), move |issuer: String| {
    ///     let found = rows.read().unwrap().get(&issuer).cloned();
    ///     async move { Ok::<_, Infallible>(found) }
    /// })
    /// .build()?;
    ///
    /// let token = |guard: &JwtGuard| guard.issuer().unwrap().access("ada").sign().unwrap();
    /// assert!(tenants.verify(token(&staff).as_str()).await.is_ok());
    /// assert!(tenants.verify(token(&acme).as_str()).await.is_ok());
    /// let refused = tenants.verify(token(&stranger).as_str()).await.unwrap_err();
    /// assert_eq!((refused.status().as_u16(), refused.code()), (401, Some("invalid_token")));
    ///
    /// // The customer leaves.
    /// table.write().unwrap().clear();
    /// tenants.forget("https://acme.example");
    /// assert!(tenants.verify(token(&acme).as_str()).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(default: JwtGuard, resolver: impl TenantResolver) -> TenantsBuilder {
        TenantsBuilder::new(default, Box::new(resolver))
    }

    /// The guard for requests without a token of a tenant.
    #[must_use]
    pub fn default_guard(&self) -> &JwtGuard {
        &self.0.default
    }

    /// Forgets what the resolver has said of an issuer, so that it is asked with the next token: after a tenant was added,
    /// changed or removed. An answer that is under way does not count any more.
    ///
    /// A request whose token was verified already is not stopped. Other processes keep what they remember, for the time to
    /// live at most.
    pub fn forget(&self, issuer: &str) {
        self.0.memory.forget(issuer);
    }

    /// Forgets what the resolver has said of all issuers.
    pub fn forget_all(&self) {
        self.0.memory.forget_all();
    }

    /// How many issuers are remembered: tenants, and others that tokens have named lately. It is bounded, whatever is sent.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.0.memory.len()
    }
}

/// Shows the default guard and the limits.
impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("default", &self.0.default)
            .field("limits", &self.0.limits)
            .field("remembered", &self.remembered())
            .finish_non_exhaustive()
    }
}
