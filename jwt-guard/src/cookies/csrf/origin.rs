//! The origin of a page, as `Origin` names it.

use std::fmt;

use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;

use super::{Repeated, only};

/// An origin: scheme, host and port (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: OriginScheme,
    host: String,
    /// `None` where a scheme has no port, and the origin names none.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum OriginScheme {
    Http,
    Https,
    /// That of the pages that an application brings with it, such as `capacitor` or `tauri`.
    App(String),
}

/// Longer than the scheme of any application.
const MAX_SCHEME: usize = 32;

impl OriginScheme {
    /// Browsers write schemes in lower case (RFC 3986 section 3.1). A WebSocket is not a page.
    fn parse(text: &str) -> Option<Self> {
        let is_scheme = |text: &str| {
            text.len() <= MAX_SCHEME
                && text.starts_with(|first: char| first.is_ascii_lowercase())
                && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
        };
        match text {
            "http" => Some(Self::Http),
            "https" => Some(Self::Https),
            "ws" | "wss" => None,
            app => is_scheme(app).then(|| Self::App(app.to_owned())),
        }
    }

    const fn port(&self) -> Option<u16> {
        match self {
            Self::Http => Some(80),
            Self::Https => Some(443),
            Self::App(_) => None,
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::App(name) => name,
        }
    }
}

impl Origin {
    /// `https://host` or `https://host:port`, and nothing after it. `null` is not an origin.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = OriginScheme::parse(scheme)?;
        let (host, port) = host_and_port(&rest.parse().ok()?)?;
        let port = port.or(scheme.port());
        Some(Self { scheme, host, port })
    }

    /// The scheme, if the pages are those of an application.
    pub(crate) fn app_scheme(&self) -> Option<&str> {
        match &self.scheme {
            OriginScheme::App(name) => Some(name),
            OriginScheme::Http | OriginScheme::Https => None,
        }
    }

    /// Whether the request was sent to this origin's host. Its scheme is unknown behind a proxy, so the origin's default
    /// port counts where the request names none. The pages of an application are of no server.
    pub(super) fn is_of_host(&self, request: &Parts) -> bool {
        // An application chooses the host of its pages as it likes.
        if matches!(self.scheme, OriginScheme::App(_)) {
            return false;
        }
        let host = match request.uri.authority() {
            Some(authority) => Some(authority.clone()),
            None => match only(&request.headers, &HOST) {
                Ok(Some(value)) => Authority::try_from(value.as_bytes()).ok(),
                Ok(None) | Err(Repeated) => None,
            },
        };
        host.as_ref()
            .and_then(host_and_port)
            .is_some_and(|(host, port)| host == self.host && port.or(self.scheme.port()) == self.port)
    }

    /// Whether the page cannot have been written by a machine on the way: HTTPS, or this machine.
    pub(super) fn is_private(&self) -> bool {
        let local = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        self.scheme == OriginScheme::Https || local || self.host.ends_with(".localhost")
    }
}

impl fmt::Display for Origin {
    /// As browsers write it, in lower case: a token in its place is not one any more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        match self.port {
            Some(port) if self.scheme.port() != Some(port) => write!(f, ":{port}"),
            _ => Ok(()),
        }
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
