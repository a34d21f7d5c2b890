//! An ended session stays ended, even for requests that loaded it before.

use super::*;

#[tokio::test]
async fn a_deleted_session_is_not_a_caller() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.here.delete(id.as_str()).await.unwrap();
    for sessions in [&place.here, &place.there] {
        assert!(sessions.read(id.as_str()).await.unwrap().is_none());
        assert!(sessions.update(id.as_str(), 1).await.unwrap().is_none());
        assert!(sessions.rotate(id.as_str()).await.unwrap().is_none());
        sessions.delete(id.as_str()).await.unwrap();
    }
    assert!(!place.is_alive(&id).await);
}

#[tokio::test]
async fn a_request_elsewhere_does_not_bring_a_session_back_that_was_ended_meanwhile() {
    // Loaded here, ended there, written here: by a use, and by an update.
    for update in [false, true] {
        let place = SessionPlace::new();
        let id = place.alice().await;
        place.clock.advance(MINUTE);
        let (elsewhere, ended) = (place.there.clone(), id.clone());
        place.shelf.before(Call::Save, async move { elsewhere.delete(ended.as_str()).await.unwrap() });
        let answer = match update {
            true => place.here.update(id.as_str(), 1).await.unwrap(),
            false => place.here.read(id.as_str()).await.unwrap(),
        };
        assert!(answer.is_none(), "update: {update}");
        assert!(!place.is_alive(&id).await, "update: {update}");
        assert!(place.there.read(id.as_str()).await.unwrap().is_none(), "update: {update}");
    }
}

#[tokio::test]
async fn a_request_elsewhere_does_not_bring_an_id_back_that_was_rotated_meanwhile() {
    let place = SessionPlace::new();
    let old = place.alice().await;
    place.clock.advance(MINUTE);
    let (elsewhere, id) = (place.there.clone(), old.clone());
    place
        .shelf
        .before(Call::Save, async move { drop(elsewhere.rotate(id.as_str()).await.unwrap().unwrap()) });
    assert!(place.here.read(old.as_str()).await.unwrap().is_none());
    assert!(!place.is_alive(&old).await);
}

#[tokio::test]
async fn a_session_that_was_brought_back_after_its_end_is_over() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    let records = place.shelf.records();
    place.here.delete(id.as_str()).await.unwrap();
    // A use on another machine wrote it back, and could not look for the mark: it died, or its client went away.
    let [session] = &records[..] else { panic!("{records:?}") };
    tower_sessions_core::SessionStore::save(&place.shelf, session).await.unwrap();
    assert!(!place.is_alive(&id).await);
    assert_eq!(place.shelf.records().len(), 1, "only the mark is left");
}

#[tokio::test]
async fn a_session_is_over_as_long_as_it_could_live_by_the_limits_of_another_service() {
    for by_an_old_id in [false, true] {
        let place = SessionPlace::new();
        let longer = machine(&place.shelf, &place.clock, |builder| {
            builder.idle_timeout(30 * DAY).absolute_lifetime(30 * DAY)
        });
        let mut ids = vec![longer.create(NewSession::new("alice")).await.unwrap()];
        if by_an_old_id {
            ids.push(longer.rotate(ids[0].as_str()).await.unwrap().unwrap());
        }
        let records = place.shelf.records();
        place.here.delete(ids[0].as_str()).await.unwrap();
        // A use that was cut off wrote it back.
        for record in &records {
            tower_sessions_core::SessionStore::save(&place.shelf, record).await.unwrap();
        }
        place.clock.advance(29 * DAY);
        place.shelf.purge(place.clock.now());
        for id in &ids {
            assert!(longer.read(id.as_str()).await.unwrap().is_none(), "by an old id: {by_an_old_id}");
        }
    }
}

#[tokio::test]
async fn a_use_does_not_undo_an_update_in_the_same_process() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.clock.advance(MINUTE);
    let (sessions, same) = (place.here.clone(), id.clone());
    // The use has loaded the session; the update begins before it writes, and has to wait.
    let (send, receive) = tokio::sync::oneshot::channel();
    place.shelf.before(Call::Save, async move {
        send.send(tokio::spawn(async move { sessions.update(same.as_str(), "new").await })).unwrap();
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    });
    assert!(place.is_alive(&id).await && place.shelf.is_over());
    receive.await.unwrap().await.unwrap().unwrap().unwrap();
    assert_eq!(place.here.read(id.as_str()).await.unwrap().unwrap().payload_json(), "\"new\"");
}

#[tokio::test]
async fn the_mark_of_an_ended_session_goes_when_no_such_session_can_live() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.here.delete(id.as_str()).await.unwrap();
    // The clock of another machine may be an hour behind.
    place.clock.advance(13 * HOUR - SECOND);
    place.shelf.purge(place.clock.now());
    assert_eq!(place.shelf.records().len(), 1);
    place.clock.advance(SECOND);
    place.shelf.purge(place.clock.now());
    assert!(place.shelf.records().is_empty());
}
