//! The guard's own tokens: how they are issued, and who remembers them.

use std::sync::Arc;
use std::time::Duration;

use super::{Builder, HasKeys};
use crate::config::{AllowList, RevocationSource};
use crate::issue::IssuerBuilder;
use crate::keys::SigningKey;
use crate::store::{RevocationStore, TokenStore};

/// The guard's own tokens.
impl<K, A> Builder<K, A> {
    /// Issues tokens, signed with this key: [`JwtGuard::issuer`](crate::JwtGuard::issuer) and [`JwtGuard::login`](crate::JwtGuard::login) need it. The guard accepts
    /// what the key signs; older keys are added beside it until the last of their tokens has expired.
    pub fn signing_key(mut self, key: SigningKey) -> Builder<HasKeys, A> {
        self.draft.signing_key = Some(key);
        self.into_state()
    }

    /// Changes the issuer: lifetimes, client, limits. Issuer name, audience, clock and subject claim are the guard's.
    /// Further calls change what the earlier ones left.
    ///
    /// ```
    /// use std::time::Duration;
    /// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
    ///
    /// let guard = JwtGuard::builder()
    ///     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
    ///     .audience("orders")
    ///     .issuing(|issuer| issuer.access_lifetime(Duration::from_secs(300)))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn issuing(mut self, change: impl FnOnce(IssuerBuilder) -> IssuerBuilder + Send + 'static) -> Self {
        self.draft.issuer_settings.0 = Some(match self.draft.issuer_settings.0.take() {
            Some(earlier) => Box::new(move |issuer| change(earlier(issuer))),
            None => Box::new(change),
        });
        self
    }

    /// Remembers revocations and refresh tokens in `store`, and asks it about every token. Then a token without `jti` is
    /// refused, and while the store does not answer, every request is 503.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.draft.token_store = Some(Arc::new(store));
        self
    }

    /// Asks `store`, which may be a closure, about every token; for guards that do not issue tokens themselves. Then a
    /// token without `jti` is refused.
    pub fn revocation(mut self, store: impl RevocationStore) -> Self {
        self.draft.revocation = Some(RevocationSource(Arc::new(store)));
        self
    }

    /// Accepts only tokens that the token store knows to have been issued.
    pub fn allow_list(mut self) -> Self {
        self.draft.allow_list = AllowList::On;
        self
    }

    /// Ends the access token with the refresh token that went with it: after a refresh only the new pair is good. Off by
    /// default, because a client may have requests under way with the old one, which would be refused.
    ///
    /// Each refresh is a revocation more then, which the [limits](crate::store::StoreLimits) of the store count.
    pub fn refresh_ends_access(mut self) -> Self {
        self.draft.refresh_ends_access = true;
        self
    }

    /// Lets a client repeat a refresh whose answer it lost, for this long: the repeated token is refused, but the login
    /// lives on. None by default, one minute at most; without it any reuse revokes the whole login.
    pub fn refresh_grace(mut self, grace: Duration) -> Self {
        self.draft.grace = grace;
        self
    }
}
