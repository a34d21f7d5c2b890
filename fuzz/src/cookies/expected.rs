//! What must hold for a request with cookies, from a reading of its own.

use std::collections::BTreeSet;

use http::Method;
use http::header::{COOKIE, HeaderMap};

use super::app::{ACCESS, APP, Answer, CSRF, FIELD, Login, REFRESH, SESSION};

/// The page that sends a request, according to its browser.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Ours,
    Other,
    Unknown,
}

pub(super) struct Sent<'s> {
    pub(super) method: Method,
    pub(super) path: &'s str,
    pub(super) headers: &'s HeaderMap,
    pub(super) page: Page,
    pub(super) is_form: bool,
    pub(super) body: &'s [u8],
}

/// The different values of a cookie (RFC 6265 section 4.2.1); an empty one is none.
pub(super) fn values<'h>(headers: &'h HeaderMap, name: &str) -> BTreeSet<&'h [u8]> {
    let mut values = BTreeSet::new();
    for line in headers.get_all(COOKIE) {
        for pair in line.as_bytes().split(|&byte| byte == b';') {
            let pair = pair.trim_ascii();
            let equals = pair.iter().position(|&byte| byte == b'=');
            if let Some(equals) = equals.filter(|&equals| pair[..equals] == *name.as_bytes()) {
                values.insert(&pair[equals + 1..]);
            }
        }
    }
    values.remove(&[][..]);
    values
}

/// What the one cookie of the request is.
struct Named {
    /// `None` for an unknown session.
    subject: Option<&'static str>,
    /// The value to repeat for a token; a session has none.
    csrf: Option<&'static str>,
}

/// `Err` with the status of the refusal.
fn named(sent: &Sent<'_>) -> Result<Named, u16> {
    let Sent { headers, path, .. } = sent;
    if headers.get_all(COOKIE).iter().map(|line| line.len()).sum::<usize>() > 16 * 1024 {
        return Err(400);
    }
    let is_refresh = *path == "/refresh";
    let tokens = values(headers, if is_refresh { REFRESH } else { ACCESS });
    let sessions = if is_refresh { BTreeSet::new() } else { values(headers, SESSION) };
    if tokens.len() + sessions.len() > 1 {
        return Err(400);
    }
    if let Some(id) = sessions.first() {
        return Ok(Named { subject: (*id == APP.session.as_bytes()).then_some("sam"), csrf: None });
    }
    let token = tokens.first().ok_or(401_u16)?;
    for (subject, login) in [("ada", &APP.ada), ("bob", &APP.bob)] {
        let (known, csrf) = of_kind(login, is_refresh);
        if known.as_bytes() == *token {
            return Ok(Named { subject: Some(subject), csrf: Some(csrf) });
        }
    }
    Err(401)
}

fn of_kind(login: &Login, is_refresh: bool) -> (&str, &str) {
    if is_refresh { (&login.refresh, &login.refresh_csrf) } else { (&login.access, &login.access_csrf) }
}

/// Whether the page may use the cookie; `None` if both would do.
fn may_use(sent: &Sent<'_>, csrf: Option<&str>) -> Option<bool> {
    let changes = !matches!(sent.method, Method::GET | Method::HEAD);
    match (csrf, sent.page) {
        (_, page) if !changes => Some(sent.path != "/refresh" || page != Page::Other),
        (_, Page::Other) => Some(false),
        (None, page) => Some(page == Page::Ours),
        (Some(csrf), _) => repeats(sent, csrf),
    }
}

/// The header counts, and where there is none, the one field of a form.
fn repeats(sent: &Sent<'_>, csrf: &str) -> Option<bool> {
    let lines: Vec<_> = sent.headers.get_all(CSRF).iter().map(|line| line.as_bytes()).collect();
    if !lines.is_empty() {
        return Some(lines == [csrf.as_bytes()]);
    }
    let fields = url::form_urlencoded::parse(sent.body).filter(|(name, _)| name == FIELD);
    let fields: Vec<_> = fields.map(|(_, value)| value).collect();
    match fields.as_slice() {
        _ if !sent.is_form => Some(false),
        [one] => Some(one == csrf),
        // A second field may be empty, or not be text.
        several => (!several.iter().any(|one| one == csrf)).then_some(false),
    }
}

pub(super) fn assert_answer(sent: &Sent<'_>, answer: &Answer) {
    let what = || format!("{} at {}: {:?}", sent.method, sent.path, sent.headers);
    let Named { subject, csrf } = match named(sent) {
        Err(status) => return assert_eq!(answer.status, status, "{}", what()),
        Ok(named) => named,
    };
    // The page of a session is judged before the store is asked.
    let good = if subject.is_some() { 200 } else { 401 };
    match may_use(sent, csrf) {
        Some(true) => assert_eq!(answer.status, good, "{}", what()),
        Some(false) => assert_eq!(answer.status, 403, "{}", what()),
        None => assert!(answer.status == good || answer.status == 403, "{}: {}", answer.status, what()),
    }
    if answer.status == 200 && sent.method != Method::HEAD {
        assert_eq!(answer.body, [subject.unwrap_or_default().as_bytes(), b"\n", sent.body].concat());
    }
}

/// The states of access token, refresh token and session, as a logout sees them; `None` if it cannot see all.
pub(super) fn known(headers: &HeaderMap) -> Option<String> {
    let kinds = [ACCESS, REFRESH, SESSION].map(|name| values(headers, name));
    let logins = [&APP.ada, &APP.bob];
    let is_good = |kind: usize, value: &[u8]| match kind {
        2 => value == APP.session.as_bytes(),
        _ => logins.iter().any(|login| of_kind(login, kind == 1).0.as_bytes() == value),
    };
    // What is valid as another kind is not dead: access tokens and sessions, or refresh tokens.
    let others = [&[1][..], &[0, 2], &[]];
    let is_elsewhere = |kind: usize, value: &[u8]| {
        others[kind].iter().any(|&other| kinds[other].contains(value) && is_good(other, value))
    };
    let state = |kind: usize| {
        if kinds[kind].iter().any(|value| is_good(kind, value)) {
            "Good"
        } else if kinds[kind].iter().all(|value| is_elsewhere(kind, value)) {
            "Absent"
        } else {
            "Dead"
        }
    };
    let is_readable = kinds.iter().all(|values| values.len() <= 8);
    is_readable.then(|| format!("{} {} {}", state(0), state(1), state(2)))
}
