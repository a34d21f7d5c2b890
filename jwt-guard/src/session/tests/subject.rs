//! All sessions of a subject end together, and the next one counts.

use super::*;

#[tokio::test]
async fn every_session_of_the_subject_ends_and_no_other() {
    let place = SessionPlace::new();
    let alices = [place.alice().await, place.alice().await];
    let bob = place.here.create(NewSession::new("bob")).await.unwrap();
    place.there.delete_all("alice").await.unwrap();
    for id in &alices {
        assert!(!place.is_alive(id).await);
        assert!(place.here.update(id.as_str(), 1).await.unwrap().is_none());
        assert!(place.here.rotate(id.as_str()).await.unwrap().is_none());
    }
    assert!(place.is_alive(&bob).await);
}

#[tokio::test]
async fn a_login_in_the_same_instant_counts() {
    let place = SessionPlace::new();
    for _ in 0..3 {
        let before = place.alice().await;
        place.here.delete_all("alice").await.unwrap();
        let after = place.alice().await;
        assert!(!place.is_alive(&before).await);
        assert!(place.is_alive(&after).await);
        let rotated = place.here.rotate(after.as_str()).await.unwrap().unwrap();
        assert!(place.is_alive(&rotated).await);
    }
}

#[tokio::test]
async fn requests_elsewhere_do_not_bring_a_session_back() {
    for call in [Call::Save, Call::Create] {
        let place = SessionPlace::new();
        let id = place.alice().await;
        place.clock.advance(MINUTE);
        let elsewhere = place.there.clone();
        place.shelf.before(call, async move { elsewhere.delete_all("alice").await.unwrap() });
        let id = match call {
            Call::Create => place.here.rotate(id.as_str()).await.unwrap().unwrap_or(id),
            _ => {
                place.is_alive(&id).await;
                id
            }
        };
        assert!(!place.is_alive(&id).await, "{call:?}");
    }
}

#[tokio::test]
async fn two_calls_at_once_end_every_earlier_session_and_no_later_one() {
    let place = SessionPlace::new();
    let before = place.alice().await;
    let elsewhere = place.there.clone();
    place.shelf.before(Call::Save, async move { elsewhere.delete_all("alice").await.unwrap() });
    place.here.delete_all("alice").await.unwrap();
    let after = place.alice().await;
    assert!(!place.is_alive(&before).await);
    assert!(place.is_alive(&after).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_many_logins_those_before_it_end_and_those_after_it_count() {
    let place = Arc::new(SessionPlace::new());
    for _ in 0..20 {
        let before = place.alice().await;
        let logins: Vec<_> = (0..10)
            .map(|_| {
                let place = Arc::clone(&place);
                tokio::spawn(async move { place.alice().await })
            })
            .collect();
        place.here.delete_all("alice").await.unwrap();
        let after = place.alice().await;
        for login in logins {
            login.await.unwrap();
        }
        assert!(!place.is_alive(&before).await);
        assert!(place.is_alive(&after).await);
    }
}

#[tokio::test]
async fn the_mark_outlives_every_session_it_ended_and_none_that_came_later() {
    let place = SessionPlace::new();
    let before = place.alice().await;
    place.here.delete_all("alice").await.unwrap();
    for _ in 0..(12 * 4) {
        // Constant use of the old id must not keep it.
        assert!(!place.is_alive(&before).await);
        place.clock.advance(15 * MINUTE);
        place.shelf.purge(place.clock.now());
    }
    // Another service may let its sessions live longer, up to 366 days.
    place.clock.advance(366 * 24 * HOUR - 11 * HOUR - MINUTE);
    place.shelf.purge(place.clock.now());
    assert_eq!(place.shelf.records().len(), 1, "the mark is still there");
    let after = place.alice().await;
    for _ in 0..8 {
        place.clock.advance(15 * MINUTE);
        place.shelf.purge(place.clock.now());
        assert!(place.is_alive(&after).await);
    }
    assert_eq!(place.shelf.records().len(), 1, "the mark is gone, the session is not");
}

#[tokio::test]
async fn every_session_of_everybody_ends_at_once_and_the_next_ones_count() {
    let place = SessionPlace::new();
    for _ in 0..2 {
        let bob = || place.there.create(NewSession::new("bob"));
        let before = [place.alice().await, place.alice().await, bob().await.unwrap()];
        place.shelf.forget_calls();
        place.there.delete_everybody().await.unwrap();
        assert_eq!((place.shelf.count(Call::Save), place.shelf.calls()), (1, 1), "one write ends them all");
        let after = [place.alice().await, bob().await.unwrap()];
        for id in &before {
            assert!(!place.is_alive(id).await);
            assert!(place.here.update(id.as_str(), 1).await.unwrap().is_none());
            assert!(place.here.rotate(id.as_str()).await.unwrap().is_none());
        }
        for id in &after {
            assert!(place.is_alive(id).await);
        }
        // One subject is still ended alone.
        place.here.delete_all("alice").await.unwrap();
        assert_eq!((place.is_alive(&after[0]).await, place.is_alive(&after[1]).await), (false, true));
        assert!(place.is_alive(&place.alice().await).await);
    }
}

#[tokio::test]
async fn requests_elsewhere_bring_no_session_back_that_ended_with_everybodys() {
    for call in [Call::Save, Call::Create] {
        let place = SessionPlace::new();
        let id = place.alice().await;
        place.clock.advance(MINUTE);
        let elsewhere = place.there.clone();
        place.shelf.before(call, async move { elsewhere.delete_everybody().await.unwrap() });
        let id = match call {
            Call::Create => place.here.rotate(id.as_str()).await.unwrap().unwrap_or(id),
            _ => {
                place.is_alive(&id).await;
                id
            }
        };
        assert!(!place.is_alive(&id).await, "{call:?}");
    }
}

#[tokio::test]
async fn a_living_session_costs_four_loads_of_which_three_are_at_once() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.shelf.forget_calls();
    assert!(place.is_alive(&id).await);
    assert_eq!((place.shelf.count(Call::Load), place.shelf.calls()), (4, 4));
    assert_eq!(place.shelf.most_at_once(), 3);
}
