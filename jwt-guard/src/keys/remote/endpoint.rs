//! The addresses of an issuer's keys, from the configuration or from the issuer's own document.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;

/// Where keys are fetched from. Its addresses are legal by construction, and no part of one comes from a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// A JWK set.
    Jwks(Address),
    /// An issuer, whose metadata has the address of its JWK set.
    Discovery {
        /// The name that the metadata must repeat byte for byte.
        issuer: String,
        /// Where the metadata may be, in this order: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3.
        documents: [Address; 2],
        loopback_http: bool,
    },
}

/// An address that may be requested: https, or http on loopback if the configuration allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(Box<str>);

impl Endpoint {
    /// The JWK set at `url`.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL, in a sentence.
    pub(crate) fn jwks(url: &str, loopback_http: bool) -> Result<Self, String> {
        Address::parse(url, loopback_http).map(Self::Jwks)
    }

    /// The JWK set that the issuer's metadata names.
    ///
    /// # Errors
    ///
    /// What is wrong with the name of the issuer, in a sentence.
    pub(crate) fn discovery(issuer: &str, loopback_http: bool) -> Result<Self, String> {
        Address::parse(issuer, loopback_http)?;
        if issuer.contains('?') {
            return Err(format!(
                "the issuer {} has a query, which no issuer may have (RFC 8414 section 2): remove it",
                shown(issuer)
            ));
        }
        let named = issuer.strip_suffix('/').unwrap_or(issuer);
        let host = named.find("://").map_or(0, |at| at + 3);
        let path = named.get(host..).and_then(|rest| rest.find('/')).map_or(named.len(), |at| host + at);
        let (origin, path) = named.split_at_checked(path).unwrap_or((named, ""));
        let documents = [
            Address::parse(&format!("{named}/.well-known/openid-configuration"), loopback_http)?,
            Address::parse(&format!("{origin}/.well-known/oauth-authorization-server{path}"), loopback_http)?,
        ];
        Ok(Self::Discovery { issuer: issuer.to_owned(), documents, loopback_http })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jwks(address) => address.fmt(f),
            Self::Discovery { documents: [first, _], .. } => first.fmt(f),
        }
    }
}

