//! The sub-protocol list of a WebSocket handshake (RFC 6455 section 4.1, RFC 8441): the member after ours is the
//! token.

use http::header::{SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method};

use super::{Found, LocationError, longer_than_a_list, only};
use crate::token::TokenSource;

pub(super) fn find<'r>(request: &'r Parts, name: &str) -> Result<Found<'r>, LocationError> {
    if !is_handshake(request) {
        return Ok(Found::Nothing);
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
