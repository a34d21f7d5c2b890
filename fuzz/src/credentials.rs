//! The credential of a request: any headers and any query are admitted, as the one caller whom they name, or refused with an
//! answer that the documentation lists.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use axum::body::Body;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, Request, Uri};
use jwt_guard::routing::any;
use jwt_guard::setup::{Builder, HasAudience, HasKeys, TokenCache, TokenLocation};
use jwt_guard::{JwtGuard, Principal, Router};
use tower::ServiceExt as _;

use crate::common::{NOW, SECRET, Stopped, below, good_token, hs256, pick, piece, ready};

/// Stand for tokens in the pieces of a request.
static TOKENS: LazyLock<[String; 4]> = LazyLock::new(|| {
    [
        good_token("ada", ""),
        good_token("bob", r#","scope":"a""#),
        hs256(
            r#"{"alg":"HS256"}"#,
            format!(r#"{{"sub":"eve","aud":"api","iss":"https://id.example","exp":{}}}"#, NOW - 600),
        ),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmUifQ.AA".to_owned(),
    ]
});

#[jwt_guard::anonymous_allowed]
async fn open(caller: Principal, headers: HeaderMap, uri: Uri) -> (HeaderMap, String) {
    (kept(&headers, &uri), caller.subject().unwrap_or_default().to_owned())
}

#[jwt_guard::authentication_required]
async fn closed(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

#[jwt_guard::requires(scope = "a")]
async fn scoped(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

/// What the handler sees of the request, in the answer.
fn kept(headers: &HeaderMap, uri: &Uri) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::try_from(format!("kept-{name}")).expect("a longer name");
        kept.append(name, value.clone());
    }
    if let Ok(uri) = HeaderValue::try_from(uri.to_string()) {
        kept.insert("uri", uri);
    }
    kept
}

/// A guard, and the same one that leaves the credentials in the request.
type App = (axum::Router, axum::Router);

/// The guard with the usual place, and those that read a cookie.
const BEARER: usize = 0;
const COOKIES: [usize; 3] = [2, 3, 4];

fn builder() -> Builder<HasKeys, HasAudience> {
    let builder = JwtGuard::builder().secret(SECRET).issuer("https://id.example").audience("api");
    builder.clock(Stopped).token_cache(TokenCache::off())
}

fn every() -> [TokenLocation; 4] {
    [
        TokenLocation::bearer(),
        TokenLocation::cookie("token"),
        TokenLocation::header("x-key"),
        TokenLocation::websocket_protocol("bearer"),
    ]
}

fn app(builder: Builder<HasKeys, HasAudience>) -> axum::Router {
    let guard = builder.build().expect("the settings are legal");
    let routes =
        Router::new().route("/open", any(open)).route("/closed", any(closed)).route("/scoped", any(scoped));
    routes.with_guard(guard).into_axum()
}

static APPS: LazyLock<Vec<App>> = LazyLock::new(|| {
    let make: [fn() -> Builder<HasKeys, HasAudience>; 6] = [
        builder,
        || builder().locations([TokenLocation::scheme("JWT")]),
        || builder().locations([TokenLocation::cookie("token")]),
        || builder().locations(every()).danger().query_parameter("token", "a fuzz target"),
        || builder().locations(every()).prefer_first(),
        || builder().locations([TokenLocation::header("x-key")]).malformed_as_invalid_token(),
    ];
    make.map(|make| (app(make().strip_credentials()), app(make()))).into()
});

pub fn target(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let which = below(&mut input, APPS.len());
    let (stripping, keeping) = &APPS[which];
    let Some(request) = request(&mut input) else { return };
    let opened = send(stripping, &request, "/open");
    let closed = send(stripping, &request, "/closed");
    let scoped = send(stripping, &request, "/scoped");
    for answer in [&opened, &closed, &scoped] {
        assert!(matches!(answer.status, 200 | 400 | 401 | 403), "{}", answer.status);
        assert!(answer.status != 401 || answer.headers.contains_key(WWW_AUTHENTICATE));
        // Only a token in the request makes a caller.
        let named = |token: &str| request.all.windows(token.len()).any(|window| window == token.as_bytes());
        match answer.body.as_str() {
            "ada" if answer.status == 200 => assert!(named(&TOKENS[0])),
            "bob" if answer.status == 200 => assert!(named(&TOKENS[1])),
            other => assert!(answer.status != 200 || other.is_empty(), "{other}"),
        }
    }
    assert_agreement(&opened, &closed, &scoped, COOKIES.contains(&which));
    if which == BEARER {
        assert_bearer(&request.headers, &closed);
    }
    if opened.status == 200 {
        let again = send(keeping, &opened.stripped(), "/open");
        assert_eq!(
            (again.status, again.body.as_str()),
            (200, ""),
            "a credential is left: {:?}",
            opened.headers
        );
        let before = send(keeping, &request, "/open");
        assert_eq!((before.status, &before.body), (opened.status, &opened.body));
    }
}

/// One request, three policies: they differ in whom they admit, and not in who the caller is.
fn assert_agreement(opened: &Answer, closed: &Answer, scoped: &Answer, reads_cookies: bool) {
    let challenge = |answer: &Answer| {
        answer.headers.get(WWW_AUTHENTICATE).map(|value| value.to_str().expect("a text").to_owned())
    };
    match (opened.status, closed.status) {
        (200, 200) => {
            assert_eq!(opened.body, closed.body);
            assert!(!closed.body.is_empty());
            let may = closed.body == "bob";
            assert_eq!(scoped.status, if may { 200 } else { 403 });
        }
        (200, 401) => {
            assert_eq!(opened.body, "");
            assert!(!challenge(closed).is_some_and(|text| text.contains("error=")));
            assert_eq!(scoped.status, 401);
        }
        // Two values of a cookie are none: another site may have set one.
        (200, 400) => assert!(opened.body.is_empty() && scoped.status == 400 && reads_cookies),
        (bad, same) => {
            assert_eq!(bad, same);
            assert_eq!(scoped.status, bad);
            // A page of another site may not use a cookie, and no token would help.
            let is_bare = bad == 403;
            assert!(
                challenge(closed).is_some_and(|text| text.contains("error=") != is_bare),
                "{:?}",
                closed.headers
            );
        }
    }
}

/// `Authorization: Bearer` by the grammar of RFC 6750 section 2.1, read in another way.
fn assert_bearer(headers: &HeaderMap, closed: &Answer) {
    let values: Vec<_> = headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes).collect();
    let admitted = values.len() == 1
        && TOKENS[..2].iter().any(|token| {
            let rest = values[0].strip_suffix(token.as_bytes());
            rest.is_some_and(|scheme| {
                let word = scheme.len() - scheme.iter().rev().take_while(|&&byte| byte == b' ').count();
                word < scheme.len() && scheme[..word].eq_ignore_ascii_case(b"bearer")
            })
        });
    assert_eq!(closed.status == 200, admitted, "{values:?}");
    assert!(values.len() < 2 || closed.status == 400, "{values:?}");
}

struct Sent {
    method: Method,
    query: String,
    headers: HeaderMap,
    /// All bytes of the request, to look for tokens.
    all: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
    method: Method,
}

impl Answer {
    /// The request as the handler saw it.
    fn stripped(&self) -> Sent {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            if let Some(name) = name.as_str().strip_prefix("kept-") {
                headers.append(HeaderName::try_from(name).expect("it was one"), value.clone());
            }
        }
        let uri = self.headers.get("uri").and_then(|uri| uri.to_str().ok()).unwrap_or_default();
        let query = uri.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        Sent { method: self.method.clone(), query, headers, all: Vec::new() }
    }
}

