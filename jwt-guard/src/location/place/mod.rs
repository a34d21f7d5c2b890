//! The places that may carry a token.

use std::fmt;

use http::header::{self, HeaderName};

use super::is_token;

/// One place of a request that may carry a token.
///
/// A place with an empty value holds no token. The default is [`TokenLocation::bearer`] alone. A query parameter is reached through
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

    /// A cookie whose value is the token. Two of the name with the same value are one. With different values, as when the name
    /// was set for another path or domain too, none of them counts: 400, or an anonymous caller where the policy lets one in.
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

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
