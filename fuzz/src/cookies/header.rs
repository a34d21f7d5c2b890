//! The header `Cookie` that a client writes: the login's own with some damage, or one of pieces.

use arbitrary::Unstructured;
use http::Method;
use http::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};

use super::app::{ACCESS, APP, CSRF, FIELD, REFRESH, SESSION, TRUSTED, send};
use super::expected::{Page, Sent, assert_answer, known};
use crate::common::{below, pick, piece};

const NAMES: [&str; 12] = [
    ACCESS,
    REFRESH,
    SESSION,
    ACCESS,
    SESSION,
    "csrf_access_token",
    "csrf_refresh_token",
    "access_token",
    "__Secure-access_token",
    "__host-access_token",
    "__Host-access_token ",
    "__Host-session[]",
];

pub(super) fn request(input: &mut Unstructured<'_>) {
    let method = pick(input, &[Method::GET, Method::POST, Method::HEAD, Method::DELETE].each_ref()).clone();
    let path = pick(input, &["/access", "/refresh"]);
    let mut headers = HeaderMap::new();
    // HTTP/2 may split the cookies.
    for _ in 0..pick(input, &[1, 1, 2, 3]) {
        let cookies = if pick(input, &[true, false]) { damaged(input) } else { written(input) };
        let Ok(cookies) = HeaderValue::from_bytes(&cookies) else { return };
        headers.append(COOKIE, cookies);
    }
    for _ in 0..pick(input, &[0, 1, 1, 2]) {
        let Ok(value) = HeaderValue::from_bytes(&secret(input)) else { return };
        headers.append(CSRF, value);
    }
    let page = pick(input, &[Page::Unknown, Page::Ours, Page::Other]);
    match (page, pick(input, &[true, false])) {
        (Page::Unknown, _) => None,
        (Page::Ours, true) => headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin")),
        (Page::Ours, false) => headers.insert(ORIGIN, HeaderValue::from_static(TRUSTED)),
        (Page::Other, true) => headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site")),
        (Page::Other, false) => headers.insert(ORIGIN, HeaderValue::from_static("https://evil.example")),
    };
    let forms =
        ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; a=b", "text/plain", ""];
    let content_type = pick(input, &forms);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let body = form(input);
    let answer = send(&APP.router, method.clone(), path, headers.clone(), &body);
    for line in answer.headers.get_all(SET_COOKIE) {
        let line = line.to_str().expect("a cookie is ASCII");
        assert!(answer.status == 401 && line.contains("=; ") && line.contains("Max-Age=0"), "{line}");
    }
    let is_form = content_type.to_ascii_lowercase().starts_with(forms[0]);
    assert_answer(&Sent { method, path, headers: &headers, page, is_form, body: &body }, &answer);
    let answer = send(&APP.router, Method::GET, "/known", headers.clone(), &[]);
    let states = (answer.status == 200).then(|| String::from_utf8_lossy(&answer.body).into_owned());
    assert_eq!(states, known(&headers), "{} {headers:?}", answer.status);
}

/// The cookies of a login, cut, repeated, and with words between them.
fn damaged(input: &mut Unstructured<'_>) -> Vec<u8> {
    let mut cookies = APP.ada.cookies().into_bytes();
    for _ in 0..below(input, 4) {
        let at = place(input, &cookies);
        let end = place(input, &cookies).max(at);
        match below(input, 4) {
            0 => drop(cookies.drain(at..end)),
            1 => {
                let part = cookies[at..end].to_vec();
                cookies.extend(part);
            }
            _ => {
                let word = word(input);
                drop(cookies.splice(at..at, word));
            }
        }
    }
    cookies
}

/// The beginning of a cookie, its end, or anywhere.
fn place(input: &mut Unstructured<'_>, cookies: &[u8]) -> usize {
    let marks = cookies.iter().enumerate().filter(|(_, byte)| matches!(byte, b';' | b'=' | b' '));
    let marks: Vec<_> = marks.flat_map(|(at, _)| [at, at + 1]).collect();
    match below(input, 3) {
        0 => below(input, cookies.len() + 1),
        _ if marks.is_empty() => 0,
        _ => pick(input, &marks),
    }
}

/// Cookies with known names, known values and what is between them.
fn written(input: &mut Unstructured<'_>) -> Vec<u8> {
    let mut cookies = Vec::new();
    for _ in 0..below(input, 6) {
        match below(input, 4) {
            0 => cookies.extend(word(input)),
            1 => cookies.resize(cookies.len() + pick(input, &[1, 8, 4096, 16 * 1024]), b'a'),
            _ => {
                cookies.extend(pick(input, &NAMES).as_bytes());
                cookies.push(b'=');
                cookies.extend(secret(input));
                cookies.extend(b"; ");
            }
        }
    }
    cookies
}

fn word(input: &mut Unstructured<'_>) -> Vec<u8> {
    const WORDS: [&str; 10] = [";", "; ", "=", "\"", ",", " ", "\t", "a", "; a=b; ", "\"\""];
    match below(input, 5) {
        0 => piece(input, 6).to_vec(),
        1 => pick(input, &NAMES).into(),
        2 => secret(input),
        _ => pick(input, &WORDS).into(),
    }
}

/// A value of the login or of another one.
fn secret(input: &mut Unstructured<'_>) -> Vec<u8> {
    let app = &*APP;
    let known = [
        &app.ada.access,
        &app.ada.access_csrf,
        &app.session,
        &app.ada.refresh,
        &app.ada.refresh_csrf,
        &app.bob.access,
        &app.bob.access_csrf,
    ];
    match below(input, known.len() + 1) {
        last if last == known.len() => piece(input, 4).to_vec(),
        at => known[at].clone().into_bytes(),
    }
}

fn form(input: &mut Unstructured<'_>) -> Vec<u8> {
    const WORDS: [&str; 8] = ["&", "=", "+", "%", "%2D", "a=b&", "%63srf_token=", "csrf_token[]="];
    let mut form = Vec::new();
    for _ in 0..below(input, 5) {
        match below(input, 4) {
            0 => form.extend(word(input)),
            1 => form.extend(pick(input, &WORDS).as_bytes()),
            _ => form.extend([FIELD.as_bytes(), b"=", &secret(input), b"&"].concat()),
        }
    }
    form
}
