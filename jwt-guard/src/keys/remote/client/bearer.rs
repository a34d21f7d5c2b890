//! The token for servers that publish keys to known clients only.

use std::path::{Path, PathBuf};

use http::{HeaderValue, Uri};

use crate::keys::remote::endpoint::{Address, PlainHttp};

/// A file with a bearer token, and the only origins to which it goes.
#[derive(Clone)]
pub(super) struct Bearer {
    pub(super) file: PathBuf,
    /// As configured.
    pub(super) origins: Vec<String>,
}

/// A scheme, a host and a port (RFC 6454 section 4).
#[derive(Debug, PartialEq, Eq)]
struct BearerOrigin {
    scheme: String,
    host: String,
    port: u16,
}

/// No token is longer, and a file that is, is another one.
const LONGEST_TOKEN: u64 = 16 * 1024;

impl Bearer {
    pub(super) fn new<O: Into<String>>(file: impl AsRef<Path>, origins: impl IntoIterator<Item = O>) -> Self {
        Self { file: file.as_ref().to_owned(), origins: origins.into_iter().map(Into::into).collect() }
    }

    /// A sentence for each invalid part.
    pub(super) fn problems(&self) -> Vec<String> {
        let illegal = self.origins.iter().filter(|origin| BearerOrigin::configured(origin).is_none());
        let mut problems: Vec<_> = illegal
            .map(|origin| {
                format!(
                    "the origin {} of `bearer_file` is not one to which a token may go; expected `https://HOST` or \
                     `https://HOST:PORT`, without a path",
                    crate::keys::error::quoted(origin)
                )
            })
            .collect();
        if self.origins.is_empty() {
            problems.push(
                "`bearer_file` names no origin, so its token would never be sent; expected those of the key server, such \
                 as `https://kubernetes.default.svc`"
                    .to_owned(),
            );
        }
        problems
    }

    /// Whether the token may go to this address.
    pub(super) fn is_for(&self, url: &str) -> bool {
        let asked = url.parse().ok().and_then(|uri| BearerOrigin::of(&uri));
        asked.is_some_and(|asked| {
            self.origins.iter().any(|ours| BearerOrigin::configured(ours).as_ref() == Some(&asked))
        })
    }

    /// `Authorization`, with the token that the file has now: such files rotate.
    ///
    /// # Errors
    ///
    /// Why there is no token, without what was found.
    pub(super) async fn authorization(&self) -> Result<HeaderValue, String> {
        let file = self.file.clone();
        // The file may be on a network.
        let read = tokio::task::spawn_blocking(move || read(&file)).await;
        read.unwrap_or_else(|_| Err("the task that reads it was broken off".to_owned()))
            .map_err(|reason| format!("the token of `bearer_file` {}: {reason}", self.file.display()))
    }
}

fn read(file: &Path) -> Result<HeaderValue, String> {
    use std::io::Read as _;

    use zeroize::Zeroizing;

    let mut text = Zeroizing::new(Vec::new());
    let opened = std::fs::File::open(file);
    let read = opened.and_then(|file| file.take(LONGEST_TOKEN.saturating_add(1)).read_to_end(&mut text));
    read.map_err(|error| error.to_string())?;
    let token = text.trim_ascii_end();
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    if token.is_empty() || token.len() as u64 > LONGEST_TOKEN || !token.iter().all(is_token) {
        return Err("expected one token in a line, of at most 16 KiB (RFC 6750 section 2.1)".to_owned());
    }
    let value = Zeroizing::new([b"Bearer ", token].concat());
    let mut value = HeaderValue::from_bytes(&value).map_err(|_| "it is not a token".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

impl BearerOrigin {
    /// The origin of the configuration. Without TLS it is this machine, which the token then does not leave.
    fn configured(text: &str) -> Option<Self> {
        Address::parse(text, &PlainHttp { loopback: true, hosts: Vec::new() }).ok()?;
        let uri: Uri = text.parse().ok()?;
        let is_bare = uri.path().trim_start_matches('/').is_empty() && uri.query().is_none();
        if is_bare { Self::of(&uri) } else { None }
    }

    fn of(uri: &Uri) -> Option<Self> {
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let usual = if scheme == "https" { 443 } else { 80 };
        let host = uri.host()?.to_ascii_lowercase();
        Some(Self { port: uri.port_u16().unwrap_or(usual), scheme, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(origins: &[&str]) -> Bearer {
        Bearer::new("/nowhere/token", origins.iter().copied())
    }

    #[test]
    fn a_token_has_at_most_16_kib_and_no_other_characters() {
        let file = std::env::temp_dir().join(format!("jwt-guard-longest-bearer-{}", std::process::id()));
        for (text, is_token) in [
            ("a".repeat(16_384), true),
            ("a".repeat(16_384) + "\n", true),
            ("a".repeat(16_385), false),
            ("a".repeat(20_000), false),
            ("aB9-._~+/=".to_owned(), true),
            (String::new(), false),
            ("\n".to_owned(), false),
            ("a b".to_owned(), false),
            ("a\nb".to_owned(), false),
        ] {
            std::fs::write(&file, &text).unwrap();
            let value = read(&file);
            assert_eq!(value.is_ok(), is_token, "{} bytes", text.len());
            assert!(value.is_err() || value.is_ok_and(|value| value.is_sensitive()));
        }
        std::fs::remove_file(&file).unwrap();
        assert!(read(&file).is_err());
    }

    #[test]
    fn a_token_goes_to_its_origins_and_to_no_other() {
        let ours = bearer(&["https://kubernetes.default.svc", "https://10.0.0.1:6443/"]);
        assert_eq!(ours.problems(), [""; 0]);
        for url in [
            "https://kubernetes.default.svc/openid/v1/jwks",
            "https://kubernetes.default.svc:443/openid/v1/jwks",
            "HTTPS://Kubernetes.Default.SVC/openid/v1/jwks",
            "https://10.0.0.1:6443/openid/v1/jwks?a=b",
        ] {
            assert!(ours.is_for(url), "{url}");
        }
        for url in [
            "http://kubernetes.default.svc/openid/v1/jwks",
            "http://kubernetes.default.svc:443/openid/v1/jwks",
            "https://kubernetes.default.svc:6443/openid/v1/jwks",
            "https://kubernetes.default.svc.evil.example/openid/v1/jwks",
            "https://evil.example/https://kubernetes.default.svc",
            "https://kubernetes.default.svc@evil.example/",
            "https://xkubernetes.default.svc/",
            "https://kubernetes.default/",
            "https://10.0.0.1/openid/v1/jwks",
            "https://10.0.0.10:6443/",
            "",
            "kubernetes.default.svc",
        ] {
            assert!(!ours.is_for(url), "{url}");
        }
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        assert!(bearer(&[]).problems()[0].contains("names no origin"));
        for origin in [
            "",
            "kubernetes.default.svc",
            "https://",
            "http://kubernetes.default.svc",
            "https://kubernetes.default.svc/openid",
            "https://kubernetes.default.svc?x",
            "https://u:p@kubernetes.default.svc",
            "https://*.svc",
            "*",
        ] {
            let found = bearer(&["https://id.example", origin]).problems();
            assert!(found.len() == 1 && found[0].contains("expected `https://HOST`"), "{origin}: {found:?}");
        }
        assert_eq!(bearer(&["http://localhost:1", "http://127.0.0.1:1"]).problems(), [""; 0]);
    }
}
