//! Random policies on random claims, well-formed and malformed, against a second evaluation that shares no
//! code with the first.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestRunner};
use serde_json::Value;

use super::*;
use crate::claims::hierarchy::Hierarchy;
use crate::claims::numeric_date::NumericDate;
use crate::json::Json;
use crate::policy::evaluate::{Unmet, evaluate, malformed_claims};
use crate::policy::facts::Facts;
use crate::policy::login::DecisionTime;
use crate::policy::path::{PathFacts, PathParams};
use crate::policy::{ClaimValue, Requirement};
use crate::principal::Principal;
use crate::token::TokenSource;

/// Whether a condition holds; `None` if it is unknown.
type Answer = Option<bool>;

/// The scope and the role `write` imply `read`.
fn with_hierarchy(rules: &mut Rules) {
    let closed = Hierarchy::close(&[("write".to_owned(), vec!["read".to_owned()])]).unwrap();
    rules.hierarchies.scopes = closed.clone();
    rules.hierarchies.roles = closed;
}

/// The specified result, computed from the JSON independently.
fn reference(requirement: &Requirement, claims: &Value) -> Answer {
    match requirement {
        Requirement::All(list) => {
            let answers: Vec<_> = list.iter().map(|inner| reference(inner, claims)).collect();
            let unknown = answers.contains(&None);
            if answers.contains(&Some(false)) { Some(false) } else { (!unknown).then_some(true) }
        }
        Requirement::Any(list) => {
            let answers: Vec<_> = list.iter().map(|inner| reference(inner, claims)).collect();
            let unknown = answers.contains(&None);
            if answers.contains(&Some(true)) { Some(true) } else { (!unknown).then_some(false) }
        }
        Requirement::Not(inner) => reference(inner, claims).map(|holds| !holds),
        Requirement::Policy(_, inner) => reference(inner, claims),
        Requirement::Scope(name) => {
            granted(name, [scopes(claims.get("scope")), scopes(claims.get("scp"))].into_iter())
        }
        Requirement::Role(name) => {
            let read = match claims.get("realm") {
                None | Some(Value::Null) => Some(Vec::new()),
                Some(Value::Object(realm)) => roles(realm.get("roles")),
                Some(_) => None,
            };
            granted(name, std::iter::once(read))
        }
        Requirement::Claim(path, literal) => claim(claims, path, |value| equals(value, *literal)),
        Requirement::Owner(name) => Some(in_path(name) == PERSON),
        Requirement::PathClaim(name, path) => claim(claims, path, |value| match value {
            Value::String(text) => Some(text == in_path(name)),
            Value::Number(number) if !number.is_f64() => Some(number.to_string() == in_path(name)),
            _ => None,
        }),
        Requirement::Fresh => match claims.get("fresh") {
            None | Some(Value::Null) => Some(false),
            Some(value) => value.as_bool(),
        },
        Requirement::MaxAge(most) => match claims.get("auth_time") {
            None | Some(Value::Null) => Some(false),
            Some(value) => {
                let age = NOW_SECONDS - value.as_f64().filter(|date| (0.0..1e11).contains(date))?;
                let leeway = LEEWAY.as_secs_f64();
                // A login is not after the token that says so.
                let token_age = (NOW_SECONDS - claims["iat"].as_f64()?).max(0.0);
                (age >= token_age - leeway).then_some(age <= most.as_secs_f64() + leeway)
            }
        },
        Requirement::Acr(values) => match claims.get("acr") {
            None | Some(Value::Null) => Some(false),
            Some(value) => value.as_str().map(|value| values.contains(&value)),
        },
    }
}

/// The answer of a claim, or of the elements of a list.
fn claim(claims: &Value, path: &[&str], equals: impl Fn(&Value) -> Answer) -> Answer {
    let mut value = claims;
    for segment in path {
        value = match value {
            Value::Object(members) => members.get(*segment).unwrap_or(&Value::Null),
            Value::Null => &Value::Null,
            _ => return None,
        };
    }
    match value {
        Value::Null => Some(false),
        Value::Array(values) => {
            let equal: Option<Vec<bool>> = values.iter().map(equals).collect();
            equal.map(|equal| equal.contains(&true))
        }
        value => equals(value),
    }
}

/// The same as `NOW`, for another arithmetic than that of the evaluation.
const NOW_SECONDS: f64 = 1_800_000_000.0;
const LEEWAY: Duration = Duration::from_secs(30);

/// The parameters of the path, and the caller.
const PATH: [(&str, &str); 2] = [("letter", "a"), ("number", "1")];
const PERSON: &str = "a";

fn in_path(name: &str) -> &'static str {
    PATH.iter().find(|(known, _)| *known == name).unwrap().1
}

fn granted(name: &str, claims: impl Iterator<Item = Option<Vec<String>>>) -> Answer {
    let claims: Vec<_> = claims.collect();
    let has = |wanted: &str| claims.iter().flatten().flatten().any(|held| held == wanted);
    if has(name) || (name == "read" && has("write")) {
        Some(true)
    } else {
        claims.iter().all(Option::is_some).then_some(false)
    }
}

