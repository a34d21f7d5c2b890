//! The `Authorization` header: `credentials = auth-scheme 1*SP token68` (RFC 9110 section 11.4, RFC 6750
//! section 2.1).

use std::fmt;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{PlaceReader, mark, set};
use crate::location::{FoundCredential, LocationError, is_tchar, is_token};
use crate::token::TokenSource;

pub(super) struct Authorization<'p> {
    pub(super) scheme: &'p str,
}

impl PlaceReader for Authorization<'_> {
    fn problem(&self) -> Option<String> {
        let Self { scheme } = self;
        (!is_token(scheme)).then(|| {
            format!("{scheme:?} is not an authentication scheme; expected one word such as `Bearer`")
        })
    }

    fn find<'r>(&self, request: &'r Parts, longest: usize) -> Result<FoundCredential<'r>, LocationError> {
        find(&request.headers, self.scheme, longest)
    }

    fn mark_sensitive(&self, headers: &mut HeaderMap) {
        mark(headers, &AUTHORIZATION);
    }

    fn strip(&self, headers: &mut HeaderMap) {
        headers.remove(AUTHORIZATION);
    }

    fn carry(&self, token: &str, request: &mut Parts) {
        set(&mut request.headers, AUTHORIZATION, format!("{} {token}", self.scheme));
    }
}

impl fmt::Display for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`Authorization: {}`", self.scheme)
    }
}

#[inline]
pub(in crate::location) fn find<'r>(
    headers: &'r HeaderMap,
    scheme: &str,
    longest: usize,
) -> Result<FoundCredential<'r>, LocationError> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(FoundCredential::Nothing) };
    // Most requests have this header once.
    if headers.len() > headers.keys_len() && headers.get_all(AUTHORIZATION).iter().nth(1).is_some() {
        return Err(LocationError::Ambiguous);
    }
    let value = value.as_bytes();
    // The usual spelling.
    if let Some([b' ', token @ ..]) = value.strip_prefix(scheme.as_bytes())
        && token.first().is_some_and(|&byte| byte != b' ')
    {
        return Ok(FoundCredential::Token(token, TokenSource::AuthorizationHeader));
    }
    read(value, scheme, longest, TokenSource::AuthorizationHeader)
}

/// Reads other spellings and schemes. Out of line, so that the usual header is read in few instructions.
#[inline(never)]
pub(super) fn read<'r>(
    value: &'r [u8],
    scheme: &str,
    longest: usize,
    source: TokenSource,
) -> Result<FoundCredential<'r>, LocationError> {
    if value.trim_ascii().is_empty() {
        return Ok(FoundCredential::Nothing);
    }
    let head = value.get(..longest).unwrap_or(value);
    let end = head.iter().position(|&byte| byte == b' ').unwrap_or(head.len());
    let (found, rest) = value.split_at(end);
    if !found.eq_ignore_ascii_case(scheme.as_bytes()) {
        if found.is_empty() || !found.iter().copied().all(is_tchar) {
            return Err(LocationError::Malformed);
        }
        // A word of three parts is a token without a scheme. By the grammar it is a scheme; but then its sender would
        // be anonymous on open routes, without learning why.
        let forgotten = rest.is_empty() && found.iter().filter(|&&byte| byte == b'.').count() == 2;
        return if forgotten { Err(LocationError::Malformed) } else { Ok(FoundCredential::OtherScheme) };
    }
    let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
    let (_, token) = rest.split_at(spaces);
    // A scheme alone is legal, but not credentials: `auth-scheme [ 1*SP ( token68 / .. ) ]` (RFC 9110 section 11.4).
    if token.is_empty() { Ok(FoundCredential::Nothing) } else { Ok(FoundCredential::Token(token, source)) }
}
