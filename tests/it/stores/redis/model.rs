//! Nodes of one server against the model.

use jwt_guard::store::StoreLimits;

use super::*;
use crate::stores::model::{Nodes, narrow, play};

struct Machines<'s> {
    server: &'s RedisServer,
    options: RedisOptions,
    /// One that acts; one that cannot keep all; the one that started last; and one that asks.
    nodes: Vec<RedisStore>,
    /// One whose network fails.
    remote: RedisStore,
    proxy: Proxy,
    is_cut: bool,
    is_full: bool,
    turn: usize,
}

impl<'s> Machines<'s> {
    async fn of(server: &'s RedisServer, seed: u64, limits: StoreLimits) -> Self {
        server.ok(&["CONFIG", "SET", "maxmemory", "0"]);
        let options =
            patient().prefix(format!("sequence {seed}")).limits(limits).silence(Duration::from_secs(1));
        let proxy = Proxy::to(server.port()).await;
        let url = server.url();
        let connect = |options: RedisOptions| RedisStore::connect(&url, options);
        let nodes = vec![
            connect(options.clone()).await.unwrap(),
            connect(options.clone().capacity(4)).await.unwrap(),
            connect(options.clone()).await.unwrap(),
            RedisStore::strict(&url, options.clone()).await.unwrap(),
        ];
        let remote = RedisStore::connect(&proxy.url(), options.clone()).await.unwrap();
        Self { server, options, nodes, remote, proxy, is_cut: false, is_full: false, turn: seed as usize }
    }
}

impl Nodes for Machines<'_> {
    fn all(&self) -> Vec<Option<&dyn TokenStore>> {
        let near = self.nodes.iter().map(|node| Some(node as &dyn TokenStore));
        near.chain([(!self.is_cut).then_some(&self.remote as &dyn TokenStore)]).collect()
    }

    async fn restart(&mut self) {
        self.nodes[2] = RedisStore::connect(&self.server.url(), self.options.clone()).await.unwrap();
    }

    fn disturb(&mut self) {
        self.turn += 1;
        match self.turn % 3 {
            0 => self.server.cut_all(),
            1 => self.proxy.cut(),
            _ => self.proxy.mend(),
        }
        self.is_cut = self.turn % 3 == 1;
        self.is_full = self.turn % 2 == 1;
        self.server.ok(&["CONFIG", "SET", "maxmemory", if self.is_full { "1" } else { "0" }]);
    }

    fn is_full(&self) -> bool {
        self.is_full
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_judged_as_by_a_model_that_forgets_nothing() {
    let Some(server) = RedisServer::start().await else { return };
    let [of_one, _] = narrow();
    for seed in 0..12 {
        let (limits, limited) = if seed % 3 == 2 { (of_one, true) } else { (StoreLimits::new(), false) };
        play(seed, limited, &mut Machines::of(&server, seed, limits).await).await;
    }
}
