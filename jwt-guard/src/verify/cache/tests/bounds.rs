//! How long, how many, how much.

use super::*;

fn padded(pair: &Pair, length: usize) -> Vec<u8> {
    pair.token_with(&format!(r#""aud":"orders","exp":{},"pad":"{}""#, NOW + 600, "x".repeat(length)))
}

#[test]
fn a_token_is_verified_again_after_the_lifetime() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token(600);
    pair.verify(&token).unwrap();
    pair.clocks.advance(Duration::from_millis(59_999));
    assert!(pair.knows(&token));
    pair.clocks.advance(Duration::from_millis(1));
    assert!(!pair.knows(&token));
    pair.verify(&token).unwrap();
    assert!(pair.knows(&token), "and is remembered again");
}

#[test]
fn a_copy_for_a_thread_lives_no_longer_than_what_it_was_copied_from() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token(600);
    pair.verify(&token).unwrap();
    pair.clocks.advance(Duration::from_secs(30));
    for _ in 0..8 {
        pair.verify(&token).unwrap();
    }
    pair.clocks.advance(Duration::from_secs(30));
    assert!(!pair.knows(&token));
}

#[test]
fn no_token_is_remembered_beyond_its_end() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token(10);
    pair.verify(&token).unwrap();
    // Setting the wall clock back does not prolong anything.
    pair.clocks.advance(Duration::from_secs(10));
    pair.clocks.set_wall(NOW);
    assert!(!pair.knows(&token));
}

