//! The text of the token that the caller presented.

use http::request::Parts;

use super::JwtGuard;
use crate::location::FoundCredential;
use crate::principal::Principal;
use crate::secret::Secret;

/// The text of the token by which `caller` is known; `None` for a caller without a token.
pub(crate) fn presented_token(request: &Parts, caller: &Principal) -> Option<Secret> {
    let kind = caller.identity()?.verified_as?.kind;
    let locations = JwtGuard::of(&request.extensions)?.config().locations(kind);
    match locations.find(&JwtGuard::seen(request)) {
        Ok(FoundCredential::Token(text, _)) => Some(Secret::from(text)),
        _ => None,
    }
}
