//! A query parameter (RFC 6750 section 2.3). A token needs no percent-encoding, so an encoded one is not a token.

use std::fmt;

use http::request::Parts;
use http::{HeaderMap, Uri};

use super::{PlaceReader, only};
use crate::location::{FoundCredential, LocationError};
use crate::token::TokenSource;

pub(super) struct Query<'p> {
    pub(super) name: &'p str,
}

impl PlaceReader for Query<'_> {
    fn problem(&self) -> Option<String> {
        let Self { name } = self;
        (name.is_empty() || !name.bytes().all(is_unreserved)).then(|| {
            format!("{name:?} is not a plain query parameter; expected a name such as `access_token`")
        })
    }

    fn find<'r>(&self, request: &'r Parts, _: usize) -> Result<FoundCredential<'r>, LocationError> {
        let pairs = request.uri.query().unwrap_or_default().split('&');
        let values =
            pairs.filter_map(|pair| Some(pair.strip_prefix(self.name)?.strip_prefix('=')?.as_bytes()));
        only(values.filter(|value| !value.is_empty()), TokenSource::QueryParameter)
    }

    fn mark_sensitive(&self, _: &mut HeaderMap) {}

    /// `Locations::strip_uri` removes all parameters at once.
    fn strip(&self, _: &mut HeaderMap) {}

    fn carry(&self, token: &str, request: &mut Parts) {
        let separator = if request.uri.query().is_some() { '&' } else { '?' };
        if let Ok(uri) = Uri::try_from(format!("{}{separator}{}={token}", request.uri, self.name)) {
            request.uri = uri;
        }
    }
}

impl fmt::Display for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query parameter `{}`", self.name)
    }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