#[test]
fn a_token_without_a_date_of_issue_is_bounded_by_its_end_as_well() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token_with(&format!(r#""aud":"orders","exp":{}"#, NOW + 2));
    pair.verify(&token).unwrap();
    assert!(pair.knows(&token));
    pair.clocks.advance(Duration::from_secs(2));
    assert!(!pair.knows(&token));
    assert_eq!(pair.verify(&token), Err(VerifyError::Expired));
}

#[test]
fn a_token_is_remembered_however_long_the_guard_lets_it_be() {
    let pair = Pair::new(Algorithm::Hs256, all());
    // In base64url, with header and signature: 16,000 bytes of the 16,384 that this guard accepts.
    let token = padded(&pair, 11_900);
    assert!(token.len() > 15_900, "{}", token.len());
    for _ in 0..8 {
        pair.verify(&token).unwrap();
        assert!(pair.knows(&token));
    }
    assert!(pair.verify(&padded(&pair, 13_000)).is_err(), "longer ones are not accepted");
}

#[test]
fn a_token_with_an_hmac_is_remembered_at_its_second_sight_and_others_at_once() {
    for (algorithm, at_once) in [(Algorithm::Hs256, false), (Algorithm::Es256, true)] {
        let pair = Pair::new(algorithm, TokenCache::new());
        let token = pair.token(600);
        pair.verify(&token).unwrap();
        assert_eq!(pair.knows(&token), at_once, "{algorithm:?}");
        pair.verify(&token).unwrap();
        assert!(pair.knows(&token), "{algorithm:?}");
    }
}

#[test]
fn every_token_is_remembered_at_its_second_sight_once_half_of_the_memory_is_taken() {
    let pair = Pair::new(Algorithm::Es256, TokenCache::new().bytes(256 * 1024));
    let is_remembered_at_once = || {
        let token = pair.token(600);
        pair.verify(&token).unwrap();
        let at_once = pair.knows(&token);
        pair.verify(&token).unwrap();
        assert!(pair.knows(&token));
        at_once
    };
    assert!(is_remembered_at_once());
    for _ in 0..200 {
        pair.verify(&pair.token(600)).unwrap();
    }
    assert!(!is_remembered_at_once());
    pair.clocks.advance(Duration::from_secs(60));
    assert!(is_remembered_at_once(), "the tokens of a minute ago do not count any more");
}

#[test]
fn a_token_that_was_remembered_is_remembered_again_after_the_lifetime() {
    let pair = Pair::new(Algorithm::Hs256, TokenCache::new());
    let token = pair.token(600);
    for _ in 0..2 {
        pair.verify(&token).unwrap();
    }
    pair.clocks.advance(Duration::from_secs(60));
    pair.verifier.known.as_ref().unwrap().doorkeeper.clear();
    pair.verify(&token).unwrap();
    assert!(pair.knows(&token));
}

#[test]
fn after_the_cache_is_cleared_a_token_is_seen_for_the_first_time_again() {
    let pair = Pair::new(Algorithm::Hs256, TokenCache::new());
    let token = pair.token(600);
    pair.verify(&token).unwrap();
    pair.verifier.forget();
    pair.verify(&token).unwrap();
    assert!(!pair.knows(&token));
}

#[test]
fn a_refused_token_is_not_seen() {
    let pair = Pair::new(Algorithm::Hs256, TokenCache::new());
    let token = pair.token(600);
    pair.clocks.advance(Duration::from_secs(600));
    assert_eq!(pair.verify(&token), Err(VerifyError::Expired));
    pair.clocks.set_wall(NOW);
    pair.verify(&token).unwrap();
    assert!(!pair.knows(&token), "the refusal did not count");
}

#[test]
fn the_memory_is_bounded() {
    let bytes = 256 * 1024;
    let pair = Pair::new(Algorithm::Hs256, all().bytes(bytes));
    let mut heaviest = 0;
    for index in 0..500 {
        pair.verify(&padded(&pair, index * 4)).unwrap();
        let known = pair.verifier.known.as_ref().unwrap();
        heaviest = heaviest.max(known.shared.weight() + known.thread.bytes() as u64);
    }
    assert!(heaviest <= bytes as u64, "{heaviest}");
    assert!(pair.kept() > 5, "{}", pair.kept());
}

#[test]
fn a_flood_of_good_tokens_pushes_out_nothing_and_takes_no_memory() {
    let pair = Pair::new(Algorithm::Hs256, TokenCache::new().bytes(256 * 1024));
    let known: Vec<_> = (0..20).map(|_| pair.token(600)).collect();
    for token in &known {
        // In a row, so that the doorkeeper does not forget the first sight before the second.
        pair.verify(token).unwrap();
        pair.verify(token).unwrap();
    }
    for _ in 0..3000 {
        pair.verify(&pair.token(600)).unwrap();
    }
    let left = known.iter().filter(|token| pair.knows(token)).count();
    assert_eq!((left, pair.kept()), (20, 20));
}

#[test]
fn a_flood_of_good_tokens_at_first_sight_does_not_push_out_those_that_come_often() {
    let pair = Pair::new(Algorithm::Hs256, all().bytes(256 * 1024));
    let often: Vec<_> = (0..20).map(|_| pair.token(600)).collect();
    for _ in 0..5 {
        often.iter().for_each(|token| pair.verify(token).unwrap());
    }
    for index in 0..5000 {
        pair.verify(&pair.token(600)).unwrap();
        if index % 50 == 0 {
            often.iter().for_each(|token| pair.verify(token).unwrap());
        }
    }
    let left = often.iter().filter(|token| pair.knows(token)).count();
    assert!(left >= 18, "{left} of 20 are left");
}

#[test]
fn settings_that_remember_nothing_or_too_much_are_named() {
    let found = |settings: TokenCache| settings.problems().collect::<Vec<_>>();
    assert!(found(TokenCache::new()).is_empty() && found(TokenCache::off()).is_empty());
    let wrong = TokenCache::new().bytes(1000).lifetime(Duration::ZERO);
    assert_eq!(found(wrong).len(), 2);
    for (bytes, seconds, problems) in
        [(256 * 1024, 3600, 0), (256 * 1024 - 1, 3600, 1), (256 * 1024, 3601, 1)]
    {
        let settings = TokenCache::new().bytes(bytes).lifetime(Duration::from_secs(seconds));
        assert_eq!(found(settings).len(), problems, "{bytes} bytes, {seconds} s");
    }
}
