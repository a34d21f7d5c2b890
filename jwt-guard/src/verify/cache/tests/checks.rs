//! What is remembered, and what a hit still checks.

use std::hash::BuildHasher as _;

use super::*;

#[test]
fn a_good_token_is_remembered_and_answers_as_before() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token(600);
    assert!(!pair.knows(&token));
    let first = pair.verifier.verify(&token).unwrap().into_identity();
    // Often enough for the shared cache and that of this thread.
    for _ in 0..8 {
        assert!(pair.knows(&token));
        let again = pair.verifier.verify(&token).unwrap().into_identity();
        assert_eq!(again.claims.payload(), first.claims.payload());
        assert_eq!((&again.scopes, &again.roles), (&first.scopes, &first.roles));
    }
    assert_eq!(pair.kept(), 1);
    let cache = pair.verifier.known.as_ref().unwrap().thread.own();
    let is_copied =
        cache.is_some_and(|mut cache| matches!(cache.find(SoughtToken::new(&token)), CacheLookup::Hit(_)));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    assert_eq!(is_copied, threads > 1, "a token that comes often has a copy for each thread");
    pair.verifier.known.as_ref().unwrap().shared.clear();
    assert_eq!(pair.knows(&token), threads > 1, "which answers alone");
}

#[test]
fn nothing_is_remembered_where_the_cache_is_off() {
    for (algorithm, settings, expected) in [
        (Algorithm::Hs256, all(), true),
        (Algorithm::Es256, all(), true),
        (Algorithm::Es256, TokenCache::off(), false),
        (Algorithm::Hs512, TokenCache::off(), false),
    ] {
        let pair = Pair::new(algorithm, settings.clone());
        let token = pair.token(600);
        pair.verify(&token).unwrap();
        assert_eq!(pair.knows(&token), expected, "{algorithm} {settings:?}");
        assert_eq!(pair.verifier.known.is_some(), expected, "nothing is set up for nothing");
    }
}

#[test]
fn each_verifier_remembers_for_itself() {
    let one = Pair::new(Algorithm::Hs256, all());
    let elsewhere = rules(|rules| rules.audience = Audience::OneOf(vec!["invoices".to_owned()]));
    let other = Pair::with_rules(Algorithm::Hs256, all(), elsewhere);
    let token = one.token(600);
    one.verify(&token).unwrap();
    assert!(one.knows(&token) && !other.knows(&token));
    assert_eq!(other.verify(&token), Err(VerifyError::WrongAudience));
}

