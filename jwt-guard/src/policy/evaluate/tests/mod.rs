//! The policy matrix: every kind of condition, met and unmet, alone and nested.

mod finding;
mod login;

use super::*;
use crate::claims::names::NameSet;
use crate::claims::numeric_date::NumericDate;
use crate::claims::payload_str::PayloadStr;
use crate::claims::registered::{Audiences, Registered, TokenClaims};
use crate::token::TokenSource;

use crate::policy::login::LoginNeed;
use crate::policy::path::{PathFacts, PathParams};
use crate::policy::reads::Reads;
use Requirement::{All, Any, Claim, Fresh, Not, Owner, PathClaim, Policy, Role, Scope};

fn caller(scopes: &[&str], roles: &[&str], payload: &str) -> Principal {
    authenticated(scopes, roles, payload, registered(payload))
}

fn registered(payload: &str) -> Registered {
    Registered {
        subject: Some(PayloadStr::of("alice", payload)),
        display_name: None,
        issuer: None,
        audience: Audiences::none(),
        expires_at: NumericDate::from_json(&Json::Unsigned(1)).unwrap(),
        not_before: None,
        issued_at: None,
        token_id: None,
        client_id: None,
        family: None,
        csrf: None,
        is_fresh: (!payload.contains("\"fresh\":7")).then(|| payload.contains("\"fresh\":true")),
    }
}

fn authenticated(scopes: &[&str], roles: &[&str], payload: &str, registered: Registered) -> Principal {
    let identity = Identity::new(
        TokenClaims::new(payload.to_owned(), registered),
        scopes.iter().copied().collect::<NameSet>(),
        roles.iter().copied().collect::<NameSet>(),
    );
    Principal::authenticated(std::sync::Arc::new(identity), TokenSource::AuthorizationHeader)
}

/// Without a hierarchy.
fn evaluate(requirement: &Requirement, caller: &Principal) -> Result<(), Unmet> {
    super::evaluate(requirement, caller, &Hierarchy::default(), Facts::default())
}

