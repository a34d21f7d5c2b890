//! The locations of credentials. Each location has one meaning; otherwise a request could have two.

use http::header::HeaderName;

use super::{Builder, Danger};
use crate::cookies::CookieSettings;
use crate::cookies::csrf::{CsrfRules, Origin};
use crate::location::{Conflict, CredentialHandling, Locations, Part, Place, TokenLocation};
use crate::nearest::nearest;
use crate::problems::Problems;
use crate::token::TokenKind;

/// The settings of this file.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) locations: Vec<TokenLocation>,
    pub(super) query: Vec<TokenLocation>,
    pub(super) conflict: Conflict,
    pub(super) credentials: CredentialHandling,
    pub(super) cookies: Option<CookieSettings>,
    pub(super) trusted_origins: Vec<String>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            locations: vec![TokenLocation::bearer()],
            query: Vec::new(),
            conflict: Conflict::Refuse,
            credentials: CredentialHandling::Keep,
            cookies: None,
            trusted_origins: Vec::new(),
        }
    }
}

/// The request.
impl<K, A> Builder<K, A> {
    /// Looks for tokens in these locations, in this order; `Authorization: Bearer` alone by default.
    pub fn locations(mut self, locations: impl IntoIterator<Item = TokenLocation>) -> Self {
        self.draft.request.locations = locations.into_iter().collect();
        self
    }

    /// Sets tokens in cookies for [`Login::cookies`](crate::login::Login::cookies), and reads them: access tokens from
    /// their cookie, after all other locations, and refresh tokens from theirs if a policy needs one.
    ///
    /// Then a request that changes something must repeat the `csrf` claim of the token in its cookie, also on open routes: a browser
    /// sends the cookies of an earlier login with the form of the next one. That goes for cookies of other services too
    /// ([`TokenLocation::cookie`]): by a token without that claim a page can read, but change nothing, and not log out. Use a guard
    /// of its own, without cookie settings, for the routes that such tokens may change. A token in a header is exempt; a request
    /// with both has two tokens, and is 400 unless [`prefer_first`](Self::prefer_first) is set.
    pub fn cookies(mut self, settings: CookieSettings) -> Self {
        self.draft.request.cookies = Some(settings);
        self
    }

    /// Lets pages of this origin, such as `https://app.example`, use tokens in cookies for more than reading. By default
    /// only pages of the host that the request was sent to may. Behind a proxy that changes `Host`, name your own origin.
    /// An application that brings its own pages has an origin such as `capacitor://localhost` or `tauri://localhost`; name it if
    /// its logins and logouts go to a guard that reads cookies, also where it sends tokens in headers.
    pub fn trusted_origin(mut self, origin: impl Into<String>) -> Self {
        self.draft.request.trusted_origins.push(origin.into());
        self
    }

    /// Uses the first location with a token, if a request has several. By default that is 400 (RFC 6750 section 2). A
    /// later token never replaces a bad one.
    pub fn prefer_first(mut self) -> Self {
        self.draft.request.conflict = Conflict::PreferFirst;
        self
    }

    /// Removes the token from an admitted request, so that handlers, proxies and logs behind the guard do not see it.
    /// `Claims` and `Principal` still work, and so does a second decision of this guard, such as a policy for refresh tokens below
    /// [`require_authentication`](crate::JwtGuard::require_authentication). `OriginalUri` keeps the original address without the
    /// token, and another guard in an inner layer finds no token.
    pub fn strip_credentials(mut self) -> Self {
        self.draft.request.credentials = CredentialHandling::Strip;
        self
    }
}

impl<K, A> Danger<K, A> {
    /// Reads the token from a query parameter too, after all other locations. Addresses end up in logs and histories:
    /// only do this for clients that cannot set a header, with tokens that live for seconds, and answer with
    /// `Cache-Control: private` (RFC 6750 section 2.3).
    ///
    /// If the answer is a page, a browser sends its address, token included, as `Referer` with every request of that
    /// page to its own site, and to others where the policy of the page allows it. So answer with
    /// `Referrer-Policy: no-referrer` too; the guard does not add it. [`strip_credentials`](Builder::strip_credentials)
    /// removes the token from the request only, not from the address that the browser knows. Browsers send the forms of such a
    /// page with `Origin: null`, which the guard refuses of a caller who is known by a cookie: redirect to an address without
    /// the token before you show a form.
    pub fn query_parameter(mut self, name: impl Into<String>, reason: impl Into<String>) -> Builder<K, A> {
        self.0.draft.request.query.push(TokenLocation(Place::Query { name: name.into() }));
        self.with_reason("query_parameter", reason)
    }
}

