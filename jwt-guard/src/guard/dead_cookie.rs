//! Taking away a cookie that can never be good again, so that a browser does not show it for ever.

use axum::response::Response;
use http::header::SET_COOKIE;
use http::request::Parts;

use super::JwtGuard;
use crate::error::AuthError;
use crate::location::Place;
use crate::token::TokenKind;

impl JwtGuard {
    /// Has the answer to `error` take away the cookie that was read, if this guard set it and it can never be good again. With
    /// a token goes the CSRF value of its kind; the cookies of the other kind stay.
    pub(super) fn clear_dead_cookie(
        &self,
        request: &Parts,
        token: TokenKind,
        error: &AuthError,
        response: &mut Response,
    ) {
        if !error.is_final() {
            return;
        }
        let config = self.config();
        let headers = response.headers_mut();
        match (config.locations(token).place_of_token(request), &config.cookies, &config.sessions) {
            (Some(Place::Cookie { name }), Some(cookies), _) if *name == cookies.name(token) => {
                cookies.clear_in(token, headers);
            }
            (Some(Place::Session { .. }), _, Some(sessions)) => {
                headers.append(SET_COOKIE, sessions.clear_cookie());
            }
            _ => {}
        }
    }
}
