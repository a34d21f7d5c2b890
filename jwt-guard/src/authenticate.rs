//! The way of a request: who is calling?
//!
//! Find the token, verify it, ask whether another site sent it, whether it was revoked and whose it is, and only then
//! speak of a caller. A session is found and asked for in the same way. This is the one place that makes an authenticated
//! [`Principal`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use http::request::Parts;

use crate::claims::HoldsClaims;
use crate::claims::registered::TokenClaims;
use crate::config::{AllowList, Config, NoUser, Revocation, UserLoader, chain};
use crate::error::AuthError;
use crate::location::authorization::is_b64token;
use crate::location::{Found, LocationError};
use crate::principal::{Identity, Principal};
use crate::store::{Lookup, Standing, TokenFacts};
use crate::token::{Misshapen, TokenKind, TokenSource};
use crate::verify::{Verified, VerifyError};

/// Says who sends `request`, by a token of this kind.
///
/// # Errors
///
/// [`AuthError::NoToken`] or [`AuthError::OtherScheme`] where nobody does, any other variant where the request
/// carries something that is not good.
pub(crate) async fn authenticate(
    config: &Config,
    request: &Parts,
    kind: TokenKind,
) -> Result<Principal, AuthError> {
    // The code below does not panic; an injected clock or a crypto backend might. One bad request must not take a
    // connection down, nor be let in.
    let located = catch_unwind(AssertUnwindSafe(|| locate_and_verify(config, request, kind)));
    let identity = match located.unwrap_or(Err(AuthError::Panic))? {
        Located::Token(identity) => identity,
        // Boxed, as whatever few requests need: all others would carry the room for it.
        Located::Session(id) => return Box::pin(identify(config, id)).await,
    };
    if let Some(revocation) = &config.revocation {
        refuse_revoked(config, revocation, &identity.claims).await?;
    }
    admit(config, identity).await
}

/// The caller, with the application's user where it has users.
async fn admit(config: &Config, identity: Arc<Identity>) -> Result<Principal, AuthError> {
    let principal = Principal::authenticated(identity);
    match &config.user_loader {
        Some(loader) => Box::pin(with_user(loader, principal)).await,
        None => Ok(principal),
    }
}

/// What a request carries, once its signature and its origin are known to be good.
enum Located<'r> {
    Token(Arc<Identity>),
    /// The id of a server-side session.
    Session(&'r [u8]),
}

/// The caller of a session. An id that stands for none is what a stale cookie is: no session.
async fn identify(config: &Config, id: &[u8]) -> Result<Principal, AuthError> {
    let (Some(sessions), Ok(id)) = (&config.sessions, std::str::from_utf8(id)) else {
        return Err(AuthError::NoSession);
    };
    let mut caller = sessions.identify(id).await.map_err(AuthError::Store)?.ok_or(AuthError::NoSession)?;
    config.hierarchies().scopes.expand(&mut caller.scopes);
    config.hierarchies().roles.expand(&mut caller.roles);
    let unreadable = || AuthError::Store("the session store holds a record that is none".to_owned());
    let claims = TokenClaims::of_session(caller.claims).ok_or_else(unreadable)?;
    let identity = Identity {
        claims,
        scopes: caller.scopes,
        roles: caller.roles,
        source: TokenSource::Session,
        #[cfg(feature = "sessions")]
        session: Some(caller.session),
    };
    admit(config, Arc::new(identity)).await
}

fn locate_and_verify<'r>(
    config: &Config,
    request: &'r Parts,
    kind: TokenKind,
) -> Result<Located<'r>, AuthError> {
    match config.locations(kind).find(request).map_err(AuthError::Location)? {
        Found::Nothing => Err(AuthError::NoToken),
        Found::OtherScheme => Err(AuthError::OtherScheme),
        Found::Token(id, TokenSource::Session) => {
            if !config.locations(kind).session_in_header(&request.headers) {
                config.csrf.check_session(request).map_err(AuthError::CrossSite)?;
            }
            Ok(Located::Session(id))
        }
        Found::Token(token, source) => {
            let (claims, scopes, roles) = verify(config, token, source, kind)?.into_parts();
            if source == TokenSource::Cookie {
                config.csrf.check(request, claims.csrf()).map_err(AuthError::CrossSite)?;
            }
            Ok(Located::Token(Arc::new(Identity {
                claims,
                scopes,
                roles,
                source,
                #[cfg(feature = "sessions")]
                session: None,
            })))
        }
    }
}

fn verify(
    config: &Config,
    token: &[u8],
    source: TokenSource,
    kind: TokenKind,
) -> Result<Verified, AuthError> {
    let verifier = match kind {
        TokenKind::Access => &config.access,
        TokenKind::Refresh => &config.refresh,
    };
    verifier.verify(token).map_err(|reason| match (&reason, source) {
        // RFC 6750 section 3.1 tells a malformed request from a bad token.
        (VerifyError::Misshapen(Misshapen::NotCompact), TokenSource::AuthorizationHeader)
            if !is_b64token(token) =>
        {
            AuthError::Location(LocationError::Malformed)
        }
        _ => AuthError::Token(reason),
    })
}

/// Asks the store, whose failure is no verdict.
async fn refuse_revoked(
    config: &Config,
    revocation: &Revocation,
    claims: &TokenClaims,
) -> Result<(), AuthError> {
    let now = config.access.now();
    // A token without a name could never be revoked.
    let id = claims.token_id().ok_or(AuthError::Token(VerifyError::ClaimMissing("jti".into())))?;
    let facts = TokenFacts {
        id: Some(id),
        subject: claims.subject(),
        family: claims.family(),
        issued_at: claims.issued_at().map(|date| date.to_system()),
        expires_at: claims.expires_at().to_system(),
    };
    let (standing, allowed) = match revocation {
        Revocation::Revoked(store) => (store.standing(&facts, now), None),
        Revocation::Own(store, AllowList::Off) => (store.standing(&facts, now), None),
        Revocation::Own(store, AllowList::On) => {
            (store.standing(&facts, now), Some(store.is_allowed(id, now)))
        }
    };
    require_good(standing).await?;
    match allowed {
        Some(allowed) => require_good(allowed).await,
        None => Ok(()),
    }
}

async fn require_good(lookup: Lookup<'_>) -> Result<(), AuthError> {
    let answer = match lookup {
        Lookup::Known(answer) => answer,
        Lookup::Pending(answer) => answer.await,
    };
    match answer {
        Ok(Standing::Good) => Ok(()),
        Ok(Standing::Revoked) => Err(AuthError::Revoked),
        Err(error) => Err(AuthError::Store(chain(&error))),
    }
}

/// Asks the application for its user, whose absence is a verdict and whose failure is none.
async fn with_user(loader: &UserLoader, principal: Principal) -> Result<Principal, AuthError> {
    let Some(identity) = principal.identity() else {
        return Ok(principal);
    };
    let token: Arc<dyn HoldsClaims> = Arc::clone(identity) as _;
    match loader.load(token).await {
        Ok(user) => Ok(principal.with_user(user)),
        Err(NoUser::Claims(reason)) => Err(AuthError::Claims(reason)),
        Err(NoUser::Unknown) => Err(AuthError::UnknownUser),
        Err(NoUser::Failed(reason)) => Err(AuthError::UserLoader(reason)),
        Err(NoUser::Panicked) => Err(AuthError::Panic),
    }
}
