//! Who calls, in the words of a token and of a path.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::atom::Atom;
use super::lacking::Stand;

/// What the token of a caller says, and the path of the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Person {
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) fresh: bool,
    pub(super) login: Option<LoginAge>,
    pub(super) claims: Vec<(Vec<String>, Value)>,
    /// Parameters of the path.
    pub(super) params: BTreeMap<String, String>,
    /// Whether the claim that the guard reads for these is malformed.
    pub(super) malformed: Option<MalformedClaim>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MalformedClaim {
    Scopes,
    Roles,
    Fresh,
}

/// When the person logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoginAge {
    Now,
    /// More than so many seconds ago, and more than the leeway of the guard.
    MoreThan(u64),
}

/// The value of a path parameter that no condition chooses; a number, which most paths take.
pub(super) const ANY_PARAMETER: &str = "1";

/// Another person in a path or a claim.
pub(super) const OTHER: &str = "another-person";

/// Who has these stands to the conditions; `params` are those of the path that the test has set.
pub(super) fn person(
    stands: &BTreeMap<&str, Stand>,
    atoms: &BTreeMap<&str, Atom>,
    subject: &str,
    params: &BTreeMap<String, String>,
) -> Person {
    let has_class = stands
        .iter()
        .any(|(text, stand)| *stand == Stand::Meets && matches!(atoms.get(text), Some(Atom::Acr(_))));
    let mut person = Person::default();
    // First the paths, whose values claims repeat.
    for (text, stand) in stands {
        if let Some(Atom::Owner(name)) = atoms.get(text) {
            let set = params.get(name).map(String::as_str).filter(|value| *value != subject);
            let value = if *stand == Stand::Meets { subject } else { set.unwrap_or(OTHER) };
            person.params.insert(name.clone(), value.to_owned());
        }
    }
    for (text, stand) in stands {
        match (atoms.get(text), stand) {
            (Some(Atom::Scope(_)), Stand::Unreadable) => person.malformed = Some(MalformedClaim::Scopes),
            (Some(Atom::Role(_)), Stand::Unreadable) => person.malformed = Some(MalformedClaim::Roles),
            (Some(Atom::Fresh), Stand::Unreadable) => person.malformed = Some(MalformedClaim::Fresh),
            (Some(Atom::Scope(name)), Stand::Meets) => person.scopes.push(name.clone()),
            (Some(Atom::Role(name)), Stand::Meets) => person.roles.push(name.clone()),
            (Some(Atom::Fresh), Stand::Meets) => person.fresh = true,
            (Some(Atom::MaxAge(_)), Stand::Meets) => _ = person.login.get_or_insert(LoginAge::Now),
            (Some(Atom::MaxAge(age)), Stand::Differs) => person.grow_older(*age),
            (Some(Atom::Acr(value)), Stand::Meets) => {
                person.add_claim(&["acr".to_owned()], value.as_str().into());
            }
            // With another value beside it, the claim would be a list, which is malformed.
            (Some(Atom::Acr(_)), Stand::Differs) if !has_class => {
                person.add_claim(&["acr".to_owned()], OTHER.into());
            }
            (Some(Atom::Claim(path, value)), Stand::Meets) => person.add_claim(path, value.clone()),
            (Some(Atom::Claim(path, value)), Stand::Differs) => person.add_claim(path, other_than(value)),
            (Some(Atom::Claim(path, value)), Stand::Unreadable) => person.add_claim(path, not_as(value)),
            (Some(Atom::PathClaim(name, path)), stand) => {
                let set = || params.get(name).map_or(ANY_PARAMETER, String::as_str).to_owned();
                let param = person.params.entry(name.clone()).or_insert_with(set).clone();
                match stand {
                    Stand::Meets => person.add_claim(path, param.into()),
                    Stand::Differs => person.add_claim(path, OTHER.into()),
                    Stand::Unreadable => person.add_claim(path, true.into()),
                    Stand::Lacks => {}
                }
            }
            _ => {}
        }
    }
    person
}

impl Person {
    /// Moves the login further back, unless it is so far already.
    fn grow_older(&mut self, than: u64) {
        let older = |login: Option<LoginAge>| match login {
            Some(LoginAge::MoreThan(age)) => age.max(than),
            Some(LoginAge::Now) | None => than,
        };
        self.login = Some(LoginAge::MoreThan(older(self.login)));
    }

    /// Adds a value to a claim; with several, the claim is their list.
    fn add_claim(&mut self, path: &[String], value: Value) {
        match self.claims.iter_mut().find(|(known, _)| known == path) {
            None => self.claims.push((path.to_vec(), value)),
            Some((_, Value::Array(values))) => values.push(value),
            Some((_, first)) => *first = json!([first.take(), value]),
        }
    }
}

impl Atom {
    /// Whether both are read from one claim.
    pub(super) fn shares_claim_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scope(_), Self::Scope(_))
            | (Self::Role(_), Self::Role(_))
            | (Self::Fresh, Self::Fresh)
            | (Self::MaxAge(_), Self::MaxAge(_))
            | (Self::Acr(_), Self::Acr(_)) => true,
            (
                Self::Claim(one, _) | Self::PathClaim(_, one),
                Self::Claim(two, _) | Self::PathClaim(_, two),
            ) => one == two,
            _ => false,
        }
    }
}

/// Another value of the same type.
fn other_than(value: &Value) -> Value {
    match value {
        Value::Bool(value) => (!value).into(),
        Value::Number(number) => number.as_i64().map_or(0, |number| number.wrapping_add(1)).into(),
        _ => OTHER.into(),
    }
}

/// A value of another type.
fn not_as(value: &Value) -> Value {
    if value.is_boolean() { OTHER.into() } else { true.into() }
}
