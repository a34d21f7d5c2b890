//! Refusals, as they are written: the challenge says what to ask for, and that leads in.

use super::callers::{Value, Values, bit, callers};
use super::trees::Tree;
use crate::claims::hierarchy::Hierarchy;
use crate::error::{AuthError, FailureKind};
use crate::policy::Requirement::{self, Fresh, Scope};
use crate::policy::evaluate::{evaluate, way_to_ask_for};
use crate::policy::facts::Facts;
use crate::respond::{ProblemJson, Protection, Refusal};

/// The caller with these scopes besides, and with a new login.
fn improved(list: &[Requirement; 4], values: Values, scopes: &[&str], new_login: bool) -> Values {
    let mut better = values;
    for (condition, value) in list.iter().zip(&mut better) {
        match condition {
            Scope(name) if scopes.contains(name) => *value = Value::Yes,
            Fresh if new_login => *value = Value::Yes,
            _ => {}
        }
    }
    better
}

/// The conditions of a list that a client can ask for.
fn askable(list: &[Requirement; 4]) -> u8 {
    let bits = list.iter().enumerate().filter(|(_, one)| matches!(one, Scope(_) | Fresh));
    bits.map(|(index, _)| 1 << index).sum()
}

/// What a client reads in `WWW-Authenticate`.
#[derive(Debug)]
struct Told {
    scopes: Vec<String>,
    new_login: bool,
}

impl Told {
    fn of(refusal: &Refusal, protection: &Protection) -> Self {
        let response = refusal.answer(Some(protection), &ProblemJson).unwrap();
        let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap());
        let param = |name: &str| {
            let (_, rest) = challenge?.split_once(&format!("{name}=\""))?;
            rest.split_once('"').map(|(value, _)| value)
        };
        let scopes = param("scope").into_iter().flat_map(str::split_ascii_whitespace).map(str::to_owned);
        let error = param("error");
        // RFC 6750 section 3.1 and RFC 9470 section 3; no parameter says that the login must be new.
        let status = match error {
            None => {
                if refusal.kind() == FailureKind::MissingToken {
                    401
                } else {
                    403
                }
            }
            Some("insufficient_scope") => 403,
            Some("insufficient_user_authentication") => 401,
            Some(other) => panic!("{other}"),
        };
        assert_eq!(response.status(), status, "{challenge:?}");
        Self { scopes: scopes.collect(), new_login: error == Some("insufficient_user_authentication") }
    }

    fn is_nothing(&self) -> bool {
        self.scopes.is_empty() && !self.new_login
    }

    fn scopes(&self) -> Vec<&str> {
        self.scopes.iter().map(String::as_str).collect()
    }
}

/// What a refusal asks for leads in, with the fewest scopes, and where it asks for nothing, nothing would. What stands below
/// `not(..)` is judged by what the caller has: a refusal never asks for it, nor to do without it.
pub(super) fn assert_helpful(list: &[Requirement; 4], trees: &[Tree]) {
    let protection = Protection::new("Bearer", "api", None);
    for (values, principal) in callers(list) {
        for tree in trees {
            let decided = evaluate(&tree.requirement, &principal, &Hierarchy::default(), Facts::default());
            let Err(unmet) = decided else { continue };
            let error = AuthError::Policy(unmet);
            let refusal = Refusal::new(error.kind(), error.way().cloned().unwrap_or_default());
            let told = Told::of(&refusal, &protection);
            let admits = |values: Values| tree.holds & bit(values) != 0;
            if told.is_nothing() {
                if tree.turned & askable(list) == 0 {
                    assert_hopeless(list, tree, values);
                }
            } else if !tree.contradicts_itself(askable(list)) {
                let better = improved(list, values, &told.scopes(), told.new_login);
                assert!(admits(better), "{} asks {values:?} for {told:?}", tree.requirement);
                if tree.turned & askable(list) == 0 && !tree.repeats {
                    let asked = (gain(list, values, better), told.new_login);
                    let fewest = fewest(list, values, admits);
                    assert_eq!(Some(asked), fewest, "{} asks {values:?} for {told:?}", tree.requirement);
                }
            }
        }
    }
}

