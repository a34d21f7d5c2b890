//! The origin of a page, as `Origin` names it.

use std::fmt;

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;

use super::{Repeated, only};

/// A web origin: scheme, host and port (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: OriginScheme,
    host: String,
    port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OriginScheme {
    Http,
    Https,
}

impl OriginScheme {
    const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Origin {
    /// `https://host` or `https://host:port`, and nothing after it. `null` is not an origin.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = match scheme {
            "http" => OriginScheme::Http,
            "https" => OriginScheme::Https,
            _ => return None,
        };
        let (host, port) = host_and_port(&rest.parse().ok()?)?;
        Some(Self { scheme, host, port: port.unwrap_or(scheme.port()) })
    }

    /// Whether the request was sent to this origin's host. Its scheme is unknown behind a proxy, so the origin's default
    /// port counts where the request names none.
    fn is_of_host(&self, request: &Parts) -> bool {
        let host = match request.uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => match only(&request.headers, &HOST) {
                Ok(Some(value)) => Authority::try_from(value.as_bytes()).ok(),
                Ok(None) | Err(Repeated) => None,
            },
        };
        host.as_ref()
            .and_then(host_and_port)
            .is_some_and(|(host, port)| host == self.host && port.unwrap_or(self.scheme.port()) == self.port)
    }

    /// Whether the page cannot have been written by a machine on the way: HTTPS, or this machine.
    fn is_private(&self) -> bool {
        let local = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        self.scheme == OriginScheme::Https || local || self.host.ends_with(".localhost")
    }
}

impl fmt::Display for Origin {
    /// As browsers write it, in lower case: a token in its place is not one any more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            OriginScheme::Http => "http",
            OriginScheme::Https => "https",
        };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port == self.scheme.port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

fn host_and_port(authority: &Authority) -> Option<(String, Option<u16>)> {
    let (host, text) = (authority.host(), authority.as_str());
    // A user, an empty port or one that is not a number: no browser sends it.
    let port = authority.port_u16();
    let whole = match port {
        None => text == host,
        Some(port) => text
            .strip_prefix(host)
            .and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|rest| rest == port.to_string()),
    };
    (whole && !host.is_empty()).then(|| (host.to_ascii_lowercase(), port))
}
