//! The way of a request: who is calling?
//!
//! Find the token, verify it, ask whether another site sent it, whether it was revoked and whose it is, and only then
//! speak of a caller. A session is found and asked for in the same way. This is the one place that makes an authenticated
//! [`Principal`].

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;

use crate::caught::{Panicked, caught, caught_while};
use crate::causes::with_causes;
use crate::claims::registered::TokenClaims;
use crate::config::{Config, FoundSession, NoUser, Revocation, UserLoader};
use crate::error::AuthError;
use crate::location::authorization::is_b64token;
use crate::location::{Found, LocationError};
use crate::principal::{Identity, Principal};
use crate::store::{Lookup, RefreshStatus, StoreError, StoreFuture, TokenInfo, TokenStatus};
use crate::token::{Misshapen, TokenKind, TokenSource};
use crate::verify::{VerifyError, WantedKey};

/// Who calls: known at once, or after something has been asked.
///
/// Most requests wait for nothing. What the others need while they wait is boxed, or all would carry the room for it.
pub(crate) enum Caller<'a, S = Infallible> {
    /// A caller at whom a look was enough.
    Seen(S),
    Now(Result<Principal, AuthError>),
    Later(Pin<Box<dyn Future<Output = Result<Principal, AuthError>> + Send + 'a>>),
}

/// The token that a caller is looked for by.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Access,
    /// A refresh token, presented at this endpoint. One that was replaced is let in where it was exchanged, and nowhere else:
    /// what is there finds out that it was used twice.
    Refresh(String),
}

impl Wanted {
    pub(crate) fn kind(&self) -> TokenKind {
        match self {
            Self::Access => TokenKind::Access,
            Self::Refresh(_) => TokenKind::Refresh,
        }
    }
}

/// Says who sends `request`, by the token that is wanted.
///
/// A caller who is known by the token alone is shown to `look`, while the token is looked up. Where that is enough, nothing
/// is copied.
///
/// # Errors
///
/// [`AuthError::NoToken`] or [`AuthError::OtherScheme`] where nobody does, any other variant where the request
/// carries something that is not good.
#[inline]
pub(crate) fn authenticate<'a, S>(
    config: &'a Config,
    request: &'a Parts,
    wanted: Wanted,
    look: impl Fn(&Identity) -> Option<S>,
) -> Caller<'a, S> {
    match locate(config, request, wanted.kind(), look) {
        Ok(Located::Seen(seen)) => Caller::Seen(seen),
        Ok(Located::Token(identity, source)) => admit_token(config, identity, source, wanted),
        Ok(Located::Session(id)) => identify_later(config, id),
        Err(AuthError::Token(VerifyError::NoKeys(key) | VerifyError::UnknownRemoteKey(key))) => {
            fetch_later(config, request, wanted, key)
        }
        Err(error) => Caller::Now(Err(error)),
    }
}

/// Asks the issuer for its keys, and begins again. What is missing then stays missing.
async fn authenticate_after_fetch(
    config: &Config,
    request: &Parts,
    wanted: Wanted,
    key: WantedKey,
) -> Result<Principal, AuthError> {
    config.verifier(wanted.kind()).fetch(&key).await;
    match locate(config, request, wanted.kind(), |_| None::<Infallible>)? {
        Located::Seen(never) => match never {},
        Located::Token(identity, source) => admit_token(config, identity, source, wanted).wait().await,
        Located::Session(id) => identify(config, id).await,
    }
}

/// Says whose a token or a session is, wherever the request carries it, for a logout that ends whatever is good. It asks neither
/// where the request comes from, nor whether a refresh token is the newest of its login.
pub(crate) async fn examine(
    config: &Config,
    text: &[u8],
    source: TokenSource,
    kind: TokenKind,
) -> Result<Principal, AuthError> {
    if source == TokenSource::Session {
        return identify(config, text).await;
    }
    let verify = || {
        let identity = config.verifier(kind).verify_then(text, |verified| Arc::clone(verified.identity()));
        identity.map_err(AuthError::Token)
    };
    let identity = match verify() {
        Err(AuthError::Token(VerifyError::NoKeys(wanted) | VerifyError::UnknownRemoteKey(wanted))) => {
            config.verifier(kind).fetch(&wanted).await;
            verify()?
        }
        verified => verified?,
    };
    if kind == TokenKind::Access {
        return admit_token(config, identity, source, Wanted::Access).wait().await;
    }
    if let Some(revocation) = &config.revocation {
        match require_current(refresh_status(config, revocation, &identity)?, "").await {
            // Its login lives.
            Ok(()) | Err(AuthError::Replaced) => {}
            Err(error) => return Err(error),
        }
    }
    admit(config, identity, source).wait().await
}

impl Caller<'_> {
    pub(crate) async fn wait(self) -> Result<Principal, AuthError> {
        match self {
            Self::Seen(never) => match never {},
            Self::Now(caller) => caller,
            Self::Later(caller) => caller.await,
        }
    }
}

/// What a request carries, once its signature and its origin are known to be good.
enum Located<'r, S> {
    /// A token, at whose caller a look was enough.
    Seen(S),
    Token(Arc<Identity>, TokenSource),
    /// The id of a server-side session.
    Session(&'r [u8]),
}

