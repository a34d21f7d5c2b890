//! Keys that an issuer publishes: where, and how they are fetched.

use std::sync::Arc;

use super::Draft;
use crate::keys::KeyRing;
use crate::keys::remote::{Endpoint, FetchKeys, HttpFetcher, RemoteKeys};
use crate::problems::Problems;
use crate::setup::issuer::IssuerDraft;

/// Where an issuer publishes its keys.
#[derive(Clone, Debug)]
pub(crate) enum RemoteSource {
    /// The address of a JWK set.
    Jwks(String),
    /// The documents of an issuer name the address (OpenID Connect Discovery 1.0, RFC 8414).
    Discovery(String),
}

impl Draft {
    /// The keys that an issuer publishes, if it says where. Nothing is fetched yet.
    pub(super) fn remote_keys(&self, issuer: &IssuerDraft, problems: &mut Problems) -> Option<KeyRing> {
        let endpoint = match (&issuer.remote, issuer.issuers.first()) {
            (Some(RemoteSource::Jwks(url)), _) => Endpoint::jwks(url, self.loopback_http()),
            (Some(RemoteSource::Discovery(name)), _) => Endpoint::discovery(name, self.loopback_http()),
            // A preset that was given nonsense has said so.
            (None, Some(name)) if issuer.usual.discovery && issuer.problems.is_empty() => {
                Endpoint::discovery(name, self.loopback_http())
            }
            (None, _) => return None,
        };
        let settings = issuer.remote_settings.as_ref().unwrap_or(&self.remote_settings);
        let illegal = settings.problems();
        let found_none = illegal.is_empty();
        illegal.into_iter().for_each(|problem| problems.setting(problem));
        let fetcher = match &self.key_fetcher {
            Some(fetcher) => Ok(Arc::clone(fetcher)),
            None => HttpFetcher::new(settings).map(|fetcher| Arc::new(fetcher) as Arc<dyn FetchKeys>),
        };
        match (endpoint, fetcher) {
            (Ok(endpoint), Ok(fetcher)) if found_none => {
                let name = issuer.issuers.first().cloned().unwrap_or_default();
                let algorithms = issuer.algorithms.clone();
                let clock = Arc::clone(&self.clock);
                Some(KeyRing::Remote(RemoteKeys::new(name, endpoint, algorithms, settings, clock, fetcher)))
            }
            (endpoint, fetcher) => {
                endpoint.err().into_iter().chain(fetcher.err()).for_each(|problem| problems.setting(problem));
                None
            }
        }
    }

    pub(super) fn loopback_http(&self) -> bool {
        self.excuses.iter().any(|(what, _)| *what == LOOPBACK_HTTP)
    }
}

/// What the `danger` door calls keys that are fetched without TLS.
pub(crate) const LOOPBACK_HTTP: &str = "loopback_http";
