//! Machines: tokens that name a client and no subject.

use super::*;

/// The subject and the client of a token, where machines are accepted.
fn caller(
    change: impl FnOnce(&mut Rules),
    changes: &[(&str, &str)],
) -> Result<(Option<String>, Option<String>), VerifyError> {
    let verifier = verifier(|rules| {
        rules.machine_callers = true;
        change(rules);
    });
    let claims = verifier.read(payload(changes))?.claims;
    Ok((claims.subject().map(str::to_owned), claims.client_id().map(str::to_owned)))
}

fn machine(name: &str) -> Result<(Option<String>, Option<String>), VerifyError> {
    Ok((None, Some(name.to_owned())))
}

fn person(name: &str, client: Option<&str>) -> Result<(Option<String>, Option<String>), VerifyError> {
    Ok((Some(name.to_owned()), client.map(str::to_owned)))
}

const BILLING: (&str, &str) = ("client_id", "\"billing\"");

#[test]
fn a_token_without_a_subject_is_refused_unless_machines_are_accepted() {
    for sub in ["", "null", "\"\""] {
        let found = read(&[("sub", sub), BILLING]).map(drop);
        let expected = if sub.is_empty() { missing("sub") } else { malformed("sub") };
        assert_eq!(found, Err(expected), "{sub:?}");
        assert_eq!(caller(|_| {}, &[("sub", sub), BILLING]), machine("billing"), "{sub:?}");
    }
}

#[test]
fn a_machine_names_its_client_and_a_token_without_either_is_refused() {
    assert_eq!(caller(|_| {}, &[("sub", "")]), Err(missing("sub")));
    assert_eq!(caller(|_| {}, &[("sub", "\"\"")]), Err(malformed("sub")));
    assert_eq!(caller(|_| {}, &[("sub", ""), ("client_id", "\"\"")]), Err(missing("sub")));
    for client in ["null", "7", "[]", r#"["billing"]"#] {
        let found = caller(|_| {}, &[("sub", ""), ("client_id", client)]);
        assert_eq!(found, Err(malformed("client_id")), "{client}");
    }
    let by_name = |rules: &mut Rules| rules.clients.claims = vec!["common_name".to_owned()];
    let named = [("sub", "\"\""), ("common_name", "\"1f2e.access\"")];
    assert_eq!(caller(by_name, &named), machine("1f2e.access"));
    assert_eq!(caller(by_name, &[("sub", "\"\""), BILLING]), Err(malformed("sub")));
}

#[test]
fn a_subject_is_never_taken_for_its_absence() {
    assert_eq!(caller(|_| {}, &[BILLING]), person("alice", Some("billing")));
    assert_eq!(caller(|_| {}, &[]), person("alice", None));
    assert_eq!(caller(|_| {}, &[("sub", "\"billing\""), BILLING]), person("billing", Some("billing")));
    assert_eq!(caller(|_| {}, &[("sub", "\" \""), BILLING]), person(" ", Some("billing")));
    for sub in ["7", "0", "false", "[]", "{}", r#"[""]"#] {
        assert_eq!(caller(|_| {}, &[("sub", sub), BILLING]), Err(malformed("sub")), "{sub}");
    }
}

#[test]
fn where_another_claim_names_people_the_sub_of_a_machine_is_absent_or_its_client() {
    let by_user = |rules: &mut Rules| rules.subject_claim = "username".to_owned();
    let alice = ("username", "\"alice\"");
    assert_eq!(caller(by_user, &[alice, BILLING]), person("alice", Some("billing")));
    for sub in ["", "null", "\"\"", "\"billing\""] {
        assert_eq!(caller(by_user, &[("sub", sub), BILLING]), machine("billing"), "{sub:?}");
        let empty = [("username", "\"\""), ("sub", sub), BILLING];
        assert_eq!(caller(by_user, &empty), machine("billing"), "{sub:?}");
    }
    // The `sub` names a user, so the token is of a person whose name is missing.
    assert_eq!(caller(by_user, &[BILLING]), Err(missing("username")));
    assert_eq!(caller(by_user, &[("sub", "\"Billing\""), BILLING]), Err(missing("username")));
    assert_eq!(caller(by_user, &[("sub", "7"), BILLING]), Err(malformed("sub")));
    assert_eq!(caller(by_user, &[("sub", "\"\"")]), Err(missing("username")));
}

#[test]
fn the_other_rules_hold_for_machines() {
    let of = |change: fn(&mut Rules), changes: &[(&str, &str)]| {
        let changes: Vec<_> = [("sub", ""), BILLING].into_iter().chain(changes.iter().copied()).collect();
        caller(change, &changes)
    };
    assert_eq!(of(|_| {}, &[("aud", "\"other\"")]), Err(VerifyError::WrongAudience));
    assert_eq!(of(|_| {}, &[("iss", "\"https://other.example\"")]), Err(VerifyError::WrongIssuer));
    assert_eq!(of(|_| {}, &[("exp", "1")]), Err(malformed("exp")));
    assert_eq!(of(|_| {}, &[("cnf", "{}")]), Err(VerifyError::SenderConstrained));
    assert_eq!(of(|rules| rules.required_claims.push("sub".to_owned()), &[]), Err(missing("sub")));
    assert_eq!(of(|rules| rules.clients.names.push("web".to_owned()), &[]), Err(VerifyError::WrongClient));
    assert_eq!(of(|rules| rules.clients.names.push("billing".to_owned()), &[]), machine("billing"));
    let profile: fn(&mut Rules) = |rules| rules.profile = TokenProfile::AccessToken;
    assert_eq!(of(profile, &[("jti", "\"1\"")]), machine("billing"));
    assert_eq!(of(profile, &[]), Err(missing("jti")));
    // RFC 9068 asks for the `sub` of a person, also where another claim names people.
    let by_user: fn(&mut Rules) = |rules| {
        rules.profile = TokenProfile::AccessToken;
        rules.subject_claim = "username".to_owned();
    };
    assert_eq!(of(by_user, &[("jti", "\"1\""), ("username", "\"alice\"")]), Err(missing("sub")));
}

#[test]
fn no_refresh_token_is_of_a_machine() {
    let mut verifier = verifier(|rules| rules.machine_callers = true);
    let rules = verifier.issuers[0].rules.for_refresh_tokens();
    verifier.issuers[0].rules = rules;
    assert_eq!(verifier.read(payload(&[("sub", ""), BILLING])).map(drop), Err(missing("sub")));
}

#[test]
fn a_refresh_token_may_be_older_than_an_access_token() {
    let mut verifier = verifier(|rules| rules.limits.max_token_age = Some(Duration::from_secs(60)));
    let old = payload(&[("iat", "1799990000")]);
    assert_eq!(verifier.read(old.clone()).map(drop), Err(VerifyError::TooOld));
    let rules = verifier.issuers[0].rules.for_refresh_tokens();
    verifier.issuers[0].rules = rules;
    assert_eq!(verifier.read(old).map(drop), Ok(()));
}
