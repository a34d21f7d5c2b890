//! The page that sends the cookies of a login: a request that changes something is admitted only if no page of another site can
//! have sent it.

use arbitrary::Unstructured;
use http::Method;
use http::header::{COOKIE, HOST, HeaderMap, HeaderValue, ORIGIN};
use url::Url;

use super::app::{APP, Answer, App, CSRF, TRUSTED, send};
use crate::common::{below, pick, piece};

pub(super) fn request(input: &mut Unstructured<'_>) {
    let App { router, ada, .. } = &*APP;
    let csrf = &ada.access_csrf;
    let method = pick(input, &[Method::POST, Method::GET, Method::DELETE, Method::PATCH].each_ref()).clone();
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, HeaderValue::try_from(ada.cookies()).expect("cookies are ASCII"));
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
    let Answer { status, body, .. } = send(router, method.clone(), "/access", headers.clone(), &[]);
    assert!(matches!(status, 200 | 403), "{status}");
    let is_handshake = headers.contains_key("upgrade");
    if method == Method::GET && !is_handshake {
        assert_eq!((status, body.as_slice()), (200, &b"ada\n"[..]));
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
