//! What an entry counts for, which the bound of the memory relies on.

use super::*;
use crate::verify::ClaimPath;

#[test]
fn an_entry_counts_for_its_token_its_names_and_its_claims_once_as_text_and_eight_times_as_values() {
    let with_names = rules(|rules| {
        rules.scope_claims = vec![ClaimPath(vec!["scope".to_owned()])];
        rules.role_claims = vec![ClaimPath(vec!["roles".to_owned()])];
    });
    let pair = Pair::with_rules(Algorithm::Hs256, all(), with_names);
    let names = r#""scope":"orders:read orders:write","roles":["clerk","head of the office"]"#;
    let token = pair.token_with(&format!(r#""aud":"orders","exp":{},{names}"#, NOW + 600));
    pair.verify(&token).unwrap();

    let known = pair.verifier.known.as_ref().unwrap();
    let entry = known.shared.get(&SoughtToken::new(&token)).unwrap();
    let Identity { claims, scopes, roles, .. } = &*entry.identity;
    assert!(scopes.bytes() >= 23 && roles.bytes() >= 23, "{} {}", scopes.bytes(), roles.bytes());
    let fixed = size_of::<Entry>() + size_of::<Identity>() + 160;
    let text = token.len() + claims.payload().len() + scopes.bytes() + roles.bytes();
    let expected = fixed + text + 8 * claims.payload().len();
    assert_eq!(entry.weight(token.len()), expected);
    assert_eq!(known.shared.weight(), expected as u64, "and the table counts the same");
}

#[test]
fn threads_take_a_mebibyte_each_within_what_they_are_given_and_at_most_16() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for (given, most) in [(0, 0), ((1 << 20) - 1, 0), (1 << 20, 1), ((2 << 20) + 1, 2), (1 << 30, 16)] {
        let caches = if threads == 1 { 0 } else { threads.min(most) };
        assert_eq!(ThreadCaches::within(given).bytes(), caches << 20, "{given}");
    }
}
