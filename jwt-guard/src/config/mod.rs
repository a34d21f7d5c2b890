//! A legal configuration, or every reason why there is none.

mod draft;
mod error;

use crate::location::{Credentials, Locations};
use crate::verify::Verifier;

pub(crate) use draft::{ANY_AUDIENCE, Draft, KeySource};
pub use error::ConfigError;
#[cfg(feature = "sessions")]
pub(crate) use error::Problems;

/// Everything that decides about a request. Immutable, and legal by construction: [`Draft::finish`] is the only
/// way to one.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) verifier: Verifier,
    pub(crate) locations: Locations,
    pub(crate) credentials: Credentials,
    /// The protection space that challenges name (RFC 9110 section 11.5).
    pub(crate) realm: String,
}
