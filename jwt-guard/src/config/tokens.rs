//! What a guard that issues tokens, or remembers them, has beside its keys.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::issue::TokenIssuer;
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

impl fmt::Debug for Revocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked(_) => f.write_str("Revoked(..)"),
            Self::Own(store, allow_list) => f.debug_tuple("Own").field(store).field(allow_list).finish(),
        }
    }
}
