//! The connection that scripts are sent over.

use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, RedisError, RedisFuture, ScriptInvocation,
    Value,
};
use tokio::time::timeout;

use crate::store::StoreError;
use crate::store::redis::options::RedisOptions;
use crate::store::redis::tls;

/// The pause between attempts to connect, at first and at most.
pub(super) const PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// A server, or a cluster of them.
#[derive(Clone)]
pub(super) struct Server {
    connection: Connection,
    clients: Clients,
    timeout: Duration,
    prefix: String,
}

#[derive(Clone)]
enum Clients {
    Cluster(String),
    Single(Box<Client>),
}

/// A connection to either. Clones share it.
#[derive(Clone)]
pub(super) enum Connection {
    Cluster(ClusterConnection),
    /// Connects anew when it must.
    Managed(ConnectionManager),
    Single(MultiplexedConnection),
}

impl Server {
    pub(super) async fn connect(url: &str, options: &RedisOptions) -> Result<Self, StoreError> {
        tls::prepare();
        let RedisOptions { prefix, timeout: patience, cluster, .. } = options;
        let connect = async {
            if *cluster {
                let client = cluster_client(url, *patience)?;
                let connection = client.get_async_connection().await.map_err(unreachable)?;
                return Ok((Clients::Cluster(url.to_owned()), Connection::Cluster(connection)));
            }
            let client = Client::open(url).map_err(illegal)?;
            let config = ConnectionManagerConfig::new()
                .set_min_delay(PAUSE.0)
                .set_max_delay(PAUSE.1)
                .set_number_of_retries(2)
                .set_connection_timeout(Some(*patience))
                .set_response_timeout(Some(*patience));
            let manager = client.get_connection_manager_with_config(config).await.map_err(unreachable)?;
            Ok((Clients::Single(Box::new(client)), Connection::Managed(manager)))
        };
        let (clients, connection) = timeout(*patience * 2, connect).await.map_err(late)??;
        let server = Self { connection, clients, timeout: *patience, prefix: prefix.clone() };
        server.refuse_eviction().await?;
        Ok(server)
    }

    /// The name of a key. All have one hash tag.
    pub(super) fn key(&self, kind: &str, name: &str) -> String {
        format!("{{{}}}:{kind}:{name}", self.prefix)
    }

    /// The key of the stream of revocations.
    pub(super) fn stream(&self) -> String {
        format!("{{{}}}:revocations", self.prefix)
    }

    /// The key of the longest life that an entry of the stream had.
    pub(super) fn horizon(&self) -> String {
        format!("{{{}}}:horizon", self.prefix)
    }

    /// Runs a script that may run twice, and does so if the connection broke: then nobody knows whether it ran.
    pub(super) async fn run<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        self.run_again(call, call).await
    }

    /// Runs a script, and if the connection broke, another one that knows that the first may have run.
    pub(super) async fn run_again<T: FromRedisValue>(
        &self,
        first: &ScriptInvocation<'_>,
        again: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        match self.call(first).await? {
            Err(error) if error.is_connection_dropped() => self.call(again).await?,
            answer => answer,
        }
        .map_err(unreachable)
    }

    async fn call<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
    ) -> Result<Result<T, RedisError>, StoreError> {
        let mut connection = self.connection.clone();
        timeout(self.timeout, call.invoke_async(&mut connection)).await.map_err(late)
    }

    /// A connection of its own, for one who reads from it and waits up to `patience` for an answer.
    pub(super) async fn reader(&self, patience: Duration) -> Result<Connection, StoreError> {
        let connect = async {
            match &self.clients {
                Clients::Cluster(url) => {
                    let client = cluster_client(url, patience)?;
                    client.get_async_connection().await.map(Connection::Cluster)
                }
                Clients::Single(client) => {
                    let config = AsyncConnectionConfig::new().set_response_timeout(Some(patience));
                    let connection = client.get_multiplexed_async_connection_with_config(&config).await;
                    connection.map(Connection::Single)
                }
            }
            .map_err(unreachable)
        };
        timeout(self.timeout, connect).await.map_err(late)?
    }

    /// A server that makes room by throwing entries away would forget revocations. Only a single one is asked: the nodes
    /// of a cluster may differ, and come and go.
    async fn refuse_eviction(&self) -> Result<(), StoreError> {
        let mut connection = self.connection.clone();
        let Connection::Managed(manager) = &mut connection else { return Ok(()) };
        let info: String =
            redis::cmd("INFO").arg("memory").query_async(manager).await.map_err(unreachable)?;
        let value = |name| info.lines().find_map(|line| line.strip_prefix(name));
        match (value("maxmemory:"), value("maxmemory_policy:")) {
            (Some("0"), _) | (_, Some("noeviction") | None) => Ok(()),
            (_, Some(_)) => {
                Err(StoreError::new("the server evicts keys: `maxmemory-policy` must be `noeviction`"))
            }
        }
    }
}

fn cluster_client(url: &str, patience: Duration) -> Result<ClusterClient, StoreError> {
    ClusterClientBuilder::new([url])
        .response_timeout(patience)
        .connection_timeout(patience)
        .build()
        .map_err(illegal)
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Cluster(connection) => connection.req_packed_command(cmd),
            Self::Managed(connection) => connection.req_packed_command(cmd),
            Self::Single(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Managed(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Cluster(connection) => connection.get_db(),
            Self::Managed(connection) => connection.get_db(),
            Self::Single(connection) => connection.get_db(),
        }
    }
}

fn illegal(error: RedisError) -> StoreError {
    StoreError::new("the address of the server is not legal").because(error)
}

pub(super) fn unreachable(error: RedisError) -> StoreError {
    StoreError::new("the server gave no good answer").because(error)
}

fn late(error: tokio::time::error::Elapsed) -> StoreError {
    StoreError::new("the server does not answer in time").because(error)
}
