//! Reads the set of revocations, and then the stream.
//!
//! The stream is for connected nodes only: it is trimmed, and its positions are times on the clock of a server. It is
//! trusted while five things are true: the connection is the same, the server is a primary of the same history and has the
//! same line, the stream has not gone back, and each entry names its predecessor, which this node has read. Otherwise
//! everything is read again from the set, which is complete.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};
use tokio::time::{Instant, sleep};

use super::entry::{Position, fact, garbled, split, told};
use super::{Known, SKEW, millis};
use crate::store::StoreError;
use crate::store::ledger::new_line;
use crate::store::redis::nodes::{History, unreachable};
use crate::store::redis::scripts;
use crate::store::redis::server::{CUT_OFFS, ERA, PAUSE, REVOKED, Server, TOLD};
use crate::timestamp::Timestamp;

/// The prefix of a cut-off's name for its epoch.
const EPOCH: &[u8] = b"epoch:";

/// The number of entries in one reading.
const COUNT: usize = 1000;

/// While an entry cannot be kept or read, everything is read again after this many times the silence, because that
/// entry must go first. After a long reading the pause is at least 20 times its duration.
const AGAIN: u32 = 6;

pub(super) struct FeedReader {
    server: Arc<Server>,
    known: Arc<Known>,
    history: History,
    line: String,
    last: Position,
    /// The earliest next reading, if something was missed.
    soon: Instant,
    /// The next reading while an entry cannot be kept or read.
    again: Instant,
}

impl FeedReader {
    pub(super) fn new(server: Arc<Server>, known: Arc<Known>) -> Self {
        let now = Instant::now();
        let (history, line, last) = Default::default();
        Self { server, known, history, line, last, soon: now, again: now }
    }

    /// Connects, and reads everything.
    pub(super) async fn open(&mut self) -> Result<MultiplexedConnection, StoreError> {
        let link = self.server.reader(self.known.silence / 2).await?;
        let mut connection = link.connection;
        self.history = link.history;
        self.read_all(&mut connection).await?;
        while !self.read(&mut connection, None).await? {}
        Ok(connection)
    }

