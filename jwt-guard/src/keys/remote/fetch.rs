//! One request for one document, by the HTTP client of the application's choice.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Fetches documents of issuers: one `GET`, without credentials.
///
/// [`HttpFetcher`](super::HttpFetcher) does it for most applications. Bring your own client to go through a proxy, to pin
/// certificates, or to test without a network.
///
/// The guard does not trust the response: it checks the status, the length of the body and every key. The
/// implementation must do what only a client can do:
///
/// 1. it follows **no redirect**, and sends no cookie and no credential;
/// 2. it checks the certificate of the server;
/// 3. it stops reading at [`KeyRequest::largest_body`], and decompresses nothing beyond it.
///
/// The guard ends a fetch after its [timeout](super::RemoteKeySettings::timeout) by dropping the future.
///
/// ```
/// use std::future::Future;
/// use std::pin::Pin;
///
/// use jwt_guard::keys::remote::{FetchKeys, KeyFetchError, KeyRequest, KeyResponse};
///
/// /// Answers with a document that never changes.
/// #[derive(Debug)]
/// struct Canned(&'static str);
///
/// impl FetchKeys for Canned {
///     fn get<'a>(
///         &'a self,
///         request: KeyRequest<'a>,
///     ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
///         Box::pin(async move {
///             match request.url() {
///                 "https://id.example/keys" => Ok(KeyResponse::new(200, self.0)),
///                 _ => Err(KeyFetchError::new("no route to the host")),
///             }
///         })
///     }
/// }
/// ```
pub trait FetchKeys: fmt::Debug + Send + Sync + 'static {
    /// Sends the request and reads the response.
    ///
    /// # Errors
    ///
    /// There is no response, or it is unreadable. Any status is a response.
    fn get<'a>(
        &'a self,
        request: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>>;
}

impl<F: FetchKeys + ?Sized> FetchKeys for Arc<F> {
    fn get<'a>(
        &'a self,
        request: KeyRequest<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<KeyResponse, KeyFetchError>> + Send + 'a>> {
        (**self).get(request)
    }
}

/// A request for a document.
#[derive(Clone, Copy, Debug)]
pub struct KeyRequest<'a> {
    pub(super) url: &'a str,
    pub(super) etag: Option<&'a str>,
    pub(super) largest_body: usize,
}

impl<'a> KeyRequest<'a> {
    /// The URL: https, or http on loopback in tests.
    #[must_use]
    pub fn url(&self) -> &'a str {
        self.url
    }

    /// The value of `If-None-Match` (RFC 9110 section 13.1.2).
    #[must_use]
    pub fn etag(&self) -> Option<&'a str> {
        self.etag
    }

    /// How many bytes of the body may be read.
    #[must_use]
    pub fn largest_body(&self) -> usize {
        self.largest_body
    }
}

/// The response.
#[derive(Clone, Debug)]
pub struct KeyResponse {
    pub(super) status: u16,
    pub(super) etag: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) body: Vec<u8>,
}

impl KeyResponse {
    /// A response with this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, etag: None, cache_control: None, body: body.into() }
    }

    /// The header `ETag`.
    #[must_use]
    pub fn with_etag(mut self, etag: impl Into<String>) -> Self {
        self.etag = Some(etag.into());
        self
    }

    /// The header `Cache-Control`.
    #[must_use]
    pub fn with_cache_control(mut self, cache_control: impl Into<String>) -> Self {
        self.cache_control = Some(cache_control.into());
        self
    }
}

/// Why there is no response.
#[derive(Debug)]
pub struct KeyFetchError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl KeyFetchError {
    /// A reason in words, for the log and for [`KeyStatus`](super::KeyStatus).
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for KeyFetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for KeyFetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
