//! A query parameter (RFC 6750 section 2.3). A token needs no percent-encoding, so an encoded one is no token.

use http::Uri;

use super::{Found, LocationError, only};
use crate::token::TokenSource;

pub(super) fn find<'r>(uri: &'r Uri, name: &str) -> Result<Found<'r>, LocationError> {
    let pairs = uri.query().unwrap_or_default().split('&');
    let values = pairs.filter_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.as_bytes()));
    let values = values.filter(|value| !value.is_empty());
    only(values, TokenSource::QueryParameter)
}
