//! What a node trusts of what it was told, and when it asks the server instead.

use jwt_guard::store::StoreLimits;

use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A node that reads all again soon after it could not.
fn hasty() -> RedisOptions {
    patient().silence(Duration::from_millis(400))
}

fn key(kind: &str) -> String {
    format!("{{jwt-guard}}:{kind}")
}

async fn is_told(store: &RedisStore, id: &str) {
    until("the node knows", async || is_revoked(store, id).then_some(())).await;
}

async fn answers_from_memory(store: &RedisStore) {
    until("the node answers from memory", async || known(store, "good")).await;
}

#[tokio::test]
async fn a_node_that_cannot_keep_all_asks_the_server_until_it_can() {
    let Some(server) = RedisServer::start().await else { return };
    let one = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let url = server.url();
    let small = || RedisStore::connect(&url, hasty().capacity(2));
    let two = small().await.unwrap();
    for id in ["a", "b", "c"] {
        one.revoke(token(id, present()), present()).await.unwrap();
    }
    until("it is full", async || known(&two, "good").is_none().then_some(())).await;
    let three = small().await.expect("a node starts while there is more than it can keep");
    two.revoke(token("d", present()), present()).await.expect("its own logouts go on");
    for node in [&two, &three] {
        for id in ["a", "b", "c", "d"] {
            assert_eq!(token_status(node, id).await.unwrap(), TokenStatus::Revoked, "{id}");
        }
        assert_eq!(token_status(node, "good").await.unwrap(), TokenStatus::Valid);
    }

    // What ended is gone from the server, and what a node keeps fits.
    for id in ["a", "b", "c", "d"] {
        if !(is_revoked(&two, id) && is_revoked(&three, id)) {
            server.command(&["ZREM", &key("revoked"), &format!("token:{id}")]);
        }
    }
    for node in [&two, &three] {
        answers_from_memory(node).await;
    }
}

