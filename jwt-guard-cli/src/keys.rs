//! Keys in files: PEM, a JSON Web Key, or a set of them; public or private.

use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use jwt_guard::keys::{KeyError, KeyErrorKind, KeySet, VerifyingKey};
use jwt_guard::{Algorithm, SigningKey};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::files;
use crate::report::Failure;

/// Reads the name of an algorithm.
pub(crate) fn algorithm() -> impl clap::builder::TypedValueParser<Value = Algorithm> {
    let names = Algorithm::ALL.iter().map(|algorithm| algorithm.name());
    PossibleValuesParser::new(names)
        .try_map(|name| Algorithm::from_name(&name).ok_or_else(|| format!("{name} is not an algorithm")))
}

/// Reads the name of a key. A guard refuses tokens with other names.
pub(crate) fn kid(name: &str) -> Result<String, String> {
    match name.len() {
        1..=256 if !name.contains(char::is_control) => Ok(name.to_owned()),
        _ => Err("expected 1 to 256 bytes without control characters".to_owned()),
    }
}

/// The keys of a file, and why others of its set are left out.
pub(crate) struct PublicKeys {
    pub(crate) keys: Vec<VerifyingKey>,
    pub(crate) notes: Vec<String>,
}

/// The public keys of a file, as a guard takes them from a set that an issuer publishes.
pub(crate) fn public_keys(path: &Path, algorithm: Option<Algorithm>) -> Result<PublicKeys, Failure> {
    let text = files::read_text(path, "the key")?;
    match form(&text)? {
        Form::Set(_) => {
            let set = KeySet::published(&text, algorithm.as_slice());
            let set = set.map_err(|error| failure(path, &error, algorithm))?;
            Ok(PublicKeys { notes: skipped(path, set.skipped()), keys: set.iter().cloned().collect() })
        }
        form => {
            one(path, &text, form, algorithm).map(|key| PublicKeys { keys: vec![key], notes: Vec::new() })
        }
    }
}

/// The public halves of the keys of a file, which may be private.
pub(crate) fn public_halves(path: &Path, algorithm: Option<Algorithm>) -> Result<PublicKeys, Failure> {
    let text = files::read_text(path, "the key")?;
    let elements = match form(&text)? {
        Form::Set(elements) => elements,
        form => {
            let key = one(path, &text, form, algorithm)?;
            return Ok(PublicKeys { keys: vec![key], notes: Vec::new() });
        }
    };
    let (mut keys, mut left_out) = (Vec::new(), Vec::new());
    for element in elements {
        match of_jwk(element, algorithm) {
            Ok(key) => keys.push(public(path, key, algorithm)?),
            Err(error) if is_of_others(error.kind()) => left_out.push(error),
            Err(error) => return Err(failure(path, &error, algorithm)),
        }
    }
    Ok(PublicKeys { keys, notes: skipped(path, &left_out) })
}

/// Whether a key of a set is not one that verifies tokens here, so that the others work.
fn is_of_others(kind: KeyErrorKind) -> bool {
    matches!(
        kind,
        KeyErrorKind::NotForSignatures | KeyErrorKind::Unsupported | KeyErrorKind::AlgorithmNotAllowed
    )
}

fn one(
    path: &Path,
    text: &str,
    form: Form<'_>,
    algorithm: Option<Algorithm>,
) -> Result<VerifyingKey, Failure> {
    let key = if matches!(form, Form::Pem) { of_pem(text, algorithm) } else { of_jwk(text, algorithm) };
    public(path, key.map_err(|error| failure(path, &error, algorithm))?, algorithm)
}

/// Refuses a shared secret, and a key for another algorithm than the one that was named.
fn public(path: &Path, key: VerifyingKey, algorithm: Option<Algorithm>) -> Result<VerifyingKey, Failure> {
    let (file, of_key) = (files::name(path), key.algorithm());
    if key.to_public_jwk().is_none() {
        return Err(Failure::usage(format!(
            "{file} holds a shared secret, which is never published: each service that verifies with it needs it itself, \
             as the file of `--secret`; or publish the public key of a pair"
        )));
    }
    match algorithm {
        Some(named) if named != of_key => Err(Failure::usage(format!(
            "{file}: the key is for {of_key}, and `--algorithm` says {named}: leave it out"
        ))),
        _ => Ok(key),
    }
}

