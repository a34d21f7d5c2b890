//! Builds a guard from settings in code, in a file and in the environment, which are checked together.
//!
//! Each setting is in the file of its subject, with its setter, default, bound and check. `build` combines the parts.

mod answer;
mod build;
mod claims;
mod danger;
mod hierarchy;
mod import;
pub(crate) mod issuer;
mod issuers;
mod keys;
mod own_tokens;
mod remote;
mod request;
#[cfg(feature = "sessions")]
mod sessions;
mod settings;
mod token_rules;
mod typestate;
mod users;
mod vocabulary;

use std::fmt;
use std::marker::PhantomData;

use self::build::Draft;
pub use self::danger::Danger;
use self::import::ImportReport;
pub(crate) use self::issuer::TrustedIssuer;
pub use self::settings::{Settings, TrustedSettings};
use self::typestate::{AudienceGiven, KeysGiven};
pub use self::typestate::{HasAudience, HasKeys, WantsAudience, WantsKeys};
pub use crate::clock::{Clock, SystemClock};
pub use crate::guard::AlreadyInstalled;
use crate::guard::JwtGuard;
pub use crate::location::TokenLocation;
use crate::problems::ConfigError;
use crate::respond::RenderRefusal;
pub use crate::verify::{TokenCache, TokenProfile};

/// Collects the configuration of a guard; [`JwtGuard::builder`] starts one.
///
/// [`build`](Builder::build) exists only after keys and an audience were given. It checks everything together, so that
/// all mistakes are reported at once.
#[must_use = "a builder protects nothing until it is built"]
pub struct Builder<K, A> {
    draft: Draft,
    /// `None` for [`ProblemJson`](crate::respond::ProblemJson).
    renderer: Option<Box<dyn RenderRefusal>>,
    state: PhantomData<fn() -> (K, A)>,
}

impl JwtGuard {
    /// Starts a configuration. Two decisions are mandatory: [a key](Builder::secret) and [an
    /// audience](Builder::audience); every other setting has a default.
    pub fn builder() -> Builder<WantsKeys, WantsAudience> {
        Builder::new()
    }
}

impl Builder<WantsKeys, WantsAudience> {
    pub(super) fn new() -> Self {
        Self { draft: Draft::new(), renderer: None, state: PhantomData }
    }
}

impl Builder<HasKeys, HasAudience> {
    /// A builder for settings from outside: `build` checks that they have keys and an audience.
    fn imported() -> Self {
        Builder::new().into_state()
    }
}

impl<K, A> Builder<K, A> {
    /// Checks the configuration as a whole, loads the keys and tries the crypto backend.
    ///
    /// jsonwebtoken has one `CryptoProvider` for the process, and chooses it itself only if one of its backends is compiled
    /// in. With two of them, the first [`builder`](JwtGuard::builder) installs that of the guard, unless the application has
    /// installed one. From then on the application's own calls of jsonwebtoken use it, and it cannot be replaced. **Earlier
    /// calls panic, also those that worked without this crate**, which may have brought the second backend: an application
    /// that calls jsonwebtoken before, or wants another provider, installs one first, with
    /// `jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default()`.
    ///
    /// # Errors
    ///
    /// All problems: each unusable key and each invalid setting, with the fix.
    pub fn build(self) -> Result<JwtGuard, ConfigError>
    where
        K: KeysGiven,
        A: AudienceGiven,
    {
        Ok(JwtGuard::new(self.draft.finish()?, self.renderer))
    }

    fn into_state<K2, A2>(self) -> Builder<K2, A2> {
        Builder { draft: self.draft, renderer: self.renderer, state: PhantomData }
    }
}

impl<K, A> fmt::Debug for Builder<K, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("draft", &self.draft).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
