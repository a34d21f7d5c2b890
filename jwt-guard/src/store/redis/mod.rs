//! A store on a server of Redis or Valkey, for many machines.
//!
//! 1. Every change is one script on the server: a rotation, the revocation after a reuse, and its announcement happen
//!    together or not at all.
//! 2. Every revocation is sent to all nodes, which answer checks from memory. A node that may have missed one, or
//!    cannot keep all, asks the server.
//! 3. A server that has become a replica is left: scripts that only read ask for it themselves.
//! 4. The server removes entries by its own clock; guards judge them by theirs.
//!
//! What survives depends on the configuration of the server. To lose no acknowledged change at a restart it needs
//! `appendonly yes` and `appendfsync always`; with `everysec`, a power failure loses the last second. It must not evict
//! keys. It must be Redis 6.2 or later, or Valkey.

mod feed;
mod nodes;
mod options;
mod scripts;
mod server;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use redis::ScriptInvocation;

use crate::store::ledger::{CutOff, EVERYBODY, mark, new_line, read_mark};
use crate::store::limits::{warn_of_issued, warn_of_logins, warn_of_revocations};
use crate::store::subject::{with_key, with_owner};
use crate::store::{
    Begun, Family, Issued, Lookup, RefreshStatus, Revocation, RevocationStore, Rotated, Rotation, StoreError,
    StoreFuture, StoreLimits, Subject, TokenInfo, TokenStatus, TokenStore,
};
use crate::timestamp::Timestamp;
use feed::{Fact, Feed, fact};
use server::Server;

pub use options::RedisOptions;

/// Keeps everything on a server of Redis or Valkey, for an application that runs in more than one process.
///
/// [`connect`](Self::connect) makes a store that receives revocations and answers checks from memory, usually a
/// millisecond behind the server; [`strict`](Self::strict) makes one that asks the server on every check. Both ask the
/// server for everything else. A clone is another handle to the same store.
///
/// # When the server fails
///
/// Both reconnect automatically. They disconnect from a server that does not answer within [`RedisOptions::timeout`],
/// or that is not the primary any more, and use none that evicts keys. A replica that takes writes (`replica-read-only no`) looks like
/// a primary to the calls of an open connection: leave that setting at `yes`.
///
/// | what happens | logins, refreshes, logouts | checks from memory |
/// |---|---|---|
/// | a connection breaks | go on | go on |
/// | the server is away | 503 at once | go on for [`RedisOptions::silence`], then 503 |
/// | the server hangs | 503 after the timeout | the same |
/// | a cluster's owner of the keys is killed, or hangs | 503 until a replica takes over: 5 s with a node timeout of 2 s | go on |
/// | a planned failover | go on | go on |
/// | this process cannot keep all revocations | go on | ask the server |
/// | the server has no memory left | logouts and refreshes go on; logins are 503, but for a subject with its full share of logins, of which one ends; with an allow list all logins and refreshes are 503 | go on |
/// | the server may not write: too few replicas, a disk that fails | 503 | go on |
///
/// A node that may not know all revocations asks the server; only if that does not answer, the answer is 503. Tokens
/// that it knows to be revoked are refused throughout. While a cluster moves the slot of our keys to another node,
/// calls may be 503.
///
/// The clocks of servers and applications may be a minute apart.
///
/// # What a failover can lose
///
/// Redis does not wait for its replicas. A primary whose machine is lost before a replica has the last acknowledged changes
/// loses them, usually those of the last milliseconds, and so does a restart with `appendfsync everysec`, those of a second:
///
/// - **revocations**: running nodes still refuse those tokens, new nodes do not. A repeated logout at a running node ends the
///   login again if the server has the login, and writes nothing if it has lost that too, or for a token without a login;
/// - **logins**: their access tokens are good until they expire, and their refresh tokens are unknown;
/// - **refreshes**: the token before is the current one again. The newer one counts as reused, which ends the login.
///
/// What comes afterwards is not affected: a revocation counts for lost logins too, and new logins are good on every node. The
/// clock of the server decides this: if two failovers or restarts in a row lose changes, the clocks of these servers must be less
/// far apart than the two.
///
/// ```no_run
/// use jwt_guard::store::{RedisOptions, RedisStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jwt_guard::store::StoreError> {
/// let store = RedisStore::connect("redis://127.0.0.1/", RedisOptions::new()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore {
    server: Arc<Server>,
    /// `None` for a strict store.
    feed: Option<Arc<Feed>>,
    limits: StoreLimits,
}

