//! What is known of a configuration that was read from a file or from the environment.

use super::draft::Draft;
use crate::problems::Problems;

/// What was found when settings were read, to be told with everything else when the guard is built.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    pub(crate) problems: Problems,
    /// Whether a key is named, be it one that cannot be used: then the problem says so.
    pub(crate) names_key: bool,
    /// Whether an audience is named, likewise.
    pub(crate) names_audience: bool,
}

impl Draft {
    /// The two decisions that the type of a builder stands for, where it was made of settings.
    pub(super) fn check_decisions(&self, names_key: bool, names_audience: bool, problems: &mut Problems) {
        // Sessions alone are a guard too, and so are other issuers.
        if self.sessions.is_some() || !self.trusted.is_empty() {
            return;
        }
        if !self.own.has_keys() && self.signing_key.is_none() && !names_key {
            problems.setting(
                "no key: set one of `secret`, `public_key_pem`, `jwks`, `signing_secret`, `signing_key_pem`, or the \
                 file of one",
            );
        }
        if self.own.audiences.is_empty() && !self.is_for_anybody() && !names_audience {
            problems.setting("no audience: set `audience` to the `aud` of the tokens");
        }
    }
}
