//! All ids of a session end together, whichever is ended and in every order of calls; and the use of a replaced id ends
//! them.

use super::*;
use crate::opaque::{Resolve as _, Resolved};

const GRACE: Duration = Duration::from_secs(10);

/// A session of alice, and all ids that it has had.
async fn rotated(place: &SessionPlace, times: usize) -> Vec<SessionId> {
    let mut ids = vec![place.alice().await];
    for _ in 0..times {
        let id = place.here.rotate(ids.last().unwrap().as_str()).await.unwrap().unwrap();
        ids.push(id);
    }
    ids
}

async fn none_lives(place: &SessionPlace, ids: &[SessionId]) -> bool {
    for id in ids {
        if place.is_alive(id).await || place.there.read(id.as_str()).await.unwrap().is_some() {
            return false;
        }
    }
    true
}

async fn is_just_replaced(place: &SessionPlace, id: &SessionId) -> bool {
    matches!(place.there.resolve(id.as_str()).await.unwrap(), Resolved::Replaced(_))
}

#[tokio::test]
async fn ending_any_id_of_a_session_ends_every_one() {
    for rotations in 0..4 {
        for ended in 0..=rotations {
            let place = SessionPlace::new();
            let ids = rotated(&place, rotations).await;
            let other = rotated(&place, 1).await;
            place.there.delete(ids[ended].as_str()).await.unwrap();
            assert!(none_lives(&place, &ids).await, "{ended} of {rotations}");
            assert!(place.is_alive(&other[1]).await, "another session of the same subject lives on");
        }
    }
}

#[tokio::test]
async fn an_owner_who_comes_with_the_id_that_a_thief_replaced_ends_the_thiefs() {
    let place = SessionPlace::new();
    let ids = rotated(&place, 1).await;
    let (owner, mut thief) = (&ids[0], ids[1].clone());
    for _ in 0..3 {
        place.clock.advance(20 * MINUTE);
        thief = place.there.rotate(thief.as_str()).await.unwrap().unwrap();
    }
    assert!(place.is_alive(&thief).await);
    assert!(!place.is_alive(owner).await);
    assert!(none_lives(&place, &[thief]).await);
}

#[tokio::test]
async fn requests_that_were_on_their_way_are_refused_and_end_nothing() {
    let place = SessionPlace::new();
    let ids = rotated(&place, 1).await;
    let (old, new) = (&ids[0], &ids[1]);
    place.clock.advance(GRACE - SECOND);
    for _ in 0..3 {
        assert!(is_just_replaced(&place, old).await);
        assert!(place.there.read(old.as_str()).await.unwrap().is_none());
        assert!(place.there.update(old.as_str(), 1).await.unwrap().is_none());
        assert!(place.there.rotate(old.as_str()).await.unwrap().is_none());
        assert!(place.is_alive(new).await);
    }
    place.clock.advance(SECOND);
    assert!(!is_just_replaced(&place, old).await);
    assert!(!place.is_alive(new).await);
}