impl RedisStore {
    /// A store that answers checks from memory. It is ready when it has read all revocations.
    ///
    /// When it has heard nothing from the server for [`RedisOptions::silence`], revocations may have been missed, and it asks
    /// the server on every check, as a [`strict`](Self::strict) store does, until it has read all again.
    ///
    /// The URL is `redis://user:password@host:port/database`; with the feature `store-redis-rustls`, `rediss://` speaks
    /// TLS. Must be called within the Tokio runtime that will go on to serve.
    ///
    /// # Errors
    ///
    /// The URL is not valid; the server does not answer, is a read-only replica, or evicts keys (a `maxmemory-policy`
    /// other than `noeviction`, with a `maxmemory`); or a time or a certificate of the options is not valid. Of a
    /// cluster, one node that answers is enough.
    pub async fn connect(url: &str, options: RedisOptions) -> Result<Self, StoreError> {
        let server = Arc::new(Server::connect(url, &options).await?);
        let feed = Feed::start(server.clone(), &options).await?;
        Ok(Self { server, feed: Some(Arc::new(feed)), limits: options.limits })
    }

    /// A store that asks the server on every check: a revocation counts everywhere at once, every request waits for the
    /// server, and while the server is away every request is answered with 503.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn strict(url: &str, options: RedisOptions) -> Result<Self, StoreError> {
        let server = Arc::new(Server::connect(url, &options).await?);
        Ok(Self { server, feed: None, limits: options.limits })
    }

    fn ask_token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> StoreFuture<'_, TokenStatus> {
        let mut call = self.server.call(&scripts::TOKEN_STATUS, None);
        call.arg(Timestamp::floor(now).as_millis());
        let issued_at = token.issued_at.map(|time| Timestamp::floor(time).as_millis().to_string());
        call.arg(issued_at.unwrap_or_default());
        with_owner(token, |key| {
            call.arg(key);
        });
        match token.family.and_then(read_mark) {
            Some((line, epoch)) => call.arg(line).arg(epoch),
            None => call.arg("").arg(""),
        };
        for (kind, name) in [("token", token.id), ("family", token.family)] {
            if let Some(name) = name {
                // Revoked of every issuer, or of this one.
                call.arg(kind).arg(name).arg(kind);
                with_key(token.issuer, name, |key| {
                    call.arg(key);
                });
            }
        }
        Box::pin(async move { token_status(self.server.run(&call).await?) })
    }

    async fn send(
        &self,
        what: Revocation,
        whose: Option<&Subject>,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        let server = &self.server;
        let by_name = |script, about, id: &str, expires_at| {
            let mut call: ScriptInvocation<'_> = server.call(script, Some((about, id)));
            call.arg(Timestamp::floor(now).as_millis()).arg(id).arg(Timestamp::ceil(expires_at).as_millis());
            call.arg(whose.map(Subject::key).unwrap_or_default()).arg(self.limits.most_revocations());
            call
        };
        let (key, issued_before, expires_at) = match what {
            Revocation::Token { ref id, expires_at } => {
                let call = by_name(&scripts::REVOKE_TOKEN, "listed", id, expires_at);
                return self.send_one(call, "token", now).await;
            }
            Revocation::TokenOf { ref issuer, ref id, expires_at } => {
                let id = with_key(issuer.as_deref(), id, str::to_owned);
                let call = by_name(&scripts::REVOKE_TOKEN, "listed", &id, expires_at);
                return self.send_one(call, "token", now).await;
            }
            Revocation::Family { ref id, expires_at } => {
                let call = by_name(&scripts::REVOKE_FAMILY, "login", id, expires_at);
                return self.send_one(call, "family", now).await;
            }
            Revocation::FamilyOf { ref issuer, ref id, expires_at } => {
                let mut call = by_name(&scripts::REVOKE_FAMILY, "login", id, expires_at);
                for name in ["", id] {
                    with_key(issuer.as_deref(), name, |key| {
                        call.arg(key);
                    });
                }
                return self.send_one(call, "family", now).await;
            }
            Revocation::Subject { subject, issued_before, expires_at } => {
                (subject.key(), issued_before, expires_at)
            }
            Revocation::All { issued_before, expires_at } => {
                (EVERYBODY.to_owned(), issued_before, expires_at)
            }
        };
        let (before, ends) = (Timestamp::ceil(issued_before), Timestamp::ceil(expires_at));
        let mut call = server.call(&scripts::REVOKE_SUBJECT, None);
        call.arg(&key).arg(ends.as_millis()).arg(before.as_millis());
        // The server may know of a token that ends later than those of the caller.
        let (epoch, ends): (u64, u64) = server.run(&call).await?;
        let cut_off = CutOff { before, ends: Timestamp::from_millis(ends), epoch, replaces_tokens: false };
        self.learn(Fact::CutOff { key, cut_off }, now);
        Ok(())
    }

    async fn send_one(
        &self,
        call: ScriptInvocation<'_>,
        kind: &str,
        now: SystemTime,
    ) -> Result<(), StoreError> {
        let (cut_off, ends, name): (u64, u64, String) = self.server.run(&call).await?;
        self.warn_of(cut_off);
        // The server may know of a token that ends later than those of the caller.
        self.learn(fact(kind, &name, ends, None)?, now);
        Ok(())
    }

    /// `cut_off` is the epoch of a cut-off that replaced the revocations of a subject, or 0.
    fn warn_of(&self, cut_off: u64) {
        if cut_off > 0 {
            warn_of_revocations(&self.limits);
        }
    }

    fn learn(&self, fact: Fact, now: SystemTime) {
        if let Some(feed) = &self.feed {
            feed.learn(fact, now);
        }
    }
}

