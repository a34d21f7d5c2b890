//! A logout that the disk did not take, and is repeated.

use std::fs;

use jwt_guard::store::FileStore;
use jwt_guard::{Principal, Router, routing};
use jwt_guard_tests::{Outcome, Server};

use crate::stores::{Directory, until};

use super::{ADA, Pair, UNAVAILABLE, builder, login, post};

#[jwt_guard::anonymous_allowed]
async fn open(caller: Option<Principal>) -> &'static str {
    caller.map_or("anonymous", |_| "a caller")
}

async fn serve(directory: &Directory) -> Server {
    let store = until("the file is free", async || FileStore::open(directory.file()).await.ok()).await;
    let guard = builder().token_store(store).build().unwrap();
    let app = Router::new()
        .route("/login", routing::post(super::log_in))
        .route("/refresh", routing::post(super::refresh))
        .route("/leave", routing::post(super::leave))
        .route("/me", routing::get(super::me))
        .route("/open", routing::get(open))
        .with_guard(guard);
    Server::start(app.into_axum()).await
}

#[cfg(unix)]
#[tokio::test]
async fn a_logout_that_was_503_is_204_only_when_the_file_has_it() {
    let directory = Directory::new();
    let away = directory.path().join("away");
    let server = serve(&directory).await;
    let (out, living) = (login(&server).await, login(&server).await);
    let log_out = async |pair: &Pair| server.send(post("/leave").bearer(&pair.access)).await;

    fs::rename(directory.file(), &away).unwrap();
    for _ in 0..3 {
        log_out(&out).await.is(UNAVAILABLE);
        // Its end is neither told nor denied.
        server.get("/me", &out.access).await.is(UNAVAILABLE);
        server.get("/open", &out.access).await.is(UNAVAILABLE);
        server.send(post("/refresh").bearer(&out.refresh)).await.is(UNAVAILABLE);
        server.get("/me", &living.access).await.is(ADA);
    }
    fs::rename(&away, directory.file()).unwrap();
    // The repeated logout alone brings the store back.
    let ended = until("the store works again", async || {
        let answer = log_out(&out).await;
        (answer.status != 503).then_some(answer)
    });
    assert_eq!(ended.await.status, 204);
    drop(server);

    let server = serve(&directory).await;
    server.get("/me", &out.access).await.is(Outcome::BAD_TOKEN);
    server.send(post("/refresh").bearer(&out.refresh)).await.is(Outcome::BAD_TOKEN);
    server.get("/me", &living.access).await.is(ADA);
}
