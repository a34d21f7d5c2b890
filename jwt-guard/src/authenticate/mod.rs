//! The way of a request: who is calling?
//!
//! 1. Find the one credential of the request.
//! 2. Verify it: a token by its keys and rules, a session by its store. A cookie must also come from a page of this site.
//! 3. Check whether the token was revoked (`revocation`).
//! 4. Load the application's user (`user`).
//!
//! Only then is there a caller. Only this folder makes an authenticated [`Principal`].

mod opaque;
mod revocation;
mod user;

use std::future::Future;
use std::pin::Pin;

use http::request::Parts;

use crate::caught::{Panicked, caught, caught_while};
use crate::config::Config;
use crate::error::AuthError;
use crate::location::{FoundCredential, LocationError};
use crate::opaque::Resolve;
use crate::principal::Principal;
use crate::token::{Malformed, TokenKind, TokenSource, is_b64token};
use crate::verify::{Explanation, MissingKey, Verified, VerifyError};

pub(crate) use revocation::examine;
pub(crate) use user::Owner;

/// The caller: known at once, or after waiting.
///
/// Most requests wait for nothing. The waiting case is boxed so that it does not enlarge the future of every request.
pub(crate) enum Caller<'a> {
    Now(Result<Principal, AuthError>),
    Later(Pin<Box<dyn Future<Output = Result<Principal, AuthError>> + Send + 'a>>),
}

/// The kind of token that identifies the caller.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Access,
    /// A refresh token, presented to this endpoint. A replaced one is admitted only where it was exchanged, so that its
    /// reuse is detected there.
    Refresh(String),
}

/// The credential of a request, after the checks of its signature and its origin.
enum Located<'r> {
    Token(Verified, TokenSource),
    /// An opaque credential, with its resolver.
    Opaque(&'r dyn Resolve, &'r [u8], TokenSource),
}

/// Finds the caller of `request`, by the wanted kind of token.
///
/// # Errors
///
/// [`AuthError::NoToken`] or [`AuthError::OtherScheme`] if the request has no credentials, any other variant if they
/// are not valid.
pub(crate) fn authenticate<'a>(config: &'a Config, request: &'a Parts, wanted: Wanted) -> Caller<'a> {
    match locate(config, request, wanted.kind()) {
        Ok(located) => require(config, located, wanted),
        Err(AuthError::Token(VerifyError::NoKeys(key) | VerifyError::UnknownRemoteKey(key))) => {
            later(authenticate_after_fetch(config, request, wanted, key))
        }
        Err(error) => Caller::Now(Err(error)),
    }
}

/// As [`authenticate`], for a request that was put together again.
pub(crate) fn authenticate_whole(config: &Config, request: Parts, wanted: Wanted) -> Caller<'_> {
    Caller::Later(Box::pin(async move { authenticate(config, &request, wanted).wait().await }))
}

/// Makes the checks of an access token, without asking a store, the application or the issuer.
pub(crate) fn explain(config: &Config, token: &[u8]) -> Explanation {
    config.access.explain(token, |identity| revocation::require_name(config, identity))
}

/// Fetches the issuer's keys, and starts again, once.
async fn authenticate_after_fetch(
    config: &Config,
    request: &Parts,
    wanted: Wanted,
    key: MissingKey,
) -> Result<Principal, AuthError> {
    config.verifier(wanted.kind()).fetch(&key).await;
    require(config, locate(config, request, wanted.kind())?, wanted).wait().await
}

/// Finds the caller of a token that the application got otherwise than in a request, such as in the first message of a
/// WebSocket. All checks are those of [`authenticate`], but for the origin of a cookie.
///
/// # Errors
///
/// [`AuthError::NoToken`] for an empty text, any other variant if the token is not valid.
pub(crate) async fn authenticate_token(
    config: &Config,
    text: &[u8],
    wanted: Wanted,
) -> Result<Principal, AuthError> {
    if text.is_empty() {
        return Err(AuthError::NoToken);
    }
    let kind = wanted.kind();
    let identified = || {
        caught(|| identify(config, text, TokenSource::OutsideRequest, kind))
            .map_err(|Panicked| AuthError::Panic)?
    };
    let located = match identified() {
        Err(AuthError::Token(VerifyError::NoKeys(key) | VerifyError::UnknownRemoteKey(key))) => {
            config.verifier(kind).fetch(&key).await;
            identified()
        }
        identified => identified,
    };
    require(config, located?, wanted).wait().await
}

