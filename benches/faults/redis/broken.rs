//! What is done to a server and to its wires.

use std::fs;
use std::path::PathBuf;

use tokio::time::sleep;

use super::{FAULT, MS};
use crate::servers::proxy::Proxy;
use crate::servers::redis_server::RedisServer;

/// Loses the next answer, and none for a while: the call is repeated, and that has its answer.
pub(super) async fn lose_an_answer(wire: &Proxy) {
    let before = wire.broken();
    wire.lose_next_answer();
    while wire.broken() == before {
        sleep(MS).await;
    }
    sleep(MS * 50).await;
}

/// Stops it nine tenths of the time.
pub(crate) async fn slow(server: &RedisServer) {
    for _ in 0..FAULT.as_millis() / 200 {
        server.stop();
        sleep(MS * 180).await;
        server.resume();
        sleep(MS * 20).await;
    }
}

pub(crate) async fn full(server: &RedisServer) {
    assert!(server.command(&["CONFIG", "SET", "maxmemory", "1"]).is_some(), "the server answers");
    sleep(FAULT).await;
    assert!(server.command(&["CONFIG", "SET", "maxmemory", "0"]).is_some(), "the server answers");
}

/// Its snapshots fail, and it stops taking changes: by default, where it makes any.
pub(super) async fn disk_fails(server: &RedisServer) {
    let in_the_way = directory_of(server).join("dump.rdb");
    ok(server, &["CONFIG", "SET", "save", "3600 1"]);
    // A file cannot take the place of a directory.
    fs::create_dir(&in_the_way).expect("a directory");
    snapshot(server, "err").await;
    sleep(FAULT).await;
    fs::remove_dir(&in_the_way).expect("the directory");
    snapshot(server, "ok").await;
    ok(server, &["CONFIG", "SET", "save", ""]);
}

/// Makes a snapshot, until one ends so.
async fn snapshot(server: &RedisServer, end: &str) {
    while server.info("persistence", "rdb_last_bgsave_status:").as_deref() != Some(end) {
        server.command(&["BGSAVE"]);
        sleep(MS * 50).await;
    }
}

/// It takes no changes while no replica has them.
pub(super) async fn too_few_replicas(server: &RedisServer) {
    ok(server, &["CONFIG", "SET", "min-replicas-to-write", "1"]);
    sleep(FAULT).await;
    ok(server, &["CONFIG", "SET", "min-replicas-to-write", "0"]);
}

fn ok(server: &RedisServer, words: &[&str]) {
    assert_eq!(server.command(words).as_deref(), Some("+OK"), "{words:?}");
}

/// What a server has on its disk.
pub(super) struct KeptData {
    directory: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl KeptData {
    pub(super) fn of(server: &RedisServer) -> Self {
        let directory = directory_of(server);
        let (mut files, mut folders) = (Vec::new(), vec![directory.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a directory").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), fs::read(path).expect("a file")));
                }
            }
        }
        Self { directory, files }
    }

    /// When the server does not run.
    pub(super) fn put_back(self) {
        for entry in fs::read_dir(self.directory).expect("a directory").flatten() {
            fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path())).expect("it goes");
        }
        for (path, bytes) in self.files {
            fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            fs::write(path, bytes).expect("a file");
        }
    }
}

fn directory_of(server: &RedisServer) -> PathBuf {
    let id = server.info("server", "process_id:").expect("its number");
    fs::read_link(format!("/proc/{id}/cwd")).expect("where it runs")
}

/// How often a server refused a script with this code.
pub(crate) fn refused(server: &RedisServer, code: &str) -> u64 {
    let count = server.info("errorstats", &format!("errorstat_{code}:count="));
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// The number that a server answers.
pub(crate) fn number(answer: Option<String>) -> u64 {
    answer.and_then(|answer| answer.trim_start_matches(':').parse().ok()).unwrap_or(0)
}
