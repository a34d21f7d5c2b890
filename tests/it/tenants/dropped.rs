//! A guard holds things of the application. What these do at their end may not stop the memory of tenants.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::SystemTime;

use jwt_guard::setup::Clock;

use super::*;

/// A clock that asks for another tenant to be forgotten when it ends, and then says so.
#[derive(Debug)]
struct ForgetsAtItsEnd {
    clock: ManualClock,
    tenants: Arc<OnceLock<Tenants>>,
    ended: Sender<()>,
}

impl Clock for ForgetsAtItsEnd {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

impl Drop for ForgetsAtItsEnd {
    fn drop(&mut self) {
        if let Some(tenants) = self.tenants.get() {
            tenants.forget(BOLT);
        }
        // The receiver is gone if the test has failed.
        self.ended.send(()).ok();
    }
}

/// A town whose tenant `ACME` has such a clock, and what tells that it has ended.
async fn town() -> (Town, Receiver<()>) {
    let clock = ManualClock::new();
    let (ended, end) = channel();
    let tenants = Arc::new(OnceLock::new());
    let forgets = ForgetsAtItsEnd { clock: clock.clone(), tenants: Arc::clone(&tenants), ended };
    let acme = tenant(ACME, &clock).clock(forgets).build().unwrap();
    let directory = Directory::of([(ACME, acme), (BOLT, tenant(BOLT, &clock).build().unwrap())]);
    let known = Tenants::builder(staff(&clock).build().unwrap(), directory.clone()).build().unwrap();
    let server = Server::start(app().with_tenants(known.clone()).into_axum()).await;
    assert!(tenants.set(known.clone()).is_ok());
    let town = Town { server, tenants: known, directory, clock };
    assert_eq!((town.status(&token(ACME)).await, town.status(&token(BOLT)).await), (200, 200));
    (town, end)
}

/// Whether it ends in time.
async fn ends(end: Receiver<()>) -> bool {
    tokio::task::spawn_blocking(move || end.recv_timeout(secs(10)).is_ok()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_is_forgotten_may_forget_another() {
    for forget in [|tenants: &Tenants| tenants.forget(ACME), Tenants::forget_all] {
        let (town, end) = town().await;
        town.directory.remove(ACME);
        let tenants = town.tenants.clone();
        std::thread::spawn(move || forget(&tenants));
        assert!(ends(end).await, "it waits for itself");
        assert_eq!((town.status(&token(ACME)).await, town.status(&token(BOLT)).await), (401, 200));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_guard_that_a_lookup_replaces_may_forget_another() {
    for is_removed in [false, true] {
        let (town, end) = town().await;
        if is_removed {
            town.directory.remove(ACME);
        } else {
            town.directory.set(ACME, tenant(ACME, &town.clock).build().unwrap());
        }
        town.clock.advance(secs(5 * 60));
        let expected = if is_removed { 401 } else { 200 };
        let status = tokio::time::timeout(secs(10), async { town.status(&token(ACME)).await }).await;
        assert_eq!(status.ok(), Some(expected), "it waits for itself");
        assert!(ends(end).await);
    }
}
