//! A legal configuration, or every reason why there is none.

mod carried;
mod draft;
mod error;
mod tokens;
mod user;

use crate::location::{Credentials, Locations};
use crate::verify::Verifier;

pub(crate) use carried::Carried;
pub(crate) use draft::{ANY_AUDIENCE, Draft, KeySource};
pub use error::ConfigError;
pub(crate) use error::Problems;
pub(crate) use tokens::{AllowList, IssuerSettings, Issuing, Revocation, RevocationSource};
pub(crate) use user::{NoUser, UserLoader, chain};

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
    pub(crate) locations: Locations,
    pub(crate) credentials: Credentials,
    /// The protection space that challenges name (RFC 9110 section 11.5).
    pub(crate) realm: String,
}