/// The code below does not panic; an injected clock or a crypto backend might. One bad request must not take a
/// connection down, nor be let in.
#[inline]
fn locate<'r, S>(
    config: &Config,
    request: &'r Parts,
    kind: TokenKind,
    look: impl Fn(&Identity) -> Option<S>,
) -> Result<Located<'r, S>, AuthError> {
    caught(|| locate_and_verify(config, request, kind, look)).unwrap_or(Err(AuthError::Panic))
}

#[inline]
fn locate_and_verify<'r, S>(
    config: &Config,
    request: &'r Parts,
    kind: TokenKind,
    look: impl Fn(&Identity) -> Option<S>,
) -> Result<Located<'r, S>, AuthError> {
    let (token, source) = match config.locations(kind).find(request).map_err(AuthError::Location)? {
        Found::Nothing => return Err(AuthError::NoToken),
        Found::OtherScheme => return Err(AuthError::OtherScheme),
        Found::Token(id, TokenSource::Session) => {
            if !config.locations(kind).session_in_header(&request.headers) {
                config.csrf.check_session(request).map_err(AuthError::CrossSite)?;
            }
            return Ok(Located::Session(id));
        }
        Found::Token(token, source) => (token, source),
    };
    let verified = config.verifier(kind).verify_then(token, |verified| {
        let identity = verified.identity();
        if source == TokenSource::Cookie {
            config.csrf.check(request, kind, identity.claims.csrf()).map_err(AuthError::CrossSite)?;
        }
        // Neither a store nor the application has a say.
        let by_token_alone = config.revocation.is_none() && config.user_loader.is_none();
        Ok(match if by_token_alone { look(identity) } else { None } {
            Some(seen) => Located::Seen(seen),
            None => Located::Token(Arc::clone(identity), source),
        })
    });
    verified.unwrap_or_else(|reason| Err(refused(token, source, reason)))
}

/// RFC 6750 section 3.1 tells a malformed request from a bad token.
#[inline(never)]
fn refused(token: &[u8], source: TokenSource, reason: VerifyError) -> AuthError {
    match (&reason, source) {
        (VerifyError::Misshapen(Misshapen::NotCompact), TokenSource::AuthorizationHeader)
            if !is_b64token(token) =>
        {
            AuthError::Location(LocationError::Malformed)
        }
        _ => AuthError::Token(reason),
    }
}

/// The caller of a good token, unless it was revoked.
#[inline(never)]
fn admit_token<S>(
    config: &Config,
    identity: Arc<Identity>,
    source: TokenSource,
    wanted: Wanted,
) -> Caller<'_, S> {
    if let Wanted::Refresh(endpoint) = wanted {
        return admit_refresh_later(config, identity, source, endpoint);
    }
    let Some(revocation) = &config.revocation else {
        return admit(config, identity, source);
    };
    // The store is the application's, and so is the clock.
    match caught(|| token_status(config, revocation, &identity)).unwrap_or(Err(AuthError::Panic)) {
        Err(error) => Caller::Now(Err(error)),
        Ok(Lookup::Known(answer)) => match require_good(answer) {
            Ok(()) => admit(config, identity, source),
            Err(error) => Caller::Now(Err(error)),
        },
        Ok(Lookup::Pending(answer)) => ask_later(config, answer, identity, source),
    }
}

// Each future is made in a function of its own: most requests make none, and would carry the room for all of them.

#[inline(never)]
fn fetch_later<'a, S>(
    config: &'a Config,
    request: &'a Parts,
    wanted: Wanted,
    key: WantedKey,
) -> Caller<'a, S> {
    later(authenticate_after_fetch(config, request, wanted, key))
}

#[inline(never)]
fn admit_refresh_later<S>(
    config: &Config,
    identity: Arc<Identity>,
    source: TokenSource,
    endpoint: String,
) -> Caller<'_, S> {
    later(async move {
        if let Some(revocation) = &config.revocation {
            require_current(refresh_status(config, revocation, &identity)?, &endpoint).await?;
        }
        // A refresh token is not remembered, so nobody else has set it.
        drop(identity.endpoint.set(endpoint));
        admit(config, identity, source).wait().await
    })
}

#[inline(never)]
fn identify_later<'a, S>(config: &'a Config, id: &'a [u8]) -> Caller<'a, S> {
    later(identify(config, id))
}

#[inline(never)]
fn ask_later<'a, S>(
    config: &'a Config,
    answer: StoreFuture<'a, TokenStatus>,
    identity: Arc<Identity>,
    source: TokenSource,
) -> Caller<'a, S> {
    later(async move {
        require_good(answer.await)?;
        admit(config, identity, source).wait().await
    })
}

#[inline(never)]
fn load_later<S>(loader: &UserLoader, principal: Principal) -> Caller<'_, S> {
    later(with_user(loader, principal))
}

