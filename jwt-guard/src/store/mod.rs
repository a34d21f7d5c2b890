//! What must be remembered of tokens: which are revoked, and which refresh token of a login is the current one.
//!
//! Obligations of every store:
//!
//! 1. **What is acknowledged is kept.** When a future of [`TokenStore::revoke`] or [`TokenStore::rotate`] is done, the
//!    effect survives what the store says it survives: a crash of the process, a restart of the server.
//! 2. **A failure is an error.** A store that cannot answer says so, and the request is answered with 503. It never
//!    says [`TokenStatus::Valid`] because it does not know.
//! 3. **Rotation is one step.** Of any number of concurrent rotations of one token, exactly one is
//!    [`Rotated::Fresh`].
//! 4. **Memory is bounded.** Entries go when the tokens they are about have ended and the largest leeway of a guard, five
//!    minutes, is over: until then a guard may accept them. A store that is full refuses to
//!    take more; it never forgets an entry that still matters. Revocations have a budget of their own, and no subject takes
//!    more than its share: see [`StoreLimits`].
//! 5. **Rounding refuses.** A store may round to milliseconds, ends and cut-offs upwards and the present downwards.
//!
//! # Logins and cut-offs
//!
//! When all logins of a subject end, those that have begun before must be told from those that begin afterwards, on nodes
//! whose clocks differ. So no time decides that: the name of a login ends with a [mark](TokenStore::mark), which says in
//! which epoch of which store it began, and each cut-off begins a new epoch. Tokens without such a mark, such as those of
//! other issuers, are cut off by the time of their issue.

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

/// The answer to a question that is asked on every request: known at once where the store is in this process, so that
/// a check costs no allocation.
#[must_use]
pub enum Lookup<'a, T = TokenStatus> {
    /// The answer.
    Known(Result<T, StoreError>),
    /// The answer has to be fetched.
    Pending(StoreFuture<'a, T>),
}

/// Says whether a token still counts. Asked on every request, whether or not the token was verified before.
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
    /// Where `token` stands at `now`. An answer that has to be fetched keeps nothing of `token`.
    fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Lookup<'_>;
}

/// Remembers revocations, the logins whose tokens are refreshed, and, where asked, every issued token.
///
/// `now` comes from the clock of the guard; a store reads no clock of its own to decide.
pub trait TokenStore: RevocationStore + fmt::Debug {
    /// Revokes one token, every token of a login, of a subject, or of all.
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()>;

    /// As [`revoke`](Self::revoke), for a token or a login of which the caller knows whose it is. A store that has limits
    /// for each subject needs it; by default it is the same.
    fn revoke_of(&self, subject: Subject, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        drop(subject);
        self.revoke(what, now)
    }

    /// What the name of a login that begins now must end with, so that the store can tell it from those that have begun
    /// before a later cut-off. May be empty in a store that ends each login by name.
    fn mark(&self, now: SystemTime) -> StoreFuture<'_, String>;

    /// Remembers the first refresh token of a login. The same once more is no error, so that a lost answer can be asked
    /// for again; another token for the name of a living login, or any for a revoked one, is.
    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, Begun>;

    /// Replaces the current refresh token of a login, if the one presented is it. If it is an earlier one, the whole
    /// family is revoked in the same step, unless [`Rotation::grace`] says that the retry is honest.
    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated>;

    /// Where the refresh token `id` of the login `family` stands. To ask changes nothing.
    fn refresh_status(
        &self,
        family: &str,
        id: &str,
        grace: Duration,
        now: SystemTime,
    ) -> Lookup<'_, RefreshStatus>;

    /// Remembers that a token was issued, for guards that accept only such tokens. It is forgotten with its login.
    fn allow(&self, token: Issued, now: SystemTime) -> StoreFuture<'_, ()>;

    /// Whether `id` was issued and remembered by [`allow`](TokenStore::allow), and neither it nor its login was revoked
    /// since.
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

impl<T: fmt::Debug> fmt::Debug for Lookup<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(answer) => f.debug_tuple("Known").field(answer).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}
