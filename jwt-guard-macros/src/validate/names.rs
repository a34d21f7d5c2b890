//! The rules for the texts in an attribute.

use syn::LitStr;

use crate::errors::ErrorSink;
use crate::keys::Key;
use crate::model::Literal;

/// A scope: printable ASCII without space, quote and backslash (RFC 6749 section 3.3).
pub(super) fn scope(text: LitStr, errors: &mut ErrorSink) -> Option<LitStr> {
    let name = text.value();
    let words: Vec<_> = name.split_whitespace().map(|word| format!("scope = {word:?}")).collect();
    if words.is_empty() {
        errors.push(text, "a scope name is empty; write a name such as `scope = \"orders:read\"`");
    } else if words.len() > 1 {
        let message = "a scope name has no spaces; for several scopes write one condition each";
        errors.push(text, format!("{message}: `{}`", words.join(", ")));
    } else if let Some(bad) = name.chars().find(|&letter| !is_scope_letter(letter)) {
        let message = "is not allowed in a scope name; it takes ASCII letters, digits and punctuation except";
        errors.push(text, format!("{bad:?} {message} `\"` and `\\`, as in `scope = \"orders:read\"`"));
    } else {
        return Some(text);
    }
    None
}

pub(crate) fn is_scope_letter(letter: char) -> bool {
    letter.is_ascii_graphic() && letter != '"' && letter != '\\'
}

/// A role: any non-empty text without control characters.
pub(super) fn role(text: LitStr, errors: &mut ErrorSink) -> Option<LitStr> {
    let name = text.value();
    if name.is_empty() {
        errors.push(text, "a role name is empty; write a name such as `role = \"clerk\"`");
    } else if let Some(bad) = name.chars().find(char::is_ascii_control) {
        errors.push(
            text,
            format!("{bad:?} is not allowed in a role name; write a name such as `role = \"clerk\"`"),
        );
    } else if name.trim() != name {
        let message = "a role name has white space at its end, so no token has it; write";
        errors.push(text, format!("{message} `role = {:?}`", name.trim()));
    } else {
        return Some(text);
    }
    None
}

/// One member name in the path to a claim.
pub(super) fn claim_segment(text: LitStr, errors: &mut ErrorSink) -> Option<LitStr> {
    if text.value().is_empty() {
        errors.push(text, "a claim name is empty; write a name such as `claim(\"tenant\") = \"acme\"`");
        return None;
    }
    without_space_at_its_end("the name of a claim", text, errors)
}

/// The name of a path parameter, as it stands between the braces of a route pattern.
pub(super) fn parameter(key: &Key, text: LitStr, errors: &mut ErrorSink) -> Option<LitStr> {
    let name = text.value();
    if name.is_empty() {
        errors.push(text, format!("the name of a path parameter is empty; {}", key.written()));
    } else if name.contains(['{', '}', '/', '*']) {
        let inner = name.rsplit('{').next().unwrap_or_default().trim_start_matches('*');
        let inner = inner.split('}').next().filter(|inner| !inner.is_empty() && !inner.contains('/'));
        let meant = inner.map_or_else(|| key.written(), |inner| format!("write `{inner:?}`"));
        errors.push(text, format!("a path parameter is named as between its braces, without them; {meant}"));
    } else {
        return Some(text);
    }
    None
}

/// The literal that a claim is compared with.
pub(super) fn claim_value(value: Literal, errors: &mut ErrorSink) -> Option<Literal> {
    match value {
        Literal::Text(text) => {
            without_space_at_its_end("the value of a claim", text, errors).map(Literal::Text)
        }
        Literal::Integer(_) | Literal::Bool(_) => Some(value),
    }
}

/// Refuses invisible white space, with which a condition would fail, and a `not(..)` hold, for every caller.
fn without_space_at_its_end(what: &str, text: LitStr, errors: &mut ErrorSink) -> Option<LitStr> {
    let value = text.value();
    if value.trim() != value {
        errors.push(text, format!("{what} has white space at its end; write `{:?}`", value.trim()));
        return None;
    }
    Some(text)
}

/// A reason for the access table.
pub(super) fn reason(text: LitStr, errors: &mut ErrorSink) -> Option<LitStr> {
    if text.value().trim().is_empty() {
        errors.push(text, "a reason is empty; say why the policy is as it is, or leave `reason` out");
        return None;
    }
    Some(text)
}

/// An absolute path on the same origin, so that a redirect never leads to another site.
pub(super) fn redirect(text: LitStr, errors: &mut ErrorSink) -> Option<LitStr> {
    let path = text.value();
    let mistake = if path.is_empty() {
        Some("is empty")
    } else if path.starts_with("//") || path.starts_with("/\\") {
        Some("leads to another host")
    } else if path.contains("://") && !path.starts_with('/') {
        Some("leads to another origin")
    } else if !path.starts_with('/') {
        Some("is relative")
    } else if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("has a space or a character outside ASCII")
    } else if path.contains('#') {
        Some("has a fragment, after which a server reads no query")
    } else {
        None
    };
    let Some(mistake) = mistake else { return Some(text) };
    errors.push(
        text,
        format!(
            "the redirect {mistake}; it goes to an absolute path of this service, as in `redirect = \
             \"/login\"`"
        ),
    );
    None
}
