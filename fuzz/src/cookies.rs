//! Tokens in cookies: what a login writes is read back, and a request that changes something is admitted only if no page of
//! another site can have sent it.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use axum::body::Body;
use http::header::{COOKIE, HOST, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use http::{Method, Request};
use jwt_guard::cookies::CookieSettings;
use jwt_guard::routing::any;
use jwt_guard::setup::TokenCache;
use jwt_guard::{Algorithm, JwtGuard, Principal, Router, SigningKey};
use tower::ServiceExt as _;
use url::Url;

use crate::common::{SECRET, Stopped, below, pick, piece, ready};

const TRUSTED: &str = "https://other.example";
const CSRF: &str = "x-csrf-token";

#[jwt_guard::authentication_required]
async fn closed(caller: Principal) -> String {
    caller.subject().unwrap_or_default().to_owned()
}

struct App {
    guard: JwtGuard,
    router: axum::Router,
    /// The cookies of a login, and the value to repeat.
    cookies: String,
    csrf: String,
}

static APP: LazyLock<App> = LazyLock::new(|| {
    let key = SigningKey::secret(Algorithm::Hs256, SECRET).expect("the key is legal");
    let guard = JwtGuard::builder()
        .signing_key(key)
        .audience("api")
        .cookies(CookieSettings::new())
        .trusted_origin(TRUSTED)
        .clock(Stopped)
        .token_cache(TokenCache::off())
        .build()
        .expect("the settings are legal");
    let router = Router::new().route("/", any(closed)).with_guard(guard.clone()).into_axum();
    let (cookies, csrf) = log_in(&guard, "ada", "").expect("a login");
    App { guard, router, cookies, csrf }
});

/// The header `Cookie` that a browser sends after a login, and the value that its scripts repeat.
fn log_in(guard: &JwtGuard, subject: &str, claim: &str) -> Option<(String, String)> {
    let response = ready(guard.login(subject).claim("x", claim).cookies().respond()).ok()?;
    let mut pairs = Vec::new();
    let mut csrf = None;
    for line in response.headers().get_all(SET_COOKIE) {
        let line = line.to_str().expect("a cookie is ASCII");
        let (pair, attributes) = line.split_once("; ").expect("attributes");
        let (name, value) = pair.split_once('=').expect("a pair");
        let attributes: Vec<_> = attributes.split("; ").collect();
        for attribute in ["Secure", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(&attribute), "{line}");
        }
        assert!(
            !value.is_empty()
                && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)),
            "{line}"
        );
        assert!(pair.len() <= 4097, "browsers drop it");
        if name.starts_with("csrf_") {
            csrf = Some(value.to_owned());
        } else {
            assert!(name.starts_with("__Host-") && attributes.contains(&"HttpOnly"), "{line}");
        }
        pairs.push(pair.to_owned());
    }
    Some((pairs.join("; "), csrf?))
}

pub fn target(data: &[u8]) {
    let mut input = Unstructured::new(data);
    if pick(&mut input, &[true, true, true, false]) {
        request(&mut input);
    } else {
        round_trip(&mut input);
    }
}

fn round_trip(input: &mut Unstructured<'_>) {
    let App { guard, router, .. } = &*APP;
    let Ok(subject) = std::str::from_utf8(piece(input, 64)) else { return };
    let length = below(input, 4000);
    let Some((cookies, csrf)) = log_in(guard, subject, &"a".repeat(length)) else { return };
    assert!(!subject.is_empty());
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::try_from(cookies).expect("cookies are ASCII"));
    headers.insert(CSRF, HeaderValue::try_from(csrf).expect("it is ASCII"));
    assert_eq!(send(router, Method::POST, headers), (200, subject.to_owned()));
}

