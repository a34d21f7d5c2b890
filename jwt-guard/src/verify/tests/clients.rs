//! The claim rules by which presets recognise access tokens: values, clients, and an optional audience.

use super::*;

#[test]
fn a_claim_that_must_have_a_value_has_exactly_it() {
    let wanting = |changes: &[(&str, &str)]| {
        let wanted = |name: &str, value: &str| required(&[name], &[value], false);
        let verifier =
            verifier(|rules| rules.claim_values = vec![wanted("use", "access"), wanted("ver", "2.0")]);
        verifier.read(payload(changes)).map(drop)
    };
    let wrong = |name: &'static str| Err(VerifyError::WrongValue(name.into()));
    assert_eq!(wanting(&[("use", "\"access\""), ("ver", "\"2.0\"")]), Ok(()));
    assert_eq!(wanting(&[("use", r#""\u0061ccess""#), ("ver", "\"2.0\"")]), Ok(()));
    for value in ["\"id\"", "\"Access\"", "\"access \"", "\"\"", "true", "{}", r#"["access"]"#] {
        assert_eq!(wanting(&[("use", value), ("ver", "\"2.0\"")]), wrong("use"), "{value}");
    }
    for value in ["2.0", "2", "\"1.0\"", "\"2\""] {
        assert_eq!(wanting(&[("use", "\"access\""), ("ver", value)]), wrong("ver"), "{value}");
    }
    assert_eq!(wanting(&[("ver", "\"2.0\"")]), Err(missing("use")));
    assert_eq!(wanting(&[("use", "null"), ("ver", "\"2.0\"")]), Err(missing("use")));
    assert_eq!(wanting(&[("use", "\"access\"")]), Err(missing("ver")));
}

fn required(path: &[&str], values: &[&str], may_be_absent: bool) -> RequiredValue {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    RequiredValue { path: ClaimPath(owned(path)), values: owned(values), may_be_absent, setting: "" }
}

#[test]
fn a_claim_inside_an_object_is_one_of_the_required_values() {
    let wanting = |value: &str| {
        let rules = required(&["k8s.io", "namespace"], &["shop", "billing"], false);
        verifier(|all| all.claim_values = vec![rules]).read(payload(&[("k8s.io", value)])).map(drop)
    };
    for namespace in ["shop", "billing"] {
        assert_eq!(wanting(&format!(r#"{{"namespace":"{namespace}","pod":{{}}}}"#)), Ok(()));
    }
    for value in [
        r#"{"namespace":"Shop"}"#,
        r#"{"namespace":"shop2"}"#,
        r#"{"namespace":["shop"]}"#,
        r#"{"namespace":{"shop":1}}"#,
        r#"{"namespace":""}"#,
        r#""shop""#,
        r#"["shop"]"#,
        "1",
    ] {
        assert_eq!(wanting(value), Err(VerifyError::WrongValue("k8s.io.namespace".into())), "{value}");
    }
    for value in ["null", "{}", r#"{"namespace":null}"#, r#"{"ns":"shop"}"#] {
        assert_eq!(wanting(value), Err(missing("k8s.io.namespace")), "{value}");
    }
}

#[test]
fn a_claim_that_may_be_absent_has_no_other_value() {
    let with = |values: &[&str], changes: &[(&str, &str)]| {
        verifier(|all| all.claim_values = vec![required(&["sts"], values, true)])
            .read(payload(changes))
            .map(drop)
    };
    for changes in [&[][..], &[("sts", "null")]] {
        assert_eq!(with(&["active"], changes), Ok(()));
        assert_eq!(with(&[], changes), Ok(()));
    }
    assert_eq!(with(&["active"], &[("sts", "\"active\"")]), Ok(()));
    for value in ["\"pending\"", "\"\"", "true", "[]", "{}", "0"] {
        assert_eq!(
            with(&["active"], &[("sts", value)]),
            Err(VerifyError::WrongValue("sts".into())),
            "{value}"
        );
        assert_eq!(with(&[], &[("sts", value)]), Err(VerifyError::WrongValue("sts".into())), "{value}");
    }
}

/// The client of a payload, for the rules `clients`.
fn client(clients: &Clients, changes: &[(&str, &str)]) -> Result<Option<String>, VerifyError> {
    let verifier = verifier(|rules| rules.clients = clients.clone());
    let identity = verifier.read(payload(changes))?;
    Ok(identity.claims.client_id().map(str::to_owned))
}

fn clients(claims: &[&str], names: &[&str], required: bool) -> Clients {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Clients { claims: owned(claims), names: owned(names), required, as_audience: Vec::new() }
}

#[test]
fn a_client_is_one_of_the_accepted_ones() {
    let rules = clients(&["azp"], &["web", "app"], false);
    assert_eq!(client(&rules, &[("azp", "\"web\"")]), Ok(Some("web".to_owned())));
    assert_eq!(client(&rules, &[("azp", "\"app\""), ("client_id", "\"x\"")]), Ok(Some("app".to_owned())));
    for value in ["\"Web\"", "\"web \"", "\"\"", "\"other\""] {
        assert_eq!(client(&rules, &[("azp", value)]), Err(VerifyError::WrongClient), "{value}");
    }
    for value in ["null", "1", "true", "{}", r#"["web"]"#] {
        assert_eq!(client(&rules, &[("azp", value)]), Err(malformed("azp")), "{value}");
    }
    assert_eq!(client(&rules, &[]), Err(missing("azp")));
    assert_eq!(client(&rules, &[("client_id", "\"web\"")]), Err(missing("azp")));
    assert_eq!(client(&rules, &[("azp", "\"web\""), ("client_id", "1")]), Err(malformed("client_id")));
}

#[test]
fn a_client_may_be_named_in_several_claims_that_agree() {
    let any = clients(&["azp", "client_id"], &[], true);
    assert_eq!(client(&any, &[("azp", "\"web\"")]), Ok(Some("web".to_owned())));
    assert_eq!(client(&any, &[("client_id", "\"web\"")]), Ok(Some("web".to_owned())));
    assert_eq!(client(&any, &[("azp", "\"web\""), ("client_id", "\"web\"")]), Ok(Some("web".to_owned())));
    let two = [("azp", "\"web\""), ("client_id", "\"app\"")];
    assert_eq!(client(&any, &two), Err(VerifyError::WrongClient));
    assert_eq!(
        client(&clients(&["azp", "client_id"], &["web", "app"], false), &two),
        Err(VerifyError::WrongClient)
    );
    assert_eq!(client(&any, &[("azp", "\"web\""), ("client_id", "null")]), Err(malformed("client_id")));
    assert_eq!(client(&any, &[]), Err(missing("azp")));
}

#[test]
fn a_token_need_not_name_its_client_unless_it_is_asked_for() {
    let by_default = Clients::default();
    assert_eq!(client(&by_default, &[]), Ok(None));
    assert_eq!(client(&by_default, &[("client_id", "\"web\"")]), Ok(Some("web".to_owned())));
    assert_eq!(client(&by_default, &[("azp", "1")]), Ok(None));
    assert_eq!(client(&clients(&["azp"], &[], false), &[("azp", "1")]), Err(malformed("azp")));
}

#[test]
fn only_a_client_that_stands_for_the_audience_may_lack_one() {
    let verify = |client: &str, aud: &str| {
        let verifier = verifier(|rules| {
            rules.audience = Audience::OneOfOrNone(vec!["orders".to_owned()]);
            rules.clients = clients(&["azp"], &["partner", "app"], false);
            rules.clients.as_audience = vec!["app".to_owned()];
        });
        verifier.read(payload(&[("azp", client), ("aud", aud)])).map(drop)
    };
    assert_eq!(verify("\"app\"", ""), Ok(()));
    assert_eq!(verify("\"partner\"", ""), Err(missing("aud")));
    for client in ["\"app\"", "\"partner\""] {
        assert_eq!(verify(client, "\"orders\""), Ok(()));
        assert_eq!(verify(client, "\"other\""), Err(VerifyError::WrongAudience));
    }
}

#[test]
fn an_audience_that_may_be_absent_is_ours_where_it_is_there() {
    let optional = |ours: &[&str], aud: &str| {
        let ours = ours.iter().map(|&name| name.to_owned()).collect();
        let verifier = verifier(|rules| rules.audience = Audience::OneOfOrNone(ours));
        verifier.read(payload(&[("aud", aud)])).map(drop)
    };
    assert_eq!(optional(&["orders"], ""), Ok(()));
    assert_eq!(optional(&["orders"], "\"orders\""), Ok(()));
    assert_eq!(optional(&["orders"], r#"["other","orders"]"#), Ok(()));
    for value in ["\"other\"", r#"["other"]"#, "[]", "\"\""] {
        assert_eq!(optional(&["orders"], value), Err(VerifyError::WrongAudience), "{value}");
    }
    for value in ["null", "1", "{}", r#"["orders",1]"#] {
        assert_eq!(optional(&["orders"], value), Err(malformed("aud")), "{value}");
    }
    assert_eq!(optional(&[], ""), Ok(()));
    assert_eq!(optional(&[], "\"orders\""), Err(VerifyError::WrongAudience));
}
