//! The parts of a guard with own tokens or revocation.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::issue::{IssuerBuilder, TokenIssuer};
use crate::store::{Lookup, RefreshStatus, RevocationStore, StoreError, TokenInfo, TokenStatus, TokenStore};

/// The check whether a token is revoked.
#[derive(Clone)]
pub(crate) enum RevocationCheck {
    /// A store of revocations, or a closure.
    Revoked(Arc<dyn RevocationStore>),
    /// The store of this guard's own tokens.
    Own(Arc<dyn TokenStore>, AllowList),
}

impl RevocationCheck {
    /// Whether the token with this `jti` is revoked, or is missing on a list of issued tokens. One that no
    /// such list may have is missing.
    pub(crate) fn token_status(
        &self,
        id: &str,
        facts: &TokenInfo<'_>,
        may_be_listed: bool,
        now: SystemTime,
    ) -> Lookup<'_> {
        match self {
            Self::Own(_, AllowList::On) if !may_be_listed => Lookup::Known(Ok(TokenStatus::Revoked)),
            Self::Revoked(store) => store.token_status(facts, now),
            Self::Own(store, AllowList::Off) => store.token_status(facts, now),
            Self::Own(store, AllowList::On) => {
                both(store.token_status(facts, now), store.is_allowed(id, now))
            }
        }
    }

    /// Whether the login of a token lives, whatever the store says of the token: it has a refresh token, or another
    /// access token of it may be good. Of other issuers, the store knows only what was revoked.
    pub(crate) async fn lives(
        &self,
        facts: &TokenInfo<'_>,
        may_be_listed: bool,
        now: SystemTime,
    ) -> Result<bool, StoreError> {
        let (Self::Own(store, allow_list), Some(family)) = (self, facts.family) else { return Ok(false) };
        if *allow_list == AllowList::On && !may_be_listed {
            return Ok(false);
        }
        // No token has the empty name, so that of a living login is a replaced one.
        let standing = store.refresh_status(family, "", Duration::ZERO, now).wait().await?;
        if standing != RefreshStatus::Unknown {
            return Ok(true);
        }
        let another = TokenInfo { id: None, issued_at: Some(now), ..*facts };
        Ok(store.token_status(&another, now).wait().await? == TokenStatus::Valid)
    }

    /// The standing of the refresh token with this `jti`: whether it is the current one of its login. A closure for
    /// revocations alone does not know.
    pub(crate) fn refresh_status(
        &self,
        id: &str,
        facts: &TokenInfo<'_>,
        grace: Duration,
        now: SystemTime,
    ) -> Lookup<'_, RefreshStatus> {
        let (known, current) = match self {
            Self::Revoked(store) => {
                (store.token_status(facts, now), Lookup::Known(Ok(RefreshStatus::Current)))
            }
            Self::Own(store, _) => {
                let family = facts.family.unwrap_or_default();
                (store.token_status(facts, now), store.refresh_status(family, id, grace, now))
            }
        };
        match (known, current) {
            (Lookup::Known(Ok(TokenStatus::Valid)), current) => current,
            (Lookup::Known(Ok(TokenStatus::Revoked)), _) => Lookup::Known(Ok(RefreshStatus::Unknown)),
            (Lookup::Known(Err(error)), _) => Lookup::Known(Err(error)),
            (Lookup::Pending(known), current) => Lookup::Pending(Box::pin(async move {
                match known.await? {
                    TokenStatus::Revoked => Ok(RefreshStatus::Unknown),
                    TokenStatus::Valid => current.wait().await,
                }
            })),
        }
    }
}

/// Valid if both are.
fn both<'a>(first: Lookup<'a>, second: Lookup<'a>) -> Lookup<'a> {
    match (first, second) {
        (Lookup::Known(Ok(TokenStatus::Valid)), second) => second,
        (Lookup::Known(answer), _) => Lookup::Known(answer),
        (Lookup::Pending(first), second) => Lookup::Pending(Box::pin(async move {
            match first.await? {
                TokenStatus::Valid => second.wait().await,
                TokenStatus::Revoked => Ok(TokenStatus::Revoked),
            }
        })),
    }
}

/// Whether only tokens on the store's list of issued tokens are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AllowList {
    Off,
    On,
}

/// The settings of issuing tokens.
#[derive(Clone, Debug)]
pub(crate) struct Issuing {
    pub(crate) issuer: TokenIssuer,
    /// Refresh tokens need one.
    pub(crate) store: Option<Arc<dyn TokenStore>>,
    pub(crate) allow_list: AllowList,
    /// How long a client may repeat a refresh after losing the answer.
    pub(crate) grace: Duration,
    /// Whether a refresh ends the access token before it.
    pub(crate) refresh_ends_access: bool,
}

/// Changes to the settings of the guard's issuer, applied when it is built.
#[derive(Default)]
pub(crate) struct IssuerChanges(pub(crate) Option<Box<dyn FnOnce(IssuerBuilder) -> IssuerBuilder + Send>>);

impl fmt::Debug for IssuerChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuerChanges(..)")
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

impl fmt::Debug for RevocationCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked(_) => f.write_str("Revoked(..)"),
            Self::Own(store, allow_list) => f.debug_tuple("Own").field(store).field(allow_list).finish(),
        }
    }
}
