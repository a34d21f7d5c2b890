//! Conditions on the login: its age and its `acr`.

use super::*;
use crate::policy::login::DecisionTime;
use Requirement::{Acr, MaxAge};

const TEN_MINUTES: Requirement = MaxAge(Duration::from_secs(600));
const NOW: u64 = 1_800_000_000;

/// With a clock that shows [`NOW`] and a leeway of 30 seconds.
fn evaluate_now(requirement: &Requirement, caller: &Principal) -> Result<(), Unmet> {
    let now = NumericDate::from_json(&Json::Unsigned(NOW)).unwrap();
    let moment = Some(DecisionTime { now, leeway: Duration::from_secs(30) });
    super::super::evaluate(requirement, caller, &Hierarchy::default(), Facts { path: None, moment })
}

#[test]
fn a_login_counts_up_to_its_longest_age_and_nothing_else_does() {
    let old = Unmet::Way(LoginNeed::max_age(Duration::from_secs(600)).into());
    for (auth_time, holds) in [
        ("1800000000", true),
        ("1799999370", true),
        ("1799999370.5", true),
        ("1800000030", true),
        ("1799999369", false),
        ("1800000031", false),
        ("0", false),
        ("null", false),
        ("\"1800000000\"", false),
        ("true", false),
        ("[1800000000]", false),
        ("-1", false),
        ("1e300", false),
    ] {
        let caller = caller(&[], &[], &format!(r#"{{"auth_time":{auth_time}}}"#));
        let expected = if holds { Ok(()) } else { Err(old.clone()) };
        assert_eq!(evaluate_now(&TEN_MINUTES, &caller), expected, "{auth_time}");
    }
    let without = caller(&[], &[], "{}");
    assert_eq!(evaluate_now(&TEN_MINUTES, &without), Err(old));
    assert!(evaluate_now(&TEN_MINUTES, &Principal::anonymous()).is_err());
    // Without the time, the age is unknown.
    let recent = caller(&[], &[], r#"{"auth_time":1800000000}"#);
    assert!(evaluate(&TEN_MINUTES, &recent).is_err());
    assert_eq!(evaluate(&Not(&TEN_MINUTES), &recent), Err(Unmet::Forbidden));
}

#[test]
fn an_acr_is_one_of_the_values_as_a_string() {
    const EITHER: Requirement = Acr(&["gold", "silver"]);
    for (acr, holds) in [
        ("\"gold\"", true),
        ("\"silver\"", true),
        ("\"Gold\"", false),
        ("\"gold silver\"", false),
        ("\"\"", false),
        ("[\"gold\"]", false),
        ("1", false),
        ("null", false),
    ] {
        let caller = caller(&[], &[], &format!(r#"{{"acr":{acr}}}"#));
        let weak = Unmet::Way(LoginNeed::acr(&["gold", "silver"]).into());
        assert_eq!(evaluate(&EITHER, &caller), if holds { Ok(()) } else { Err(weak) }, "{acr}");
    }
}

#[test]
fn a_refusal_names_all_that_the_new_login_must_meet() {
    const POLICY: Requirement = All(&[Scope("a"), Acr(&["gold"]), TEN_MINUTES]);
    let login = LoginNeed::acr(&["gold"]).and(&LoginNeed::max_age(Duration::from_secs(600)));
    let lacks =
        |scopes: &[&str], payload: &str| evaluate_now(&POLICY, &caller(scopes, &[], payload)).unwrap_err();
    // The acr is met, and a new login without it would not be.
    let old = r#"{"acr":"gold","auth_time":1}"#;
    assert_eq!(lacks(&["a"], old), Unmet::Way(login.clone().into()));
    let both = Way::from(vec!["a"]).with_login(login);
    assert_eq!(lacks(&[], old), Unmet::Way(both.clone()));
    // The login is good.
    let good = format!(r#"{{"acr":"gold","auth_time":{NOW}}}"#);
    assert_eq!(lacks(&[], &good), lacking(vec!["a"]));
    assert_eq!(way_to_ask_for(const { &POLICY }, &Hierarchy::default()), both);
    // No login has two values.
    const NEVER: Requirement = All(&[Acr(&["gold"]), Acr(&["silver"])]);
    assert_eq!(evaluate_now(&NEVER, &caller(&[], &[], &good)), Err(Unmet::Forbidden));
    // A scope is less effort than a login.
    const EITHER: Requirement = Any(&[TEN_MINUTES, Acr(&["silver"]), Scope("b")]);
    assert_eq!(lacks(&[], old), Unmet::Way(both));
    let either = evaluate_now(&EITHER, &caller(&[], &[], old));
    assert_eq!(either, Err(Unmet::Way(LoginNeed::max_age(Duration::from_secs(600)).into())));
}