/// What another program, or a person with a shell, may do to our keys. None of it takes a node down, lets a revoked token in,
/// or hides a revocation that follows.
#[tokio::test]
async fn what_others_write_to_our_keys_neither_stops_a_node_nor_hides_a_revocation() {
    let (set, cut_offs, stream) = (key("revoked"), key("cut-offs"), key("revocations"));
    let huge = "x".repeat(1 << 17);
    let entry = |fields: &[&'static str]| [&["XADD", "<stream>", "*"], fields].concat();
    let well_formed =
        ["after", "0-0", "kind", "token", "name", "foreign", "ends", "9999999999999", "before", "0"];
    let cases: Vec<Vec<&str>> = vec![
        entry(&["a", "b"]),
        entry(&["after", "0-0", "kind", "color", "name", "red", "ends", "1", "before", "0"]),
        entry(&["after", "0-0", "kind", "token", "name", "n", "ends", "soon", "before", "0"]),
        entry(&["after", "0-0", "kind", "token", "name", "n", "ends", "-1", "before", "0"]),
        entry(&["after", "0-0", "kind", "token", "name", "n", "ends", "18446744073709551615", "before", "0"]),
        entry(&["after", "never", "kind", "token", "name", "n", "ends", "1", "before", "0"]),
        vec!["XADD", "<stream>", "*", "a", &huge],
        [&["XADD", "<stream>", "99999999999999-0"], &well_formed[..]].concat(),
        [&["XADD", "<stream>", "18446744073709551615-18446744073709551615"], &well_formed[..]].concat(),
        vec!["XTRIM", "<stream>", "MAXLEN", "0"],
        vec!["DEL", "<stream>"],
        vec!["SET", "<stream>", "text"],
        vec!["ZADD", "<set>", "1", "color:red"],
        vec!["ZADD", "<set>", "9999999999999", "no colon"],
        vec!["ZADD", "<set>", "inf", "token:inf"],
        vec!["ZADD", "<set>", "-1.5", "token:half"],
        vec!["ZADD", "<set>", "9999999999999", "subject:without a cut-off"],
        vec!["HSET", "<cut-offs>", "subject:x", "text"],
    ];
    for case in cases {
        let Some(server) = RedisServer::start().await else { return };
        let one = RedisStore::connect(&server.url(), patient()).await.unwrap();
        let two = RedisStore::connect(&server.url(), hasty()).await.unwrap();
        one.revoke(token("before", present()), present()).await.unwrap();
        is_told(&two, "before").await;

        let command: Vec<&str> = case
            .iter()
            .map(|word| match *word {
                "<stream>" => &*stream,
                "<set>" => &*set,
                "<cut-offs>" => &*cut_offs,
                word => word,
            })
            .collect();
        let shown: Vec<_> = command.iter().map(|word| &word[..word.len().min(40)]).collect();
        server.command(&command).expect("an answer");
        let three =
            RedisStore::connect(&server.url(), hasty()).await.unwrap_or_else(|e| panic!("{shown:?}: {e}"));
        one.revoke(token("after", present()), present()).await.unwrap();
        assert!(is_revoked(&one, "after"), "{shown:?}");
        for node in [&two, &three] {
            until("the revocation counts", async || {
                assert_eq!(token_status(node, "before").await.unwrap(), TokenStatus::Revoked, "{shown:?}");
                (token_status(node, "after").await.unwrap() == TokenStatus::Revoked).then_some(())
            })
            .await;
            assert_eq!(token_status(node, "good").await.unwrap(), TokenStatus::Valid, "{shown:?}");
        }

        // Nothing strange is left: the nodes go back to answering from memory.
        for strange in ["color:red", "no colon", "token:inf", "token:half", "subject:without a cut-off"] {
            server.command(&["ZREM", &set, strange]);
        }
        server.command(&["DEL", &cut_offs]);
        for node in [&two, &three] {
            answers_from_memory(node).await;
            for id in ["before", "after"] {
                knows(node, id).await;
            }
        }
    }
}

/// The server says what was revoked.
#[tokio::test]
async fn what_a_program_takes_from_our_keys_is_revoked_no_longer() {
    let Some(server) = RedisServer::start().await else { return };
    let store = RedisStore::connect(&server.url(), patient()).await.unwrap();
    store.revoke(token("a", present()), present()).await.unwrap();
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    assert_eq!(token_status(&strict, "a").await.unwrap(), TokenStatus::Revoked);
    server.command(&["ZREM", &key("revoked"), "token:a"]).expect("an answer");
    let new = RedisStore::connect(&server.url(), patient()).await.unwrap();
    for node in [&strict, &new] {
        assert_eq!(token_status(node, "a").await.unwrap(), TokenStatus::Valid);
    }
}

#[tokio::test]
async fn a_node_that_was_told_too_fast_reads_all_again() {
    let Some(server) = RedisServer::start().await else { return };
    let node = RedisStore::connect(&server.url(), hasty()).await.unwrap();
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    strict.revoke(token("first", present()), present()).await.unwrap();
    is_told(&node, "first").await;
    // The stream loses two entries before the node sees them: it is cut in the same step.
    let ends = (present() + LIFE).duration_since(std::time::UNIX_EPOCH).unwrap().as_millis().to_string();
    let script = "redis.call('ZADD', KEYS[1], ARGV[1], 'token:lost') \
        for _, name in ipairs({'lost', 'kept'}) do redis.call('XADD', KEYS[2], 'MAXLEN', 1, '*', 'after', \
        name == 'lost' and ARGV[2] or ARGV[3], 'kind', 'token', 'name', name, 'ends', ARGV[1], 'before', 0) end";
    server.command(&["EVAL", script, "2", &key("revoked"), &key("revocations"), &ends, "1-1", "2-2"]);
    is_told(&node, "lost").await;
    is_told(&node, "kept").await;
    answers_from_memory(&node).await;
}

/// On the server a cut-off replaces the revocations of a subject that has too many, and so it does on every node.
#[tokio::test]
async fn a_subject_that_revokes_without_end_fills_no_node() {
    let Some(server) = RedisServer::start().await else { return };
    let options = || patient().limits(StoreLimits::new().revocations_per_subject(10)).capacity(100);
    let acts = RedisStore::connect(&server.url(), options()).await.unwrap();
    let hears = RedisStore::connect(&server.url(), options()).await.unwrap();
    let now = present();
    // Another one has less than its share, before and after.
    let others = async |name: &str| {
        acts.revoke_for_subject("bob".into(), token(name, now), now).await.unwrap();
    };
    others("of bob").await;
    let mut ended = Vec::new();
    for i in 0..300 {
        let id = format!("{i}{}", acts.login_mark(now).await.unwrap());
        assert_eq!(acts.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
        let single = format!("single {i}");
        acts.revoke_for_subject("ada".into(), token(&single, now), now).await.unwrap();
        let login = Revocation::Family { id: id.clone(), expires_at: now + LIFE };
        acts.revoke_for_subject("ada".into(), login, now).await.unwrap();
        ended.extend([(single, "g".to_owned()), ("good".to_owned(), id)]);
    }
    others("of bob too").await;
    for node in [&acts, &hears] {
        is_told(node, "of bob too").await;
        let answers = |id: &str, family: &str, subject| {
            let mut token = facts(id, Some(family), now);
            token.subject = Some(subject);
            match node.token_status(&token, now) {
                Lookup::Known(answer) => answer.ok(),
                Lookup::Pending(_) => None,
            }
        };
        assert_eq!(answers("good", "g", "bob"), Some(TokenStatus::Valid), "it has room for all");
        assert_eq!(answers("of bob", "g", "bob"), Some(TokenStatus::Revoked));
        for (id, family) in &ended {
            assert_eq!(answers(id, family, "ada"), Some(TokenStatus::Revoked), "{id} {family}");
        }
    }
}

/// One long revocation keeps no short one on the server, and a node that starts reads only what counts.
#[tokio::test]
async fn what_ended_leaves_the_server_whatever_else_is_revoked() {
    let Some(server) = RedisServer::start().await else { return };
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let now = present();
    let everywhere =
        Revocation::Subject { subject: "ada".into(), issued_before: now, expires_at: now + DAY * 366 };
    strict.revoke(everywhere, now).await.unwrap();
    for i in 0..3_000 {
        let over = Revocation::Token { id: format!("over {i}"), expires_at: now - LIFE };
        strict.revoke(over, now).await.unwrap();
    }
    strict.revoke(token("t", now), now).await.unwrap();
    let count = |command: &[&str]| -> usize {
        server.command(command).unwrap().strip_prefix(':').unwrap().parse().unwrap()
    };
    assert_eq!(count(&["ZCARD", &key("revoked")]), 2);
    assert_eq!(count(&["HLEN", &key("cut-offs")]), 2, "a moment and an epoch");
    assert!(count(&["XLEN", &key("revocations")]) <= 700);

    let start = Instant::now();
    let node = RedisStore::connect(&server.url(), patient()).await.unwrap();
    println!("a node starts in {:?}", start.elapsed());
    assert!(is_revoked(&node, "t"));
}

/// A caller may repeat a logout as often as it likes.
#[tokio::test]
async fn nodes_are_told_of_a_revocation_once_and_of_a_later_end() {
    let Some(server) = RedisServer::start().await else { return };
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let (now, told) = (present(), || server.command(&["XLEN", &key("revocations")]).unwrap());
    let ends = |what: &str, expires_at| match what {
        "token" => Revocation::Token { id: "t".to_owned(), expires_at },
        _ => Revocation::Family { id: "f".to_owned(), expires_at },
    };
    for (number, what) in [(1, "token"), (3, "family")] {
        for _ in 0..3 {
            strict.revoke_for_subject("ada".into(), ends(what, now + LIFE), now).await.unwrap();
            strict.revoke(ends(what, now + LIFE - Duration::from_secs(1)), now).await.unwrap();
        }
        assert_eq!(told(), format!(":{number}"), "{what}");
        strict.revoke(ends(what, now + LIFE + Duration::from_secs(1)), now).await.unwrap();
        assert_eq!(told(), format!(":{}", number + 1), "{what}");
    }
    let node = RedisStore::connect(&server.url(), patient()).await.unwrap();
    assert!(is_revoked(&node, "t"));
}

/// A script that fails in the middle has done its first half.
#[tokio::test]
async fn a_revocation_that_could_not_be_told_is_told_when_it_is_repeated() {
    let Some(server) = RedisServer::start().await else { return };
    let node = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let now = present();
    let family = Revocation::Family { id: "f".to_owned(), expires_at: now + LIFE };
    server.command(&["ACL", "SETUSER", "default", "-xadd"]).unwrap();
    strict.revoke(token("t", now), now).await.unwrap_err();
    strict.revoke(family.clone(), now).await.unwrap_err();
    server.command(&["ACL", "SETUSER", "default", "+xadd"]).unwrap();
    strict.revoke(token("t", now), now).await.unwrap();
    strict.revoke(family, now).await.unwrap();
    is_told(&node, "t").await;
    until("the node knows of the login", async || {
        let status = answer(node.token_status(&facts("another", Some("f"), now), now)).await;
        (status.unwrap() == TokenStatus::Revoked).then_some(())
    })
    .await;
}

/// The server lists its revocations by their end, and many of them in no order.
#[tokio::test]
async fn a_node_that_reads_all_forgets_nothing_that_was_revoked_since_a_cut_off() {
    for many in [0, 300] {
        let Some(server) = RedisServer::start().await else { return };
        let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
        let connected = RedisStore::connect(&server.url(), patient()).await.unwrap();
        let now = present();
        for i in 0..many {
            strict.revoke(token(&format!("another {i}"), now), now).await.unwrap();
        }
        let ends = now + LIFE;
        for cut_off in [
            Revocation::All { issued_before: now, expires_at: ends },
            Revocation::Subject { subject: "ada".into(), issued_before: now, expires_at: ends },
            Revocation::All { issued_before: now, expires_at: ends },
        ] {
            strict.revoke(cut_off, now).await.unwrap();
        }
        let mut names = Vec::new();
        for (i, ends) in [ends - LIFE / 2, ends + LIFE / 2].into_iter().enumerate() {
            let id = format!("{i}{}", strict.login_mark(now).await.unwrap());
            let access_expires_at = now + Duration::from_secs(1);
            let begun = Family { access_expires_at, ..login(&id, "a", now) };
            assert_eq!(strict.begin(begun, now).await.unwrap(), Begun::Living);
            strict.revoke(Revocation::Family { id: id.clone(), expires_at: ends }, now).await.unwrap();
            let single = format!("single {i}");
            strict.revoke(Revocation::Token { id: single.clone(), expires_at: ends }, now).await.unwrap();
            names.extend([("good".to_owned(), id), (single, "g".to_owned())]);
        }
        for round in 0..3 {
            let starts = RedisStore::connect(&server.url(), patient()).await.unwrap();
            for node in [&starts, &connected] {
                for (id, family) in &names {
                    let mut mine = facts(id, Some(family), now);
                    mine.issued_at = Some(now + LIFE);
                    let answer =
                        until("it answers from memory", async || match node.token_status(&mine, present()) {
                            Lookup::Known(answer) => answer.ok(),
                            Lookup::Pending(_) => None,
                        });
                    assert_eq!(answer.await, TokenStatus::Revoked, "{many} {round} {id} {family}");
                }
            }
            server.cut_all();
        }
    }
}

/// A server that is cut off, and its replica, which takes over with another clock. The primary has lost its last entries.
async fn nothing_is_missed_over_a_failover(ahead: i32, node_ahead: i64) {
    let Some(mut primary) = RedisServer::start().await else { return };
    let Some(replica) = RedisServer::start_at(&["--repl-diskless-sync-delay", "0"], ahead).await else {
        return;
    };
    let time = |server: &RedisServer| -> i64 {
        let script = "return redis.call('TIME')[1]";
        server.command(&["EVAL", script, "0"]).unwrap().parse().unwrap()
    };
    let apart = time(&replica) - time(&primary);
    assert!((apart - i64::from(ahead)).abs() <= 1, "the clocks are {apart} s apart");
    let follow = |of: &str, port: &str| replica.command(&["REPLICAOF", of, port]);
    follow("127.0.0.1", &primary.port().to_string());
    until("the replica follows", async || {
        replica.info("replication", "master_link_status:").filter(|status| status == "up")
    })
    .await;

    let node_time = || {
        let ahead = Duration::from_secs(node_ahead.unsigned_abs());
        if node_ahead < 0 { present() - ahead } else { present() + ahead }
    };
    let options = || RedisOptions::new().silence(Duration::from_millis(500));
    let proxy = Proxy::to(primary.port()).await;
    let one = RedisStore::connect(&proxy.url(), options()).await.unwrap();
    let two = RedisStore::connect(&proxy.url(), options()).await.unwrap();
    let mut names = Vec::new();
    let revoke = async |node: &RedisStore, name: String, now| {
        let result = node.revoke(token(&name, now), now).await;
        result.map(|()| name)
    };
    let begin = async |node: &RedisStore, name: &str| {
        let id = format!("{name}{}", node.login_mark(node_time()).await.unwrap());
        assert_eq!(node.begin(login(&id, "a", node_time()), node_time()).await.unwrap(), Begun::Living);
        id
    };
    let before = begin(&one, "before").await;
    for i in 0..20 {
        names.push(revoke(&one, format!("before {i}"), node_time()).await.unwrap());
    }
    until("the replica has them", async || {
        let count = replica.command(&["ZCARD", &key("revoked")])?;
        (count == ":20").then_some(())
    })
    .await;
    // The replica misses what comes now: positions that its own stream will have for other entries.
    follow("127.0.0.1", "1");
    for i in 0..20 {
        revoke(&one, format!("lost {i}"), node_time()).await.unwrap();
    }
    is_told(&two, "lost 19").await;
    proxy.cut();
    primary.kill();
    follow("NO", "ONE");
    let other = RedisStore::connect(&replica.url(), options()).await.unwrap();
    for i in 0..40 {
        names.push(revoke(&other, format!("meanwhile {i}"), present()).await.unwrap());
    }
    proxy.lead_to(replica.port());
    proxy.mend();
    let after =
        until("logouts are possible", async || revoke(&one, "after".to_owned(), node_time()).await.ok());
    names.push(after.await);
    answers_from_memory(&two).await;
    let late = RedisStore::connect(&replica.url(), options()).await.unwrap();
    for node in [&one, &two, &late] {
        // Until it hears of the other server, a node may answer from its copy for `silence`.
        is_told(node, "meanwhile 39").await;
        is_told(node, "after").await;
        for name in &names {
            knows(node, name).await;
        }
    }
    for node in [&one, &two] {
        assert!(is_revoked(node, "lost 3"), "a node never forgets what it knew");
    }

    // The new server ends the logins before a cut-off, and none after.
    let issued_before = node_time();
    let cut_off =
        Revocation::Subject { subject: "ada".into(), issued_before, expires_at: issued_before + LIFE };
    one.revoke(cut_off, node_time()).await.unwrap();
    let new = begin(&one, "new").await;
    for node in [&one, &two, &late] {
        let status = async |id: &str| {
            let token = facts("t", Some(id), node_time());
            answer(node.token_status(&token, node_time())).await.unwrap()
        };
        until("a login before the cut-off has ended", async || {
            (status(&before).await == TokenStatus::Revoked).then_some(())
        })
        .await;
        assert_eq!(status(&new).await, TokenStatus::Valid);
    }
}

#[tokio::test]
async fn nothing_is_missed_when_a_server_takes_over_whose_clock_is_10_seconds_behind() {
    nothing_is_missed_over_a_failover(-10, 10).await;
}

#[tokio::test]
async fn nothing_is_missed_when_a_server_takes_over_whose_clock_is_10_seconds_ahead() {
    nothing_is_missed_over_a_failover(10, -10).await;
}
