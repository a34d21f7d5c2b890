//! The grammar of each location, and the rule for more than one token.

use http::Request;

use super::*;
use crate::token::is_b64token;

fn locations(places: &[TokenLocation]) -> Locations {
    Locations::refusing_two(places.iter().map(|location| location.0.clone()).collect())
}

impl Locations {
    /// Places with the other settings as they are by default, for short tokens.
    pub(crate) fn refusing_two(places: Vec<Place>) -> Self {
        let (conflict, credentials) = (Conflict::Refuse, CredentialHandling::Keep);
        Self { places, conflict, credentials, longest: 100 }
    }
}

fn request(headers: &[(&str, &[u8])]) -> Parts {
    let mut builder = Request::get("/");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(()).unwrap().into_parts().0
}

fn bearer(value: &[u8]) -> Result<FoundCredential<'static>, LocationError> {
    let request = Box::leak(Box::new(request(&[("authorization", value)])));
    locations(&[TokenLocation::bearer()]).find(request)
}

const fn header(token: &[u8]) -> FoundCredential<'_> {
    FoundCredential::Token(token, TokenSource::AuthorizationHeader)
}

#[test]
fn the_scheme_is_compared_without_case_and_followed_by_spaces() {
    for value in [&b"Bearer a.b.c"[..], b"bearer a.b.c", b"BEARER   a.b.c"] {
        assert_eq!(bearer(value), Ok(header(b"a.b.c")));
    }
}

#[test]
fn only_b64token_characters_may_follow_the_scheme() {
    for text in [&b""[..], b"a b", b"a,b", b"\xff", b"=", b"a=b"] {
        assert!(!is_b64token(text), "{text:?}");
    }
    assert!(is_b64token(b"a.b~+/c=="));
    assert_eq!(bearer(b" Bearer a"), Err(LocationError::Malformed));
}

#[test]
fn another_scheme_is_not_a_token_of_ours() {
    for value in [&b"Basic dXNlcg=="[..], b"BearerX a", b"x.y a", b"Negotiate"] {
        assert_eq!(bearer(value), Ok(FoundCredential::OtherScheme), "{value:?}");
    }
    assert_eq!(bearer(b"\xe9 a"), Err(LocationError::Malformed));
}

#[test]
fn a_token_without_its_scheme_is_malformed_and_not_another_scheme() {
    assert_eq!(bearer(b"eyJ.a.b"), Err(LocationError::Malformed));
}

#[test]
fn a_token_beyond_the_limit_is_handed_on_unread() {
    let value = [&b"Bearer "[..], &[b' '; 3], &[0xff; 101]].concat();
    assert!(matches!(bearer(&value), Ok(FoundCredential::Token(token, _)) if token.len() == 101));
    assert_eq!(bearer(&[b'a'; 400_000]), Ok(FoundCredential::OtherScheme));
}

#[test]
fn two_authorization_headers_are_refused_whatever_they_hold() {
    for second in [&b"Bearer x.y.z"[..], b"Basic a", b"Bearer a.b.c"] {
        let request = request(&[("authorization", b"Bearer a.b.c"), ("authorization", second)]);
        assert_eq!(locations(&[TokenLocation::bearer()]).find(&request), Err(LocationError::Ambiguous));
    }
}

#[test]
fn another_header_is_the_token_whole() {
    let locations = locations(&[TokenLocation::header("X-Api-Key")]);
    let one = request(&[("x-api-key", b"a.b.c")]);
    assert_eq!(locations.find(&one), Ok(FoundCredential::Token(b"a.b.c", TokenSource::Header)));
    let two = request(&[("x-api-key", b"a.b.c"), ("x-api-key", b"a.b.c")]);
    assert_eq!(locations.find(&two), Err(LocationError::Ambiguous));
}

#[test]
fn a_cookie_is_found_by_its_whole_name() {
    let locations = locations(&[TokenLocation::cookie("token")]);
    let find = |value: &'static [u8]| {
        let request = Box::leak(Box::new(request(&[("cookie", value)])));
        locations.find(request)
    };
    assert_eq!(find(b"a=1; token=a.b.c;z=2"), Ok(FoundCredential::Token(b"a.b.c", TokenSource::Cookie)));
    assert_eq!(find(b"xtoken=a; tokenx=b; TOKEN=c"), Ok(FoundCredential::Nothing));
    assert_eq!(find(b"token=; other=1"), Ok(FoundCredential::Nothing));
    assert_eq!(find(b"token=a; token=b"), Err(LocationError::UnequalCookies));
    assert_eq!(
        find(b"token=a.b.c; x=1; token=a.b.c"),
        Ok(FoundCredential::Token(b"a.b.c", TokenSource::Cookie))
    );
    assert_eq!(find(b"token=; token=a.b.c"), Ok(FoundCredential::Token(b"a.b.c", TokenSource::Cookie)));
    assert_eq!(find(b"\xff;;=;token"), Ok(FoundCredential::Nothing));
    let long = vec![b';'; place::LONGEST_LIST + 1];
    assert_eq!(locations.find(&request(&[("cookie", &long)])), Err(LocationError::Malformed));
}