impl RevocationStore for RedisStore {
    fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Lookup<'_> {
        match self.feed.as_ref().and_then(|feed| feed.token_status(token, now)) {
            Some(status) => Lookup::Known(Ok(status)),
            None => Lookup::Pending(self.ask_token_status(token, now)),
        }
    }
}

impl TokenStore for RedisStore {
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(self.send(what, None, now))
    }

    fn revoke_for_subject(&self, subject: Subject, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.send(what, Some(&subject), now).await })
    }

    fn login_mark(&self, _now: SystemTime) -> StoreFuture<'_, String> {
        Box::pin(async move {
            let mut call = self.server.call(&scripts::MARK, None);
            call.arg(new_line()?);
            let (line, epoch): (String, u64) = self.server.run(&call).await?;
            Ok(mark(&line, epoch))
        })
    }

    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, Begun> {
        Box::pin(async move {
            let Family { id, subject, token, access_expires_at, expires_at } = family;
            let ends = Timestamp::ceil(expires_at.max(access_expires_at));
            let mut call = self.server.call(&scripts::BEGIN, Some(("login", &id)));
            call.arg(Timestamp::floor(now).as_millis()).arg(&id).arg(token).arg(ends.as_millis());
            call.arg(Timestamp::ceil(access_expires_at).as_millis()).arg(subject.key());
            call.arg(self.limits.most_logins()).arg(self.limits.most_revocations());
            let (answer, ended, cut_off): (u8, u64, u64) = self.server.run(&call).await?;
            for _ in 0..ended {
                warn_of_logins(&self.limits);
            }
            self.warn_of(cut_off);
            match answer {
                0 => Ok(Begun::Living),
                1 => Err(StoreError::new("a new login has the name of a living one")),
                2 => Err(StoreError::new("a new login has the name of a revoked one")),
                3 => Ok(Begun::Outrun),
                other => Err(nonsense(other)),
            }
        })
    }

    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated> {
        Box::pin(async move {
            let server = &self.server;
            let access_ends = Timestamp::ceil(rotation.access_expires_at);
            let call = |again| {
                let mut call = server.call(&scripts::ROTATE, Some(("login", &rotation.family)));
                call.arg(Timestamp::floor(now).as_millis());
                call.arg(&rotation.family).arg(&rotation.presented).arg(&rotation.next);
                call.arg(Timestamp::ceil(rotation.expires_at).max(access_ends).as_millis());
                call.arg(Timestamp::default().plus(rotation.grace).as_millis()).arg(again);
                call.arg(rotation.endpoint.as_deref().unwrap_or_default()).arg(access_ends.as_millis());
                match &rotation.ends {
                    Some((id, ends)) => call.arg(id).arg(Timestamp::ceil(*ends).as_millis()),
                    None => call.arg("").arg(""),
                };
                call.arg(self.limits.most_revocations());
                call
            };
            let (answer, revoked_until, cut_off): (u8, u64, u64) =
                server.run_again(&call("first"), &call("again")).await?;
            self.warn_of(cut_off);
            let Rotation { family, ends, .. } = rotation;
            match answer {
                0 => {
                    if let Some((id, expires_at)) = ends {
                        self.learn(Fact::Revoked(Revocation::Token { id, expires_at }, None), now);
                    }
                    Ok(Rotated::Fresh)
                }
                1 => Ok(Rotated::Retried),
                2 => {
                    self.learn(fact("family", &family, revoked_until, None)?, now);
                    Ok(Rotated::Reused)
                }
                3 => Ok(Rotated::Unknown),
                other => Err(nonsense(other)),
            }
        })
    }

    fn refresh_status(
        &self,
        family: &str,
        id: &str,
        grace: Duration,
        now: SystemTime,
    ) -> Lookup<'_, RefreshStatus> {
        let mut call = self.server.call(&scripts::REFRESH_STATUS, Some(("login", family)));
        call.arg(Timestamp::floor(now).as_millis()).arg(id).arg(Timestamp::default().plus(grace).as_millis());
        Lookup::Pending(Box::pin(async move {
            let (answer, endpoint): (u8, String) = self.server.run(&call).await?;
            match answer {
                0 => Ok(RefreshStatus::Current),
                1 => Ok(RefreshStatus::Retried),
                2 => Ok(RefreshStatus::Replaced(Some(endpoint).filter(|text| !text.is_empty()))),
                3 => Ok(RefreshStatus::Unknown),
                other => Err(nonsense(other)),
            }
        }))
    }

    fn allow(&self, token: Issued, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let Issued { id, subject, family, expires_at } = token;
            let mut call = self.server.call(&scripts::ALLOW, Some(("listed", &id)));
            call.arg(Timestamp::floor(now).as_millis()).arg(&id).arg(Timestamp::ceil(expires_at).as_millis());
            call.arg(subject.key()).arg(family.unwrap_or_default()).arg(self.limits.most_issued());
            let gone: u64 = self.server.run(&call).await?;
            for _ in 0..gone {
                warn_of_issued(&self.limits);
            }
            Ok(())
        })
    }

    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_> {
        let mut call = self.server.call(&scripts::IS_ALLOWED, Some(("listed", id)));
        call.arg(Timestamp::floor(now).as_millis()).arg(id);
        Lookup::Pending(Box::pin(async move { token_status(self.server.run(&call).await?) }))
    }
}

impl fmt::Debug for RedisStore {
    /// The address may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("strict", &self.feed.is_none()).finish_non_exhaustive()
    }
}

fn token_status(answer: u8) -> Result<TokenStatus, StoreError> {
    match answer {
        0 => Ok(TokenStatus::Valid),
        1 => Ok(TokenStatus::Revoked),
        other => Err(nonsense(other)),
    }
}

fn nonsense(_answer: u8) -> StoreError {
    StoreError::new("the server gave an answer that no script of ours gives")
}

#[cfg(test)]
mod tests;
