//! The sub-protocol list of a WebSocket handshake (RFC 6455 section 4.1, RFC 8441): the member after ours is the
//! token.

use std::fmt;

use http::header::{CONNECTION, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method};

use super::{PlaceReader, keep_members, longer_than_a_list, mark, only, set};
use crate::location::{FoundCredential, LocationError, is_token};
use crate::token::TokenSource;

pub(super) struct WebSocketProtocol<'p> {
    pub(super) name: &'p str,
}

impl PlaceReader for WebSocketProtocol<'_> {
    fn problem(&self) -> Option<String> {
        let Self { name } = self;
        (!is_token(name)).then(|| format!("{name:?} is not a sub-protocol; expected a name such as `bearer`"))
    }

    fn find<'r>(&self, request: &'r Parts, _: usize) -> Result<FoundCredential<'r>, LocationError> {
        find(request, self.name)
    }

    fn mark_sensitive(&self, headers: &mut HeaderMap) {
        mark(headers, &SEC_WEBSOCKET_PROTOCOL);
    }

    fn strip(&self, headers: &mut HeaderMap) {
        keep_members(headers, SEC_WEBSOCKET_PROTOCOL, b',', |list| without_the_one_after(list, self.name));
    }

    fn carry(&self, token: &str, request: &mut Parts) {
        let headers = &mut request.headers;
        set(headers, CONNECTION, "upgrade".to_owned());
        set(headers, UPGRADE, "websocket".to_owned());
        set(headers, SEC_WEBSOCKET_PROTOCOL, format!("{}, {token}", self.name));
    }
}

impl fmt::Display for WebSocketProtocol<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sub-protocol `{}`", self.name)
    }
}

fn find<'r>(request: &'r Parts, name: &str) -> Result<FoundCredential<'r>, LocationError> {
    if !is_handshake(request) {
        return Ok(FoundCredential::Nothing);
    }
    let lines = request.headers.get_all(SEC_WEBSOCKET_PROTOCOL);
    if longer_than_a_list(lines.iter()) {
        return Err(LocationError::Malformed);
    }
    let members = lines.iter().flat_map(|line| line.as_bytes().split(|&byte| byte == b','));
    let mut members = members.map(<[u8]>::trim_ascii);
    let mut tokens = Vec::new();
    while let Some(member) = members.next() {
        if member == name.as_bytes() {
            tokens.extend(members.next().filter(|token| !token.is_empty()));
        }
    }
    only(tokens.into_iter(), TokenSource::WebSocketProtocol)
}

/// Whether the request opens a WebSocket: an upgrade on HTTP/1.1, an extended CONNECT on HTTP/2.
fn is_handshake(request: &Parts) -> bool {
    let upgrades = |headers: &HeaderMap| {
        headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
    };
    request.method == Method::CONNECT || upgrades(&request.headers)
}

/// The sub-protocol itself stays, because the handshake answers with it; at the end of the list, where it is
/// followed by no member that would be the token of another guard.
fn without_the_one_after(list: Vec<Vec<u8>>, name: &str) -> Vec<Vec<u8>> {
    let mut follows = false;
    let mut kept = list;
    // An empty member of a list counts for nothing (RFC 9110 section 5.6.1).
    kept.retain(|member| !member.is_empty());
    let is_named = kept.iter().any(|member| member == name.as_bytes());
    kept.retain(|member| {
        let is_name = member == name.as_bytes();
        let is_token = std::mem::replace(&mut follows, is_name);
        !is_token && !is_name
    });
    kept.extend(is_named.then(|| name.as_bytes().to_vec()));
    kept
}
