//! The connection for scripts.
//!
//! 1. A connection that timed out, broke, or leads to a server that accepts no writes any more, is closed, and the next
//!    call looks for the primary again.
//! 2. Calls meanwhile wait for the same attempt.
//! 3. A call that may have run is sent again only after its connection broke, and never to a server that hangs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{ErrorKind, FromRedisValue, RedisError, Script, ScriptInvocation, ServerErrorKind};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::store::StoreError;
use crate::store::redis::nodes::{Link, Nodes, late, unreachable};
use crate::store::redis::options::RedisOptions;

/// The sorted set of revocations, by their end.
pub(super) const REVOKED: &str = "revoked";
/// The hash of the moments before which tokens are revoked.
pub(super) const CUT_OFFS: &str = "cut-offs";
/// The hash of the line and the epoch.
pub(super) const ERA: &str = "era";
/// The stream of revocations.
pub(super) const TOLD: &str = "revocations";

/// The first and the longest pause between attempts to connect.
pub(super) const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// A server, or the node of a cluster that owns our keys.
pub(super) struct Server {
    nodes: Arc<Nodes>,
    current: Mutex<Attempt>,
    timeout: Duration,
    prefix: String,
}

/// A connection, or the attempt to make one. `None` while it is being made.
type Attempt = watch::Receiver<Option<Result<MultiplexedConnection, Arc<StoreError>>>>;

/// The meaning of a failure for the connection and the call.
enum CallFailure {
    /// The call was refused. If the server does not accept writes any more, it is left.
    NotRun { leave: bool },
    /// The connection broke: the call may have run.
    Broken,
    /// The server, or the client, does not understand.
    Odd { leave: bool },
}

impl Server {
    pub(super) async fn connect(url: &str, options: &RedisOptions) -> Result<Self, StoreError> {
        options.check()?;
        let RedisOptions { prefix, timeout, .. } = options;
        let nodes = Nodes::new(url, key(prefix, TOLD), options)?;
        let Link { connection, .. } = nodes.connect(*timeout).await?;
        let (_, current) = watch::channel(Some(Ok(connection)));
        Ok(Self { nodes, current: Mutex::new(current), timeout: *timeout, prefix: prefix.clone() })
    }

    /// A call of a script for at most one own key, and the revocations.
    pub(super) fn call<'a>(&self, script: &'a Script, about: Option<(&str, &str)>) -> ScriptInvocation<'a> {
        let mut call = script.prepare_invoke();
        if let Some((kind, name)) = about {
            call.key(format!("{}:{name}", key(&self.prefix, kind)));
        }
        for kind in [REVOKED, CUT_OFFS, TOLD] {
            call.key(self.key(kind));
        }
        call
    }

    /// The name of a key. All names have one hash tag.
    pub(super) fn key(&self, kind: &str) -> String {
        key(&self.prefix, kind)
    }

    /// Runs a script that may run twice. If the connection broke it runs it again, because it is unknown whether it
    /// ran.
    pub(super) async fn run<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        self.run_again(call, call).await
    }

    /// Runs a script, and if the connection broke, another one that expects that the first may have run.
    pub(super) async fn run_again<T: FromRedisValue>(
        &self,
        first: &ScriptInvocation<'_>,
        again: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let mut call = first;
        let mut broken = false;
        loop {
            let attempt = self.attempt();
            let mut connection = timeout(self.timeout, connected(attempt.clone())).await.map_err(late)??;
            let error = match timeout(self.timeout, call.invoke_async(&mut connection)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(elapsed) => {
                    self.leave(&attempt);
                    return Err(late(elapsed));
                }
            };
            match CallFailure::of(&error) {
                CallFailure::NotRun { leave } if Instant::now() < deadline => {
                    if leave {
                        self.leave(&attempt);
                    }
                    sleep(PAUSE.0).await;
                }
                CallFailure::Broken if !broken => {
                    self.leave(&attempt);
                    (call, broken) = (again, true);
                }
                CallFailure::NotRun { leave } | CallFailure::Odd { leave } => {
                    if leave {
                        self.leave(&attempt);
                    }
                    return Err(unreachable(error));
                }
                CallFailure::Broken => {
                    self.leave(&attempt);
                    return Err(unreachable(error));
                }
            }
        }
    }

    /// A separate connection for the reader, with the response timeout `patience` or that of a call, if longer.
    pub(super) async fn reader(&self, patience: Duration) -> Result<Link, StoreError> {
        self.nodes.connect(patience.max(self.timeout)).await
    }

    /// The existing connection, or the attempt to make one; a failed attempt is repeated.
    fn attempt(&self) -> Attempt {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = match &*current.borrow() {
            Some(result) => result.is_ok(),
            None => current.has_changed().is_ok(),
        };
        if !usable {
            let (done, attempt) = watch::channel(None);
            let (nodes, patience) = (self.nodes.clone(), self.timeout);
            tokio::spawn(async move {
                let link = nodes.connect(patience).await;
                done.send_replace(Some(link.map(|link| link.connection).map_err(Arc::new)));
            });
            *current = attempt;
        }
        current.clone()
    }

    /// Makes the next call reconnect, unless another call has done so.
    fn leave(&self, attempt: &Attempt) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.same_channel(attempt) {
            let (_, none) = watch::channel(None);
            *current = none;
        }
    }
}

impl CallFailure {
    fn of(error: &RedisError) -> Self {
        use ServerErrorKind as Kind;
        match error.kind() {
            ErrorKind::Server(
                Kind::Moved | Kind::Ask | Kind::ReadOnly | Kind::ClusterDown | Kind::MasterDown,
            ) => Self::NotRun { leave: true },
            ErrorKind::Server(Kind::TryAgain | Kind::BusyLoading) => Self::NotRun { leave: false },
            // So a script is refused before Redis 7.
            ErrorKind::Server(Kind::ResponseError) if in_script(error, "-READONLY ") => {
                Self::NotRun { leave: true }
            }
            ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::UnexpectedReturnType => {
                Self::Odd { leave: false }
            }
            _ if error.is_connection_dropped() => Self::Broken,
            _ => Self::Odd { leave: true },
        }
    }
}

/// Whether a command of a script was refused with this code.
fn in_script(error: &RedisError, code: &str) -> bool {
    error.detail().is_some_and(|detail| detail.contains(code))
}

async fn connected(mut attempt: Attempt) -> Result<MultiplexedConnection, StoreError> {
    let lost = || StoreError::new("the server is not connected");
    match attempt.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(Ok(connection))) => Ok(connection.clone()),
        Ok(Some(Err(error))) => Err(lost().because(error.clone())),
        // The runtime of the connection has ended.
        Ok(None) | Err(_) => Err(lost()),
    }
}

fn key(prefix: &str, kind: &str) -> String {
    format!("{{{prefix}}}:{kind}")
}
