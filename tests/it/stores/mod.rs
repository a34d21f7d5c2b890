//! One contract, and every store against it.

mod contract;
mod crash;
mod file;
mod memory;
mod proxy;
mod redis;
pub(crate) mod redis_cluster;
pub(crate) mod redis_server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::store::{Family, Issued, Lookup, Revocation, Rotation, StoreError, TokenInfo};

/// Longer than any entry of the tests counts: their life, and the largest leeway of a guard.
const LIFE: Duration = Duration::from_secs(600);
const LEEWAY: Duration = Duration::from_secs(300);

/// Entries end on a server by its own clock, so the tests are about the present.
fn present() -> SystemTime {
    SystemClock.now()
}

fn token(id: &str, now: SystemTime) -> Revocation {
    Revocation::Token { id: id.to_owned(), expires_at: now + LIFE }
}

fn login(family: &str, token: &str, now: SystemTime) -> Family {
    Family {
        id: family.to_owned(),
        subject: "ada".into(),
        token: token.to_owned(),
        access_expires_at: now + LIFE,
        expires_at: now + LIFE,
    }
}

fn rotation(family: &str, presented: &str, next: &str, now: SystemTime) -> Rotation {
    Rotation {
        family: family.to_owned(),
        presented: presented.to_owned(),
        next: next.to_owned(),
        access_expires_at: now + LIFE,
        expires_at: now + LIFE,
        ends: None,
        endpoint: Some("POST /refresh".to_owned()),
        grace: Duration::ZERO,
    }
}

fn issued(id: &str, family: Option<&str>, now: SystemTime) -> Issued {
    Issued {
        id: id.to_owned(),
        subject: "ada".into(),
        family: family.map(str::to_owned),
        expires_at: now + LIFE,
    }
}

fn facts<'a>(id: &'a str, family: Option<&'a str>, now: SystemTime) -> TokenInfo<'a> {
    let mut facts = TokenInfo::new("ada", now + LIFE);
    (facts.id, facts.family, facts.issued_at) = (Some(id), family, Some(now));
    facts
}

async fn answer<T>(lookup: Lookup<'_, T>) -> Result<T, StoreError> {
    match lookup {
        Lookup::Known(answer) => answer,
        Lookup::Pending(answer) => answer.await,
    }
}

/// Polls until something is so; there is no other way to wait for a server.
pub(crate) async fn until<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(Duration::from_secs(20), what, poll).await
}

pub(crate) async fn until_within<T>(
    limit: Duration,
    what: &str,
    mut poll: impl AsyncFnMut() -> Option<T>,
) -> T {
    let polling = async {
        loop {
            if let Some(found) = poll().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(limit, polling).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// A directory that goes with the test.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("jwt-guard-stores-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("a new directory");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn file(&self) -> PathBuf {
        self.0.join("tokens.db")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
