//! Taking the token out of a request, for services that must not pass it on.

use http::header::{AUTHORIZATION, COOKIE, HeaderName, SEC_WEBSOCKET_PROTOCOL};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri};

use super::{Locations, Place};

impl Locations {
    /// Removes whatever a location of this guard could read. Other cookies, sub-protocols and parameters stay.
    pub(crate) fn strip(&self, headers: &mut HeaderMap, uri: &mut Uri) {
        for place in &self.places {
            match place {
                Place::Authorization { .. } => drop(headers.remove(AUTHORIZATION)),
                Place::Header { name } | Place::SessionHeader { name } => drop(headers.remove(name.as_str())),
                Place::Cookie { name } | Place::Session { name } => {
                    keep_members(headers, COOKIE, b';', |pairs| without_cookie(pairs, name));
                }
                Place::WebSocketProtocol { name } => {
                    keep_members(headers, SEC_WEBSOCKET_PROTOCOL, b',', |list| {
                        without_the_one_after(list, name)
                    });
                }
                Place::Query { name } => {
                    if let Some(rest) = without_parameter(uri, name) {
                        *uri = rest;
                    }
                }
            }
        }
    }
}

/// Replaces all lines of a list header by one with the members that `keep` leaves.
fn keep_members(
    headers: &mut HeaderMap,
    name: HeaderName,
    separator: u8,
    keep: impl Fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
) {
    let lines = headers.get_all(&name).iter();
    let members = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == separator));
    let kept = keep(members.map(|member| member.trim_ascii().to_vec()).collect());
    let joined = kept.join([separator, b' '].as_slice());
    match HeaderValue::from_bytes(&joined) {
        Ok(value) if !joined.is_empty() => drop(headers.insert(name, value)),
        _ => drop(headers.remove(name)),
    }
}

fn without_cookie(mut pairs: Vec<Vec<u8>>, name: &str) -> Vec<Vec<u8>> {
    pairs.retain(|pair| {
        let ours = pair.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.starts_with(b"="));
        !ours
    });
    pairs
}

/// The sub-protocol itself stays: the handshake answers with it.
fn without_the_one_after(list: Vec<Vec<u8>>, name: &str) -> Vec<Vec<u8>> {
    let mut follows = false;
    let mut kept = list;
    kept.retain(|member| {
        let token = std::mem::replace(&mut follows, member == name.as_bytes());
        !token
    });
    kept
}

fn without_parameter(uri: &Uri, name: &str) -> Option<Uri> {
    let pairs = uri.query()?.split('&');
    let kept: Vec<_> =
        pairs.filter(|pair| !pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))).collect();
    let target =
        if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::request::Parts;

    use super::super::{Conflict, TokenLocation};
    use super::*;

    fn stripped(place: TokenLocation, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut builder = Request::get(uri);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let mut parts = builder.body(()).unwrap().into_parts().0;
        Locations { places: vec![place.0], conflict: Conflict::Refuse, longest: 100 }
            .strip(&mut parts.headers, &mut parts.uri);
        parts
    }

    #[test]
    fn the_header_is_removed() {
        let parts = stripped(TokenLocation::bearer(), "/", &[("authorization", "Bearer a.b.c"), ("x", "1")]);
        assert_eq!(parts.headers.len(), 1);
        let parts = stripped(TokenLocation::header("X-Api-Key"), "/", &[("x-api-key", "a.b.c")]);
        assert!(parts.headers.is_empty());
    }

    #[test]
    fn other_cookies_stay() {
        let cookies = [("cookie", "a=1; token=a.b.c; tokens=2"), ("cookie", "b=3")];
        let parts = stripped(TokenLocation::cookie("token"), "/", &cookies);
        assert_eq!(parts.headers[COOKIE], "a=1; tokens=2; b=3");
        let parts = stripped(TokenLocation::cookie("token"), "/", &[("cookie", "token=a.b.c")]);
        assert!(parts.headers.is_empty());
    }

    #[test]
    fn the_sub_protocol_stays_without_its_token() {
        let protocols = [("sec-websocket-protocol", "chat, bearer, a.b.c, other")];
        let parts = stripped(TokenLocation::websocket_protocol("bearer"), "/", &protocols);
        assert_eq!(parts.headers[SEC_WEBSOCKET_PROTOCOL], "chat, bearer, other");
    }

    #[test]
    fn other_parameters_stay() {
        let query = || TokenLocation(Place::Query { name: "token".to_owned() });
        assert_eq!(stripped(query(), "/a?b=1&token=a.b.c&tokens=2", &[]).uri, "/a?b=1&tokens=2");
        assert_eq!(stripped(query(), "/a?token=a.b.c", &[]).uri, "/a");
        assert_eq!(stripped(query(), "/a", &[]).uri, "/a");
    }
}
