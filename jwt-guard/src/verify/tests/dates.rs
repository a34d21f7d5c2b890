//! Dates that contradict each other.

use super::*;

#[test]
fn a_token_that_ends_before_it_was_issued_is_refused_without_a_longest_lifetime_too() {
    for max_lifetime in [None, Some(Duration::from_secs(86_400))] {
        let verifier = verifier(|rules| {
            rules.limits.max_lifetime = max_lifetime;
            rules.limits.leeway = Duration::from_secs(30);
        });
        let read = |exp: &str, iat: &str| verifier.read(payload(&[("exp", exp), ("iat", iat)])).map(drop);
        assert_eq!(read("1800000010", "1800000020"), Err(VerifyError::ClaimMalformed("exp".into())));
        assert_eq!(read("1800000020", "1800000020"), Ok(()));
    }
}

#[test]
fn a_token_that_has_ended_counts_within_the_leeway_whether_it_says_when_it_was_issued() {
    let verifier = verifier(|rules| rules.limits.leeway = Duration::from_secs(30));
    let read =
        |exp: u64, iat: &str| verifier.read(payload(&[("exp", &exp.to_string()), ("iat", iat)])).map(drop);
    for iat in ["", "1799999000"] {
        assert_eq!(read(NOW - 29, iat), Ok(()), "{iat:?}");
        assert_eq!(read(NOW - 30, iat), Err(VerifyError::Expired), "{iat:?}");
    }
}
