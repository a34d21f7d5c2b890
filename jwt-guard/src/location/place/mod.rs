//! The places of a request that may have a token, one file for each.

mod authorization;
mod cookie;
mod header;
mod query;
mod websocket;

use std::fmt;

use http::header::{AsHeaderName, Entry, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use self::authorization::Authorization;
pub(super) use self::authorization::find as find_authorization;
use self::cookie::Cookie;
pub(super) use self::cookie::values as cookie_values;
use self::header::HeaderPlace;
use self::query::Query;
use self::websocket::WebSocketProtocol;
use super::{FoundCredential, LocationError};
use crate::token::TokenSource;

/// One place of a request that may have a token.
///
/// A place with an empty value has no token. The default is [`TokenLocation::bearer`] alone. Only
/// [`Danger::query_parameter`](crate::setup::Danger::query_parameter) adds a query parameter.
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
    SchemeHeader {
        name: String,
        scheme: String,
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
    #[cfg_attr(
        not(any(feature = "sessions", test)),
        expect(dead_code, reason = "without the feature there is no resolver")
    )]
    Session {
        name: String,
    },
    /// The header of a session, which `Builder::sessions` adds too.
    #[cfg_attr(
        not(any(feature = "sessions", test)),
        expect(dead_code, reason = "without the feature there is no resolver")
    )]
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

    /// Another header with a scheme before the token, as in `X-Auth: Bearer <token>`. Its value is read as that of
    /// `Authorization`: another scheme counts as no token, and schemes are compared without case. Challenges keep
    /// naming the scheme of `Authorization`, which is all that they can name (RFC 9110 section 11.6.1).
    pub fn header_with_scheme(name: impl Into<String>, scheme: impl Into<String>) -> Self {
        Self(Place::SchemeHeader { name: name.into(), scheme: scheme.into() })
    }

    /// A cookie whose value is the token. Two of the name with the same value are one. With different values, as when
    /// the name was set for another path or domain too, none of them counts: 400, or an anonymous caller if the policy
    /// admits one.
    ///
    /// Browsers send cookies with requests that another site caused. The guard refuses such requests if they change
    /// something, by `Origin` and `Sec-Fetch-Site`, and requests without either header: a client that is not a browser
    /// sends its token in a header. Set `SameSite` on the cookie too. For cookies that this service sets there is
    /// [`Builder::cookies`](crate::setup::Builder::cookies), which checks the token's `csrf` claim as well, then for all cookies that
    /// the guard reads.
    pub fn cookie(name: impl Into<String>) -> Self {
        Self(Place::Cookie { name: name.into() })
    }

    /// The sub-protocol list of a WebSocket handshake: the member after `name` is the token. Browsers cannot set
    /// headers on a WebSocket, but can offer sub-protocols: `new WebSocket(url, ["bearer", token])`. The handler
    /// must select `name`, and not the token, as its protocol.
    pub fn websocket_protocol(name: impl Into<String>) -> Self {
        Self(Place::WebSocketProtocol { name: name.into() })
    }

    /// The form of a location in settings.
    pub(crate) const WRITTEN: &'static str =
        r#""bearer", "scheme:NAME", "header:NAME", "header:NAME:SCHEME", "cookie:NAME" or "websocket:NAME""#;

    /// Parses a location in settings.
    pub(crate) fn from_written(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "bearer" => Some(Self::bearer()),
            Some(("scheme", name)) => Some(Self::scheme(name)),
            Some(("header", name)) => Some(match name.split_once(':') {
                Some((name, scheme)) => Self::header_with_scheme(name, scheme),
                None => Self::header(name),
            }),
            Some(("cookie", name)) => Some(Self::cookie(name)),
            Some(("websocket", name)) => Some(Self::websocket_protocol(name)),
            _ => None,
        }
    }

    /// The problem of this location, for the list of configuration problems.
    pub(crate) fn problem(&self) -> Option<String> {
        self.0.read(|place| place.problem())
    }

    /// Whether two locations read the same part of a request, and so would always both find it.
    pub(crate) fn reads_the_same(&self, other: &Self) -> bool {
        match (self.0.part(), other.0.part()) {
            // Names of schemes and headers are case-insensitive.
            (Part::Scheme(one), Part::Scheme(two)) | (Part::Header(one), Part::Header(two)) => {
                one.eq_ignore_ascii_case(two)
            }
            (one, two) => one == two,
        }
    }
}

