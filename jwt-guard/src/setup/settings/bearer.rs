//! The token for servers that publish keys to known clients only, among the settings.

use std::path::PathBuf;

use crate::keys::remote::RemoteKeySettings;

/// Fetches with the token in the file, which goes to the origins alone. `build` checks them.
pub(super) fn settings(
    file: Option<PathBuf>,
    origins: Vec<String>,
) -> Result<Option<RemoteKeySettings>, String> {
    match file {
        Some(file) => RemoteKeySettings::with_bearer_file(file, origins).map(Some),
        None if origins.is_empty() => Ok(None),
        None => Err(
            "`bearer_origins` is set without `bearer_file`; expected the file of the token that goes to them"
                .to_owned(),
        ),
    }
}
