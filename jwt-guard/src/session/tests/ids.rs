//! Ids are random and opaque, and are checked before the store is asked.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tower_sessions_core::session::Id;

use super::*;
use crate::session::id;

#[tokio::test]
async fn an_id_is_256_bits_of_which_every_one_varies() {
    let place = SessionPlace::new();
    let (mut any, mut all, mut ids) = ([0_u8; 32], [0xff_u8; 32], HashSet::new());
    for _ in 0..200 {
        let id = place.alice().await;
        let bytes = URL_SAFE_NO_PAD.decode(id.as_str()).unwrap();
        assert_eq!((id.as_str().len(), bytes.len()), (43, 32));
        assert!(!id.as_str().contains("alice"));
        for (index, byte) in bytes.iter().enumerate() {
            any[index] |= byte;
            all[index] &= byte;
        }
        assert!(ids.insert(id.as_str().to_owned()));
    }
    assert_eq!((any, all), ([0xff; 32], [0; 32]));
}

#[tokio::test]
async fn the_store_never_sees_an_id() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    place.clock.advance(MINUTE);
    place.is_alive(&id).await;
    place.here.update(id.as_str(), 1).await.unwrap();
    let new = place.here.rotate(id.as_str()).await.unwrap().unwrap();
    place.here.delete_all("alice").await.unwrap();
    let other = place.alice().await;
    place.here.delete(other.as_str()).await.unwrap();
    let shown = format!("{:?}", place.shelf);
    for id in [id, new, other] {
        assert!(!shown.contains(id.as_str()));
        // Nor in the form in which stores write their own ids, nor as a number.
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(id.as_str()).unwrap().try_into().unwrap();
        for half in [&bytes[..16], &bytes[16..]] {
            let half: [u8; 16] = half.try_into().unwrap();
            for number in [i128::from_be_bytes(half), i128::from_le_bytes(half)] {
                assert!(place.shelf.records().iter().all(|record| record.id != Id(number)));
            }
        }
    }
}

#[test]
fn records_are_named_by_128_bits_of_a_hash_of_their_own_domain() {
    let place = id::SessionPlace::of(&"A".repeat(43)).unwrap().unwrap();
    // SHA-256 of 43 times `A`, of the same after `jwt-guard session end: `, and of `jwt-guard session subject: alice`.
    assert_eq!(place.session, Id(19_940_763_007_852_071_284_030_076_851_344_892_329));
    assert_eq!(place.end, Id(-21_649_158_500_867_434_199_873_305_213_003_929_738));
    assert_eq!(id::subject_place("alice").unwrap(), Id(24_159_527_727_215_908_047_216_555_046_001_049_511));
}

#[tokio::test]
async fn a_malformed_id_is_not_a_caller_and_does_not_reach_the_store() {
    let place = SessionPlace::new();
    let id = place.alice().await;
    let good = id.as_str();
    place.shelf.forget_calls();
    let mut bad: Vec<String> =
        ["", "x", "letmein", "\u{e9}", "../../etc/passwd", "null"].map(str::to_owned).into();
    bad.extend([good[..42].to_owned(), format!("{good}A"), format!("{good}="), format!(" {good}")]);
    bad.extend([format!("{good}\0"), good.repeat(1000), "A".repeat(42) + "B", "A".repeat(41) + "\u{e9}"]);
    for (at, _) in good.char_indices() {
        for wrong in ["=", "+", "/", " ", "\n", "\0", ".", "%", "\u{7f}"] {
            bad.push(format!("{}{wrong}{}", &good[..at], &good[at + 1..]));
        }
    }
    for text in bad {
        assert!(place.here.read(&text).await.unwrap().is_none(), "{text:?}");
        assert!(is_unknown(&place, &text).await, "{text:?}");
        assert!(place.here.update(&text, 1).await.unwrap().is_none(), "{text:?}");
        assert!(place.here.rotate(&text).await.unwrap().is_none(), "{text:?}");
        place.here.delete(&text).await.unwrap();
    }
    assert_eq!(place.shelf.calls(), 0);
    assert!(place.is_alive(&id).await);
}

#[tokio::test]
async fn a_made_up_id_is_not_a_caller() {
    let place = SessionPlace::new();
    place.alice().await;
    let made_up = "A".repeat(43);
    assert!(place.here.read(&made_up).await.unwrap().is_none());
    assert!(is_unknown(&place, &made_up).await);
    assert!(place.here.update(&made_up, 1).await.unwrap().is_none());
    assert!(place.here.rotate(&made_up).await.unwrap().is_none());
    place.here.delete(&made_up).await.unwrap();
    assert_eq!(place.shelf.records().len(), 1, "made-up ids do not fill the store");
}

#[tokio::test]
async fn the_record_of_a_session_is_not_an_id() {
    let place = SessionPlace::new();
    place.alice().await;
    for record in place.shelf.records() {
        assert!(place.here.read(&record.id.to_string()).await.unwrap().is_none());
    }
}

async fn is_unknown(place: &SessionPlace, id: &str) -> bool {
    use crate::opaque::{Resolve as _, Resolved};

    matches!(place.here.resolve(id).await.unwrap(), Resolved::Nothing)
}
