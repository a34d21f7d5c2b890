//! The settings: arguments about the whole policy, each at most once.

use proc_macro2::Ident;
use syn::{LitStr, Path};

use super::condition::display_path;
use super::names;
use crate::crate_path::CratePath;
use crate::errors::ErrorSink;
use crate::keys::Key;
use crate::model::{ParsedSetting, SettingValue};

/// Each setting at most once, with its legal value.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) checks: Vec<Path>,
    pub(super) credentials: Option<Setting<()>>,
    pub(super) deny_as: Option<Setting<()>>,
    pub(super) enforcement: Option<Setting<()>>,
    pub(super) expired: Option<Setting<()>>,
    pub(super) crate_path: Option<CratePath>,
    pub(super) reason: Option<Setting<LitStr>>,
    pub(super) redirect: Option<Setting<LitStr>>,
    pub(super) token: Option<Setting<()>>,
}

/// A setting that may contradict another one.
pub(super) struct Setting<T> {
    ident: Ident,
    position: usize,
    pub(super) value: T,
}

impl<T> Setting<T> {
    /// The key of the later one of two.
    pub(super) fn later<U>(self, other: Setting<U>) -> Ident {
        if self.position > other.position { self.ident } else { other.ident }
    }
}

pub(super) fn settings(parsed: Vec<ParsedSetting>, errors: &mut ErrorSink) -> Settings {
    let mut settings = Settings::default();
    let mut seen = Vec::new();
    for (position, ParsedSetting { key, ident, value }) in parsed.into_iter().enumerate() {
        // The only one of which there may be several.
        let is_check = matches!(value, SettingValue::Check(_));
        if !is_check && seen.contains(&key.id) {
            errors.push(ident, format!("`{}` is given twice; keep one of them", key.name));
            continue;
        }
        seen.push(key.id);
        match value {
            SettingValue::Check(path) => {
                let is_known = |known: &Path| display_path(known) == display_path(&path);
                if settings.checks.iter().any(is_known) {
                    errors.push(
                        ident,
                        format!("`check = {}` is written twice; remove one of them", display_path(&path)),
                    );
                }
                settings.checks.push(path);
            }
            SettingValue::Crate(path) => settings.crate_path = CratePath::validate(path, errors),
            SettingValue::Credentials(text) => {
                settings.credentials =
                    fixed(key, &text, "ignored", errors).map(|()| Setting { ident, position, value: () });
            }
            SettingValue::DenyAs(text) => {
                settings.deny_as =
                    fixed(key, &text, "not_found", errors).map(|()| Setting { ident, position, value: () });
            }
            SettingValue::Enforcement(text) => {
                settings.enforcement =
                    fixed(key, &text, "report_only", errors).map(|()| Setting { ident, position, value: () });
            }
            SettingValue::Expired(text) => {
                settings.expired =
                    fixed(key, &text, "anonymous", errors).map(|()| Setting { ident, position, value: () });
            }
            SettingValue::Reason(text) => {
                settings.reason = names::reason(text, errors).map(|value| Setting { ident, position, value });
            }
            SettingValue::Redirect(text) => {
                settings.redirect =
                    names::redirect(text, errors).map(|value| Setting { ident, position, value });
            }
            SettingValue::Token(text) => {
                settings.token = refresh(key, &text, errors).map(|()| Setting { ident, position, value: () });
            }
        }
    }
    settings
}

/// The kind of token. Access tokens are the default and are not named.
fn refresh(key: &Key, text: &LitStr, errors: &mut ErrorSink) -> Option<()> {
    if text.value() == "access" {
        errors.push(
            text,
            format!("access tokens are the default; leave `{}` out, or write `{}`", key.name, key.form),
        );
        return None;
    }
    fixed(key, text, "refresh", errors)
}

/// A setting with one legal value.
fn fixed(key: &Key, text: &LitStr, legal: &str, errors: &mut ErrorSink) -> Option<()> {
    if text.value() == legal {
        return Some(());
    }
    errors.push(
        text,
        format!("`{}` knows only {legal:?}, found {:?}; {}", key.name, text.value(), key.written()),
    );
    None
}
