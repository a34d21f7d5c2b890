//! What is done to a server and to its wires.

use tokio::time::sleep;

use super::{FAULT, MS};
use crate::servers::proxy::Proxy;
use crate::servers::redis_server::RedisServer;

/// Loses the next answer, and none for a while: the call is repeated, and that has its answer.
pub(super) async fn lose_an_answer(wire: &Proxy) {
    let before = wire.broken();
    wire.lose_next_answer();
    while wire.broken() == before {
        sleep(MS).await;
    }
    sleep(MS * 50).await;
}

/// Stops it nine tenths of the time.
pub(crate) async fn slow(server: &RedisServer) {
    for _ in 0..FAULT.as_millis() / 200 {
        server.stop();
        sleep(MS * 180).await;
        server.resume();
        sleep(MS * 20).await;
    }
}

pub(crate) async fn full(server: &RedisServer) {
    assert!(server.command(&["CONFIG", "SET", "maxmemory", "1"]).is_some(), "the server answers");
    sleep(FAULT).await;
    assert!(server.command(&["CONFIG", "SET", "maxmemory", "0"]).is_some(), "the server answers");
}

/// How often a server had no memory for a script.
pub(crate) fn refused(server: &RedisServer) -> u64 {
    let count = server.info("errorstats", "errorstat_OOM:count=");
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// The number that a server answers.
pub(crate) fn number(answer: Option<String>) -> u64 {
    answer.and_then(|answer| answer.trim_start_matches(':').parse().ok()).unwrap_or(0)
}