/// How many scopes a caller has gained.
fn gain(list: &[Requirement; 4], before: Values, after: Values) -> usize {
    let scopes = list.iter().zip(before).zip(after).filter(|((one, _), _)| matches!(one, Scope(_)));
    scopes.filter(|((_, before), after)| before != after).count()
}

/// The fewest scopes that admit a caller, and whether a new login is needed with them: by trying all. A claim that cannot be read
/// stays so.
fn fewest(list: &[Requirement; 4], values: Values, admits: impl Fn(Values) -> bool) -> Option<(usize, bool)> {
    let is_new = |after: Values| {
        list.iter()
            .zip(values)
            .zip(after)
            .all(|((one, before), after)| !matches!(one, Scope(_)) || before == after || before == Value::No)
    };
    let every = EVERY_SCOPES.into_iter().flat_map(|scopes| [false, true].map(|login| (scopes, login)));
    let tried = every.map(|(scopes, login)| (improved(list, values, scopes, login), login));
    let enough = tried.filter(|(after, _)| is_new(*after) && admits(*after));
    enough.map(|(after, login)| (gain(list, values, after), login)).min()
}

/// Every set of the scopes of the lists.
const EVERY_SCOPES: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];

fn assert_hopeless(list: &[Requirement; 4], tree: &Tree, values: Values) {
    let is_readable =
        !list.iter().zip(&values).any(|(one, value)| matches!(one, Scope(_)) && *value == Value::Unknown);
    for scopes in EVERY_SCOPES.into_iter().filter(|scopes| scopes.is_empty() || is_readable) {
        for new_login in [false, true] {
            let better = improved(list, values, scopes, new_login);
            let admits = tree.holds & bit(better) != 0;
            assert!(!admits, "{} says {values:?} that nothing helps", tree.requirement);
        }
    }
}

/// What a caller without a token is told to ask for is enough, and not more than is needed, if the token is of a new login, and has the roles and claims too.
pub(super) fn assert_askable(list: &[Requirement; 4], trees: &[Tree]) {
    let protection = Protection::new("Bearer", "api", None);
    let callers = callers(list);
    let every = u8::MAX;
    let plain =
        trees.iter().filter(|tree| tree.turned & askable(list) == 0 && !tree.contradicts_itself(every));
    for tree in plain {
        let requirement: &'static Requirement = Box::leak(Box::new(tree.requirement));
        let way = way_to_ask_for(requirement, &Hierarchy::default());
        let told = Told::of(&Refusal::new(FailureKind::MissingToken, way), &protection);
        assert!(!told.new_login);
        let fits = |values: &Values| {
            list.iter().zip(values).all(|(condition, value)| match condition {
                Scope(name) => (*value == Value::Yes) == told.scopes().contains(name),
                Fresh => *value == Value::Yes,
                _ => true,
            })
        };
        let admitted = |values: &Values| tree.holds & bit(*values) != 0;
        let scopes_of = |values: &Values| {
            list.iter()
                .zip(values)
                .filter(|(one, value)| matches!(one, Scope(_)) && **value == Value::Yes)
                .count()
        };
        let fewest =
            callers.iter().filter(|(values, _)| admitted(values)).map(|(values, _)| scopes_of(values)).min();
        let is_enough = callers.iter().any(|(values, _)| fits(values) && admitted(values));
        assert!(is_enough || fewest.is_none(), "{} asks for {told:?}", tree.requirement);
        if let (Some(fewest), false) = (fewest, tree.repeats) {
            assert_eq!(told.scopes.len(), fewest, "{} asks for {told:?}", tree.requirement);
        }
    }
}