#[tokio::test]
async fn every_use_of_a_replaced_id_after_the_grace_ends_the_session() {
    for call in 0..3 {
        let place = SessionPlace::new();
        let ids = rotated(&place, 2).await;
        place.clock.advance(GRACE);
        let old = ids[0].as_str();
        assert!(match call {
            0 => place.there.read(old).await.unwrap().is_none(),
            1 => place.there.update(old, 1).await.unwrap().is_none(),
            _ => place.there.rotate(old).await.unwrap().is_none(),
        });
        assert!(none_lives(&place, &ids).await, "{call}");
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_by_the_grace_makes_no_retry_of_a_reuse() {
    for (behind, is_retry) in [(GRACE - SECOND, true), (GRACE, false), (HOUR, false)] {
        let place = SessionPlace::new();
        let late = ManualClock::new();
        place.clock.advance(behind);
        let ids = rotated(&place, 1).await;
        let there = machine(&place.shelf, &late, |builder| builder);
        let resolved = there.resolve(ids[0].as_str()).await.unwrap();
        assert_eq!(matches!(resolved, Resolved::Replaced(_)), is_retry, "{behind:?}");
        assert_eq!(place.is_alive(&ids[1]).await, is_retry, "{behind:?}");
    }
}

#[tokio::test]
async fn the_grace_is_a_setting_and_may_be_none() {
    let place = SessionPlace::new();
    let ids = rotated(&place, 1).await;
    let longer = machine(&place.shelf, &place.clock, |builder| builder.rotation_grace(MINUTE));
    let none = machine(&place.shelf, &place.clock, |builder| builder.rotation_grace(Duration::ZERO));
    place.clock.advance(MINUTE - SECOND);
    assert!(longer.read(ids[0].as_str()).await.unwrap().is_none());
    assert!(place.is_alive(&ids[1]).await);
    let ids = rotated(&place, 1).await;
    assert!(none.read(ids[0].as_str()).await.unwrap().is_none());
    assert!(!place.is_alive(&ids[1]).await);
}

#[tokio::test]
async fn who_repeats_an_id_of_a_session_that_ended_costs_two_loads() {
    let place = SessionPlace::new();
    let ids = rotated(&place, 2).await;
    place.clock.advance(GRACE);
    assert!(!place.is_alive(&ids[0]).await);
    place.shelf.forget_calls();
    assert!(!place.is_alive(&ids[0]).await);
    assert_eq!((place.shelf.count(Call::Load), place.shelf.calls()), (2, 2));
}

#[tokio::test]
async fn a_look_at_a_replaced_id_finds_its_session_at_every_step_of_the_next_rotation() {
    for calls in 0.. {
        let place = Arc::new(SessionPlace::new());
        let ids = rotated(&place, 1).await;
        place.clock.advance(MINUTE);
        let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
        let (elsewhere, old) = (Arc::clone(&place), ids[0].as_str().to_owned());
        place.shelf.after(calls, async move {
            let found = elsewhere.there.examine(&old).await.unwrap();
            send.send(matches!(found, super::super::life::SessionState::Replaced)).unwrap();
        });
        place.here.rotate(ids[1].as_str()).await.unwrap().unwrap();
        if !place.shelf.is_over() {
            assert!(calls > 1);
            return;
        }
        assert!(receive.try_recv().unwrap(), "after {calls} calls");
    }
}

/// Runs `here`, with `there` in between after 0, 1, 2 .. calls of the store until it comes too late, and checks whether
/// a session survives both.
async fn in_every_order(here: Act, there: Act) {
    for calls in 0.. {
        let place = Arc::new(SessionPlace::new());
        let ids = Arc::new(rotated(&place, 1).await);
        place.clock.advance(MINUTE);
        let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
        let (elsewhere, same, found) = (Arc::clone(&place), Arc::clone(&ids), send.clone());
        place.shelf.after(calls, async move {
            for id in there.on(&elsewhere.there, &same).await {
                found.send(id).unwrap();
            }
        });
        for id in here.on(&place.here, &ids).await {
            send.send(id).unwrap();
        }
        let is_over = place.shelf.is_over();
        if !is_over {
            // One more call brings it about: it comes after.
            place.here.read(ids[0].as_str()).await.unwrap();
        }
        let mut all: Vec<_> = ids.iter().cloned().collect();
        while let Ok(id) = receive.try_recv() {
            all.push(id);
        }
        assert!(none_lives(&place, &all).await, "{there:?} after {calls} calls of {here:?}");
        if !is_over {
            assert!(calls > 1);
            return;
        }
    }
}

/// What is done to a session with two ids.
#[derive(Clone, Copy, Debug)]
enum Act {
    Rotate,
    RotateTwice,
    Use,
    EndNewest,
    EndOld,
    UseOld,
}

impl Act {
    /// The ids that it hands out.
    async fn on(self, sessions: &Sessions, ids: &[SessionId]) -> Vec<SessionId> {
        let (old, newest) = (ids[0].as_str(), ids[1].as_str());
        match self {
            Self::Rotate => sessions.rotate(newest).await.unwrap().into_iter().collect(),
            Self::RotateTwice => {
                let Some(first) = sessions.rotate(newest).await.unwrap() else { return Vec::new() };
                let second = sessions.rotate(first.as_str()).await.unwrap();
                [Some(first), second].into_iter().flatten().collect()
            }
            Self::Use => {
                drop(sessions.update(newest, 1).await.unwrap());
                Vec::new()
            }
            Self::EndNewest => {
                sessions.delete(newest).await.unwrap();
                Vec::new()
            }
            Self::EndOld => {
                sessions.delete(old).await.unwrap();
                Vec::new()
            }
            Self::UseOld => {
                assert!(sessions.read(old).await.unwrap().is_none());
                Vec::new()
            }
        }
    }
}

#[tokio::test]
async fn an_end_wins_over_rotations_and_uses_in_every_order() {
    for end in [Act::EndNewest, Act::EndOld, Act::UseOld] {
        for other in [Act::Rotate, Act::RotateTwice, Act::Use] {
            in_every_order(other, end).await;
            in_every_order(end, other).await;
        }
        in_every_order(end, Act::EndNewest).await;
    }
}

#[tokio::test]
async fn an_end_by_an_old_id_that_fails_can_be_repeated() {
    for good in 0..8 {
        for read in [false, true] {
            let place = SessionPlace::new();
            let ids = rotated(&place, 2).await;
            place.clock.advance(GRACE);
            place.shelf.fail_once_after(good);
            let old = ids[0].as_str();
            let failed = match read {
                true => place.here.read(old).await.is_err(),
                false => place.here.delete(old).await.is_err(),
            };
            place.shelf.recover();
            assert!(failed || good >= 6, "{good} calls succeeded, read: {read}");
            match read {
                true => assert!(place.here.read(old).await.unwrap().is_none()),
                false => place.here.delete(old).await.unwrap(),
            }
            assert!(none_lives(&place, &ids).await, "{good}, read: {read}");
        }
    }
}

/// One that rotates or ends may have shorter limits than the one that began the session and keeps it alive.
#[tokio::test]
async fn an_old_id_ends_its_session_as_long_as_that_can_live_by_any_limits() {
    for delete in [false, true] {
        let place = SessionPlace::new();
        let longer = machine(&place.shelf, &place.clock, |builder| {
            builder.idle_timeout(2 * DAY).absolute_lifetime(30 * DAY)
        });
        let old = longer.create(NewSession::new("alice")).await.unwrap();
        let new = place.here.rotate(old.as_str()).await.unwrap().unwrap();
        place.clock.advance(MINUTE);
        for _ in 0..29 {
            assert!(longer.read(new.as_str()).await.unwrap().is_some());
            place.clock.advance(DAY);
            place.shelf.purge(place.clock.now());
        }
        match delete {
            true => longer.delete(old.as_str()).await.unwrap(),
            false => assert!(longer.read(old.as_str()).await.unwrap().is_none()),
        }
        assert!(longer.read(new.as_str()).await.unwrap().is_none(), "delete: {delete}");
    }
}

#[tokio::test]
async fn what_a_lineage_leaves_in_the_store_goes_when_no_such_session_can_live() {
    let place = SessionPlace::new();
    let ids = rotated(&place, 3).await;
    place.here.delete(ids[0].as_str()).await.unwrap();
    place.clock.advance(12 * HOUR);
    place.shelf.purge(place.clock.now());
    assert!(none_lives(&place, &ids).await);
    assert!(!place.shelf.records().is_empty());
    // Old ids were used just before, which left marks of their own.
    place.clock.advance(14 * HOUR);
    place.shelf.purge(place.clock.now());
    assert!(place.shelf.records().is_empty());
}
