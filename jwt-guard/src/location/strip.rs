//! Removes the token from a request, for services that must not pass it on.

use http::uri::PathAndQuery;
use http::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;

use super::Locations;
use super::place::Part;

impl Locations {
    /// Removes everything that a location of this guard could read. Other cookies, sub-protocols and parameters stay.
    pub(crate) fn strip(&self, headers: &mut HeaderMap, uri: &mut Uri) {
        for place in &self.places {
            place.read(|place| place.strip(headers));
        }
        self.strip_uri(uri);
    }

    /// Removes the tokens of an address.
    pub(crate) fn strip_uri(&self, uri: &mut Uri) {
        let has_tokens = self.places.iter().any(|place| matches!(place.part(), Part::Parameter(_)));
        let Some(target) = uri.path_and_query().filter(|target| has_tokens && target.query().is_some())
        else {
            return;
        };
        let target = PathAndQuery::try_from(self.target_without_tokens(target));
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = target.ok();
        if let Ok(stripped) = Uri::from_parts(parts) {
            *uri = stripped;
        }
    }
}

impl Locations {
    /// Path and query of a request without tokens, for answers that repeat them.
    pub(crate) fn target_without_tokens(&self, target: &PathAndQuery) -> String {
        let mut names = Vec::new();
        for place in &self.places {
            if let Part::Parameter(name) = place.part() {
                names.push(name);
            }
        }
        without_parameters(target, &names)
    }
}

/// Path and query without the parameters of these names, in any spelling.
fn without_parameters(target: &PathAndQuery, names: &[&str]) -> String {
    let is_named = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        let name = percent_decode_str(name).collect::<Vec<_>>();
        names.iter().any(|known| known.as_bytes() == name)
    };
    let pairs = target.query().into_iter().flat_map(|query| query.split('&'));
    let kept: Vec<_> = pairs.filter(|pair| !is_named(pair)).collect();
    if kept.is_empty() { target.path().to_owned() } else { format!("{}?{}", target.path(), kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use http::header::{COOKIE, SEC_WEBSOCKET_PROTOCOL};
    use http::request::Parts;

    use super::super::{FoundCredential, Place, TokenLocation};
    use super::*;

    fn stripped(place: TokenLocation, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut builder = Request::get(uri);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let mut parts = builder.body(()).unwrap().into_parts().0;
        Locations::refusing_two(vec![place.0]).strip(&mut parts.headers, &mut parts.uri);
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
    fn the_sub_protocol_stays_without_its_token_and_before_no_other_member() {
        for (sent, kept) in [
            ("chat, bearer, a.b.c, other", "chat, other, bearer"),
            ("bearer, a.b.c, d.e.f", "d.e.f, bearer"),
            ("bearer, , a.b.c", "bearer"),
            ("bearer, bearer, a.b.c", "bearer"),
            ("chat, other", "chat, other"),
        ] {
            let protocols = [("sec-websocket-protocol", sent), ("upgrade", "websocket")];
            let place = || TokenLocation::websocket_protocol("bearer");
            let parts = stripped(place(), "/", &protocols);
            assert_eq!(parts.headers[SEC_WEBSOCKET_PROTOCOL], kept, "{sent}");
            let places = Locations::refusing_two(vec![place().0]);
            assert_eq!(places.find(&parts), Ok(FoundCredential::Nothing), "{sent}");
        }
    }

    #[test]
    fn other_parameters_stay() {
        let query = || TokenLocation(Place::Query { name: "token".to_owned() });
        assert_eq!(stripped(query(), "/a?b=1&token=a.b.c&tokens=2", &[]).uri, "/a?b=1&tokens=2");
        assert_eq!(stripped(query(), "/a?token=a.b.c", &[]).uri, "/a");
        assert_eq!(stripped(query(), "/a", &[]).uri, "/a");
        assert_eq!(stripped(query(), "/a?token=x&b&token=&%74oke%6E=y&token", &[]).uri, "/a?b");
    }
}