#[test]
fn what_is_refused_is_not_remembered() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let good = pair.token(600);
    let mut forged = good.clone();
    let last = forged.len() - 2;
    forged[last] ^= 1;
    let elsewhere = pair.token_with(&format!(r#""aud":"invoices","exp":{}"#, NOW + 600));
    let expired = pair.token_with(&format!(r#""aud":"orders","exp":{}"#, NOW - 600));
    for token in [forged.as_slice(), &elsewhere, &expired, b"a.b.c", b""] {
        for _ in 0..3 {
            assert!(pair.verify(token).is_err());
        }
    }
    pair.clocks.advance(Duration::from_secs(600));
    assert_eq!(pair.verify(&good), Err(VerifyError::Expired));
    assert_eq!(pair.kept(), 0);
}

#[test]
fn a_token_is_known_by_all_of_its_bytes() {
    let pair = Pair::new(Algorithm::Es256, all());
    let token = pair.token(600);
    for _ in 0..8 {
        pair.verify(&token).unwrap();
    }
    for index in 0..token.len() {
        let mut other = token.clone();
        other[index] = if other[index] == b'A' { b'B' } else { b'A' };
        assert!(!pair.knows(&other), "byte {index}");
        assert!(pair.verify(&other).is_err(), "byte {index}");
    }
    assert!(!pair.knows(&token[1..]) && !pair.knows(&token[..token.len() - 1]));
    assert!(!pair.knows(&[&token[..], b"A"].concat()));
    assert!(pair.knows(&token));
}

#[test]
fn a_hit_asks_for_every_date_again() {
    let limits = |rules: &mut Rules| {
        rules.limits.max_token_age = Some(Duration::from_secs(100));
    };
    let pair = Pair::with_rules(Algorithm::Hs256, all().lifetime(Duration::from_secs(3600)), rules(limits));
    let token = pair.token(50);
    let old = pair.token(500);
    for token in [&token, &old] {
        pair.verify(token).unwrap();
    }
    for (seconds, first, second) in [
        (NOW + 49, Ok(()), Ok(())),
        (NOW + 50, Err(VerifyError::Expired), Ok(())),
        (NOW + 99, Err(VerifyError::Expired), Ok(())),
        (NOW + 100, Err(VerifyError::TooOld), Err(VerifyError::TooOld)),
        (NOW - 1, Err(VerifyError::IssuedInFuture), Err(VerifyError::IssuedInFuture)),
        (NOW, Ok(()), Ok(())),
    ] {
        // An entry is valid only while no date ends it.
        pair.clocks.set_wall(seconds);
        assert_eq!((pair.knows(&token), pair.knows(&old)), (first.is_ok(), second.is_ok()), "{seconds}");
        assert_eq!((pair.verify(&token), pair.verify(&old)), (first, second), "{seconds}");
    }
}

#[test]
fn a_token_that_could_have_ended_is_verified_again_and_ends_when_it_ends() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let (token, step) = (pair.token(50), Duration::from_millis(20));
    pair.clocks.set_step(step);
    pair.verify(&token).unwrap();
    for (wall, is_known, verdict) in [
        (Duration::from_secs(50) - step - Duration::from_nanos(1), true, Ok(())),
        (Duration::from_secs(50) - step, false, Ok(())),
        (Duration::from_secs(50) - Duration::from_nanos(1), false, Ok(())),
        (Duration::from_secs(50), false, Err(VerifyError::Expired)),
    ] {
        pair.clocks.set_wall(NOW);
        pair.clocks.advance(wall);
        assert_eq!((pair.knows(&token), pair.verify(&token)), (is_known, verdict), "{wall:?}");
    }
}

#[test]
fn a_clock_that_goes_back_is_noticed_however_little() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token_with(&format!(r#""aud":"orders","nbf":{NOW},"exp":{}"#, NOW + 600));
    let after = Duration::from_millis(1);
    pair.clocks.set_step(Duration::from_millis(20));
    pair.clocks.advance(after);
    pair.verify(&token).unwrap();
    for (back, is_known) in [(Duration::ZERO, true), (Duration::from_millis(15), false), (after, false)] {
        pair.clocks.set_wall(NOW);
        pair.clocks.set_back(back, after);
        assert_eq!(pair.knows(&token), is_known, "{back:?}");
    }
    pair.clocks.set_wall(NOW);
    pair.clocks.set_back(Duration::from_millis(15), after);
    assert_eq!(pair.verify(&token), Err(VerifyError::NotYetValid));
}

#[test]
fn not_before_is_asked_on_a_hit_too() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token_with(&format!(r#""aud":"orders","nbf":{NOW},"exp":{}"#, NOW + 600));
    pair.verify(&token).unwrap();
    pair.clocks.set_wall(NOW - 1);
    assert!(!pair.knows(&token));
    assert_eq!(pair.verify(&token), Err(VerifyError::NotYetValid));
}

#[test]
fn a_clock_before_1970_is_not_a_verdict_on_a_hit_either() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token(600);
    pair.verify(&token).unwrap();
    pair.clocks.0.lock().unwrap().0 = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(pair.verify(&token), Err(VerifyError::ClockBefore1970));
}

#[test]
fn nothing_that_is_remembered_is_shown() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token(600);
    for _ in 0..8 {
        pair.verify(&token).unwrap();
    }
    let text = std::str::from_utf8(&token).unwrap();
    let payload = text.split('.').nth(1).unwrap();
    let bytes = TokenBytes::new(&token);
    for (shown, name) in [
        (format!("{:?}", pair.verifier), "KnownTokens(TokenCache"),
        (format!("{:#?}", pair.verifier.known), "KnownTokens("),
        (format!("{bytes:?}"), "TokenBytes(..)"),
    ] {
        assert!(!shown.contains(payload) && !shown.contains("alice"), "{shown}");
        assert!(shown.contains(name), "{shown}");
    }
}

#[test]
fn a_token_is_found_by_its_own_hash_and_equal_to_itself_only() {
    let kept = TokenBytes::new(b"a.b.c");
    let hasher = DefaultHashBuilder::default();
    assert_eq!(hasher.hash_one(SoughtToken::new(b"a.b.c")), hasher.hash_one(&kept));
    let other = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_ne!(hasher.hash_one(SoughtToken::new(other)), hasher.hash_one(&kept));
    assert!(kept == TokenBytes::new(b"a.b.c") && kept != TokenBytes::new(b"a.b.d"));
}

#[test]
fn no_two_caches_order_tokens_alike() {
    let token = TokenBytes::new(b"a.b.c");
    let hashes: std::collections::HashSet<_> =
        (0..8).map(|_| DefaultHashBuilder::default().hash_one(&token)).collect();
    assert!(hashes.len() > 1, "the hash has no random key");
}
