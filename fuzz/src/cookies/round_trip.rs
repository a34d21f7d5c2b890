//! What a login sets is read back, with any subject and a claim of any length, and refreshed once.

use arbitrary::Unstructured;
use http::Method;
use http::header::{COOKIE, HeaderMap, HeaderValue};

use super::app::{Answer, CSRF, Login, app, send};
use crate::common::{below, piece};

pub(super) fn login(input: &mut Unstructured<'_>) {
    let Ok(subject) = std::str::from_utf8(piece(input, 64)) else { return };
    let length = below(input, 4000);
    let (guard, router) = app(None);
    let Some(login) = Login::of(&guard, subject, &"a".repeat(length)) else { return };
    assert!(!subject.is_empty());
    let post = |login: &Login, path: &str, csrf: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::try_from(login.cookies()).expect("cookies are ASCII"));
        headers.insert(CSRF, HeaderValue::try_from(csrf).expect("it is ASCII"));
        send(&router, Method::POST, path, headers, &[])
    };
    let assert_read = |login: &Login| {
        for (path, csrf) in [("/access", &login.access_csrf), ("/refresh", &login.refresh_csrf)] {
            let Answer { status, body, .. } = post(login, path, csrf);
            assert_eq!((status, body), (200, format!("{subject}\n").into_bytes()), "{path}");
        }
    };
    assert_read(&login);
    // The value of the other token is not that of this one.
    assert_eq!(post(&login, "/access", &login.refresh_csrf).status, 403);
    assert_eq!(post(&login, "/renew", &login.access_csrf).status, 403);
    let renewed = post(&login, "/renew", &login.refresh_csrf);
    assert_eq!(renewed.status, 204);
    let next = Login::read(&renewed.headers);
    assert_read(&next);
    // The second use of a refresh token ends the login.
    assert_eq!(post(&login, "/renew", &login.refresh_csrf).status, 401);
    assert_eq!(post(&next, "/refresh", &next.refresh_csrf).status, 401);
    assert_eq!(post(&next, "/access", &next.access_csrf).status, 401);
}
