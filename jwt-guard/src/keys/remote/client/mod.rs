//! The HTTP client that fetches keys.

mod bearer;
mod connector;
mod proxy;
mod settings;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as provider;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring as provider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use self::bearer::Bearer;
use self::connector::Connector;
pub(super) use self::settings::ClientSettings;
use super::RemoteKeySettings;
use super::fetch::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse};

/// The client where the application gives none.
pub(crate) fn usual_fetcher(settings: &RemoteKeySettings) -> Result<Arc<dyn FetchKeys>, String> {
    HttpFetcher::new(settings).map(|fetcher| Arc::new(fetcher) as Arc<dyn FetchKeys>)
}

/// The HTTP client of the guard: one `GET` over HTTP/1.1 and TLS by rustls.
///
/// It follows no redirect, sends no cookie and no credential but that of [`RemoteKeySettings::bearer_file`],
/// ignores the proxies of the environment, accepts no compressed answer, and limits what it reads. It trusts
/// the roots of the system, and those of [`RemoteKeySettings::root_certificate`].
pub struct HttpFetcher {
    client: Client<HttpsConnector<Connector>, Empty<Bytes>>,
    bearer: Option<Bearer>,
    /// Without one, https is impossible, and the message says so.
    roots: usize,
}

/// Key servers send some twenty headers. hyper reads at least 8 KiB ahead.
const LARGEST_HEAD: usize = 32 * 1024;

impl HttpFetcher {
    /// A client with the limits and the roots of the settings.
    ///
    /// # Errors
    ///
    /// One of the extra root certificates cannot be used, or the proxy is not one.
    pub fn new(settings: &RemoteKeySettings) -> Result<Self, String> {
        let roots = roots(settings)?;
        let number = roots.len();
        let tls = ClientConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("the crypto backend cannot speak TLS: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(settings.connect_timeout));
        // `Address` has already decided which addresses may be http.
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(Connector::new(tcp, settings.client.proxy()?));
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .retry_canceled_requests(false)
            .http1_max_buf_size(LARGEST_HEAD)
            .build(connector);
        Ok(Self { client, bearer: settings.client.bearer.clone(), roots: number })
    }

    async fn send(&self, asked: KeyRequest<'_>) -> Result<KeyResponse, KeyFetchError> {
        if self.roots == 0 && !asked.url().starts_with("http:") {
            return Err(KeyFetchError::new(
                "this system has no root certificates: install them (the package is often called ca-certificates), or \
                 give one with `RemoteKeySettings::root_certificate`",
            ));
        }
        let mut request = Request::get(asked.url())
            .header(header::ACCEPT, "application/json, application/jwk-set+json")
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::USER_AGENT, concat!("jwt-guard/", env!("CARGO_PKG_VERSION")));
        if let Some(etag) = asked.etag() {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(bearer) = self.bearer.as_ref().filter(|bearer| bearer.is_for(asked.url())) {
            let token = bearer.authorization().await.map_err(KeyFetchError::new)?;
            request = request.header(header::AUTHORIZATION, token);
        }
        let request = request
            .body(Empty::new())
            .map_err(|error| KeyFetchError::new("the request cannot be written").because(error))?;
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| KeyFetchError::new("no answer").because(error))?;
        read(response, asked.largest_body()).await
    }
}

/// Reads the parts that are used. The body is read only for status 200.
async fn read(response: Response<Incoming>, largest_body: usize) -> Result<KeyResponse, KeyFetchError> {
    let (head, body) = response.into_parts();
    let value = |name: HeaderName| text(&head.headers, name);
    let status = head.status.as_u16();
    let encoding = value(header::CONTENT_ENCODING);
    if let Some(encoding) = encoding.filter(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        let encoding = crate::keys::error::quoted(&encoding);
        return Err(KeyFetchError::new(format!(
            "the answer is compressed ({encoding}), which was not asked for"
        )));
    }
    let body = if status == 200 {
        Limited::new(body, largest_body).collect().await
    } else {
        return Ok(bare(status, &value));
    };
    let body = body.map_err(|error| match error.downcast::<LengthLimitError>() {
        Ok(_) => KeyFetchError::new(format!("the answer is longer than {largest_body} bytes")),
        Err(error) => KeyFetchError::new("the answer breaks off").because(error),
    })?;
    Ok(KeyResponse { body: body.to_bytes().into(), ..bare(status, &value) })
}

fn bare(status: u16, value: &impl Fn(HeaderName) -> Option<String>) -> KeyResponse {
    KeyResponse {
        status,
        etag: value(header::ETAG),
        cache_control: value(header::CACHE_CONTROL),
        body: Vec::new(),
    }
}

/// A header, its lines joined (RFC 9110 section 5.3); a header that is not text counts as absent.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let lines: Vec<_> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// The readable roots of the system, and those of the settings.
fn roots(settings: &RemoteKeySettings) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in settings.certificates().unwrap_or_default() {
        roots
            .add(CertificateDer::from(certificate))
            .map_err(|error| format!("a root certificate for remote keys cannot be used: {error}"))?;
    }
    Ok(roots)
}

impl FetchKeys for HttpFetcher {
    fn get<'a>(
        &'a self,
        request: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        Box::pin(self.send(request))
    }
}

