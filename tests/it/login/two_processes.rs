//! Two processes of one application, with nothing in common but a key and a server of Redis.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jwt_guard::setup::SystemClock;
use jwt_guard::store::{RedisOptions, RedisStore};
use jwt_guard_tests::{Answer, Outcome, Server};
use tokio::time::Instant;

use crate::stores::redis_server::RedisServer;
use crate::stores::until;

use super::{ADA, MINUTE, Pair, builder, login, post, serve};

/// Tell a process where Redis is, and how it is asked.
const CHILD_REDIS: &str = "JWT_GUARD_TESTS_CHILD_REDIS";
const CHILD_MODE: &str = "JWT_GUARD_TESTS_CHILD_MODE";
const PUSHED: &str = "pushed";
const STRICT: &str = "strict";

/// Comes before the address, in a line of its own.
const LISTENS: &str = "listens at ";
const LOGOUTS: usize = 20;

/// A process that serves the application. It is killed when the test ends.
struct Process {
    child: Child,
    server: Server,
}

impl Process {
    /// Starts this very program once more, to do nothing but [`child`].
    fn start(redis: &RedisServer, mode: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["login::two_processes::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env(CHILD_REDIS, redis.url())
            .env(CHILD_MODE, mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix(LISTENS)?.parse().ok());
        Self { server: Server::at(address.expect("the process serves")), child }
    }

    async fn me(&self, pair: &Pair) -> Answer {
        self.server.get("/me", &pair.access).await
    }

    async fn log_out(&self, pair: &Pair) -> Answer {
        self.server.send(post("/logout").bearer(&pair.access)).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
async fn a_logout_on_one_process_is_refused_by_the_other_within_100_ms() {
    let Some(redis) = RedisServer::start().await else { return };
    let (a, b) = (Process::start(&redis, PUSHED), Process::start(&redis, PUSHED));
    let mut latencies = Vec::new();
    for _ in 0..LOGOUTS {
        let pair = login(&a.server).await;
        b.me(&pair).await.is(ADA);
        // Before the request, so that the time is never flattered.
        let start = Instant::now();
        assert_eq!(a.log_out(&pair).await.status, 204);
        let refusal = until("the other process refuses", async || {
            Some(b.me(&pair).await).filter(|answer| answer.status != 200)
        })
        .await;
        latencies.push(start.elapsed());
        refusal.is(Outcome::BAD_TOKEN);
    }
    latencies.sort();
    let (median, worst) = (latencies[LOGOUTS / 2], latencies[LOGOUTS - 1]);
    println!("pushed: a logout reached the other process after {median:?} (median), {worst:?} (worst)");
    // Not the worst: the machine may be busy with other tests.
    assert!(median <= Duration::from_millis(100), "{latencies:?}");
}

#[tokio::test]
async fn a_logout_is_refused_by_the_other_process_at_once_in_strict_mode() {
    let Some(redis) = RedisServer::start().await else { return };
    let (a, b) = (Process::start(&redis, STRICT), Process::start(&redis, STRICT));
    for i in 0..LOGOUTS {
        let pair = login(&a.server).await;
        b.me(&pair).await.is(ADA);
        if i % 2 == 1 {
            // A push would be late after this, and could not pass for a check on the server.
            redis.cut_all();
        }
        assert_eq!(a.log_out(&pair).await.status, 204);
        b.me(&pair).await.is(Outcome::BAD_TOKEN);
    }
}

#[tokio::test]
async fn no_logout_is_missed_after_the_connection_was_cut() {
    let Some(redis) = RedisServer::start().await else { return };
    let (a, b) = (Process::start(&redis, PUSHED), Process::start(&redis, PUSHED));
    let (mut refused, mut latencies) = (Vec::new(), Vec::new());
    for _ in 0..LOGOUTS {
        let login = decided("a login", async || a.server.send(post("/login")).await).await;
        let pair = Pair::of(&login);
        decided("a welcome", async || b.me(&pair).await).await.is(ADA);

        redis.cut_all();
        let start = Instant::now();
        let logout = decided("a logout", async || a.log_out(&pair).await).await;
        // One that was answered with 503 may have been done all the same, and then the token is refused.
        assert!([204, 401].contains(&logout.status.as_u16()), "{logout:?}");
        // Whatever was on its way to the other process is lost too.
        redis.cut_all();
        until("the other process refuses", async || (b.me(&pair).await.status == 401).then_some(())).await;
        latencies.push(start.elapsed());
        refused.push(pair);

        redis.cut_all();
        for pair in &refused {
            decided("a refusal", async || b.me(pair).await).await.is(Outcome::BAD_TOKEN);
        }
    }
    let worst = latencies.into_iter().max().unwrap();
    println!("cut off: a logout reached the other process after {worst:?} (worst)");
    assert!(worst < Duration::from_secs(5), "{worst:?}");
}

/// The first answer that is not 503: without a connection, a verdict is impossible.
async fn decided(what: &str, send: impl AsyncFn() -> Answer) -> Answer {
    until(what, async || Some(send().await).filter(|answer| answer.status != 503)).await
}

/// The process that serves, until its standard input ends: so it does not outlive a test that was killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by `a_logout_on_one_process_is_refused_by_the_other_within_100_ms` and the other tests of this file"]
async fn child() {
    let (Ok(url), Ok(mode)) = (std::env::var(CHILD_REDIS), std::env::var(CHILD_MODE)) else { return };
    // Not for a slow server: this machine may be slow itself.
    let options = RedisOptions::new().timeout(MINUTE);
    let store = match mode.as_str() {
        STRICT => RedisStore::strict(&url, options).await,
        _ => RedisStore::connect(&url, options).await,
    };
    // Redis forgets by its own clock.
    let guard = builder().clock(SystemClock).token_store(store.unwrap()).build().unwrap();
    let server = serve(guard).await;
    let mut output = std::io::stdout().lock();
    write!(output, "\n{LISTENS}{}\n", server.address()).and_then(|()| output.flush()).unwrap();
    drop(output);
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
}
