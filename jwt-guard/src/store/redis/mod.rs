//! A store on a server of Redis or Valkey, for many machines.
//!
//! 1. Every change is one script on the server: a rotation, the revocation that follows from reuse, and its announcement
//!    happen together or not at all.
//! 2. Every revocation is told to all nodes, so that a check is answered from memory. A node that may have missed one, or
//!    cannot keep them all, asks the server.
//! 3. Entries end on the server by its own clock, and count by the clock of the guard.
//!
//! The server keeps what it is configured to keep. For nothing acknowledged to be lost when it restarts it needs
//! `appendonly yes` and `appendfsync always`; with `everysec`, a power failure takes the last second. It must not evict
//! keys. Redis 6.2 or later, or Valkey.

mod feed;
mod nodes;
mod options;
mod scripts;
mod server;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::store::moment::Moment;
use crate::store::{
    Family, Lookup, Revocation, RevocationStore, Rotated, Rotation, Standing, StoreError, StoreFuture,
    TokenFacts, TokenStore,
};
use feed::Feed;
use server::Server;

pub use options::RedisOptions;

/// Keeps everything on a server of Redis or Valkey, for an application that runs in more than one process.
///
/// [`connect`](Self::connect) makes a store that is told of revocations and answers checks from memory, usually a
/// millisecond behind the server; [`strict`](Self::strict) makes one that asks the server on every check. Both ask it
/// for everything else. Both connect anew by themselves when the server was away. A clone is another handle to the same
/// store.
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
}

impl RedisStore {
    /// A store that answers checks from memory. It is ready when it has read all revocations there are.
    ///
    /// When it has heard nothing from the server for [`RedisOptions::silence`], checks are errors, and requests are
    /// answered with 503: revocations may have been missed.
    ///
    /// The URL is `redis://user:password@host:port/database`; with the feature `store-redis-rustls`, `rediss://` speaks
    /// TLS. Must be called within the Tokio runtime that will go on to serve.
    ///
    /// # Errors
    ///
    /// When the URL is not one, when the server does not answer, and when it evicts keys (`maxmemory-policy` other than
    /// `noeviction`, with a `maxmemory`).
    pub async fn connect(url: &str, options: RedisOptions) -> Result<Self, StoreError> {
        let server = Arc::new(Server::connect(url, &options).await?);
        let feed = Feed::start(server.clone(), &options).await?;
        Ok(Self { server, feed: Some(Arc::new(feed)) })
    }

    /// A store that asks the server on every check: a revocation counts everywhere at once, every request waits for the
    /// server, and while it is away every one is answered with 503.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn strict(url: &str, options: RedisOptions) -> Result<Self, StoreError> {
        Ok(Self { server: Arc::new(Server::connect(url, &options).await?), feed: None })
    }

    fn ask_standing(&self, token: &TokenFacts<'_>, now: SystemTime) -> StoreFuture<'_, Standing> {
        let mut call = self.server.call(&scripts::STANDING, None);
        call.arg(Moment::floor(now).as_millis());
        let issued_at = token.issued_at.map(|time| Moment::floor(time).as_millis().to_string());
        call.arg(issued_at.unwrap_or_default()).arg(token.subject);
        for (kind, name) in [("token", token.id), ("family", token.family)] {
            if let Some(name) = name {
                call.arg(kind).arg(name);
            }
        }
        Box::pin(async move { standing(self.server.run(&call).await?) })
    }

    async fn send_revocation(&self, what: &Revocation) -> Result<(), StoreError> {
        let server = &self.server;
        let call = match what {
            Revocation::Token { id, expires_at } => {
                let mut call = server.call(&scripts::REVOKE_TOKEN, Some(("allowed", id)));
                call.arg(id).arg(Moment::ceil(*expires_at).as_millis());
                call
            }
            Revocation::Family { id, expires_at } => {
                let mut call = server.call(&scripts::REVOKE_FAMILY, Some(("login", id)));
                call.arg(id).arg(Moment::ceil(*expires_at).as_millis());
                call
            }
            Revocation::Subject { subject, issued_before, expires_at } => {
                let mut call = server.call(&scripts::REVOKE_SUBJECT, None);
                call.arg(subject).arg(Moment::ceil(*expires_at).as_millis());
                call.arg(Moment::ceil(*issued_before).as_millis());
                call
            }
        };
        let _: u8 = server.run(&call).await?;
        Ok(())
    }

    fn learn(&self, what: Revocation, now: SystemTime) {
        if let Some(feed) = &self.feed {
            feed.revoke(what, now);
        }
    }
}

