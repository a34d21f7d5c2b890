//! Tokens end while the clock of the server is a minute from that of the nodes: what was revoked stays so for as long as a node
//! would admit it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::store::RedisOptions;
use jwt_guard_benches::Wire;
use tokio::time::Instant;

use super::{BY, note_clocks};
use crate::app::{Node, Tokens, builder, log_out, login, refresh, send};
use crate::found::Found;
use crate::redis::node_of;
use crate::servers::redis_server::RedisServer;

pub(super) const NAMES: [&str; 2] = [
    "the server 60 s before the nodes, when tokens have expired",
    "the server 60 s behind the nodes, when tokens have expired",
];

/// How long an access token counts: the default.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// The most that a node may have: it admits a token that ended less than that ago.
const LEEWAY: Duration = Duration::from_secs(300);

/// So long ago the tokens have ended when the nodes are asked.
const LATE: Duration = Duration::from_secs(270);

const LOGINS: usize = 200;

/// A clock that is so many seconds ahead of the time.
#[derive(Clone, Debug)]
struct Moved(Arc<AtomicI64>);

impl Clock for Moved {
    fn now(&self) -> SystemTime {
        let ahead = self.0.load(SeqCst);
        let by = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 { SystemClock.now() - by } else { SystemClock.now() + by }
    }
}

pub(super) async fn measure(name: &str) -> Option<Found> {
    let server = RedisServer::start().await?;
    let ahead = if name.starts_with("the server 60 s before") { -i64::from(BY) } else { i64::from(BY) };
    // The nodes come from the past: then only their clocks must move.
    let clock = Moved(Arc::new(AtomicI64::new(ahead - (LIFETIME + LATE).as_secs() as i64)));
    let start_node = async || {
        // A revocation counts as long as the longest access token may, and here those all last as long.
        let builder = builder().clock(clock.clone()).leeway(LEEWAY).max_lifetime(LIFETIME);
        let builder = builder.issuing(|issuer| issuer.longest_access_lifetime(LIFETIME));
        node_of(builder, &server.url(), RedisOptions::new()).await
    };
    let (first, second) = (start_node().await, start_node().await);
    let mut found = Found::default();
    let (mut ended, mut living) = (Vec::new(), Vec::new());
    let start = Instant::now();
    let wires = &mut [&first, &second].map(|node| Wire::to(node.port));
    for number in 0..LOGINS {
        let wire = &mut wires[number % 2];
        let tokens = login(wire, &format!("caller-{number}")).await.expect("a login");
        if number % 8 < 2 {
            living.push(tokens);
        } else {
            found.odd += u64::from(log_out(wire, &tokens, number % 4 == 0).await != 204);
            ended.push(tokens);
        }
    }
    clock.0.store(ahead, SeqCst);
    // With each revocation the server forgets some that it takes to be over.
    for number in 0..LOGINS {
        let wire = &mut wires[number % 2];
        let tokens = login(wire, &format!("later-{number}")).await.expect("a login");
        found.odd += u64::from(log_out(wire, &tokens, false).await != 204);
    }
    let new = start_node().await;
    for node in [&first, &second, &new] {
        judge(&mut found, node, &ended, &living).await;
    }
    for tokens in &living {
        let is_lost = refresh(&mut wires[0], &tokens.refresh).await.is_err();
        found.lost += u64::from(is_lost);
    }
    found.rate = (LOGINS * 7) as f64 / start.elapsed().as_secs_f64();
    found.logouts = Some(ended.len());
    note_clocks(&mut found, &server, &[&first, &second, &new]).await;
    Some(found)
}

/// What was not revoked is still admitted, so the refusal of the others says something.
async fn judge(found: &mut Found, node: &Node, ended: &[Tokens], living: &[Tokens]) {
    let mut wire = Wire::to(node.port);
    for (all, expected) in [(ended, 401), (living, 200)] {
        for tokens in all {
            match (expected, send(&mut wire, "GET", "/me", &tokens.access).await) {
                (401, 401) | (200, 200) => {}
                (401, 200) => found.wrong += 1,
                (200, 401) => found.lost += 1,
                _ => found.odd += 1,
            }
        }
    }
}
