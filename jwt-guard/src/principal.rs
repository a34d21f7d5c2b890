//! The caller, once the guard knows who it is.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::claims::HoldsClaims;
use crate::claims::names::NameSet;
use crate::claims::registered::TokenClaims;
use crate::claims::typed::TypedClaims;
use crate::token::{TokenSource, VerifiedAs};

/// The caller of a handler: proof that the guard let the request in.
///
/// There is no public constructor: only the guard makes one, after every check. On a route that lets anonymous
/// callers in, a request without a token gives an anonymous principal, with no subject, no scopes and no roles.
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

/// What is known of an authenticated caller, wherever the request carried the token.
pub(crate) struct Identity {
    pub(crate) claims: TokenClaims,
    pub(crate) scopes: NameSet,
    pub(crate) roles: NameSet,
    /// What the token was verified as; `None` for a session.
    pub(crate) verified_as: Option<VerifiedAs>,
    /// The endpoint that a refresh token was presented at. Those are not remembered, so no two requests share it.
    pub(crate) endpoint: OnceLock<String>,
    /// The claims in the types that handlers have asked for.
    pub(crate) typed: TypedClaims,
    /// The session that spoke for the caller, for those who know its type.
    #[cfg(feature = "sessions")]
    pub(crate) session: Option<Arc<dyn Any + Send + Sync>>,
}

/// The user of the application that a token stands for.
#[derive(Clone)]
pub(crate) struct LoadedUser {
    pub(crate) user: Arc<dyn Any + Send + Sync>,
    /// The name of its type, for the log.
    pub(crate) of: &'static str,
}

static NONE: NameSet = NameSet::none();

impl Principal {
    /// Whether the caller showed a good token.
    pub fn is_authenticated(&self) -> bool {
        self.caller.is_some()
    }

    /// Who the caller is: the `sub` claim, or the one that the guard was told to read instead.
    pub fn subject(&self) -> Option<&str> {
        self.identity().map(|identity| identity.claims.subject())
    }

    /// The claim `name`, else `preferred_username`, else the subject. For people; never decide by it.
    pub fn display_name(&self) -> Option<&str> {
        let claims = &self.identity()?.claims;
        Some(claims.display_name().unwrap_or_else(|| claims.subject()))
    }

    /// The scopes that the token grants, and those that they [imply](crate::setup::Builder::scope_implies).
    pub fn scopes(&self) -> &NameSet {
        self.identity().map_or(&NONE, |identity| &identity.scopes)
    }

    /// The roles that the token grants, and those that they [imply](crate::setup::Builder::role_implies).
    pub fn roles(&self) -> &NameSet {
        self.identity().map_or(&NONE, |identity| &identity.roles)
    }

    /// The token's own name: the `jti` claim.
    pub fn token_id(&self) -> Option<&str> {
        self.identity()?.claims.token_id()
    }

    /// Where the request carried the token; `None` for an anonymous caller.
    pub fn authenticated_by(&self) -> Option<TokenSource> {
        self.caller.as_ref().map(|(_, source)| *source)
    }

    /// A caller without a token, whom a policy lets in.
    pub(crate) const fn anonymous() -> Self {
        Self { caller: None, user: None }
    }

    /// A caller whose token was verified. Called in `authenticate` and nowhere else; a test reads the sources.
    pub(crate) fn authenticated(identity: Arc<Identity>, source: TokenSource) -> Self {
        Self { caller: Some((identity, source)), user: None }
    }

    /// The same caller, with the user whom the application knows by this name.
    pub(crate) fn with_user(self, user: LoadedUser) -> Self {
        Self { user: Some(user), ..self }
    }

    pub(crate) fn user(&self) -> Option<&LoadedUser> {
        self.user.as_ref()
    }

    pub(crate) fn identity(&self) -> Option<&Arc<Identity>> {
        self.caller.as_ref().map(|(identity, _)| identity)
    }

    /// The claims of the caller, as extractors and loaders of users take them.
    pub(crate) fn holder(&self) -> Option<(Arc<dyn HoldsClaims>, TokenSource)> {
        self.caller.as_ref().map(|(identity, source)| (Arc::clone(identity) as _, *source))
    }
}

impl Identity {
    /// The same caller, with nothing in common. A session is not copied.
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
            #[cfg(feature = "sessions")]
            session: None,
        }
    }
}

impl HoldsClaims for Identity {
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

    #[cfg(feature = "sessions")]
    fn session(&self) -> Option<&Arc<dyn Any + Send + Sync>> {
        self.session.as_ref()
    }
}

/// Shows whether the caller is known and what the token grants, and nothing that says who the caller is.
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
