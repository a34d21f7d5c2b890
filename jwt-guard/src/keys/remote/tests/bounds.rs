//! Exactly at a limit, and one step beyond.

use super::super::timer::{Lease, fetch_if_due};
use super::*;

#[tokio::test]
async fn the_timer_fetches_at_the_moment_when_it_is_due() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    keys.ready().await.unwrap();
    let step = Duration::from_millis(1);
    let wait = keys.status().next_refresh().unwrap();
    let due = clock.monotonic() + wait;
    clock.advance(wait - step);
    // No other task runs meanwhile.
    assert_eq!(fetch_if_due(&Lease::new(&keys)), Some(Some(due)));
    assert_eq!(keys.status().fetches(), 1);
    clock.advance(step);
    assert!(fetch_if_due(&Lease::new(&keys)).flatten() > Some(due));
    assert_eq!(keys.status().fetches(), 2);
}

#[tokio::test]
async fn a_document_may_have_as_many_bytes_as_the_limit() {
    for (length, is_read) in [(262_143, true), (262_144, true), (262_145, false)] {
        let issuer = Issuer::new();
        let mut document = set(&[("a", A)]).into_bytes();
        document.resize(length, b' ');
        issuer.says(KeyResponse::new(200, document));
        let keys = remote(&issuer, &ManualClock::new());
        assert_eq!(keys.ready().await.is_ok(), is_read, "{length}");
    }
}

#[tokio::test]
async fn the_tag_of_keys_that_are_all_still_listed_is_kept() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.says(KeyResponse::new(200, set(&[("a", A)])).with_etag("\"1\""));
    let keys = remote(&issuer, &clock);
    keys.refresh().await.unwrap();
    // It is listed, and cannot be read.
    issuer.says(KeyResponse::new(200, r#"{"keys":[{"kty":"EC","kid":"a"}]}"#));
    by_timer(&keys, &clock, secs(540)).await.unwrap_err();
    issuer.says(KeyResponse::new(304, ""));
    by_timer(&keys, &clock, secs(2)).await.unwrap();
    assert_eq!((issuer.last_etag().as_deref(), names(&keys).unwrap().len()), (Some("\"1\""), 1));
}

#[tokio::test]
async fn a_set_may_have_a_thousand_elements_and_a_longer_one_is_not_read() {
    for (number, left) in [(1_000, 0), (1_001, 1), (130_000, 1)] {
        let (issuer, clock) = (Issuer::new(), ManualClock::new());
        issuer.publishes(&[("a", A)]);
        let keys = remote(&issuer, &clock);
        keys.refresh().await.unwrap();
        clock.advance(secs(60));
        issuer.says(KeyResponse::new(200, format!(r#"{{"keys":[{}]}}"#, vec!["1"; number].join(","))));
        let error = keys.refresh().await.unwrap_err();
        assert!(error.contains(&format!("has {number} ")) && error.contains("at most 100 "), "{error}");
        assert_eq!(names(&keys).unwrap().len(), left, "{number}");
    }
}

#[tokio::test]
async fn what_is_told_of_a_set_without_a_usable_key_is_cut() {
    let issuer = Issuer::new();
    let element = |index: usize| format!(r#"{{"kty":"?","kid":"{index}{}"}}"#, "x".repeat(200));
    let elements: Vec<_> = (0..100).map(element).collect();
    issuer.says(KeyResponse::new(200, format!(r#"{{"keys":[{}]}}"#, elements.join(","))));
    let keys = remote(&issuer, &ManualClock::new());
    let error = keys.refresh().await.unwrap_err();
    assert!(error.contains("no key of the set can be used: key \"0xx") && error.ends_with(".."), "{error}");
    assert_eq!(error.len(), 2_002);
    assert_eq!(keys.status().skipped().len(), 100);
}