fn scopes_to_ask_for(requirement: &'static Requirement) -> Vec<&'static str> {
    way_to_ask_for(requirement, &Hierarchy::default()).scopes().to_vec()
}

fn lacking(scopes: Vec<&'static str>) -> Unmet {
    Unmet::Way(scopes.into())
}

fn lacks(requirement: Requirement, caller: &Principal) -> Unmet {
    evaluate(&requirement, caller).expect_err("the caller is let in")
}

#[test]
fn no_conditions_are_met_by_everybody() {
    assert_eq!(evaluate(&All(&[]), &Principal::anonymous()), Ok(()));
}

#[test]
fn no_caller_meets_an_empty_any() {
    assert_eq!(lacks(Any(&[]), &caller(&["a"], &[], "{}")), Unmet::Forbidden);
}

#[test]
fn an_anonymous_caller_meets_no_condition() {
    let anonymous = Principal::anonymous();
    assert_eq!(lacks(Scope("a"), &anonymous), lacking(vec!["a"]));
    assert_eq!(lacks(Role("a"), &anonymous), Unmet::Forbidden);
    assert_eq!(lacks(Claim(&["a"], ClaimValue::Bool(true)), &anonymous), Unmet::Forbidden);
}

#[test]
fn all_conditions_must_be_met() {
    const BOTH: Requirement = All(&[Scope("a"), Scope("b")]);
    assert_eq!(evaluate(&BOTH, &caller(&["a", "b"], &[], "{}")), Ok(()));
    assert_eq!(lacks(BOTH, &caller(&["a"], &[], "{}")), lacking(vec!["a", "b"]));
}

#[test]
fn all_of_any_and_another_is_not_met_by_the_any_alone() {
    const POLICY: Requirement = All(&[Any(&[Scope("a"), Scope("b")]), Scope("c")]);
    assert_eq!(lacks(POLICY, &caller(&["a"], &[], "{}")), lacking(vec!["a", "c"]));
    assert_eq!(evaluate(&POLICY, &caller(&["b", "c"], &[], "{}")), Ok(()));
}

#[test]
fn the_branch_that_lacks_the_fewest_scopes_is_named_whole() {
    const POLICY: Requirement =
        Any(&[All(&[Scope("a"), Scope("b"), Scope("c")]), All(&[Scope("d"), Scope("e")])]);
    assert_eq!(lacks(POLICY, &caller(&[], &[], "{}")), lacking(vec!["d", "e"]));
    assert_eq!(lacks(POLICY, &caller(&["a", "b"], &[], "{}")), lacking(vec!["a", "b", "c"]));
}

#[test]
fn a_missing_role_names_no_scope() {
    const POLICY: Requirement = All(&[Scope("a"), Role("clerk")]);
    assert_eq!(lacks(POLICY, &caller(&[], &[], "{}")), Unmet::Forbidden);
    assert_eq!(lacks(POLICY, &caller(&[], &["clerk"], "{}")), lacking(vec!["a"]));
}

#[test]
fn a_branch_that_scopes_can_cure_is_preferred_to_one_they_cannot() {
    const POLICY: Requirement = Any(&[Role("clerk"), All(&[Scope("a"), Scope("b")])]);
    assert_eq!(lacks(POLICY, &caller(&[], &[], "{}")), lacking(vec!["a", "b"]));
}

#[test]
fn not_turns_the_answer_and_names_no_scope() {
    const POLICY: Requirement = Not(&Scope("suspended"));
    assert_eq!(evaluate(&POLICY, &caller(&[], &[], "{}")), Ok(()));
    assert_eq!(lacks(POLICY, &caller(&["suspended"], &[], "{}")), Unmet::Forbidden);
    const DOUBLE: Requirement = Not(&Not(&Scope("a")));
    assert_eq!(lacks(DOUBLE, &caller(&[], &[], "{}")), Unmet::Forbidden);
}

#[test]
fn what_a_malformed_claim_would_say_is_unknown_and_only_what_holds_lets_in() {
    let caller = caller(&["a"], &[], r#"{"n":7,"list":["x",7],"fresh":7}"#);
    const TEXT: Requirement = Claim(&["n"], ClaimValue::Text("x"));
    const LIST: Requirement = Claim(&["list"], ClaimValue::Text("x"));
    const THROUGH: Requirement = Claim(&["n", "m"], ClaimValue::Text("x"));
    for (requirement, claims) in [
        (TEXT, "n"),
        (Not(&TEXT), "n"),
        (Not(&Not(&TEXT)), "n"),
        (LIST, "list"),
        (Not(&LIST), "list"),
        (THROUGH, "n.m"),
        (Not(&THROUGH), "n.m"),
        (Not(&Fresh), "fresh"),
        (All(&[Scope("a"), Not(&TEXT)]), "n"),
        (All(&[Not(&TEXT), Not(&LIST), Not(&TEXT)]), "n, list"),
        (Any(&[Role("r"), Policy("Shared", &Not(&TEXT))]), "n"),
    ] {
        assert_eq!(lacks(requirement, &caller), Unmet::Malformed(claims.to_owned()), "{requirement}");
    }
    assert_eq!(lacks(Fresh, &caller), Unmet::Way(LoginNeed::fresh().into()));
    // An unknown condition does not matter if another one decides.
    assert_eq!(evaluate(&Any(&[TEXT, Scope("a")]), &caller), Ok(()));
    assert_eq!(evaluate(&Not(&All(&[TEXT, Role("r")])), &caller), Ok(()));
    assert_eq!(lacks(All(&[Any(&[TEXT, Scope("a")]), Scope("b")]), &caller), lacking(vec!["a", "b"]));
}

#[test]
fn no_scope_is_asked_for_while_the_scopes_cannot_be_read() {
    let mut principal = caller(&["a"], &[], "{}");
    let mut identity = principal.identity().unwrap().copy();
    identity.scopes.note_unreadable(&["scp".to_owned()]);
    principal = Principal::authenticated(std::sync::Arc::new(identity), TokenSource::AuthorizationHeader);
    assert_eq!(evaluate(&Scope("a"), &principal), Ok(()));
    for requirement in
        [Scope("b"), Not(&Scope("b")), All(&[Scope("a"), Scope("b")]), Any(&[Scope("b"), Role("r")])]
    {
        assert_eq!(lacks(requirement, &principal), Unmet::Malformed("scp".to_owned()), "{requirement}");
    }
    assert_eq!(lacks(Not(&Scope("a")), &principal), Unmet::Forbidden);
}

#[test]
fn another_policy_counts_as_its_conditions() {
    const POLICY: Requirement = All(&[Policy("Shared", &Scope("a"))]);
    assert_eq!(evaluate(&POLICY, &caller(&["a"], &[], "{}")), Ok(()));
    assert_eq!(lacks(POLICY, &caller(&[], &[], "{}")), lacking(vec!["a"]));
}

#[test]
fn claims_are_compared_by_value_and_type() {
    let caller = caller(
        &[],
        &[],
        r#"{"tenant":"acme","level":3,"big":18446744073709551615,"debt":-3,"admin":true,
            "groups":["a","b"],"realm":{"name":"r"},"ratio":3.0,"nothing":null}"#,
    );
    let met = |path: &'static [&'static str], value| evaluate(&Claim(path, value), &caller).is_ok();
    assert!(met(&["tenant"], ClaimValue::Text("acme")));
    assert!(met(&["level"], ClaimValue::Integer(3)));
    assert!(met(&["debt"], ClaimValue::Integer(-3)));
    assert!(met(&["admin"], ClaimValue::Bool(true)));
    assert!(met(&["groups"], ClaimValue::Text("b")));
    assert!(met(&["realm", "name"], ClaimValue::Text("r")));

    assert!(!met(&["tenant"], ClaimValue::Text("ACME")));
    assert!(!met(&["level"], ClaimValue::Text("3")));
    assert!(!met(&["big"], ClaimValue::Integer(-1)));
    assert!(!met(&["admin"], ClaimValue::Bool(false)));
    assert!(!met(&["admin"], ClaimValue::Integer(1)));
    assert!(!met(&["groups"], ClaimValue::Text("c")));
    assert!(!met(&["realm"], ClaimValue::Text("r")));
    assert!(!met(&["ratio"], ClaimValue::Integer(3)));
    assert!(!met(&["nothing"], ClaimValue::Bool(false)));
    assert!(!met(&["absent"], ClaimValue::Bool(false)));
}