/// The part of a request that a place reads, with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'p> {
    Scheme(&'p str),
    Header(&'p str),
    Cookie(&'p str),
    Protocol(&'p str),
    Parameter(&'p str),
}

/// A place of a request. `Display` is its name in messages.
pub(super) trait PlaceReader: fmt::Display {
    /// The problem of its name, if any.
    fn problem(&self) -> Option<String>;

    /// Finds its token. A token longer than `longest` is passed on without checking its characters.
    fn find<'r>(&self, request: &'r Parts, longest: usize) -> Result<FoundCredential<'r>, LocationError>;

    /// Marks the headers that may carry the token as sensitive.
    fn mark_sensitive(&self, headers: &mut HeaderMap);

    /// Removes the token from the headers.
    fn strip(&self, headers: &mut HeaderMap);

    /// Writes a token, as a client does: for tests of applications.
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "only `testing` sends requests"))]
    fn carry(&self, token: &str, request: &mut Parts);
}

impl Place {
    /// Calls `with` with the reader of this place.
    pub(super) fn read<R>(&self, with: impl FnOnce(&dyn PlaceReader) -> R) -> R {
        match self {
            Self::Authorization { scheme } => with(&Authorization { scheme }),
            Self::Header { name } => with(&HeaderPlace { name, scheme: None, source: TokenSource::Header }),
            Self::SchemeHeader { name, scheme } => {
                with(&HeaderPlace { name, scheme: Some(scheme), source: TokenSource::Header })
            }
            Self::SessionHeader { name } => {
                with(&HeaderPlace { name, scheme: None, source: TokenSource::Session })
            }
            Self::Cookie { name } => with(&Cookie { name, source: TokenSource::Cookie }),
            Self::Session { name } => with(&Cookie { name, source: TokenSource::Session }),
            Self::WebSocketProtocol { name } => with(&WebSocketProtocol { name }),
            Self::Query { name } => with(&Query { name }),
        }
    }

    /// Writes a token where it reads one.
    #[cfg(feature = "testing")]
    pub(crate) fn carry(&self, token: &str, request: &mut Parts) {
        self.read(|place| place.carry(token, request));
    }

    /// The part of a request that it reads.
    pub(crate) fn part(&self) -> Part<'_> {
        match self {
            Self::Authorization { scheme } => Part::Scheme(scheme),
            Self::Header { name } | Self::SchemeHeader { name, .. } | Self::SessionHeader { name } => {
                Part::Header(name)
            }
            Self::Cookie { name } | Self::Session { name } => Part::Cookie(name),
            Self::WebSocketProtocol { name } => Part::Protocol(name),
            Self::Query { name } => Part::Parameter(name),
        }
    }

    /// Whether it has a session id, not a token.
    pub(crate) fn is_of_session(&self) -> bool {
        matches!(self, Self::Session { .. } | Self::SessionHeader { .. })
    }
}

impl fmt::Display for TokenLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.read(|place| place.fmt(f))
    }
}

/// Marks every line of a header. Most requests have each header once.
fn mark<N: AsHeaderName + Copy>(headers: &mut HeaderMap, name: N) {
    if headers.len() == headers.keys_len() {
        headers.get_mut(name).into_iter().for_each(|value| value.set_sensitive(true));
    } else if let Ok(Entry::Occupied(mut entry)) = headers.try_entry(name) {
        entry.iter_mut().for_each(|value| value.set_sensitive(true));
    }
}

/// Sets a header, if its name and value are legal.
fn set(headers: &mut HeaderMap, name: impl TryInto<HeaderName>, value: String) {
    if let (Ok(name), Ok(value)) = (name.try_into(), HeaderValue::try_from(value)) {
        headers.insert(name, value);
    }
}

/// Takes the first token of a location, and refuses a second one.
fn only<'r>(
    mut tokens: impl Iterator<Item = &'r [u8]>,
    source: TokenSource,
) -> Result<FoundCredential<'r>, LocationError> {
    match (tokens.next(), tokens.next()) {
        (None, _) => Ok(FoundCredential::Nothing),
        (Some(token), None) => Ok(FoundCredential::Token(token, source)),
        (Some(_), Some(_)) => Err(LocationError::Ambiguous),
    }
}

/// The longest list of cookies or sub-protocols that is searched: 16 KiB, twice what browsers send.
pub(super) const LONGEST_LIST: usize = 16 * 1024;

fn longer_than_a_list<'r>(lines: impl Iterator<Item = &'r HeaderValue>) -> bool {
    lines.map(HeaderValue::len).sum::<usize>() > LONGEST_LIST
}

/// Replaces all lines of a list header by one with the members that `keep` leaves.
fn keep_members(
    headers: &mut HeaderMap,
    name: HeaderName,
    separator: u8,
    keep: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
) {
    let lines = headers.get_all(&name).iter();
    let members = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == separator));
    let kept = keep(members.map(|member| member.trim_ascii().to_vec()).collect());
    let joined = kept.join([separator, b' '].as_slice());
    match HeaderValue::from_bytes(&joined) {
        Ok(value) if !joined.is_empty() => drop(headers.insert(name, value)),
        _ => drop(headers.remove(name)),
    }
}
