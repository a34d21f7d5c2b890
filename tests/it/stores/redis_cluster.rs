//! A cluster of six servers: three primaries, each with a replica.

use std::time::Duration;

use super::redis_server::{RedisServer, free_port};
use super::{until, until_within};

/// The key of the stores under test. All of theirs are in its slot.
const KEY: &str = "{jwt-guard}";

/// Running servers. They are killed when the test ends.
pub(crate) struct RedisCluster {
    servers: Vec<RedisServer>,
}

impl RedisCluster {
    /// `None`, and a printed reason, if there is no server on this machine. In CI that is a failure.
    pub(crate) async fn start() -> Option<Self> {
        let mut servers = Vec::new();
        for _ in 0..6 {
            let bus = free_port().to_string();
            let extra = [
                &["--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port", &bus][..],
                // A replica is ready at once, and says often how far it is.
                &["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"],
                // However long an election takes, it may be held again.
                &["--cluster-replica-validity-factor", "0"],
            ];
            let server = RedisServer::start_with(&extra.concat()).await?;
            if let Some(first) = servers.first() {
                meet(&server, first);
            }
            servers.push(server);
        }
        let cluster = Self { servers };
        cluster.join().await;
        Some(cluster)
    }

    async fn join(&self) {
        let (primaries, replicas) = self.servers.split_at(3);
        for (primary, slots) in primaries.iter().zip([["0", "5460"], ["5461", "10922"], ["10923", "16383"]]) {
            primary.ok(&[&["CLUSTER", "ADDSLOTSRANGE"], &slots[..]].concat());
        }
        for server in &self.servers {
            until("the nodes have met", async || {
                let nodes = server.command(&["CLUSTER", "NODES"])?;
                (nodes.lines().count() == 6 && !nodes.contains("handshake")).then_some(())
            })
            .await;
        }
        for (replica, primary) in replicas.iter().zip(primaries) {
            let id = primary.command(&["CLUSTER", "MYID"]).unwrap();
            until("the replica knows its primary", async || {
                replica.command(&["CLUSTER", "REPLICATE", &id]).filter(|line| line == "+OK")
            })
            .await;
        }
        self.is_whole().await;
    }

    /// Waits until every server that runs finds the cluster in order, and has its data.
    pub(crate) async fn is_whole(&self) {
        for server in &self.servers {
            until("the cluster is whole", async || {
                let Some(info) = server.command(&["CLUSTER", "INFO"]) else { return Some(()) };
                let nodes = server.command(&["CLUSTER", "NODES"])?;
                let replicas = nodes.lines().filter(|line| line.contains("slave") && !line.contains("fail"));
                let link = server.info("replication", "master_link_status:");
                let ready = info.contains("cluster_state:ok") && link.is_none_or(|link| link == "up");
                (ready && replicas.count() >= 2).then_some(())
            })
            .await;
        }
    }

    pub(crate) fn url(&self, index: usize) -> String {
        self.servers[index].url()
    }

    pub(crate) fn server(&mut self, index: usize) -> &mut RedisServer {
        &mut self.servers[index]
    }

    /// The server that has our keys.
    pub(crate) fn owner(&self) -> usize {
        let primary = |server: &RedisServer| server.info("replication", "role:").as_deref() == Some("master");
        let owns = |server: &RedisServer| {
            server.command(&["EXISTS", KEY]).is_some_and(|answer| answer.starts_with(':'))
        };
        self.servers.iter().position(|server| primary(server) && owns(server)).expect("an owner")
    }

    /// A primary that has other keys.
    pub(crate) fn another_primary(&self) -> usize {
        let owner = self.owner();
        let primary =
            |index: &usize| self.servers[*index].info("replication", "role:").as_deref() == Some("master");
        (0..6).filter(|index| *index != owner).find(primary).expect("another primary")
    }

    /// The replica of a primary.
    pub(crate) fn replica_of(&self, primary: usize) -> usize {
        let port = self.servers[primary].port().to_string();
        let replicates =
            |server: &RedisServer| server.info("replication", "master_port:").as_ref() == Some(&port);
        self.servers.iter().position(replicates).expect("a replica")
    }

    /// Makes a replica take over from its primary, which goes on as its replica.
    pub(crate) async fn fail_over_to(&self, replica: usize) {
        self.servers[replica].ok(&["CLUSTER", "FAILOVER"]);
        self.takes_over(replica).await;
    }

    pub(crate) async fn takes_over(&self, replica: usize) {
        // A lost election is held again after 8 seconds.
        until_within(Duration::from_secs(60), "the replica takes over", async || {
            self.servers[replica].info("replication", "role:").filter(|role| role == "master")
        })
        .await;
    }
}

fn meet(server: &RedisServer, first: &RedisServer) {
    let bus = first.extra_after("--cluster-port");
    server.ok(&["CLUSTER", "MEET", "127.0.0.1", &first.port().to_string(), bus]);
}
