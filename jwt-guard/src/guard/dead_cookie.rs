//! Clears a cookie that can never be valid again, so that a browser does not send it for ever.

use http::header::SET_COOKIE;
use http::request::Parts;

use super::JwtGuard;
use crate::error::AuthError;
use crate::location::Place;
use crate::respond::Rejection;
use crate::token::TokenKind;

impl JwtGuard {
    /// Makes the answer to `error` clear the cookie that was read, if this guard set it and it can never be valid
    /// again. The CSRF cookie of its kind is cleared too; the cookies of the other kind stay.
    pub(super) fn clear_dead_cookie(
        &self,
        request: &Parts,
        token: TokenKind,
        error: &AuthError,
        rejection: &mut Rejection,
    ) {
        let config = self.config();
        let sets_no_cookie = config.cookies.is_none() && config.resolvers.is_empty();
        if sets_no_cookie || !error.is_final() {
            return;
        }
        match (config.locations(token).place_of_token(&Self::seen(request)), &config.cookies) {
            (Some(Place::Cookie { name }), Some(cookies)) if *name == cookies.name(token) => {
                rejection.change(|response| cookies.clear_in(token, response.headers_mut()));
            }
            (Some(Place::Cookie { name } | Place::Session { name }), _) => {
                let cleared = config.resolvers.iter().filter_map(|resolver| resolver.cleared_cookie());
                for (_, cookie) in cleared.filter(|(known, _)| known == name) {
                    rejection.change(|response| {
                        response.headers_mut().append(SET_COOKIE, cookie);
                    });
                }
            }
            _ => {}
        }
    }
}
