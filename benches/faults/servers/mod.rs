//! Real servers of Redis, one or six, and wires to them that break: those of the integration tests.

#[path = "../../../tests/it/stores/proxy.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
pub(crate) mod proxy;
#[path = "../../../tests/it/stores/redis_cluster.rs"]
pub(crate) mod redis_cluster;
#[path = "../../../tests/it/stores/redis_server.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
pub(crate) mod redis_server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Polls until something is so: a server that another process runs tells nothing by itself.
pub(crate) async fn until<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(Duration::from_secs(30), what, poll).await
}

pub(crate) async fn until_within<T>(
    limit: Duration,
    what: &str,
    mut poll: impl AsyncFnMut() -> Option<T>,
) -> T {
    let polling = async {
        loop {
            if let Some(found) = poll().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(limit, polling).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// A directory that goes with the value.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("jwt-guard-faults-{}-{number}", std::process::id()));
        fs::create_dir(&path).expect("a new directory");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
