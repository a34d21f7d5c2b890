//! A cookie: `name=value` pairs separated by `;` (RFC 6265 section 4.2.1).

use http::HeaderMap;
use http::header::COOKIE;

use super::{Found, LocationError, longer_than_a_list, only};
use crate::token::TokenSource;

pub(super) fn find<'r>(
    headers: &'r HeaderMap,
    name: &str,
    source: TokenSource,
) -> Result<Found<'r>, LocationError> {
    // HTTP/2 may split the cookies over several header lines.
    let lines = headers.get_all(COOKIE);
    if longer_than_a_list(lines.iter()) {
        return Err(LocationError::Malformed);
    }
    let pairs = lines.iter().flat_map(|line| line.as_bytes().split(|&byte| byte == b';'));
    let values = pairs.filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        (!value.is_empty()).then_some(value)
    });
    only(values, source)
}
