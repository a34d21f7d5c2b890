//! A server that takes over without the last changes of the one before it.

use super::*;

/// A primary, and a replica that has the line of the store and no change after that. The history of the primary begins anew with
/// its first replica, so its next epoch is far beyond, and lost. If it `was_lost_before`, the one that remains is far beyond too.
async fn parted(was_lost_before: bool) -> Option<(RedisServer, RedisServer)> {
    let primary = RedisServer::start_with(&["--repl-diskless-sync-delay", "0"]).await?;
    let replica = RedisServer::start().await?;
    RedisStore::strict(&primary.url(), patient()).await.unwrap().login_mark(present()).await.unwrap();
    if was_lost_before {
        let epoch = present().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros().to_string();
        primary.command(&["HSET", "{jwt-guard}:era", "epoch", &epoch]).unwrap();
    }
    replica.ok(&["REPLICAOF", "127.0.0.1", &primary.port().to_string()]);
    until("the replica has it", async || {
        let line = replica.command(&["HGET", "{jwt-guard}:era", "line"])?;
        (!line.is_empty() && line != "$-1").then_some(())
    })
    .await;
    replica.ok(&["REPLICAOF", "127.0.0.1", "1"]);
    Some((primary, replica))
}

/// The number of a lost cut-off is not that of another one: neither does a login live on that has begun after the lost one and
/// before the other, nor is one over that begins with the other server.
#[tokio::test]
async fn a_server_that_lost_cut_offs_counts_none_of_them_again() {
    let now = present();
    let all = Revocation::All { issued_before: now, expires_at: now + LIFE };
    let ada = Revocation::Subject { subject: "ada".into(), issued_before: now, expires_at: now + LIFE };
    for (cut_off, marks_first, was_lost_before) in
        [(&all, true, false), (&all, false, true), (&ada, true, true), (&ada, false, false)]
    {
        let Some((mut primary, replica)) = parted(was_lost_before).await else { return };
        let proxy = Proxy::to(primary.port()).await;
        let options = patient().silence(Duration::from_millis(500));
        let runs = RedisStore::connect(&proxy.url(), options).await.unwrap();
        let begin = async |store: &RedisStore, name: &str| {
            let id = format!("{name}{}", store.login_mark(now).await.unwrap());
            assert_eq!(store.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
            id
        };
        runs.revoke(cut_off.clone(), now).await.unwrap();
        let lost = begin(&runs, "lost").await;
        proxy.cut();
        primary.kill();
        replica.ok(&["REPLICAOF", "NO", "ONE"]);
        let strict = RedisStore::strict(&replica.url(), patient()).await.unwrap();
        let mut over = vec![lost];
        if marks_first {
            over.push(begin(&strict, "with the other server").await);
        }
        proxy.lead_to(replica.port());
        proxy.mend();
        until("it answers from memory", async || {
            let stranger = facts("t", None, now + LIFE);
            matches!(runs.token_status(&stranger, now), Lookup::Known(Ok(_))).then_some(())
        })
        .await;
        let late = RedisStore::connect(&replica.url(), patient()).await.unwrap();
        let nodes = [&runs, &strict, &late];
        let status = async |node: &RedisStore, id: &str| {
            answer(node.token_status(&facts("t", Some(id), now), now)).await.unwrap()
        };
        for (node, id) in nodes.iter().flat_map(|node| over.iter().map(move |id| (node, id))) {
            assert_eq!(status(node, id).await, TokenStatus::Valid, "{marks_first} {id}");
        }

        strict.revoke(cut_off.clone(), now).await.unwrap();
        let new = begin(&strict, "new").await;
        for node in nodes {
            for id in &over {
                until("a revoked token is refused", async || {
                    (status(node, id).await == TokenStatus::Revoked).then_some(())
                })
                .await;
            }
            assert_eq!(status(node, &new).await, TokenStatus::Valid, "{marks_first}");
        }
    }
}

/// Also of a server that had no revocation yet, whose stream has no end that could be missing.
#[tokio::test]
async fn a_node_notices_that_its_server_was_emptied() {
    let Some(server) = RedisServer::start().await else { return };
    let node = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let now = present();
    let begin = async |name: &str| {
        let id = format!("{name}{}", strict.login_mark(now).await.unwrap());
        assert_eq!(strict.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
        id
    };
    let old = begin("old").await;
    server.ok(&["FLUSHALL"]);
    let before = begin("before").await;
    assert_ne!(old.split('.').nth(1), before.split('.').nth(1), "another line");
    let issued_before = now + Duration::from_secs(30);
    let what = Revocation::Subject { subject: "ada".into(), issued_before, expires_at: now + LIFE };
    strict.revoke(what, now).await.unwrap();
    let new = begin("new").await;
    for (id, expected) in
        [(&old, TokenStatus::Revoked), (&before, TokenStatus::Revoked), (&new, TokenStatus::Valid)]
    {
        until(id, async || {
            let status = answer(node.token_status(&facts("t", Some(id), now), now)).await.ok()?;
            (status == expected).then_some(())
        })
        .await;
    }
}