#[test]
fn cookies_in_two_header_lines_are_one_list() {
    let locations = locations(&[TokenLocation::cookie("token")]);
    let split = request(&[("cookie", b"a=1"), ("cookie", b"token=a.b.c")]);
    assert_eq!(locations.find(&split), Ok(FoundCredential::Token(b"a.b.c", TokenSource::Cookie)));
    let twice = request(&[("cookie", b"token=a"), ("cookie", b"token=b")]);
    assert_eq!(locations.find(&twice), Err(LocationError::UnequalCookies));
    let same = request(&[("cookie", b"token=a"), ("cookie", b"token=a")]);
    assert_eq!(locations.find(&same), Ok(FoundCredential::Token(b"a", TokenSource::Cookie)));
}

#[test]
fn unequal_cookies_count_as_a_token_beside_another() {
    let mut both = locations(&[TokenLocation::cookie("token"), TokenLocation::bearer()]);
    let cookies: (&str, &[u8]) = ("cookie", b"token=a; token=b");
    let with_header = request(&[cookies, ("authorization", b"Bearer a.b.c")]);
    assert_eq!(both.find(&with_header), Err(LocationError::Ambiguous));
    let with_another_scheme = request(&[cookies, ("authorization", b"Basic a")]);
    assert_eq!(both.find(&with_another_scheme), Err(LocationError::UnequalCookies));
    // The first place with anything decides, even if the next one has a valid token.
    both.conflict = Conflict::PreferFirst;
    assert_eq!(both.find(&with_header), Err(LocationError::UnequalCookies));
    let mut header_first = locations(&[TokenLocation::bearer(), TokenLocation::cookie("token")]);
    header_first.conflict = Conflict::PreferFirst;
    assert_eq!(header_first.find(&with_header), Ok(header(b"a.b.c")));
}

#[test]
fn an_empty_value_is_not_a_token_in_any_place() {
    let place = |place| TokenLocation(place);
    let query = TokenLocation(Place::Query { name: "token".to_owned() });
    let upgrade: (&str, &[u8]) = ("upgrade", b"websocket");
    let session = || "session".to_owned();
    for (location, headers) in [
        (TokenLocation::bearer(), vec![("authorization", &b""[..])]),
        (TokenLocation::bearer(), vec![("authorization", b"  ")]),
        (TokenLocation::bearer(), vec![("authorization", b"Bearer")]),
        (TokenLocation::bearer(), vec![("authorization", b"bearer ")]),
        (TokenLocation::bearer(), vec![("authorization", b"Bearer    ")]),
        (TokenLocation::scheme("JWT"), vec![("authorization", b"JWT ")]),
        (TokenLocation::header("x-key"), vec![("x-key", b"")]),
        (TokenLocation::header("x-key"), vec![("x-key", b" "), ("x-key", b"")]),
        (TokenLocation::cookie("token"), vec![("cookie", b"token=")]),
        (TokenLocation::cookie("token"), vec![("cookie", b"token=; token=  ")]),
        (place(Place::Session { name: session() }), vec![("cookie", b"session=")]),
        (place(Place::SessionHeader { name: session() }), vec![("session", b"")]),
        (TokenLocation::websocket_protocol("bearer"), vec![upgrade, ("sec-websocket-protocol", b"bearer")]),
        (
            TokenLocation::websocket_protocol("bearer"),
            vec![upgrade, ("sec-websocket-protocol", b"bearer, ,chat")],
        ),
        (query, vec![]),
    ] {
        let mut empty = request(&headers);
        empty.uri = "/?token=&a=1&token".parse().unwrap();
        let alone = locations(std::slice::from_ref(&location));
        assert_eq!(alone.find(&empty), Ok(FoundCredential::Nothing), "{location}: {headers:?}");
        // Beside a token in another place it does not count as a second.
        let beside = locations(&[location.clone(), TokenLocation::header("x-other")]);
        empty.headers.insert("x-other", "a.b.c".parse().unwrap());
        let found = Ok(FoundCredential::Token(&b"a.b.c"[..], TokenSource::Header));
        assert_eq!(beside.find(&empty), found, "{location}: {headers:?}");
    }
    let places = [Place::SessionHeader { name: session() }, Place::Session { name: session() }];
    let both = locations(&places.map(TokenLocation));
    for (header, in_cookie) in [(&b" "[..], true), (b"x", false)] {
        assert_eq!(
            both.finds_in_cookie(&request(&[("session", header), ("cookie", b"session=y")])),
            in_cookie
        );
    }
}

