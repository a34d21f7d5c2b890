//! The proxy through which keys are fetched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;

use crate::keys::remote::host::is_host_and_port;
use crate::secret::Secret;

/// A proxy that takes `CONNECT` (RFC 9110 section 9.3.6).
pub(super) struct Proxy {
    /// Without user and password.
    pub(super) address: Uri,
    /// `Proxy-Authorization`, with the user and the password of the URL (RFC 7617).
    pub(super) authorization: Option<HeaderValue>,
}

/// What is wrong with a URL, which is not shown: it may have a password.
const EXPECTED: &str = "the proxy of remote keys is not a URL of a proxy; expected `http://HOST:PORT`, or \
                        `http://USER:PASSWORD@HOST:PORT` with every character of both that is not a letter or a digit as `%xx`";

impl Proxy {
    pub(super) fn parse(url: &Secret) -> Result<Self, String> {
        let read = || {
            let url = std::str::from_utf8(url.expose()).ok()?;
            let rest = url.strip_prefix("http://")?;
            let rest = rest.strip_suffix('/').unwrap_or(rest);
            let (user, place) = match rest.split_once('@') {
                Some((user, place)) => (Some(user), place),
                None => (None, rest),
            };
            let address: Uri = format!("http://{place}/").parse().ok()?;
            let authority = address.authority().filter(|authority| authority.as_str() == place)?;
            let is_legal = is_host_and_port(authority) && address.path() == "/" && address.query().is_none();
            let authorization = match user {
                Some(user) => Some(authorization(user)?),
                None => None,
            };
            is_legal.then_some(Self { address, authorization })
        };
        read().ok_or_else(|| EXPECTED.to_owned())
    }
}

fn authorization(user: &str) -> Option<HeaderValue> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let mut login: Vec<u8> = percent_decode_str(name).collect();
    if login.is_empty() || login.contains(&b':') {
        return None;
    }
    login.push(b':');
    login.extend(percent_decode_str(password));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(login))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Result<(String, Option<String>), String> {
        let proxy = Proxy::parse(&Secret::from(url))?;
        let authorization = proxy.authorization.map(|value| value.to_str().unwrap().to_owned());
        Ok((proxy.address.to_string(), authorization))
    }

    #[test]
    fn a_proxy_is_a_host_with_or_without_a_login() {
        let at = |address: &str, login: Option<&str>| Ok((address.to_owned(), login.map(str::to_owned)));
        assert_eq!(parsed("http://proxy.corp:3128"), at("http://proxy.corp:3128/", None));
        assert_eq!(parsed("http://10.0.0.1:3128/"), at("http://10.0.0.1:3128/", None));
        assert_eq!(parsed("http://[fd00::1]:3128"), at("http://[fd00::1]:3128/", None));
        assert_eq!(parsed("http://proxy"), at("http://proxy/", None));
        // RFC 7617 section 2.
        let aladdin = Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(parsed("http://Aladdin:open%20sesame@proxy:1"), at("http://proxy:1/", aladdin));
        assert_eq!(parsed("http://a:p%40%3A%2F@proxy:1"), at("http://proxy:1/", Some("Basic YTpwQDov")));
        assert_eq!(parsed("http://a@proxy:1"), at("http://proxy:1/", Some("Basic YTo=")));
    }

    #[test]
    fn what_is_not_a_proxy_is_refused_and_not_shown() {
        for url in [
            "",
            "proxy:3128",
            "https://user:hunter2@proxy:3128",
            "socks5://user:hunter2@proxy:1080",
            "http://",
            "http://user:hunter2@",
            "http://:hunter2@proxy",
            "http://us%3Aer:hunter2@proxy",
            "http://proxy:3128/hunter2",
            "http://proxy:3128?hunter2",
            "http://proxy:3128#hunter2",
            "http://proxy:",
            "http://proxy:port",
            "http://proxy:+3128",
            "http://[fd00::1]proxy:3128",
            "http://user:hunter2@evil@proxy",
            "http://a b:3128",
            "http://proxy\r\nx: hunter2",
        ] {
            let error = parsed(url).expect_err(url);
            assert!(error.contains("http://HOST:PORT") && !error.contains("hunter2"), "{url}: {error}");
        }
    }
}
