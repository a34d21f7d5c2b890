//! Settings from environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::variable::{self, Variable};
use super::{Settings, keys, names};
use crate::guard::JwtGuard;
use crate::problems::{ConfigError, Problems};
use crate::setup::{Builder, HasAudience, HasKeys, ImportReport};

const PREFIX: &str = "JWT_GUARD_";

impl JwtGuard {
    /// Starts a configuration from the variables `JWT_GUARD_*`, which [`Settings`] lists.
    ///
    /// An unknown variable of that prefix is an error, and so is an empty one; `build` names all problems at once. The
    /// variables that Kubernetes sets for a service called `jwt-guard`, such as `JWT_GUARD_SERVICE_HOST`, are ignored.
    ///
    /// ```no_run
    /// let guard = jwt_guard::JwtGuard::from_env().build()?;
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn from_env() -> Builder<HasKeys, HasAudience> {
        let mut problems = Problems::default();
        let vars = std::env::vars_os().filter_map(|variable| readable(variable, &mut problems)).collect();
        let (settings, report) = read(vars, problems);
        settings.into_builder_with(report)
    }
}

impl Settings {
    /// The settings from variables, as [`JwtGuard::from_env`] reads those of the process. Variables without the prefix
    /// `JWT_GUARD_` are ignored.
    ///
    /// ```
    /// use jwt_guard::setup::Settings;
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
    /// Every variable that is unknown, empty or malformed.
    pub fn from_vars(vars: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let (settings, report) = read(vars.into_iter().collect(), Problems::default());
        report.problems.or(settings)
    }
}

/// A variable with our prefix, as text.
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

/// Each variable separately, so that all bad ones are reported.
fn read(vars: BTreeMap<String, String>, problems: Problems) -> (Settings, ImportReport) {
    let mut report = ImportReport { problems, prefix: Some(PREFIX), ..ImportReport::default() };
    let mut good = Vec::new();
    for (variable, text) in &vars {
        let Some(name) = variable.strip_prefix(PREFIX) else { continue };
        if is_service_link(name, text) {
            continue;
        }
        let known = names::names().iter().copied().find(|field| field.to_uppercase() == name);
        let Some(field) = known else {
            report.problems.setting(names::unknown(name, PREFIX, str::to_uppercase));
            continue;
        };
        match fits(field, text) {
            Ok(value) => good.push((field, value)),
            Err(reason) => {
                report.problems.setting(format!("`{variable}`: {reason}"));
                report.names_key |= keys::KEYS.contains(&field);
                report.names_audience |= field == "audience";
            }
        }
    }
    let settings = variable::settings(&good).unwrap_or_else(|error| {
        report.problems.setting(error.to_string());
        Settings::default()
    });
    (settings, report)
}

/// The value, if the setting accepts it.
fn fits<'t>(field: &'static str, text: &'t str) -> Result<Variable<'t>, String> {
    if text.trim().is_empty() {
        return Err("empty; give it a value, or do not set it".to_owned());
    }
    let value = Variable(text);
    variable::settings(&[(field, value)]).map(|_| value).map_err(|error| error.to_string())
}

/// Whether Kubernetes sets the variable, for a service whose name begins with `jwt-guard` (*Service*,
/// "Environment variables"): `JWT_GUARD_SERVICE_HOST`, `JWT_GUARD_PORT_80_TCP_ADDR`.
fn is_service_link(name: &str, value: &str) -> bool {
    let words: Vec<_> = name.split('_').collect();
    let pair = |first: &str, second: &[&str]| {
        words.windows(2).any(|pair| matches!(pair, [one, two] if *one == first && second.contains(two)))
    };
    let is_port = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let protocol = |words: &[&str]| matches!(words, ["PORT", port, "TCP" | "UDP" | "SCTP"] if is_port(port));
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    pair("SERVICE", &["HOST", "PORT"])
        || words.windows(3).any(protocol)
        || (words.last() == Some(&"PORT") && is_address)
}
