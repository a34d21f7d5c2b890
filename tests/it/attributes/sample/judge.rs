//! What should happen, from the policies as data: a second reader of them, which knows nothing of the first.

use jwt_guard::policy::TokenKind;
use jwt_guard::policy::{Access, ClaimValue, Requirement, Rule};
use serde_json::{Value, json};

use super::callers::{Brings, Caller};

/// The status that a caller gets from a row that hides nothing.
pub(super) fn verdict(rule: &Rule, caller: &Caller) -> u16 {
    let wanted = match rule.token() {
        TokenKind::Refresh => Brings::Refresh,
        _ => Brings::Access,
    };
    match (rule.access(), caller.brings) {
        (Access::CredentialsIgnored, _)
        | (Access::Anonymous | Access::AnonymousIfExpired, Brings::Nothing)
        | (Access::AnonymousIfExpired, Brings::Expired) => 200,
        (_, brings) if brings != wanted => 401,
        _ => match met(rule.requirement(), &caller.claims) {
            Some(true) => 200,
            _ => {
                let requirement = rule.requirement();
                let granted = json!(scopes(requirement).join(" "));
                let meets = |claims: Value| met(requirement, &claims) == Some(true);
                let with_scopes = |claims: Value| with(claims, "scope", &granted);
                let renewed = with(caller.claims.clone(), "fresh", &json!(true));
                // A new login would do; or scopes alone would not.
                let needs_login = meets(renewed.clone())
                    || !meets(with_scopes(caller.claims.clone())) && meets(with_scopes(renewed));
                if needs_login { 401 } else { 403 }
            }
        },
    }
}

fn with(mut claims: Value, name: &str, value: &Value) -> Value {
    claims[name] = value.clone();
    claims
}

/// `None` where it cannot be told.
fn met(requirement: &Requirement, claims: &Value) -> Option<bool> {
    match requirement {
        Requirement::All(list) => {
            let each: Vec<_> = list.iter().map(|one| met(one, claims)).collect();
            if each.contains(&Some(false)) { Some(false) } else { unless_unknown(&each, true) }
        }
        Requirement::Any(list) => {
            let each: Vec<_> = list.iter().map(|one| met(one, claims)).collect();
            if each.contains(&Some(true)) { Some(true) } else { unless_unknown(&each, false) }
        }
        Requirement::Not(one) => met(one, claims).map(|met| !met),
        Requirement::Policy(_, one) => met(one, claims),
        Requirement::Scope(name) => {
            Some(claims["scope"].as_str().unwrap_or_default().split(' ').any(|scope| scope == *name))
        }
        Requirement::Role(name) => {
            Some(claims["roles"].as_array().into_iter().flatten().any(|role| role == name))
        }
        Requirement::Fresh => Some(claims["fresh"] == true),
        Requirement::Claim(path, expected) => claim(path, *expected, claims),
        other => panic!("the sample has no {other:?}"),
    }
}

fn unless_unknown(each: &[Option<bool>], otherwise: bool) -> Option<bool> {
    (!each.contains(&None)).then_some(otherwise)
}

fn claim(path: &[&str], expected: ClaimValue, claims: &Value) -> Option<bool> {
    let mut found = claims;
    for name in path {
        match found {
            Value::Null => return Some(false),
            Value::Object(members) => found = members.get(*name).unwrap_or(&Value::Null),
            _ => return None,
        }
    }
    let expected = match expected {
        ClaimValue::Text(text) => json!(text),
        ClaimValue::Integer(number) => json!(number),
        ClaimValue::Bool(truth) => json!(truth),
        other => panic!("the sample has no {other:?}"),
    };
    let same_type = |value: &Value| std::mem::discriminant(value) == std::mem::discriminant(&expected);
    match found {
        Value::Null => Some(false),
        Value::Array(list) if list.iter().all(same_type) => Some(list.contains(&expected)),
        value if same_type(value) => Some(*value == expected),
        _ => None,
    }
}

/// The scopes that help a caller to be let in.
pub(super) fn scopes(requirement: &Requirement) -> Vec<&'static str> {
    match requirement {
        Requirement::Scope(name) => vec![name],
        Requirement::All(list) | Requirement::Any(list) => list.iter().flat_map(scopes).collect(),
        Requirement::Policy(_, one) => scopes(one),
        _ => Vec::new(),
    }
}
