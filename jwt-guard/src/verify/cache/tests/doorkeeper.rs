//! Who is let in at which sight.

use super::super::doorkeeper::{Doorkeeper, FirstSights};
use super::*;

/// Distinct tokens, as far as a place is chosen by them.
fn tokens(number: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..number).map(|number| format!("{number:0>64}").into_bytes())
}

#[test]
fn a_doorkeeper_takes_four_bytes_for_512_of_the_cache_and_at_most_256_kib() {
    for (cache, places) in [
        (0, 1),
        (512, 1),
        (1024, 2),
        (100_000, 256),
        (256 * 1024, 512),
        (64 << 20, 65_536),
        (1 << 40, 65_536),
    ] {
        assert_eq!(Doorkeeper::of_cache(cache).bytes(), places * 4, "{cache}");
    }
}

#[test]
fn each_token_has_a_place_of_its_own() {
    let doorkeeper = Doorkeeper::of_cache(64 << 20);
    let seen = || tokens(64).filter(|token| doorkeeper.has_seen(SoughtToken::new(token))).count();
    assert_eq!(seen(), 0);
    let again = seen();
    assert!(again >= 60, "two of 64 tokens seldom share one of 65,536 places, but {again} were recognized");
}

#[test]
fn first_sights_are_let_in_until_those_of_one_lifetime_took_their_part() {
    let sights = FirstSights::within(100);
    let admits = |seconds: u64, weight: usize| {
        sights.admit(weight, Duration::from_secs(seconds), Duration::from_secs(60))
    };
    assert!(admits(0, 60) && admits(59, 40));
    assert!(admits(59, 1), "100 is not more than 100");
    assert!(!admits(59, 1));
    assert!(admits(60, 200), "another lifetime");
    assert!(!admits(119, 1));
    assert!(admits(120, usize::MAX));
    assert!(!admits(120, usize::MAX), "a sum that overflows is too much");
}
