//! The shares of subjects, and a server without memory.

use jwt_guard::store::{Issued, StoreLimits};

use super::*;
use crate::stores::contract::{self, small_share};

#[tokio::test]
async fn a_subject_has_its_share() {
    let Some(server) = RedisServer::start().await else { return };
    let options = |prefix: &str| patient().limits(small_share()).prefix(prefix);
    let store = RedisStore::connect(&server.url(), options("pushed")).await.unwrap();
    contract::a_machine_has_its_share(&store).await;
    contract::a_share_is_taken_until_the_later_end(&store).await;
    contract::each_end_by_a_limit_is_a_warning(&store).await;
    contract::a_subject_has_its_share(Arc::new(store)).await;
    let store = RedisStore::strict(&server.url(), options("strict")).await.unwrap();
    contract::a_machine_has_its_share(&store).await;
    contract::a_share_is_taken_until_the_later_end(&store).await;
    contract::each_end_by_a_limit_is_a_warning(&store).await;
    contract::a_subject_has_its_share(Arc::new(store)).await;
}

/// Whether the tokens of a login end, are too many, or are of many subjects.
#[tokio::test]
async fn the_listed_tokens_of_a_login_take_no_more_room_than_a_share() {
    let Some(server) = RedisServer::start().await else { return };
    // The most entries of a set of the server.
    let largest = || -> usize {
        let script = "local most = 0 for _, name in ipairs(redis.call('KEYS', '*')) do \
            local count = ({set = 'SCARD', zset = 'ZCARD'})[redis.call('TYPE', name).ok] \
            if count then most = math.max(most, redis.call(count, name)) end end return most";
        server.command(&["EVAL", script, "0"]).unwrap().strip_prefix(':').unwrap().parse().unwrap()
    };
    let (now, count) = (present(), 50);
    for (case, step, limits, most) in [
        ("they end", LIFE * 2, StoreLimits::new(), 1),
        ("they are too many", Duration::from_millis(1), small_share(), 3),
        ("of many subjects", Duration::from_millis(1), small_share(), 3),
    ] {
        server.ok(&["FLUSHALL"]);
        let store = RedisStore::strict(&server.url(), patient().limits(limits)).await.unwrap();
        for i in 0..count {
            let at = now + step * i;
            let subject = if case == "of many subjects" { format!("{i}") } else { "ada".to_owned() };
            let token = Issued { subject: (&*subject).into(), ..issued(&i.to_string(), Some("f"), at) };
            store.allow(token, at).await.unwrap();
        }
        assert!(largest() <= most, "{case}: {}", largest());
        let last = now + step * (count - 1);
        let what = Revocation::Family { id: "f".to_owned(), expires_at: last + LIFE };
        store.revoke(what, last).await.unwrap();
        for i in 0..count {
            let listed = answer(store.is_allowed(&i.to_string(), last)).await.unwrap();
            assert_eq!(listed, TokenStatus::Revoked, "{case}: {i}");
        }
    }
}

