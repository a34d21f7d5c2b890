//! Clocks that are apart: of two nodes, or of their server of Redis. It lasts as long as the load.

mod ends;

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::store::RedisOptions;
use jwt_guard_benches::Wire;
use tokio::time::{Instant, sleep};

use crate::app::{Node, builder, login, refresh, send};
use crate::found::{Found, Kind};
use crate::load::{Over, under_load};
use crate::redis::{FAULT, node_of};
use crate::servers::redis_server::RedisServer;

pub(crate) const NAMES: [&str; 5] = [
    "nodes 60 s before and behind the server",
    "the server 60 s before the nodes",
    "the server 60 s behind the nodes",
    ends::NAMES[0],
    ends::NAMES[1],
];

/// How far a clock is ahead, in seconds.
#[derive(Clone, Copy, Debug)]
struct Ahead(i32);

impl Clock for Ahead {
    fn now(&self) -> SystemTime {
        let by = Duration::from_secs(self.0.unsigned_abs().into());
        if self.0 < 0 { SystemClock.now() - by } else { SystemClock.now() + by }
    }
}

const BY: i32 = 60;

/// More than the nodes are apart: else a node would refuse the tokens of the other one, whatever the store says.
const LEEWAY: Duration = Duration::from_secs(150);

/// `None` if there is no Redis here, or no C compiler to move its clock.
pub(crate) async fn measure(name: &str) -> Option<Found> {
    if ends::NAMES.contains(&name) {
        return ends::measure(name).await;
    }
    let (nodes, server) = match name {
        "the server 60 s before the nodes" => ([0, 0], BY),
        "the server 60 s behind the nodes" => ([0, 0], -BY),
        _ => ([BY, -BY], 0),
    };
    let server = RedisServer::start_at(&[], server).await?;
    let node = async |ahead: i32| {
        let builder = builder().clock(Ahead(ahead)).leeway(LEEWAY);
        node_of(builder, &server.url(), RedisOptions::new()).await
    };
    let [first, second] = [node(nodes[0]).await, node(nodes[1]).await];
    let mut rounds = Rounds::new([&first, &second]);
    let fault = async {
        let start = Instant::now();
        while start.elapsed() < FAULT {
            rounds.next().await;
        }
        Over::default()
    };
    let measured = under_load(&[first.port, second.port], fault).await;
    let new = node(0).await;
    let mut found = measured.seen_by(new.port).await;
    found.wrong += rounds.wrong;
    found.lost += rounds.lost;
    found.odd += rounds.odd;
    found.require(rounds.number > 0, "no logout everywhere");
    found.require_changes();
    found.require(found.count_of(Kind::Check) == 0, "checks were 503");
    // The clocks stay as they are.
    found.back = None;
    note_clocks(&mut found, &server, &[&first, &second]).await;
    Some(found)
}

/// Counts the nodes whose clock is that far from that of the server.
async fn note_clocks(found: &mut Found, server: &RedisServer, nodes: &[&Node]) {
    let time = server.command(&["EVAL", "return redis.call('TIME')[1]", "0"]);
    let time: u64 = time.and_then(|time| time.parse().ok()).expect("the time of the server");
    for node in nodes {
        let issued_at = issued_at(node.port).await;
        found.require(issued_at.is_some(), "a node does not log in");
        let is_apart = |issued_at: u64| issued_at.abs_diff(time).abs_diff(BY.unsigned_abs().into()) <= 5;
        found.met += u64::from(issued_at.is_some_and(is_apart));
    }
    found.require(found.met == nodes.len() as u64, "a clock is not as it should be");
}

/// When a node says that it has issued a token.
async fn issued_at(port: u16) -> Option<u64> {
    let tokens = login(&mut Wire::to(port), "clock").await.ok()?;
    let payload = URL_SAFE_NO_PAD.decode(tokens.access.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<serde_json::Value>(&payload).ok()?.get("iat")?.as_u64()
}

/// Logs in at both nodes, out everywhere at one, and in again at once: what came before is refused at both, and what
/// comes after is admitted.
struct Rounds {
    wires: [Wire; 2],
    number: usize,
    wrong: u64,
    lost: u64,
    odd: u64,
}

impl Rounds {
    fn new(nodes: [&Node; 2]) -> Self {
        Self { wires: nodes.map(|node| Wire::to(node.port)), number: 0, wrong: 0, lost: 0, odd: 0 }
    }

    async fn next(&mut self) {
        let who = format!("everywhere-{}", self.number);
        let (here, there) = (self.number % 2, (self.number + 1) % 2);
        let mut before = Vec::new();
        let mut after = Vec::new();
        for wire in &mut self.wires {
            before.push(login(wire, &who).await.expect("a login"));
        }
        let status = send(&mut self.wires[here], "POST", "/logout/everywhere", &before[there].access).await;
        self.odd += u64::from(status != 200);
        for wire in &mut self.wires {
            after.push(login(wire, &who).await.expect("a login"));
        }
        let asked = Instant::now();
        for tokens in &before {
            // The node that said so knows; the other one is told.
            self.count(here, &tokens.access, 401).await;
            while send(&mut self.wires[there], "GET", "/me", &tokens.access).await == 200
                && asked.elapsed() < Duration::from_secs(1)
            {
                sleep(Duration::from_millis(1)).await;
            }
            self.count(there, &tokens.access, 401).await;
            for wire in &mut self.wires {
                self.wrong += u64::from(refresh(wire, &tokens.refresh).await.is_ok());
            }
        }
        for tokens in &after {
            for node in [here, there] {
                self.count(node, &tokens.access, 200).await;
            }
            self.lost += u64::from(refresh(&mut self.wires[here], &tokens.refresh).await.is_err());
        }
        self.number += 1;
    }

    async fn count(&mut self, node: usize, token: &str, expected: u16) {
        match (expected, send(&mut self.wires[node], "GET", "/me", token).await) {
            (401, 401) | (200, 200) => {}
            (401, 200) => self.wrong += 1,
            (200, 401) => self.lost += 1,
            _ => self.odd += 1,
        }
    }
}