fn request(input: &mut Unstructured<'_>) -> Option<Sent> {
    const NAMES: [&str; 8] = [
        "authorization",
        "cookie",
        "x-key",
        "sec-websocket-protocol",
        "upgrade",
        "authorization",
        "x-other",
        "cookie",
    ];
    let method = pick(input, &[Method::GET, Method::POST, Method::OPTIONS, Method::PUT].each_ref()).clone();
    let mut headers = HeaderMap::new();
    let mut all = Vec::new();
    for _ in 0..below(input, 5) {
        let name = pick(input, &NAMES);
        let value = text(input);
        all.extend_from_slice(&value);
        all.push(0);
        headers.append(name, HeaderValue::from_bytes(&value).ok()?);
    }
    let query = text(input);
    all.extend_from_slice(&query);
    let query = String::from_utf8(query).ok()?;
    // Not a request that a server passes on.
    Uri::try_from(format!("/?{query}")).ok()?;
    Some(Sent { method, query, headers, all })
}

/// Words of the grammars, tokens, and any bytes.
fn text(input: &mut Unstructured<'_>) -> Vec<u8> {
    const WORDS: [&str; 20] = [
        "Bearer ",
        "bearer",
        "JWT ",
        " ",
        "  ",
        "\t",
        "token=",
        "token",
        "; ",
        ";",
        ",",
        ", ",
        "bearer, ",
        "websocket",
        "=",
        "&",
        "x=1",
        "\"",
        "Basic YTpi",
        ".",
    ];
    let mut out = Vec::new();
    for _ in 0..below(input, 8) {
        match below(input, 4) {
            0 => out.extend_from_slice(pick(input, &TOKENS.each_ref()).as_bytes()),
            1 => out.extend_from_slice(piece(input, 8)),
            _ => out.extend_from_slice(pick(input, &WORDS).as_bytes()),
        }
    }
    out
}

fn send(app: &axum::Router, sent: &Sent, path: &str) -> Answer {
    let uri = if sent.query.is_empty() { path.to_owned() } else { format!("{path}?{}", sent.query) };
    let uri = Uri::try_from(uri).expect("the query is legal");
    let mut request = Request::new(Body::empty());
    *request.method_mut() = sent.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = sent.headers.clone();
    let response = ready(app.clone().oneshot(request)).expect("a router answers");
    let (head, body) = response.into_parts();
    let body = ready(axum::body::to_bytes(body, 10_000)).expect("a short body");
    let body = if head.status == 200 { String::from_utf8_lossy(&body).into_owned() } else { String::new() };
    Answer { status: head.status.as_u16(), headers: head.headers, body, method: sent.method.clone() }
}
