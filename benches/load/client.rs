//! The load: connections that ask again as soon as they are answered.

use std::time::Duration;
use std::{io, thread};

use jwt_guard_benches::Wire;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime;
use tokio::task::JoinSet;

/// How many callers there are at once.
pub(crate) const CONNECTIONS: usize = 64;

/// Threads of the client, each with its part of the connections.
const THREADS: usize = 2;

/// Sends `requests`, each on a connection of its own, again and again. Says how many were answered, and how long it took.
pub(crate) fn load(port: u16, requests: &[String], length: Duration) -> (u64, Duration) {
    let start = now();
    let answers = thread::scope(|scope| {
        let parts = requests.chunks(requests.len().div_ceil(THREADS).max(1));
        let workers: Vec<_> =
            parts.map(|part| scope.spawn(move || load_by_one_thread(port, part, start + length))).collect();
        workers.into_iter().map(|worker| worker.join().expect("answers to every request")).sum()
    });
    (answers, now().saturating_sub(start))
}

fn load_by_one_thread(port: u16, requests: &[String], end: Duration) -> u64 {
    let runtime = runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let mut callers = JoinSet::new();
        for request in requests {
            callers.spawn(call_until(port, request.clone(), end));
        }
        callers.join_all().await.into_iter().map(|answers| answers.expect("an answer to every request")).sum()
    })
}

async fn call_until(port: u16, request: String, end: Duration) -> io::Result<u64> {
    let mut wire = Wire::to(port);
    let mut answers = 0;
    while now() < end {
        if wire.ask(request.as_bytes()).await? != 200 {
            let text = String::from_utf8_lossy(wire.answer());
            return Err(io::Error::other(format!("expected a whole answer with 200, found {text:?}")));
        }
        answers += 1;
    }
    Ok(answers)
}

/// The time of a clock that only goes forward.
fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
