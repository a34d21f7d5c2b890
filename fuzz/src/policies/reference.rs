//! The value of a requirement for a caller, by Kleene's tables: `None` is unknown.

use std::time::Duration;

use jwt_guard::policy::{ClaimValue, Requirement};
use serde_json::{Map, Value};

use crate::common::{LEEWAY, NOW};

type Claims = Map<String, Value>;

pub(super) fn value(requirement: &Requirement, claims: &Claims) -> Option<bool> {
    let each = |list: &[Requirement]| list.iter().map(|inner| value(inner, claims)).collect::<Vec<_>>();
    match requirement {
        Requirement::All(list) => {
            let values = each(list);
            if values.contains(&Some(false)) {
                Some(false)
            } else {
                values.into_iter().collect::<Option<Vec<_>>>().map(|_| true)
            }
        }
        Requirement::Any(list) => {
            let values = each(list);
            if values.contains(&Some(true)) {
                Some(true)
            } else {
                values.into_iter().collect::<Option<Vec<_>>>().map(|_| false)
            }
        }
        Requirement::Not(inner) => value(inner, claims).map(|holds| !holds),
        Requirement::Policy(_, inner) => value(inner, claims),
        Requirement::Scope(name) => named(name, &[scopes(claims.get("scope")), scopes(claims.get("scp"))]),
        Requirement::Role(name) => named(name, &[roles(claims.get("roles"))]),
        Requirement::Claim(path, expected) => claim(path, *expected, claims),
        Requirement::Fresh => match claims.get("fresh") {
            None | Some(Value::Null) => Some(false),
            Some(Value::Bool(fresh)) => Some(*fresh),
            Some(_) => None,
        },
        Requirement::MaxAge(most) => max_age(*most, claims),
        Requirement::Acr(values) => match claims.get("acr") {
            None | Some(Value::Null) => Some(false),
            Some(Value::String(acr)) => Some(values.contains(&acr.as_str())),
            Some(_) => None,
        },
        other => panic!("not in the pool: {other}"),
    }
}

/// The names of a claim; `None` if it is malformed.
pub(super) type Names = Option<Vec<String>>;

fn named(name: &str, claims: &[Names]) -> Option<bool> {
    let among = claims.iter().flatten().flatten().any(|known| known == name);
    if among { Some(true) } else { claims.iter().all(Option::is_some).then_some(false) }
}

/// The scopes that a caller has; `None` if a claim of scopes is malformed.
pub(super) fn held(claims: &Claims) -> Names {
    let mut held = scopes(claims.get("scope"))?;
    held.extend(scopes(claims.get("scp"))?);
    Some(held)
}

pub(super) fn is_scope(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

pub(super) fn is_scope_list(text: &str) -> bool {
    text.split(' ').all(|name| name.is_empty() || is_scope(name))
}

fn scopes(claim: Option<&Value>) -> Names {
    match claim {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) if is_scope_list(text) => {
            Some(text.split(' ').map(str::to_owned).collect())
        }
        Some(Value::Array(list)) => {
            list.iter().map(|name| name.as_str().filter(|name| is_scope(name)).map(str::to_owned)).collect()
        }
        Some(_) => None,
    }
}

fn roles(claim: Option<&Value>) -> Names {
    let legal = |name: &str| name.trim() == name && !name.bytes().any(|byte| byte.is_ascii_control());
    match claim {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => {
            let one =
                !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == ',');
            one.then(|| vec![text.clone()])
        }
        Some(Value::Array(list)) => {
            list.iter().map(|name| name.as_str().filter(|name| legal(name)).map(str::to_owned)).collect()
        }
        Some(_) => None,
    }
}

fn claim(path: &[&str], expected: ClaimValue, claims: &Claims) -> Option<bool> {
    let mut value = claims.get(path[0]);
    for segment in &path[1..] {
        value = match value {
            None | Some(Value::Null) => return Some(false),
            Some(Value::Object(members)) => members.get(*segment),
            Some(_) => return None,
        };
    }
    let is = |value: &Value| match expected {
        ClaimValue::Text(text) => value.as_str().map(|found| found == text),
        ClaimValue::Integer(number) if value.is_i64() || value.is_u64() => {
            Some(value.as_i64() == Some(number))
        }
        ClaimValue::Bool(holds) => value.as_bool().map(|found| found == holds),
        _ => None,
    };
    match value {
        None | Some(Value::Null) => Some(false),
        Some(Value::Array(list)) => {
            list.iter().map(is).collect::<Option<Vec<_>>>().map(|values| values.contains(&true))
        }
        Some(one) => is(one),
    }
}

fn max_age(most: Duration, claims: &Claims) -> Option<bool> {
    let date = |value: &Value| {
        value.as_f64().filter(|seconds| value.is_number() && (0.0..253_402_300_800.0).contains(seconds))
    };
    let time = match claims.get("auth_time") {
        None | Some(Value::Null) => return Some(false),
        Some(value) => date(value)?,
    };
    let (now, leeway) = (NOW as f64, LEEWAY as f64);
    let latest = claims.get("iat").and_then(date).map_or(now, |issued| issued.min(now));
    (time <= latest + leeway).then(|| now <= time + most.as_secs_f64() + leeway)
}
