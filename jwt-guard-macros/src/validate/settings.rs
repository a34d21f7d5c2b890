//! The settings: what is written at most once, about the whole policy.

use proc_macro2::Ident;
use syn::LitStr;

use super::names;
use crate::crate_path::CratePath;
use crate::errors::ErrorSink;
use crate::keys::{Key, Shape, Word};
use crate::model::{ParsedArgument, ParsedValue};

/// Each setting at most once, with its legal value.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) credentials: Option<Setting<()>>,
    pub(super) deny_as: Option<Setting<()>>,
    pub(super) expired: Option<Setting<()>>,
    pub(super) crate_path: Option<CratePath>,
    pub(super) reason: Option<Setting<LitStr>>,
    pub(super) redirect: Option<Setting<LitStr>>,
    pub(super) token: Option<()>,
}

/// A setting that others may contradict.
pub(super) struct Setting<T> {
    ident: Ident,
    position: usize,
    pub(super) value: T,
}

impl<T> Setting<T> {
    /// The key of the one that was written later.
    pub(super) fn later<U>(self, other: Setting<U>) -> Ident {
        if self.position > other.position { self.ident } else { other.ident }
    }
}

pub(super) fn settings(arguments: Vec<ParsedArgument>, errors: &mut ErrorSink) -> Settings {
    let mut settings = Settings::default();
    let mut seen = Vec::new();
    for (position, ParsedArgument { key, ident, value }) in arguments.into_iter().enumerate() {
        if seen.contains(&key.word) {
            errors.push(ident, format!("`{}` is given twice; keep one of them", key.name));
            continue;
        }
        seen.push(key.word);
        match key.word {
            Word::Crate => settings.crate_path = crate_path(&value, errors),
            Word::Credentials => {
                settings.credentials =
                    fixed(key, &value, errors).map(|()| Setting { ident, position, value: () });
            }
            Word::DenyAs => {
                settings.deny_as =
                    fixed(key, &value, errors).map(|()| Setting { ident, position, value: () });
            }
            Word::Expired => {
                settings.expired =
                    fixed(key, &value, errors).map(|()| Setting { ident, position, value: () });
            }
            Word::Reason => {
                settings.reason = text(value)
                    .and_then(|text| names::reason(text, errors))
                    .map(|value| Setting { ident, position, value });
            }
            Word::Redirect => {
                settings.redirect = text(value)
                    .and_then(|text| names::redirect(text, errors))
                    .map(|value| Setting { ident, position, value });
            }
            Word::Token => settings.token = refresh(key, &value, errors),
            // Conditions, which come elsewhere; named so that a new setting cannot be forgotten.
            Word::All
            | Word::Any
            | Word::Claim
            | Word::Fresh
            | Word::Not
            | Word::Policy
            | Word::Role
            | Word::Scope => {}
        }
    }
    settings
}

pub(super) fn crate_path(value: &ParsedValue, errors: &mut ErrorSink) -> Option<CratePath> {
    match value {
        ParsedValue::Path(path) => CratePath::validate(path.clone(), errors),
        _ => None,
    }
}

fn text(value: ParsedValue) -> Option<LitStr> {
    match value {
        ParsedValue::Text(text) => Some(text),
        _ => None,
    }
}

/// The kind of token. The other kind needs no word.
fn refresh(key: &Key, value: &ParsedValue, errors: &mut ErrorSink) -> Option<()> {
    if let ParsedValue::Text(text) = value
        && text.value() == "access"
    {
        errors.push(
            text,
            format!("access tokens are the default; leave `{}` out, or write `{}`", key.name, key.form),
        );
        return None;
    }
    fixed(key, value, errors)
}

/// A setting that knows one word.
fn fixed(key: &Key, value: &ParsedValue, errors: &mut ErrorSink) -> Option<()> {
    let (ParsedValue::Text(text), Shape::Fixed(word)) = (value, key.shape) else {
        return None;
    };
    if text.value() == word {
        return Some(());
    }
    errors.push(
        text,
        format!("`{}` knows only {word:?}, found {:?}; {}", key.name, text.value(), key.written()),
    );
    None
}
