//! Both limits hold, by the clock of the service, and reading seldom writes.

use super::*;
use crate::session::SessionErrorKind;

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.clock.advance(30 * MINUTE - SECOND);
    let other = place.alice().await;
    place.clock.advance(SECOND);
    assert!(!place.is_alive(&id).await);
    assert!(place.is_alive(&other).await);
    assert!(place.here.update(id.as_str(), 1).await.unwrap().is_none());
    assert!(place.here.rotate(id.as_str()).await.unwrap().is_none());
    assert!(!place.is_alive(&id).await, "what came too late brought it back");
}

#[tokio::test]
async fn use_keeps_a_session_alive_but_not_beyond_the_absolute_limit() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    for _ in 0..35 {
        place.clock.advance(20 * MINUTE);
        assert!(place.is_alive(&id).await);
    }
    // 11 hours and 40 minutes are over: the end is near, and the store knows.
    let session = place.here.read(id.as_str()).await.unwrap().unwrap();
    assert_eq!(session.expires_at(), place.clock.now() + 20 * MINUTE);
    assert!(place.shelf.records().iter().all(|record| record.expiry_date == session.expires_at()));
    place.clock.advance(20 * MINUTE - SECOND);
    assert!(place.is_alive(&id).await);
    place.clock.advance(SECOND);
    assert!(!place.is_alive(&id).await);
}

#[tokio::test]
async fn the_store_is_told_when_an_idle_session_ends() {
    let place = SessionPlace::new();
    place.alice().await;
    assert_eq!(place.shelf.records().len(), 1);
    assert!(place.shelf.records()[0].expiry_date == place.clock.now() + 30 * MINUTE);
}

#[tokio::test]
async fn reading_writes_at_most_once_a_minute() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    for _ in 0..59 {
        place.clock.advance(SECOND);
        place.is_alive(&id).await;
    }
    assert_eq!(place.shelf.count(Call::Save), 0);
    place.clock.advance(SECOND);
    let together: Vec<_> = (0..50)
        .map(|_| {
            let (sessions, id) = (place.here.clone(), id.clone());
            tokio::spawn(async move { sessions.read(id.as_str()).await.unwrap().is_some() })
        })
        .collect();
    for read in together {
        assert!(read.await.unwrap());
    }
    assert_eq!(place.shelf.count(Call::Save), 1, "requests at the same time write once");
    let session = place.here.read(id.as_str()).await.unwrap().unwrap();
    assert_eq!(session.last_seen(), place.clock.now());
}

#[tokio::test]
async fn an_update_is_a_use_whenever_the_last_one_was() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.clock.advance(SECOND);
    let session = place.here.update(id.as_str(), 1).await.unwrap().unwrap();
    assert_eq!(session.last_seen(), place.clock.now());
    assert_eq!(session.expires_at(), place.clock.now() + 30 * MINUTE);
    let read = place.there.read(id.as_str()).await.unwrap().unwrap();
    assert_eq!(read.last_seen(), session.last_seen(), "for other machines too");
}

#[tokio::test]
async fn a_short_idle_time_does_not_end_a_session_in_use() {
    let place = SessionPlace::new();
    let sessions = machine(&place.shelf, &place.clock, |builder| builder.idle_timeout(20 * SECOND));
    let id = place.alice().await;
    for _ in 0..10 {
        place.clock.advance(15 * SECOND);
        assert!(sessions.read(id.as_str()).await.unwrap().is_some());
    }
    place.clock.advance(20 * SECOND);
    assert!(sessions.read(id.as_str()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_stricter_setting_holds_for_sessions_that_exist_and_a_laxer_one_does_not() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    let strict =
        machine(&place.shelf, &place.clock, |builder| builder.idle_timeout(MINUTE).absolute_lifetime(MINUTE));
    let lax = machine(&place.shelf, &place.clock, |builder| builder.idle_timeout(HOUR));
    place.clock.advance(2 * MINUTE);
    assert!(strict.read(id.as_str()).await.unwrap().is_none());
    place.clock.advance(28 * MINUTE);
    assert!(lax.read(id.as_str()).await.unwrap().is_none(), "the store was told half an hour");
}

#[tokio::test]
async fn a_longer_lifetime_concerns_only_the_sessions_that_begin_with_it() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    let longer = machine(&place.shelf, &place.clock, |builder| builder.absolute_lifetime(DAY));
    let new = longer.create(NewSession::new("alice")).await.unwrap();
    let lives = async |id: &SessionId| longer.read(id.as_str()).await.unwrap().is_some();
    for _ in 1..12 * 3 {
        place.clock.advance(20 * MINUTE);
        assert!(lives(&id).await && lives(&new).await);
    }
    place.clock.advance(20 * MINUTE);
    assert!(!lives(&id).await && lives(&new).await);
}

#[tokio::test]
async fn a_session_that_does_not_say_its_lifetime_has_that_of_the_settings() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.shelf.change(|record| {
        let text = record.data["jwt_guard"].as_str().unwrap();
        let earlier = text.replace(r#""lifetime":{"secs":43200,"nanos":0},"#, "");
        assert_ne!(earlier, text);
        record.data.insert("jwt_guard".to_owned(), earlier.into());
    });
    for _ in 1..12 * 3 {
        place.clock.advance(20 * MINUTE);
        assert!(place.is_alive(&id).await);
    }
    place.clock.advance(20 * MINUTE);
    assert!(!place.is_alive(&id).await);
}

#[tokio::test]
async fn a_clock_before_1970_is_an_error_and_not_a_verdict() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    #[derive(Debug)]
    struct Broken;
    impl Clock for Broken {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH - SECOND
        }
    }
    let broken = Sessions::builder(place.shelf.clone()).clock(Broken).build().unwrap();
    assert_eq!(broken.read(id.as_str()).await.unwrap_err().kind(), SessionErrorKind::Clock);
    assert_eq!(broken.create(NewSession::new("alice")).await.unwrap_err().kind(), SessionErrorKind::Clock);
}

#[tokio::test]
async fn a_session_is_fresh_for_a_while_after_its_login_whatever_happens_to_it() {
    let place = SessionPlace::new();
    let short = machine(&place.shelf, &place.clock, |builder| builder.fresh_for(MINUTE));
    let never = machine(&place.shelf, &place.clock, |builder| builder.fresh_for(Duration::ZERO));
    let mut id = place.alice().await;
    let is_fresh = async |sessions: &Sessions, id: &SessionId| {
        sessions.read(id.as_str()).await.unwrap().unwrap().is_fresh()
    };
    assert!(is_fresh(&place.here, &id).await && is_fresh(&short, &id).await);
    assert!(!is_fresh(&never, &id).await);
    place.clock.advance(MINUTE);
    assert!(!is_fresh(&short, &id).await);
    for minute in 1..15 {
        assert!(is_fresh(&place.here, &id).await, "{minute}");
        id = place.here.rotate(id.as_str()).await.unwrap().unwrap();
        place.here.update(id.as_str(), minute).await.unwrap().unwrap();
        place.clock.advance(MINUTE);
    }
    assert!(!is_fresh(&place.here, &id).await);
    assert!(is_fresh(&place.here, &place.alice().await).await, "a new login");
}
