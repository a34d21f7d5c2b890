//! This node's copy of the revocations, and what it does while the copy may be incomplete.
//!
//! 1. A node reads all revocations when it starts, and hears of later ones through a stream. After every reconnection
//!    it reads all of them again before it trusts its copy any longer: the server may be another one, with another
//!    clock and another end of the stream.
//! 2. A token that is known to be revoked is refused at once. Another token is valid at once while the copy is
//!    complete; otherwise the node asks the server, as a strict store does.
//! 3. The copy counts as complete for [`RedisOptions::silence`] after the last message of the server. It counts as
//!    incomplete while there is an entry that the node could not keep or read; then the node reads all of them again
//!    after a while.
//! 4. The server forgets entries by its own clock, [`SKEW`] late.
//! 5. The server counts the revocations of a subject, and a node forgets by name what a cut-off of the server replaces. It does
//!    so only with what the stream told it before the cut-off: what it revokes itself may be later.

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
use reader::FeedReader;

/// The largest difference between the clocks of server and guard. The scripts have the same number.
const SKEW: Duration = Duration::from_secs(60);

/// The copy of the revocations, and the task that updates it.
pub(super) struct Feed {
    known: Arc<Known>,
    task: JoinHandle<()>,
}

struct Known {
    ledger: Shared,
    /// Until when the copy counts as complete, in milliseconds from `start`.
    valid_until: AtomicU64,
    /// Whether there is an entry that could not be kept or read.
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
        let mut reader = FeedReader::new(server, known.clone());
        let connection = reader.open().await?;
        let task = tokio::spawn(reader.follow(connection));
        Ok(Self { known, task })
    }

    /// `None` if the server must be asked.
    pub(super) fn token_status(&self, token: &TokenInfo<'_>, now: SystemTime) -> Option<TokenStatus> {
        let ledger = &self.known.ledger;
        let status = ledger.token_status(token, now).ok()?;
        let is_known = match status {
            // A login that began after a cut-off is good at once, though this node may not have heard of that yet.
            TokenStatus::Revoked => !token
                .family
                .is_some_and(|family| ledger.ask(|known| known.is_behind(family)).unwrap_or(true)),
            TokenStatus::Valid => self.known.is_complete(),
        };
        is_known.then_some(status)
    }

    /// Records a revocation by this node, before it comes through the stream.
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
            Fact::Revoked(what, whose) => ledger.keep(what, whose.as_deref(), now),
            Fact::CutOff { key, cut_off } => ledger.cut_at(key.into(), cut_off),
        });
        if let Err(error) = learned {
            self.now_partial(&error);
        }
    }

    /// The line of the server, which identifies the logins that began with it, and its epoch.
    fn follow(&self, line: &str, epoch: u64) -> Result<(), StoreError> {
        self.ledger.change(|ledger| {
            ledger.follow(line, epoch);
            Ok(())
        })
    }

    fn uptime(&self) -> u64 {
        millis(self.start.elapsed())
    }

    fn is_complete(&self) -> bool {
        self.uptime() < self.valid_until.load(Ordering::SeqCst)
    }

    /// The copy was complete when the server was asked, this many milliseconds after `start`.
    fn now_complete(&self, asked: u64) {
        if self.partial.load(Ordering::SeqCst) {
            return;
        }
        self.valid_until.store(asked.saturating_add(millis(self.silence)), Ordering::SeqCst);
        // Another unreadable entry may have come meanwhile.
        if self.partial.load(Ordering::SeqCst) {
            self.valid_until.store(0, Ordering::SeqCst);
        }
    }

    /// Records that an entry could not be kept or read.
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

    /// Clears that mark before everything is read again.
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
    use crate::store::Revocation;
    use crate::store::ledger::CutOff;
    use crate::warned::warnings;

    const SILENCE: Duration = Duration::from_secs(5);

    /// A copy from before or after this moment, with room for one.
    fn copy(start: Instant) -> Known {
        copy_with(1, start)
    }

    fn copy_with(capacity: usize, start: Instant) -> Known {
        Known {
            ledger: Shared::new(Ledger::new(StoreLimits::each(capacity))),
            valid_until: AtomicU64::new(0),
            partial: AtomicBool::new(false),
            start,
            silence: SILENCE,
        }
    }

    #[test]
    fn a_copy_counts_as_complete_while_the_server_is_not_silent_for_too_long() {
        // Its time does not pass until the test is over.
        let young = copy(Instant::now() + SILENCE * 1_000);
        assert!(!young.is_complete(), "it has not heard of the server yet");
        young.now_complete(0);
        assert!(young.is_complete());

        let old = copy(Instant::now().checked_sub(SILENCE).unwrap());
        old.now_complete(0);
        assert!(!old.is_complete(), "it has not heard of the server for so long");
        old.now_complete(old.uptime());
        assert!(old.is_complete());
    }

    #[test]
    fn what_cannot_be_kept_is_warned_of_once_until_all_is_read_again() {
        let known = copy(Instant::now() + SILENCE * 1_000);
        let learn = |id: &str| {
            let expires_at = std::time::UNIX_EPOCH + SILENCE;
            let what = Revocation::Token { id: id.to_owned(), expires_at };
            warnings(|| known.learn(Fact::Revoked(what, None), Timestamp::default())).1.len()
        };
        known.now_complete(0);
        known.now_reading();
        assert!(known.is_complete(), "nothing is missing, so it stays complete while all is read again");
        assert_eq!(learn("it has room for one"), 0);
        assert!(known.is_complete());
        for told in [1, 0, 0] {
            assert_eq!(learn("and for no other"), told);
            assert!(!known.is_complete());
            known.now_complete(0);
            assert!(!known.is_complete(), "whatever the server says");
        }
        known.now_reading();
        assert!(!known.is_complete(), "it is not read yet");
        known.now_complete(0);
        assert!(known.is_complete());
        assert_eq!(learn("and for no other"), 1, "as the first time");
    }

    /// The share of a subject is the server's to count, and what the stream has not told yet may be later than the cut-off.
    #[test]
    fn a_cut_off_that_replaces_revocations_removes_those_that_were_told_before_it() {
        let known = copy_with(50, Instant::now());
        let ends = Timestamp::from_millis(5_000);
        let learn = |id: &str, whose: Option<&str>| {
            let what = Revocation::Token { id: id.to_owned(), expires_at: std::time::UNIX_EPOCH + SILENCE };
            known.learn(Fact::Revoked(what, whose.map(str::to_owned)), Timestamp::default());
        };
        let cut = |epoch, replaces_tokens| {
            let cut_off = CutOff { before: Timestamp::default(), ends, epoch, replaces_tokens };
            known.learn(Fact::CutOff { key: "a".to_owned(), cut_off }, Timestamp::default());
        };
        let count = || known.ledger.ask(Ledger::len).unwrap();
        for i in 0..40 {
            learn(&i.to_string(), Some("a"));
        }
        learn("of another", Some("b"));
        assert_eq!(count(), 41, "all are kept by name");
        for own in ["39", "own"] {
            learn(own, None);
        }
        cut(1, false);
        assert_eq!(count(), 43, "a logout everywhere replaces no token");
        cut(2, true);
        assert_eq!(
            count(),
            3,
            "left are the cut-off, that of another subject, and the one that was not told"
        );
        learn("own", Some("a"));
        assert_eq!(count(), 3);
        cut(3, true);
        assert_eq!(count(), 2);
    }

    #[test]
    fn server_and_nodes_forget_equally_late() {
        let line = format!("local SKEW = {} ", SKEW.as_millis());
        assert!(include_str!("../common.lua").contains(&line));
    }
}
