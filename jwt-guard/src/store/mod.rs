//! What must be remembered of tokens: which are revoked, and which refresh token of a login is the current one.
//!
//! Obligations of every store:
//!
//! 1. **What is acknowledged is kept.** When a future of [`TokenStore::revoke`] or [`TokenStore::rotate`] is done, the
//!    effect survives what the store says it survives: a crash of the process, a restart of the server.
//! 2. **A failure is an error.** A store that cannot answer says so, and the request is answered with 503. It never
//!    says [`Standing::Good`] because it does not know.
//! 3. **Rotation is one step.** Of any number of concurrent rotations of one token, exactly one is
//!    [`Rotated::Fresh`].
//! 4. **Memory is bounded.** Entries go when the tokens they are about have ended and the largest leeway of a guard, five
//!    minutes, is over: until then a guard may accept them. A store that is full refuses to
//!    take more; it never forgets an entry that still matters.
//! 5. **Rounding refuses.** A store may round to milliseconds, ends and cut-offs upwards and the present downwards.

mod error;
#[cfg(feature = "store-file")]
mod file;
mod ledger;
mod memory;
mod moment;
mod record;
#[cfg(feature = "store-redis")]
mod redis;
mod shared;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

#[cfg(feature = "store-redis")]
pub use self::redis::{RedisOptions, RedisStore};
pub use error::StoreError;
#[cfg(feature = "store-file")]
pub use file::FileStore;
pub use memory::MemoryStore;
pub use record::{Family, Revocation, Rotated, Rotation, Standing, TokenFacts};

/// A future of a store.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The answer to a question that is asked on every request: known at once where the store is in this process, so that
/// a check costs no allocation.
#[must_use]
pub enum Lookup<'a> {
    /// The answer.
    Known(Result<Standing, StoreError>),
    /// The answer has to be fetched.
    Pending(StoreFuture<'a, Standing>),
}

/// Says whether a token still counts. Asked on every request, whether or not the token was verified before.
///
/// Implemented for closures that return a `bool`, `true` meaning *revoked*:
///
/// ```
/// use jwt_guard::store::TokenFacts;
///
/// # fn is_on_my_list(id: &str) -> bool { id == "x" }
/// let store = |token: &TokenFacts<'_>| token.id.is_some_and(is_on_my_list);
/// ```
pub trait RevocationStore: Send + Sync + 'static {
    /// Where `token` stands at `now`. An answer that has to be fetched keeps nothing of `token`.
    fn standing(&self, token: &TokenFacts<'_>, now: SystemTime) -> Lookup<'_>;
}

/// Remembers revocations, the logins whose tokens are refreshed, and, where asked, every issued token.
///
/// `now` comes from the clock of the guard; a store reads no clock of its own to decide.
pub trait TokenStore: RevocationStore + fmt::Debug {
    /// Revokes one token, every token of a login, or every token of a subject.
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()>;

    /// Remembers the first refresh token of a login. The same once more is no error, so that a lost answer can be asked
    /// for again; another token for the name of a living login, or any for a revoked one, is.
    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, ()>;

    /// Replaces the current refresh token of a login, if the one presented is it. If it is an earlier one, the whole
    /// family is revoked in the same step, unless [`Rotation::grace`] says that the retry is honest.
    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated>;

    /// Remembers that a token was issued, for guards that accept only such tokens.
    fn allow(&self, id: String, expires_at: SystemTime, now: SystemTime) -> StoreFuture<'_, ()>;

    /// Whether `id` was issued and remembered by [`allow`](TokenStore::allow), and not revoked since.
    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_>;

    /// Tokens of `subject` issued before this are revoked; `None` where none are. New tokens must be issued at or after
    /// it.
    fn revoked_before<'a>(&'a self, subject: &'a str, now: SystemTime)
    -> StoreFuture<'a, Option<SystemTime>>;
}

impl<F> RevocationStore for F
where
    F: Fn(&TokenFacts<'_>) -> bool + Send + Sync + 'static,
{
    fn standing(&self, token: &TokenFacts<'_>, _now: SystemTime) -> Lookup<'_> {
        Lookup::Known(Ok(if self(token) { Standing::Revoked } else { Standing::Good }))
    }
}

impl fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(answer) => f.debug_tuple("Known").field(answer).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}
