//! A withdrawn key takes its tokens with it, and so does clearing the cache.

use super::*;

fn entry_of(pair: &Pair, token: &[u8]) -> Arc<Entry> {
    pair.verify(token).unwrap();
    let known = pair.verifier.known.as_ref().unwrap();
    known.shared.get(&SoughtToken::new(token)).unwrap()
}

#[test]
fn a_token_dies_with_its_key_and_lives_on_with_it() {
    let pair = Pair::new(Algorithm::Es256, all());
    let entry = entry_of(&pair, &pair.token(600));
    let key = || signing_key(Algorithm::Es256).verifying_key();
    let other = || signing_key(Algorithm::Hs256).verifying_key();
    let set = |number, keys: Vec<VerifyingKey>| KeySnapshot::new(number, KeySet::new(keys).unwrap());
    // The same key, loaded again: the set is new, the key is not.
    assert!(entry.is_of(&set(2, vec![other().with_id("o"), key()])));
    assert!(!entry.is_of(&set(3, vec![other()])), "withdrawn");
    assert!(!entry.is_of(&set(4, vec![key().with_id("renamed")])), "under another name it is another key");
    assert!(entry.is_of(&set(5, vec![key()])), "and back again");
}

#[test]
fn another_key_of_the_same_name_is_another_key() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let entry = entry_of(&pair, &pair.token(600));
    let [same, other] = [crate::keys::tests::secret(7), crate::keys::tests::secret(8)]
        .map(|secret| VerifyingKey::secret(Algorithm::Hs256, secret).unwrap());
    assert_eq!(entry.key.id(), same.id());
    // A secret that is loaded again counts as another key: its tokens are verified again.
    for key in [same, other] {
        assert!(!entry.is_of(&KeySnapshot::new(2, KeySet::new([key]).unwrap())));
    }
    assert!(entry.is_of(&KeySnapshot::new(3, KeySet::new([entry.key.clone()]).unwrap())));
}

#[test]
fn clearing_forgets_what_was_verified_before() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let tokens: Vec<_> = (0..10).map(|_| pair.token(600)).collect();
    for _ in 0..8 {
        tokens.iter().for_each(|token| pair.verify(token).unwrap());
    }
    pair.verifier.forget();
    assert!(tokens.iter().all(|token| !pair.knows(token)));
    assert_eq!(pair.kept(), 0);
    if let Some(mut cache) = pair.verifier.known.as_ref().unwrap().thread.own() {
        assert!(
            !tokens.iter().any(|token| matches!(cache.find(SoughtToken::new(token)), CacheLookup::Hit(_))),
            "a copy is left"
        );
    }
    pair.verify(&tokens[0]).unwrap();
    assert!(pair.knows(&tokens[0]));
}

#[test]
fn a_verification_that_began_before_the_clearing_is_forgotten_too() {
    let pair = Pair::new(Algorithm::Hs256, all());
    let token = pair.token(600);
    let entry = entry_of(&pair, &token);
    let known = pair.verifier.known.as_ref().unwrap();
    let epoch = known.epoch();
    pair.verifier.forget();
    let date = |time| NumericDate::from_system(time).unwrap();
    // As if it ended only here.
    let keys = KeySnapshot::new(1, KeySet::new([entry.key.clone()]).unwrap());
    let found = NewlyVerified {
        identity: &entry.identity,
        good: date(entry.good.start)..date(entry.good.end),
        issuer: 0,
        key: &entry.key,
        keys: &keys,
    };
    known.keep(SoughtToken::new(&token), found, epoch, &pair.clocks);
    assert!(!pair.knows(&token));
}
