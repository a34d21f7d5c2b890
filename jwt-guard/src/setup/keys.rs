//! The setters and the loading of keys.

use std::fmt;

use super::{Builder, HasKeys};
use crate::keys::{Algorithm, KeySet, VerifyingKey};
use crate::problems::Problems;
use crate::secret::Secret;

/// Keys. Each call adds one; a token chooses among them by its `kid`, and each verifies with its own algorithm only. If
/// tokens have a `kid`, give the key that id by [`Builder::key`] and [`VerifyingKey::with_id`]: a key without an id
/// verifies tokens without `kid`, and a public key also those with its thumbprint.
impl<K, A> Builder<K, A> {
    /// Adds a shared secret for HS256: at least 32 random bytes (RFC 7518 section 3.2), not a password.
    pub fn secret(self, secret: impl Into<Secret>) -> Builder<HasKeys, A> {
        self.secret_for(Algorithm::Hs256, secret)
    }

    /// Adds a shared secret for HS256, HS384 or HS512: at least 32, 48 or 64 random bytes.
    pub fn secret_for(self, algorithm: Algorithm, secret: impl Into<Secret>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Secret(algorithm, secret.into()))
    }

    /// Adds a public key in PEM: `PUBLIC KEY`, or `RSA PUBLIC KEY`.
    pub fn pem(self, algorithm: Algorithm, pem: impl AsRef<[u8]>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Pem(algorithm, pem.as_ref().to_vec()))
    }

    /// Adds a public key in DER: SubjectPublicKeyInfo, or PKCS#1 for RSA.
    pub fn der(self, algorithm: Algorithm, der: impl AsRef<[u8]>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Der(algorithm, der.as_ref().to_vec()))
    }

    /// Adds a JSON Web Key (RFC 7517). An RSA or symmetric key without `alg` needs
    /// [`algorithms`](Builder::algorithms) to name the one it is for.
    pub fn jwk(self, json: impl Into<String>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Jwk(json.into()))
    }

    /// Adds every usable key of a JSON Web Key set. Keys for other purposes are skipped; if none is usable, the error
    /// has the reason for each.
    pub fn jwk_set(self, json: impl Into<String>) -> Builder<HasKeys, A> {
        self.with_key(KeySource::JwkSet(json.into()))
    }

    /// Adds a key that was loaded before.
    pub fn key(self, key: VerifyingKey) -> Builder<HasKeys, A> {
        self.with_key(KeySource::Loaded(key))
    }

    /// Adds a set of keys that was loaded before.
    pub fn key_set(self, keys: KeySet) -> Builder<HasKeys, A> {
        self.with_key(KeySource::LoadedSet(keys))
    }

    /// Allows these algorithms only. By default each key allows the one it is bound to by its `alg`, curve or kind.
    ///
    /// An RSA key of a set without `alg`, as Entra and Azure B2C publish them, is bound to the one RSA
    /// algorithm of this list (RFC 8725 section 3.1), and is not used without it: none is assumed, because
    /// the key would then verify what its issuer never signs. `.algorithms([Algorithm::Rs256])` is right for
    /// most issuers. The same holds for symmetric keys.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.draft.own.algorithms = algorithms.into_iter().collect();
        self
    }

    pub(super) fn with_key(mut self, key: KeySource) -> Builder<HasKeys, A> {
        self.draft.own.keys.push(key);
        self.into_state()
    }
}

/// A key in the form of its setter; loaded at the end, so that all bad keys are reported together.
#[derive(Clone)]
pub(super) enum KeySource {
    Der(Algorithm, Vec<u8>),
    Jwk(String),
    JwkSet(String),
    Loaded(VerifyingKey),
    LoadedSet(KeySet),
    Pem(Algorithm, Vec<u8>),
    Secret(Algorithm, Secret),
}

/// Shows only the kind of key. The text of a JWK may contain a secret, and so may a text that was given as a public
/// key.
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

/// Loads every key, and records the unusable ones.
pub(super) fn load(
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
            "a key is bound to {}, which is not in the list given to `algorithms`; add it there or remove \
             the key",
            key.algorithm()
        ));
    }
    if keys.is_empty() {
        // The failure of each key is recorded already.
        return None;
    }
    problems.keep(KeySet::new(keys))
}

/// The guard's own key, under the `kid` of its tokens, so that another key without an id remains the one for tokens
/// without `kid`.
fn named(key: VerifyingKey) -> VerifyingKey {
    match key.name().map(str::to_owned) {
        Some(name) => key.with_id(name),
        None => key,
    }
}

/// The keys of a set. Skipped ones are logged: one of them may be the missing one.
fn usable(set: KeySet) -> impl Iterator<Item = VerifyingKey> {
    for skipped in set.skipped() {
        tracing::warn!(target: "jwt_guard", reason = %skipped, "a key of the set is not used");
    }
    set.into_iter()
}
