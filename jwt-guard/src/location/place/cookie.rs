//! A cookie: `name=value` pairs separated by `;` (RFC 6265 section 4.2.1).

use http::HeaderMap;
use http::header::COOKIE;

use super::{Found, LocationError, longer_than_a_list};
use crate::token::TokenSource;

pub(super) fn find<'r>(
    headers: &'r HeaderMap,
    name: &str,
    source: TokenSource,
) -> Result<Found<'r>, LocationError> {
    if longer_than_a_list(headers.get_all(COOKIE).iter()) {
        return Err(LocationError::Malformed);
    }
    let mut values = values(headers, name);
    let Some(first) = values.next() else { return Ok(Found::Nothing) };
    if values.all(|other| other == first) {
        Ok(Found::Token(first, source))
    } else {
        Err(LocationError::UnequalCookies)
    }
}

/// The values of a cookie that are not empty. HTTP/2 may split the cookies over several header lines.
pub(super) fn values<'r>(headers: &'r HeaderMap, name: &str) -> impl Iterator<Item = &'r [u8]> {
    let pairs =
        headers.get_all(COOKIE).into_iter().flat_map(|line| line.as_bytes().split(|&byte| byte == b';'));
    pairs.filter_map(move |pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        (!value.is_empty()).then_some(value)
    })
}
