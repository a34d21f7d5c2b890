//! The store that lives as long as the process.

use jwt_guard::store::{Begun, MemoryStore, Rotated, TokenStore};

use super::contract::{self, contract, small_share};
use super::model::{Nodes, narrow, play};
use super::{LEEWAY, LIFE, login, present, rotation, token};

async fn store() -> Option<(MemoryStore, ())> {
    Some((MemoryStore::new(), ()))
}

contract!(tests: store);

#[tokio::test]
async fn a_full_store_refuses_what_is_new_and_acts_on_reuse_with_what_it_has() {
    let now = present();
    let store = MemoryStore::with_capacity(2);
    assert_eq!(store.begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    store.revoke_for_subject("ada".into(), token("s", now), now).await.unwrap();
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
    assert_eq!(store.clone().begin(login("f", "a", now), now).await.unwrap(), Begun::Living);
    assert_eq!(store.rotate(rotation("f", "a", "b", now), now).await.unwrap(), Rotated::Fresh);
}

#[tokio::test]
async fn a_subject_has_its_share() {
    let store = MemoryStore::with_limits(small_share());
    contract::a_share_is_taken_until_the_later_end(&store).await;
    contract::each_end_by_a_limit_is_a_warning(&store).await;
    contract::a_subject_has_its_share(std::sync::Arc::new(store)).await;
}

#[tokio::test]
async fn in_a_full_store_what_ends_a_login_has_its_effect() {
    contract::in_a_full_store_what_ends_a_login_has_its_effect(&MemoryStore::with_limits(contract::little()))
        .await;
}

#[tokio::test]
async fn a_machine_has_its_share() {
    contract::a_machine_has_its_share(&MemoryStore::with_limits(small_share())).await;
}

struct One(MemoryStore);

impl Nodes for One {
    fn all(&self) -> Vec<Option<&dyn TokenStore>> {
        vec![Some(&self.0)]
    }

    async fn restart(&mut self) {}
}

#[tokio::test]
async fn tokens_are_judged_as_by_a_model_that_forgets_nothing() {
    for seed in 0..400 {
        play(seed, false, &mut One(MemoryStore::new())).await;
        for limits in narrow() {
            play(seed, true, &mut One(MemoryStore::with_limits(limits))).await;
        }
    }
}
