//! Sessions end when they should, in every order of concurrent calls, and reveal nothing.

mod cookie;
mod ending;
mod expiry;
mod failure;
mod identity;
mod ids;
mod lineage;
mod rotation;
mod settings;
mod shelf;
mod subject;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{NewSession, SessionData, SessionError, SessionId, Sessions, SessionsBuilder};
use crate::clock::{Clock, ManualClock, NOW};
use shelf::{Call, Shelf};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A store, the clock, and two machines that use both.
struct SessionPlace {
    shelf: Shelf,
    clock: ManualClock,
    here: Sessions,
    there: Sessions,
}

impl SessionPlace {
    fn new() -> Self {
        let (shelf, clock) = (Shelf::new(), ManualClock::new());
        let machine = || machine(&shelf, &clock, |builder| builder);
        Self { here: machine(), there: machine(), shelf, clock }
    }

    /// A session of `alice` with a payload.
    async fn alice(&self) -> SessionId {
        let session = NewSession::new("alice").scopes(["orders:read"]).roles(["clerk"]).payload("a basket");
        self.here.create(session).await.unwrap()
    }

    async fn is_alive(&self, id: &SessionId) -> bool {
        self.here.read(id.as_str()).await.unwrap().is_some()
    }
}

fn machine(
    shelf: &Shelf,
    clock: &ManualClock,
    change: impl FnOnce(SessionsBuilder) -> SessionsBuilder,
) -> Sessions {
    change(Sessions::builder(shelf.clone()).clock(clock.clone())).build().unwrap()
}

#[test]
fn handles_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    fn cloned<T: Clone>() {}
    cloned::<Sessions>();
    shared::<Sessions>();
    shared::<SessionsBuilder>();
    shared::<SessionData>();
    shared::<SessionError>();
    shared::<SessionId>();
    shared::<NewSession>();
}

#[tokio::test]
async fn a_session_keeps_what_it_was_given() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    let session = place.there.read(id.as_str()).await.unwrap().unwrap();
    assert_eq!(session.subject(), "alice");
    assert!(session.scopes().contains("orders:read"));
    assert!(session.roles().contains("clerk"));
    assert_eq!(session.payload::<String>().unwrap(), "a basket");
    assert_eq!(session.created_at(), place.clock.now());
    assert_eq!(session.expires_at(), place.clock.now() + 30 * MINUTE);

    let session = place.here.update(id.as_str(), 5).await.unwrap().unwrap();
    assert_eq!(session.payload::<u8>().unwrap(), 5);
    assert_eq!(place.there.read(id.as_str()).await.unwrap().unwrap().payload_json(), "5");
}

#[tokio::test]
async fn the_stores_of_tower_sessions_work_unchanged() {
    let sessions = Sessions::new(tower_sessions_memory_store::MemoryStore::default());
    let [first, second] = [(); 2].map(|()| NewSession::new("alice").payload("a"));
    let (first, second) = (sessions.create(first).await.unwrap(), sessions.create(second).await.unwrap());
    let rotated = sessions.rotate(first.as_str()).await.unwrap().unwrap();
    assert!(sessions.read(first.as_str()).await.unwrap().is_none());
    sessions.update(rotated.as_str(), "b").await.unwrap().unwrap();
    assert_eq!(sessions.read(rotated.as_str()).await.unwrap().unwrap().payload_json(), "\"b\"");
    sessions.delete(rotated.as_str()).await.unwrap();
    assert!(sessions.read(rotated.as_str()).await.unwrap().is_none());
    assert!(sessions.read(second.as_str()).await.unwrap().is_some());
    sessions.delete_all("alice").await.unwrap();
    assert!(sessions.read(second.as_str()).await.unwrap().is_none());
    let third = sessions.create(NewSession::new("alice")).await.unwrap();
    assert!(sessions.read(third.as_str()).await.unwrap().is_some());
}