#[test]
fn a_caller_without_a_token_is_asked_for_the_scopes_of_the_cheapest_branch() {
    const POLICY: Requirement =
        All(&[Scope("a"), Any(&[All(&[Scope("b"), Scope("c")]), Scope("d")]), Role("r")]);
    assert_eq!(scopes_to_ask_for(&POLICY), ["a", "d"]);
    assert!(scopes_to_ask_for(&Any(&[Role("r"), Scope("a")])).is_empty());
    assert!(scopes_to_ask_for(&Not(&Scope("a"))).is_empty());
    // No token meets the other branches.
    const NEVER: Requirement = All(&[Requirement::Acr(&["gold"]), Requirement::Acr(&["silver"])]);
    assert_eq!(scopes_to_ask_for(&Any(&[Any(&[]), NEVER, Scope("a")])), ["a"]);
    assert_eq!(way_to_ask_for(&All(&[Scope("a"), Any(&[])]), &Hierarchy::default()), Way::default());
}

#[test]
fn a_refusal_asks_for_a_new_login_and_for_the_scopes_that_are_missing_besides() {
    const POLICY: Requirement = All(&[Scope("a"), Fresh]);
    assert_eq!(evaluate(&POLICY, &caller(&["a"], &[], r#"{"fresh":true}"#)), Ok(()));
    assert_eq!(lacks(POLICY, &caller(&["a"], &[], "{}")), Unmet::Way(LoginNeed::fresh().into()));
    let both = Way::from(vec!["a"]).with_login(LoginNeed::fresh());
    assert_eq!(lacks(POLICY, &caller(&[], &[], "{}")), Unmet::Way(both));
    assert_eq!(lacks(All(&[Role("r"), Fresh]), &caller(&[], &[], "{}")), Unmet::Forbidden);
    const EITHER: Requirement = Any(&[Fresh, Scope("b")]);
    assert_eq!(lacks(EITHER, &caller(&[], &[], "{}")), Unmet::Way(LoginNeed::fresh().into()));
    assert_eq!(evaluate(&Not(&Fresh), &caller(&[], &[], "{}")), Ok(()));
}

/// `admin` implies `write`, which implies `read`.
fn orders() -> Hierarchy {
    let implies = |name: &str, implied: &str| (name.to_owned(), vec![implied.to_owned()]);
    Hierarchy::close(&[implies("admin", "write"), implies("write", "read")]).unwrap()
}

#[test]
fn a_challenge_leaves_out_what_its_other_scopes_imply() {
    const POLICY: Requirement = All(&[Scope("read"), Scope("other"), Policy("Shared", &Scope("write"))]);
    for held in [&[][..], &["read"], &["other"]] {
        let unmet =
            super::evaluate(&POLICY, &caller(held, &[], "{}"), &orders(), Facts::default()).unwrap_err();
        assert_eq!(unmet, lacking(vec!["other", "write"]), "{held:?}");
    }
    assert_eq!(way_to_ask_for(&POLICY, &orders()).scopes(), ["other", "write"]);
    assert_eq!(scopes_to_ask_for(&POLICY), ["read", "other", "write"]);
}

#[test]
fn the_cheapest_branch_is_the_one_that_grants_the_least() {
    const MIGHTY_FIRST: Requirement = Any(&[Scope("admin"), Scope("read")]);
    const MIGHTY_AND_SHORT: Requirement = Any(&[Scope("admin"), All(&[Scope("read"), Scope("other")])]);
    const SHORT: Requirement = Any(&[All(&[Scope("a"), Scope("b")]), All(&[Scope("read"), Scope("write")])]);
    for (policy, held, expected) in [
        (&MIGHTY_FIRST, &[][..], &["read"][..]),
        (&MIGHTY_AND_SHORT, &[], &["read", "other"]),
        (&SHORT, &[], &["write"]),
        // Scopes that the caller has are not a gain.
        (&SHORT, &["a"], &["a", "b"]),
        (&SHORT, &["read"], &["write"]),
        (&MIGHTY_AND_SHORT, &["write", "read"], &["admin"]),
    ] {
        let unmet =
            super::evaluate(policy, &caller(held, &[], "{}"), &orders(), Facts::default()).unwrap_err();
        assert_eq!(unmet, lacking(expected.to_vec()), "{policy} for {held:?}");
        if held.is_empty() {
            assert_eq!(way_to_ask_for(policy, &orders()).scopes(), expected, "{policy}");
        }
    }
}

#[test]
fn a_scope_that_two_conditions_name_is_missing_once() {
    const TWICE: Requirement = All(&[Scope("a"), Policy("Shared", &Scope("a"))]);
    const POLICY: Requirement = Any(&[All(&[Scope("b"), Scope("c")]), TWICE]);
    assert_eq!(lacks(POLICY, &caller(&[], &[], "{}")), lacking(vec!["a"]));
}

/// With the path of a request, where the caller is this person.
fn at(
    requirement: &Requirement,
    caller: &Principal,
    params: &PathParams,
    person: Option<&str>,
) -> Result<(), Unmet> {
    let facts = Facts { path: Some(PathFacts::new(params, person)), moment: None };
    super::evaluate(requirement, caller, &Hierarchy::default(), facts)
}

fn params(params: &[(&str, &str)]) -> PathParams {
    PathParams::Read(params.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

#[test]
fn an_owner_is_a_person_whom_the_path_names() {
    const OWNER: Requirement = Owner("user");
    const OTHERS: Requirement = Not(&OWNER);
    let (caller, forbidden) = (caller(&[], &[], "{}"), Err(Unmet::Forbidden));
    let path = params(&[("user", "alice"), ("order", "7")]);
    assert_eq!(at(&OWNER, &caller, &path, Some("alice")), Ok(()));
    assert_eq!(at(&OTHERS, &caller, &path, Some("alice")), forbidden);
    for other in ["Alice", "alice ", "7", ""] {
        assert_eq!(at(&OWNER, &caller, &path, Some(other)), forbidden, "{other:?}");
        assert_eq!(at(&OTHERS, &caller, &path, Some(other)), Ok(()), "{other:?}");
    }
    // Unknown: not a person of this service, a value that cannot be read, and no path at all.
    for requirement in [OWNER, OTHERS] {
        assert_eq!(at(&requirement, &caller, &path, None), forbidden);
        assert_eq!(at(&requirement, &caller, &PathParams::NotUtf8, Some("alice")), forbidden);
        assert_eq!(evaluate(&requirement, &caller), forbidden);
        assert_eq!(at(&requirement, &Principal::anonymous(), &path, None).is_ok(), requirement == OTHERS);
    }
}

#[test]
fn a_path_parameter_is_compared_with_a_claim_by_its_text() {
    let caller = caller(
        &[],
        &[],
        r#"{"tenant":"acme","number":42,"debt":-3,"list":["a","b"],"mixed":["a",true],"flag":true,
            "org":{"id":"acme"},"ratio":4.2,"null":null}"#,
    );
    let of =
        |requirement: &Requirement, value: &str| at(requirement, &caller, &params(&[("p", value)]), None);
    for (claim, value) in [
        (&["tenant"][..], "acme"),
        (&["number"], "42"),
        (&["debt"], "-3"),
        (&["list"], "b"),
        (&["org", "id"], "acme"),
    ] {
        assert_eq!(of(&PathClaim("p", claim), value), Ok(()), "{claim:?}");
        assert_eq!(of(&PathClaim("p", claim), "other"), Err(Unmet::Forbidden), "{claim:?}");
    }
    for value in ["042", "+42", "42.0", " 42"] {
        assert_eq!(of(&PathClaim("p", &["number"]), value), Err(Unmet::Forbidden), "{value:?}");
    }
    for claim in [&["mixed"][..], &["flag"], &["ratio"], &["org"], &["tenant", "id"]] {
        let requirement = PathClaim("p", claim);
        let negated = Not(Box::leak(Box::new(requirement)));
        for requirement in [requirement, negated] {
            assert_eq!(of(&requirement, "a"), Err(Unmet::Malformed(claim.join("."))), "{requirement}");
        }
    }
    for absent in [&["null"][..], &["nothing"]] {
        assert_eq!(of(&PathClaim("p", absent), "null"), Err(Unmet::Forbidden));
    }
    // Neither holds where the value of the path is unknown.
    const TENANT: Requirement = PathClaim("p", &["tenant"]);
    for requirement in [TENANT, Not(&TENANT)] {
        assert_eq!(at(&requirement, &caller, &PathParams::NotUtf8, None), Err(Unmet::Forbidden));
        assert_eq!(evaluate(&requirement, &caller), Err(Unmet::Forbidden));
    }
}

#[test]
fn a_parameter_must_be_in_the_path_exactly_once() {
    use crate::policy::path::PathMisfit::{Missing, Twice};

    const POLICY: Requirement =
        Any(&[Scope("a"), Not(&Policy("P", &All(&[Owner("user"), PathClaim("org", &["org"])])))]);
    for (names, misfit) in [
        (&["org", "user"][..], None),
        (&["user"], Some(Missing("org"))),
        (&[], Some(Missing("user"))),
        (&["org", "user", "org"], Some(Twice("org"))),
    ] {
        assert_eq!(POLICY.misfit(names), misfit, "{names:?}");
    }
    assert!(Reads::of(&POLICY).path);
    assert!(!Reads::of(&All(&[Scope("a"), Not(&Role("b"))])).path);
}
