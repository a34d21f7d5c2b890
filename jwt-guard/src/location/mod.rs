//! Where a request carries its token, and what counts as none, one or too many.
//!
//! 1. Every location is looked at, in the order of the configuration.
//! 2. A location that holds nothing, or credentials of another scheme, is passed over.
//! 3. Two locations that hold a token are an error (RFC 6750 section 2), unless the guard was told to take the
//!    first. A bad token is never rescued by a later one.

pub(crate) mod authorization;
mod cookie;
mod query;
mod strip;
mod websocket;

use std::fmt;

use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::token::TokenSource;

/// One place of a request that may carry a token.
///
/// The default is [`TokenLocation::bearer`] alone. A query parameter is reached through
/// [`Danger::query_parameter`](crate::Danger::query_parameter) only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLocation(pub(crate) Place);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Authorization {
        scheme: String,
    },
    Header {
        name: String,
    },
    Cookie {
        name: String,
    },
    WebSocketProtocol {
        name: String,
    },
    Query {
        name: String,
    },
    /// The cookie of a session; only `Builder::sessions` adds it.
    Session {
        name: String,
    },
    /// The header of a session, which `Builder::sessions` adds too.
    SessionHeader {
        name: String,
    },
}

impl TokenLocation {
    /// The header `Authorization: Bearer <token>` (RFC 6750 section 2.1).
    pub fn bearer() -> Self {
        Self::scheme("Bearer")
    }

    /// The `Authorization` header with another scheme, such as `JWT`. Schemes are compared without case.
    pub fn scheme(scheme: impl Into<String>) -> Self {
        Self(Place::Authorization { scheme: scheme.into() })
    }

    /// Another header whose whole value is the token, such as `X-Api-Key`.
    pub fn header(name: impl Into<String>) -> Self {
        Self(Place::Header { name: name.into() })
    }

    /// A cookie whose value is the token. An empty cookie counts as none.
    ///
    /// Browsers send cookies with requests that another site caused. The guard refuses those that change something, by
    /// `Origin` and `Sec-Fetch-Site`, and those that have neither header: a client that is not a browser sends its token
    /// in a header. Set `SameSite` on the cookie too. For cookies that this service sets there is
    /// [`Builder::cookies`](crate::Builder::cookies), which asks for the token's `csrf` claim as well.
    pub fn cookie(name: impl Into<String>) -> Self {
        Self(Place::Cookie { name: name.into() })
    }

    /// The sub-protocol list of a WebSocket handshake: the member after `name` is the token. Browsers cannot set
    /// headers on a WebSocket, but can offer sub-protocols: `new WebSocket(url, ["bearer", token])`. The handler
    /// must select `name`, and not the token, as its protocol.
    pub fn websocket_protocol(name: impl Into<String>) -> Self {
        Self(Place::WebSocketProtocol { name: name.into() })
    }

    /// What is wrong with this location, for the list of configuration problems.
    pub(crate) fn problem(&self) -> Option<String> {
        match &self.0 {
            Place::Authorization { scheme } if !is_token(scheme) => Some(format!(
                "{scheme:?} is not an authentication scheme; expected one word such as `Bearer`"
            )),
            Place::Header { name } | Place::SessionHeader { name } => {
                match HeaderName::try_from(name.as_str()) {
                    Err(_) => {
                        Some(format!("{name:?} is not a header name; expected a name such as `X-Api-Key`"))
                    }
                    Ok(known) if known == header::AUTHORIZATION => Some(
                        "the header `Authorization` needs `TokenLocation::bearer()` or `::scheme(..)`"
                            .to_owned(),
                    ),
                    Ok(known) if known == header::COOKIE => {
                        Some("the header `Cookie` needs `TokenLocation::cookie(name)`".to_owned())
                    }
                    Ok(known) if known == header::SEC_WEBSOCKET_PROTOCOL => Some(
                        "the header `Sec-WebSocket-Protocol` needs `TokenLocation::websocket_protocol(name)`"
                            .to_owned(),
                    ),
                    Ok(known) if is_spoken_for(known.as_str()) => Some(format!(
                        "the header {name:?} has a meaning of its own, and browsers write it for pages of other sites \
                         too; expected a name of your own such as `X-Api-Key`"
                    )),
                    Ok(_) => None,
                }
            }
            Place::Cookie { name } if !is_token(name) => {
                Some(format!("{name:?} is not a cookie name; expected a name such as `access_token`"))
            }
            Place::WebSocketProtocol { name } if !is_token(name) => {
                Some(format!("{name:?} is not a sub-protocol; expected a name such as `bearer`"))
            }
            Place::Query { name } if !name.bytes().all(is_unreserved) || name.is_empty() => Some(format!(
                "{name:?} is not a plain query parameter; expected a name such as `access_token`"
            )),
            Place::Authorization { .. }
            | Place::Cookie { .. }
            | Place::WebSocketProtocol { .. }
            | Place::Query { .. }
            | Place::Session { .. } => None,
        }
    }
}

