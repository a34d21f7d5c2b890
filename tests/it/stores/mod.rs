//! One contract, and every store against it.

mod contract;
mod crash;
mod cut_offs;
pub(crate) mod directory;
mod file;
mod issuers;
mod lost_file;
mod memory;
mod model;
mod proxy;
mod redis;
pub(crate) mod redis_cluster;
pub(crate) mod redis_server;
pub(crate) mod waiting;

use std::time::{Duration, SystemTime};

pub(crate) use directory::Directory;
use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::store::{Family, Issued, Lookup, Revocation, Rotation, StoreError, TokenInfo};
pub(crate) use waiting::{until, until_within};

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
