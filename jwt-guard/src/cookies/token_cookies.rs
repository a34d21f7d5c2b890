//! The cookies that carry a token and its CSRF value.

use std::fmt;
use std::time::Duration;

use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use super::CookieSettings;
use super::set_cookie::SetCookie;
use crate::token::TokenKind;

/// The longest name and value together, in bytes: browsers drop longer cookies silently (RFC 6265bis section 5.6).
const LONGEST_COOKIE: usize = 4096;

/// The token is too long for a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLongForCookie {
    length: usize,
}

impl CookieSettings {
    /// Sets the cookie with a token, and the one with the value to repeat, for the lifetime of the token.
    pub(crate) fn set(
        &self,
        kind: TokenKind,
        token: &str,
        csrf: &str,
        lives: Duration,
    ) -> Result<[HeaderValue; 2], TooLongForCookie> {
        self.fits(kind, token)?;
        let name = self.name(kind);
        Ok([self.hidden(kind, &name, token).set(Some(lives)), self.readable(kind, csrf).set(Some(lives))])
    }

    /// Whether browsers keep a cookie with this token.
    pub(crate) fn fits(&self, kind: TokenKind, token: &str) -> Result<(), TooLongForCookie> {
        let length = self.name(kind).len() + token.len();
        if length > LONGEST_COOKIE { Err(TooLongForCookie { length }) } else { Ok(()) }
    }

    /// Removes the cookies of [`set`](Self::set) for this kind of token only.
    pub(crate) fn clear_in(&self, kind: TokenKind, headers: &mut HeaderMap) {
        for line in self.clear(kind) {
            headers.append(SET_COOKIE, line);
        }
    }

    fn clear(&self, kind: TokenKind) -> [HeaderValue; 2] {
        [self.hidden(kind, &self.name(kind), "").clear(), self.readable(kind, "").clear()]
    }

    fn hidden<'c>(&'c self, kind: TokenKind, name: &'c str, token: &'c str) -> SetCookie<'c> {
        SetCookie {
            name,
            value: token,
            path: self.path_of(kind),
            domain: self.domain.as_deref(),
            same_site: self.same_site,
            transport: self.transport,
            http_only: true,
        }
    }

    /// Readable on every page that sends the access token, whatever the path of the refresh token.
    fn readable<'c>(&'c self, kind: TokenKind, value: &'c str) -> SetCookie<'c> {
        let path = self.path_of(TokenKind::Access);
        SetCookie { path, http_only: false, ..self.hidden(kind, self.csrf_name(kind), value) }
    }
}

impl fmt::Display for TooLongForCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the cookie would have {} bytes; browsers drop one of more than {LONGEST_COOKIE}: leave out claims that a \
             service can look up",
            self.length
        )
    }
}

impl std::error::Error for TooLongForCookie {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cookies::SameSite;

    const HOUR: Duration = Duration::from_secs(3600);

    fn set(settings: &CookieSettings, kind: TokenKind) -> [String; 2] {
        settings.set(kind, "a.b.c", "xyz", HOUR).unwrap().map(text)
    }

    fn text(value: HeaderValue) -> String {
        assert!(value.is_sensitive());
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_default_is_as_safe_as_browsers_allow() {
        let settings = CookieSettings::new();
        assert_eq!(
            set(&settings, TokenKind::Access),
            [
                "__Host-access_token=a.b.c; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600",
                "csrf_access_token=xyz; SameSite=Lax; Secure; Path=/; Max-Age=3600"
            ]
        );
        assert_eq!(
            set(&settings, TokenKind::Refresh),
            [
                "__Host-refresh_token=a.b.c; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600",
                "csrf_refresh_token=xyz; SameSite=Lax; Secure; Path=/; Max-Age=3600"
            ]
        );
    }

    #[test]
    fn a_domain_or_a_path_takes_the_prefix_that_browsers_accept() {
        let settings = CookieSettings::new().domain("example.com").same_site(SameSite::Strict);
        assert_eq!(
            set(&settings, TokenKind::Access),
            [
                "__Secure-access_token=a.b.c; HttpOnly; SameSite=Strict; Secure; Path=/; Domain=example.com; Max-Age=3600",
                "csrf_access_token=xyz; SameSite=Strict; Secure; Path=/; Domain=example.com; Max-Age=3600"
            ]
        );
        let settings = CookieSettings::new().refresh_path("/auth");
        assert!(set(&settings, TokenKind::Access)[0].starts_with("__Host-"));
        assert_eq!(
            set(&settings, TokenKind::Refresh),
            [
                "__Secure-refresh_token=a.b.c; HttpOnly; SameSite=Lax; Secure; Path=/auth; Max-Age=3600",
                "csrf_refresh_token=xyz; SameSite=Lax; Secure; Path=/; Max-Age=3600"
            ]
        );
    }

    #[test]
    fn plain_http_is_only_had_by_its_long_name() {
        let settings = CookieSettings::new().for_plain_http_development();
        assert_eq!(
            set(&settings, TokenKind::Access)[0],
            "access_token=a.b.c; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600"
        );
    }

    #[test]
    fn the_preset_has_the_names_of_fastapi_jwt_auth_and_not_its_attributes() {
        let settings = CookieSettings::fastapi_jwt_auth();
        assert_eq!(
            set(&settings, TokenKind::Access),
            [
                "access_token_cookie=a.b.c; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600",
                "csrf_access_token=xyz; SameSite=Lax; Secure; Path=/; Max-Age=3600"
            ]
        );
    }

    #[test]
    fn a_cookie_is_cleared_with_its_csrf_value_by_age_and_by_date() {
        let settings = CookieSettings::fastapi_jwt_auth().refresh_path("/auth");
        let gone = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(
            settings.clear(TokenKind::Access).map(text),
            [
                format!("access_token_cookie=; HttpOnly; SameSite=Lax; Secure; Path=/; {gone}"),
                format!("csrf_access_token=; SameSite=Lax; Secure; Path=/; {gone}"),
            ]
        );
        assert_eq!(
            settings.clear(TokenKind::Refresh).map(text),
            [
                format!("refresh_token_cookie=; HttpOnly; SameSite=Lax; Secure; Path=/auth; {gone}"),
                format!("csrf_refresh_token=; SameSite=Lax; Secure; Path=/; {gone}"),
            ]
        );
    }

    #[test]
    fn a_cookie_that_browsers_would_drop_is_an_error() {
        let settings = CookieSettings::new();
        let room = LONGEST_COOKIE - "__Host-access_token".len();
        assert!(settings.set(TokenKind::Access, &"a".repeat(room), "", HOUR).is_ok());
        let error = settings.set(TokenKind::Access, &"a".repeat(room + 1), "", HOUR).unwrap_err();
        assert_eq!(error, TooLongForCookie { length: 4097 });
    }
}