impl TokenLocation {
    /// Whether two locations read the same part of a request, and so would always both find it.
    pub(crate) fn reads_the_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            // One header, whatever the schemes: it occurs once.
            (Place::Authorization { scheme: one }, Place::Authorization { scheme: two }) => {
                one.eq_ignore_ascii_case(two)
            }
            (
                Place::Header { name: one } | Place::SessionHeader { name: one },
                Place::Header { name: two } | Place::SessionHeader { name: two },
            ) => one.eq_ignore_ascii_case(two),
            (
                Place::Cookie { name: one } | Place::Session { name: one },
                Place::Cookie { name: two } | Place::Session { name: two },
            ) => one == two,
            (one, two) => one == two,
        }
    }
}

impl fmt::Display for TokenLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Authorization { scheme } => write!(f, "`Authorization: {scheme}`"),
            Place::Header { name } => write!(f, "header `{name}`"),
            Place::Cookie { name } => write!(f, "cookie `{name}`"),
            Place::WebSocketProtocol { name } => write!(f, "sub-protocol `{name}`"),
            Place::Query { name } => write!(f, "query parameter `{name}`"),
            Place::Session { name } => write!(f, "session cookie `{name}`"),
            Place::SessionHeader { name } => write!(f, "session header `{name}`"),
        }
    }
}

/// Headers that browsers write, or let any page write, and those of the connection (Fetch, *forbidden request-header* and
/// *CORS-safelisted request-header*). In lower case.
fn is_spoken_for(name: &str) -> bool {
    const NAMES: [&str; 29] = [
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "date",
        "dnt",
        "expect",
        "forwarded",
        "host",
        "keep-alive",
        "last-event-id",
        "origin",
        "proxy-connection",
        "range",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    ];

    NAMES.contains(&name) || name.starts_with("sec-")
}

/// The locations of a guard.
#[derive(Clone, Debug)]
pub(crate) struct Locations {
    pub(crate) places: Vec<Place>,
    pub(crate) conflict: Conflict,
    /// The longest token; longer ones are handed on without a look at their characters.
    pub(crate) longest: usize,
}

/// What happens to the token of a request that was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    Keep,
    Strip,
}

/// What two tokens in one request mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// The request is refused.
    Refuse,
    /// The first location that holds a token decides.
    PreferFirst,
}

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'r> {
    Nothing,
    /// Credentials, but of a scheme that is not ours.
    OtherScheme,
    Token(&'r [u8], TokenSource),
}

/// Why the credentials of a request cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LocationError {
    /// More than one token, or more than one `Authorization` header.
    Ambiguous,
    /// Not the grammar of the location.
    Malformed,
}