fn request(input: &mut Unstructured<'_>) {
    let App { router, cookies, csrf, .. } = &*APP;
    let method = pick(input, &[Method::POST, Method::GET, Method::DELETE, Method::PATCH].each_ref()).clone();
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::try_from(cookies.as_str()).expect("cookies are ASCII"));
    for _ in 0..below(input, 5) {
        let (name, value) = match below(input, 5) {
            0 => ("origin", origin(input)),
            1 => (
                "sec-fetch-site",
                pick(input, &["same-origin", "same-site", "cross-site", "none", "", "Same-Origin"]).into(),
            ),
            2 => (
                "host",
                pick(input, &["app.example", "APP.example:443", "app.example:80", "localhost:8080", ""])
                    .into(),
            ),
            3 => (CSRF, repeated(input, csrf)),
            _ => ("upgrade", "websocket".into()),
        };
        let Ok(value) = HeaderValue::from_bytes(&value) else { return };
        headers.append(name, value);
    }
    let (status, subject) = send(router, method.clone(), headers.clone());
    assert!(matches!(status, 200 | 403), "{status}");
    let is_handshake = headers.contains_key("upgrade");
    if method == Method::GET && !is_handshake {
        assert_eq!((status, subject.as_str()), (200, "ada"));
        return;
    }
    if status == 403 {
        return;
    }
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let value = values.next();
        assert!(values.next().is_none(), "`{name}` is repeated");
        value.map(|value| value.to_str().expect("a text"))
    };
    // Scripts cannot set a header on the handshake of a WebSocket.
    if method != Method::GET {
        assert_eq!(only(CSRF), Some(csrf.as_str()));
    }
    let sent = only(ORIGIN.as_str());
    let read = sent.map(|origin| Url::parse(origin).expect("an origin is a URL"));
    if read.as_ref().is_some_and(|page| page.origin() == Url::parse(TRUSTED).expect("a URL").origin()) {
        return;
    }
    let site = only("sec-fetch-site");
    assert!(method != Method::GET || sent.is_some() || site.is_some(), "nothing says who asks");
    assert!(matches!(site, None | Some("same-origin" | "none")), "{site:?}");
    if let Some(page) = read {
        let host = only(HOST.as_str()).expect("a host");
        let ours = Url::parse(&format!("{}://{host}/", page.scheme())).expect("a host");
        assert_eq!(page.origin(), ours.origin(), "{sent:?} {host}");
        assert!(page.scheme() == "https" || page.host_str() == Some("localhost"), "{page}");
        assert_eq!((page.path(), page.query(), page.username()), ("/", None, ""));
    }
}

fn origin(input: &mut Unstructured<'_>) -> Vec<u8> {
    const PARTS: [&str; 22] = [
        "https://app.example",
        "http://app.example",
        "https://other.example",
        "null",
        "https://",
        "http://",
        "app.example",
        "localhost",
        ":443",
        ":80",
        ":8080",
        ":",
        "/",
        "@",
        ".",
        "evil.example",
        "HTTPS://",
        "#",
        "?",
        " ",
        "[::1]",
        "other.example",
    ];
    let mut out = Vec::new();
    for _ in 0..=below(input, 3) {
        match below(input, 5) {
            0 => out.extend_from_slice(piece(input, 4)),
            _ => out.extend_from_slice(pick(input, &PARTS).as_bytes()),
        }
    }
    out
}

fn repeated(input: &mut Unstructured<'_>, csrf: &str) -> Vec<u8> {
    match below(input, 6) {
        0 => piece(input, 8).to_vec(),
        1 => format!("{csrf},{csrf}").into(),
        2 => format!(" {csrf}").into(),
        3 => csrf.get(1..).unwrap_or_default().into(),
        _ => csrf.into(),
    }
}

fn send(router: &axum::Router, method: Method, headers: HeaderMap) -> (u16, String) {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    *request.headers_mut() = headers;
    let response = ready(router.clone().oneshot(request)).expect("a router answers");
    let (head, body) = response.into_parts();
    let body = ready(axum::body::to_bytes(body, 10_000)).expect("a short body");
    (head.status.as_u16(), String::from_utf8_lossy(&body).into_owned())
}
