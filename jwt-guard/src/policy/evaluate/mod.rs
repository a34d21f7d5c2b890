//! The judgement: does this caller meet these conditions, and if not, what would help?

use std::borrow::Cow;
use std::cell::OnceCell;
use std::slice;

use super::{ClaimValue, Requirement};
use crate::claims::hierarchy::Hierarchy;
use crate::claims::names::Names;
use crate::claims::registered::TokenClaims;
use crate::json::{Json, Object};
use crate::principal::{Identity, Principal};

/// Why a caller does not meet a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shortfall {
    /// A token with all of these scopes would be let in: every scope of the branch that lacks the fewest, but for those
    /// that another one implies.
    Scopes(Vec<&'static str>),
    /// A token from a new login would be let in.
    NotFresh,
    /// No scope would help: a role, a claim or a `not(..)` stands against the caller.
    Forbidden,
}

/// Decides whether `principal` meets `requirement`. The scopes of the principal hold what they imply; `hierarchy`, of
/// scopes, explains a refusal.
///
/// # Errors
///
/// The shortfall of the cheapest branch.
pub(crate) fn evaluate(
    requirement: &Requirement,
    principal: &Principal,
    hierarchy: &Hierarchy,
) -> Result<(), Shortfall> {
    let caller = Caller::new(principal.identity().map(AsRef::as_ref), hierarchy);
    if caller.meets(requirement) {
        return Ok(());
    }
    Err(match caller.cheapest(requirement) {
        None => Shortfall::Forbidden,
        Some(branch) if branch.gain > 0 => Shortfall::Scopes(branch.scopes),
        Some(_) => Shortfall::NotFresh,
    })
}

/// Whether a caller meets `requirement`, for whom a refusal need not be explained.
pub(crate) fn meets(requirement: &Requirement, identity: &Identity, hierarchy: &Hierarchy) -> bool {
    Caller::new(Some(identity), hierarchy).meets(requirement)
}

/// The scopes that a caller without any should ask for: those of the branch that grants the fewest, but for those that
/// another one implies. Empty when none are asked for; a branch that needs a role still names its scopes, since the
/// token may bring the role.
pub(crate) fn scopes_to_ask_for(requirement: &'static Requirement, hierarchy: &Hierarchy) -> Scopes {
    match requirement {
        // The usual policies, without an allocation.
        Requirement::Scope(name) => Cow::Borrowed(slice::from_ref(name)),
        Requirement::All([inner]) => scopes_to_ask_for(inner, hierarchy),
        _ => {
            let mut scopes = Vec::new();
            add_scopes(requirement, hierarchy, &mut scopes);
            hierarchy.reduce(&mut scopes);
            Cow::Owned(scopes)
        }
    }
}

/// The scopes that a refusal names.
pub(crate) type Scopes = Cow<'static, [&'static str]>;

fn add_scopes(requirement: &'static Requirement, hierarchy: &Hierarchy, scopes: &mut Vec<&'static str>) {
    match requirement {
        Requirement::Scope(name) => add_scope(name, scopes),
        Requirement::All(list) => list.iter().for_each(|inner| add_scopes(inner, hierarchy, scopes)),
        Requirement::Any(list) => {
            let branches = list.iter().map(|inner| scopes_to_ask_for(inner, hierarchy));
            let cheapest = branches.min_by_key(|branch| (hierarchy.gain(branch, &NOTHING), branch.len()));
            let names = cheapest.unwrap_or_default();
            names.iter().for_each(|name| add_scope(name, scopes));
        }
        Requirement::Policy(_, inner) => add_scopes(inner, hierarchy, scopes),
        Requirement::Not(_) | Requirement::Role(_) | Requirement::Claim(..) | Requirement::Fresh => {}
    }
}

fn add_scope(name: &'static str, scopes: &mut Vec<&'static str>) {
    if !scopes.contains(&name) {
        scopes.push(name);
    }
}

static NOTHING: Names = Names::none();

/// Whether a way to meet a requirement leads through a new login. Ordered by what it asks of a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Login {
    AsItIs,
    Anew,
}

/// A way to meet a requirement that lacks nothing but scopes and a new login.
struct Branch {
    /// All scopes of the branch, held or not, so that a client can ask for a token that serves the whole operation; but
    /// for those that another one implies.
    scopes: Vec<&'static str>,
    /// How many scopes the caller would gain, with those that follow: none where it lacks none. Not how many it would
    /// have to name, or a mighty scope would be asked for where two weak ones do.
    gain: usize,
    /// How many it would have to name.
    missing: usize,
    /// Whether a new login is needed.
    login: Login,
}

