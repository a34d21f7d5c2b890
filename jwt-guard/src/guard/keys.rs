//! The keys of a guard, as operators see them: how they are doing, and whether they are there.

use std::fmt;

use super::JwtGuard;
use crate::keys::remote::KeyStatus;
use crate::verify::IssuerRules;

/// The keys of a guard, for start-up and health checks; made by [`JwtGuard::keys`].
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
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    guard: &'a JwtGuard,
}

impl JwtGuard {
    /// The keys, for start-up and health checks.
    #[must_use]
    pub fn keys(&self) -> Keys<'_> {
        Keys { guard: self }
    }
}

impl Keys<'_> {
    /// How the keys of each issuer are doing, in the order of the configuration.
    #[must_use]
    pub fn status(&self) -> Vec<KeyStatus> {
        self.issuers().iter().filter_map(status).collect()
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
        let remote =
            self.issuers().iter().filter_map(|issuer| Some((name(issuer), issuer.keys.as_remote()?)));
        let waiting: Vec<_> = remote.map(|(name, keys)| (name, keys.ready())).collect();
        gather(waiting).await
    }

    /// Has the keys of every issuer fetched now, without waiting for a token or for the timer. Calls within 5 seconds are
    /// one: they tell what became of the last fetch.
    ///
    /// # Errors
    ///
    /// The issuers whose keys could not be fetched, each with the reason. The keys that are held stay, within their hard
    /// limit.
    pub async fn refresh(&self) -> Result<(), KeysUnavailable> {
        let remote =
            self.issuers().iter().filter_map(|issuer| Some((name(issuer), issuer.keys.as_remote()?)));
        let waiting: Vec<_> = remote.map(|(name, keys)| (name, keys.refresh())).collect();
        gather(waiting).await
    }

    /// Those for access tokens; those for refresh tokens have the same keys.
    fn issuers(&self) -> &[IssuerRules] {
        self.guard.config().access.issuers()
    }
}

fn status(issuer: &IssuerRules) -> Option<KeyStatus> {
    match issuer.keys.as_remote() {
        Some(keys) => Some(keys.status()),
        None => issuer.keys.current().map(|keys| KeyStatus::fixed(name(issuer), &keys)),
    }
}

fn name(issuer: &IssuerRules) -> &str {
    issuer.rules.issuers.first().map_or("", String::as_str)
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