/// The scopes of a claim; `None` if it is malformed.
fn scopes(claim: Option<&Value>) -> Option<Vec<String>> {
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|char| matches!(char, '!' | '#'..='[' | ']'..='~'));
    match claim {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => {
            let words: Vec<_> = text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            words.iter().all(|word| is_name(word)).then_some(words)
        }
        Some(Value::Array(list)) => {
            list.iter().map(|name| name.as_str().filter(|name| is_name(name)).map(str::to_owned)).collect()
        }
        Some(_) => None,
    }
}

/// The roles of a claim; `None` if it is malformed.
fn roles(claim: Option<&Value>) -> Option<Vec<String>> {
    match claim {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => {
            let may_be_several = text.contains([',', ' ', '\t', '\n', '\u{a0}', '\0']);
            (!may_be_several).then(|| vec![text.clone()])
        }
        Some(Value::Array(list)) => {
            let legal = |text: &&str| text.trim() == *text && !text.contains(|char| char < ' ');
            list.iter().map(|name| name.as_str().filter(legal).map(str::to_owned)).collect()
        }
        Some(_) => None,
    }
}

fn equals(value: &Value, literal: ClaimValue) -> Answer {
    match literal {
        ClaimValue::Text(expected) => value.as_str().map(|found| found == expected),
        ClaimValue::Bool(expected) => value.as_bool().map(|found| found == expected),
        ClaimValue::Integer(expected) => match (value.as_i64(), value.as_u64()) {
            (Some(found), _) => Some(found == expected),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        },
    }
}

/// A value in every legal form, and in similar illegal ones.
const VALUES: [&str; 49] = [
    "null",
    "true",
    "false",
    "1",
    "2",
    "1.0",
    "-1",
    "1e3",
    "18446744073709551615",
    "1799999909",
    "1799999910.5",
    "1799999970",
    "1800000025",
    "1800000026",
    "1800000030",
    "1800000031",
    r#""""#,
    r#""a""#,
    r#""b""#,
    r#""write""#,
    r#""a b""#,
    r#""a  b""#,
    r#"" a""#,
    r#""a,b""#,
    r#""a\tb""#,
    r#""a\u0000""#,
    r#""a\u00a0b""#,
    r#""\u00e9""#,
    r#""1""#,
    "[]",
    r#"["a"]"#,
    r#"["a","b"]"#,
    r#"["write","b"]"#,
    r#"["a",7]"#,
    r#"["a",null]"#,
    r#"["a",""]"#,
    r#"["a b"]"#,
    r#"["a "]"#,
    r#"["a\n"]"#,
    r#"[["a"]]"#,
    r#"[{"name":"a"}]"#,
    "[1,2]",
    r#"[1,"a"]"#,
    "[true]",
    "[1.0]",
    "{}",
    r#"{"a":true}"#,
    r#"{"m":"a"}"#,
    r#"{"m":[true,"a"]}"#,
];

fn payload_strategy() -> impl Strategy<Value = String> {
    let value = || prop::option::weighted(0.7, select(&VALUES[..]));
    let realm = prop_oneof![
        4 => value().prop_map(|roles| roles.map(|roles| format!("{{\"roles\":{roles}}}"))),
        1 => value().prop_map(|realm| realm.map(str::to_owned)),
    ];
    let values = (value(), value(), realm, value(), value(), value(), value(), value());
    values.prop_map(|(scope, scp, realm, c, n, fresh, auth_time, acr)| {
        let members = [
            ("scope", scope),
            ("scp", scp),
            ("realm", realm.as_deref()),
            ("c", c),
            ("n", n),
            ("fresh", fresh),
            ("auth_time", auth_time),
            ("acr", acr),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
        payload(&members.collect::<Vec<_>>())
    })
}

fn tree_strategy() -> impl Strategy<Value = Requirement> {
    let names = || select(&["a", "b", "read", "write", "a,b"][..]);
    let parameter = || select(&["letter", "number"][..]);
    const PATHS: [&[&str]; 4] = [&["c"], &["n"], &["n", "m"], &["n", "m", "x"]];
    const ACRS: &[&[&str]] = &[&["a"], &["b", "a"]];
    let path = select(&PATHS[..]);
    let literal = select(
        &[
            ClaimValue::Text("a"),
            ClaimValue::Text("b"),
            ClaimValue::Text("1"),
            ClaimValue::Integer(1),
            ClaimValue::Integer(-1),
            ClaimValue::Bool(true),
            ClaimValue::Bool(false),
        ][..],
    );
    let leaf = prop_oneof![
        3 => names().prop_map(Requirement::Scope),
        3 => names().prop_map(Requirement::Role),
        3 => (path.clone(), literal).prop_map(|(path, literal)| Requirement::Claim(path, literal)),
        1 => Just(Requirement::Fresh),
        1 => select(&[1, 60][..]).prop_map(|most| Requirement::MaxAge(Duration::from_secs(most))),
        1 => select(ACRS).prop_map(Requirement::Acr),
        1 => parameter().prop_map(Requirement::Owner),
        2 => (parameter(), path).prop_map(|(name, path)| Requirement::PathClaim(name, path)),
    ];
    // Policies are constants, so these are leaked; they are few.
    let keep = |list: Vec<Requirement>| -> &'static [Requirement] { Box::leak(list.into_boxed_slice()) };
    leaf.prop_recursive(4, 24, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(move |list| Requirement::All(keep(list))),
            vec(inner.clone(), 0..4).prop_map(move |list| Requirement::Any(keep(list))),
            inner.clone().prop_map(|inner| Requirement::Not(Box::leak(Box::new(inner)))),
            inner.prop_map(|inner| Requirement::Policy("Shared", Box::leak(Box::new(inner)))),
        ]
    })
}

