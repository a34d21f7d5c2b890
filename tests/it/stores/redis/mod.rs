//! The store on a server, strict and pushed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jwt_guard::store::{
    Begun, Family, Lookup, RedisOptions, RedisStore, RefreshStatus, Revocation, RevocationStore, Rotated,
    Rotation, StoreError, TokenStatus, TokenStore,
};
use tokio::time::Instant;

mod feed;
mod full;
mod lost;
mod model;
mod role;
mod tls;

use super::contract::contract;
use super::crash::{verify, work};
use super::proxy::Proxy;
use super::redis_server::RedisServer;
use super::{LIFE, answer, facts, issued, login, present, rotation, token, until};

/// For tests that are not about a slow server: this machine may be slow itself.
fn patient() -> RedisOptions {
    RedisOptions::new().timeout(Duration::from_secs(20))
}

mod pushed {
    use super::*;

    async fn store() -> Option<(RedisStore, RedisServer)> {
        let server = RedisServer::start().await?;
        let store = RedisStore::connect(&server.url(), patient()).await.unwrap();
        Some((store, server))
    }

    contract!(tests: store);
}

mod strict {
    use super::*;

    async fn store() -> Option<(RedisStore, RedisServer)> {
        let server = RedisServer::start().await?;
        let store = RedisStore::strict(&server.url(), patient()).await.unwrap();
        Some((store, server))
    }

    contract!(tests: store);
}

