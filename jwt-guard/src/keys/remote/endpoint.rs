//! The addresses of an issuer's keys, from the configuration or from the issuer's own document.

use std::fmt;

use http::Uri;

use super::host::{is_host, is_host_and_port, is_loopback};

/// Where keys are fetched from. Its addresses are legal by construction, and no part of one comes from a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// A JWK set.
    Jwks(Address),
    /// An issuer, whose metadata has the address of its JWK set.
    Discovery {
        /// The name that the metadata must repeat byte for byte.
        issuer: String,
        /// Where the metadata may be, in this order: the address in the configuration, or those of OpenID Connect
        /// Discovery 1.0 section 4 and RFC 8414 section 3.
        documents: Vec<Address>,
        plain_http: PlainHttp,
    },
}

/// An address that may be requested: https, or http where the configuration allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(Box<str>);

/// An address of an issuer's metadata is in every message about its keys.
const LONGEST_URL: usize = 2048;

/// The hosts that may be asked without TLS: none, unless `danger()` named them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlainHttp {
    /// Whether this machine is one of them.
    pub(crate) loopback: bool,
    /// Host names without ports.
    pub(crate) hosts: Vec<String>,
}

impl PlainHttp {
    /// The configured name that is not a host name.
    pub(crate) fn illegal_host(&self) -> Option<&str> {
        self.hosts.iter().find(|host| !is_host(host)).map(String::as_str)
    }

    /// Host names have no case (RFC 9110 section 4.2.3); apart from that they are compared whole.
    fn allows(&self, host: &str) -> bool {
        (self.loopback && is_loopback(host))
            || self.hosts.iter().any(|named| named.eq_ignore_ascii_case(host))
    }
}

impl Endpoint {
    /// The JWK set at `url`.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL, in a sentence.
    pub(crate) fn jwks(url: &str, plain_http: &PlainHttp) -> Result<Self, String> {
        Address::parse(url, plain_http).map(Self::Jwks)
    }

    /// The JWK set that the metadata at `url` names, which must be that of `issuer`.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL, in a sentence.
    pub(crate) fn metadata(url: &str, issuer: &str, plain_http: &PlainHttp) -> Result<Self, String> {
        let documents = vec![Address::parse(url, plain_http)?];
        Ok(Self::Discovery { issuer: issuer.to_owned(), documents, plain_http: plain_http.clone() })
    }

    /// The JWK set that the issuer's metadata names.
    ///
    /// # Errors
    ///
    /// What is wrong with the name of the issuer, in a sentence.
    pub(crate) fn discovery(issuer: &str, plain_http: &PlainHttp) -> Result<Self, String> {
        Address::parse(issuer, plain_http)?;
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
        let documents = vec![
            Address::parse(&format!("{named}/.well-known/openid-configuration"), plain_http)?,
            Address::parse(&format!("{origin}/.well-known/oauth-authorization-server{path}"), plain_http)?,
        ];
        Ok(Self::Discovery { issuer: issuer.to_owned(), documents, plain_http: plain_http.clone() })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jwks(address) => address.fmt(f),
            Self::Discovery { documents, .. } => documents.first().map_or(Ok(()), |first| first.fmt(f)),
        }
    }
}

