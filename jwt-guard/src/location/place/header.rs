//! A header with a token, or with the id of a session: its whole value, or what follows a scheme.

use std::fmt;

use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use super::authorization::{Authorization, read};
use super::{PlaceReader, mark, only, set};
use crate::location::{FoundCredential, LocationError, is_not_empty};
use crate::token::TokenSource;

pub(super) struct HeaderPlace<'p> {
    pub(super) name: &'p str,
    /// The scheme before the token.
    pub(super) scheme: Option<&'p str>,
    pub(super) source: TokenSource,
}

impl PlaceReader for HeaderPlace<'_> {
    fn problem(&self) -> Option<String> {
        if let Some(problem) = self.scheme.and_then(|scheme| Authorization { scheme }.problem()) {
            return Some(problem);
        }
        match HeaderName::try_from(self.name) {
            Err(_) => {
                Some(format!("{:?} is not a header name; expected a name such as `X-Api-Key`", self.name))
            }
            Ok(known) if known == header::AUTHORIZATION => Some(
                "the header `Authorization` needs `TokenLocation::bearer()` or `::scheme(..)`".to_owned(),
            ),
            Ok(known) if known == header::COOKIE => {
                Some("the header `Cookie` needs `TokenLocation::cookie(name)`".to_owned())
            }
            Ok(known) if known == header::SEC_WEBSOCKET_PROTOCOL => Some(
                "the header `Sec-WebSocket-Protocol` needs `TokenLocation::websocket_protocol(name)`"
                    .to_owned(),
            ),
            Ok(known) if is_spoken_for(known.as_str()) => Some(format!(
                "the header {:?} has a meaning of its own, and browsers write it for pages of other sites \
                         too; expected a name of your own such as `X-Api-Key`",
                self.name
            )),
            Ok(_) => None,
        }
    }

    fn find<'r>(&self, request: &'r Parts, longest: usize) -> Result<FoundCredential<'r>, LocationError> {
        let values = request.headers.get_all(self.name).iter().filter(|value| is_not_empty(value));
        let value = only(values.map(HeaderValue::as_bytes), self.source)?;
        match (self.scheme, value) {
            (Some(scheme), FoundCredential::Token(value, source)) => read(value, scheme, longest, source),
            (_, value) => Ok(value),
        }
    }

    fn mark_sensitive(&self, headers: &mut HeaderMap) {
        mark(headers, self.name);
    }

    fn strip(&self, headers: &mut HeaderMap) {
        headers.remove(self.name);
    }

    fn carry(&self, token: &str, request: &mut Parts) {
        let value = self.scheme.map_or_else(|| token.to_owned(), |scheme| format!("{scheme} {token}"));
        set(&mut request.headers, self.name, value);
    }
}

impl fmt::Display for HeaderPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = if self.source == TokenSource::Session { "session " } else { "" };
        match self.scheme {
            Some(scheme) => write!(f, "header `{}: {scheme}`", self.name),
            None => write!(f, "{session}header `{}`", self.name),
        }
    }
}

/// Headers that browsers set, or that any page may set, and those of the connection (Fetch, *forbidden request-header*
/// and *CORS-safelisted request-header*). In lower case.
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
