//! What cookie settings mean for the rest of a configuration.

use http::header::HeaderName;

use crate::cookies::CookieSettings;
use crate::cookies::csrf::{CsrfRules, Origin};
use crate::location::Place;
use crate::problems::Problems;
use crate::token::TokenKind;

/// The rules for tokens in cookies, and what is wrong with the settings they are made of.
pub(super) fn csrf_rules(
    cookies: Option<&CookieSettings>,
    trusted: &[String],
    problems: &mut Problems,
) -> CsrfRules {
    if let Some(cookies) = cookies {
        cookies.problems().into_iter().for_each(|problem| problems.setting(problem));
        if cookies.is_for_plain_http() {
            tracing::warn!(
                target: "jwt_guard",
                "cookies are set without `Secure`, for development over plain HTTP: everybody on the way can read the tokens"
            );
        }
    }
    let mut origins = Vec::new();
    for text in trusted {
        match Origin::parse(text) {
            Some(origin) => origins.push(origin),
            None => problems.setting(format!(
                "{text:?} is not a web origin; expected scheme and host, such as `https://app.example`, without a path"
            )),
        }
    }
    CsrfRules {
        header: cookies.and_then(|cookies| HeaderName::try_from(cookies.csrf_header_name()).ok()),
        trusted: origins,
        // Without settings the guard does not know how the cookies that it reads were set.
        plain_http: cookies.is_none_or(CookieSettings::is_for_plain_http),
    }
}

/// The places of access tokens, with the refresh token's cookie in place of theirs.
pub(super) fn places_of_refresh_tokens(places: &[Place], cookies: Option<&CookieSettings>) -> Vec<Place> {
    // A session is no refresh token.
    let places =
        places.iter().filter(|place| !matches!(place, Place::Session { .. } | Place::SessionHeader { .. }));
    let Some(cookies) = cookies else { return places.cloned().collect() };
    let access = Place::Cookie { name: cookies.name(TokenKind::Access) };
    let refresh = Place::Cookie { name: cookies.name(TokenKind::Refresh) };
    places.map(|place| if *place == access { refresh.clone() } else { place.clone() }).collect()
}
