//! Two nodes of the application, and Redis: one server, or a cluster of six.

use std::time::Duration;

use jwt_guard::setup::SystemClock;
use jwt_guard::store::{RedisOptions, RedisStore};
use tokio::time::sleep;

use crate::app::{Node, builder};
use crate::load::{Found, under_load};
use crate::servers::proxy::Proxy;
use crate::servers::redis_cluster::RedisCluster;
use crate::servers::redis_server::RedisServer;

/// How long a fault lasts.
const FAULT: Duration = Duration::from_secs(4);

const MS: Duration = Duration::from_millis(1);

pub(crate) const ONE: [&str; 7] = [
    "gone, and started again",
    "hangs",
    "slow",
    "flapping",
    "answers that are lost",
    "full",
    "loses all data",
];

pub(crate) const SIX: [&str; 4] =
    ["the owner is killed", "the owner hangs", "planned failover", "a primary of other keys is killed"];

async fn node(url: &str, options: RedisOptions) -> Node {
    let store = RedisStore::connect(url, options).await.expect("the server answers");
    // Redis forgets by its own clock.
    Node::start(builder().clock(SystemClock).token_store(store).build().expect("a good configuration")).await
}

/// One server, behind a wire. `None` if there is no Redis here.
pub(crate) async fn one(name: &str) -> Option<Found> {
    let mut server = RedisServer::start().await?;
    let wire = Proxy::to(server.port()).await;
    let (a, b) = (node(&wire.url(), RedisOptions::new()).await, node(&wire.url(), RedisOptions::new()).await);
    let ports = [a.port, b.port];
    let fault = async {
        match name {
            "gone, and started again" => {
                server.kill();
                sleep(FAULT).await;
                server.restart().await;
            }
            "hangs" => {
                server.stop();
                sleep(FAULT).await;
                server.resume();
            }
            "slow" => {
                for _ in 0..FAULT.as_millis() / 200 {
                    server.stop();
                    sleep(MS * 180).await;
                    server.resume();
                    sleep(MS * 20).await;
                }
            }
            "flapping" => {
                for _ in 0..FAULT.as_millis() / 600 {
                    wire.cut();
                    sleep(MS * 300).await;
                    wire.mend();
                    sleep(MS * 300).await;
                }
            }
            "answers that are lost" => {
                for _ in 0..FAULT.as_millis() / 50 {
                    wire.lose_next_answer();
                    sleep(MS * 50).await;
                }
            }
            "full" => {
                assert!(server.command(&["CONFIG", "SET", "maxmemory", "1"]).is_some(), "the server answers");
                sleep(FAULT).await;
                assert!(server.command(&["CONFIG", "SET", "maxmemory", "0"]).is_some(), "the server answers");
            }
            _ => {
                assert!(server.command(&["FLUSHALL"]).is_some(), "the server answers");
                sleep(FAULT).await;
            }
        }
    };
    let measured = under_load(&ports, fault).await;
    // What a server has lost, a node that starts afterwards cannot know.
    if name == "loses all data" {
        return Some(measured.seen_by(ports[0]).await);
    }
    let new = node(&wire.url(), RedisOptions::new()).await;
    Some(measured.seen_by(new.port).await)
}

/// A cluster of six. `None` if there is no Redis here.
pub(crate) async fn six(name: &str) -> Option<Found> {
    let mut cluster = RedisCluster::start().await?;
    let owner = cluster.owner();
    let another = cluster.another_primary();
    // Both know two servers, of which one stays.
    let seed = if name == "a primary of other keys is killed" { owner } else { another };
    let options = || RedisOptions::new().cluster();
    let url = cluster.url(seed);
    let (a, b) = (node(&url, options()).await, node(&url, options()).await);
    let fault = async {
        match name {
            "the owner is killed" => {
                let replica = cluster.replica_of(owner);
                cluster.server(owner).kill();
                cluster.takes_over(replica).await;
            }
            "the owner hangs" => {
                let replica = cluster.replica_of(owner);
                cluster.server(owner).stop();
                cluster.takes_over(replica).await;
                sleep(FAULT).await;
                cluster.server(owner).resume();
            }
            "planned failover" => cluster.fail_over_to(cluster.replica_of(owner)).await,
            _ => {
                let replica = cluster.replica_of(another);
                cluster.server(another).kill();
                cluster.takes_over(replica).await;
            }
        }
    };
    let measured = under_load(&[a.port, b.port], fault).await;
    let new = node(&url, options()).await;
    Some(measured.seen_by(new.port).await)
}
