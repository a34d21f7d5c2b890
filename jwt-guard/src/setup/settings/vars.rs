//! The settings from variables of the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde_json::Value;

use super::{Settings, implications, keys};
use crate::guard::JwtGuard;
use crate::problems::{ConfigError, Problems};
use crate::setup::{Builder, Carried, HasAudience, HasKeys};

const PREFIX: &str = "JWT_GUARD_";

/// How the value of a variable is written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    Text,
    Number,
    Switch,
    List,
    Paths,
    Table,
}

/// Every setting, by the name of its field.
pub(super) const VARIABLES: [(&str, Form); 37] = [
    ("secret", Form::Text),
    ("secret_file", Form::Text),
    ("public_key_pem", Form::Text),
    ("public_key_file", Form::Text),
    ("algorithm", Form::Text),
    ("key_id", Form::Text),
    ("jwks", Form::Text),
    ("jwks_file", Form::Text),
    ("algorithms", Form::List),
    ("signing_secret", Form::Text),
    ("signing_secret_file", Form::Text),
    ("signing_key_pem", Form::Text),
    ("signing_key_file", Form::Text),
    ("signing_algorithm", Form::Text),
    ("signing_key_id", Form::Text),
    ("issuer", Form::List),
    ("audience", Form::List),
    ("required_claims", Form::List),
    ("profile", Form::Text),
    ("leeway", Form::Text),
    ("max_lifetime", Form::Text),
    ("max_age", Form::Text),
    ("refuse_embedded_keys", Form::Switch),
    ("max_token_len", Form::Number),
    ("subject_claim", Form::Text),
    ("scope_claims", Form::Paths),
    ("role_claims", Form::Paths),
    ("scope_implies", Form::Table),
    ("role_implies", Form::Table),
    ("locations", Form::List),
    ("prefer_first", Form::Switch),
    ("strip_credentials", Form::Switch),
    ("realm", Form::Text),
    ("access_lifetime", Form::Text),
    ("refresh_lifetime", Form::Text),
    ("refresh_grace", Form::Text),
    ("allow_list", Form::Switch),
];

impl JwtGuard {
    /// Starts a configuration from the variables `JWT_GUARD_*`, which [`Settings`] lists.
    ///
    /// An unknown variable of that prefix is an error, and so is an empty one; `build` names all problems at once.
    ///
    /// ```no_run
    /// let guard = jwt_guard::JwtGuard::from_env().build()?;
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn from_env() -> Builder<HasKeys, HasAudience> {
        let mut problems = Problems::default();
        let vars = std::env::vars_os().filter_map(|variable| readable(variable, &mut problems)).collect();
        let (settings, carried) = read(vars, problems);
        settings.carrying(carried)
    }
}

impl Settings {
    /// The settings from variables, as [`JwtGuard::from_env`] reads those of the process. Variables without the prefix
    /// `JWT_GUARD_` are passed over.
    ///
    /// ```
    /// use jwt_guard::Settings;
    ///
    /// let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    /// let settings = Settings::from_vars([set("JWT_GUARD_AUDIENCE", "orders,invoices"), set("HOME", "/")])?;
    /// assert_eq!(settings.audience, ["orders", "invoices"]);
    ///
    /// let error = Settings::from_vars([set("JWT_GUARD_AUDIENCES", "orders")]).unwrap_err();
    /// assert!(error.to_string().contains("did you mean `JWT_GUARD_AUDIENCE`?"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Every variable that is unknown, empty or not of the form that its setting needs.
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let (settings, carried) = read(vars.into_iter().collect(), Problems::default());
        carried.problems.or(settings)
    }
}

/// A variable of ours as text.
fn readable((name, value): (OsString, OsString), problems: &mut Problems) -> Option<(String, String)> {
    let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
    match value.into_string() {
        Ok(value) => Some((name, value)),
        Err(_) => {
            problems.setting(format!("`{name}` is not UTF-8"));
            None
        }
    }
}

/// Each variable on its own, so that all bad ones are named.
fn read(vars: BTreeMap<String, String>, problems: Problems) -> (Settings, Carried) {
    let mut carried = Carried { problems, ..Carried::default() };
    let mut good = serde_json::Map::new();
    for (variable, text) in vars {
        let Some(name) = variable.strip_prefix(PREFIX) else { continue };
        let known = VARIABLES.iter().find(|(field, _)| field.to_uppercase() == name);
        let Some((field, form)) = known else {
            carried.problems.setting(unknown(name));
            continue;
        };
        match value(*form, &text).and_then(|value| fits(field, value)) {
            Ok(value) => {
                good.insert((*field).to_owned(), value);
            }
            Err(reason) => {
                carried.problems.setting(format!("`{variable}`: {reason}"));
                carried.names_key |= keys::KEYS.contains(field);
                carried.names_audience |= *field == "audience";
            }
        }
    }
    let settings = serde_json::from_value(Value::Object(good)).unwrap_or_else(|error| {
        carried.problems.setting(error.to_string());
        Settings::default()
    });
    (settings, carried)
}

/// The value, if the setting takes it.
fn fits(field: &str, value: Value) -> Result<Value, String> {
    let alone = serde_json::Map::from_iter([(field.to_owned(), value.clone())]);
    match serde_json::from_value::<Settings>(Value::Object(alone)) {
        Ok(_) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

fn value(form: Form, text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Err("empty; give it a value, or do not set it".to_owned());
    }
    match form {
        Form::Text => Ok(text.into()),
        Form::Number => text.parse::<u64>().map(Value::from).map_err(|_| "expected a number".to_owned()),
        Form::Switch => {
            text.parse::<bool>().map(Value::from).map_err(|_| "expected `true` or `false`".to_owned())
        }
        Form::List | Form::Paths if text.trim_start().starts_with('[') => {
            serde_json::from_str(text).map_err(|error| format!("begins as a JSON list, and is none: {error}"))
        }
        Form::List => Ok(text.split(',').map(str::trim).collect()),
        Form::Table => implications::read(text),
        Form::Paths => Ok(text.split(',').map(|name| Value::from_iter([name.trim()])).collect()),
    }
}

fn unknown(name: &str) -> String {
    let near = VARIABLES
        .iter()
        .map(|(field, _)| field.to_uppercase())
        .map(|known| (edits(name, &known), known))
        .filter(|(edits, known)| *edits <= known.len() / 3)
        .min();
    match near {
        Some((_, known)) => {
            format!("`{PREFIX}{name}` is no setting; did you mean `{PREFIX}{known}`?")
        }
        None => format!("`{PREFIX}{name}` is no setting; `jwt_guard::Settings` lists them"),
    }
}

/// How many insertions, deletions and replacements lead from one word to the other.
fn edits(from: &str, to: &str) -> usize {
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.bytes().enumerate() {
        let mut left = row.saturating_add(1);
        let mut current = vec![left];
        for (pair, b) in last.windows(2).zip(to.bytes()) {
            if let [diagonal, above] = pair {
                let replaced = diagonal.saturating_add(usize::from(a != b));
                left = replaced.min(above.saturating_add(1)).min(left.saturating_add(1));
            }
            current.push(left);
        }
        last = current;
    }
    last.last().copied().unwrap_or(from.len())
}
