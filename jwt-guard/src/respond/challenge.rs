//! The `WWW-Authenticate` header: `auth-scheme 1*SP #auth-param` (RFC 9110 section 11.6.1, RFC 6750 section 3).

use std::fmt;
use std::sync::OnceLock;

use http::HeaderValue;

use super::table::{ChallengeForm, answer};
use crate::error::FailureKind;
use crate::policy::Way;

/// The challenges of a guard, made once.
pub(crate) struct Protection {
    /// `Bearer realm="orders"`.
    prefix: String,
    /// The challenges without scopes.
    plain: Vec<(FailureKind, HeaderValue)>,
    /// Challenges with scopes, each cached when it is first sent. If two have one place, the second is written each
    /// time.
    scoped: [OnceLock<Scoped>; PLACES],
}

/// A challenge with scopes.
struct Scoped {
    kind: FailureKind,
    scopes: Box<[&'static str]>,
    challenge: Option<HeaderValue>,
}

/// Enough for the policies of most services.
const PLACES: usize = 64;

impl Protection {
    /// `metadata` is the address of the metadata of the resource (RFC 9728 section 5.1).
    pub(crate) fn new(scheme: &str, realm: &str, metadata: Option<&str>) -> Self {
        let mut prefix = format!("{scheme} realm=");
        push_quoted(&mut prefix, realm);
        if let Some(metadata) = metadata {
            prefix.push_str(", resource_metadata=");
            push_quoted(&mut prefix, metadata);
        }
        let plain = FailureKind::ALL.into_iter().filter_map(|kind| Some((kind, write(&prefix, kind, &[])?)));
        let plain = plain.collect();
        Self { prefix, plain, scoped: [const { OnceLock::new() }; PLACES] }
    }

    /// The challenge for failures of this class, with the scopes of the way in; `None` if the table has none.
    pub(super) fn challenge(&self, kind: FailureKind, way: &Way) -> Option<HeaderValue> {
        let scopes = way.scopes();
        if scopes.is_empty() {
            return self
                .plain
                .iter()
                .find(|(known, _)| *known == kind)
                .map(|(_, challenge)| challenge.clone());
        }
        let write = || write(&self.prefix, kind, scopes);
        let scoped = self.scoped.get(place(kind, scopes))?;
        let scoped = scoped.get_or_init(|| Scoped { kind, scopes: scopes.into(), challenge: write() });
        if scoped.kind == kind && *scoped.scopes == *scopes { scoped.challenge.clone() } else { write() }
    }
}

/// The cache place of a challenge, probably different for different policies.
fn place(kind: FailureKind, scopes: &[&str]) -> usize {
    let ends = |scope: &&str| {
        let [first, last] = [scope.bytes().next(), scope.bytes().next_back()];
        scope.len() + 3 * usize::from(first.unwrap_or_default()) + 7 * usize::from(last.unwrap_or_default())
    };
    (scopes.iter().map(ends).sum::<usize>() + kind as usize) % PLACES
}

impl fmt::Debug for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Protection").field(&self.prefix).finish()
    }
}

/// Codes and scopes need no escape: neither may contain a quote or a backslash (RFC 6749 section 3.3). `None` if the
/// table has no challenge. A character that is illegal in headers would have the same effect; configuration and
/// compiler have refused those.
fn write(prefix: &str, kind: FailureKind, scopes: &[&str]) -> Option<HeaderValue> {
    let code = match answer(kind).challenge {
        ChallengeForm::None => return None,
        ChallengeForm::Bare => None,
        ChallengeForm::Error(code) => Some(code),
    };
    // The exact length, so that the header takes the text without a copy.
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

    fn way(scopes: &[&'static str]) -> Way {
        scopes.to_vec().into()
    }

    fn challenge(realm: &str, kind: FailureKind, scopes: &[&'static str]) -> String {
        Protection::new("Bearer", realm, None)
            .challenge(kind, &way(scopes))
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn parameters_are_quoted_and_separated_by_commas() {
        assert_eq!(challenge("api", FailureKind::MissingToken, &[]), r#"Bearer realm="api""#);
        assert_eq!(
            challenge("api", FailureKind::InsufficientScope, &["a", "b"]),
            r#"Bearer realm="api", error="insufficient_scope", scope="a b""#
        );
    }

    #[test]
    fn every_challenge_names_the_metadata_of_the_resource() {
        let protection = Protection::new("Bearer", "api", Some("https://api.example/m"));
        let start = r#"Bearer realm="api", resource_metadata="https://api.example/m""#;
        for kind in FailureKind::ALL {
            for scopes in [&[][..], &["a"]] {
                let challenge = protection.challenge(kind, &way(scopes));
                let challenge = challenge.as_ref().map(|value| value.to_str().unwrap());
                assert!(challenge.is_none_or(|text| text.starts_with(start)), "{challenge:?}");
            }
        }
        assert_eq!(protection.challenge(FailureKind::MissingToken, &way(&[])).unwrap(), start);
    }

    #[test]
    fn quotes_in_a_realm_are_escaped() {
        assert_eq!(challenge(r#"a"b\c"#, FailureKind::MissingToken, &[]), r#"Bearer realm="a\"b\\c""#);
    }

    #[test]
    fn a_failure_without_a_challenge_has_none_whatever_its_scopes() {
        let protection = Protection::new("Bearer", "api", None);
        for scopes in [&[][..], &["a"]] {
            assert_eq!(protection.challenge(FailureKind::Unavailable, &way(scopes)), None);
        }
    }

    #[test]
    fn two_challenges_that_want_one_place_are_told_apart() {
        let protection = Protection::new("Bearer", "api", None);
        let scopes: [&'static str; 2] = ["a-b", "a:b"];
        let kind = FailureKind::MissingToken;
        assert_eq!(place(kind, &scopes[..1]), place(kind, &scopes[1..]));
        for _ in 0..2 {
            for scope in scopes {
                let challenge = protection.challenge(kind, &way(&[scope])).unwrap();
                assert_eq!(challenge, format!(r#"Bearer realm="api", scope="{scope}""#).as_str());
            }
        }
    }
}
