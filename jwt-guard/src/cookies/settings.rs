//! The settings of cookies with tokens.

use std::fmt;

use super::set_cookie::{SameSite, Transport};
use crate::token::TokenKind;

/// The settings of cookies with tokens, for [`Builder::cookies`](crate::setup::Builder::cookies).
///
/// By default they are as safe as browsers allow: `HttpOnly`, `Secure`, `SameSite=Lax`, for this host only. Each has a
/// companion cookie that scripts can read; they repeat its value in the header `X-CSRF-Token` for requests that change
/// something.
///
/// | cookie | default name |
/// |---|---|
/// | access token | `__Host-access_token` |
/// | refresh token | `__Host-refresh_token` |
/// | what to repeat with the access token | `csrf_access_token` |
/// | what to repeat with the refresh token | `csrf_refresh_token` |
///
/// The prefix of the first two is added where browsers accept it (RFC 6265bis section 4.1.3): `__Host-` for `Path=/` and no
/// domain, else `__Secure-`. No plain connection can then replace the cookie, and with `__Host-` no other host either. The
/// companions have no prefix: what another host writes there is compared with the token, and fails.
///
/// ```
/// use jwt_guard::cookies::CookieSettings;
/// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
///
/// let guard = JwtGuard::builder()
///     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
///     .audience("shop")
///     .cookies(CookieSettings::new())
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct CookieSettings {
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) access_csrf: String,
    pub(super) refresh_csrf: String,
    pub(super) csrf_header: String,
    pub(super) prefixes: Prefixes,
    pub(super) domain: Option<String>,
    pub(super) path: String,
    pub(super) refresh_path: Option<String>,
    pub(super) same_site: SameSite,
    pub(super) transport: Transport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefixes {
    Added,
    Left,
}

impl CookieSettings {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            access: "access_token".to_owned(),
            refresh: "refresh_token".to_owned(),
            access_csrf: "csrf_access_token".to_owned(),
            refresh_csrf: "csrf_refresh_token".to_owned(),
            csrf_header: "X-CSRF-Token".to_owned(),
            prefixes: Prefixes::Added,
            domain: None,
            path: "/".to_owned(),
            refresh_path: None,
            same_site: SameSite::Lax,
            transport: Transport::HttpsOnly,
        }
    }

    /// The names of fastapi-jwt-auth 0.5: `access_token_cookie`, `refresh_token_cookie`, `csrf_access_token`,
    /// `csrf_refresh_token` and the header `X-CSRF-Token`, without prefixes. The attributes are the safe ones, which were
    /// not the default there.
    pub fn fastapi_jwt_auth() -> Self {
        Self::new().names("access_token_cookie", "refresh_token_cookie").without_prefixes()
    }

    /// The names of the cookies with the tokens, before a prefix is added.
    pub fn names(mut self, access: impl Into<String>, refresh: impl Into<String>) -> Self {
        self.access = access.into();
        self.refresh = refresh.into();
        self
    }

    /// The names of the cookies whose values scripts repeat.
    pub fn csrf_names(mut self, access: impl Into<String>, refresh: impl Into<String>) -> Self {
        self.access_csrf = access.into();
        self.refresh_csrf = refresh.into();
        self
    }

    /// The header in which scripts repeat the value; `X-CSRF-Token` by default.
    pub fn csrf_header(mut self, name: impl Into<String>) -> Self {
        self.csrf_header = name.into();
        self
    }

    /// Uses the names without the prefixes `__Host-` and `__Secure-`, for a front end or a proxy that expects them.
    /// Then another host below the same domain can plant a cookie of that name, also over plain HTTP.
    pub fn without_prefixes(mut self) -> Self {
        self.prefixes = Prefixes::Left;
        self
    }

    /// Sends the cookies to every host below `domain` too. By default only the host that set them receives them. Each of these
    /// hosts can also replace them, by the tokens of another login: the names begin with `__Secure-` and not with `__Host-`.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sends the cookies below this path only; `/` by default. It protects nothing: a page of one path can read another. With
    /// another path than `/`, other hosts of the domain can replace the cookies, as with [`domain`](Self::domain).
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Sends the refresh token below this path only, instead of [`path`](Self::path), so that it does not travel with every
    /// request. Its name then begins with `__Secure-`, which does not keep out other hosts of the domain: one of them can plant
    /// the refresh token of its own login, and the page works with that after the next refresh, or replace the user's, which
    /// refuses refreshes and logouts. Use it where you trust every host of the domain.
    pub fn refresh_path(mut self, path: impl Into<String>) -> Self {
        self.refresh_path = Some(path.into());
        self
    }

    /// Which requests of other sites carry the cookies; [`SameSite::Lax`] by default.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// **For development only:** sets the cookies without `Secure` and without prefixes, so that browsers accept them
    /// over plain HTTP. Then every machine on the network can read the tokens. The guard logs a warning when it is built.
    pub fn for_plain_http_development(mut self) -> Self {
        self.transport = Transport::AlsoPlainHttp;
        self
    }

    /// The name of the cookie with a token, as it is on the wire.
    pub(crate) fn name(&self, kind: TokenKind) -> String {
        let base = match kind {
            TokenKind::Access => &self.access,
            TokenKind::Refresh => &self.refresh,
        };
        let prefix = match (self.prefixes, self.transport) {
            (Prefixes::Left, _) | (_, Transport::AlsoPlainHttp) => "",
            (Prefixes::Added, Transport::HttpsOnly) if self.domain.is_none() && self.path_of(kind) == "/" => {
                "__Host-"
            }
            (Prefixes::Added, Transport::HttpsOnly) => "__Secure-",
        };
        format!("{prefix}{base}")
    }

    /// Whether the cookies are meant for plain HTTP.
    pub(crate) fn is_for_plain_http(&self) -> bool {
        self.transport == Transport::AlsoPlainHttp
    }

    pub(crate) fn csrf_header_name(&self) -> &str {
        &self.csrf_header
    }

    /// The name of the cookie with the CSRF value for pages.
    pub(crate) fn csrf_name(&self, kind: TokenKind) -> &str {
        match kind {
            TokenKind::Access => &self.access_csrf,
            TokenKind::Refresh => &self.refresh_csrf,
        }
    }

    pub(super) fn path_of(&self, kind: TokenKind) -> &str {
        match kind {
            TokenKind::Access => &self.path,
            TokenKind::Refresh => self.refresh_path.as_deref().unwrap_or(&self.path),
        }
    }
}

impl Default for CookieSettings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CookieSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieSettings")
            .field("access", &self.name(TokenKind::Access))
            .field("refresh", &self.name(TokenKind::Refresh))
            .field("csrf_header", &self.csrf_header)
            .field("domain", &self.domain)
            .field("same_site", &self.same_site)
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JwtGuard, Secret, warned};

    #[test]
    fn cookies_for_plain_http_are_warned_of_and_others_are_not() {
        for (settings, warnings) in
            [(CookieSettings::new(), 0), (CookieSettings::new().for_plain_http_development(), 1)]
        {
            let builder =
                JwtGuard::builder().secret(Secret::random()).audience("shop").cookies(settings.clone());
            let (guard, warned) = warned::warnings(|| builder.build());
            assert!(guard.is_ok());
            let found = warned.iter().filter(|text| text.contains("without `Secure`")).count();
            assert_eq!((found, settings.is_for_plain_http()), (warnings, warnings == 1), "{warned:?}");
        }
    }
}
