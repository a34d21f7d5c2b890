//! Which calls are sent again, and which connections are left.

use super::*;
use crate::warned::warnings;

async fn server(fake: &Fake) -> Server {
    Server::connect(&fake.url(), &patient()).await.unwrap()
}

async fn run(server: &Server) -> Result<u8, StoreError> {
    server.run(&server.call(&scripts::MARK, None)).await
}

#[tokio::test]
async fn calls_share_a_connection() {
    let fake = Fake::that_answers([":7"]);
    let server = server(&fake).await;
    for _ in 0..10 {
        assert_eq!(run(&server).await.unwrap(), 7);
    }
    assert_eq!((fake.connections(), fake.scripts()), (1, 10));
}

#[tokio::test]
async fn a_call_that_the_server_did_not_run_is_sent_again_to_the_primary() {
    for (refusal, connections) in [
        ("-LOADING it reads its file", 1),
        ("-TRYAGAIN a slot is moved", 1),
        ("-MOVED 1 127.0.0.1:1", 2),
        ("-ASK 1 127.0.0.1:1", 2),
        ("-READONLY it is a replica", 2),
        (
            "-ERR Error running script (call to f_0): @user_script:1: @user_script: 1: -READONLY It is a replica.",
            2,
        ),
        ("-CLUSTERDOWN no owner", 2),
        ("-MASTERDOWN no primary", 2),
    ] {
        let fake = Fake::that_answers([refusal, refusal, ":7"]);
        let server = server(&fake).await;
        assert_eq!(run(&server).await.unwrap(), 7, "{refusal}");
        assert_eq!(fake.scripts(), 3, "{refusal}");
        assert_eq!(fake.connections(), if connections == 1 { 1 } else { 3 }, "{refusal}");
    }
}

#[tokio::test]
async fn a_server_that_never_runs_a_call_is_asked_no_longer_than_the_timeout() {
    let answers: [&str; 100] =
        std::array::from_fn(|index| if index == 99 { ":7" } else { "-TRYAGAIN later" });
    let fake = Fake::that_answers(answers);
    let options = RedisOptions::new().timeout(Duration::from_millis(100));
    let server = Server::connect(&fake.url(), &options).await.unwrap();
    assert!(run(&server).await.is_err());
    assert!((1..99).contains(&fake.scripts()), "{}", fake.scripts());
}

#[tokio::test]
async fn a_call_that_was_refused_or_not_understood_is_not_sent_again() {
    for (answer, connections) in [
        ("-ERR a mistake in the script", 1),
        ("-OOM no memory", 1),
        ("-SOMETHING of a module", 1),
        ("+a text instead of a number", 2),
    ] {
        let fake = Fake::that_answers([answer, ":7"]);
        let server = server(&fake).await;
        assert!(run(&server).await.is_err(), "{answer}");
        assert_eq!(fake.scripts(), 1, "{answer}");
        assert_eq!(run(&server).await.unwrap(), 7, "{answer}");
        assert_eq!(fake.connections(), connections, "{answer}");
    }
}

#[tokio::test]
async fn a_call_whose_connection_broke_is_sent_once_more_as_one_that_may_have_run() {
    let fake = Fake::start(|words, before| match (&*words[0], before) {
        ("EVALSHA", 0) => Some(Reply::Break),
        ("EVALSHA", _) => Some(Reply::Send(format!(":{}\r\n", words.last()?))),
        _ => None,
    });
    let server = server(&fake).await;
    let call = |number: u8| {
        let mut call = server.call(&scripts::MARK, None);
        call.arg(number);
        call
    };
    assert_eq!(server.run_again::<u8>(&call(1), &call(2)).await.unwrap(), 2);
    assert_eq!((fake.connections(), fake.scripts()), (2, 2));

    let breaks = Fake::that_answers(["break", "break", "break", "break", ":7"]);
    let server = self::server(&breaks).await;
    assert!(run(&server).await.is_err());
    assert_eq!(breaks.scripts(), 2);
}

#[test]
fn one_revocation_too_many_of_a_subject_is_a_warning() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (answer, count) in [
        ("*3\r\n:0\r\n:5000\r\n$1\r\nt", 0),
        ("*3\r\n:1\r\n:5000\r\n$1\r\nt", 1),
        ("*3\r\n:9\r\n:5000\r\n$1\r\nt", 1),
    ] {
        let fake = Fake::that_answers([answer]);
        let store = runtime.block_on(RedisStore::strict(&fake.url(), patient())).unwrap();
        assert_eq!(format!("{store:?}"), "RedisStore { strict: true, .. }");
        let revoke = || runtime.block_on(store.revoke_for_subject("ada".into(), token("t"), at(0))).unwrap();
        let told = warnings(revoke).1;
        assert_eq!(told.len(), count, "{told:?}");
        assert!(told.iter().all(|told| told.contains("a subject has more revocations")), "{told:?}");
    }
}
