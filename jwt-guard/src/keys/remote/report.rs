//! Logs changes of an issuer's keys, each once, and never what was received.

use std::mem;

use super::holder::State;
use super::schedule::Moment;
use crate::keys::error::quoted;
use crate::keys::{KeyError, KeyErrorKind, KeySet, VerifyingKey};

/// The state of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// Not fetched yet.
    Unknown,
    Good,
    /// The last fetch failed; earlier keys are served.
    Stale,
    /// The last fetch failed, and there are no keys to serve.
    Out,
}

/// The changes of one fetch.
#[derive(Debug, Default)]
pub(super) struct FetchReport {
    health: Option<(Health, Health)>,
    error: Option<String>,
    pub(super) change: Option<KeyChange>,
    /// There are no keys left.
    pub(super) withdrawn: bool,
    /// Unusable keys, if they are not the same as before.
    skipped: Vec<KeyError>,
}

/// The difference between two sets of keys, by name and algorithm.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct KeyChange {
    added: Vec<String>,
    removed: Vec<String>,
    /// New material under an old name.
    replaced: Vec<String>,
}

impl KeyChange {
    pub(super) fn between(before: &KeySet, after: &[VerifyingKey]) -> Self {
        let mut change = Self::default();
        let named_alike = |a: &VerifyingKey, b: &VerifyingKey| {
            a.id().is_some() && a.id() == b.id() && a.algorithm() == b.algorithm()
        };
        for key in after.iter().filter(|key| !before.iter().any(|known| known.is_same(key))) {
            let list = if before.iter().any(|known| named_alike(known, key)) {
                &mut change.replaced
            } else {
                &mut change.added
            };
            list.push(label(key));
        }
        for key in before {
            if !after.iter().any(|new| new.is_same(key) || named_alike(new, key)) {
                change.removed.push(label(key));
            }
        }
        change
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

fn label(key: &VerifyingKey) -> String {
    format!("{} {}", key.algorithm(), quoted(key.id().unwrap_or_default()))
}

/// The lines of one fetch about keys that cannot be used, and as many about secrets. The status of the keys has all.
const MOST_LINES: usize = 10;

impl FetchReport {
    /// Compares the new state of the issuer with the old one.
    pub(super) fn note(&mut self, state: &mut State, now: Moment) {
        let health = match (state.schedule.is_failing(), state.schedule.has_keys(now)) {
            (false, _) => Health::Good,
            (true, true) => Health::Stale,
            (true, false) => Health::Out,
        };
        if health == Health::Good {
            state.last_error = None;
        }
        if health != state.health {
            self.health = Some((state.health, health));
            self.error.clone_from(&state.last_error);
            state.health = health;
        }
    }

    /// Unusable keys are logged only if they are new.
    pub(super) fn note_skipped(&mut self, state: &mut State, skipped: Vec<KeyError>) {
        let texts = skipped.iter().map(ToString::to_string).collect();
        if mem::replace(&mut state.skipped, texts) != state.skipped {
            self.skipped = skipped;
        }
    }

    /// Writes it to the log.
    pub(super) fn log(self, issuer: &str) {
        let error = self.error.unwrap_or_default();
        match self.health {
            Some((_, Health::Stale)) => tracing::warn!(
                target: "jwt_guard",
                issuer,
                error,
                "the keys of the issuer cannot be fetched; those from before are used until the hard limit"
            ),
            Some((_, Health::Out)) => tracing::error!(
                target: "jwt_guard",
                issuer,
                error,
                "there are no keys of the issuer that may be used; requests with its tokens are answered with 503"
            ),
            Some((Health::Stale | Health::Out, Health::Good)) => {
                tracing::info!(target: "jwt_guard", issuer, "the keys of the issuer can be fetched again");
            }
            Some(_) | None => {}
        }
        if let Some(KeyChange { added, removed, replaced }) = &self.change {
            tracing::info!(target: "jwt_guard", issuer, ?added, ?removed, "the issuer has changed its keys");
            if self.withdrawn {
                tracing::warn!(
                    target: "jwt_guard",
                    issuer,
                    "the issuer has withdrawn all of its keys; its tokens are refused"
                );
            }
            if !replaced.is_empty() {
                tracing::warn!(
                    target: "jwt_guard",
                    issuer,
                    ?replaced,
                    "the issuer has put new keys under old names; the old keys are dead"
                );
            }
        }
        let (secrets, others): (Vec<_>, Vec<_>) =
            self.skipped.iter().partition(|reason| reason.kind() == KeyErrorKind::PrivateKey);
        for reason in secrets.iter().take(MOST_LINES) {
            tracing::error!(target: "jwt_guard", issuer, %reason, "the issuer publishes a secret");
        }
        for reason in others.iter().take(MOST_LINES) {
            tracing::warn!(target: "jwt_guard", issuer, %reason, "a key of the issuer cannot be used");
        }
        let more = [secrets, others].map(|lines| lines.len().saturating_sub(MOST_LINES));
        let more = more.into_iter().fold(0, usize::saturating_add);
        if more > 0 {
            tracing::warn!(
                target: "jwt_guard",
                issuer,
                more,
                "more keys of the issuer cannot be used; `KeyStatus::skipped` has the reasons"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = include_str!("../../../../tests/fixtures/keys/p256.public.jwk");
    const B: &str = include_str!("../../../../tests/fixtures/keys/p384.public.jwk");
    /// RFC 7515 appendix A.3: on the curve of [`A`].
    const OTHER: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    fn key(jwk: &str, id: Option<&str>) -> VerifyingKey {
        let key = VerifyingKey::jwk(jwk, &[]).unwrap();
        match id {
            Some(id) => key.with_id(id),
            None => key,
        }
    }

    fn change(before: &[VerifyingKey], after: &[VerifyingKey]) -> [Vec<String>; 3] {
        let KeyChange { added, removed, replaced } =
            KeyChange::between(&KeySet::fetched(before.to_vec()), after);
        [added, removed, replaced]
    }

    #[test]
    fn a_key_is_added_or_removed_by_name_and_algorithm_and_replaced_under_both() {
        let before = [key(A, Some("a")), key(B, Some("b")), key(B, None)];
        let text = |text: &str| vec![text.to_owned()];
        assert_eq!(change(&before, &before).concat(), [""; 0]);
        let replaced = [key(OTHER, Some("a")), key(B, Some("b")), key(B, None)];
        assert_eq!(change(&before, &replaced), [vec![], vec![], text(r#"ES256 "a""#)]);
        let renamed = [key(A, Some("z")), key(B, Some("b")), key(B, None)];
        assert_eq!(change(&before, &renamed), [text(r#"ES256 "z""#), text(r#"ES256 "a""#), vec![]]);
        let of_another_kind = [key(B, Some("a")), key(B, Some("b")), key(B, None)];
        assert_eq!(change(&before, &of_another_kind), [text(r#"ES384 "a""#), text(r#"ES256 "a""#), vec![]]);
        let long = [key(A, Some(&"x".repeat(256)))];
        assert_eq!(change(&[], &long)[0][0], format!("ES256 \"{}..\"", "x".repeat(64)));
        // Without a name nothing tells one from the next.
        let unnamed = |jwk| [key(jwk, None)];
        assert_eq!(change(&unnamed(A), &unnamed(OTHER)), [text(r#"ES256 """#), text(r#"ES256 """#), vec![]]);
    }
}
