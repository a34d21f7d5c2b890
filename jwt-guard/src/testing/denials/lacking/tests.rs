//! The callers of each kind of condition.

use std::time::Duration;

use serde_json::json;

use super::super::person::{LoginAge, MalformedClaim, OTHER};
use super::*;
use crate::policy::{ClaimValue, Requirement};

fn lacking(requirement: &Requirement) -> Vec<Lacking> {
    callers(&Condition::of(requirement), None, "ada", &BTreeMap::new()).unwrap().lacking
}

fn said(requirement: &Requirement) -> Vec<String> {
    let short = |caller: Lacking| caller.what.replace("a caller ", "").replace(", and all else right", "");
    lacking(requirement).into_iter().map(short).collect()
}

#[test]
fn each_name_is_missing_once_and_the_others_are_there() {
    const BOTH: Requirement = Requirement::All(&[Requirement::Scope("a"), Requirement::Role("b")]);
    let found = lacking(&BOTH);
    assert_eq!(said(&BOTH), ["without `role = \"b\"`", "without `scope = \"a\"`"]);
    assert_eq!((found[0].person.scopes.len(), found[0].person.roles.len()), (1, 0));
    assert_eq!((found[1].person.scopes.len(), found[1].person.roles.len()), (0, 1));
}

#[test]
fn a_caller_whom_another_branch_admits_is_left_out() {
    const EITHER: Requirement = Requirement::Any(&[
        Requirement::All(&[Requirement::Scope("a"), Requirement::Role("b")]),
        Requirement::Role("b"),
    ]);
    assert_eq!(said(&EITHER), ["without `role = \"b\"`"]);
    assert!(
        lacking(&EITHER)[0].person.scopes.is_empty(),
        "role b alone suffices, so no branch needs the scope"
    );
}

#[test]
fn what_must_not_be_there_is_there_or_cannot_be_read() {
    const NOT: Requirement =
        Requirement::All(&[Requirement::Scope("a"), Requirement::Not(&Requirement::Role("intern"))]);
    let found = lacking(&NOT);
    assert_eq!(
        said(&NOT),
        [
            "with `role = \"intern\"`",
            "whose claim for `role = \"intern\"` is malformed",
            "without `scope = \"a\"`"
        ]
    );
    assert_eq!(found[1].person.malformed, Some(MalformedClaim::Roles));
    assert_eq!(found[1].person.scopes, ["a"]);
}

#[test]
fn claims_are_absent_of_another_value_and_of_another_type() {
    const LEVEL: Requirement = Requirement::Claim(&["level"], ClaimValue::Integer(3));
    let values: Vec<_> = lacking(&LEVEL).into_iter().map(|caller| caller.person.claims).collect();
    let path = || vec!["level".to_owned()];
    assert_eq!(values, [vec![], vec![(path(), json!(4))], vec![(path(), json!(true))]]);
}

#[test]
fn an_owner_is_another_person_and_a_tenant_another_one() {
    const PATH: Requirement =
        Requirement::All(&[Requirement::Owner("user"), Requirement::PathClaim("org", &["org"])]);
    let found = lacking(&PATH);
    assert_eq!(found.len(), 3, "{found:#?}");
    let claims =
        |caller: &Lacking| caller.person.claims.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    assert_eq!((found[0].person.params["user"].as_str(), claims(&found[0])), (OTHER, vec![json!("1")]));
    assert_eq!((found[1].person.params["user"].as_str(), claims(&found[1])), ("ada", vec![]));
    assert_eq!((found[2].person.params["user"].as_str(), claims(&found[2])), ("ada", vec![json!(OTHER)]));
}

