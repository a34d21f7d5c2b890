//! `Set-Cookie`: the one place that writes it, for tokens and for sessions.

use std::time::Duration;

use cookie::{Cookie, CookieBuilder};
use http::HeaderValue;

/// Which requests of other sites carry a cookie (RFC 6265bis section 5.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// None, not even a link: a person who follows one seems to be logged out.
    Strict,
    /// Those that lead a person to this site by a link.
    Lax,
    /// All. Then the checks of the guard are all that protects against requests of other sites. Cookies of sessions cannot
    /// have it: no value that a page repeats protects them.
    None,
}

/// Over which connections a browser sends a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    HttpsOnly,
    AlsoPlainHttp,
}

/// A cookie and its attributes (RFC 6265bis section 4.1). The caller has checked name, path and domain.
pub(crate) struct SetCookie<'c> {
    pub(crate) name: &'c str,
    pub(crate) value: &'c str,
    pub(crate) path: &'c str,
    pub(crate) domain: Option<&'c str>,
    pub(crate) same_site: SameSite,
    pub(crate) transport: Transport,
    /// Whether scripts cannot read it.
    pub(crate) http_only: bool,
}

impl SetCookie<'_> {
    /// Sets the cookie, for this long or until the browser ends.
    pub(crate) fn set(self, lives: Option<Duration>) -> HeaderValue {
        let seconds = |lives: Duration| i64::try_from(lives.as_secs()).unwrap_or(i64::MAX);
        let cookie = self.build();
        line(match lives {
            Some(lives) => cookie.max_age(cookie::time::Duration::seconds(seconds(lives))),
            None => cookie,
        })
    }

    /// Removes the cookie. Browsers want the same path, domain and `Secure` as when it was set. Some clients know `Expires`
    /// alone.
    pub(crate) fn clear(self) -> HeaderValue {
        let past = cookie::time::OffsetDateTime::UNIX_EPOCH;
        line(Self { value: "", ..self }.build().max_age(cookie::time::Duration::ZERO).expires(past))
    }
}

impl<'c> SetCookie<'c> {
    fn build(self) -> CookieBuilder<'c> {
        let cookie = Cookie::build((self.name, self.value))
            .path(self.path)
            .secure(self.transport == Transport::HttpsOnly)
            .http_only(self.http_only)
            .same_site(match self.same_site {
                SameSite::Strict => cookie::SameSite::Strict,
                SameSite::Lax => cookie::SameSite::Lax,
                SameSite::None => cookie::SameSite::None,
            });
        match self.domain {
            Some(domain) => cookie.domain(domain),
            None => cookie,
        }
    }
}

/// An illegal text sets no cookie. None is expected: names are checked, and values are base64url.
fn line(cookie: CookieBuilder<'_>) -> HeaderValue {
    let text = cookie.build().to_string();
    let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// Browsers take names that begin so only with `Secure`, in any case of letters.
const PREFIXES: [&str; 2] = ["__Host-", "__Secure-"];

/// The name without `__Host-` or `__Secure-`.
pub(crate) fn without_prefix(name: &str) -> &str {
    let rest = PREFIXES.iter().find_map(|prefix| {
        let (start, rest) = name.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(rest)
    });
    rest.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_cookie_has_no_value_whatever_it_had() {
        let cookie = SetCookie {
            name: "token",
            value: "a.b.c",
            path: "/",
            domain: None,
            same_site: SameSite::Strict,
            transport: Transport::HttpsOnly,
            http_only: true,
        };
        let line = cookie.clear();
        assert!(
            line.to_str()
                .unwrap()
                .starts_with("token=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0;")
        );
    }
}
