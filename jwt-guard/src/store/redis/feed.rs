//! The revocations of all nodes, read from the stream on the server into memory.
//!
//! 1. A node reads the stream from its beginning when it starts, and is not ready before it has read it all.
//! 2. It then waits for what comes. An answer that says *nothing new* is as good as one that brings something: both
//!    prove that the node knows all there is.
//! 3. When the connection breaks, it connects anew, and reads on from the last entry it has seen.
//! 4. When there was no answer for too long, or one that could not be taken in, [`Feed::standing`] is an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::streams::{StreamId, StreamReadReply};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::store::ledger::Ledger;
use crate::store::moment::Moment;
use crate::store::redis::options::RedisOptions;
use crate::store::redis::server::{Connection, PAUSE, Server, unreachable};
use crate::store::shared::Shared;
use crate::store::{Revocation, Standing, StoreError, TokenFacts};

/// How many entries are read at once.
const COUNT: usize = 1000;

/// What this node knows of revocations, and the task that learns more.
pub(super) struct Feed {
    known: Arc<Known>,
    task: JoinHandle<()>,
}

struct Known {
    ledger: Shared,
    /// Until when what is known may be taken for all there is, in milliseconds from `start`.
    valid_until: AtomicU64,
    start: Instant,
    silence: Duration,
}

/// The position of an entry in the stream: milliseconds on the server's clock, and a number within.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Position(u64, u64);

struct Reader {
    server: Server,
    known: Arc<Known>,
    last: Position,
}

impl Feed {
    pub(super) async fn start(server: Server, options: &RedisOptions) -> Result<Self, StoreError> {
        let known = Arc::new(Known {
            ledger: Shared::new(Ledger::new(options.capacity)),
            valid_until: AtomicU64::new(0),
            start: Instant::now(),
            silence: options.silence,
        });
        let mut reader = Reader { server, known: known.clone(), last: Position::default() };
        let mut connection = reader.connect().await?;
        while !reader.read(&mut connection, None).await? {}
        let task = tokio::spawn(reader.follow(Some(connection)));
        Ok(Self { known, task })
    }

    pub(super) fn standing(&self, token: &TokenFacts<'_>, now: SystemTime) -> Result<Standing, StoreError> {
        if self.known.uptime() >= self.known.valid_until.load(Ordering::Acquire) {
            return Err(StoreError::new("it may have missed revocations"));
        }
        self.known.ledger.standing(token, now)
    }

    /// Learns of a revocation made by this node, before the stream brings it.
    pub(super) fn revoke(&self, what: Revocation, now: SystemTime) -> Result<(), StoreError> {
        self.known.ledger.change(|ledger| ledger.revoke(what, Moment::floor(now)))
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Known {
    fn uptime(&self) -> u64 {
        millis(self.start.elapsed())
    }

    /// The server has said all there was when it was asked, so many milliseconds after `start`.
    fn is_complete(&self, asked: u64) {
        self.valid_until.store(asked.saturating_add(millis(self.silence)), Ordering::Release);
    }

    /// There is something that could not be learned.
    fn is_incomplete(&self) {
        self.valid_until.store(0, Ordering::Release);
    }
}

impl Reader {
    /// Reads for ever.
    async fn follow(mut self, mut connection: Option<Connection>) {
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
        connection: Option<Connection>,
        pause: &mut Duration,
    ) -> Result<std::convert::Infallible, StoreError> {
        let mut connection = match connection {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        loop {
            self.read(&mut connection, Some(self.known.silence / 4)).await?;
            *pause = PAUSE.0;
        }
    }

    /// Connects, and starts from the beginning if the stream is behind what this node has seen: the server has lost
    /// entries, and the numbers of new ones may be lower than those of the lost.
    async fn connect(&mut self) -> Result<Connection, StoreError> {
        let mut connection = self.server.reader(self.known.silence / 2).await?;
        let newest =
            redis::cmd("XREVRANGE").arg(self.server.stream()).arg(&["+", "-", "COUNT", "1"]).to_owned();
        let newest: redis::streams::StreamRangeReply =
            newest.query_async(&mut connection).await.map_err(unreachable)?;
        let newest = newest.ids.first().map(Position::of).transpose()?.unwrap_or_default();
        if newest < self.last {
            self.last = Position::default();
        }
        Ok(connection)
    }

    /// Reads the next entries, and waits for them up to `patience`. Says whether these were all.
    async fn read(
        &mut self,
        connection: &mut Connection,
        patience: Option<Duration>,
    ) -> Result<bool, StoreError> {
        let asked = self.known.uptime();
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(COUNT);
        if let Some(patience) = patience {
            command.arg("BLOCK").arg(millis(patience));
        }
        command.arg("STREAMS").arg(self.server.stream()).arg(self.last.to_string());
        let reply: Option<StreamReadReply> = command.query_async(connection).await.map_err(unreachable)?;
        let ids: Vec<_> = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).collect();
        for id in &ids {
            self.learn(id).inspect_err(|_| self.known.is_incomplete())?;
        }
        let all = ids.len() < COUNT;
        if all {
            self.known.is_complete(asked);
        }
        Ok(all)
    }

    /// The position of an entry says when it was made, so that those which ended since can be forgotten.
    fn learn(&mut self, id: &StreamId) -> Result<(), StoreError> {
        let position = Position::of(id)?;
        let text = |field| id.get::<String>(field).ok_or_else(garbled);
        let time = |field| {
            let millis = id.get::<u64>(field).ok_or_else(garbled)?;
            UNIX_EPOCH.checked_add(Duration::from_millis(millis)).ok_or_else(garbled)
        };
        let (name, expires_at) = (text("name")?, time("ends")?);
        let what = match &*text("kind")? {
            "token" => Revocation::Token { id: name, expires_at },
            "family" => Revocation::Family { id: name, expires_at },
            "subject" => Revocation::Subject { subject: name, issued_before: time("before")?, expires_at },
            _ => return Err(garbled()),
        };
        self.known.ledger.change(|ledger| ledger.revoke(what, Moment::from_millis(position.0)))?;
        self.last = position;
        Ok(())
    }
}

impl Position {
    fn of(id: &StreamId) -> Result<Self, StoreError> {
        let (millis, number) = id.id.split_once('-').ok_or_else(garbled)?;
        let parse = |text: &str| text.parse().map_err(|_| garbled());
        Ok(Self(parse(millis)?, parse(number)?))
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn log(error: &StoreError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(target: "jwt_guard", error, "revocations are not read; trying again");
}

fn garbled() -> StoreError {
    StoreError::new("the stream of revocations has an entry that is none")
}
