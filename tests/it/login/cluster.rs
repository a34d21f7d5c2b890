//! Two nodes of one application on a cluster of Redis whose servers hang, die and change places.

use std::sync::Mutex;
use std::time::Duration;

use jwt_guard::setup::SystemClock;
use jwt_guard::store::{RedisOptions, RedisStore};
use jwt_guard_tests::{Outcome, Server};
use tokio::time::{Instant, sleep};

use super::{ADA, Pair, builder, login, post, serve};
use crate::stores::redis_cluster::RedisCluster;
use crate::stores::until;

fn options() -> RedisOptions {
    RedisOptions::new().cluster()
}

async fn node(store: RedisStore) -> Server {
    // Redis forgets by its own clock.
    serve(builder().clock(SystemClock).token_store(store).build().unwrap()).await
}

async fn connect(url: &str, options: RedisOptions) -> Server {
    node(RedisStore::connect(url, options).await.unwrap()).await
}

/// Asks for so long, and says for how long at most 503 was the answer, without a break.
async fn longest_outage(span: Duration, ask: impl AsyncFn() -> u16) -> Duration {
    let end = Instant::now() + span;
    let (mut down, mut longest) = (None, Duration::ZERO);
    while Instant::now() < end {
        let asked = Instant::now();
        match ask().await {
            200 => down = None,
            503 => longest = longest.max(down.get_or_insert(asked).elapsed()),
            other => panic!("{other}"),
        }
        // Fewer logins than one subject may have, or the first of them would end.
        sleep(Duration::from_millis(150)).await;
    }
    longest
}

/// The longest outages of logins, and of a route that asks for a token.
async fn outages(node: &Server, pair: &Pair, span: Duration) -> [Duration; 2] {
    let logins = longest_outage(span, async || node.send(post("/login")).await.status.as_u16());
    let checks = longest_outage(span, async || node.get("/me", &pair.access).await.status.as_u16());
    tokio::join!(logins, checks).into()
}

/// Logs in and out until so many more logouts are acknowledged.
async fn log_out(node: &Server, acknowledged: &Mutex<Vec<Pair>>, more: usize) {
    let enough = acknowledged.lock().unwrap().len() + more;
    until("there is something to lose", async || {
        let answer = node.send(post("/login")).await;
        if answer.status == 200 {
            let pair = Pair::of(&answer);
            if node.send(post("/logout").bearer(&pair.access)).await.status == 204 {
                acknowledged.lock().unwrap().push(pair);
            }
        }
        (acknowledged.lock().unwrap().len() >= enough).then_some(())
    })
    .await;
}

async fn all_are_refused(node: &Server, pairs: &[Pair]) {
    for pair in pairs {
        node.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_seed_and_a_planned_failover_are_503_for_less_than_5_seconds() {
    let Some(mut cluster) = RedisCluster::start().await else { return };
    let (seed, owner) = (cluster.another_primary(), cluster.owner());
    let a = connect(&cluster.url(seed), options()).await;
    let pair = login(&a).await;

    let replica = cluster.replica_of(seed);
    cluster.server(seed).kill();
    let (death, ()) = tokio::join!(outages(&a, &pair, Duration::from_secs(6)), cluster.takes_over(replica));
    println!("a primary of other keys, which is the seed, dies: {death:?}");
    cluster.is_whole().await;

    assert!(RedisStore::connect(&cluster.url(seed), options()).await.is_err(), "its only seed is dead");
    let seeds = options().cluster_nodes([cluster.url(owner)]);
    let b = connect(&cluster.url(seed), seeds).await;
    let span = Duration::from_secs(12);
    let replica = cluster.replica_of(owner);
    let (at_a, at_b, ()) =
        tokio::join!(outages(&a, &pair, span), outages(&b, &pair, span), cluster.fail_over_to(replica));
    println!("planned failover: {at_a:?} and {at_b:?}");
    for longest in [death, at_a, at_b].concat() {
        assert!(longest < Duration::from_secs(5), "{death:?} {at_a:?} {at_b:?}");
    }
    let left = login(&a).await;
    assert_eq!(a.send(post("/logout").bearer(&left.access)).await.status, 204);
    until("the other node is told", async || (b.get("/me", &left.access).await.status == 401).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_that_hangs_for_40_seconds_is_left_within_10() {
    let Some(mut cluster) = RedisCluster::start().await else { return };
    let owner = cluster.owner();
    let a = connect(&cluster.url(owner), options()).await;
    let b = connect(&cluster.url(cluster.another_primary()), options()).await;
    let pair = login(&a).await;
    let acknowledged = Mutex::default();
    log_out(&a, &acknowledged, 20).await;

    cluster.server(owner).stop();
    let span = Duration::from_secs(40);
    // While two others watch.
    let work = log_out(&b, &acknowledged, 20);
    let (at_a, at_b, ()) = tokio::join!(outages(&a, &pair, span), outages(&b, &pair, span), work);
    println!("an owner hangs: {at_a:?} and {at_b:?}");
    for [logins, checks] in [at_a, at_b] {
        assert!(logins < Duration::from_secs(10), "{at_a:?} {at_b:?}");
        assert!(checks < Duration::from_secs(1), "{at_a:?} {at_b:?}");
    }

    cluster.server(owner).resume();
    let [logins, checks] = outages(&a, &pair, Duration::from_secs(3)).await;
    assert!(logins.max(checks) < Duration::from_secs(1), "it comes back: {logins:?} {checks:?}");
    cluster.is_whole().await;
    let acknowledged = acknowledged.into_inner().unwrap();
    let c = connect(&cluster.url(owner), options()).await;
    for node in [&a, &b, &c] {
        all_are_refused(node, &acknowledged).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_logout_is_forgotten_when_the_owner_is_killed() {
    let Some(mut cluster) = RedisCluster::start().await else { return };
    let owner = cluster.owner();
    let seed = cluster.url(cluster.another_primary());
    let a = connect(&seed, options()).await;
    let b = connect(&seed, options()).await;
    let pair = login(&a).await;
    let acknowledged = Mutex::default();
    let work = async {
        log_out(&a, &acknowledged, 40).await;
        cluster.server(owner).kill();
        log_out(&a, &acknowledged, 20).await;
    };
    let (watched, ()) = tokio::join!(outages(&b, &pair, Duration::from_secs(10)), work);
    let acknowledged = acknowledged.into_inner().unwrap();
    let [logins, checks] = watched;
    println!("an owner is killed: {} logouts; logins {logins:?}, checks {checks:?}", acknowledged.len());
    assert!(logins < Duration::from_secs(10) && checks < Duration::from_secs(1), "{logins:?} {checks:?}");
    let pushed = connect(&seed, options()).await;
    let strict = node(RedisStore::strict(&seed, options()).await.unwrap()).await;
    for node in [&a, &b, &pushed, &strict] {
        all_are_refused(node, &acknowledged).await;
    }
    a.get("/me", &pair.access).await.is(ADA);
}
