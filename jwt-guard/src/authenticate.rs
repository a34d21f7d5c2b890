//! The way of a request: who is calling?
//!
//! Find the token, verify it, and only then speak of a caller. This is the one place that makes an authenticated
//! [`Principal`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::request::Parts;

use crate::config::Config;
use crate::error::AuthError;
use crate::location::authorization::is_b64token;
use crate::location::{Found, LocationError};
use crate::principal::{Identity, Principal};
use crate::token::{Misshapen, TokenSource};
use crate::verify::VerifyError;

/// Says who sends `request`.
///
/// # Errors
///
/// [`AuthError::NoToken`] or [`AuthError::OtherScheme`] where nobody does, any other variant where the request
/// carries something that is not good.
pub(crate) fn authenticate(config: &Config, request: &Parts) -> Result<Principal, AuthError> {
    // The code below does not panic; an injected clock or a crypto backend might. One bad request must not take a
    // connection down, nor be let in.
    catch_unwind(AssertUnwindSafe(|| locate_and_verify(config, request))).unwrap_or(Err(AuthError::Panic))
}

fn locate_and_verify(config: &Config, request: &Parts) -> Result<Principal, AuthError> {
    match config.locations.find(request).map_err(AuthError::Location)? {
        Found::Nothing => Err(AuthError::NoToken),
        Found::OtherScheme => Err(AuthError::OtherScheme),
        Found::Token(token, source) => verify(config, token, source),
    }
}

fn verify(config: &Config, token: &[u8], source: TokenSource) -> Result<Principal, AuthError> {
    let verified = config.verifier.verify(token).map_err(|reason| match (&reason, source) {
        // RFC 6750 section 3.1 tells a malformed request from a bad token.
        (VerifyError::Misshapen(Misshapen::NotCompact), TokenSource::AuthorizationHeader)
            if !is_b64token(token) =>
        {
            AuthError::Location(LocationError::Malformed)
        }
        _ => AuthError::Token(reason),
    })?;
    let (claims, scopes, roles) = verified.into_parts();
    Ok(Principal::authenticated(Identity { claims, scopes, roles, source }))
}