impl Request {
    /// Checks the locations of tokens and sessions, including the guard's own cookies.
    pub(super) fn check(&self, problems: &mut Problems) {
        if self.locations.is_empty() && self.query.is_empty() {
            problems.setting("no token location is left; add one such as `TokenLocation::bearer()`");
        }
        let all: Vec<_> = self.locations.iter().chain(&self.query).collect();
        for (index, location) in all.iter().enumerate() {
            if let Some(problem) = location.problem() {
                problems.setting(problem);
            }
            match all.iter().take(index).find(|earlier| earlier.reads_the_same(location)) {
                Some(earlier) if earlier == location => {
                    problems.setting(format!("the token location {location} is listed twice; keep one"));
                }
                Some(earlier) => problems.setting(format!(
                    "the {earlier} and the {location} are one place, so every request with it would carry \
                     two callers; give one of them another name"
                )),
                None => {}
            }
            if let Some(cookies) = &self.cookies
                && let Some(other) = other_use(location, cookies)
            {
                problems.setting(format!("the {location} is {other} too; give one of them another name"));
            }
        }
    }

    /// The locations of access tokens, and those of refresh tokens; a token is `longest` bytes long at most.
    pub(super) fn locations(&self, longest: usize) -> [Locations; 2] {
        let all = self.locations.iter().chain(&self.query);
        let places: Vec<_> = all.map(|location| location.0.clone()).collect();
        let refresh_places = places_of_refresh_tokens(&places, self.cookies.as_ref());
        let Self { conflict, credentials, .. } = *self;
        [places, refresh_places].map(|places| Locations { places, conflict, credentials, longest })
    }

    /// Makes the rules for credentials in cookies, and records problems of their settings. `plain_sessions` says whether the
    /// cookie of sessions is meant for plain HTTP, if there are sessions.
    pub(super) fn csrf_rules(&self, plain_sessions: Option<bool>, problems: &mut Problems) -> CsrfRules {
        let cookies = self.cookies.as_ref();
        if let Some(cookies) = cookies {
            cookies.problems().into_iter().for_each(|problem| problems.setting(problem));
            if cookies.is_for_plain_http() {
                tracing::warn!(
                    target: "jwt_guard",
                    "cookies are set without `Secure`, for development over plain HTTP: every machine on the way \
                     can read the tokens"
                );
            }
        }
        let mut origins = Vec::new();
        for text in &self.trusted_origins {
            let origin = Origin::parse(text);
            let meant = origin.as_ref().and_then(Origin::app_scheme);
            if let Some(meant) = meant.and_then(|name| nearest(name, ["https", "http"].into_iter())) {
                problems.setting(format!(
                    "{text:?} is an origin of an unknown scheme; did you mean `{meant}://`?"
                ));
            }
            match origin {
                Some(origin) => origins.push(origin),
                None => problems.setting(format!(
                    "{text:?} is not the origin of a page; expected scheme and host, such as \
                     `https://app.example` or `capacitor://localhost`, without a path"
                )),
            }
        }
        CsrfRules {
            header: cookies.and_then(|cookies| HeaderName::try_from(cookies.csrf_header_name()).ok()),
            trusted: origins,
            // Without settings it is unknown how the cookies were set.
            plain_http: cookies.map(CookieSettings::is_for_plain_http).or(plain_sessions).unwrap_or(true),
        }
    }
}

/// The locations of access tokens, with the refresh token's cookie in place of theirs.
fn places_of_refresh_tokens(places: &[Place], cookies: Option<&CookieSettings>) -> Vec<Place> {
    let places = places.iter().filter(|place| !place.is_of_session());
    let Some(cookies) = cookies else { return places.cloned().collect() };
    let access = Place::Cookie { name: cookies.name(TokenKind::Access) };
    let refresh = Place::Cookie { name: cookies.name(TokenKind::Refresh) };
    places.map(|place| if *place == access { refresh.clone() } else { place.clone() }).collect()
}

