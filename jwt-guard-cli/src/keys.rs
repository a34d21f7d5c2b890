//! Keys in files: PEM, a JSON Web Key, or a set of them; public or private.

use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use jwt_guard::keys::{KeyError, KeyErrorKind, VerifyingKey};
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

/// The public keys of a file.
pub(crate) fn public_keys(path: &Path, algorithm: Option<Algorithm>) -> Result<Vec<VerifyingKey>, Failure> {
    let text = files::read_text(path, "the key")?;
    let keys: Result<Vec<_>, _> = if text.trim_start().starts_with('{') {
        elements(&text)?.into_iter().map(|text| of_jwk(text, algorithm)).collect()
    } else {
        of_pem(&text, algorithm).map(|key| vec![key])
    };
    keys.map_err(|error| match error.kind() {
        KeyErrorKind::Mismatch | KeyErrorKind::AlgorithmUndetermined if algorithm.is_none() => {
            Failure::usage(format!(
                "{}: the key does not name its algorithm: add `--algorithm`, such as RS256",
                files::name(path)
            ))
        }
        _ => Failure::undecided(format!("{}: {error}", files::name(path))),
    })
}

/// The one key under this name; all keys, if there is none.
pub(crate) fn named(mut keys: Vec<VerifyingKey>, kid: Option<&str>) -> Result<Vec<VerifyingKey>, Failure> {
    let Some(kid) = kid else { return Ok(keys) };
    match (keys.pop(), keys.is_empty()) {
        (Some(key), true) => Ok(vec![key.with_id(kid)]),
        _ => Err(Failure::usage("`--kid` names one key, but there are several, which name themselves")),
    }
}

/// A set (RFC 7517 section 5) has its keys in a list.
#[derive(Deserialize)]
struct JwkSet<'t> {
    #[serde(borrow, default)]
    keys: Option<Vec<&'t RawValue>>,
}

/// The texts of the keys of a set, or of the one key.
fn elements(text: &str) -> Result<Vec<&str>, Failure> {
    // The cause is dropped: it may quote a member.
    let set: JwkSet<'_> = serde_json::from_str(text)
        .map_err(|_| Failure::undecided("the key is not JSON: expected a JWK or a set of them"))?;
    Ok(match set.keys {
        Some(keys) => keys.into_iter().map(RawValue::get).collect(),
        None => vec![text],
    })
}

fn of_jwk(text: &str, algorithm: Option<Algorithm>) -> Result<VerifyingKey, KeyError> {
    match SigningKey::jwk(text) {
        Ok(key) => Ok(key.verifying_key()),
        Err(error) if error.kind() == KeyErrorKind::PublicKey => {
            VerifyingKey::jwk(text, algorithm.as_slice())
        }
        Err(error) => Err(error),
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
