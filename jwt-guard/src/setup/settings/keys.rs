//! Keys among the settings: as text or in a file, one to verify with and one to sign with.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Settings, secret_text};
use crate::keys::{Algorithm, KeyError, SigningKey, VerifyingKey};
use crate::problems::Problems;
use crate::secret::Secret;
use crate::setup::ImportReport;
use crate::setup::keys::KeySource;

/// The source of a key.
enum KeySetting {
    Text(Secret),
    File(PathBuf),
}

/// The kind of a key.
#[derive(Clone, Copy)]
enum KeyForm {
    Secret,
    Pem,
    KeySet,
}

/// The settings that name a key.
pub(super) const KEYS: [&str; 14] = [
    "oidc_issuer",
    "jwks_url",
    "metadata_url",
    "trust",
    "secret",
    "secret_file",
    "public_key_pem",
    "public_key_file",
    "jwks",
    "jwks_file",
    "signing_secret",
    "signing_secret_file",
    "signing_key_pem",
    "signing_key_file",
];

type Candidate = (&'static str, KeyForm, Option<KeySetting>);

/// The key to verify with, if one is set.
pub(super) fn verifying(settings: &mut Settings, report: &mut ImportReport) -> Option<KeySource> {
    let candidates = [
        ("secret", KeyForm::Secret, settings.secret.take().map(KeySetting::Text)),
        ("secret_file", KeyForm::Secret, settings.secret_file.take().map(KeySetting::File)),
        ("public_key_pem", KeyForm::Pem, settings.public_key_pem.take().map(KeySetting::Text)),
        ("public_key_file", KeyForm::Pem, settings.public_key_file.take().map(KeySetting::File)),
        ("jwks", KeyForm::KeySet, settings.jwks.take().map(KeySetting::Text)),
        ("jwks_file", KeyForm::KeySet, settings.jwks_file.take().map(KeySetting::File)),
    ];
    let (algorithm, id) = (settings.algorithm.take(), settings.key_id.take());
    let chosen = only(candidates, "; several keys go into one `jwks_file`", report);
    let problems = &mut report.problems;
    match &chosen {
        Ok(None) if id.is_some() => {
            problems.setting("`key_id` is set without `secret`, `public_key_pem` or a file of either");
        }
        Ok(Some((name, KeyForm::KeySet, _))) if id.is_some() => {
            problems
                .setting(format!("`key_id` does not go with `{name}`, whose keys name their own (`kid`)"));
        }
        _ => {}
    }
    match (&chosen, algorithm) {
        (Ok(None), Some(_)) => {
            problems.setting("`algorithm` is set without `secret`, `public_key_pem` or a file of either");
        }
        (Ok(Some((name, KeyForm::KeySet, _))), Some(_)) => problems.setting(format!(
            "`algorithm` does not go with `{name}`, whose keys name their own; `algorithms` is for those \
             that do not"
        )),
        (Ok(Some((name, KeyForm::Pem, _))), None) => {
            problems
                .setting(format!("`{name}` needs `algorithm`, such as \"RS256\", \"ES256\" or \"EdDSA\""));
        }
        _ => {}
    }
    let (name, form, origin) = chosen.ok().flatten()?;
    let key = origin.read(name, form, problems)?;
    let algorithm = match form {
        KeyForm::Secret => Some(algorithm.unwrap_or(Algorithm::Hs256)),
        KeyForm::Pem | KeyForm::KeySet => algorithm,
    };
    if let (Some(id), Some(algorithm), KeyForm::Secret | KeyForm::Pem) = (id, algorithm, form) {
        let loaded = match form {
            KeyForm::Secret => VerifyingKey::secret(algorithm, key),
            KeyForm::Pem | KeyForm::KeySet => VerifyingKey::pem(algorithm, key.expose()),
        };
        return problems.keep(loaded).map(|key| KeySource::Loaded(key.with_id(id)));
    }
    match form {
        KeyForm::Secret => Some(KeySource::Secret(algorithm?, key)),
        KeyForm::Pem => Some(KeySource::Pem(algorithm?, key.expose().to_vec())),
        KeyForm::KeySet => match String::from_utf8(key.expose().to_vec()) {
            Ok(text) => Some(KeySource::JwkSet(text)),
            Err(_) => {
                problems.setting(format!("`{name}` is not UTF-8; expected a JSON Web Key set"));
                None
            }
        },
    }
}

/// The key to issue tokens with, if one is set.
pub(super) fn signing(settings: &mut Settings, report: &mut ImportReport) -> Option<SigningKey> {
    let candidates = [
        ("signing_secret", KeyForm::Secret, settings.signing_secret.take().map(KeySetting::Text)),
        ("signing_secret_file", KeyForm::Secret, settings.signing_secret_file.take().map(KeySetting::File)),
        ("signing_key_pem", KeyForm::Pem, settings.signing_key_pem.take().map(KeySetting::Text)),
        ("signing_key_file", KeyForm::Pem, settings.signing_key_file.take().map(KeySetting::File)),
    ];
    let (algorithm, id) = (settings.signing_algorithm.take(), settings.signing_key_id.take());
    let chosen = only(candidates, ": a guard signs with one", report);
    let problems = &mut report.problems;
    if let Ok(None) = chosen {
        let orphans = [("signing_algorithm", algorithm.is_some()), ("signing_key_id", id.is_some())];
        for (name, _) in orphans.into_iter().filter(|(_, is_set)| *is_set) {
            problems.setting(format!("`{name}` is set without a signing key"));
        }
    }
    let (name, form, origin) = chosen.ok().flatten()?;
    let algorithm = match (form, algorithm) {
        (_, Some(algorithm)) => algorithm,
        (KeyForm::Secret, None) => Algorithm::Hs256,
        (KeyForm::Pem | KeyForm::KeySet, None) => {
            problems.setting(format!("`{name}` needs `signing_algorithm`, such as \"ES256\" or \"EdDSA\""));
            return None;
        }
    };
    let key = origin.read(name, form, problems)?;
    let loaded: Result<SigningKey, KeyError> = match form {
        KeyForm::Secret => SigningKey::secret(algorithm, key),
        KeyForm::Pem | KeyForm::KeySet => SigningKey::pem(algorithm, key.expose()),
    };
    let key = problems.keep(loaded)?;
    Some(match id {
        Some(id) => key.with_id(id),
        None => key,
    })
}

/// The one setting that is present; a recorded error if there are several.
fn only(
    candidates: impl IntoIterator<Item = Candidate>,
    advice: &str,
    report: &mut ImportReport,
) -> Result<Option<(&'static str, KeyForm, KeySetting)>, ()> {
    let mut set: Vec<_> = candidates
        .into_iter()
        .filter_map(|(name, form, origin)| origin.map(|origin| (name, form, origin)))
        .collect();
    report.names_key |= !set.is_empty();
    if set.len() > 1 {
        let names: Vec<_> = set.iter().map(|(name, ..)| format!("`{name}`")).collect();
        report.problems.setting(format!("{} are set; keep one of them{advice}", names.join(" and ")));
        return Err(());
    }
    Ok(set.pop())
}

impl KeySetting {
    fn read(self, name: &str, form: KeyForm, problems: &mut Problems) -> Option<Secret> {
        let path = match self {
            Self::Text(text) => return Some(with_line_ends(text, form)),
            Self::File(path) => path,
        };
        if holds_secret(&path) {
            let setting = name.replace("_file", if matches!(form, KeyForm::Pem) { "_pem" } else { "" });
            problems.setting(format!(
                "`{name}` holds a key or a token, which is not shown here; expected the name of a file; a \
                 key itself is the setting `{setting}`"
            ));
            return None;
        }
        match read_file(&path) {
            Ok(bytes) if matches!(form, KeyForm::Secret) => match secret_text::of_file(bytes) {
                Ok(secret) => Some(secret),
                Err(reason) => {
                    problems.setting(format!("`{name}`: {reason}"));
                    None
                }
            },
            Ok(bytes) => Some(with_line_ends(bytes, form)),
            Err(error) => {
                problems.setting(format!("`{name}` cannot be read from {}: {error}", shown(&path)));
                None
            }
        }
    }
}

/// Whether the name of a file is a secret that was given in its place, which no message may show.
fn holds_secret(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let text = text.trim_start();
    ["base64:", "-----BEGIN", "{", "eyJ"].iter().any(|start| text.starts_with(start)) || text.contains('\n')
}

/// The name of a file that cannot be read, unless it may be a secret in hexadecimal digits or Base64.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_digit = |letter: char| letter.is_ascii_alphanumeric() || "+/-_=".contains(letter);
    if text.len() >= 32 && !text.starts_with('/') && text.chars().all(is_digit) {
        return "a file whose name may be a secret and is not shown".to_owned();
    }
    text.into_owned()
}

/// More than any key or set of keys needs.
const MOST_BYTES: u64 = 1 << 20;

fn read_file(path: &Path) -> io::Result<Secret> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 1 MiB"));
    }
    Ok(bytes.as_slice().into())
}

/// PEM with its line ends, where a variable or a tool has escaped them.
fn with_line_ends(text: Secret, form: KeyForm) -> Secret {
    match form {
        KeyForm::Pem => secret_text::pem(text.expose()).unwrap_or(text),
        KeyForm::Secret | KeyForm::KeySet => text,
    }
}
