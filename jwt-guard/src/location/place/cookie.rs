//! A cookie: `name=value` pairs separated by `;` (RFC 6265 section 4.2.1).

use std::fmt;

use http::HeaderMap;
use http::header::COOKIE;
use http::request::Parts;

use super::{PlaceReader, keep_members, longer_than_a_list, mark, set};
use crate::location::{FoundCredential, LocationError, is_token};
use crate::token::TokenSource;

pub(super) struct Cookie<'p> {
    pub(super) name: &'p str,
    pub(super) source: TokenSource,
}

impl PlaceReader for Cookie<'_> {
    fn problem(&self) -> Option<String> {
        let Self { name, source } = self;
        // The cookie of a session is checked with its settings.
        (*source == TokenSource::Cookie && !is_token(name))
            .then(|| format!("{name:?} is not a cookie name; expected a name such as `access_token`"))
    }

    fn find<'r>(&self, request: &'r Parts, _: usize) -> Result<FoundCredential<'r>, LocationError> {
        find(&request.headers, self.name, self.source)
    }

    fn mark_sensitive(&self, headers: &mut HeaderMap) {
        mark(headers, &COOKIE);
    }

    fn strip(&self, headers: &mut HeaderMap) {
        keep_members(headers, COOKIE, b';', |pairs| without_cookie(pairs, self.name));
    }

    fn carry(&self, token: &str, request: &mut Parts) {
        set(&mut request.headers, COOKIE, format!("{}={token}", self.name));
    }
}

impl fmt::Display for Cookie<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = if self.source == TokenSource::Session { "session " } else { "" };
        write!(f, "{session}cookie `{}`", self.name)
    }
}

fn find<'r>(
    headers: &'r HeaderMap,
    name: &str,
    source: TokenSource,
) -> Result<FoundCredential<'r>, LocationError> {
    if longer_than_a_list(headers.get_all(COOKIE).iter()) {
        return Err(LocationError::Malformed);
    }
    let mut values = values(headers, name);
    let Some(first) = values.next() else { return Ok(FoundCredential::Nothing) };
    if values.all(|other| other == first) {
        Ok(FoundCredential::Token(first, source))
    } else {
        Err(LocationError::UnequalCookies)
    }
}

/// The non-empty values of a cookie. HTTP/2 may split the cookies over several header lines.
pub(in crate::location) fn values<'r>(headers: &'r HeaderMap, name: &str) -> impl Iterator<Item = &'r [u8]> {
    let pairs =
        headers.get_all(COOKIE).into_iter().flat_map(|line| line.as_bytes().split(|&byte| byte == b';'));
    pairs.filter_map(move |pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        (!value.is_empty()).then_some(value)
    })
}

fn without_cookie(mut pairs: Vec<Vec<u8>>, name: &str) -> Vec<Vec<u8>> {
    pairs.retain(|pair| {
        let ours = pair.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"="));
        !ours
    });
    pairs
}
