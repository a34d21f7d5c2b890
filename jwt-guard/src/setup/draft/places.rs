//! Where callers are looked for: each place has one meaning, or a request could not be told.

use super::Draft;
use crate::cookies::CookieSettings;
use crate::location::{Place, TokenLocation};
use crate::problems::Problems;
use crate::token::TokenKind;

impl Draft {
    /// Checks the places of tokens and sessions, those of the guard's own cookies included.
    pub(super) fn check_locations(&self, problems: &mut Problems) {
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
                    "the {earlier} and the {location} are one place, so every request with it would carry two callers; \
                     give one of them another name"
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
}

/// What else than access tokens or sessions the cookie settings keep in this place.
fn other_use(location: &TokenLocation, cookies: &CookieSettings) -> Option<&'static str> {
    match &location.0 {
        Place::Cookie { name } | Place::Session { name } => {
            let csrf = |kind| cookies.csrf_name(kind) == name;
            if *name == cookies.name(TokenKind::Refresh) {
                Some("the cookie of refresh tokens")
            } else if csrf(TokenKind::Access) || csrf(TokenKind::Refresh) {
                Some("a cookie that carries the CSRF value")
            } else {
                None
            }
        }
        Place::Header { name } | Place::SessionHeader { name } => {
            name.eq_ignore_ascii_case(cookies.csrf_header_name()).then_some("the header of the CSRF value")
        }
        Place::Authorization { .. } | Place::WebSocketProtocol { .. } | Place::Query { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;
    use super::*;

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
            // Names of cookies, sub-protocols and parameters have case.
            (cookie("a"), session("A"), false),
            (protocol("a"), protocol("A"), false),
            (query("a"), query("A"), false),
            (cookie("a"), header("a"), false),
            (session("a"), session_header("a"), false),
            (TokenLocation::bearer(), TokenLocation::scheme("JWT"), false),
        ] {
            let found = problems(|draft| draft.locations = vec![one.clone(), other.clone()]);
            assert_eq!(found.len(), usize::from(same), "{one} {other}: {found:?}");
        }
        assert_eq!(problems(|draft| draft.query = vec![query("a"), query("a")]).len(), 1);
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
                draft.cookies = Some(CookieSettings::new());
                draft.locations = vec![location.clone()];
            });
            assert!(found.len() == 1 && found[0].contains(word), "{location}: {found:?}");
            assert!(found[0].contains("another name"), "{found:?}");
        }
        let all = problems(|draft| {
            draft.cookies = Some(CookieSettings::new());
            draft.locations =
                vec![cookie("csrf_access_token"), header("Host"), cookie("__Host-refresh_token")];
            draft.query = vec![query("q"), query("q")];
        });
        assert_eq!(all.len(), 4, "{all:#?}");
        assert_eq!(problems(|draft| draft.cookies = Some(CookieSettings::new())).len(), 0);
    }
}