/// It refuses what would take more, and nothing that ends a login or a token.
#[tokio::test]
async fn a_full_server_refuses_logins_and_takes_every_revocation() {
    let Some(server) = RedisServer::start().await else { return };
    let connected = RedisStore::connect(&server.url(), patient()).await.unwrap();
    let strict = RedisStore::strict(&server.url(), patient()).await.unwrap();
    let now = present();
    for store in [&connected, &strict] {
        server.ok(&["CONFIG", "SET", "maxmemory", "0"]);
        let mut logins = Vec::new();
        for name in ["reuse", "logout", "of a subject", "of all"] {
            let id = format!("{name}{}", store.login_mark(now).await.unwrap());
            let begun = Family { subject: name.into(), ..login(&id, "a", now) };
            assert_eq!(store.begin(begun, now).await.unwrap(), Begun::Living);
            logins.push(id);
        }
        server.ok(&["CONFIG", "SET", "maxmemory", "1"]);
        assert!(server.command(&["SET", "a", "b"]).unwrap().starts_with("-OOM"), "it is full");
        assert!(store.begin(login("another", "a", now), now).await.is_err());
        assert!(store.allow(issued("another", None, now), now).await.is_err());

        store.revoke(token("single", now), now).await.unwrap();
        assert_eq!(status_of(store, "single", "f").await, TokenStatus::Revoked);
        let cut_off = |id: &str| match id {
            "of all" => Revocation::All { issued_before: now, expires_at: now + LIFE },
            subject => {
                Revocation::Subject { subject: subject.into(), issued_before: now, expires_at: now + LIFE }
            }
        };
        for id in &logins {
            match id.split('.').next().unwrap() {
                "reuse" => {
                    let reused = store.rotate(rotation(id, "x", "b", now), now).await.unwrap();
                    assert_eq!(reused, Rotated::Reused);
                }
                "logout" => {
                    let what = Revocation::Family { id: id.clone(), expires_at: now };
                    store.revoke(what, now).await.unwrap();
                }
                name => store.revoke(cut_off(name), now).await.unwrap(),
            }
            assert_eq!(status_of(store, "an access token", id).await, TokenStatus::Revoked, "{id}");
            let rotated = store.rotate(rotation(id, "a", "b", now), now).await.unwrap();
            assert_eq!(rotated, Rotated::Unknown, "{id}");
        }
    }
}

/// What is there already needs no memory to be read, or to be replaced.
#[tokio::test]
async fn a_full_server_starts_nodes_and_refreshes_logins() {
    let Some(server) = RedisServer::start().await else { return };
    let fill = |limit: &str| {
        server.ok(&["CONFIG", "SET", "maxmemory", limit]);
        server.ok(&["SCRIPT", "FLUSH"]);
    };
    fill("1");
    let first = RedisStore::connect(&server.url(), patient()).await.expect("a node of a new store starts");
    assert_eq!(known(&first, "good"), Some(TokenStatus::Valid));
    fill("0");
    let now = present();
    let id = format!("f{}", first.login_mark(now).await.unwrap());
    assert_eq!(first.begin(login(&id, "a", now), now).await.unwrap(), Begun::Living);
    first.allow(issued("access", Some(&id), now), now).await.unwrap();
    let proxy = Proxy::to(server.port()).await;
    let options = patient().silence(Duration::from_millis(300));
    let second = RedisStore::connect(&proxy.url(), options).await.unwrap();

    fill("1");
    proxy.cut();
    first.revoke(token("t", now), now).await.unwrap();
    until("silence is noticed", async || token_status(&second, "t").await.err()).await;
    proxy.mend();
    until("it answers from memory", async || known(&second, "good")).await;
    let third = RedisStore::connect(&server.url(), patient()).await.expect("a node starts");
    for node in [&first, &second, &third] {
        knows(node, "t").await;
        assert_eq!(answer(node.is_allowed("access", now)).await.unwrap(), TokenStatus::Valid);
    }
    for (node, presented, next) in [(&first, "a", "b"), (&second, "b", "c"), (&third, "c", "d")] {
        let asked = answer(node.refresh_status(&id, presented, Duration::ZERO, now)).await.unwrap();
        assert_eq!(asked, RefreshStatus::Current);
        let rotated = node.rotate(rotation(&id, presented, next, now), now).await.unwrap();
        assert_eq!(rotated, Rotated::Fresh, "{next}");
        assert_eq!(format!("f{}", node.login_mark(now).await.unwrap()), id);
    }
    assert!(first.begin(login("another", "a", now), now).await.is_err(), "it is full");
}

async fn status_of(store: &RedisStore, id: &str, family: &str) -> TokenStatus {
    let now = present();
    let mut mine = facts(id, Some(family), now);
    mine.subject = family.split('.').next();
    answer(store.token_status(&mine, now)).await.unwrap()
}