/// The caller of a credential that was found and verified.
#[inline]
fn require<'a>(config: &'a Config, located: Located<'a>, wanted: Wanted) -> Caller<'a> {
    match located {
        Located::Token(token, source) => revocation::require(config, token, source, wanted),
        Located::Opaque(resolver, text, source) => later(opaque::resolve(config, resolver, text, source)),
    }
}

/// Finds the credential of a request, and verifies a token. The code below does not panic, but an injected clock or a
/// crypto backend might. A bad request must neither close a connection nor be admitted.
fn locate<'r>(config: &'r Config, request: &'r Parts, kind: TokenKind) -> Result<Located<'r>, AuthError> {
    caught(|| find_and_verify(config, request, kind)).map_err(|Panicked| AuthError::Panic)?
}

fn find_and_verify<'r>(
    config: &'r Config,
    request: &'r Parts,
    kind: TokenKind,
) -> Result<Located<'r>, AuthError> {
    let locations = config.locations(kind);
    let (token, source) = match locations.find(request).map_err(AuthError::Location)? {
        FoundCredential::Nothing => return Err(AuthError::NoToken),
        FoundCredential::OtherScheme => return Err(AuthError::OtherScheme),
        FoundCredential::Token(token, source) => (token, source),
    };
    let located = identify(config, token, source, kind)?;
    match &located {
        Located::Opaque(..) if locations.finds_in_cookie(request) => {
            config.csrf.check_session(request).map_err(AuthError::CrossSite)?;
        }
        Located::Token(verified, TokenSource::Cookie) => {
            let csrf = verified.identity().claims.csrf();
            config.csrf.check(request, kind, csrf).map_err(AuthError::CrossSite)?;
        }
        Located::Opaque(..) | Located::Token(..) => {}
    }
    Ok(located)
}

/// Finds the resolver of an opaque credential, or verifies a token.
#[inline]
fn identify<'r>(
    config: &'r Config,
    text: &'r [u8],
    source: TokenSource,
    kind: TokenKind,
) -> Result<Located<'r>, AuthError> {
    if let Some(resolver) = config.resolver_of(text, source, kind) {
        return Ok(Located::Opaque(resolver, text, source));
    }
    match config.verifier(kind).verify(text) {
        Ok(verified) => Ok(Located::Token(verified, source)),
        Err(reason) => Err(refused(text, source, reason)),
    }
}

/// RFC 6750 section 3.1 distinguishes a malformed request from a bad token.
fn refused(token: &[u8], source: TokenSource, reason: VerifyError) -> AuthError {
    match (&reason, source) {
        (VerifyError::Malformed(Malformed::NotCompact), TokenSource::AuthorizationHeader)
            if !is_b64token(token) =>
        {
            AuthError::Location(LocationError::Malformed)
        }
        _ => AuthError::Token(reason),
    }
}

/// Everything that waits runs application code: a store, a clock, a user loader.
fn later<'a>(caller: impl Future<Output = Result<Principal, AuthError>> + Send + 'a) -> Caller<'a> {
    Caller::Later(Box::pin(async move {
        caught_while(caller).await.unwrap_or_else(|Panicked| Err(AuthError::Panic))
    }))
}

impl Caller<'_> {
    pub(crate) async fn wait(self) -> Result<Principal, AuthError> {
        match self {
            Self::Now(caller) => caller,
            Self::Later(caller) => caller.await,
        }
    }
}

impl Wanted {
    pub(crate) fn kind(&self) -> TokenKind {
        match self {
            Self::Access => TokenKind::Access,
            Self::Refresh(_) => TokenKind::Refresh,
        }
    }
}
