//! Two nodes of the application, and a cluster of Redis: three primaries, each with a replica.

use std::time::Duration;

use jwt_guard::store::RedisOptions;
use tokio::time::{Instant, sleep};

use crate::found::Found;
use crate::load::{Over, under_load};
use crate::redis::{FAULT, MS, as_full, full, node, number, refused, slow};
use crate::servers::redis_cluster::RedisCluster;
use crate::servers::redis_server::RedisServer;

pub(crate) const NAMES: [&str; 8] = [
    "the owner is killed",
    "the owner hangs",
    "planned failover",
    "a primary of other keys is killed",
    "the owner is slow",
    "connections to the owner flap",
    "the owner is full",
    "the owner is killed, and its replica had no changes for 2 s",
];

/// A replica is so far behind at most, while it is connected: Redis does not wait for it.
const BEHIND: Duration = Duration::from_millis(200);

/// `None` if there is no Redis here.
pub(crate) async fn measure(name: &str) -> Option<Found> {
    let mut cluster = RedisCluster::start().await?;
    let owner = cluster.owner();
    let another = cluster.another_primary();
    // Both know two servers, of which one stays.
    let seed = if name == "a primary of other keys is killed" { owner } else { another };
    let options = || RedisOptions::new().cluster();
    let url = cluster.url(seed);
    let (a, b) = (node(&url, options()).await, node(&url, options()).await);
    let before = roles(&mut cluster);
    let mut cut = 0;
    let fault = async {
        let replica = cluster.replica_of(owner);
        let start = Instant::now() - BEHIND;
        match name {
            "the owner is killed" => {
                cluster.server(owner).kill();
                cluster.takes_over(replica).await;
            }
            "the owner hangs" => {
                cluster.server(owner).stop();
                cluster.takes_over(replica).await;
                let over = over_since(start);
                sleep(FAULT).await;
                cluster.server(owner).resume();
                return over;
            }
            "planned failover" => {
                cluster.fail_over_to(replica).await;
                return Over::default();
            }
            "a primary of other keys is killed" => {
                let replica = cluster.replica_of(another);
                cluster.server(another).kill();
                cluster.takes_over(replica).await;
                return Over::default();
            }
            "the owner is slow" => {
                slow(cluster.server(owner)).await;
                return Over::default();
            }
            "connections to the owner flap" => {
                // A call is repeated once, so it must not be cut twice.
                for _ in 0..FAULT.as_millis() / 100 {
                    cut += number(cluster.server(owner).command(&["CLIENT", "KILL", "TYPE", "normal"]));
                    sleep(MS * 100).await;
                }
                return Over::default();
            }
            "the owner is full" => {
                full(cluster.server(owner)).await;
                return Over::default();
            }
            _ => {
                leave_behind(&mut cluster, owner, replica);
                sleep(FAULT / 2).await;
                let silent = Instant::now();
                cluster.server(owner).kill();
                cluster.takes_over(replica).await;
                return Over { silent: silent.elapsed(), ..over_since(start) };
            }
        }
        over_since(start)
    };
    let measured = under_load(&[a.port, b.port], fault).await;
    let new = node(&url, options()).await;
    let mut found = measured.seen_by(new.port).await;
    found.met = match name {
        "the owner is slow" => found.delayed,
        "connections to the owner flap" => cut,
        "the owner is full" => refused(cluster.server(owner), "OOM"),
        _ => {
            let after = roles(&mut cluster);
            before.iter().zip(after).filter(|(before, after)| after.is_some() && **before != *after).count()
                as u64
        }
    };
    // Those on their way to the owner, one of each node.
    let on_their_way =
        if name.starts_with("the owner is killed") || name == "the owner hangs" { 2 } else { 0 };
    found.require_repeatable(on_their_way);
    match name {
        "planned failover" | "the owner is slow" | "connections to the owner flap" => found.require_changes(),
        "the owner is full" => as_full(&mut found),
        name if name.ends_with("for 2 s") => found.require(found.not_promised > 0, "nothing was lost"),
        _ => {}
    }
    Some(found)
}

/// Since then no server has answered, and what was acknowledged is not kept.
fn over_since(start: Instant) -> Over {
    let window = Some(start..=Instant::now());
    Over { silent: start.elapsed(), untold: window.clone(), window, ..Over::default() }
}

/// The role of each server that runs.
fn roles(cluster: &mut RedisCluster) -> [Option<String>; 6] {
    [0, 1, 2, 3, 4, 5].map(|index| cluster.server(index).info("replication", "role:"))
}

/// Lets a replica have no more changes of its primary: it gives a password that the primary does not take.
fn leave_behind(cluster: &mut RedisCluster, primary: usize, replica: usize) {
    let is_done = |server: &RedisServer, words: &[&str]| {
        server.command(words).is_some_and(|line| !line.starts_with('-'))
    };
    assert!(
        is_done(cluster.server(replica), &["CONFIG", "SET", "masterauth", "wrong"]),
        "the replica answers"
    );
    assert!(is_done(cluster.server(primary), &["CLIENT", "KILL", "TYPE", "replica"]), "the primary answers");
}
