//! A legal configuration, or every reason why there is none.

mod carried;
mod draft;
mod error;
mod hierarchy;
mod presets;
mod sessions;
mod tokens;
mod trusted;
mod user;

use std::sync::Arc;

use crate::claims::hierarchy::Hierarchies;
use crate::cookies::CookieSettings;
use crate::cookies::csrf::CsrfRules;
use crate::location::{Credentials, Locations};
use crate::store::TokenStore;
use crate::token::TokenKind;
use crate::verify::Verifier;

pub(crate) use carried::Carried;
pub(crate) use draft::{ANY_AUDIENCE, Draft, KeySource};
#[cfg(feature = "remote-keys")]
pub(crate) use draft::{LOOPBACK_HTTP, RemoteSource};
pub use error::ConfigError;
pub(crate) use error::Problems;
pub(crate) use hierarchy::Implications;
pub(crate) use sessions::{FoundSession, SessionSource};
#[cfg(feature = "sessions")]
pub(crate) use sessions::{Identified, SessionCaller};
pub(crate) use tokens::{AllowList, IssuerSettings, Issuing, Revocation, RevocationSource};
pub use trusted::TrustedIssuer;
pub(crate) use user::{NoUser, UserLoader};

/// Everything that decides about a request. Immutable, and legal by construction: [`Draft::finish`] is the only
/// way to one.
#[derive(Debug)]
pub(crate) struct Config {
    /// For access tokens.
    pub(crate) access: Verifier,
    /// For refresh tokens: the same keys and rules, but for the type and the lifetime.
    pub(crate) refresh: Verifier,
    /// Consulted for every verified token.
    pub(crate) revocation: Option<Revocation>,
    /// Asked for the user of every token that counts.
    pub(crate) user_loader: Option<UserLoader>,
    /// Makes the tokens of this guard.
    pub(crate) issuing: Option<Issuing>,
    /// Where access tokens are.
    pub(crate) locations: Locations,
    /// Where refresh tokens are: in the same places, but for the cookie.
    pub(crate) refresh_locations: Locations,
    /// The cookies that this guard sets.
    pub(crate) cookies: Option<CookieSettings>,
    /// Server-side sessions, beside the tokens.
    pub(crate) sessions: Option<Arc<dyn SessionSource>>,
    /// For tokens in any cookie.
    pub(crate) csrf: CsrfRules,
    pub(crate) credentials: Credentials,
    /// What the scopes and roles of a caller imply.
    pub(crate) hierarchies: Hierarchies,
    /// For people: tells this guard from others in access tables.
    pub(crate) name: Option<String>,
    /// The protection space that challenges name (RFC 9110 section 11.5).
    pub(crate) realm: String,
}

impl Config {
    /// Where tokens of this kind are.
    pub(crate) fn locations(&self, kind: TokenKind) -> &Locations {
        match kind {
            TokenKind::Access => &self.locations,
            TokenKind::Refresh => &self.refresh_locations,
        }
    }

    /// Whether browsers may carry credentials for this guard by themselves.
    pub(crate) fn reads_cookies(&self) -> bool {
        self.cookies.is_some()
            || [&self.locations, &self.refresh_locations].iter().any(|places| places.any_cookie())
    }

    /// What verifies tokens of this kind.
    pub(crate) fn verifier(&self, kind: TokenKind) -> &Verifier {
        match kind {
            TokenKind::Access => &self.access,
            TokenKind::Refresh => &self.refresh,
        }
    }

    /// The store of this guard's own tokens.
    pub(crate) fn token_store(&self) -> Option<&Arc<dyn TokenStore>> {
        match &self.revocation {
            Some(Revocation::Own(store, _)) => Some(store),
            Some(Revocation::Revoked(_)) | None => None,
        }
    }
}