impl RevocationStore for RedisStore {
    fn standing(&self, token: &TokenFacts<'_>, now: SystemTime) -> Lookup<'_> {
        match self.feed.as_ref().and_then(|feed| feed.standing(token, now)) {
            Some(standing) => Lookup::Known(Ok(standing)),
            None => Lookup::Pending(self.ask_standing(token, now)),
        }
    }
}

impl TokenStore for RedisStore {
    fn revoke(&self, what: Revocation, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.send_revocation(&what).await?;
            self.learn(what, now);
            Ok(())
        })
    }

    fn begin(&self, family: Family, now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let Family { id, token, expires_at } = family;
            let mut call = self.server.call(&scripts::BEGIN, Some(("login", &id)));
            call.arg(Moment::floor(now).as_millis()).arg(&id).arg(token);
            call.arg(Moment::ceil(expires_at).as_millis());
            match self.server.run(&call).await? {
                0 => Ok(()),
                1 => Err(StoreError::new("a new login has the name of a living one")),
                2 => Err(StoreError::new("a new login has the name of a revoked one")),
                other => Err(nonsense(other)),
            }
        })
    }

    fn rotate(&self, rotation: Rotation, now: SystemTime) -> StoreFuture<'_, Rotated> {
        Box::pin(async move {
            let server = &self.server;
            let call = |again| {
                let mut call = server.call(&scripts::ROTATE, Some(("login", &rotation.family)));
                call.arg(Moment::floor(now).as_millis());
                call.arg(&rotation.family).arg(&rotation.presented).arg(&rotation.next);
                call.arg(Moment::ceil(rotation.expires_at).as_millis());
                call.arg(Moment::default().plus(rotation.grace).as_millis()).arg(again);
                call
            };
            let answer = server.run_again(&call("first"), &call("again")).await?;
            let Rotation { family: id, expires_at, .. } = rotation;
            match answer {
                0 => Ok(Rotated::Fresh),
                1 => Ok(Rotated::Retried),
                2 => {
                    self.learn(Revocation::Family { id, expires_at }, now);
                    Ok(Rotated::Reused)
                }
                3 => Ok(Rotated::Unknown),
                other => Err(nonsense(other)),
            }
        })
    }

    fn allow(&self, id: String, expires_at: SystemTime, _now: SystemTime) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let mut call = self.server.call(&scripts::ALLOW, Some(("allowed", &id)));
            call.arg(Moment::ceil(expires_at).as_millis());
            let _: u8 = self.server.run(&call).await?;
            Ok(())
        })
    }

    fn is_allowed(&self, id: &str, now: SystemTime) -> Lookup<'_> {
        let mut call = self.server.call(&scripts::IS_ALLOWED, Some(("allowed", id)));
        call.arg(Moment::floor(now).as_millis()).arg(id);
        Lookup::Pending(Box::pin(async move { standing(self.server.run(&call).await?) }))
    }

    fn revoked_before<'a>(
        &'a self,
        subject: &'a str,
        now: SystemTime,
    ) -> StoreFuture<'a, Option<SystemTime>> {
        Box::pin(async move {
            let mut call = self.server.call(&scripts::REVOKED_BEFORE, None);
            call.arg(Moment::floor(now).as_millis()).arg(subject);
            let cut_off: Option<u64> = self.server.run(&call).await?;
            Ok(cut_off.map(Moment::from_millis).and_then(Moment::to_system_time))
        })
    }
}

impl fmt::Debug for RedisStore {
    /// The address may have a password in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("strict", &self.feed.is_none()).finish_non_exhaustive()
    }
}

fn standing(answer: u8) -> Result<Standing, StoreError> {
    match answer {
        0 => Ok(Standing::Good),
        1 => Ok(Standing::Revoked),
        other => Err(nonsense(other)),
    }
}

fn nonsense(_answer: u8) -> StoreError {
    StoreError::new("the server gave an answer that no script of ours gives")
}
