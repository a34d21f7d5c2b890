//! Real servers of Redis, one or six, and wires to them that break: those of the integration tests.

#[path = "../../../tests/it/stores/directory.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
pub(crate) mod directory;
#[path = "../../../tests/it/stores/proxy.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
pub(crate) mod proxy;
#[path = "../../../tests/it/stores/redis_cluster.rs"]
pub(crate) mod redis_cluster;
#[path = "../../../tests/it/stores/redis_server.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
pub(crate) mod redis_server;
#[path = "../../../tests/it/stores/waiting.rs"]
mod waiting;

pub(crate) use directory::Directory;
use waiting::{until, until_within};
