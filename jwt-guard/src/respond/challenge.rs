//! The `WWW-Authenticate` header: `auth-scheme 1*SP #auth-param` (RFC 9110 section 11.6.1, RFC 6750 section 3).

use http::HeaderValue;

use super::table::answer;
use crate::error::FailureKind;

/// What a guard says of itself in every challenge, made once.
#[derive(Clone, Debug)]
pub(crate) struct Protection {
    /// `Bearer realm="orders"`.
    prefix: String,
    /// The challenges that name no scope.
    plain: Vec<(Option<&'static str>, HeaderValue)>,
}

impl Protection {
    pub(crate) fn new(scheme: &str, realm: &str) -> Self {
        let mut prefix = format!("{scheme} realm=");
        push_quoted(&mut prefix, realm);
        let codes = FailureKind::ALL.into_iter().map(|kind| answer(kind).challenge.code());
        let plain = codes.filter_map(|code| Some((code, write(&prefix, code, &[])?))).collect();
        Self { prefix, plain }
    }

    /// The challenge, with an error code and scopes where there are some.
    pub(super) fn challenge(&self, code: Option<&str>, scopes: &[&str]) -> Option<HeaderValue> {
        if !scopes.is_empty() {
            return write(&self.prefix, code, scopes);
        }
        self.plain.iter().find(|(known, _)| *known == code).map(|(_, challenge)| challenge.clone())
    }
}

/// Codes and scopes need no escape: neither may hold a quote or a backslash (RFC 6749 section 3.3). `None` would take
/// a character that no header can carry; configuration and compiler have refused those.
fn write(prefix: &str, code: Option<&str>, scopes: &[&str]) -> Option<HeaderValue> {
    // To the byte, so that the header takes the text as it is.
    let code_length = code.map_or(0, |code| code.len() + ", error=\"\"".len());
    let words: usize = scopes.iter().map(|scope| scope.len() + 1).sum();
    let scope_length = if scopes.is_empty() { 0 } else { words - 1 + ", scope=\"\"".len() };
    let mut text = String::with_capacity(prefix.len() + code_length + scope_length);
    text.push_str(prefix);
    if let Some(code) = code {
        text.push_str(", error=\"");
        text.push_str(code);
        text.push('"');
    }
    for (index, scope) in scopes.iter().enumerate() {
        text.push_str(if index == 0 { ", scope=\"" } else { " " });
        text.push_str(scope);
    }
    if !scopes.is_empty() {
        text.push('"');
    }
    HeaderValue::try_from(text).ok()
}

/// Writes a quoted-string (RFC 9110 section 5.6.4).
fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        if matches!(char, '"' | '\\') {
            out.push('\\');
        }
        out.push(char);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(realm: &str, code: Option<&str>, scopes: &[&str]) -> String {
        Protection::new("Bearer", realm).challenge(code, scopes).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn parameters_are_quoted_and_separated_by_commas() {
        assert_eq!(challenge("api", None, &[]), r#"Bearer realm="api""#);
        assert_eq!(
            challenge("api", Some("insufficient_scope"), &["a", "b"]),
            r#"Bearer realm="api", error="insufficient_scope", scope="a b""#
        );
    }

    #[test]
    fn quotes_in_a_realm_are_escaped() {
        assert_eq!(challenge(r#"a"b\c"#, None, &[]), r#"Bearer realm="a\"b\\c""#);
    }
}