/// Whatever is waited for asks something of the application: a store, a clock, a loader of users.
fn later<'a, S>(caller: impl Future<Output = Result<Principal, AuthError>> + Send + 'a) -> Caller<'a, S> {
    Caller::Later(Box::pin(async move {
        caught_while(caller).await.unwrap_or_else(|Panicked| Err(AuthError::Panic))
    }))
}

/// Asks the store.
fn token_status<'a>(
    config: &Config,
    revocation: &'a Revocation,
    identity: &Identity,
) -> Result<Lookup<'a>, AuthError> {
    let (id, facts) = facts(config, identity)?;
    Ok(revocation.token_status(id, &facts, config.access.now()))
}

/// Asks the store about a refresh token.
fn refresh_status<'a>(
    config: &Config,
    revocation: &'a Revocation,
    identity: &Identity,
) -> Result<Lookup<'a, RefreshStatus>, AuthError> {
    let (id, facts) = facts(config, identity)?;
    let grace = config.issuing.as_ref().map(|issuing| issuing.grace).unwrap_or_default();
    Ok(revocation.refresh_status(id, &facts, grace, config.access.now()))
}

/// What a revocation can name of a token, and its name.
fn facts<'a>(config: &'a Config, identity: &'a Identity) -> Result<(&'a str, TokenInfo<'a>), AuthError> {
    let claims = &identity.claims;
    // A token without a name could never be revoked.
    let id = claims.token_id().ok_or(AuthError::Token(VerifyError::ClaimMissing("jti".into())))?;
    let facts = TokenInfo {
        id: Some(id),
        issuer: config.issuer_of(identity.verified_as),
        subject: claims.subject(),
        family: claims.family(),
        issued_at: claims.issued_at().map(|date| date.to_system()),
        expires_at: claims.expires_at().to_system(),
    };
    Ok((id, facts))
}

/// Only the refresh token of a login that counts is let in, and one that was replaced where it was exchanged.
async fn require_current(answer: Lookup<'_, RefreshStatus>, endpoint: &str) -> Result<(), AuthError> {
    let answer = match answer {
        Lookup::Known(answer) => answer,
        Lookup::Pending(answer) => answer.await,
    };
    match answer.map_err(|error| AuthError::Store(with_causes(&error)))? {
        RefreshStatus::Current | RefreshStatus::Retried => Ok(()),
        RefreshStatus::Replaced(Some(exchanged)) if exchanged == endpoint => Ok(()),
        RefreshStatus::Replaced(_) => Err(AuthError::Replaced),
        RefreshStatus::Unknown => Err(AuthError::Revoked),
    }
}

/// The failure of a store is no verdict.
fn require_good(answer: Result<TokenStatus, StoreError>) -> Result<(), AuthError> {
    match answer {
        Ok(TokenStatus::Valid) => Ok(()),
        Ok(TokenStatus::Revoked) => Err(AuthError::Revoked),
        Err(error) => Err(AuthError::Store(with_causes(&error))),
    }
}

/// The caller of a session. An id that stands for none is what a stale cookie is: no session.
async fn identify(config: &Config, id: &[u8]) -> Result<Principal, AuthError> {
    let (Some(sessions), Ok(id)) = (&config.sessions, std::str::from_utf8(id)) else {
        return Err(AuthError::NoSession);
    };
    let mut caller = match sessions.identify(id).await.map_err(AuthError::Store)? {
        FoundSession::Caller(caller) => caller,
        FoundSession::Replaced => return Err(AuthError::ReplacedSession),
        FoundSession::Nothing => return Err(AuthError::NoSession),
    };
    config.hierarchies.scopes.expand(&mut caller.scopes);
    config.hierarchies.roles.expand(&mut caller.roles);
    let unreadable = || AuthError::Store("the session store holds a record that is none".to_owned());
    let claims = TokenClaims::of_session(caller.claims, caller.is_fresh).ok_or_else(unreadable)?;
    let identity = Identity::new(claims, caller.scopes, caller.roles);
    #[cfg(feature = "sessions")]
    let identity = Identity { session: Some(caller.session), ..identity };
    admit(config, Arc::new(identity), TokenSource::Session).wait().await
}

/// The caller, with the application's user where it has users.
fn admit<S>(config: &Config, identity: Arc<Identity>, source: TokenSource) -> Caller<'_, S> {
    let is_stranger = config.is_stranger(identity.verified_as);
    let principal = Principal::authenticated(identity, source);
    match &config.user_loader {
        Some(_) if is_stranger => Caller::Now(Err(AuthError::UnknownUser)),
        Some(loader) => load_later(loader, principal),
        None => Caller::Now(Ok(principal)),
    }
}

/// Asks the application for its user, whose absence is a verdict and whose failure is none.
async fn with_user(loader: &UserLoader, principal: Principal) -> Result<Principal, AuthError> {
    let Some(claims) = principal.holder() else {
        return Ok(principal);
    };
    match loader.load(claims).await {
        Ok(user) => Ok(principal.with_user(user)),
        Err(NoUser::Claims(misfit)) => Err(AuthError::Claims(misfit)),
        Err(NoUser::Unknown) => Err(AuthError::UnknownUser),
        Err(NoUser::Failed(reason)) => Err(AuthError::UserLoader(reason)),
    }
}