impl Address {
    /// Checks a URL.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a sentence.
    pub(super) fn parse(url: &str, plain_http: &PlainHttp) -> Result<Self, String> {
        let refuse = |what: &str, fix: &str| Err(format!("the URL {} {what}: {fix}", shown(url)));
        // `Uri` takes 64 KiB, and letters that could look like another line of the log.
        if url.len() > LONGEST_URL || !url.is_ascii() {
            return refuse(
                "is longer than 2048 bytes, or not in ASCII",
                "shorten it, and write other letters as `%C3%BC`",
            );
        }
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
        if !is_host_and_port(authority) {
            return refuse(
                "has no legal host",
                "name it by letters, digits, dots and hyphens, with a last part that is not a number, or as an IP address",
            );
        }
        match scheme {
            "https" => {}
            "http" if plain_http.allows(host) => {}
            "http" if is_loopback(host) => {
                return refuse(
                    "is http, so another program of this machine could put in keys of its own",
                    "use https, or `.danger().loopback_http(\"reason\")` in a test",
                );
            }
            "http" => {
                return refuse(
                    "is http, so a machine on the way could put in keys of its own",
                    &format!(
                        "use https, or, for a host of a private network, \
                         `.danger().plain_http([{host:?}], \"reason\")`"
                    ),
                );
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

/// A URL for a message: escaped, and cut if it is long.
fn shown(url: &str) -> String {
    crate::keys::error::quoted(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loopback() -> PlainHttp {
        PlainHttp { loopback: true, hosts: Vec::new() }
    }

    fn hosts(names: &[&str]) -> PlainHttp {
        PlainHttp { loopback: false, hosts: names.iter().map(|&name| name.to_owned()).collect() }
    }

    #[test]
    fn an_https_url_with_a_host_is_legal() {
        for url in [
            "https://id.example/jwks.json",
            "https://id.example",
            "https://id.example:8443/a/b?appid=1",
            "https://10.0.0.1/keys",
            "https://id.example7/keys",
            "https://7.0xg/keys",
            "https://[2001:db8::1]:8443/keys",
            "HTTPS://ID.example/keys",
        ] {
            assert_eq!(
                Address::parse(url, &PlainHttp::default()).map(|found| found.to_string()),
                Ok(url.to_owned())
            );
        }
    }

    #[test]
    fn a_url_has_at_most_2048_bytes() {
        let of = |length: usize| format!("https://id.example/{}", "a".repeat(length - 19));
        for (length, is_legal) in [(2047, true), (2048, true), (2049, false), (5000, false)] {
            assert_eq!(Address::parse(&of(length), &PlainHttp::default()).is_ok(), is_legal, "{length}");
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
            ("https://id.example/b\u{202e}cher", "not in ASCII"),
            ("https://[::1/keys", ""),
            ("https://[not-v6]/keys", ""),
            ("https://a,b/keys", ""),
            ("https://[2001:db8::1]34:48/keys", "legal host"),
            ("https://[2001:db8::1]a.example/keys", "legal host"),
            ("https://id.example:+443/keys", "legal host"),
            ("https://id.example:65536/keys", ""),
            ("http://2130706433/keys", "legal host"),
            ("https://2130706433/keys", "legal host"),
            ("https://127.1/keys", "legal host"),
            ("https://0x7f.0.0.1/keys", "legal host"),
            ("https://127.0.0.0X1/keys", "legal host"),
            ("https://010.0.0.1/keys", "legal host"),
            ("https://10.0.0.1./keys", "legal host"),
            ("https://10.0.0.256/keys", "legal host"),
            ("https://id.example.7/keys", "legal host"),
        ] {
            let message = Address::parse(url, &PlainHttp::default()).expect_err(url);
            assert!(message.contains(reason) && message.contains(": "), "{url}: {message}");
            assert!(!message.contains("secret") && !message.contains('\n'), "{message}");
        }
    }

    #[test]
    fn http_is_for_loopback_and_where_it_was_allowed() {
        for url in ["http://localhost:1/k", "http://127.0.0.1:1/k", "http://127.9.9.9/k", "http://[::1]:1/k"]
        {
            assert!(Address::parse(url, &loopback()).is_ok(), "{url}");
            assert!(Address::parse(url, &PlainHttp::default()).is_err(), "{url}");
        }
        for url in [
            "http://id.example/k",
            "http://localhost.evil.example/k",
            "http://127.0.0.1.evil.example/k",
            "http://0.0.0.0/k",
            "http://10.0.0.1/k",
            "http://[::ffff:127.0.0.1]/k",
        ] {
            assert!(Address::parse(url, &loopback()).unwrap_err().contains("plain_http"), "{url}");
        }
    }

    #[test]
    fn http_is_for_a_host_that_was_named_and_for_no_host_like_it() {
        let named = hosts(&["keycloak", "id.auth.svc.cluster.local", "10.0.0.7", "[fd00::7]"]);
        for url in [
            "http://keycloak/k",
            "http://keycloak:8080/k",
            "http://KEYCLOAK:8080/k",
            "http://id.auth.svc.cluster.local/k",
            "http://10.0.0.7:8080/k",
            "http://[fd00::7]:8080/k",
            "https://anything.example/k",
        ] {
            assert!(Address::parse(url, &named).is_ok(), "{url}");
        }
        for url in [
            "http://keycloak2/k",
            "http://xkeycloak/k",
            "http://keycloak.evil.example/k",
            "http://evil.keycloak/k",
            "http://keycloak./k",
            "http://keycloak@evil.example/k",
            "http://evil.example/keycloak",
            "http://evil.example?keycloak",
            "http://svc.cluster.local/k",
            "http://10.0.0.70/k",
            "http://10.0.0.8/k",
            "http://localhost/k",
            "http://127.0.0.1/k",
            "http://[fd00::8]/k",
            "ftp://keycloak/k",
            "http:keycloak/k",
        ] {
            assert!(Address::parse(url, &named).is_err(), "{url}");
        }
    }

    #[test]
    fn what_is_named_is_a_host_and_nothing_more() {
        assert_eq!(hosts(&["keycloak", "id.svc", "10.0.0.7", "[::1]", "key_cloak"]).illegal_host(), None);
        for name in
            ["", " keycloak", "keycloak:8080", "http://keycloak", "keycloak/", "*", "*.svc", "[x]", "::1"]
        {
            assert_eq!(hosts(&["keycloak", name]).illegal_host(), Some(name));
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
                "https://a.b/c",
                "https://a.b/c/.well-known/openid-configuration",
                "https://a.b/.well-known/oauth-authorization-server/c",
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
            let Ok(Endpoint::Discovery { issuer: named, documents, .. }) =
                Endpoint::discovery(issuer, &PlainHttp::default())
            else {
                panic!("{issuer}")
            };
            let documents: Vec<_> = documents.iter().map(Address::as_str).collect();
            assert_eq!((named.as_str(), &*documents), (issuer, &[openid, oauth][..]));
        }
        for issuer in ["https://id.example?x=1", "http://id.example", "id.example", "https://u@id.example"] {
            assert!(Endpoint::discovery(issuer, &PlainHttp::default()).is_err(), "{issuer}");
        }
    }
}
