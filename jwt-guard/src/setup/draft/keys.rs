//! Keys as they were given, and as they are loaded.

use std::fmt;

use crate::keys::{Algorithm, KeySet, VerifyingKey};
use crate::problems::Problems;
use crate::secret::Secret;

/// A key as it was handed to the builder; loaded at the end, so that all bad keys are named together.
#[derive(Clone)]
pub(crate) enum KeySource {
    Der(Algorithm, Vec<u8>),
    Jwk(String),
    JwkSet(String),
    Loaded(VerifyingKey),
    LoadedSet(KeySet),
    Pem(Algorithm, Vec<u8>),
    Secret(Algorithm, Secret),
}

/// Shows what kind of key it is. The text of a JWK may be a secret, and what was taken for a public key one too.
impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Der(..) => "Der(..)",
            Self::Jwk(_) => "Jwk(..)",
            Self::JwkSet(_) => "JwkSet(..)",
            Self::Loaded(_) => "Loaded(..)",
            Self::LoadedSet(_) => "LoadedSet(..)",
            Self::Pem(..) => "Pem(..)",
            Self::Secret(..) => "Secret(..)",
        })
    }
}

/// Loads every key, and notes each that cannot be used.
pub(in crate::setup) fn load(
    sources: Vec<KeySource>,
    signing: Option<VerifyingKey>,
    algorithms: &[Algorithm],
    problems: &mut Problems,
) -> Option<KeySet> {
    let mut keys: Vec<VerifyingKey> = signing.map(named).into_iter().collect();
    for source in sources {
        let one = match source {
            KeySource::Der(algorithm, der) => VerifyingKey::der(algorithm, &der),
            KeySource::Jwk(text) => VerifyingKey::jwk(&text, algorithms),
            KeySource::Loaded(key) => Ok(key),
            KeySource::Pem(algorithm, pem) => VerifyingKey::pem(algorithm, pem),
            KeySource::Secret(algorithm, secret) => VerifyingKey::secret(algorithm, secret),
            KeySource::JwkSet(text) => {
                keys.extend(problems.keep(KeySet::from_json(&text, algorithms)).into_iter().flat_map(usable));
                continue;
            }
            KeySource::LoadedSet(set) => {
                keys.extend(usable(set));
                continue;
            }
        };
        keys.extend(problems.keep(one));
    }
    for key in keys.iter().filter(|key| !algorithms.is_empty() && !algorithms.contains(&key.algorithm())) {
        problems.setting(format!(
            "a key is bound to {}, which is not in the list given to `algorithms`; add it there or remove the key",
            key.algorithm()
        ));
    }
    if keys.is_empty() {
        // Each key that failed to load has said so itself.
        return None;
    }
    problems.keep(KeySet::new(keys))
}

/// The guard's own key, under the name that it gives in every token. So another key without an id stays the one for tokens
/// that name none.
fn named(key: VerifyingKey) -> VerifyingKey {
    match key.name().map(str::to_owned) {
        Some(name) => key.with_id(name),
        None => key,
    }
}

/// The keys of a set. Those that were passed over are named in the log: one of them may be the one that is missed.
fn usable(set: KeySet) -> impl Iterator<Item = VerifyingKey> {
    for skipped in set.skipped() {
        tracing::warn!(target: "jwt_guard", reason = %skipped, "a key of the set is not used");
    }
    set.into_iter()
}
