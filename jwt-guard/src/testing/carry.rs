//! Puts a token into a request, where its guard looks for it.

use http::request::Parts;
use http::{HeaderName, HeaderValue};

use crate::cookies::csrf::SEC_FETCH_SITE;
use crate::guard::JwtGuard;
use crate::location::{Part, Place};
use crate::token::TokenKind;

/// The `csrf` claim of test tokens in cookies.
pub(super) const CSRF_VALUE: &str = "test-csrf";

/// The header that must repeat the `csrf` claim of a token, if tokens go in cookies first.
pub(super) fn csrf(guard: &JwtGuard) -> Option<HeaderName> {
    let is_cookie = first_place(guard, TokenKind::Access).is_some_and(is_cookie);
    guard.config().csrf.header.clone().filter(|_| is_cookie)
}

/// Adds the token in the first place of the guard; in a cookie, as a page of this site sends it.
pub(super) fn attach(guard: &JwtGuard, kind: TokenKind, token: &str, request: &mut Parts) {
    let Some(place) = first_place(guard, kind) else { return };
    place.carry(token, request);
    if is_cookie(place) {
        request.headers.insert(SEC_FETCH_SITE, HeaderValue::from_static("same-origin"));
        if let Some(name) = csrf(guard) {
            request.headers.insert(name, HeaderValue::from_static(CSRF_VALUE));
        }
    }
}

fn is_cookie(place: &Place) -> bool {
    matches!(place.part(), Part::Cookie(_))
}

/// The first place for tokens, not sessions.
fn first_place(guard: &JwtGuard, kind: TokenKind) -> Option<&Place> {
    guard.config().locations(kind).places.iter().find(|place| !place.is_of_session())
}