impl Locations {
    /// The one token of a request.
    #[inline]
    pub(crate) fn find<'r>(&self, request: &'r Parts) -> Result<Found<'r>, LocationError> {
        match &*self.places {
            [Place::Authorization { scheme }] => authorization::find(&request.headers, scheme, self.longest),
            _ => self.find_anywhere(request),
        }
    }

    /// Looks at every place.
    #[inline(never)]
    fn find_anywhere<'r>(&self, request: &'r Parts) -> Result<Found<'r>, LocationError> {
        let mut found = Found::Nothing;
        for place in &self.places {
            match (self.look(place, request)?, found) {
                (Found::Nothing, _) | (Found::OtherScheme, Found::Token(..)) => {}
                (other @ Found::OtherScheme, _) => found = other,
                (Found::Token(..), Found::Token(..)) => return Err(LocationError::Ambiguous),
                (token @ Found::Token(..), _) if self.conflict == Conflict::PreferFirst => return Ok(token),
                (token @ Found::Token(..), _) => found = token,
            }
        }
        Ok(found)
    }

    fn look<'r>(&self, place: &Place, request: &'r Parts) -> Result<Found<'r>, LocationError> {
        match place {
            Place::Authorization { scheme } => authorization::find(&request.headers, scheme, self.longest),
            Place::Header { name } => whole_header(&request.headers, name, TokenSource::Header),
            Place::SessionHeader { name } => whole_header(&request.headers, name, TokenSource::Session),
            Place::Cookie { name } => cookie::find(&request.headers, name, TokenSource::Cookie),
            Place::Session { name } => cookie::find(&request.headers, name, TokenSource::Session),
            Place::WebSocketProtocol { name } => websocket::find(request, name),
            Place::Query { name } => query::find(&request.uri, name),
        }
    }

    /// Marks the headers that carry a token as sensitive, so that `Debug` of a request does not show it and HTTP/2
    /// does not index it.
    pub(crate) fn mark_sensitive(&self, headers: &mut HeaderMap) {
        for place in &self.places {
            match place {
                // A request with two of these is refused, so there is one.
                Place::Authorization { .. } => mark(headers.get_mut(header::AUTHORIZATION)),
                Place::Header { name } | Place::SessionHeader { name } => {
                    mark(headers.get_mut(name.as_str()));
                }
                Place::Cookie { .. } | Place::Session { .. } => mark(lines(headers, header::COOKIE)),
                Place::WebSocketProtocol { .. } => mark(lines(headers, header::SEC_WEBSOCKET_PROTOCOL)),
                Place::Query { .. } => {}
            }
        }
    }

    /// Whether a header carries a session. No other site can send it unless this service allows that (CORS).
    pub(crate) fn session_in_header(&self, headers: &HeaderMap) -> bool {
        let is_there =
            |place: &Place| matches!(place, Place::SessionHeader { name } if headers.contains_key(name));
        self.places.iter().any(is_there)
    }

    /// Whether one of the places is a cookie.
    pub(crate) fn any_cookie(&self) -> bool {
        self.places.iter().any(|place| matches!(place, Place::Cookie { .. } | Place::Session { .. }))
    }

    /// The scheme that a challenge names: the first that the guard reads, else `Bearer`.
    pub(crate) fn challenge_scheme(&self) -> &str {
        let mut schemes = self.places.iter().filter_map(|place| match place {
            Place::Authorization { scheme } => Some(scheme.as_str()),
            _ => None,
        });
        schemes.next().unwrap_or("Bearer")
    }
}

/// A header whose whole value is the token.
fn whole_header<'r>(
    headers: &'r HeaderMap,
    name: &str,
    source: TokenSource,
) -> Result<Found<'r>, LocationError> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(Found::Nothing),
        (Some(_), Some(_)) => Err(LocationError::Ambiguous),
        (Some(value), None) if value.is_empty() => Err(LocationError::Malformed),
        (Some(value), None) => Ok(Found::Token(value.as_bytes(), source)),
    }
}

fn mark<'h>(values: impl IntoIterator<Item = &'h mut HeaderValue>) {
    values.into_iter().for_each(|value| value.set_sensitive(true));
}

fn lines(headers: &mut HeaderMap, name: HeaderName) -> impl Iterator<Item = &mut HeaderValue> {
    headers.iter_mut().filter(move |(known, _)| **known == name).map(|(_, value)| value)
}

/// Keeps the first of the tokens that one location yields, and refuses a second.
fn only<'r>(
    mut tokens: impl Iterator<Item = &'r [u8]>,
    source: TokenSource,
) -> Result<Found<'r>, LocationError> {
    match (tokens.next(), tokens.next()) {
        (None, _) => Ok(Found::Nothing),
        (Some(token), None) => Ok(Found::Token(token, source)),
        (Some(_), Some(_)) => Err(LocationError::Ambiguous),
    }
}

/// The longest list of cookies or sub-protocols that is looked through: 16 KiB, twice what browsers send.
const LONGEST_LIST: usize = 16 * 1024;

fn longer_than_a_list<'r>(lines: impl Iterator<Item = &'r HeaderValue>) -> bool {
    lines.map(HeaderValue::len).sum::<usize>() > LONGEST_LIST
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

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests;
