//! Two nodes of the application, and one server of Redis.

mod broken;

use std::time::Duration;

use jwt_guard::setup::{Builder, HasAudience, HasKeys, SystemClock};
use jwt_guard::store::{RedisOptions, RedisStore};
use tokio::time::{Instant, sleep};

use crate::app::{Node, builder};
use crate::found::{Found, Kind};
use crate::load::{Over, under_load};
use crate::servers::proxy::Proxy;
use crate::servers::redis_server::RedisServer;
use broken::{KeptData, disk_fails, lose_an_answer, too_few_replicas};
pub(crate) use broken::{full, number, refused, slow};

/// How long a fault lasts.
pub(crate) const FAULT: Duration = Duration::from_secs(4);

/// Longer than the server may be silent.
const LONG: Duration = Duration::from_secs(15);

pub(crate) const MS: Duration = Duration::from_millis(1);

/// A node is told so soon of what the other one ends.
const TELLING: Duration = Duration::from_secs(1);

/// How often the wires are cut that flap: for 300 ms in 600.
const FLAPS: u64 = FAULT.as_secs() * 1000 / 600;

pub(crate) const NAMES: [&str; 14] = [
    "gone, and started again",
    "gone for 15 s",
    "hangs",
    "hangs for 15 s",
    "cut off from one node for 15 s",
    "slow",
    "flapping",
    "answers that are lost",
    "full",
    "full, with an allow list",
    "its own disk fails",
    "too few replicas",
    "started again with the data of 2 s before",
    "loses all data",
];

pub(crate) async fn node(url: &str, options: RedisOptions) -> Node {
    // Redis forgets by its own clock.
    node_of(builder().clock(SystemClock), url, options).await
}

pub(crate) async fn node_of(
    builder: Builder<HasKeys, HasAudience>,
    url: &str,
    options: RedisOptions,
) -> Node {
    let store = RedisStore::connect(url, options).await.expect("the server answers");
    Node::start(builder.token_store(store).build().expect("a good configuration")).await
}

/// `None` if there is no Redis here.
pub(crate) async fn measure(name: &str) -> Option<Found> {
    let mut server = RedisServer::start().await?;
    // One for each node.
    let wires = [Proxy::to(server.port()).await, Proxy::to(server.port()).await];
    let start_at = async |wire: &Proxy| {
        let builder = builder().clock(SystemClock);
        let lists = name == "full, with an allow list";
        let builder = if lists { builder.allow_list() } else { builder };
        node_of(builder, &wire.url(), RedisOptions::new()).await
    };
    let (a, b) = (start_at(&wires[0]).await, start_at(&wires[1]).await);
    let length = if name.ends_with("for 15 s") { LONG } else { FAULT };
    let (start, mut emptied) = (Instant::now(), 0);
    let fault = async {
        let mut over = Over::default();
        match name {
            "gone, and started again" | "gone for 15 s" => {
                server.kill();
                sleep(length).await;
                server.restart().await;
                over.silent = length;
            }
            "hangs" | "hangs for 15 s" => {
                server.stop();
                sleep(length).await;
                server.resume();
                over.silent = length;
            }
            // What the other node ends meanwhile, this one cannot know.
            "cut off from one node for 15 s" => {
                wires[0].cut();
                sleep(length).await;
                wires[0].mend();
                over.silent = length;
            }
            "slow" => slow(&server).await,
            "flapping" => {
                for _ in 0..FLAPS {
                    wires.iter().for_each(Proxy::cut);
                    sleep(MS * 300).await;
                    wires.iter().for_each(Proxy::mend);
                    sleep(MS * 300).await;
                }
            }
            "answers that are lost" => {
                let start = Instant::now();
                while start.elapsed() < FAULT {
                    for wire in &wires {
                        lose_an_answer(wire).await;
                    }
                }
            }
            "full" | "full, with an allow list" => full(&server).await,
            "its own disk fails" => disk_fails(&server).await,
            "too few replicas" => too_few_replicas(&server).await,
            "started again with the data of 2 s before" => {
                let (kept, number_before) = (KeptData::of(&server), number(server.command(&["DBSIZE"])));
                let start = Instant::now();
                sleep(FAULT / 2).await;
                emptied = number(server.command(&["DBSIZE"])) - number_before;
                server.kill();
                let killed = Instant::now();
                kept.put_back();
                server.restart().await;
                over.silent = killed.elapsed();
                over.window = Some(start..=Instant::now());
                over.untold = Some(killed - TELLING..=Instant::now());
                sleep(FAULT / 2).await;
            }
            _ => {
                emptied = number(server.command(&["DBSIZE"]));
                assert!(server.command(&["FLUSHALL"]).is_some(), "the server answers");
                // A node that starts afterwards cannot know what the server has lost.
                let emptied = Instant::now();
                over.window = Some(start..=emptied);
                over.untold = Some(emptied - TELLING..=emptied);
                sleep(FAULT).await;
            }
        }
        over
    };
    let measured = under_load(&[a.port, b.port], fault).await;
    let new = start_at(&wires[0]).await;
    let mut found = measured.seen_by(new.port).await;
    found.met = match name {
        "hangs" | "hangs for 15 s" | "slow" => found.delayed,
        "full" | "full, with an allow list" => refused(&server, "OOM"),
        "its own disk fails" => refused(&server, "MISCONF"),
        "too few replicas" => refused(&server, "NOREPLICAS"),
        "loses all data" | "started again with the data of 2 s before" => emptied,
        _ => wires.iter().map(Proxy::broken).sum(),
    };
    found.require_repeatable(on_their_way(name));
    match name {
        "gone for 15 s" | "hangs for 15 s" => {
            found.require(found.count_of(Kind::Check) > 0, "no check was 503");
        }
        "cut off from one node for 15 s" => {
            let [alone, other] = found.at_node;
            found.require(alone[Kind::Check as usize] > 0, "no check was 503");
            found.require(other == [0; 4], "answers of the other node were 503");
        }
        "full" => as_full(&mut found),
        "full, with an allow list" => {
            found.require(found.count_of(Kind::Login) > 0, "no login was 503");
            found.require(found.count_of(Kind::Refresh) > 0, "no refresh was 503");
            found.require(found.count_of(Kind::Logout) == 0, "logouts were 503");
        }
        "its own disk fails" | "too few replicas" => {
            let kinds = [Kind::Login, Kind::Refresh, Kind::Logout];
            found
                .require(kinds.into_iter().all(|kind| found.count_of(kind) > 0), "some changes were not 503");
        }
        "started again with the data of 2 s before" => {
            found.require(found.not_promised > 0, "nothing was lost");
        }
        "slow" | "answers that are lost" => found.require_changes(),
        "loses all data" => {
            found.require_changes();
            found.require(found.not_promised > 0, "nothing was lost");
        }
        _ => {}
    }
    Some(found)
}

/// How many refreshes may have been done although their answer was 503: one of each node when the connection breaks or the
/// server hangs. What never reached the server, or what it refused, was not done.
fn on_their_way(name: &str) -> u64 {
    match name {
        "gone, and started again"
        | "gone for 15 s"
        | "hangs"
        | "hangs for 15 s"
        | "started again with the data of 2 s before" => 2,
        "cut off from one node for 15 s" => 1,
        "flapping" => 2 * FLAPS,
        _ => 0,
    }
}

/// It refuses logins only.
pub(crate) fn as_full(found: &mut Found) {
    found.require(found.count_of(Kind::Login) > 0, "no login was 503");
    found.require(found.count_of(Kind::Refresh) == 0, "refreshes were 503");
    found.require(found.count_of(Kind::Logout) == 0, "logouts were 503");
}
