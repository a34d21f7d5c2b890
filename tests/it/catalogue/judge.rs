//! Compares answers with what is expected of them, and with what holds for every answer.

use std::collections::BTreeMap;

use http::header::{DATE, WWW_AUTHENTICATE};

use super::data::{Case, Expect};
use super::run::Seen;

/// The title and the words that a client gets, by status and `error`. They say nothing of why a token is bad.
const DETAILS: [(u16, Option<&str>, &str, &str); 8] = [
    (400, Some("invalid_request"), "Bad Request", "the request must carry exactly one well-formed token"),
    (401, None, "Unauthorized", "authentication is required"),
    (401, Some("invalid_token"), "Unauthorized", "the token is not valid"),
    (401, Some("insufficient_user_authentication"), "Unauthorized", "this operation needs a new login"),
    (403, Some("insufficient_scope"), "Forbidden", "the token lacks a scope that this operation needs"),
    (403, None, "Forbidden", "the caller may not do this"),
    (500, None, "Internal Server Error", "internal server error"),
    (503, None, "Service Unavailable", "authentication is not available at the moment"),
];

/// Refusals of requests from other sites, by code. They have a ninth text.
const OF_OTHER_SITES: [&str; 6] = [
    "cross_site_request",
    "foreign_origin",
    "unknown_origin",
    "csrf_claim_missing",
    "csrf_value_missing",
    "csrf_value_wrong",
];

/// What is wrong with a guard that was refused at its start.
pub(super) fn start(expect: Option<&Expect>, error: &str) -> Vec<String> {
    match expect.and_then(|expect| expect.start_error.as_deref()) {
        Some(words) if error.contains(words) => Vec::new(),
        Some(words) => vec![format!("refused at the start, without the words {words:?}: {error}")],
        None => vec![format!("refused at the start: {error}")],
    }
}

/// What is wrong with an answer.
pub(super) fn answer(expect: &Expect, seen: &Seen, tokens: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    let status = seen.answer.status.as_u16();
    if Some(status) != expect.status {
        let expected = expect.status.unwrap_or_default();
        faults.push(format!(
            "status {status}, expected {expected}; code {:?}, {}",
            seen.code, seen.answer.body
        ));
    }
    let runs = |status| status == 101 || status / 100 == 2;
    let ran = usize::from(expect.ran.unwrap_or_else(|| expect.status.is_some_and(runs)));
    if seen.ran != ran {
        faults.push(format!("the handler ran {} times, expected {ran}", seen.ran));
    }
    if seen.code != expect.code {
        faults.push(format!("code {:?}, expected {:?}", seen.code, expect.code));
    }
    challenge(expect, seen, &mut faults);
    body(expect, seen, &mut faults);
    for (name, value) in &expect.headers {
        let found = seen.answer.header(name);
        if found.unwrap_or_default() != value {
            faults.push(format!("header {name} {found:?}, expected {value:?}"));
        }
    }
    let lines: Vec<_> = seen
        .answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let missing =
        expect.headers_have.iter().filter(|text| !lines.iter().any(|line| line.contains(text.as_str())));
    faults.extend(missing.map(|text| format!("no header line with {text:?}: {lines:?}")));
    secrets(seen, tokens, &mut faults);
    faults
}

/// What tells an answer from another one.
pub(super) fn same(one: &Seen, other: &Seen) -> Option<String> {
    let [one, other] = [one, other].map(|seen| {
        let mut headers = seen.answer.headers.clone();
        headers.remove(DATE);
        format!("{} {headers:?} {}", seen.answer.status, seen.answer.body)
    });
    (one != other).then(|| format!("{one} is told from {other}"))
}

/// One challenge with 400, 401 and 403, with exactly the expected parameters; none with any other status.
fn challenge(expect: &Expect, seen: &Seen, faults: &mut Vec<String>) {
    let found: Vec<_> = seen.answer.headers.get_all(WWW_AUTHENTICATE).iter().collect();
    let is_due = matches!(expect.status, Some(400 | 401 | 403)) && expect.code.is_some();
    let mut params = expect.challenge.clone();
    params.entry("realm".to_owned()).or_insert_with(|| "api".to_owned());
    params.extend(expect.error.clone().map(|error| ("error".to_owned(), error)));
    let scheme = params.remove("scheme").unwrap_or_else(|| "Bearer".to_owned());
    match (found.as_slice(), is_due) {
        ([], false) => {}
        ([one], true) => {
            let text = one.to_str().unwrap();
            let parsed = parse(text);
            if parsed.as_ref() != Some(&(scheme.as_str(), params.clone())) {
                faults.push(format!("challenge {text:?}, expected {scheme} {params:?}"));
            }
        }
        _ => faults.push(format!("challenge {found:?}, and one is due: {is_due}")),
    }
}

