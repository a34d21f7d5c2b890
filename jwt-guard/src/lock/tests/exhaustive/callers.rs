//! Every caller: each of four conditions holds, does not hold, or is unknown because its claim is malformed.

use std::sync::Arc;

use crate::claims::names::NameSet;
use crate::claims::numeric_date::NumericDate;
use crate::claims::payload_str::PayloadStr;
use crate::claims::registered::{Audiences, Registered, TokenClaims};
use crate::json::Json;
use crate::policy::ClaimValue;
use crate::policy::Requirement::{self, Claim, Fresh, Role, Scope};
use crate::principal::{Identity, Principal};
use crate::token::TokenSource;

/// The value of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    No,
    Unknown,
    Yes,
}

/// Four conditions. Those of the first list have values of their own; the scopes of the second are in one claim, so that
/// where one is unknown the other is not missing.
pub(super) const LISTS: [[Requirement; 4]; 2] = [
    [Scope("a"), Role("r"), Claim(&["c"], ClaimValue::Text("x")), Fresh],
    [Scope("a"), Scope("b"), Role("r"), Fresh],
];

/// A caller, as the values of the four conditions.
pub(super) type Values = [Value; 4];

/// The callers that exist: 81, or 63.
pub(super) fn callers(list: &[Requirement; 4]) -> Vec<(Values, Principal)> {
    let each = [Value::No, Value::Unknown, Value::Yes];
    let values = (0..81).map(|number: usize| [27, 9, 3, 1].map(|unit| each[number / unit % 3]));
    values.filter_map(|values| Some((values, caller(list, values)?))).collect()
}

/// `None` if one claim would have to be malformed and complete.
fn caller(list: &[Requirement; 4], values: Values) -> Option<Principal> {
    let (mut scopes, mut roles, mut payload) = (NameSet::none(), NameSet::none(), Vec::new());
    let mut is_fresh = Some(false);
    let mut lacks_scope = false;
    for (condition, value) in list.iter().zip(values) {
        match (condition, value) {
            (Scope(name), Value::Yes) => scopes.insert(name),
            (Scope(_), Value::No) => lacks_scope = true,
            (Scope(_), Value::Unknown) if scopes.unreadable_claim().is_none() => {
                scopes.note_unreadable(&["scope".to_owned()]);
            }
            (Role(name), Value::Yes) => roles.insert(name),
            (Role(_), Value::Unknown) => roles.note_unreadable(&["roles".to_owned()]),
            (Claim(..), Value::Yes) => payload.push(r#""c":"x""#),
            (Claim(..), Value::Unknown) => payload.push(r#""c":7"#),
            (Fresh, Value::Yes) => is_fresh = Some(true),
            (Fresh, Value::Unknown) => is_fresh = None,
            _ => {}
        }
    }
    if lacks_scope && scopes.unreadable_claim().is_some() {
        return None;
    }
    let payload = format!("{{{}}}", payload.join(","));
    let registered = Registered {
        subject: Some(PayloadStr::of("ada", &payload)),
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
        is_fresh,
    };
    let identity = Identity::new(TokenClaims::new(payload, registered), scopes, roles);
    Some(Principal::authenticated(Arc::new(identity), TokenSource::AuthorizationHeader))
}

/// A caller as one bit of 81.
pub(super) fn bit(values: Values) -> u128 {
    1 << values.iter().fold(0_u32, |number, value| number * 3 + *value as u32)
}