#[test]
fn a_login_is_too_old_or_not_said_and_of_another_level() {
    const STEP_UP: Requirement = Requirement::All(&[
        Requirement::Acr(&["gold", "silver"]),
        Requirement::Any(&[
            Requirement::MaxAge(Duration::from_secs(600)),
            Requirement::All(&[Requirement::MaxAge(Duration::from_secs(3600)), Requirement::Scope("a")]),
        ]),
    ]);
    let logins: BTreeSet<_> =
        lacking(&STEP_UP).into_iter().map(|caller| format!("{:?}", caller.person.login)).collect();
    let expected = ["None", "Some(MoreThan(3600))", "Some(MoreThan(600))", "Some(Now)"];
    assert_eq!(logins.into_iter().collect::<Vec<_>>(), expected);
    let said = said(&STEP_UP);
    assert!(said.contains(&"whose login is too old for `max_age = \"10m\"`".to_owned()), "{said:?}");
    assert!(said.contains(&"with another value for `acr = \"gold\"`".to_owned()), "{said:?}");
    // With the scope, an hour is enough.
    let with_scope: Vec<_> =
        lacking(&STEP_UP).into_iter().filter(|caller| !caller.person.scopes.is_empty()).collect();
    let too_old =
        |caller: &&Lacking| matches!(caller.person.login, Some(LoginAge::MoreThan(age)) if age < 3600);
    assert_eq!(with_scope.iter().filter(too_old).count(), 0, "{with_scope:#?}");
}

#[test]
fn conditions_that_nothing_meets_or_that_are_not_known_are_named() {
    let error = |condition: &Condition| callers(condition, None, "ada", &BTreeMap::new()).unwrap_err();
    assert!(error(&Condition::Any(Vec::new())).contains("admit no caller"));
    assert!(error(&Condition::One("max_moon = 3".to_owned())).contains("`max_moon = 3`"));
}

/// The lacking callers of a reviewed condition, as an application with another policy must refuse them.
fn lacking_for(reviewed: &Requirement, own: &Requirement) -> Vec<Lacking> {
    let (reviewed, own) = (Condition::of(reviewed), Condition::of(own));
    callers(&reviewed, Some(&own), "ada", &BTreeMap::new()).unwrap().lacking
}

#[test]
fn who_lacks_what_was_reviewed_has_what_the_application_asks_for() {
    const REVIEWED: Requirement = Requirement::All(&[Requirement::Scope("a"), Requirement::Role("clerk")]);
    const OWN: Requirement = Requirement::All(&[
        Requirement::Role("clerk"),
        Requirement::Claim(&["region"], ClaimValue::Text("eu")),
    ]);
    let found = lacking_for(&REVIEWED, &OWN);
    let without_scope = found.iter().find(|caller| caller.what.contains("scope")).unwrap();
    assert_eq!(without_scope.person.roles, ["clerk"]);
    assert_eq!(without_scope.person.claims, [(vec!["region".to_owned()], json!("eu"))]);
    assert!(without_scope.person.scopes.is_empty());
}

#[test]
fn another_longest_age_does_not_make_an_old_login_recent() {
    const TEN: Requirement = Requirement::MaxAge(Duration::from_secs(600));
    const HOUR: Requirement =
        Requirement::All(&[Requirement::MaxAge(Duration::from_secs(3600)), Requirement::Scope("a")]);
    let found = lacking_for(&TEN, &HOUR);
    let logins: Vec<_> = found.iter().map(|caller| caller.person.login).collect();
    assert_eq!(logins, [None, Some(LoginAge::MoreThan(600))]);
    assert_eq!(found[1].person.scopes, ["a"]);
}

#[test]
fn a_parameter_that_the_test_sets_is_kept_where_it_can_be() {
    const PATH: Requirement = Requirement::All(&[
        Requirement::PathClaim("org", &["org"]),
        Requirement::Any(&[Requirement::Owner("user"), Requirement::Scope("admin")]),
    ]);
    let params = BTreeMap::from([("org".to_owned(), "7".to_owned()), ("user".to_owned(), "bob".to_owned())]);
    let found = callers(&Condition::of(&PATH), None, "ada", &params).unwrap();
    for person in found.meeting.iter().chain(found.lacking.iter().map(|lacking| &lacking.person)) {
        assert_eq!(person.params["org"], "7");
        // Who is the owner has the own subject in the path.
        assert!(["ada", "bob"].contains(&person.params["user"].as_str()), "{person:?}");
    }
    assert!(found.meeting.iter().all(|person| person.claims.contains(&(vec!["org".to_owned()], json!("7")))));
}
