//! The store that lives as long as the process.

use jwt_guard::store::{MemoryStore, Rotated, TokenStore};

use super::contract::contract;
use super::{LEEWAY, LIFE, login, present, rotation, token};

async fn store() -> Option<(MemoryStore, ())> {
    Some((MemoryStore::new(), ()))
}

contract!(tests: store);

#[tokio::test]
async fn a_full_store_refuses_what_is_new_and_still_acts_on_reuse() {
    let now = present();
    let store = MemoryStore::with_capacity(2);
    store.begin(login("f", "a", now), now).await.unwrap();
    store.revoke(token("t", now), now).await.unwrap();
    assert!(store.revoke(token("u", now), now).await.is_err());
    assert_eq!(store.rotate(rotation("f", "x", "y", now), now).await.unwrap(), Rotated::Reused);
    let later = now + LIFE + LEEWAY * 2;
    store.revoke(token("u", later), later).await.expect("what has ended makes room");
}

#[tokio::test]
async fn a_clone_is_the_same_store() {
    let now = present();
    let store = MemoryStore::new();
    store.clone().begin(login("f", "a", now), now).await.unwrap();
    assert_eq!(store.rotate(rotation("f", "a", "b", now), now).await.unwrap(), Rotated::Fresh);
}