fn failure(path: &Path, error: &KeyError, algorithm: Option<Algorithm>) -> Failure {
    let file = files::name(path);
    match error.kind() {
        KeyErrorKind::Mismatch | KeyErrorKind::AlgorithmUndetermined if algorithm.is_none() => {
            Failure::usage(format!(
                "{file}: the key does not name its algorithm: add `--algorithm`, such as RS256"
            ))
        }
        KeyErrorKind::NoUsableKey if algorithm.is_none() => {
            Failure::undecided(format!("{file}: {error}; `--algorithm` is for keys that do not name theirs"))
        }
        _ => Failure::undecided(format!("{file}: {error}")),
    }
}

fn skipped(path: &Path, errors: &[KeyError]) -> Vec<String> {
    errors.iter().map(|error| format!("{}: left out {error}", files::name(path))).collect()
}

/// The one key under this name; all keys, if there is none.
pub(crate) fn named(mut keys: Vec<VerifyingKey>, kid: Option<&str>) -> Result<Vec<VerifyingKey>, Failure> {
    let Some(kid) = kid else { return Ok(keys) };
    match (keys.pop(), keys.is_empty()) {
        (Some(key), true) => Ok(vec![key.with_id(kid)]),
        _ => Err(Failure::usage("`--kid` names one key, but there are several, which name themselves")),
    }
}

/// How keys are written.
enum Form<'t> {
    Pem,
    Jwk,
    /// With the texts of its keys.
    Set(Vec<&'t str>),
}

/// A set (RFC 7517 section 5) has its keys in a list.
#[derive(Deserialize)]
struct JwkSet<'t> {
    #[serde(borrow, default)]
    keys: Option<Vec<&'t RawValue>>,
}

fn form(text: &str) -> Result<Form<'_>, Failure> {
    if !text.trim_start().starts_with('{') {
        return Ok(Form::Pem);
    }
    // The cause is dropped: it may quote a member.
    let set: JwkSet<'_> = serde_json::from_str(text)
        .map_err(|_| Failure::undecided("the key is not JSON: expected a JWK or a set of them"))?;
    Ok(set.keys.map_or(Form::Jwk, |keys| Form::Set(keys.into_iter().map(RawValue::get).collect())))
}

fn of_jwk(text: &str, algorithm: Option<Algorithm>) -> Result<VerifyingKey, KeyError> {
    match (SigningKey::jwk(text), algorithm) {
        (Ok(key), _) => Ok(key.verifying_key()),
        (Err(error), _) if error.kind() == KeyErrorKind::PublicKey => {
            VerifyingKey::jwk(text, algorithm.as_slice())
        }
        // A private key that does not name its algorithm.
        (Err(error), Some(algorithm)) if error.kind() == KeyErrorKind::AlgorithmUndetermined => {
            let members = text.trim_start().trim_start_matches('{');
            SigningKey::jwk(&format!("{{\"alg\":\"{algorithm}\",{members}")).map(|key| key.verifying_key())
        }
        (Err(error), _) => Err(error),
    }
}

fn of_pem(text: &str, algorithm: Option<Algorithm>) -> Result<VerifyingKey, KeyError> {
    let load = |algorithm| {
        if text.contains("PRIVATE KEY-----") {
            SigningKey::pem(algorithm, text).map(|key| key.verifying_key())
        } else {
            VerifyingKey::pem(algorithm, text)
        }
    };
    algorithm.map_or_else(|| load_by_kind(load), load)
}

/// The algorithm of EC and Ed25519 keys is that of their curve.
fn load_by_kind<K>(load: impl Fn(Algorithm) -> Result<K, KeyError>) -> Result<K, KeyError> {
    let mut result = load(Algorithm::Es256);
    for algorithm in [Algorithm::Es384, Algorithm::EdDsa] {
        match &result {
            Err(error) if error.kind() == KeyErrorKind::Mismatch => result = load(algorithm),
            _ => return result,
        }
    }
    result
}
