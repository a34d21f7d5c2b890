//! Finds the server for our writes: the one at the address, or the owner of our keys in a cluster.
//!
//! 1. A connection is used only after its server has confirmed that it is a primary, owns our keys and evicts none. A replica
//!    is not used, nor a node only because another one names it as the owner.
//! 2. In a cluster, the nodes that were named last and the addresses of the options are asked in turn, until one leads
//!    to the owner. A node that hangs, or is away, costs [`HEAD_START`].
//! 3. All our keys are in one slot, so a client needs nothing else for a cluster.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, Value};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::store::StoreError;
use crate::store::redis::options::RedisOptions;
use crate::store::redis::tls;

/// How long one node may take before the next one is asked too.
const HEAD_START: Duration = Duration::from_millis(50);

/// The addresses of servers.
pub(super) struct Nodes {
    seeds: Vec<ConnectionInfo>,
    /// The nodes that the cluster named last.
    known: Mutex<Vec<NodeAddress>>,
    cluster: bool,
    /// The name of one of our keys.
    key: String,
    timeout: Duration,
}

type NodeAddress = (String, u16);

/// A connection to a primary.
pub(super) struct Link {
    pub(super) connection: MultiplexedConnection,
    pub(super) history: History,
}

/// The replication id of a primary and its replicas. Each promotion starts a new one.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct History(String);

impl Nodes {
    pub(super) fn new(url: &str, key: String, options: &RedisOptions) -> Result<Arc<Self>, StoreError> {
        tls::prepare();
        let urls = std::iter::once(url).chain(options.cluster_nodes.iter().map(String::as_str));
        let seeds = urls.map(|url| tls::address(url, options)).collect::<Result<_, _>>()?;
        let (cluster, timeout) = (options.cluster, options.timeout);
        Ok(Arc::new(Self { seeds, known: Mutex::default(), cluster, key, timeout }))
    }

    /// A new connection to the primary, with the response timeout `patience`.
    pub(super) async fn connect(self: &Arc<Self>, patience: Duration) -> Result<Link, StoreError> {
        timeout(self.timeout * 2, self.ask_each(patience)).await.map_err(late)?
    }

    async fn ask_each(self: &Arc<Self>, patience: Duration) -> Result<Link, StoreError> {
        let mut candidates = self.candidates().into_iter().peekable();
        let mut asked = JoinSet::new();
        let mut error = StoreError::new("no server is known");
        loop {
            if let Some(node) = candidates.next() {
                asked.spawn(self.clone().connect_through(node, patience));
            }
            let answer = match candidates.peek() {
                Some(_) => timeout(HEAD_START, asked.join_next()).await.ok().flatten(),
                None => match asked.join_next().await {
                    Some(answer) => Some(answer),
                    None => return Err(error),
                },
            };
            match answer {
                Some(Ok(Ok(link))) => return Ok(link),
                Some(Ok(Err(failed))) => error = failed,
                Some(Err(failed)) => error = StoreError::new("connecting ended early").because(failed),
                None => {}
            }
        }
    }

    /// The nodes that were named last, and the addresses of the options.
    fn candidates(&self) -> Vec<ConnectionInfo> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(seed) = self.seeds.first().filter(|_| self.cluster) else { return self.seeds.clone() };
        let mut nodes: Vec<_> = known.iter().map(|address| at(seed, address)).collect();
        nodes.extend(self.seeds.iter().filter(|seed| !known.contains(&address(seed.addr()))).cloned());
        nodes
    }

    async fn connect_through(
        self: Arc<Self>,
        node: ConnectionInfo,
        patience: Duration,
    ) -> Result<Link, StoreError> {
        let mut connection = self.open(&node, patience).await?;
        let mut named = None;
        if self.cluster {
            let (slot, ranges): (u16, Vec<Vec<Value>>) = redis::pipe()
                .cmd("CLUSTER")
                .arg(&["KEYSLOT", &self.key])
                .cmd("CLUSTER")
                .arg("SLOTS")
                .query_async(&mut connection)
                .await
                .map_err(unreachable)?;
            let asked = address(node.addr());
            let (owner, all) = read_slots(&ranges, slot, &asked.0)
                .ok_or_else(|| StoreError::new("no node of the cluster has the slot of our keys"))?;
            if owner != asked {
                connection = self.open(&at(&node, &owner), patience).await?;
            }
            named = Some(all);
        }
        let history = self.confirm(&mut connection).await?;
        if let Some(named) = named {
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = named;
        }
        Ok(Link { connection, history })
    }

    async fn open(
        &self,
        node: &ConnectionInfo,
        patience: Duration,
    ) -> Result<MultiplexedConnection, StoreError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(Some(patience));
        let client = Client::open(node.clone()).map_err(tls::illegal)?;
        client.get_multiplexed_async_connection_with_config(&config).await.map_err(unreachable)
    }

    /// Checks that the server is a primary that keeps what it has, and in a cluster that it owns our keys.
    async fn confirm(&self, connection: &mut MultiplexedConnection) -> Result<History, StoreError> {
        let mut questions = redis::pipe();
        questions.cmd("EXISTS").arg(&self.key).ignore().add_command(History::question());
        questions.cmd("INFO").arg("memory");
        let (info, memory): (String, String) =
            questions.query_async(connection).await.map_err(unreachable)?;
        refuse_eviction(&memory)?;
        History::of_primary(&info)
    }
}

