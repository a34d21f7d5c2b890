//! What stands in for the client where the feature `remote-keys` is off: each use of it names the feature.

use std::path::PathBuf;
use std::sync::Arc;

use super::RemoteKeySettings;
use super::fetch::FetchKeys;

/// The client's settings; without it nothing can be set.
#[derive(Clone, Default)]
pub(super) struct ClientSettings(());

#[expect(clippy::unused_self, reason = "the settings of the client have the same interface")]
impl ClientSettings {
    pub(super) fn problems(&self) -> impl Iterator<Item = String> {
        std::iter::empty()
    }

    pub(super) fn are_set(&self) -> bool {
        false
    }
}

/// The client where the application gives none.
pub(crate) fn usual_fetcher(_: &RemoteKeySettings) -> Result<Arc<dyn FetchKeys>, String> {
    Err("keys are to be fetched, and there is no client for it: switch on the feature `remote-keys` of jwt-guard, or give a \
         client of your own to `.key_fetcher(..)`"
        .to_owned())
}

/// Nothing has it, so that the compiler names the feature where one of its settings is called.
#[diagnostic::on_unimplemented(
    message = "`proxy` and `bearer_file` need the feature `remote-keys` of jwt-guard, which is off",
    label = "switch the feature on: `cargo add jwt-guard --features remote-keys`",
    note = "without it `Builder::key_fetcher` takes a client of your own, which is configured by itself"
)]
pub trait NeedsRemoteKeys {}

impl RemoteKeySettings {
    /// A setting of the client that the feature `remote-keys` brings.
    #[must_use]
    pub fn proxy(self, _url: impl NeedsRemoteKeys) -> Self {
        self
    }

    /// A setting of the client that the feature `remote-keys` brings.
    #[must_use]
    pub fn bearer_file<O: Into<String>>(
        self,
        _file: impl NeedsRemoteKeys,
        _origins: impl IntoIterator<Item = O>,
    ) -> Self {
        self
    }

    /// As [`bearer_file`](Self::bearer_file), of a settings file.
    pub(crate) fn with_bearer_file(_: PathBuf, _: Vec<String>) -> Result<Self, String> {
        Err("`bearer_file` needs the feature `remote-keys` of jwt-guard, which is off: switch it on, or configure \
             the client that you give to `.key_fetcher(..)`"
            .to_owned())
    }
}
