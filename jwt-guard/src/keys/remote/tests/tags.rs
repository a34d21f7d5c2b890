//! The tag of a set (`ETag`): when it is sent back, and what an answer to it changes.

use super::answers::{OPENID, USELESS, discovering, fetched, metadata};
use super::*;

#[tokio::test]
async fn a_tag_of_withdrawn_keys_is_forgotten() {
    let (issuer, clock, keys) = fetched().await;
    issuer.says(KeyResponse::new(200, set(&[("a", A), ("b", B)])).with_etag("\"1\""));
    keys.refresh().await.unwrap();
    issuer.says(KeyResponse::new(200, format!(r#"{{"keys":[{}]}}"#, USELESS[5])));
    by_timer(&keys, &clock, secs(540)).await.unwrap_err();
    assert_eq!(issuer.last_etag().as_deref(), Some("\"1\""));
    issuer.publishes(&[("a", A), ("b", B)]);
    by_timer(&keys, &clock, secs(2)).await.unwrap();
    assert_eq!((issuer.last_etag(), names(&keys).unwrap().len()), (None, 2));
}

#[tokio::test]
async fn a_tag_is_sent_back_and_304_makes_the_keys_young_again() {
    let (issuer, clock, keys) = fetched().await;
    assert_eq!(issuer.last_etag(), None);
    issuer.says(KeyResponse::new(200, set(&[("a", A)])).with_etag("W/\"1\""));
    keys.refresh().await.unwrap();
    issuer.says(KeyResponse::new(304, "").with_cache_control("max-age=60"));
    by_timer(&keys, &clock, secs(3599)).await.unwrap();
    assert_eq!(issuer.last_etag().as_deref(), Some("W/\"1\""));
    assert_eq!((names(&keys).unwrap(), generation(&keys)), (vec!["a".to_owned()], 2));
    assert_eq!(keys.status().age(), Some(secs(0)));
    assert!(keys.status().next_refresh().unwrap() <= secs(54));
    // After an answer without a tag none is sent, nor one that is very long.
    for (length, is_sent) in [(256, true), (257, false)] {
        issuer.says(KeyResponse::new(200, set(&[("a", A)])).with_etag("x".repeat(length)));
        clock.advance(secs(5));
        keys.refresh().await.unwrap();
        by_timer(&keys, &clock, secs(540)).await.unwrap();
        assert_eq!(issuer.last_etag().is_some(), is_sent, "{length}");
    }
}

/// Keys `a` and `b` with a tag, of an issuer that answers 304 from now on, whatever it publishes.
async fn tagged() -> (Arc<Issuer>, ManualClock, Arc<RemoteKeys>) {
    let (issuer, clock, keys) = fetched().await;
    issuer.says(KeyResponse::new(200, set(&[("a", A), ("b", B)])).with_etag("\"1\""));
    keys.refresh().await.unwrap();
    issuer.tags(KeyResponse::new(304, ""));
    (issuer, clock, keys)
}

#[tokio::test]
async fn keys_that_were_withdrawn_are_gone_after_the_hard_limit_though_the_issuer_answers_304() {
    let (issuer, clock, keys) = tagged().await;
    issuer.publishes(&[("b", B)]);
    let mut now = secs(0);
    while now < secs(3600) {
        assert_eq!(names(&keys).unwrap(), ["a", "b"], "{now:?}");
        by_timer(&keys, &clock, secs(540)).await.unwrap();
        now += secs(540);
    }
    assert_eq!(names(&keys).unwrap(), ["b"]);
}

#[tokio::test]
async fn the_hard_limit_of_a_tag_is_exact_and_counts_from_the_last_whole_set() {
    for (rest, is_sent) in [(secs(539), true), (secs(540), false)] {
        let (issuer, clock, keys) = tagged().await;
        for _ in 0..5 {
            by_timer(&keys, &clock, secs(612)).await.unwrap();
            assert_eq!(issuer.last_etag().as_deref(), Some("\"1\""));
        }
        by_timer(&keys, &clock, rest).await.unwrap();
        assert_eq!(issuer.last_etag().is_some(), is_sent, "{rest:?}");
    }
}

#[tokio::test]
async fn a_token_with_a_new_key_and_the_application_are_not_answered_by_304() {
    for by_token in [true, false] {
        let (issuer, clock, keys) = tagged().await;
        issuer.publishes(&[("c", C)]);
        clock.advance(secs(5));
        if by_token {
            keys.fetch().await;
        } else {
            keys.refresh().await.unwrap();
        }
        assert_eq!((issuer.last_etag(), names(&keys).unwrap()), (None, vec!["c".to_owned()]));
    }
}

/// Starts the fetch of the timer, which sends the tag. `c` is published instead of the keys that are held.
async fn asked_by_timer() -> (Arc<Issuer>, ManualClock, Arc<RemoteKeys>) {
    let (issuer, clock, keys) = tagged().await;
    issuer.publishes(&[("c", C)]);
    clock.advance(secs(540));
    assert!(keys.begin(Cause::Timer, clock.monotonic()).is_some());
    (issuer, clock, keys)
}

#[tokio::test]
async fn a_token_and_the_application_that_join_a_fetch_answered_by_304_have_one_of_their_own() {
    for by_token in [true, false] {
        let (issuer, _clock, keys) = asked_by_timer().await;
        let before = issuer.requests();
        if by_token {
            keys.fetch().await;
        } else {
            keys.refresh().await.unwrap();
        }
        let etags: Vec<_> = issuer.asked.lock().unwrap().drain(before..).map(|(_, etag)| etag).collect();
        assert_eq!(etags, [Some("\"1\"".to_owned()), None], "{by_token}");
        assert_eq!(names(&keys).unwrap(), ["c"]);
    }
}

#[tokio::test]
async fn both_fetches_together_keep_a_token_waiting_for_a_second() {
    let (issuer, clock, keys) = asked_by_timer().await;
    issuer.answers(URL, Answer::Hangs);
    let before = issuer.requests();
    let mut request = Box::pin(keys.fetch());
    for wait in [0, 400, 599] {
        clock.advance(Duration::from_millis(wait));
        until("both are asked", || {
            assert!(futures_poll(request.as_mut()).is_pending());
            issuer.requests() == before + 2
        })
        .await;
    }
    clock.advance(Duration::from_millis(1));
    assert!(futures_poll(request.as_mut()).is_ready());
}

#[tokio::test]
async fn an_answer_of_304_does_not_show_that_a_key_is_missing() {
    let (_issuer, clock, keys) = asked_by_timer().await;
    until("the timer has its answer", || keys.status().age() == Some(secs(0))).await;
    assert!(!keys.is_missing(Some("c"), secs(0)));
    keys.fetch().await;
    assert_eq!(names(&keys).unwrap(), ["c"]);
    let now = clock.monotonic();
    for (name, since, is_missing) in
        [("c", now, false), ("a", now, true), ("other", now, true), ("other", now + secs(1), false)]
    {
        assert_eq!(keys.is_missing(Some(name), since), is_missing, "{name} {since:?}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_the_tag_is_asked_without_it() {
    for answer in [
        Answer::Says(KeyResponse::new(400, "")),
        Answer::Says(KeyResponse::new(412, "")),
        Answer::Says(KeyResponse::new(200, "<html>")),
        Answer::IsDown,
        Answer::Panics,
    ] {
        let (issuer, clock, keys) = tagged().await;
        issuer.answers(TAGGED, answer.clone());
        by_timer(&keys, &clock, secs(540)).await.unwrap_err();
        assert!(issuer.last_etag().is_some());
        by_timer(&keys, &clock, secs(2)).await.unwrap();
        assert_eq!(issuer.last_etag(), None, "{answer:?}");
    }
}

#[tokio::test]
async fn the_tag_of_an_answer_that_was_refused_is_not_sent() {
    let (issuer, clock, keys) = fetched().await;
    for body in ["{}", r#"{"keys":[]}"#] {
        issuer.says(KeyResponse::new(200, body).with_etag("\"bad\""));
        assert!(keys.refresh().await.is_err());
        clock.advance(secs(10));
    }
    issuer.publishes(&[("a", A)]);
    by_timer(&keys, &clock, secs(36)).await.unwrap();
    assert_eq!(issuer.last_etag(), None);
}

#[tokio::test]
async fn the_tag_of_another_address_is_not_sent() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.answers(OPENID, metadata(URL));
    issuer.says(KeyResponse::new(200, set(&[("a", A)])).with_etag("\"1\""));
    let keys = discovering(&issuer, &clock);
    keys.ready().await.unwrap();
    by_timer(&keys, &clock, secs(540)).await.unwrap();
    assert_eq!(issuer.last_etag().as_deref(), Some("\"1\""));
    for _ in 0..5 {
        by_timer(&keys, &clock, secs(540)).await.unwrap();
    }
    issuer.answers(OPENID, metadata("https://id.example/moved"));
    issuer.answers("https://id.example/moved", Answer::Says(KeyResponse::new(200, set(&[("b", B)]))));
    by_timer(&keys, &clock, secs(540)).await.unwrap();
    assert_eq!((issuer.last_etag(), names(&keys).unwrap()), (None, vec!["b".to_owned()]));
}
