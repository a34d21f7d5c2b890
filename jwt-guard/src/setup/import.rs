//! The results of reading a configuration from a file or from the environment.

use super::build::Draft;
use super::{Builder, HasAudience, HasKeys};
use crate::problems::Problems;

/// The problems of reading settings, to be reported with all others when the guard is built.
#[derive(Debug, Default)]
pub(super) struct ImportReport {
    pub(super) problems: Problems,
    /// Whether a key setting was present, even if invalid (that is reported separately).
    pub(super) names_key: bool,
    /// Whether an audience is named, even if invalid.
    pub(super) names_audience: bool,
    /// What the names of variables begin with, if the settings are those of the environment.
    pub(super) prefix: Option<&'static str>,
}

impl Builder<HasKeys, HasAudience> {
    /// Adds the results of reading settings.
    pub(super) fn import(mut self, report: ImportReport) -> Self {
        self.draft.import = report;
        self
    }
}

impl Draft {
    /// Adds the problems of settings from outside, and checks key and audience, which the type of a builder from
    /// settings cannot prove.
    pub(super) fn take_imported_problems(&mut self) -> Problems {
        let ImportReport { mut problems, names_key, names_audience, prefix } =
            std::mem::take(&mut self.import);
        // Sessions alone, or other issuers alone, make a guard too.
        if !self.resolvers.is_empty() || !self.trusted.is_empty() {
            return problems;
        }
        let named = |settings: &[&str]| {
            let name = |setting: &&str| match prefix {
                Some(prefix) => format!("`{prefix}{}`", setting.to_uppercase()),
                None => format!("`{setting}`"),
            };
            settings.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        if !self.own.has_keys() && self.own_tokens.signing_key.is_none() && !names_key {
            let given = named(&["secret", "public_key_pem", "jwks", "signing_secret", "signing_key_pem"]);
            let published = named(&["oidc_issuer", "jwks_url", "trust"]);
            problems.setting(format!(
                "no key: set one of {given}, or the file of one; or, for keys that an issuer publishes, one \
                 of {published}"
            ));
        }
        if self.own.audiences.is_empty() && !self.accepts_any_audience() && !names_audience {
            problems.setting(format!("no audience: set {} to the `aud` of the tokens", named(&["audience"])));
        }
        problems
    }
}