impl fmt::Debug for HttpFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFetcher").field("roots", &self.roots).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_roots_https_is_not_tried_and_the_message_says_what_to_install() {
        let fetcher = HttpFetcher { roots: 0, ..HttpFetcher::new(&RemoteKeySettings::new()).unwrap() };
        let asked = KeyRequest { url: "https://localhost:1/keys", etag: None, largest_body: 1024 };
        let error = fetcher.get(asked).await.unwrap_err().to_string();
        assert!(error.contains("ca-certificates") && error.contains("root_certificate"), "{error}");
    }

    #[test]
    fn a_root_that_is_not_a_certificate_is_refused() {
        let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let settings = RemoteKeySettings::new().root_certificate(text);
        assert!(HttpFetcher::new(&settings).unwrap_err().contains("cannot be used"));
    }

    #[test]
    fn what_is_shown_of_a_client_is_how_many_roots_it_has() {
        let fetcher = HttpFetcher::new(&RemoteKeySettings::new()).unwrap();
        assert_eq!(format!("{fetcher:?}"), format!("HttpFetcher {{ roots: {}, .. }}", fetcher.roots));
    }

    /// A server on loopback that answers each request with this text, and the heads that it got.
    async fn server(answer: &'static str) -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (heads, got) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else { break };
                    head.push(byte);
                }
                heads.send(String::from_utf8(head).unwrap().to_ascii_lowercase()).unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        (port, got)
    }

    const EMPTY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

    async fn get(settings: &RemoteKeySettings, url: &str) -> Result<KeyResponse, String> {
        assert_eq!(settings.problems(), [""; 0]);
        let fetcher = HttpFetcher { roots: 1, ..HttpFetcher::new(settings).unwrap() };
        let asked = KeyRequest { url, etag: None, largest_body: 1024 };
        fetcher.get(asked).await.map_err(|error| crate::causes::with_causes(&error))
    }

    #[tokio::test]
    async fn a_bearer_token_goes_to_its_origin_only_and_is_read_at_each_fetch() {
        let file = std::env::temp_dir().join(format!("jwt-guard-bearer-{}", std::process::id()));
        let ((ours, mut seen), (other, mut seen_elsewhere)) = (server(EMPTY).await, server(EMPTY).await);
        let settings = RemoteKeySettings::new().bearer_file(&file, [format!("http://localhost:{ours}")]);
        for token in ["first", "second"] {
            std::fs::write(&file, format!("{token}\n")).unwrap();
            get(&settings, &format!("http://localhost:{ours}/keys")).await.unwrap();
            assert!(seen.recv().await.unwrap().contains(&format!("\r\nauthorization: bearer {token}\r\n")));
        }
        // Another port, and another name of the same machine.
        get(&settings, &format!("http://localhost:{other}/keys")).await.unwrap();
        assert!(!seen_elsewhere.recv().await.unwrap().contains("authorization"));
        get(&settings, &format!("http://127.0.0.1:{ours}/keys")).await.unwrap();
        assert!(!seen.recv().await.unwrap().contains("authorization"));
        // What is not a token is not sent, and the message does not show it.
        for text in ["", "\n", "two words", "a\r\nx: y", "\u{e9}"] {
            std::fs::write(&file, text).unwrap();
            let error = get(&settings, &format!("http://localhost:{ours}/keys")).await.unwrap_err();
            assert!(error.contains("bearer_file") && error.contains("expected one token"), "{error}");
            assert!(!error.contains("words"), "{error}");
        }
        std::fs::remove_file(&file).unwrap();
        assert!(
            get(&settings, &format!("http://localhost:{ours}/keys"))
                .await
                .unwrap_err()
                .contains("bearer_file")
        );
        assert!(seen.try_recv().is_err(), "nothing was asked without the token");
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_the_bearer_token_stays() {
        let file = std::env::temp_dir().join(format!("jwt-guard-redirect-{}", std::process::id()));
        std::fs::write(&file, "token").unwrap();
        let (ours, _seen) =
            server("HTTP/1.1 302 Found\r\nlocation: http://localhost:1/\r\ncontent-length: 0\r\n\r\n").await;
        let origins = [format!("http://localhost:{ours}"), "http://localhost:1".to_owned()];
        let settings = RemoteKeySettings::new().bearer_file(&file, origins);
        assert_eq!(get(&settings, &format!("http://localhost:{ours}/keys")).await.unwrap().status, 302);
        std::fs::remove_file(&file).unwrap();
    }

    #[tokio::test]
    async fn https_goes_through_the_proxy_with_its_login_and_plain_http_does_not() {
        let (proxy, mut seen) = server("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
        let (plain, mut seen_plain) = server(EMPTY).await;
        let file = std::env::temp_dir().join(format!("jwt-guard-proxy-{}", std::process::id()));
        std::fs::write(&file, "token").unwrap();
        let url = format!("http://Aladdin:open%20sesame@127.0.0.1:{proxy}");
        let settings = RemoteKeySettings::new().proxy(url).bearer_file(&file, ["https://id.invalid"]);
        // The name has no address: only the proxy could know one.
        let error = get(&settings, "https://id.invalid/keys").await.unwrap_err();
        assert!(error.contains("through the proxy") && error.contains("authorization required"), "{error}");
        let head = seen.recv().await.unwrap();
        assert!(head.starts_with("connect id.invalid:443 http/1.1\r\n"), "{head}");
        assert!(head.contains("proxy-authorization: basic qwxhzgrpbjpvcgvuihnlc2ftzq=="), "{head}");
        assert!(!head.contains("bearer") && !head.contains("/keys"), "{head}");
        get(&settings, &format!("http://localhost:{plain}/keys")).await.unwrap();
        assert!(!seen_plain.recv().await.unwrap().contains("authorization"));
        assert!(seen.try_recv().is_err());
        assert!(!format!("{settings:?}").contains("sesame"));
        std::fs::remove_file(&file).unwrap();
    }
}
