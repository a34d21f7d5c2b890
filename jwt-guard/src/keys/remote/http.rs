//! The HTTP client that fetches keys.

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

use super::RemoteKeySettings;
use super::fetch::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse};

/// The HTTP client of the guard: one `GET` over HTTP/1.1 and TLS by rustls.
///
/// It follows no redirect, sends no cookie and no credential, ignores the proxies of the environment, accepts no
/// compressed answer, and limits what it reads. It trusts the roots of the system, and those of
/// [`RemoteKeySettings::root_certificate`].
pub struct HttpFetcher {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
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
    /// One of the extra root certificates cannot be used.
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
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .retry_canceled_requests(false)
            .http1_max_buf_size(LARGEST_HEAD)
            .build(connector);
        Ok(Self { client, roots: number })
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
    fn a_root_that_is_no_certificate_is_refused() {
        let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let settings = RemoteKeySettings::new().root_certificate(text);
        assert!(HttpFetcher::new(&settings).unwrap_err().contains("cannot be used"));
    }

    #[test]
    fn what_is_shown_of_a_client_is_how_many_roots_it_has() {
        let fetcher = HttpFetcher::new(&RemoteKeySettings::new()).unwrap();
        assert_eq!(format!("{fetcher:?}"), format!("HttpFetcher {{ roots: {}, .. }}", fetcher.roots));
    }
}
