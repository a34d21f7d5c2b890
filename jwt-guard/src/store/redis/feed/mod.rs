//! What this node knows of revocations, and what it does while it may not know all.
//!
//! 1. A node reads all that is revoked when it starts, and is told of what follows. Whenever it connects anew it reads all
//!    again, before it trusts what it knows for longer: the server may be another one, with another clock and another end.
//! 2. What is known to be revoked is refused at once. What is not is good at once while the node knows all there is; else
//!    the server is asked, as a strict store would.
//! 3. A node knows all there is for [`RedisOptions::silence`] after it was told so. It does not while there is something
//!    that it could not keep or read; then it reads all again after a while.
//! 4. Entries are forgotten by the server's clock, [`SKEW`] late.

mod entry;
mod reader;

pub(super) use entry::{Fact, fact};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::store::ledger::Ledger;
use crate::store::redis::options::RedisOptions;
use crate::store::redis::server::Server;
use crate::store::shared::Shared;
use crate::store::{StoreError, StoreLimits, TokenInfo, TokenStatus};
use crate::timestamp::Timestamp;
use reader::Reader;

/// How far the clocks of server and guard may be apart. The scripts have the same number.
const SKEW: Duration = Duration::from_secs(60);

/// What this node knows of revocations, and the task that learns more.
pub(super) struct Feed {
    known: Arc<Known>,
    task: JoinHandle<()>,
}

struct Known {
    ledger: Shared,
    /// Until when what is known may be taken for all there is, in milliseconds from `start`.
    valid_until: AtomicU64,
    /// Whether there is something that could not be kept or read.
    partial: AtomicBool,
    start: Instant,
    silence: Duration,
}

impl Feed {
    pub(super) async fn start(server: Arc<Server>, options: &RedisOptions) -> Result<Self, StoreError> {
        let known = Arc::new(Known {
            ledger: Shared::new(Ledger::new(StoreLimits::each(options.capacity))),
            valid_until: AtomicU64::new(0),
            partial: AtomicBool::new(false),
            start: Instant::now(),
            silence: options.silence,
        });
        let mut reader = Reader::new(server, known.clone());
        let connection = reader.open().await?;
        let task = tokio::spawn(reader.follow(connection));
        Ok(Self { known, task })
    }

    /// `None` where the server must be asked.
    pub(super) fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Option<TokenStatus> {
        let status = self.known.ledger.token_status(token, now).ok()?;
        (status == TokenStatus::Revoked || self.known.is_complete()).then_some(status)
    }

    /// Learns of a revocation made by this node, before it is told of it.
    pub(super) fn learn(&self, fact: Fact, now: SystemTime) {
        self.known.learn(fact, Timestamp::floor(now));
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Known {
    fn learn(&self, fact: Fact, now: Timestamp) {
        let learned = self.ledger.change(|ledger| match fact {
            Fact::Revoked(what) => ledger.revoke(what, None, now),
            Fact::CutOff { key, before, ends, epoch } => ledger.cut_at(key.into(), before, ends, epoch),
        });
        if let Err(error) = learned {
            self.now_partial(&error);
        }
    }

    /// The name by which the server tells the logins that began with it.
    fn follow_line(&self, line: &str) -> Result<(), StoreError> {
        self.ledger.change(|ledger| {
            ledger.follow_line(line);
            Ok(())
        })
    }

    fn uptime(&self) -> u64 {
        millis(self.start.elapsed())
    }

    fn is_complete(&self) -> bool {
        self.uptime() < self.valid_until.load(Ordering::SeqCst)
    }

    /// The server has said all there was when it was asked, so many milliseconds after `start`.
    fn now_complete(&self, asked: u64) {
        if self.partial.load(Ordering::SeqCst) {
            return;
        }
        self.valid_until.store(asked.saturating_add(millis(self.silence)), Ordering::SeqCst);
        // Something else may have been found meanwhile.
        if self.partial.load(Ordering::SeqCst) {
            self.valid_until.store(0, Ordering::SeqCst);
        }
    }

    /// There is something that could not be learned.
    fn now_partial(&self, error: &StoreError) {
        let known = self.partial.swap(true, Ordering::SeqCst);
        self.valid_until.store(0, Ordering::SeqCst);
        if !known {
            let error = error as &dyn std::error::Error;
            tracing::warn!(
                target: "jwt_guard",
                error,
                "this node does not know all revocations: it asks the server on every check, and reads all again soon"
            );
        }
    }

    /// What could not be learned before is read again, from the beginning.
    fn now_reading(&self) {
        if self.partial.swap(false, Ordering::SeqCst) {
            self.valid_until.store(0, Ordering::SeqCst);
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_and_nodes_forget_equally_late() {
        let line = format!("local SKEW = {} ", SKEW.as_millis());
        assert!(include_str!("../common.lua").contains(&line));
    }
}
