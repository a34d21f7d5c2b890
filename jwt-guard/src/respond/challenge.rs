//! The `WWW-Authenticate` header: `auth-scheme 1*SP #auth-param` (RFC 9110 section 11.6.1, RFC 6750 section 3).

use std::sync::OnceLock;

use http::HeaderValue;

use super::table::{ChallengeForm, answer};
use crate::error::FailureKind;
use crate::policy::Way;

/// The challenges of a guard, each written once.
pub(crate) struct Protection {
    /// `Bearer realm="orders"`.
    prefix: String,
    /// The challenges that name no way.
    plain: Vec<(FailureKind, HeaderValue)>,
    /// Challenges that name one, in the order in which they were first sent. When all places are taken,
    /// another one is written each time.
    told: [OnceLock<Told>; PLACES],
}

/// A challenge with scopes, or with what the login must be like.
struct Told {
    kind: FailureKind,
    way: Way,
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
        let plain = FailureKind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, write(&prefix, kind, &Way::default())?)));
        let plain = plain.collect();
        Self { prefix, plain, told: [const { OnceLock::new() }; PLACES] }
    }

    /// The challenge for failures of this class, with the way in; `None` if the table has none.
    pub(super) fn challenge(&self, kind: FailureKind, way: &Way) -> Option<HeaderValue> {
        if *way == Way::default() {
            return self
                .plain
                .iter()
                .find(|(known, _)| *known == kind)
                .map(|(_, challenge)| challenge.clone());
        }
        let write = || write(&self.prefix, kind, way);
        let known = self.told.iter().find_map(|place| {
            let told = place.get_or_init(|| Told { kind, way: way.clone(), challenge: write() });
            (told.kind == kind && told.way == *way).then(|| told.challenge.clone())
        });
        known.unwrap_or_else(write)
    }
}

/// Codes, scopes and values of `acr` need no escape: none may contain a quote or a backslash (RFC 6749 section 3.3).
/// `None` if the table has no challenge. A character that is illegal in headers would have the same effect; configuration
/// and compiler have refused those.
fn write(prefix: &str, kind: FailureKind, way: &Way) -> Option<HeaderValue> {
    let code = match answer(kind).challenge {
        ChallengeForm::None => return None,
        ChallengeForm::Bare => None,
        ChallengeForm::Error(code) => Some(code),
    };
    let max_age = way.max_age().map(|most| most.as_secs().to_string());
    let max_age = max_age.as_deref();
    let params = [
        ("error", code.as_slice()),
        ("scope", way.scopes()),
        // RFC 9470 section 3.
        ("acr_values", way.acr_values()),
        ("max_age", max_age.as_slice()),
    ];
    let mut text = prefix.to_owned();
    for (name, words) in params {
        if let [first, more @ ..] = words {
            text.extend([", ", name, "=\"", *first]);
            more.iter().for_each(|word| text.extend([" ", *word]));
            text.push('"');
        }
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
    use std::time::Duration;

    use super::*;
    use crate::claims::hierarchy::Hierarchy;
    use crate::policy::Requirement;
    use crate::policy::evaluate::way_to_ask_for;

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
    fn a_challenge_says_what_the_login_must_be_like() {
        const ACR: &[&str] = &["gold", "silver"];
        const POLICY: Requirement = Requirement::All(&[
            Requirement::Acr(ACR),
            Requirement::Scope("a"),
            Requirement::MaxAge(Duration::from_secs(600)),
        ]);
        let protection = Protection::new("Bearer", "api", None);
        let login = r#"acr_values="gold silver", max_age="600""#;
        let way = way_to_ask_for(&POLICY, &Hierarchy::default());
        // The second time from the cache.
        for _ in 0..2 {
            let asked = protection.challenge(FailureKind::MissingToken, &way).unwrap();
            assert_eq!(asked, format!(r#"Bearer realm="api", scope="a", {login}"#).as_str());
        }
        let refused = protection.challenge(FailureKind::InsufficientUserAuthentication, &way).unwrap();
        let error = r#"error="insufficient_user_authentication", scope="a""#;
        assert_eq!(refused, format!(r#"Bearer realm="api", {error}, {login}"#).as_str());
        let age =
            way_to_ask_for(const { &Requirement::MaxAge(Duration::from_secs(5)) }, &Hierarchy::default());
        let asked = protection.challenge(FailureKind::MissingToken, &age).unwrap();
        assert_eq!(asked, r#"Bearer realm="api", max_age="5""#);
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
    fn challenges_are_told_apart_however_many_there_are() {
        let protection = Protection::new("Bearer", "api", None);
        let kinds = [FailureKind::MissingToken, FailureKind::InsufficientScope];
        for _ in 0..2 {
            for number in 0..PLACES {
                let scope: &'static str = format!("scope-{number}").leak();
                let way = way(&[scope]);
                let [missing, refused] = kinds.map(|kind| protection.challenge(kind, &way).unwrap());
                assert_eq!(missing, format!(r#"Bearer realm="api", scope="{scope}""#).as_str());
                let error = r#"error="insufficient_scope""#;
                assert_eq!(refused, format!(r#"Bearer realm="api", {error}, scope="{scope}""#).as_str());
            }
        }
        assert!(protection.told.iter().all(|place| place.get().is_some()));
    }

    #[test]
    fn a_challenge_is_written_once() {
        let protection = Protection::new("Bearer", "api", None);
        let way = way(&["a"]);
        let [one, two] = [(), ()].map(|()| protection.challenge(FailureKind::MissingToken, &way).unwrap());
        assert!(std::ptr::eq(one.as_bytes(), two.as_bytes()), "two texts");
        assert_eq!(protection.told.iter().filter(|place| place.get().is_some()).count(), 1);
    }
}