/// The decision equals that of the reference, and a refusal names the malformed claim if that is the reason.
fn agrees(verifier: &Verifier, requirement: &Requirement, payload: &str) {
    let expected = reference(requirement, &serde_json::from_str(payload).unwrap());
    let identity = Arc::new(verifier.read(payload.to_owned()).unwrap());
    let scopes = &verifier.issuers[0].rules.hierarchies.scopes;
    let principal = Principal::authenticated(identity, TokenSource::AuthorizationHeader);
    let params = PathParams::Read(PATH.map(|(name, value)| (name.into(), value.into())).to_vec());
    let path = Some(PathFacts::new(&params, Some(PERSON)));
    let now = NumericDate::from_json(&Json::Unsigned(NOW)).unwrap();
    let facts = Facts { path, moment: Some(DecisionTime { now, leeway: LEEWAY }) };
    let decision = evaluate(requirement, &principal, scopes, facts);
    assert_eq!(decision.is_ok(), expected == Some(true), "{requirement}: {payload}");
    let malformed = malformed_claims(requirement, &principal, facts);
    assert!(expected.is_some() || malformed.is_some(), "{requirement}: {payload}");
    if let Err(Unmet::Malformed(claims)) = decision {
        assert_eq!(malformed, Some(claims), "{requirement}: {payload}");
    }
}

#[test]
fn random_policies_decide_as_the_reference_does() {
    let verifier = verifier(with_hierarchy);
    let config = ProptestConfig { cases: 6000, rng_seed: RngSeed::Fixed(9), ..ProptestConfig::default() };
    let run =
        TestRunner::new(config).run(&(tree_strategy(), payload_strategy()), |(requirement, payload)| {
            agrees(&verifier, &requirement, &payload);
            Ok(())
        });
    run.unwrap();
}

/// Every tree of two levels over a true, a false and an unknown condition.
#[test]
fn every_small_policy_decides_as_the_reference_does() {
    let verifier = verifier(|_| {});
    let payload = payload(&[("holds", "true"), ("not", "false"), ("unknown", "7")]);
    let leaf = |path: &'static [&'static str]| Requirement::Claim(path, ClaimValue::Bool(true));
    let leaves = vec![leaf(&["holds"]), leaf(&["not"]), leaf(&["unknown"])];
    let wider = |trees: &[Requirement]| {
        let mut wider = trees.to_vec();
        for first in trees {
            wider.push(Requirement::Not(Box::leak(Box::new(*first))));
            for second in trees {
                let both: &'static [Requirement] = Box::leak(Box::new([*first, *second]));
                wider.extend([Requirement::All(both), Requirement::Any(both)]);
            }
        }
        wider
    };
    let trees = wider(&wider(&leaves));
    assert_eq!(trees.len(), 1200);
    for tree in &trees {
        agrees(&verifier, tree, &payload);
    }
}

/// Each form of a claim, with each kind of condition, alone and negated.
#[test]
fn every_form_of_a_claim_decides_as_the_reference_does() {
    let verifier = verifier(with_hierarchy);
    let conditions = [
        ("scope", Requirement::Scope("a")),
        ("scp", Requirement::Scope("read")),
        ("c", Requirement::Claim(&["c"], ClaimValue::Text("a"))),
        ("c", Requirement::Claim(&["c"], ClaimValue::Integer(1))),
        ("c", Requirement::Claim(&["c"], ClaimValue::Bool(true))),
        ("c", Requirement::Claim(&["c", "m"], ClaimValue::Text("a"))),
        ("c", Requirement::PathClaim("letter", &["c"])),
        ("c", Requirement::PathClaim("number", &["c", "m"])),
        ("realm", Requirement::Role("a")),
        ("fresh", Requirement::Fresh),
        ("auth_time", Requirement::MaxAge(Duration::from_secs(60))),
        ("acr", Requirement::Acr(&["a", "b"])),
    ];
    for (claim, condition) in conditions {
        for value in VALUES {
            for payload in
                [payload(&[(claim, value)]), payload(&[("realm", &format!("{{\"roles\":{value}}}"))])]
            {
                agrees(&verifier, &condition, &payload);
                agrees(&verifier, &Requirement::Not(Box::leak(Box::new(condition))), &payload);
            }
        }
    }
}
