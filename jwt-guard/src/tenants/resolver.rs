//! The application's answer to the question who a tenant is.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::guard::JwtGuard;
use crate::problems::ConfigError;

/// The error of a [`TenantResolver`]; it goes to the log, and never to a client.
pub type ResolverError = Box<dyn Error + Send + Sync>;

/// Answers from an allow-list whether an issuer is a tenant, and with which guard: usually a table of a database.
///
/// The issuer is what a stranger wrote into a token, at most 1,024 bytes. Compare it with the names of the list, as it is;
/// make no URL and no file name of it, and build the guard from the row that was found.
///
/// Implemented for closures that take a `String` and return a future of `Result<Option<_>, _>`, where the value is a
/// [`Tenant`] or a [`JwtGuard`]:
///
/// ```
/// use jwt_guard::tenants::{Tenant, Tenants};
/// use jwt_guard::{JwtGuard, Secret};
///
/// # struct Row { changed_at: u64, audience: &'static str }
/// # async fn row_of(_: &str) -> std::io::Result<Option<Row>> { Ok(None) }
/// # fn keys(_: &Row) -> Secret { Secret::random() }
/// # let staff = JwtGuard::builder().secret(Secret::random()).issuer("https://staff.example").audience("orders").build()?;
/// let tenants = Tenants::builder(staff, |issuer: String| async move {
///     let Some(row) = row_of(&issuer).await? else { return Ok::<_, std::io::Error>(None) };
///     Ok(Some(Tenant::versioned(row.changed_at, move || {
///         JwtGuard::builder().secret(keys(&row)).issuer(issuer).audience(row.audience).build()
///     })))
/// })
/// .build()?;
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
///
/// With a struct, it is `async fn resolve(&self, issuer: &str) -> Result<Option<Tenant>, ResolverError>`.
pub trait TenantResolver: Send + Sync + 'static {
    /// The tenant whose tokens name `issuer`; `None` if there is no such tenant.
    ///
    /// # Errors
    ///
    /// It is unknown at the moment: the request is answered with 503.
    fn resolve(&self, issuer: &str) -> impl Future<Output = Result<Option<Tenant>, ResolverError>> + Send;
}

impl<F, Fut, T, E> TenantResolver for F
where
    F: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<T>, E>> + Send,
    T: Into<Tenant>,
    E: Into<ResolverError>,
{
    async fn resolve(&self, issuer: &str) -> Result<Option<Tenant>, ResolverError> {
        match self(issuer.to_owned()).await {
            Ok(tenant) => Ok(tenant.map(Into::into)),
            Err(error) => Err(error.into()),
        }
    }
}

/// A tenant, by its guard.
///
/// The guard must accept the issuer that was asked for, and look for tokens where the default guard does. It verifies with
/// its own keys, for its own audience, and remembers its own tokens. Tenants may share a
/// [token store](crate::setup::Builder::token_store): revocations are kept by issuer, if the issuer is
/// [trusted](crate::setup::Builder::trust).
pub struct Tenant(pub(super) TenantGuard);

pub(super) enum TenantGuard {
    Guard(JwtGuard),
    Versioned { version: String, build: Box<dyn FnOnce() -> Result<JwtGuard, ConfigError> + Send> },
}

impl Tenant {
    /// A tenant whose settings have a version, such as the date of their last change. `build` is called only if the guard
    /// that is remembered has another version, so that the keys and the verified tokens of an unchanged tenant stay.
    ///
    /// If `build` fails, requests of the tenant are answered with 500, and the log has the reason.
    pub fn versioned(
        version: impl fmt::Display,
        build: impl FnOnce() -> Result<JwtGuard, ConfigError> + Send + 'static,
    ) -> Self {
        Self(TenantGuard::Versioned { version: version.to_string(), build: Box::new(build) })
    }
}

/// A tenant with a guard that the application keeps. A clone of it is the same guard; a guard that is built anew for each
/// answer starts without keys and verified tokens, so use [`Tenant::versioned`] there.
impl From<JwtGuard> for Tenant {
    fn from(guard: JwtGuard) -> Self {
        Self(TenantGuard::Guard(guard))
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            TenantGuard::Guard(guard) => f.debug_tuple("Tenant").field(guard).finish(),
            TenantGuard::Versioned { version, .. } => f.debug_tuple("Tenant").field(version).finish(),
        }
    }
}

/// A resolver whose type is erased.
pub(super) trait ErasedResolver: Send + Sync + 'static {
    fn resolve<'a>(&'a self, issuer: &'a str) -> ResolvingTenant<'a>;
}

pub(super) type ResolvingTenant<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Tenant>, ResolverError>> + Send + 'a>>;

impl<R: TenantResolver> ErasedResolver for R {
    fn resolve<'a>(&'a self, issuer: &'a str) -> ResolvingTenant<'a> {
        Box::pin(TenantResolver::resolve(self, issuer))
    }
}