impl Address {
    /// Checks a URL.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a sentence.
    pub(super) fn parse(url: &str, loopback_http: bool) -> Result<Self, String> {
        let refuse = |what: &str, fix: &str| Err(format!("the URL {} {what}: {fix}", shown(url)));
        // `Uri` drops fragments silently.
        if url.contains('#') {
            return refuse("has a fragment", "remove everything from the `#` on");
        }
        let Ok(uri) = url.parse::<Uri>() else {
            return refuse("cannot be read", "write it as `https://host/path`, with a host name in ASCII");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("has no scheme or no host", "write it in full, as `https://host/path`");
        };
        if authority.as_str().contains('@') {
            // The text is not shown: it may contain a password.
            return Err(
                "a URL for keys carries user information before its host: keys are public, so remove it"
                    .to_owned(),
            );
        }
        let host = authority.host();
        if !is_host(host) || authority.port().is_none() && authority.as_str() != host {
            return refuse(
                "has no legal host",
                "name it by letters, digits, dots and hyphens, or as an IP address",
            );
        }
        match scheme {
            "https" => {}
            "http" if loopback_http && is_loopback(host) => {}
            "http" if loopback_http => {
                return refuse(
                    "is http, which only loopback may be",
                    "use https, or a loopback address in a test",
                );
            }
            "http" => {
                return refuse("is http, so anybody on the way could put in keys of his own", "use https");
            }
            _ => return refuse("is neither https nor http", "use https"),
        }
        Ok(Self(url.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_host(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        }
    }
}

/// Whether a host is this machine, by its address or by the name `localhost` (RFC 6761 section 6.3).
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// A URL for a message: escaped, and cut if it is long.
fn shown(url: &str) -> String {
    crate::keys::error::quoted(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_https_url_with_a_host_is_legal() {
        for url in [
            "https://id.example/jwks.json",
            "https://id.example",
            "https://id.example:8443/a/b?appid=1",
            "https://10.0.0.1/keys",
            "https://[2001:db8::1]:8443/keys",
            "HTTPS://ID.example/keys",
        ] {
            assert_eq!(Address::parse(url, false).map(|found| found.to_string()), Ok(url.to_owned()));
        }
    }

    #[test]
    fn every_other_url_is_refused_with_a_fix() {
        for (url, reason) in [
            ("http://id.example/keys", "use https"),
            ("http://localhost/keys", "use https"),
            ("http://127.0.0.1/keys", "use https"),
            ("ftp://id.example/keys", "neither https nor http"),
            ("file:///etc/passwd", ""),
            ("data:application/json,{}", ""),
            ("/keys", "no scheme or no host"),
            ("id.example/keys", ""),
            ("id.example", "no scheme or no host"),
            ("", ""),
            ("https://", ""),
            ("https:///keys", ""),
            ("https://:8443/keys", ""),
            ("https://id.example:port/keys", ""),
            ("https://id.example:/keys", "legal host"),
            ("https://id.example/keys#key", "fragment"),
            ("https://id.example#@evil.example", "fragment"),
            ("https://user@id.example/keys", "user information"),
            ("https://user:secret@id.example/keys", "user information"),
            ("https://id.example\\@evil.example/keys", ""),
            ("https://id.example /keys", ""),
            ("https://id.example/ke ys", ""),
            ("https://id.example/keys\r\nx: y", ""),
            ("https://bücher.example/keys", ""),
            ("https://[::1/keys", ""),
            ("https://[not-v6]/keys", ""),
            ("https://a,b/keys", ""),
        ] {
            let message = Address::parse(url, false).expect_err(url);
            assert!(message.contains(reason) && message.contains(": "), "{url}: {message}");
            assert!(!message.contains("secret") && !message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn http_is_for_loopback_and_where_it_was_allowed() {
        for url in ["http://localhost:1/k", "http://127.0.0.1:1/k", "http://127.9.9.9/k", "http://[::1]:1/k"]
        {
            assert!(Address::parse(url, true).is_ok(), "{url}");
            assert!(Address::parse(url, false).is_err(), "{url}");
        }
        for url in [
            "http://id.example/k",
            "http://localhost.evil.example/k",
            "http://127.0.0.1.evil.example/k",
            "http://0.0.0.0/k",
            "http://10.0.0.1/k",
            "http://[::ffff:127.0.0.1]/k",
            "http://2130706433/k",
        ] {
            assert!(Address::parse(url, true).unwrap_err().contains("only loopback"), "{url}");
        }
    }

    #[test]
    fn an_issuer_is_asked_where_both_standards_say() {
        for (issuer, openid, oauth) in [
            (
                "https://id.example",
                "https://id.example/.well-known/openid-configuration",
                "https://id.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://id.example/",
                "https://id.example/.well-known/openid-configuration",
                "https://id.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://id.example:8443/realms/a",
                "https://id.example:8443/realms/a/.well-known/openid-configuration",
                "https://id.example:8443/.well-known/oauth-authorization-server/realms/a",
            ),
            (
                "https://id.example/realms/a/",
                "https://id.example/realms/a/.well-known/openid-configuration",
                "https://id.example/.well-known/oauth-authorization-server/realms/a",
            ),
        ] {
            let Ok(Endpoint::Discovery { issuer: named, documents, .. }) = Endpoint::discovery(issuer, false)
            else {
                panic!("{issuer}")
            };
            assert_eq!(
                (named.as_str(), documents.each_ref().map(Address::as_str)),
                (issuer, [openid, oauth])
            );
        }
        for issuer in ["https://id.example?x=1", "http://id.example", "id.example", "https://u@id.example"] {
            assert!(Endpoint::discovery(issuer, false).is_err(), "{issuer}");
        }
    }
}