/// The other use of this location in the cookie settings, if any.
fn other_use(location: &TokenLocation, cookies: &CookieSettings) -> Option<&'static str> {
    match location.0.part() {
        Part::Cookie(name) => {
            let csrf = |kind| cookies.csrf_name(kind) == name;
            if *name == cookies.name(TokenKind::Refresh) {
                Some("the cookie of refresh tokens")
            } else if csrf(TokenKind::Access) || csrf(TokenKind::Refresh) {
                Some("a cookie that carries the CSRF value")
            } else {
                None
            }
        }
        Part::Header(name) => {
            name.eq_ignore_ascii_case(cookies.csrf_header_name()).then_some("the header of the CSRF value")
        }
        Part::Scheme(_) | Part::Protocol(_) | Part::Parameter(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::JwtGuard;
    use crate::secret::Secret;
    use crate::setup::tests::problems;

    fn session(name: &str) -> TokenLocation {
        TokenLocation(Place::Session { name: name.to_owned() })
    }

    fn session_header(name: &str) -> TokenLocation {
        TokenLocation(Place::SessionHeader { name: name.to_owned() })
    }

    fn query(name: &str) -> TokenLocation {
        TokenLocation(Place::Query { name: name.to_owned() })
    }

    fn protocol(name: &str) -> TokenLocation {
        TokenLocation::websocket_protocol(name)
    }

    #[test]
    fn two_locations_that_are_one_place_are_named() {
        let (cookie, header) = (TokenLocation::cookie, TokenLocation::header);
        for (one, other, same) in [
            (cookie("a"), cookie("a"), true),
            (cookie("a"), session("a"), true),
            (session("a"), cookie("a"), true),
            (header("X-A"), header("x-a"), true),
            (header("X-A"), session_header("x-A"), true),
            (TokenLocation::bearer(), TokenLocation::scheme("BEARER"), true),
            (protocol("a"), protocol("a"), true),
            (query("a"), query("a"), true),
            // Names of cookies, sub-protocols and parameters are case-sensitive.
            (cookie("a"), session("A"), false),
            (protocol("a"), protocol("A"), false),
            (query("a"), query("A"), false),
            (cookie("a"), header("a"), false),
            (session("a"), session_header("a"), false),
            (TokenLocation::bearer(), TokenLocation::scheme("JWT"), false),
        ] {
            let found = problems(|draft| draft.request.locations = vec![one.clone(), other.clone()]);
            assert_eq!(found.len(), usize::from(same), "{one} {other}: {found:?}");
        }
        assert_eq!(problems(|draft| draft.request.query = vec![query("a"), query("a")]).len(), 1);
    }

    #[test]
    fn a_query_parameter_needs_a_reason() {
        let build = |reason| {
            let builder = JwtGuard::builder().secret(Secret::random()).audience("orders");
            builder.danger().query_parameter("token", reason).build()
        };
        assert!(build("an event source sets no header").is_ok());
        let error = build(" ").unwrap_err().to_string();
        assert!(error.contains("`query_parameter` needs a reason"), "{error}");
    }

    #[test]
    fn places_that_cookie_settings_use_otherwise_are_named() {
        let (cookie, header) = (TokenLocation::cookie, TokenLocation::header);
        for (location, word) in [
            (cookie("__Host-refresh_token"), "refresh tokens"),
            (session("__Host-refresh_token"), "refresh tokens"),
            (session("__Host-access_token"), "are one place"),
            (cookie("csrf_access_token"), "CSRF"),
            (session("csrf_refresh_token"), "CSRF"),
            (header("x-csrf-token"), "CSRF"),
            (session_header("X-CSRF-Token"), "CSRF"),
        ] {
            let found = problems(|draft| {
                draft.request.cookies = Some(CookieSettings::new());
                draft.request.locations = vec![location.clone()];
            });
            assert!(found.len() == 1 && found[0].contains(word), "{location}: {found:?}");
            assert!(found[0].contains("another name"), "{found:?}");
        }
        let all = problems(|draft| {
            draft.request.cookies = Some(CookieSettings::new());
            draft.request.locations =
                vec![cookie("csrf_access_token"), header("Host"), cookie("__Host-refresh_token")];
            draft.request.query = vec![query("q"), query("q")];
        });
        assert_eq!(all.len(), 4, "{all:#?}");
        assert_eq!(problems(|draft| draft.request.cookies = Some(CookieSettings::new())).len(), 0);
    }
}
