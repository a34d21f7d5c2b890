//! Copies for each thread: which tokens get one, and how much memory they take.

use super::super::thread_cache::{CacheLookup, TOKEN_BYTES, ThreadCache};
use super::*;

/// Entries of a pair of tokens, each with a payload of at least this length.
fn entries(number: usize, length: usize) -> Vec<(Vec<u8>, Arc<Entry>)> {
    let pair = Pair::new(Algorithm::Hs256, all().lifetime(Duration::from_secs(3600)));
    let pad = "x".repeat(length);
    let tokens =
        (0..number).map(|_| pair.token_with(&format!(r#""aud":"orders","exp":{},"pad":"{pad}""#, NOW + 600)));
    tokens
        .map(|token| {
            pair.verify(&token).unwrap();
            let entry = pair.verifier.known.as_ref().unwrap().shared.get(&SoughtToken::new(&token)).unwrap();
            (token, entry)
        })
        .collect()
}

/// Looks up a token as a request does, and keeps it if the look-up asks for it.
fn look(cache: &mut ThreadCache, token: &[u8], entry: &Entry) -> bool {
    match cache.find(SoughtToken::new(token)) {
        CacheLookup::Hit(_) => return true,
        CacheLookup::MissPromote => cache.keep(SoughtToken::new(token), entry),
        CacheLookup::Miss => {}
    }
    false
}

#[test]
fn callers_who_come_in_turn_all_have_a_place() {
    let (mut cache, entries) = (ThreadCache::default(), entries(64, 10));
    for _ in 0..3 {
        for (token, entry) in &entries {
            look(&mut cache, token, entry);
        }
    }
    let here = entries.iter().filter(|(token, entry)| look(&mut cache, token, entry)).count();
    assert!(here >= 63, "{here} of 64");
}

#[test]
fn a_thread_cache_takes_no_more_than_its_memory_and_goes_on_taking_what_is_new() {
    let mut cache = ThreadCache::default();
    let entries = entries(600, 1000);
    assert!(entries.iter().map(|(token, entry)| entry.weight(token.len())).sum::<usize>() > 4 * TOKEN_BYTES);
    for (token, entry) in &entries {
        cache.keep(SoughtToken::new(token), entry);
        assert!(look(&mut cache, token, entry), "the newest has a place");
        assert!(cache.bytes() <= TOKEN_BYTES, "{}", cache.bytes());
    }
    let is_here = |(token, _): &&(Vec<u8>, Arc<Entry>)| {
        matches!(cache.find(SoughtToken::new(token)), CacheLookup::Hit(_))
    };
    let here: Vec<_> =
        entries.iter().filter(is_here).map(|(token, entry)| entry.weight(token.len())).collect();
    assert!(here.len() > 50, "{}", here.len());
    assert_eq!(here.iter().sum::<usize>(), cache.bytes(), "it counts what it has");
}

#[test]
fn an_entry_may_take_all_of_the_memory_and_one_that_takes_more_is_not_copied() {
    let entry = &entries(1, 10)[0].1;
    let longest = TOKEN_BYTES - entry.weight(0);
    for (length, bytes) in [(longest, TOKEN_BYTES), (longest + 1, 0), (longest + 1000, 0)] {
        let mut cache = ThreadCache::default();
        cache.keep(SoughtToken::new(&vec![b'x'; length]), entry);
        assert_eq!(cache.bytes(), bytes, "{length}");
    }
}

#[test]
fn a_hot_token_gets_the_place_of_one_that_is_seldom_looked_for() {
    let (mut cache, entries) = (ThreadCache::default(), entries(2000, 10));
    let (hot, seldom) = entries.split_first().unwrap();
    for (token, entry) in seldom {
        look(&mut cache, token, entry);
    }
    let looks = (0..1000).filter(|_| look(&mut cache, &hot.0, &hot.1)).count();
    assert!(looks > 900, "{looks}");
    for (token, entry) in seldom {
        look(&mut cache, token, entry);
        look(&mut cache, &hot.0, &hot.1);
    }
    assert!(look(&mut cache, &hot.0, &hot.1), "and keeps it");
}

#[test]
fn a_hot_token_outlives_three_that_need_memory_without_a_look_in_between() {
    let entry = &entries(1, 10)[0].1;
    // Of some tenths of the memory.
    let token = |number: usize, tenths: usize| {
        let mut token = vec![b'x'; TOKEN_BYTES / 10 * tenths - entry.weight(0)];
        token.extend_from_slice(format!("{number:0>48}").as_bytes());
        token
    };
    // Each time in other sets.
    for number in (0..20).map(|number| number * 10) {
        let mut cache = ThreadCache::default();
        let hot = token(number, 3);
        cache.keep(SoughtToken::new(&hot), entry);
        assert!((0..64).all(|_| look(&mut cache, &hot, entry)));
        for other in 1..=4 {
            cache.keep(SoughtToken::new(&token(number + other, 5)), entry);
        }
        assert!(look(&mut cache, &hot, entry), "{number}");
    }
}

#[test]
fn a_token_that_was_hot_gives_up_its_place() {
    let (mut cache, entries) = (ThreadCache::default(), entries(1500, 10));
    let (hot, others) = entries.split_first().unwrap();
    for _ in 0..1000 {
        look(&mut cache, &hot.0, &hot.1);
    }
    for (token, entry) in others {
        cache.keep(SoughtToken::new(token), entry);
    }
    assert!(!look(&mut cache, &hot.0, &hot.1));
}

#[test]
fn a_copy_that_is_kept_again_takes_its_old_slot() {
    let (mut cache, entries) = (ThreadCache::default(), entries(1, 10));
    let (token, entry) = &entries[0];
    cache.keep(SoughtToken::new(token), entry);
    let before = cache.bytes();
    cache.keep(SoughtToken::new(token), entry);
    assert_eq!(cache.bytes(), before);
}

#[test]
fn once_memory_was_short_few_of_the_tokens_that_come_seldom_are_copied() {
    let mut cache = ThreadCache::default();
    let entries = entries(600, 1000);
    for (token, entry) in &entries {
        look(&mut cache, token, entry);
    }
    let copied = entries
        .iter()
        .filter(|(token, _)| matches!(cache.find(SoughtToken::new(token)), CacheLookup::MissPromote))
        .count();
    assert!(copied <= 600 / 32, "{copied} of 600");
}

#[test]
fn tokens_that_come_often_keep_their_slots_when_memory_is_short() {
    let mut cache = ThreadCache::default();
    let entries = entries(600, 1000);
    let (often, seldom) = entries.split_at(10);
    for (token, entry) in often {
        cache.keep(SoughtToken::new(token), entry);
    }
    for (token, entry) in seldom {
        often.iter().for_each(|(token, entry)| {
            look(&mut cache, token, entry);
        });
        cache.keep(SoughtToken::new(token), entry);
    }
    let left = often
        .iter()
        .filter(|(token, _)| matches!(cache.find(SoughtToken::new(token)), CacheLookup::Hit(_)))
        .count();
    assert_eq!(left, 10);
}
