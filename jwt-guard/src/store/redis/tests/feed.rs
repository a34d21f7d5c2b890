//! A node that answers from memory, and hears nothing.

use super::*;

/// A server that has no revocations, answers those who read the stream once, and hangs for those who wait.
fn without_news() -> Fake {
    let send = |text: &str| Some(Reply::Send(text.to_owned()));
    Fake::start(move |words, before| match (&*words[0], before) {
        ("EVALSHA", 0) => send("*4\r\n$3\r\n0-0\r\n:1000\r\n$4\r\nline\r\n:1\r\n"),
        // Of a token: no cut-off, its end, and its name. Of a subject: its epoch, and its end.
        ("EVALSHA", 1) => send("*3\r\n:0\r\n:5000\r\n$1\r\nt\r\n"),
        ("EVALSHA", _) => send("*2\r\n:0\r\n:5000\r\n"),
        ("HSCAN" | "ZSCAN", _) => send("*2\r\n$1\r\n0\r\n*0\r\n"),
        ("XREAD", _) if words.iter().any(|word| word == "BLOCK") => Some(Reply::Hang),
        ("XREAD", _) => send("*-1\r\n"),
        ("XREVRANGE", _) => send("*0\r\n"),
        ("HGET", _) => send("$4\r\nline\r\n"),
        ("TIME", _) => send("*2\r\n$1\r\n1\r\n$1\r\n0\r\n"),
        _ => None,
    })
}

fn is_known(store: &RedisStore, id: &str) -> Option<TokenStatus> {
    let token = TokenInfo { id: Some(id), ..TokenInfo::new("ada", at(5_000)) };
    match store.token_status(&token, at(0)) {
        Lookup::Known(answer) => answer.ok(),
        Lookup::Pending(_) => None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_node_knows_what_it_revoked_itself_before_it_hears_of_it() {
    let fake = without_news();
    let store =
        RedisStore::connect(&fake.url(), patient().silence(Duration::from_secs(3_600))).await.unwrap();
    assert_eq!(is_known(&store, "t"), Some(TokenStatus::Valid));
    store.revoke(token("t"), at(0)).await.unwrap();
    assert_eq!(is_known(&store, "t"), Some(TokenStatus::Revoked));
    assert_eq!(is_known(&store, "u"), Some(TokenStatus::Valid));
    let what = Revocation::Subject { subject: "ada".into(), issued_before: at(1), expires_at: at(5_000) };
    store.revoke(what, at(0)).await.unwrap();
    assert_eq!(is_known(&store, "u"), Some(TokenStatus::Revoked));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_store_that_is_dropped_leaves_its_server() {
    let mut fake = without_news();
    let store = RedisStore::connect(&fake.url(), patient()).await.unwrap();
    assert_eq!(format!("{store:?}"), "RedisStore { strict: false, .. }");
    let clone = store.clone();
    drop(store);
    assert_eq!(is_known(&clone, "t"), Some(TokenStatus::Valid), "a clone goes on");
    drop(clone);
    for _ in 0..fake.connections() {
        fake.is_left().await;
    }
}
