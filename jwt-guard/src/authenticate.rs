//! The way of a request: who is calling?
//!
//! Find the token, verify it, ask whether another site sent it and whether it was revoked, and only then speak of a caller. This is the one place that
//! makes an authenticated [`Principal`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::request::Parts;

use crate::claims::registered::TokenClaims;
use crate::config::{AllowList, Config, Revocation};
use crate::error::AuthError;
use crate::location::authorization::is_b64token;
use crate::location::{Found, LocationError};
use crate::principal::{Identity, Principal};
use crate::store::{Lookup, Standing, StoreError, TokenFacts};
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
    let verified = catch_unwind(AssertUnwindSafe(|| locate_and_verify(config, request, kind)));
    let (verified, source) = verified.unwrap_or(Err(AuthError::Panic))?;
    let (claims, scopes, roles) = verified.into_parts();
    if source == TokenSource::Cookie {
        config.csrf.check(request, claims.csrf()).map_err(AuthError::CrossSite)?;
    }
    if let Some(revocation) = &config.revocation {
        refuse_revoked(config, revocation, &claims).await?;
    }
    Ok(Principal::authenticated(Identity { claims, scopes, roles, source }))
}

fn locate_and_verify(
    config: &Config,
    request: &Parts,
    kind: TokenKind,
) -> Result<(Verified, TokenSource), AuthError> {
    match config.locations(kind).find(request).map_err(AuthError::Location)? {
        Found::Nothing => Err(AuthError::NoToken),
        Found::OtherScheme => Err(AuthError::OtherScheme),
        Found::Token(token, source) => verify(config, token, source, kind).map(|verified| (verified, source)),
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

/// An error with its causes, for the log.
fn chain(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