impl Branch {
    const fn nothing(login: Login) -> Self {
        Self { scopes: Vec::new(), gain: 0, missing: 0, login }
    }
}

/// A caller with its claims, which are read from the payload only when a condition asks for one.
struct Caller<'a> {
    identity: Option<&'a Identity>,
    hierarchy: &'a Hierarchy,
    claims: OnceCell<Option<Object<'a>>>,
}

impl<'a> Caller<'a> {
    fn new(identity: Option<&'a Identity>, hierarchy: &'a Hierarchy) -> Self {
        Self { identity, hierarchy, claims: OnceCell::new() }
    }

    /// The decision.
    fn meets(&self, requirement: &Requirement) -> bool {
        match requirement {
            Requirement::All(list) => list.iter().all(|inner| self.meets(inner)),
            Requirement::Any(list) => list.iter().any(|inner| self.meets(inner)),
            Requirement::Not(inner) => !self.meets(inner),
            Requirement::Scope(name) => self.has_scope(name),
            Requirement::Role(name) => self.identity.is_some_and(|identity| identity.roles.contains(name)),
            Requirement::Claim(path, value) => self.has_claim(path, *value),
            Requirement::Fresh => self.identity.is_some_and(|identity| identity.claims.is_fresh()),
            Requirement::Policy(_, inner) => self.meets(inner),
        }
    }

    /// The branch that would grant the fewest scopes, and needs no new login if it can be; `None` when every branch lacks
    /// more. Explains a refusal and decides nothing.
    fn cheapest(&self, requirement: &Requirement) -> Option<Branch> {
        match requirement {
            Requirement::All(list) => {
                let branches = list.iter().map(|inner| self.cheapest(inner)).collect::<Option<Vec<_>>>()?;
                let login = branches.iter().map(|branch| branch.login).max().unwrap_or(Login::AsItIs);
                Some(self.branch(union(branches.into_iter().map(|branch| branch.scopes)), login))
            }
            Requirement::Any(list) => list
                .iter()
                .filter_map(|inner| self.cheapest(inner))
                .min_by_key(|branch| (branch.gain, branch.login, branch.missing)),
            Requirement::Scope(name) => Some(self.branch(vec![*name], Login::AsItIs)),
            Requirement::Fresh => {
                let login = if self.meets(requirement) { Login::AsItIs } else { Login::Anew };
                Some(Branch::nothing(login))
            }
            Requirement::Policy(_, inner) => self.cheapest(inner),
            Requirement::Not(_) | Requirement::Role(_) | Requirement::Claim(..) => {
                self.meets(requirement).then_some(Branch::nothing(Login::AsItIs))
            }
        }
    }

    /// The branch of these scopes, none of which is there twice.
    fn branch(&self, mut scopes: Vec<&'static str>, login: Login) -> Branch {
        self.hierarchy.reduce(&mut scopes);
        let held = self.identity.map_or(&NOTHING, |identity| &identity.scopes);
        let gain = self.hierarchy.gain(&scopes, held);
        let missing = scopes.iter().filter(|scope| !held.contains(scope)).count();
        Branch { scopes, gain, missing, login }
    }

    fn has_scope(&self, name: &str) -> bool {
        self.identity.is_some_and(|identity| identity.scopes.contains(name))
    }

    fn has_claim(&self, path: &[&str], expected: ClaimValue) -> bool {
        let claims = self
            .claims
            .get_or_init(|| self.identity.map(|identity| &identity.claims).and_then(TokenClaims::tree));
        match claims.as_ref().and_then(|claims| claims.at(path)) {
            Some(Json::List(values)) => values.iter().any(|value| is(value, expected)),
            Some(value) => is(value, expected),
            None => false,
        }
    }
}

/// Whether a claim is the literal, type and all.
fn is(value: &Json<'_>, expected: ClaimValue) -> bool {
    match (value, expected) {
        (Json::Text(text), ClaimValue::Text(expected)) => text == expected,
        (Json::Signed(number), ClaimValue::Integer(expected)) => *number == expected,
        (Json::Unsigned(number), ClaimValue::Integer(expected)) => i64::try_from(*number) == Ok(expected),
        (Json::Bool(value), ClaimValue::Bool(expected)) => *value == expected,
        _ => false,
    }
}

/// Every scope once, in the order of the policy.
fn union(lists: impl IntoIterator<Item = Vec<&'static str>>) -> Vec<&'static str> {
    let mut all = Vec::new();
    for scope in lists.into_iter().flatten() {
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    all
}

#[cfg(test)]
mod tests;
