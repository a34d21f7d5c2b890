//! What an explanation says of a rule: whether there is one, and the setting that would change it.

use super::*;

fn explained(change: impl FnOnce(&mut Rules), changes: &[(&str, &str)]) -> Explanation {
    verifier(change).explain(token(r#"{"alg":"HS256"}"#, &payload(changes)).as_bytes(), |_| Ok(()))
}

fn outcome_of(check: Check, explanation: &Explanation) -> Outcome {
    let checked = explanation.checks().iter().find(|checked| checked.check() == check);
    checked.unwrap().outcome().clone()
}

#[test]
fn a_client_is_checked_where_one_is_required_and_where_some_are_named() {
    for (names, required, expected) in [
        (&[][..], false, Outcome::NotConfigured),
        (&[], true, Outcome::Passed),
        (&["web"], false, Outcome::Passed),
    ] {
        let set = |rules: &mut Rules| {
            rules.clients.names = names.iter().map(|&name| name.to_owned()).collect();
            rules.clients.required = required;
        };
        let explanation = explained(set, &[("client_id", "\"web\"")]);
        assert!(explanation.is_accepted(), "{explanation}");
        assert_eq!(outcome_of(Check::Client, &explanation), expected, "{names:?}, {required}");
    }
}

#[test]
fn a_failure_names_the_setting_that_would_change_it_if_there_is_one() {
    for (claim, value, setting) in [("aud", "\"x\"", Some(".audience(..)")), ("jti", "7", None)] {
        let explanation = explained(|_| {}, &[(claim, value)]);
        let (_, failure) = explanation.failure().unwrap();
        assert_eq!(failure.setting(), setting, "{claim}");
    }
}

#[test]
fn a_verifier_of_a_guard_has_its_number() {
    let guard = GuardNumber::next();
    let verifier = verifier(|_| {}).of_guard(guard);
    let verified = verifier.verify(token(r#"{"alg":"HS256"}"#, &payload(&[])).as_bytes()).unwrap();
    let by = verified.identity().verified_as.as_ref().map(|verified_as| verified_as.by);
    assert_eq!((verifier.guard(), by), (guard, Some(guard)));
}
