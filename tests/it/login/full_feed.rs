//! One account that logs in and out without end, and nodes that cannot keep all of it.

use jwt_guard::setup::SystemClock;
use jwt_guard::store::{RedisOptions, RedisStore};
use jwt_guard_tests::Outcome;

use super::{ADA, MINUTE, builder, login, post, serve};
use crate::stores::redis_server::RedisServer;

#[tokio::test]
async fn more_logouts_than_a_node_can_keep_take_no_node_down() {
    let Some(redis) = RedisServer::start().await else { return };
    let node = async || {
        let options = RedisOptions::new().timeout(MINUTE).capacity(100);
        let store = RedisStore::connect(&redis.url(), options).await.expect("a node starts");
        serve(builder().clock(SystemClock).token_store(store).build().unwrap()).await
    };
    let (a, b) = (node().await, node().await);
    let another = login(&a).await;
    let mut ended = Vec::new();
    for _ in 0..150 {
        let pair = login(&a).await;
        assert_eq!(a.send(post("/logout").bearer(&pair.access)).await.status, 204);
        ended.push(pair);
        for node in [&a, &b] {
            node.get("/me", &another.access).await.is(ADA);
        }
    }
    let c = node().await;
    for node in [&a, &b, &c] {
        node.get("/me", &another.access).await.is(ADA);
        for pair in &ended {
            node.get("/me", &pair.access).await.is(Outcome::BAD_TOKEN);
        }
        let pair = login(node).await;
        assert_eq!(node.send(post("/logout").bearer(&pair.access)).await.status, 204);
    }
}
