//! Two nodes whose clocks are apart, on one server of Redis.

use std::time::{Duration, SystemTime};

use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::store::{RedisOptions, RedisStore};
use jwt_guard_benches::Wire;
use tokio::time::{Instant, sleep};

use crate::app::{Node, builder, login, send};
use crate::load::Found;
use crate::servers::redis_server::RedisServer;

pub(crate) const NAMES: [&str; 1] = ["nodes 10 s before and behind the server"];

/// How far the clock of a node is ahead, or behind.
#[derive(Clone, Copy, Debug)]
enum Apart {
    Ahead(Duration),
    Behind(Duration),
}

impl Clock for Apart {
    fn now(&self) -> SystemTime {
        match *self {
            Self::Ahead(by) => SystemClock.now() + by,
            Self::Behind(by) => SystemClock.now() - by,
        }
    }
}

const BY: Duration = Duration::from_secs(10);

const ROUNDS: usize = 100;

/// Logs in at one node and out everywhere at the other, and in again at once: what came before is refused at both, and what
/// comes after is admitted.
pub(crate) async fn measure(_: &str) -> Option<Found> {
    let server = RedisServer::start().await?;
    let node = async |clock: Apart| {
        let store =
            RedisStore::connect(&server.url(), RedisOptions::new()).await.expect("the server answers");
        Node::start(builder().clock(clock).token_store(store).build().expect("a good configuration")).await
    };
    let nodes = [node(Apart::Ahead(BY)).await, node(Apart::Behind(BY)).await];
    let mut wires = nodes.each_ref().map(|node| Wire::to(node.port));
    let (mut found, start, mut answers) = (Found::default(), Instant::now(), 0_u64);
    for round in 0..ROUNDS {
        let who = format!("caller-{round}");
        let (first, second) = (round % 2, (round + 1) % 2);
        let mut before = Vec::new();
        for wire in &mut wires {
            before.push(login(wire, &who).await.expect("a login"));
        }
        let status = send(&mut wires[second], "POST", "/logout/everywhere", &before[first]).await;
        found.odd += u64::from(status != 200);
        let after = login(&mut wires[first], &who).await.expect("a login");
        let here = login(&mut wires[second], &who).await.expect("a login");
        found.logouts += 1;
        let told = Instant::now();
        for token in &before {
            // The node that said so knows; the other one is told.
            found.wrong += u64::from(send(&mut wires[second], "GET", "/me", token).await == 200);
            while send(&mut wires[first], "GET", "/me", token).await == 200 {
                if told.elapsed() > Duration::from_secs(1) {
                    found.wrong += 1;
                    break;
                }
                sleep(Duration::from_millis(1)).await;
            }
            answers += 2;
        }
        found.gaps[0] = found.gaps[0].max(told.elapsed());
        for token in [&after, &here] {
            for wire in &mut wires {
                found.lost += u64::from(send(wire, "GET", "/me", token).await != 200);
                answers += 1;
            }
        }
        answers += 5;
    }
    found.rate = answers as f64 / start.elapsed().as_secs_f64();
    found.back = Some(Duration::ZERO);
    Some(found)
}
