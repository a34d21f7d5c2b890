//! Servers that take no writes, and servers that hang.

use super::*;

async fn replica_of(primary: &RedisServer) -> Option<RedisServer> {
    let port = primary.port().to_string();
    let replica = RedisServer::start_with(&["--replicaof", "127.0.0.1", &port]).await?;
    until("the replica follows", async || {
        replica.info("replication", "master_link_status:").filter(|status| status == "up")
    })
    .await;
    Some(replica)
}

#[tokio::test]
async fn a_read_only_replica_is_refused_with_the_address_of_its_primary() {
    let Some(primary) = RedisServer::start().await else { return };
    let Some(replica) = replica_of(&primary).await else { return };
    let pushed = RedisStore::connect(&replica.url(), RedisOptions::new()).await.map(drop);
    let strict = RedisStore::strict(&replica.url(), RedisOptions::new()).await.map(drop);
    for refused in [pushed, strict] {
        let error = refused.unwrap_err();
        assert!(error.to_string().contains("read-only replica: give the address of its primary"), "{error}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(&primary.port().to_string()), "{cause}");
    }
}

#[tokio::test]
async fn a_primary_that_becomes_a_replica_is_not_believed_any_more() {
    let Some(primary) = RedisServer::start().await else { return };
    let Some(server) = RedisServer::start().await else { return };
    let silence = Duration::from_millis(400);
    let store = RedisStore::connect(&server.url(), RedisOptions::new().silence(silence)).await.unwrap();
    store.revoke(token("t", present()), present()).await.unwrap();
    server.command(&["REPLICAOF", "127.0.0.1", &primary.port().to_string()]);
    assert!(store.revoke(token("u", present()), present()).await.is_err());
    until("what it says may be old", async || token_status(&store, "good").await.err()).await;
    assert_eq!(token_status(&store, "t").await.unwrap(), TokenStatus::Revoked, "what is known is refused");

    server.command(&["REPLICAOF", "NO", "ONE"]);
    until("it takes writes again", async || store.revoke(token("u", present()), present()).await.ok()).await;
    until("it is believed again", async || known(&store, "good")).await;
}

/// What it says is as old as its last message from the primary, and it may never get another one.
#[tokio::test]
async fn a_strict_store_asks_no_primary_that_has_become_a_replica() {
    let Some(server) = RedisServer::start().await else { return };
    let store = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let now = present();
    let id = format!("f{}", store.login_mark(now).await.unwrap());
    assert_eq!(store.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
    store.allow(issued("access", None, now), now).await.unwrap();
    server.ok(&["REPLICAOF", "127.0.0.1", "1"]);
    for round in 0..2 {
        assert!(token_status(&store, "good").await.is_err(), "{round}");
        assert!(answer(store.is_allowed("access", now)).await.is_err(), "{round}");
        assert!(answer(store.refresh_status(&id, "a", Duration::ZERO, now)).await.is_err(), "{round}");
        assert!(store.login_mark(now).await.is_err(), "{round}");
    }

    server.ok(&["REPLICAOF", "NO", "ONE"]);
    until("it is believed again", async || token_status(&store, "good").await.ok()).await;
    // A primary that may not write for want of replicas has all that was acknowledged.
    server.ok(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    assert!(store.revoke(token("t", now), now).await.is_err());
    assert_eq!(token_status(&store, "good").await.unwrap(), TokenStatus::Valid);
    assert_eq!(answer(store.is_allowed("access", now)).await.unwrap(), TokenStatus::Valid);
    let node = RedisStore::connect(&server.url(), patient()).await;
    assert_eq!(known(&node.expect("a node starts"), "good"), Some(TokenStatus::Valid));
}

#[tokio::test]
async fn a_connection_that_hangs_is_left_for_another() {
    let Some(server) = RedisServer::start().await else { return };
    let proxy = Proxy::to(server.port()).await;
    let options = RedisOptions::new().timeout(Duration::from_millis(500));
    let strict = RedisStore::strict(&proxy.url(), options.clone()).await.unwrap();
    let pushed = RedisStore::connect(&proxy.url(), options.silence(Duration::from_secs(1))).await.unwrap();
    for round in 0..3 {
        proxy.hang();
        let id = round.to_string();
        assert!(strict.revoke(token(&id, present()), present()).await.is_err(), "it hangs");
        let start = Instant::now();
        strict.revoke(token(&id, present()), present()).await.expect("by another connection");
        println!("after the first failure: {:?}", start.elapsed());
        until("the feed reads by another connection", async || is_revoked(&pushed, &id).then_some(())).await;
        until("and is complete", async || known(&pushed, "good")).await;
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_left_and_found_again() {
    let Some(server) = RedisServer::start().await else { return };
    let options = RedisOptions::new().timeout(Duration::from_millis(300)).silence(Duration::from_millis(800));
    let store = RedisStore::connect(&server.url(), options).await.unwrap();
    server.stop();
    let start = Instant::now();
    assert!(store.revoke(token("t", present()), present()).await.is_err());
    println!("a call waits {:?}", start.elapsed());
    until("checks are refused", async || token_status(&store, "good").await.err()).await;
    server.resume();
    until("it is found again", async || store.revoke(token("t", present()), present()).await.ok()).await;
    until("checks are answered", async || known(&store, "good")).await;
    assert!(is_revoked(&store, "t"));
}