#[test]
fn a_sub_protocol_is_read_in_a_handshake_only() {
    let locations = locations(&[TokenLocation::websocket_protocol("bearer")]);
    let upgrade: (&str, &[u8]) = ("upgrade", b"WebSocket");
    let protocol: (&str, &[u8]) = ("sec-websocket-protocol", b"chat, bearer, a.b.c");
    let found = Ok(FoundCredential::Token(&b"a.b.c"[..], TokenSource::WebSocketProtocol));
    assert_eq!(locations.find(&request(&[upgrade, protocol])), found);
    assert_eq!(locations.find(&request(&[protocol])), Ok(FoundCredential::Nothing));
    let twice = request(&[upgrade, ("sec-websocket-protocol", b"bearer, a, bearer, b")]);
    assert_eq!(locations.find(&twice), Err(LocationError::Ambiguous));
}

#[test]
fn a_query_parameter_is_taken_as_it_stands() {
    let locations = locations(&[TokenLocation(Place::Query { name: "token".to_owned() })]);
    let find = |uri: &str| {
        let request = Box::leak(Box::new(Request::get(uri).body(()).unwrap().into_parts().0));
        locations.find(request)
    };
    assert_eq!(find("/?a=1&token=a.b.c"), Ok(FoundCredential::Token(b"a.b.c", TokenSource::QueryParameter)));
    assert_eq!(find("/?token=%FF"), Ok(FoundCredential::Token(b"%FF", TokenSource::QueryParameter)));
    assert_eq!(find("/?xtoken=a"), Ok(FoundCredential::Nothing));
    assert_eq!(find("/?token=a&token=a"), Err(LocationError::Ambiguous));
    assert_eq!(find("/"), Ok(FoundCredential::Nothing));
}

#[test]
fn two_locations_with_a_token_are_refused_unless_the_first_is_preferred() {
    let both = request(&[("authorization", b"Bearer a.b.c"), ("cookie", b"token=x.y.z")]);
    let mut locations = locations(&[TokenLocation::bearer(), TokenLocation::cookie("token")]);
    assert_eq!(locations.find(&both), Err(LocationError::Ambiguous));
    locations.conflict = Conflict::PreferFirst;
    assert_eq!(locations.find(&both), Ok(header(b"a.b.c")));
}

#[test]
fn a_foreign_scheme_does_not_hide_a_cookie() {
    let request = request(&[("authorization", b"Basic a"), ("cookie", b"token=x.y.z")]);
    let locations = locations(&[TokenLocation::bearer(), TokenLocation::cookie("token")]);
    assert_eq!(locations.find(&request), Ok(FoundCredential::Token(b"x.y.z", TokenSource::Cookie)));
}

#[test]
fn a_malformed_header_is_not_rescued_by_a_cookie() {
    let mut locations = locations(&[TokenLocation::bearer(), TokenLocation::cookie("token")]);
    let request = request(&[("authorization", b"Bearer a b"), ("cookie", b"token=x.y.z")]);
    assert_eq!(locations.find(&request), Err(LocationError::Ambiguous));
    locations.conflict = Conflict::PreferFirst;
    assert_eq!(locations.find(&request), Ok(header(b"a b")));
}

#[test]
fn impossible_locations_are_named() {
    let problems: Vec<_> = [
        TokenLocation::scheme("two words"),
        TokenLocation::header("a b"),
        TokenLocation::header("authorization"),
        TokenLocation::header("Cookie"),
        TokenLocation::header("Sec-WebSocket-Protocol"),
        TokenLocation::header("Host"),
        TokenLocation::header("ORIGIN"),
        TokenLocation::header("Sec-Fetch-Site"),
        TokenLocation(Place::SessionHeader { name: "Content-Type".to_owned() }),
        TokenLocation::cookie("a;b"),
        TokenLocation::websocket_protocol(""),
        TokenLocation(Place::Query { name: "a&b".to_owned() }),
    ]
    .iter()
    .filter_map(TokenLocation::problem)
    .collect();
    assert_eq!(problems.len(), 12, "{problems:#?}");
    assert_eq!(TokenLocation::bearer().problem(), None);
    for name in ["X-Api-Key", "X-Forwarded-Access-Token", "Proxy-Authorization", "X-Sec"] {
        assert_eq!(TokenLocation::header(name).problem(), None, "{name}");
    }
}
