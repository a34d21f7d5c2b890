//! Puts a token into a request, where its guard looks for it.

use http::header::{AUTHORIZATION, CONNECTION, COOKIE, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};

use crate::cookies::csrf::SEC_FETCH_SITE;
use crate::guard::JwtGuard;
use crate::location::Place;
use crate::token::TokenKind;

/// The `csrf` claim of test tokens in cookies.
pub(super) const CSRF_VALUE: &str = "test-csrf";

/// The header that must repeat the `csrf` claim of a token, if tokens go in cookies first.
pub(super) fn csrf(guard: &JwtGuard) -> Option<HeaderName> {
    let is_cookie = matches!(first_place(guard, TokenKind::Access), Some(Place::Cookie { .. }));
    guard.config().csrf.header.clone().filter(|_| is_cookie)
}

/// Adds the token in the first place of the guard.
pub(super) fn attach(guard: &JwtGuard, kind: TokenKind, token: &str, request: &mut Parts) {
    let mut insert = |name: Option<HeaderName>, text: String| {
        if let (Some(name), Ok(value)) = (name, HeaderValue::try_from(text)) {
            request.headers.insert(name, value);
        }
    };
    match first_place(guard, kind) {
        None => {}
        Some(Place::Authorization { scheme }) => insert(Some(AUTHORIZATION), format!("{scheme} {token}")),
        Some(Place::Header { name } | Place::SessionHeader { name }) => {
            insert(HeaderName::try_from(name).ok(), token.to_owned());
        }
        Some(Place::SchemeHeader { name, scheme }) => {
            insert(HeaderName::try_from(name).ok(), format!("{scheme} {token}"));
        }
        Some(Place::WebSocketProtocol { name }) => {
            insert(Some(CONNECTION), "upgrade".to_owned());
            insert(Some(UPGRADE), "websocket".to_owned());
            insert(Some(SEC_WEBSOCKET_PROTOCOL), format!("{name}, {token}"));
        }
        Some(Place::Cookie { name } | Place::Session { name }) => {
            insert(Some(COOKIE), format!("{name}={token}"));
            insert(Some(SEC_FETCH_SITE), "same-origin".to_owned());
            insert(csrf(guard), CSRF_VALUE.to_owned());
        }
        Some(Place::Query { name }) => {
            let separator = if request.uri.query().is_some() { '&' } else { '?' };
            if let Ok(uri) = Uri::try_from(format!("{}{separator}{name}={token}", request.uri)) {
                request.uri = uri;
            }
        }
    }
}

/// The first place for tokens, not sessions.
fn first_place(guard: &JwtGuard, kind: TokenKind) -> Option<&Place> {
    guard.config().locations(kind).places.iter().find(|place| !place.is_of_session())
}