/// A server that evicts entries would forget revocations.
fn refuse_eviction(info: &str) -> Result<(), StoreError> {
    let value = |name| info.lines().find_map(|line| line.strip_prefix(name));
    match (value("maxmemory:"), value("maxmemory_policy:")) {
        (Some("0"), _) | (_, Some("noeviction") | None) => Ok(()),
        (_, Some(_)) => {
            Err(StoreError::new("the server evicts keys: `maxmemory-policy` must be `noeviction`"))
        }
    }
}

impl History {
    pub(super) fn question() -> redis::Cmd {
        redis::cmd("INFO").arg("replication").to_owned()
    }

    /// Reads the answer to [`question`](Self::question).
    ///
    /// # Errors
    ///
    /// The server is not a primary: a replica's data may be old, and it accepts no writes.
    pub(super) fn of_primary(info: &str) -> Result<Self, StoreError> {
        let value = |name| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_end);
        if value("role:") == Some("master") {
            return Ok(Self(value("master_replid:").unwrap_or_default().to_owned()));
        }
        let primary = value("master_host:").zip(value("master_port:"));
        let primary = primary.map_or("unknown".to_owned(), |(host, port)| format!("{host}:{port}"));
        Err(StoreError::new(
            "the server is a read-only replica: give the address of its primary, or a name that follows it",
        )
        .because(format!("its primary is {primary}")))
    }
}

/// The owner of a slot, and all nodes, from an answer to `CLUSTER SLOTS`. A missing address is that of the node that
/// was asked.
fn read_slots(ranges: &[Vec<Value>], slot: u16, asked: &str) -> Option<(NodeAddress, Vec<NodeAddress>)> {
    let mut owner = None;
    let mut all = BTreeSet::new();
    for range in ranges {
        let [Value::Int(first), Value::Int(last), nodes @ ..] = &**range else { return None };
        let mut nodes = nodes.iter().filter_map(|node| read_node(node, asked)).peekable();
        if (*first..=*last).contains(&i64::from(slot)) {
            owner = nodes.peek().cloned();
        }
        all.extend(nodes);
    }
    Some((owner?, all.into_iter().collect()))
}

fn read_node(node: &Value, asked: &str) -> Option<NodeAddress> {
    let Value::Array(parts) = node else { return None };
    let [host, Value::Int(port), ..] = &**parts else { return None };
    let host: Option<String> = redis::from_redis_value(host.clone()).ok()?;
    let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| asked.to_owned());
    (host != "?").then_some((host, u16::try_from(*port).ok()?))
}

/// The same connection to another node.
fn at(seed: &ConnectionInfo, (host, port): &NodeAddress) -> ConnectionInfo {
    let (host, port) = (host.clone(), *port);
    let addr = match seed.addr().clone() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure, tls_params }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    seed.clone().set_addr(addr)
}

fn address(addr: &ConnectionAddr) -> NodeAddress {
    match addr {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => (host.clone(), *port),
        _ => NodeAddress::default(),
    }
}

pub(super) fn unreachable(error: redis::RedisError) -> StoreError {
    StoreError::new("the server gave no good answer").because(error)
}

pub(super) fn late(error: tokio::time::error::Elapsed) -> StoreError {
    StoreError::new("the server does not answer in time").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(host: Value, port: i64) -> Value {
        Value::Array(vec![host, Value::Int(port), Value::BulkString(b"id".to_vec())])
    }

    fn named(host: &str) -> Value {
        Value::BulkString(host.as_bytes().to_vec())
    }

    #[test]
    fn the_owner_is_the_first_node_of_the_range_that_has_the_slot() {
        let ranges = [
            vec![Value::Int(0), Value::Int(9), node(named("a"), 1), node(named("b"), 2)],
            vec![Value::Int(10), Value::Int(20), node(named("c"), 3), node(named("a"), 1)],
        ];
        let (owner, all) = read_slots(&ranges, 10, "x").unwrap();
        assert_eq!(owner, ("c".to_owned(), 3));
        assert_eq!(all, [("a".to_owned(), 1), ("b".to_owned(), 2), ("c".to_owned(), 3)]);
        assert!(read_slots(&ranges, 21, "x").is_none(), "a slot without an owner");
        assert!(read_slots(&[vec![named("?")]], 1, "x").is_none(), "not an answer of a cluster");
    }

    #[test]
    fn a_node_without_an_address_is_the_one_that_was_asked() {
        for nothing in [Value::Nil, named("")] {
            let ranges = [vec![Value::Int(0), Value::Int(9), node(nothing, 7), node(named("?"), 8)]];
            let (owner, all) = read_slots(&ranges, 0, "asked").unwrap();
            assert_eq!(owner, ("asked".to_owned(), 7));
            assert_eq!(all, [("asked".to_owned(), 7)]);
        }
    }

    #[test]
    fn a_replica_is_refused_with_the_address_of_its_primary() {
        let info = "# Replication\r\nrole:slave\r\nmaster_host:10.0.0.7\r\nmaster_port:6380\r\n";
        let error = History::of_primary(info).err().unwrap();
        assert!(error.to_string().contains("primary"), "{error}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("10.0.0.7:6380"), "{cause}");
        assert!(History::of_primary("").is_err());
        assert!(History::of_primary("role:master\r\nmaster_replid:abc\r\n").is_ok());
    }
}
