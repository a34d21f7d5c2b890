//! The cookie with the id of a session (RFC 6265).

use std::borrow::Cow;
use std::time::Duration;

use http::HeaderValue;

use super::id::SessionId;
use crate::cookies::{SameSite, SetCookie, Transport, without_prefix};
use crate::problems::Problems;

/// Settings of the cookie with the id of a session.
///
/// By default it is named `__Host-session` and has `Secure`, `HttpOnly`, `SameSite=Lax` and `Path=/`: scripts cannot
/// read it, other hosts and plain-http pages cannot set it, and browsers do not send it with a form of another site. It
/// ends with the browser; the session on the server ends by its own limits.
///
/// ```
/// use jwt_guard::cookies::SameSite;
/// use jwt_guard::session::SessionCookie;
///
/// let cookie = SessionCookie::new().name("__Host-shop").same_site(SameSite::Strict);
/// assert_eq!(cookie.cookie_name(), "__Host-shop");
/// assert_eq!(cookie.for_plain_http_development().cookie_name(), "shop");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SessionCookie {
    name: Cow<'static, str>,
    same_site: SameSite,
    max_age: Option<Duration>,
    transport: Transport,
}

impl SessionCookie {
    /// The defaults.
    pub const fn new() -> Self {
        Self {
            name: Cow::Borrowed("__Host-session"),
            same_site: SameSite::Lax,
            max_age: None,
            transport: Transport::HttpsOnly,
        }
    }

    /// The name; `__Host-session` by default. With the prefix `__Host-` a browser accepts the cookie only from this
    /// host and over https, so that a neighbouring subdomain cannot plant a session.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Cow::Owned(name.into());
        self
    }

    /// Whether browsers send it with requests of other sites. [`SameSite::Lax`] by default, so that links to the
    /// service work. [`SameSite::None`] is refused: a page of any site could then use the session.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Keeps the cookie for this long, in whole seconds, even if the browser is closed. None by default: it ends with the
    /// browser. 366 days at most.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// For development without TLS, and nothing else: drops `Secure`, and the prefix `__Host-` or `__Secure-` of the
    /// name, which browsers accept only with it. Then every machine on the network can read and plant sessions.
    pub fn for_plain_http_development(mut self) -> Self {
        self.transport = Transport::AlsoPlainHttp;
        self
    }

    /// The name on the wire.
    pub fn cookie_name(&self) -> &str {
        match self.transport {
            Transport::HttpsOnly => &self.name,
            Transport::AlsoPlainHttp => without_prefix(&self.name),
        }
    }

    pub(super) fn is_for_plain_http(&self) -> bool {
        self.transport == Transport::AlsoPlainHttp
    }

    pub(super) fn check(&self, longest: Duration, problems: &mut Problems) {
        // A token (RFC 9110 section 5.6.2).
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let name = without_prefix(&self.name);
        if name.is_empty() || !name.bytes().all(legal) {
            problems.setting(format!(
                "sessions: {:?} is not the name of a cookie: expected ASCII letters, digits, `-` and `_`, such as \
                 `__Host-session`",
                self.name
            ));
        }
        if self.same_site == SameSite::None {
            problems.setting(
                "sessions: `SameSite=None` lets the pages of every site use the session; expected `SameSite::Lax` or \
                 `SameSite::Strict`",
            );
        }
        if self.max_age.is_some_and(|age| age.as_secs() == 0) {
            problems.setting(
                "sessions: `max_age` of the cookie is less than a second: leave it out, or give more",
            );
        }
        if let Some(age) = self.max_age.filter(|age| *age > longest) {
            problems
                .setting(format!("sessions: `max_age` of the cookie is {age:?}: expected at most 366 days"));
        }
    }

    /// The `Set-Cookie` value that sets the id.
    pub(super) fn set(&self, id: &SessionId) -> HeaderValue {
        self.line(id.as_str()).set(self.max_age)
    }

    /// The `Set-Cookie` value that removes it.
    pub(super) fn clear(&self) -> HeaderValue {
        self.line("").clear()
    }

    fn line<'c>(&'c self, value: &'c str) -> SetCookie<'c> {
        SetCookie {
            name: self.cookie_name(),
            value,
            path: "/",
            domain: None,
            same_site: self.same_site,
            transport: self.transport,
            http_only: true,
        }
    }
}

impl Default for SessionCookie {
    fn default() -> Self {
        Self::new()
    }
}
