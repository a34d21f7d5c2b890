//! What a guard that issues tokens, or remembers them, has beside its keys.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::issue::{IssuerBuilder, TokenIssuer};
use crate::store::{RevocationStore, TokenStore};

/// Who is asked whether a token still counts.
#[derive(Clone)]
pub(crate) enum Revocation {
    /// A store of revocations, or a closure.
    Revoked(Arc<dyn RevocationStore>),
    /// The store of this guard's own tokens.
    Own(Arc<dyn TokenStore>, AllowList),
}

/// Whether a token counts only if the store knows that it was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AllowList {
    Off,
    On,
}

/// How this guard issues tokens.
#[derive(Clone, Debug)]
pub(crate) struct Issuing {
    pub(crate) issuer: TokenIssuer,
    /// Refresh tokens need one.
    pub(crate) store: Option<Arc<dyn TokenStore>>,
    pub(crate) allow_list: AllowList,
    /// How long a client may repeat a refresh whose answer it lost.
    pub(crate) grace: Duration,
}

/// Changes to the settings of the guard's issuer, applied when it is built.
#[derive(Default)]
pub(crate) struct IssuerSettings(pub(crate) Option<Box<dyn FnOnce(IssuerBuilder) -> IssuerBuilder + Send>>);

impl fmt::Debug for IssuerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuerSettings(..)")
    }
}

/// A store of revocations, which may be a closure.
#[derive(Clone)]
pub(crate) struct RevocationSource(pub(crate) Arc<dyn RevocationStore>);

impl fmt::Debug for RevocationSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RevocationSource(..)")
    }
}

impl fmt::Debug for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked(_) => f.write_str("Revoked(..)"),
            Self::Own(store, allow_list) => f.debug_tuple("Own").field(store).field(allow_list).finish(),
        }
    }
}
