//! Copies for each thread: which tokens get one, and what they take.

use super::super::lane::{Lane, TOKEN_BYTES};
use super::*;

/// What is known about tokens of a pair, each with a payload of this length at least.
fn entries(number: usize, length: usize) -> Vec<(Vec<u8>, Arc<Entry>)> {
    let pair = Pair::new(Algorithm::Hs256, all().lifetime(Duration::from_secs(3600)));
    let pad = "x".repeat(length);
    let tokens =
        (0..number).map(|_| pair.token_with(&format!(r#""aud":"orders","exp":{},"pad":"{pad}""#, NOW + 600)));
    tokens
        .map(|token| {
            pair.verify(&token).unwrap();
            let entry = pair.verifier.known.as_ref().unwrap().shared.get(&*token).unwrap();
            (token, entry)
        })
        .collect()
}

/// Looks for a token as a request does, and keeps it where that is wanted.
fn look(lane: &mut Lane, token: &[u8], entry: &Entry) -> bool {
    match lane.find(token, |_| Some(())) {
        lane::Found::Here(()) => return true,
        lane::Found::Wanted => lane.keep(token, entry),
        lane::Found::Nothing => {}
    }
    false
}

#[test]
fn callers_who_come_in_turn_all_have_a_place() {
    let (mut lane, entries) = (Lane::default(), entries(64, 10));
    for _ in 0..3 {
        for (token, entry) in &entries {
            look(&mut lane, token, entry);
        }
    }
    let here = entries.iter().filter(|(token, entry)| look(&mut lane, token, entry)).count();
    assert!(here >= 63, "{here} of 64");
}

#[test]
fn a_lane_takes_no_more_than_its_memory_and_goes_on_taking_what_is_new() {
    let mut lane = Lane::default();
    let entries = entries(600, 1000);
    assert!(entries.iter().map(|(token, entry)| entry.weight(token.len())).sum::<usize>() > 4 * TOKEN_BYTES);
    for (token, entry) in &entries {
        lane.keep(token, entry);
        assert!(look(&mut lane, token, entry), "the newest has a place");
        assert!(lane.bytes() <= TOKEN_BYTES, "{}", lane.bytes());
    }
    let here =
        entries.iter().filter(|(token, _)| matches!(lane.find(token, |_| Some(())), lane::Found::Here(())));
    assert!(here.count() > 50);
}

#[test]
fn a_hot_token_gets_the_place_of_one_that_is_seldom_looked_for() {
    let (mut lane, entries) = (Lane::default(), entries(2000, 10));
    let (hot, seldom) = entries.split_first().unwrap();
    for (token, entry) in seldom {
        look(&mut lane, token, entry);
    }
    let looks = (0..1000).filter(|_| look(&mut lane, &hot.0, &hot.1)).count();
    assert!(looks > 900, "{looks}");
    for (token, entry) in seldom {
        look(&mut lane, token, entry);
        look(&mut lane, &hot.0, &hot.1);
    }
    assert!(look(&mut lane, &hot.0, &hot.1), "and keeps it");
}

#[test]
fn a_token_that_was_hot_gives_up_its_place() {
    let (mut lane, entries) = (Lane::default(), entries(1500, 10));
    let (hot, others) = entries.split_first().unwrap();
    for _ in 0..1000 {
        look(&mut lane, &hot.0, &hot.1);
    }
    for (token, entry) in others {
        lane.keep(token, entry);
    }
    assert!(!look(&mut lane, &hot.0, &hot.1));
}

#[test]
fn an_entry_that_does_not_answer_is_wanted_anew() {
    let (mut lane, entries) = (Lane::default(), entries(1, 10));
    let (token, entry) = &entries[0];
    lane.keep(token, entry);
    assert!(matches!(lane.find(token, |_| None::<()>), lane::Found::Wanted));
    let before = lane.bytes();
    lane.keep(token, entry);
    assert_eq!(lane.bytes(), before, "in its old place");
}
