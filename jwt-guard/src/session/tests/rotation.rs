//! A rotation leaves one valid id: the new one.

use super::*;
use crate::session::SessionErrorKind;

#[tokio::test]
async fn the_old_id_dies_at_once_and_the_session_lives_on() {
    let place = SessionPlace::new();
    let old = place.alice().await;
    place.clock.advance(20 * MINUTE);
    let new = place.here.rotate(old.as_str()).await.unwrap().unwrap();
    assert_ne!(old.as_str(), new.as_str());
    for sessions in [&place.here, &place.there] {
        assert!(sessions.read(old.as_str()).await.unwrap().is_none());
        assert!(sessions.update(old.as_str(), 1).await.unwrap().is_none());
        assert!(sessions.rotate(old.as_str()).await.unwrap().is_none());
    }
    let session = place.here.read(new.as_str()).await.unwrap().unwrap();
    assert_eq!((session.subject(), session.payload_json()), ("alice", "\"a basket\""));
    assert!(session.scopes().contains("orders:read") && session.roles().contains("clerk"));
    assert_eq!(session.created_at(), place.clock.now() - 20 * MINUTE);
    assert_eq!(session.last_seen(), place.clock.now());
}

#[tokio::test]
async fn a_rotation_does_not_move_the_absolute_limit() {
    let place = SessionPlace::new();
    let mut id = place.alice().await;
    for _ in 0..35 {
        place.clock.advance(20 * MINUTE);
        id = place.here.rotate(id.as_str()).await.unwrap().unwrap();
    }
    place.clock.advance(20 * MINUTE);
    assert!(place.here.rotate(id.as_str()).await.unwrap().is_none());
    assert!(!place.is_alive(&id).await);
}

#[tokio::test]
async fn a_login_never_takes_over_an_id_that_the_client_had() {
    let place = SessionPlace::new();
    let planted = place.here.create(NewSession::new("mallory")).await.unwrap();
    let own = place.alice().await;
    assert_ne!(planted.as_str(), own.as_str());
    assert_eq!(place.here.read(planted.as_str()).await.unwrap().unwrap().subject(), "mallory");
}

#[tokio::test]
async fn of_two_rotations_at_once_one_wins() {
    for call in [Call::Create, Call::Delete] {
        let place = SessionPlace::new();
        let old = place.alice().await;
        let (elsewhere, id) = (place.there.clone(), old.clone());
        let (send, receive) = tokio::sync::oneshot::channel();
        place.shelf.before(call, async move {
            send.send(elsewhere.rotate(id.as_str()).await.unwrap()).unwrap();
        });
        let here = place.here.rotate(old.as_str()).await.unwrap();
        assert!(place.shelf.is_over(), "{call:?}");
        let there = receive.await.unwrap();
        assert_eq!(usize::from(here.is_some()) + usize::from(there.is_some()), 1, "{call:?}");
        let winner = here.or(there).unwrap();
        assert!(place.is_alive(&winner).await);
        assert!(!place.is_alive(&old).await);
        let living = place.shelf.records().len() - 2;
        assert_eq!(
            living, 1,
            "{call:?}: beside the mark and its lineage, the loser's session is left behind"
        );
    }
}

#[tokio::test]
async fn of_many_rotations_at_once_in_one_process_one_wins() {
    let place = SessionPlace::new();
    let old = place.alice().await;
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (sessions, id) = (place.here.clone(), old.clone());
            tokio::spawn(async move { sessions.rotate(id.as_str()).await.unwrap() })
        })
        .collect();
    let mut winners = 0;
    for task in tasks {
        winners += usize::from(task.await.unwrap().is_some());
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_rotation_that_fails_hands_out_no_id() {
    // Four loads, the new session, the mark on the old one, its end, where the newest is, and the mark on the lineage.
    for (good, left) in [1, 1, 1, 1, 1, 1, 2, 1, 2].into_iter().enumerate() {
        let place = SessionPlace::new();
        let id = place.alice().await;
        place.shelf.fail_once_after(good);
        let error = place.here.rotate(id.as_str()).await.unwrap_err();
        assert_eq!(error.kind(), SessionErrorKind::Store, "{good}");
        assert_eq!(place.shelf.records().len(), left, "{good}: the new session is left");
        // When the old session could not be taken away, it is over all the same.
        assert_eq!(place.is_alive(&id).await, good < 6, "{good}");
    }
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.shelf.fail_once_after(9);
    assert!(place.here.rotate(id.as_str()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_logout_elsewhere_during_a_rotation_wins() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    let (elsewhere, ended) = (place.there.clone(), id.clone());
    place.shelf.before(Call::Create, async move { elsewhere.delete(ended.as_str()).await.unwrap() });
    assert!(place.here.rotate(id.as_str()).await.unwrap().is_none());
    assert_eq!(place.shelf.records().len(), 1, "only the mark is left");
}
