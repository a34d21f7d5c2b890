//! What the log says of a caller whom a policy refuses.

use super::*;
use crate::policy::login::DecisionTime;
use Requirement::{Acr, MaxAge};

/// What is said to be found.
fn found(requirement: &Requirement, caller: &Principal, facts: Facts<'_>) -> String {
    let finding = super::super::finding(requirement, caller, facts, Sources::default());
    finding.found.expect("something is said")
}

/// With these paths to scopes and to roles.
fn of_names(requirement: &Requirement, payload: &str, path: &[String]) -> (String, Option<String>) {
    let sources = Sources { scopes: vec![path], roles: vec![path] };
    let finding = super::super::finding(requirement, &caller(&[], &[], payload), Facts::default(), sources);
    (finding.found.expect("something is said"), finding.setting.map(|setting| setting.into_owned()))
}

#[test]
fn of_a_claim_it_says_the_type_and_not_the_value() {
    let payload = r#"{"text":"hush","list":["hush","b"],"number":7,"flag":true,"object":{"a":1},"null":null,"acr":"hush"}"#;
    let caller = caller(&[], &[], payload);
    for (claim, said) in [
        ("text", "another string"),
        ("list", "a list of 2, without it"),
        ("number", "a number"),
        ("flag", "a boolean"),
        ("object", "an object"),
        ("absent", "absent"),
    ] {
        let path: &'static [&'static str] = vec![claim].leak();
        let requirement = Claim(path, ClaimValue::Text("acme"));
        assert_eq!(found(&requirement, &caller, Facts::default()), format!("claim `{claim}`: {said}"));
    }
    assert_eq!(found(&Acr(&["gold"]), &caller, Facts::default()), "claim `acr`: another string");
    let below = Claim(&["text", "id"], ClaimValue::Bool(true));
    assert!(found(&below, &caller, Facts::default()).ends_with(": a value on its way is not an object"));
}

#[test]
fn of_scopes_and_roles_it_says_how_many_names_there_are() {
    let path = [String::from("names")];
    for (payload, said) in [
        (r#"{"names":"a"}"#, "one name"),
        (r#"{"names":"a b c"}"#, "3 names"),
        (r#"{"names":["a","b"]}"#, "a list of 2"),
        (r#"{"names":7}"#, "a number"),
    ] {
        let expected = |what: &str| (format!("{what}s of `names`: {said}"), None);
        assert_eq!(of_names(&Scope("x"), payload, &path), expected("scope"));
        assert_eq!(of_names(&Role("x"), payload, &path), expected("role"));
    }
    let (said, setting) = of_names(&Role("x"), "{}", &path);
    assert_eq!((said.as_str(), setting.as_deref()), ("roles of `names`: absent", Some(".role_claim(..)")));
    let dotted = [String::from("realm.roles")];
    let (said, setting) = of_names(&Role("x"), "{}", &dotted);
    assert!(said.ends_with(r#"absent (one name with dots; a path is ["realm", "roles"])"#), "{said}");
    assert_eq!(setting.as_deref(), Some(r#".role_claim(["realm", "roles"])"#));
}

#[test]
fn of_an_owner_it_says_why_the_caller_is_not_one() {
    const OWNER: Requirement = Owner("user");
    let person = caller(&[], &[], "{}");
    let machine = authenticated(&[], &[], "{}", Registered { subject: None, ..registered("{}") });
    let path = params(&[("user", "bob")]);
    let at = |name: Option<&'static str>| Facts { path: Some(PathFacts::new(&path, name)), moment: None };
    for (caller, facts, said) in [
        (&person, at(Some("alice")), "path parameter `user`: another subject"),
        (&machine, at(None), "a machine, which owns nothing"),
        (&person, at(None), "a caller whose issuer is not the guard's own or only one"),
        (&person, Facts::default(), "no path parameter `user`"),
    ] {
        assert_eq!(found(&OWNER, caller, facts), said);
    }
    let facts = Facts { path: Some(PathFacts::new(&PathParams::NotUtf8, None)), moment: None };
    assert_eq!(found(&OWNER, &person, facts), "a path that is not UTF-8");
}

#[test]
fn of_the_login_it_says_when_it_was() {
    let now = NumericDate::from_json(&Json::Unsigned(1_800_000_000)).unwrap();
    let moment = Some(DecisionTime { now, leeway: Duration::ZERO });
    for (payload, said) in [
        (r#"{"auth_time":1799999000}"#, " ago"),
        (r#"{"auth_time":1800000100}"#, ": in "),
        (r#"{"auth_time":"soon"}"#, ": another string, which is not a date"),
        ("{}", ": absent"),
    ] {
        let facts = Facts { path: None, moment };
        let found = found(&MaxAge(Duration::from_secs(60)), &caller(&[], &[], payload), facts);
        assert!(found.starts_with("claim `auth_time`: ") && found.contains(said), "{payload}: {found}");
    }
}