#[tokio::test]
async fn a_cut_off_reaches_other_nodes_and_spares_the_logins_after_it() {
    let Some(server) = RedisServer::start().await else { return };
    let one = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let two = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let now = present();
    let begin = async |name: &str| {
        let id = format!("{name}{}", one.login_mark(now).await.unwrap());
        assert_eq!(one.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
        id
    };
    let token_status = async |store: &RedisStore, family: &str| {
        answer(store.token_status(&facts("t", Some(family), now), now)).await.unwrap()
    };
    let mut old = begin("0").await;
    for (round, what) in [
        Revocation::All { issued_before: now, expires_at: now + LIFE },
        Revocation::Subject { subject: "ada".into(), issued_before: now, expires_at: now + LIFE },
    ]
    .into_iter()
    .enumerate()
    {
        one.revoke(what, now).await.unwrap();
        assert_eq!(token_status(&one, &old).await, TokenStatus::Revoked, "at once where it was made");
        until("the other node knows", async || {
            (token_status(&two, &old).await == TokenStatus::Revoked).then_some(())
        })
        .await;
        let new = begin(&format!("{}", round + 1)).await;
        let three = RedisStore::connect(&server.url(), patient()).await.unwrap();
        for node in [&one, &two, &three] {
            assert_eq!(token_status(node, &new).await, TokenStatus::Valid);
            assert_eq!(token_status(node, &old).await, TokenStatus::Revoked);
        }
        old = new;
    }
}

/// One node that has all slots is a cluster, and refuses what a cluster refuses.
mod cluster {
    use super::*;

    async fn start() -> Option<RedisServer> {
        let server = RedisServer::start_with(&["--cluster-enabled", "yes"]).await?;
        assert_eq!(server.command(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]).as_deref(), Some("+OK"));
        until("the cluster is ready", async || {
            server.command(&["SET", "a", "b"]).filter(|line| line == "+OK")
        })
        .await;
        Some(server)
    }

    /// Options that no other store of the test has.
    fn options() -> RedisOptions {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        patient().cluster().prefix(format!("test {}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_contract_is_kept() {
        let Some(server) = start().await else { return };
        let pushed = async || RedisStore::connect(&server.url(), options()).await.unwrap();
        let strict = async || RedisStore::strict(&server.url(), options()).await.unwrap();
        contract!(one_test: pushed);
        contract!(one_test: strict);
    }

    #[tokio::test]
    async fn a_revocation_reaches_another_node() {
        let Some(server) = start().await else { return };
        let options = RedisOptions::new().cluster();
        let one = RedisStore::connect(&server.url(), options.clone()).await.unwrap();
        let two = RedisStore::connect(&server.url(), options).await.unwrap();
        one.revoke(token("t", present()), present()).await.unwrap();
        until("the other node knows", async || is_revoked(&two, "t").then_some(())).await;
    }
}

/// What a node answers, from memory or not.
async fn token_status(store: &RedisStore, id: &str) -> Result<TokenStatus, StoreError> {
    let now = present();
    answer(store.token_status(&facts(id, Some("f"), now), now)).await
}

/// What a node knows itself; `None` where it would ask.
fn known(store: &RedisStore, id: &str) -> Option<TokenStatus> {
    let now = present();
    match store.token_status(&facts(id, Some("f"), now), now) {
        Lookup::Known(answer) => answer.ok(),
        Lookup::Pending(_) => None,
    }
}

fn is_revoked(store: &RedisStore, id: &str) -> bool {
    known(store, id) == Some(TokenStatus::Revoked)
}

/// The node itself knows of the revocation, and never answers that the token is valid. A node of a busy machine may lose
/// its connection meanwhile, and asks the server until it knows all again.
async fn knows(store: &RedisStore, id: &str) {
    until("the node answers from memory", async || {
        let answer = known(store, id)?;
        assert_eq!(answer, TokenStatus::Revoked, "{id} was missed");
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_is_pushed_to_another_node_within_100_ms() {
    let Some(server) = RedisServer::start().await else { return };
    let one = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let two = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let mut latencies = Vec::new();
    for i in 0..100 {
        let (id, now) = (i.to_string(), present());
        assert_eq!(known(&two, &id), Some(TokenStatus::Valid));
        let start = Instant::now();
        one.revoke(token(&id, now), now).await.unwrap();
        assert!(is_revoked(&one, &id), "the node that revokes knows at once");
        until("the other node knows", async || is_revoked(&two, &id).then_some(())).await;
        latencies.push(start.elapsed());
    }
    latencies.sort();
    println!(
        "from the call on one node until another refuses: median {:?}, worst {:?}",
        latencies[50], latencies[99]
    );
    // The machine may be busy with other tests, and a disk may take its time once in a while.
    assert!(latencies[94] < Duration::from_millis(100), "{latencies:?}");
}

/// Neither does reuse pass for a retry, nor a retry for reuse.
#[tokio::test]
async fn a_retry_at_a_node_with_another_clock_is_judged_by_the_clock_of_the_server() {
    let Some(server) = RedisServer::start().await else { return };
    let store = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let (now, skew) = (present(), Duration::from_secs(50));
    let (long, short) = (Duration::from_secs(40), Duration::from_millis(10));
    for (family, first, second) in [("f", now + skew, now), ("g", now, now + skew)] {
        assert_eq!(store.begin(login(family, "a", now), now).await.unwrap(), Begun::Living);
        let present_again = async |next, grace, at| {
            let again = Rotation { grace, ..rotation(family, "a", next, now) };
            let asked = answer(store.refresh_status(family, "a", grace, at)).await.unwrap();
            (asked, store.rotate(again, at).await.unwrap())
        };
        assert_eq!(present_again("b", long, first).await, (RefreshStatus::Current, Rotated::Fresh));
        assert_eq!(present_again("c", long, second).await, (RefreshStatus::Retried, Rotated::Retried));
        tokio::time::sleep(short * 2).await;
        let replaced = RefreshStatus::Replaced(Some("POST /refresh".to_owned()));
        assert_eq!(present_again("d", short, second).await, (replaced, Rotated::Reused));
    }
}

/// As the next primary after a failover, whose clock is behind by more than the grace.
#[tokio::test]
async fn a_clock_of_the_server_that_goes_back_makes_no_retry_of_a_reuse() {
    let Some(server) = RedisServer::start().await else { return };
    let store = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let (now, grace) = (present(), Duration::from_secs(10));
    let again = |next| Rotation { grace, ..rotation("f", "a", next, now) };
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    assert_eq!(store.rotate(again("b"), now).await.unwrap(), Rotated::Fresh);
    let written = server.command(&["HGET", "{jwt-guard}:login:f", "rotated"]).unwrap();
    let written: u64 = written.trim().parse().unwrap();
    for (ahead, expected) in [(5_000, RefreshStatus::Retried), (50_000, RefreshStatus::Replaced(None))] {
        let rotated = (written + ahead).to_string();
        server.command(&["HSET", "{jwt-guard}:login:f", "rotated", &rotated]).unwrap();
        let asked = answer(store.refresh_status("f", "a", grace, now)).await.unwrap();
        assert_eq!(std::mem::discriminant(&asked), std::mem::discriminant(&expected), "{asked:?}");
    }
    assert_eq!(store.rotate(again("c"), now).await.unwrap(), Rotated::Reused);
}

#[tokio::test]
async fn every_kind_of_revocation_is_pushed() {
    let Some(server) = RedisServer::start().await else { return };
    let one = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let two = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let now = present();
    let ends = now + LIFE;
    let issued_later = facts("another", None, ends + Duration::from_millis(1));
    assert_eq!(one.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    two.rotate(rotation("f", "a", "b", now), now).await.unwrap();
    assert_eq!(two.rotate(rotation("f", "a", "c", now), now).await.unwrap(), Rotated::Reused);
    until("reuse seen by one is known to the other", async || is_revoked(&one, "t").then_some(())).await;

    let subject = Revocation::Subject { subject: "ada".into(), issued_before: ends, expires_at: ends };
    one.revoke(subject, now).await.unwrap();
    let old = facts("another", None, now);
    until("a cut-off", async || {
        (answer(two.token_status(&old, now)).await.unwrap() == TokenStatus::Revoked).then_some(())
    })
    .await;
    assert_eq!(answer(two.token_status(&issued_later, now)).await.unwrap(), TokenStatus::Valid);
}

#[tokio::test]
async fn a_revocation_counts_at_once_for_a_strict_store() {
    let Some(server) = RedisServer::start().await else { return };
    let one = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let two = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let now = present();
    let mine = facts("t", None, now);
    let mut waits = Vec::new();
    assert_eq!(answer(two.token_status(&mine, now)).await.unwrap(), TokenStatus::Valid);
    one.revoke(token("t", now), now).await.unwrap();
    for _ in 0..100 {
        let start = Instant::now();
        assert_eq!(answer(two.token_status(&mine, now)).await.unwrap(), TokenStatus::Revoked);
        waits.push(start.elapsed());
    }
    waits.sort();
    println!("a strict check: median {:?}, worst {:?}", waits[50], waits[99]);
}

#[tokio::test]
async fn a_node_that_starts_later_knows_what_was_revoked_before() {
    let Some(server) = RedisServer::start().await else { return };
    let one = RedisStore::connect(&server.url(), patient()).await.unwrap();
    // More than are read at once.
    for i in 0..2_500 {
        one.revoke(token(&i.to_string(), present()), present()).await.unwrap();
    }
    let two = RedisStore::connect(&server.url(), patient()).await.unwrap();
    for i in 0..2_500 {
        knows(&two, &i.to_string()).await;
    }
}

#[tokio::test]
async fn a_node_that_was_cut_off_refuses_to_answer_and_then_misses_nothing() {
    let Some(server) = RedisServer::start().await else { return };
    let proxy = Proxy::to(server.port()).await;
    let silence = Duration::from_millis(300);
    let one = RedisStore::connect(&server.url(), RedisOptions::new()).await.unwrap();
    let two = RedisStore::connect(&proxy.url(), RedisOptions::new().silence(silence)).await.unwrap();
    for round in 0..5 {
        let names: Vec<_> = (0..200).map(|i| format!("{round}-{i}")).collect();
        proxy.cut();
        let cut = Instant::now();
        for name in &names {
            one.revoke(token(name, present()), present()).await.unwrap();
        }
        until("silence is noticed", async || token_status(&two, &names[0]).await.err()).await;
        println!("a node refuses to answer {:?} after it was cut off", cut.elapsed());
        assert!(two.revoke(token("x", present()), present()).await.is_err());

        proxy.mend();
        let first = until("it answers again", async || token_status(&two, &names[199]).await.ok()).await;
        assert_eq!(first, TokenStatus::Revoked, "a node must not answer before it knows");
        until("it answers from memory", async || known(&two, "good")).await;
        for name in &names {
            knows(&two, name).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_revocation_is_missed_when_connections_are_killed() {
    let Some(server) = RedisServer::start().await else { return };
    let one = RedisStore::connect(&server.url(), RedisOptions::new()).await.unwrap();
    let two = RedisStore::connect(&server.url(), RedisOptions::new()).await.unwrap();
    let mut acknowledged = Vec::new();
    for i in 0..500 {
        if i % 10 == 5 {
            server.cut_all();
        }
        let id = i.to_string();
        if one.revoke(token(&id, present()), present()).await.is_ok() {
            acknowledged.push(id);
        }
    }
    assert!(acknowledged.len() > 400, "the store connects anew: {}", acknowledged.len());
    for id in &acknowledged {
        until("the other node knows", async || is_revoked(&two, id).then_some(())).await;
    }
}

#[tokio::test]
async fn a_rotation_is_done_once_when_its_connection_was_killed() {
    let Some(server) = RedisServer::start().await else { return };
    let store = RedisStore::strict(&server.url(), RedisOptions::new()).await.unwrap();
    let now = present();
    assert_eq!(store.begin(login("f", "0", now), now).await.unwrap(), Begun::Living);
    for current in 0..50 {
        server.cut_all();
        let rotation = rotation("f", &current.to_string(), &(current + 1).to_string(), now);
        assert_eq!(store.rotate(rotation, now).await.unwrap(), Rotated::Fresh);
    }
}

#[tokio::test]
async fn a_rotation_whose_answer_is_lost_is_answered_again() {
    let Some(server) = RedisServer::start().await else { return };
    let proxy = Proxy::to(server.port()).await;
    let store = RedisStore::strict(&proxy.url(), RedisOptions::new()).await.unwrap();
    let now = present();
    assert_eq!(store.begin(login("f", "0", now), now).await.unwrap(), Begun::Living);
    for current in 0..20 {
        proxy.lose_next_answer();
        let rotation = rotation("f", &current.to_string(), &(current + 1).to_string(), now);
        assert_eq!(store.rotate(rotation, now).await.unwrap(), Rotated::Fresh, "{current}");
        assert_eq!(proxy.broken(), current + 1, "the answer was lost");
    }
}

#[tokio::test]
async fn a_server_that_evicts_is_refused() {
    let Some(server) =
        RedisServer::start_with(&["--maxmemory", "100mb", "--maxmemory-policy", "volatile-ttl"]).await
    else {
        return;
    };
    let error = RedisStore::connect(&server.url(), RedisOptions::new()).await.unwrap_err();
    assert!(error.to_string().contains("noeviction"), "{error}");
}

/// Such as the replica of another configuration that takes over.
#[tokio::test]
async fn a_server_that_evicts_is_refused_at_every_connection() {
    let Some(server) = RedisServer::start().await else { return };
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let options = patient().silence(Duration::from_millis(300));
    let pushed = RedisStore::connect(&server.url(), options).await.unwrap();
    server.ok(&["CONFIG", "SET", "maxmemory", "100mb"]);
    server.ok(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    server.cut_all();
    let error = token_status(&strict, "t").await.unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.contains("noeviction"), "{shown}");
    until("it is not believed", async || token_status(&pushed, "t").await.err()).await;
    server.ok(&["CONFIG", "SET", "maxmemory-policy", "noeviction"]);
    until("it is believed again", async || known(&pushed, "t")).await;
    assert_eq!(token_status(&strict, "t").await.unwrap(), TokenStatus::Valid);
}

#[tokio::test]
async fn an_address_without_a_server_is_an_error() {
    let error = RedisStore::connect("redis://127.0.0.1:1/", RedisOptions::new()).await.unwrap_err();
    assert!(error.to_string().contains("the token store failed"), "{error}");
    assert!(RedisStore::strict("not a url", RedisOptions::new()).await.is_err());
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_in_clear_when_tls_is_asked_for() {
    let Some(server) = RedisServer::start().await else { return };
    let url = server.url().replace("redis:", "rediss:");
    assert!(RedisStore::connect(&url, RedisOptions::new()).await.is_err());
}

#[tokio::test]
async fn entries_leave_the_server_when_they_have_ended() {
    let Some(server) = RedisServer::start().await else { return };
    let store = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let now = present();
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    store.allow(issued("u", None, now), now).await.unwrap();
    for key in ["login:f", "listed:u"] {
        let left = server.command(&["TTL", &format!("{{jwt-guard}}:{key}")]).unwrap();
        let left: u64 = left.strip_prefix(':').unwrap().parse().unwrap();
        assert!((890..=901).contains(&left), "{key}: {left} s left of 900");
    }
}

/// Kills the server in the middle of the work, again and again. Strict checks are errors meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let Some(mut server) = RedisServer::start().await else { return };
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let pushed = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let (mut rotations, mut kills) = (0, 0_usize);
    while rotations < 1_000 || kills < 10 {
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let sink = acknowledged.clone();
        let worker = Arc::new(if kills % 2 == 0 { strict.clone() } else { pushed.clone() });
        let round = kills.to_string();
        let working = tokio::spawn(async move {
            work(worker, &round, move |fact| sink.lock().unwrap().push(fact)).await;
        });
        let enough = 100 + kills * 37 % 200;
        until("there is something to lose", async || {
            (acknowledged.lock().unwrap().len() >= enough).then_some(())
        })
        .await;
        server.kill();
        let now = present();
        assert!(
            answer(strict.token_status(&facts("t", None, now), now)).await.is_err(),
            "strict, without a server"
        );
        working.await.unwrap();
        server.restart().await;
        let now = present();
        until("it connects anew", async || {
            answer(strict.token_status(&facts("t", None, now), now)).await.ok()
        })
        .await;

        let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
        rotations += verify(&strict, &acknowledged).await;
        kills += 1;
    }
    println!("{kills} restarts, {rotations} rotations, none lost");
}
