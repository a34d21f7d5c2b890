//! The keys of a guard, as operators see them: how they are doing, and whether they are there.

use std::fmt;
use std::sync::Arc;

use super::{KeyStatus, RemoteKeys};
use crate::keys::IssuerKeys;

/// The keys of a guard, for start-up and health checks; made by [`JwtGuard::keys`](crate::JwtGuard::keys).
///
/// Nothing here is needed: keys are fetched when the first token asks for them, and kept up to date by themselves.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// # let guard = jwt_guard::JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
/// // Do not start without keys.
/// guard.keys().ready().await?;
///
/// // For a health check.
/// for issuer in guard.keys().status() {
///     println!("{} has {} keys: {:?}", issuer.issuer(), issuer.key_count(), issuer.last_error());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RemoteKeysHandle<'a> {
    /// The name of each issuer, and its keys.
    issuers: Vec<(&'a str, &'a IssuerKeys)>,
}

impl<'a> RemoteKeysHandle<'a> {
    pub(crate) fn new(issuers: impl Iterator<Item = (&'a str, &'a IssuerKeys)>) -> Self {
        Self { issuers: issuers.collect() }
    }

    /// How the keys of each issuer are doing, in the order of the configuration.
    #[must_use]
    pub fn status(&self) -> Vec<KeyStatus> {
        self.issuers.iter().filter_map(|(name, keys)| status(name, keys)).collect()
    }

    /// Waits until the keys of every issuer are there. Each is asked at once, and given one attempt of at most 5 seconds;
    /// another one within 5 seconds after it began is not made.
    ///
    /// Without this, the first request waits for the keys of its issuer, and is answered with 503 while there are none.
    ///
    /// # Errors
    ///
    /// The issuers without keys, each with the reason. The guard goes on trying by itself.
    pub async fn ready(&self) -> Result<(), KeysUnavailable> {
        gather(self.remote().map(|(name, keys)| (name, keys.ready())).collect()).await
    }

    /// Has the keys of every issuer fetched now, without waiting for a token or for the timer. Calls within 5 seconds are
    /// one: they tell what became of the last fetch.
    ///
    /// # Errors
    ///
    /// The issuers whose keys could not be fetched, each with the reason. The keys that are held stay, within their hard
    /// limit.
    pub async fn refresh(&self) -> Result<(), KeysUnavailable> {
        gather(self.remote().map(|(name, keys)| (name, keys.refresh())).collect()).await
    }

    fn remote(&self) -> impl Iterator<Item = (&'a str, &'a Arc<RemoteKeys>)> {
        self.issuers.iter().filter_map(|(name, keys)| Some((*name, keys.as_remote()?)))
    }
}

fn status(issuer: &str, keys: &IssuerKeys) -> Option<KeyStatus> {
    match keys.as_remote() {
        Some(remote) => Some(remote.status()),
        None => keys.current().map(|keys| KeyStatus::fixed(issuer, &keys)),
    }
}

/// Waits for all of them. They run already, so one after the other takes no longer than the longest.
async fn gather(
    waiting: Vec<(&str, impl Future<Output = Result<(), String>>)>,
) -> Result<(), KeysUnavailable> {
    let mut failures = Vec::new();
    for (issuer, result) in waiting {
        if let Err(reason) = result.await {
            failures.push((issuer.to_owned(), reason));
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(KeysUnavailable { failures }) }
}

/// Issuers whose keys could not be had.
#[derive(Clone, Debug)]
pub struct KeysUnavailable {
    failures: Vec<(String, String)>,
}

impl KeysUnavailable {
    /// The issuers, each by its name and with the reason. The name is empty where the configuration gives none.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.failures.iter().map(|(issuer, reason)| (issuer.as_str(), reason.as_str()))
    }
}

impl fmt::Display for KeysUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the keys of issuers could not be fetched")?;
        for (index, (issuer, reason)) in self.failures().enumerate() {
            let separator = if index == 0 { ": " } else { "; " };
            write!(f, "{separator}{issuer:?}: {reason}")?;
        }
        Ok(())
    }
}

impl std::error::Error for KeysUnavailable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_issuer_without_keys_is_named_with_its_reason() {
        let failures = [("https://a.example", "is down"), ("b\n", "has none"), ("", "is slow")];
        let failures = failures.map(|(issuer, reason)| (issuer.to_owned(), reason.to_owned())).to_vec();
        assert_eq!(
            KeysUnavailable { failures }.to_string(),
            r#"the keys of issuers could not be fetched: "https://a.example": is down; "b\n": has none; "": is slow"#
        );
    }
}
