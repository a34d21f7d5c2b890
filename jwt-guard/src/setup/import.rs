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
        let ImportReport { mut problems, names_key, names_audience } = std::mem::take(&mut self.import);
        // Sessions alone, or other issuers alone, make a guard too.
        if !self.resolvers.is_empty() || !self.trusted.is_empty() {
            return problems;
        }
        if !self.own.has_keys() && self.own_tokens.signing_key.is_none() && !names_key {
            problems.setting(
                "no key: set one of `secret`, `public_key_pem`, `jwks`, `signing_secret`, `signing_key_pem`, or the \
                 file of one; or `oidc_issuer`, `jwks_url` or `trust` for keys that an issuer publishes",
            );
        }
        if self.own.audiences.is_empty() && !self.is_for_anybody() && !names_audience {
            problems.setting("no audience: set `audience` to the `aud` of the tokens");
        }
        problems
    }
}
