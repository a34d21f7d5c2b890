//! Stores remember which tokens are revoked, and which refresh token of a login is the current one.
//!
//! Obligations of every store:
//!
//! 1. **An acknowledged change is kept.** When a future of [`TokenStore::revoke`] or [`TokenStore::rotate`] is done,
//!    the effect survives what the documentation of the store promises: a crash of the process, a restart of the
//!    server.
//! 2. **A failure is an error.** A store that cannot answer returns an error, and the request is answered with 503. It never
//!    says [`TokenStatus::Valid`] because it does not know.
//! 3. **Rotation is one step.** Of any number of concurrent rotations of one token, exactly one is
//!    [`Rotated::Fresh`].
//! 4. **Memory is bounded.** An entry is removed five minutes (the largest leeway of a guard) after its
//!    tokens have expired: until then a guard may accept them. A full store refuses new entries; it never
//!    forgets an entry that still matters. Revocations have a separate budget, and each subject has a limited
//!    share: see [`StoreLimits`]. What ends a living login is not refused.
//! 5. **Rounding refuses.** A store may round to milliseconds, ends and cut-offs upwards and the present downwards.
//!
//! # Logins and cut-offs
//!
//! When all logins of a subject end, earlier logins must be distinguished from later ones, on nodes whose clocks
//! differ. So time does not decide this: the name of a login ends with a [mark](TokenStore::login_mark), which contains the
//! store and the epoch in which the login began, and each cut-off starts a new epoch. Tokens without such a mark, such
//! as those of other issuers, are cut off by the time of their issue; so are tokens whose mark names an epoch to come.

mod error;
#[cfg(feature = "store-file")]
mod file;
mod ledger;
mod limits;
mod memory;
mod record;
#[cfg(feature = "store-redis")]
mod redis;
mod shared;
mod subject;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

#[cfg(feature = "store-redis")]
pub use self::redis::{RedisOptions, RedisStore};
pub use error::StoreError;
#[cfg(feature = "store-file")]
pub use file::FileStore;
pub use limits::StoreLimits;
pub use memory::MemoryStore;
pub use record::{
    Begun, Family, Issued, RefreshStatus, Revocation, Rotated, Rotation, TokenInfo, TokenStatus,
};
pub use subject::Subject;

/// A future of a store.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The answer to the check of every request: ready at once if the store is in this process, so that a check does not
/// allocate.
#[must_use]
pub enum Lookup<'a, T = TokenStatus> {
    /// The answer.
    Known(Result<T, StoreError>),
    /// The answer is a future.
    Pending(StoreFuture<'a, T>),
}

/// Checks whether a token is revoked. Called on every request, whether or not the token is remembered.
///
/// Implemented for closures that return a `bool`, `true` meaning *revoked*:
///
/// ```
/// use jwt_guard::store::TokenInfo;
///
/// # fn is_on_my_list(id: &str) -> bool { id == "x" }
/// let store = |token: &TokenInfo<'_>| token.id.is_some_and(is_on_my_list);
/// ```
pub trait RevocationStore: Send + Sync + 'static {
    /// The standing of `token` at `now`. A pending future must not borrow from `token`.
    fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Lookup<'_>;
}

/// Remembers revocations, logins with refresh tokens, and, if configured, every issued token.
///
/// `now` comes from the clock of the guard; a store decides without a clock of its own.
///
/// A change that is answered may not be lost, nor may an answer that refuses a token: a client that hears it does not
/// repeat a logout. A store that knows of an end before it has it for good waits, or answers with an error.
pub trait TokenStore: RevocationStore + fmt::Debug {
    /// Revokes one token, every token of a login, of a subject, or of all.
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()>;

    /// As [`revoke`](Self::revoke), for a token or a login whose subject is known. A store with limits for each subject
    /// needs it; by default it is the same.
    fn revoke_for_subject(&self, subject: Subject, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        drop(subject);
        self.revoke(what, now)
    }

    /// The mark with which the name of a new login must end, so that the store can tell it from logins before a later
    /// cut-off. May be empty in a store that ends each login by name.
    fn login_mark(&self, now: SystemTime) -> StoreFuture<'_, String>;

    /// Remembers the first refresh token of a login. A repeated call is not an error, so that a caller can retry after
    /// a lost answer; another token for the name of a living login, or any token for a revoked one, is an error.
    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, Begun>;

    /// Replaces the current refresh token of a login, if that was presented. If an earlier one was presented, the whole
    /// login is revoked in the same step, unless it is a retry within [`Rotation::grace`].
    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated>;

    /// The standing of the refresh token `id` of the login `family`. Changes nothing.
    fn refresh_status(
        &self,
        family: &str,
        id: &str,
        grace: Duration,
        now: SystemTime,
    ) -> Lookup<'_, RefreshStatus>;

    /// Remembers that a token was issued, for guards that accept only such tokens. It is forgotten with its login.
    fn allow(&self, token: Issued, now: SystemTime) -> StoreFuture<'_, ()>;

    /// Whether `id` was remembered by [`allow`](TokenStore::allow), and neither it nor its login was revoked since.
    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_>;
}

impl<F> RevocationStore for F
where
    F: Fn(&TokenInfo<'_>) -> bool + Send + Sync + 'static,
{
    fn token_status(&self, token: &TokenInfo<'_>, _now: SystemTime) -> Lookup<'_> {
        Lookup::Known(Ok(if self(token) { TokenStatus::Revoked } else { TokenStatus::Valid }))
    }
}

impl<T> Lookup<'_, T> {
    /// The answer, now or after waiting.
    pub(crate) async fn wait(self) -> Result<T, StoreError> {
        match self {
            Self::Known(answer) => answer,
            Self::Pending(answer) => answer.await,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Lookup<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(answer) => f.debug_tuple("Known").field(answer).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_shows_its_answer_or_that_there_is_none_yet() {
        let known: Lookup<'_> = Lookup::Known(Ok(TokenStatus::Revoked));
        assert_eq!(format!("{known:?}"), "Known(Ok(Revoked))");
        let pending: Lookup<'_> = Lookup::Pending(Box::pin(async { Ok(TokenStatus::Valid) }));
        assert_eq!(format!("{pending:?}"), "Pending");
    }
}