/// Scheme and parameters, each of which is a quoted string and stands there once.
fn parse(text: &str) -> Option<(&str, BTreeMap<String, String>)> {
    let (scheme, mut rest) = text.split_once(' ')?;
    let mut params = BTreeMap::new();
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        if params.insert(name.to_owned(), value.to_owned()).is_some() {
            return None;
        }
        match after.strip_prefix(", ") {
            Some(next) => rest = next,
            None => return after.is_empty().then_some((scheme, params)),
        }
    }
}

fn body(expect: &Expect, seen: &Seen, faults: &mut Vec<String>) {
    let body = &seen.answer.body;
    if let Some(caller) = &expect.caller
        && body != caller
    {
        faults.push(format!("body {body:?}, expected {caller:?}"));
    }
    let missing = expect.body_has.iter().filter(|text| !body.contains(text.as_str()));
    faults.extend(missing.map(|text| format!("body {body:?} without {text:?}")));
    let whole = format!("{body} {:?}", seen.answer.headers);
    let present = expect.lacks.iter().filter(|text| whole.contains(text.as_str()));
    faults.extend(present.map(|text| format!("body or headers have {text:?}: {whole}")));
    if let Some(expected) = expect.body.clone().or_else(|| fixed_body(expect))
        && *body != expected
    {
        faults.push(format!("the whole body {body:?}, expected {expected:?}"));
    }
    let content_type = seen.answer.header("content-type");
    if expect.body.is_none()
        && body.starts_with(r#"{"title""#)
        && content_type != Some("application/problem+json")
    {
        faults.push(format!("content type {content_type:?}"));
    }
}

/// The whole body of a refusal. A hidden route has the body of a path that does not exist: none.
fn fixed_body(expect: &Expect) -> Option<String> {
    let status = expect.status.filter(|status| *status >= 400)?;
    if status == 404 {
        return Some(String::new());
    }
    let code = expect.code.as_deref()?;
    let (_, error, title, detail) =
        DETAILS.iter().find(|(at, error, ..)| *at == status && *error == expect.error.as_deref())?;
    let detail =
        if OF_OTHER_SITES.contains(&code) { "the request may come from another site" } else { detail };
    let error = error.map(|error| format!(r#","code":"{error}""#)).unwrap_or_default();
    Some(format!(r#"{{"title":"{title}","status":{status},"detail":"{detail}"{error}}}"#))
}

/// No answer, whatever its status, and no line of the log has a token of the request, nor its signature.
fn secrets(seen: &Seen, tokens: &[String], faults: &mut Vec<String>) {
    let answer = format!("{:?} {}", seen.answer.headers, seen.answer.body);
    let parts =
        tokens.iter().flat_map(|token| [Some(token.as_str()), token.rsplit_once('.').map(|(_, last)| last)]);
    for part in parts.flatten().filter(|part| part.len() > 16) {
        for (place, text) in [("log", &seen.log), ("answer", &answer)] {
            if text.contains(part) {
                faults.push(format!("the {place} has a token, or its signature: {text}"));
            }
        }
    }
}

/// What is wrong with the requests that the identity provider got since the case began.
pub(super) fn fetches(expect: &Expect, heads: &[String]) -> Option<String> {
    let found = asked(heads);
    let expected = expect.fetches.as_ref()?;
    (found != *expected).then(|| format!("fetched {found:?}, expected {expected:?}"))
}

/// What the identity provider would have answered and was not asked for, although the case does not say in `fetches` what is.
pub(super) fn unasked(case: &Case, heads: &[String]) -> Vec<String> {
    if case.expects().any(|expect| expect.fetches.is_some()) {
        return Vec::new();
    }
    let asked = asked(heads);
    let paths = case.provider.keys().chain(case.steps.iter().flat_map(|step| step.provider.keys()));
    let unasked = paths.filter(|path| !asked.contains_key(*path));
    unasked.map(|path| format!("{path} is never fetched, and the case has no `fetches`")).collect()
}

/// How often the identity provider was asked for each path.
fn asked(heads: &[String]) -> BTreeMap<String, usize> {
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for head in heads {
        *asked.entry(head.split(' ').nth(1).unwrap_or_default().to_owned()).or_default() += 1;
    }
    asked
}
