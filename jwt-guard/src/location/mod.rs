//! Finds the credential of a request: none, one or too many.
//!
//! 1. Every location is read, in the order of the configuration.
//! 2. A location with nothing, an empty value, or credentials of another scheme is skipped.
//! 3. Two locations with a token are an error (RFC 6750 section 2), unless the guard is configured to use the first. A
//!    later token never replaces a bad one.
//! 4. Two cookies of one name with one value are one. With different values none of them counts: it is unknown who set
//!    which.

mod every;
mod finding;
mod place;
mod strip;

use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::token::TokenSource;

pub(crate) use every::{Carried, Withheld};
pub use place::TokenLocation;
pub(crate) use place::{Part, Place};

/// The locations of a guard.
#[derive(Clone, Debug)]
pub(crate) struct Locations {
    pub(crate) places: Vec<Place>,
    pub(crate) conflict: Conflict,
    pub(crate) credentials: CredentialHandling,
    /// The longest token; longer ones are passed on without checking their characters.
    pub(crate) longest: usize,
}

/// What happens to the token of an admitted request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialHandling {
    Keep,
    Strip,
}

/// The treatment of two tokens in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// The request is refused.
    Refuse,
    /// The first location with a token decides.
    PreferFirst,
}

/// The credential of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoundCredential<'r> {
    Nothing,
    /// Credentials of another scheme.
    OtherScheme,
    Token(&'r [u8], TokenSource),
}

/// Why the credentials of a request are not clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocationError {
    /// More than one token, or more than one `Authorization` header.
    Ambiguous,
    /// The value does not match the grammar of the location.
    Malformed,
    /// Two cookies of one name with different values, as when one was set for another path or domain.
    UnequalCookies,
}

impl Locations {
    /// The one token of a request.
    #[inline]
    pub(crate) fn find<'r>(&self, request: &'r Parts) -> Result<FoundCredential<'r>, LocationError> {
        match &*self.places {
            [Place::Authorization { scheme }] => {
                place::find_authorization(&request.headers, scheme, self.longest)
            }
            _ => self.find_anywhere(request),
        }
    }

    /// Reads every place. Out of line, so that a guard with the one usual place is spared its code.
    #[inline(never)]
    fn find_anywhere<'r>(&self, request: &'r Parts) -> Result<FoundCredential<'r>, LocationError> {
        let mut found = FoundCredential::Nothing;
        let mut unequal = false;
        for place in &self.places {
            let looked = match self.find_at(place, request) {
                Err(LocationError::UnequalCookies) if self.conflict == Conflict::Refuse => {
                    unequal = true;
                    continue;
                }
                looked => looked?,
            };
            match (looked, found) {
                (FoundCredential::Nothing, _)
                | (FoundCredential::OtherScheme, FoundCredential::Token(..)) => {}
                (other @ FoundCredential::OtherScheme, _) => found = other,
                (FoundCredential::Token(..), FoundCredential::Token(..)) => {
                    return Err(LocationError::Ambiguous);
                }
                (token @ FoundCredential::Token(..), _) if self.conflict == Conflict::PreferFirst => {
                    return Ok(token);
                }
                (token @ FoundCredential::Token(..), _) => found = token,
            }
        }
        match (unequal, found) {
            (false, found) => Ok(found),
            (true, FoundCredential::Token(..)) => Err(LocationError::Ambiguous),
            (true, FoundCredential::Nothing | FoundCredential::OtherScheme) => {
                Err(LocationError::UnequalCookies)
            }
        }
    }

    /// The place of the one token of a request.
    pub(crate) fn place_of_token(&self, request: &Parts) -> Option<&Place> {
        self.places
            .iter()
            .find(|place| matches!(self.find_at(place, request), Ok(FoundCredential::Token(..))))
    }

    /// Whether what stands behind the first token of a request is not looked at.
    pub(crate) fn prefers_first(&self) -> bool {
        self.conflict == Conflict::PreferFirst
    }

    /// Whether the request has something in more than one place.
    pub(crate) fn has_several(&self, request: &Parts) -> bool {
        let is_filled =
            |place: &&Place| !matches!(self.find_at(place, request), Ok(FoundCredential::Nothing));
        self.places.iter().filter(is_filled).count() > 1
    }

    fn find_at<'r>(&self, place: &Place, request: &'r Parts) -> Result<FoundCredential<'r>, LocationError> {
        place.read(|place| place.find(request, self.longest))
    }

    /// Marks the headers that carry a token as sensitive, so that `Debug` of a request does not show it and HTTP/2
    /// does not index it.
    pub(crate) fn mark_sensitive(&self, headers: &mut HeaderMap) {
        for place in &self.places {
            place.read(|place| place.mark_sensitive(headers));
        }
    }

    /// Whether the one token of a request, or its session, is in a cookie, which a browser sends by itself. What later places
    /// have does not matter.
    pub(crate) fn finds_in_cookie(&self, request: &Parts) -> bool {
        matches!(self.place_of_token(request).map(Place::part), Some(Part::Cookie(_)))
    }

    /// Whether one of the places is a header for sessions.
    pub(crate) fn any_session_header(&self) -> bool {
        self.places.iter().any(|place| matches!(place, Place::SessionHeader { .. }))
    }

    /// Whether the session of a request is in a header.
    pub(crate) fn finds_in_session_header(&self, request: &Parts) -> bool {
        matches!(self.place_of_token(request), Some(Place::SessionHeader { .. }))
    }

    /// Whether one of the places is a cookie.
    pub(crate) fn any_cookie(&self) -> bool {
        self.places.iter().any(|place| matches!(place.part(), Part::Cookie(_)))
    }

    /// The names of the cookies that can hold a token.
    pub(crate) fn token_cookies(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(|place| match place {
            Place::Cookie { name } => Some(name.as_str()),
            _ => None,
        })
    }

    /// The scheme of challenges: the first one that the guard reads, else `Bearer`.
    pub(crate) fn challenge_scheme(&self) -> &str {
        let mut schemes = self.places.iter().filter_map(|place| match place.part() {
            Part::Scheme(scheme) => Some(scheme),
            _ => None,
        });
        schemes.next().unwrap_or("Bearer")
    }
}

/// An empty value counts as no token, in every place.
fn is_not_empty(value: &HeaderValue) -> bool {
    !value.as_bytes().trim_ascii().is_empty()
}

/// `token` of RFC 9110 section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_tchar)
}

const fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
mod tests;