    /// Reads for ever.
    pub(super) async fn follow(mut self, connection: MultiplexedConnection) {
        let mut connection = Some(connection);
        let mut pause = PAUSE.0;
        loop {
            let Err(error) = self.follow_once(connection.take(), &mut pause).await;
            log(&error);
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    async fn follow_once(
        &mut self,
        connection: Option<MultiplexedConnection>,
        pause: &mut Duration,
    ) -> Result<Infallible, StoreError> {
        let mut connection = match connection {
            Some(connection) => connection,
            None => self.open().await?,
        };
        loop {
            if is_due(self.known.partial.load(Ordering::SeqCst), Instant::now(), self.again) {
                self.read_all(&mut connection).await?;
            }
            self.read(&mut connection, Some(self.known.silence / 4)).await?;
            *pause = PAUSE.0;
        }
    }

    /// Reads the set. Entries that the stream gets meanwhile are read afterwards.
    async fn read_all(&mut self, connection: &mut MultiplexedConnection) -> Result<(), StoreError> {
        let start = Instant::now();
        let tail = self.server.call(&scripts::TAIL, None);
        let (tail, now, mut line, mut epoch): (String, u64, String, u64) =
            tail.invoke_async(connection).await.map_err(unreachable)?;
        let now = early(now);
        if line.is_empty() {
            let mut mark = self.server.call(&scripts::MARK, None);
            mark.arg(new_line()?);
            (line, epoch) = mark.invoke_async(connection).await.map_err(unreachable)?;
        }
        self.known.follow(&line, epoch)?;
        self.line = line;
        self.known.now_reading();
        let mut cut_offs: HashMap<Vec<u8>, u64> = HashMap::new();
        self.scan(connection, "HSCAN", CUT_OFFS, |_, key, before| {
            cut_offs.insert(key, before);
        })
        .await?;
        let mut missing = Vec::new();
        self.scan(connection, "ZSCAN", REVOKED, |reader, key, ends| {
            let before = cut_offs.get(&key).copied().zip(cut_offs.get(&[EPOCH, &key].concat()).copied());
            match split(&key).and_then(|(kind, name)| fact(kind, name, ends, before)) {
                Ok(what) => reader.known.learn(what, now),
                Err(error) => missing.push((key, ends, error)),
            }
        })
        .await?;
        for (key, ends, error) in missing {
            // A cut-off that was made after the others had been read.
            let mut command = redis::cmd("HMGET");
            command.arg(self.server.key(CUT_OFFS)).arg(&key).arg([EPOCH, &key].concat());
            let (before, epoch): (Option<u64>, Option<u64>) =
                command.query_async(connection).await.map_err(unreachable)?;
            match before.zip(epoch).and_then(|cut_off| {
                let (kind, name) = split(&key).ok()?;
                fact(kind, name, ends, Some(cut_off)).ok()
            }) {
                Some(what) => self.known.learn(what, now),
                None => self.known.now_partial(&error),
            }
        }
        self.last = Position::parse(&tail)?;
        let rest = start.elapsed() * 20;
        self.soon = Instant::now() + rest.max(self.known.silence / 10);
        self.again = Instant::now() + rest.max(self.known.silence * AGAIN);
        Ok(())
    }

    /// Reads a set or a hash with numbers to its end, even if it changes meanwhile.
    async fn scan(
        &self,
        connection: &mut MultiplexedConnection,
        command: &str,
        kind: &str,
        mut each: impl FnMut(&Self, Vec<u8>, u64),
    ) -> Result<(), StoreError> {
        let mut cursor = 0_u64;
        loop {
            let mut command = redis::cmd(command);
            command.arg(self.server.key(kind)).arg(cursor).arg("COUNT").arg(COUNT);
            let (next, found): (u64, Vec<(Vec<u8>, String)>) =
                command.query_async(connection).await.map_err(unreachable)?;
            for (key, number) in found {
                match number.parse() {
                    Ok(number) => each(self, key, number),
                    Err(_) => self.known.now_partial(&garbled()),
                }
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    /// Reads the next entries of the stream, and waits for them up to `patience`. Returns whether this was all.
    async fn read(
        &mut self,
        connection: &mut MultiplexedConnection,
        patience: Option<Duration>,
    ) -> Result<bool, StoreError> {
        let asked = self.known.uptime();
        let stream = self.server.key(TOLD);
        let mut questions = redis::pipe();
        questions.cmd("XREAD").arg("COUNT").arg(COUNT);
        if let Some(patience) = patience {
            questions.arg("BLOCK").arg(millis(patience));
        }
        questions.arg("STREAMS").arg(&stream).arg(self.last.to_string());
        questions.cmd("XREVRANGE").arg(&stream).arg(&["+", "-", "COUNT", "1"]);
        questions.cmd("HGET").arg(self.server.key(ERA)).arg("line");
        questions.add_command(History::question()).cmd("TIME");
        let (told, newest, line, info, (seconds, _)): (
            Option<StreamReadReply>,
            StreamRangeReply,
            Option<String>,
            String,
            (u64, u64),
        ) = questions.query_async(connection).await.map_err(unreachable)?;
        if History::of_primary(&info)? != self.history {
            return Err(StoreError::new("the server has become the primary of another history"));
        }
        let newest = newest.ids.first().map(|entry| Position::parse(&entry.id)).transpose()?;
        // An emptied server that told nothing before has no end that could be missing.
        if newest.unwrap_or_default() < self.last || line.is_none_or(|line| line != self.line) {
            return Err(StoreError::new("the server has lost what it told"));
        }
        let told: Vec<_> = told.into_iter().flat_map(|told| told.keys).flat_map(|key| key.ids).collect();
        for entry in &told {
            self.learn(entry, early(seconds.saturating_mul(1000)))?;
        }
        let all = is_all(told.len());
        if all {
            self.known.now_complete(asked);
        }
        Ok(all)
    }

    fn learn(&mut self, entry: &StreamId, now: Timestamp) -> Result<(), StoreError> {
        let before = std::mem::replace(&mut self.last, Position::parse(&entry.id)?);
        match told(entry) {
            Ok((after, what)) => {
                self.known.learn(what, now);
                if after != before {
                    self.known.now_partial(&StoreError::new("some revocations were told too fast"));
                    self.again = self.soon;
                }
            }
            Err(error) => self.known.now_partial(&error),
        }
        Ok(())
    }
}

/// Whether everything is to be read again.
fn is_due(is_partial: bool, now: Instant, again: Instant) -> bool {
    is_partial && now >= again
}

/// Whether a reading of the stream with so many entries was the last one: the server tells no more at once.
fn is_all(told: usize) -> bool {
    told < COUNT
}

fn log(error: &StoreError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(target: "jwt_guard", error, "revocations are not read; trying again");
}

/// A time of the server's clock that has passed for every guard.
fn early(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis.saturating_sub(super::millis(SKEW)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_read_again_when_something_is_missing_and_it_is_time() {
        let (before, again) = (Instant::now(), Instant::now() + Duration::from_secs(60));
        let after = again + Duration::from_nanos(1);
        for (is_partial, now, due) in [
            (true, before, false),
            (true, again, true),
            (true, after, true),
            (false, before, false),
            (false, after, false),
        ] {
            assert_eq!(is_due(is_partial, now, again), due);
        }
    }

    #[test]
    fn a_full_reading_is_not_the_last_one() {
        assert_eq!([0, COUNT - 1, COUNT].map(is_all), [true, true, false]);
    }

    #[test]
    fn what_has_ended_for_every_guard_ended_a_minute_before_the_time_of_the_server() {
        assert_eq!(early(90_000), Timestamp::from_millis(30_000));
        assert_eq!(early(1), Timestamp::default());
    }
}
