//! The authenticated caller.

mod opaque;
#[cfg(feature = "sessions")]
mod session;

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::claims::ClaimsSource;
use crate::claims::names::NameSet;
use crate::claims::registered::TokenClaims;
use crate::claims::typed::TypedClaims;
use crate::token::{GuardNumber, TokenSource, VerifiedAs};

pub(crate) use opaque::OpaqueCredential;
#[cfg(feature = "sessions")]
pub(crate) use session::LoginOfSession;
#[cfg(feature = "sessions")]
pub use session::SessionData;

/// Stands in where the feature `sessions` is off, so that a caller never has one.
#[cfg(not(feature = "sessions"))]
pub(crate) enum SessionData {}

/// The caller of a handler: proof that the guard admitted the request.
///
/// There is no public constructor: only the guard makes one, after every check. On a route for anonymous callers, a
/// request without a token yields an anonymous principal, without subject, scopes and roles.
///
/// ```
/// use jwt_guard::Principal;
///
/// #[jwt_guard::anonymous_allowed]
/// async fn greet(caller: Principal) -> String {
///     match caller.display_name() {
///         Some(name) => format!("hello {name}"),
///         None => "hello stranger".to_owned(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Principal {
    caller: Option<(Arc<Identity>, TokenSource)>,
    user: Option<LoadedUser>,
}

/// The identity of an authenticated caller, independent of the place of its credential.
pub(crate) struct Identity {
    pub(crate) claims: TokenClaims,
    pub(crate) scopes: NameSet,
    pub(crate) roles: NameSet,
    /// The kind of the verified token; `None` for a session.
    pub(crate) verified_as: Option<VerifiedAs>,
    /// The endpoint to which a refresh token was presented. Refresh tokens are not remembered, so requests do not share
    /// it.
    pub(crate) endpoint: OnceLock<String>,
    /// The claims in the types of handlers.
    pub(crate) typed: TypedClaims,
    /// The opaque credential of the caller; `None` for a token.
    pub(crate) opaque: Option<OpaqueCredential>,
}

/// The application's user.
#[derive(Clone)]
pub(crate) struct LoadedUser {
    pub(crate) user: Arc<dyn Any + Send + Sync>,
    /// The name of its type, for the log.
    pub(crate) of: &'static str,
}

static NONE: NameSet = NameSet::none();

impl Principal {
    /// Whether the caller is authenticated.
    pub fn is_authenticated(&self) -> bool {
        self.caller.is_some()
    }

    /// The subject: the `sub` claim, or the claim that the guard is configured to read instead. `None` for an anonymous
    /// caller, and for a [machine](Self::is_machine).
    pub fn subject(&self) -> Option<&str> {
        self.identity()?.claims.subject()
    }

    /// Whether the caller is a machine: authenticated by a token that names a client and no subject. Only issuers whose
    /// [machines are accepted](crate::TrustedIssuer::machine_callers) have such callers.
    pub fn is_machine(&self) -> bool {
        self.identity().is_some_and(|identity| identity.claims.is_of_machine())
    }

    /// The client that asked for the token: the `client_id` claim (RFC 9068 section 2.2), or the one in which its
    /// [issuer](crate::TrustedIssuer::client_claim) names it. A machine always has one; it is unique only within its issuer.
    pub fn client_id(&self) -> Option<&str> {
        self.identity()?.claims.client_id()
    }

    /// The claim `name`, else `preferred_username`, else the subject, else the client of a machine. For display only; never
    /// base a decision on it.
    pub fn display_name(&self) -> Option<&str> {
        let claims = &self.identity()?.claims;
        claims.display_name().or_else(|| claims.subject()).or_else(|| claims.client_id())
    }

    /// The scopes that the token grants, and those that they [imply](crate::setup::Builder::scope_implies).
    pub fn scopes(&self) -> &NameSet {
        self.identity().map_or(&NONE, |identity| &identity.scopes)
    }

    /// The roles that the token grants, and those that they [imply](crate::setup::Builder::role_implies).
    pub fn roles(&self) -> &NameSet {
        self.identity().map_or(&NONE, |identity| &identity.roles)
    }

    /// The id of the token: the `jti` claim.
    pub fn token_id(&self) -> Option<&str> {
        self.identity()?.claims.token_id()
    }

    /// When the token ends; `None` for an anonymous caller. A connection that outlives its first request ends then.
    pub fn expires_at(&self) -> Option<SystemTime> {
        Some(self.identity()?.claims.expires_at().to_system())
    }

    /// The place of the token in the request; `None` for an anonymous caller.
    pub fn authenticated_by(&self) -> Option<TokenSource> {
        self.caller.as_ref().map(|(_, source)| *source)
    }

    /// A caller without a token, whom a policy admits.
    pub(crate) const fn anonymous() -> Self {
        Self { caller: None, user: None }
    }

    /// A caller with a verified token. Called only in `authenticate`; a test reads the sources.
    pub(crate) fn authenticated(identity: Arc<Identity>, source: TokenSource) -> Self {
        Self { caller: Some((identity, source)), user: None }
    }

    /// The same caller, with the application's user.
    pub(crate) fn with_user(self, user: LoadedUser) -> Self {
        Self { user: Some(user), ..self }
    }

    pub(crate) fn user(&self) -> Option<&LoadedUser> {
        self.user.as_ref()
    }

    pub(crate) fn identity(&self) -> Option<&Arc<Identity>> {
        self.caller.as_ref().map(|(identity, _)| identity)
    }

    /// The claims of the caller, for extractors and user loaders.
    pub(crate) fn claims_source(&self) -> Option<(Arc<dyn ClaimsSource>, TokenSource)> {
        self.caller.as_ref().map(|(identity, source)| (Arc::clone(identity) as _, *source))
    }
}

impl Identity {
    /// A deep copy of the caller, without a session.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::new(self.claims.clone(), self.scopes.clone(), self.roles.clone());
        Self { verified_as: self.verified_as, ..copy }
    }

    pub(crate) fn new(claims: TokenClaims, scopes: NameSet, roles: NameSet) -> Self {
        Self {
            claims,
            scopes,
            roles,
            verified_as: None,
            endpoint: OnceLock::new(),
            typed: TypedClaims::default(),
            opaque: None,
        }
    }
}

impl ClaimsSource for Identity {
    fn claims(&self) -> &TokenClaims {
        &self.claims
    }

    fn typed(&self) -> &TypedClaims {
        &self.typed
    }

    fn verified_as(&self) -> Option<VerifiedAs> {
        self.verified_as
    }

    fn endpoint(&self) -> Option<&str> {
        self.endpoint.get().map(String::as_str)
    }

    fn verified_by(&self) -> Option<GuardNumber> {
        let verified = self.verified_as.map(|verified| verified.by);
        verified.or_else(|| self.opaque.as_ref().map(|credential| credential.by))
    }

    fn opaque_id(&self) -> Option<&str> {
        self.opaque.as_ref().map(|credential| &*credential.id)
    }
}

/// Shows whether the caller is known and what the token grants, but not who the caller is.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.caller {
            None => f.write_str("Principal(anonymous)"),
            Some((identity, source)) => f
                .debug_struct("Principal")
                .field("scopes", &identity.scopes)
                .field("roles", &identity.roles)
                .field("source", source)
                .finish_non_exhaustive(),
        }
    }
}
