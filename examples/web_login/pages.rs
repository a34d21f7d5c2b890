//! How the pages look: HTML as text, and what browsers may do with it.

use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE};
use axum::response::{Html, IntoResponse, Response};

/// The field of each form that repeats the value of the cookie for CSRF.
pub(crate) const CSRF_FIELD: &str = "csrf_token";

/// `no-store`: no page outlives the login in a cache.
pub(crate) fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <main>\n<h1>{title}</h1>\n{body}\n</main>\n"
    );
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self' 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; \
             base-uri 'none'",
        ),
    ];
    (headers, Html(html)).into_response()
}

const STYLE: &str = "body{font:1.1rem/1.5 sans-serif;background:#f2f4f7;color:#1d2733}\
    main{max-width:32rem;margin:3rem auto;padding:1.5rem 2rem;background:#fff;border-radius:.5rem}\
    label{display:block;margin:.5rem 0}input{font:inherit;padding:.2rem .4rem}\
    button{font:inherit;padding:.3rem 1rem;margin:.5rem 0}.problem{color:#a31515}";

pub(crate) fn login_page(next: &str, above: &str) -> Response {
    page(
        "Log in",
        &format!(
            r#"{above}
<form method=post action="/login"><input type=hidden name=next value="{}">
<label>Name <input name=name autocomplete=username required></label>
<label>Password <input name=password type=password autocomplete=current-password required></label>
<button id=login>Log in</button>
</form>"#,
            escaped(next)
        ),
    )
}

pub(crate) fn problem_page(detail: &str) -> Response {
    page(
        "That did not work",
        &format!(r#"<p class=problem>{}</p><p><a href="/login">Log in</a></p>"#, escaped(detail)),
    )
}

/// The hidden field of a form, with what the cookie beside the token says.
pub(crate) fn csrf_field(headers: &HeaderMap, token: &str) -> String {
    let name = format!("csrf_{token}_token=");
    let cookies = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let value = cookies.flat_map(|line| line.split("; ")).find_map(|cookie| cookie.strip_prefix(&name));
    format!(r#"<input type=hidden name={CSRF_FIELD} value="{}">"#, escaped(value.unwrap_or_default()))
}

/// Text as HTML, in an element or between double quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html += "&amp;",
            '<' => html += "&lt;",
            '>' => html += "&gt;",
            '"' => html += "&quot;",
            '\'' => html += "&#39;",
            other => html.push(other),
        }
    }
    html
}
