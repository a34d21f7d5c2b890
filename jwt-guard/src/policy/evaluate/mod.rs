//! Decides whether a caller meets conditions, and if not, what would help.
//!
//! A condition holds, does not hold, or is *unknown*, because a claim that it needs is malformed. `not(..)` of an
//! unknown condition is unknown too, and only a policy that holds admits a caller (Kleene's strong three-valued logic).
//! So a malformed claim neither grants nor forbids anything.

mod finding;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::slice;

use super::path::PathFacts;
use super::{ClaimValue, Requirement, Way};
use crate::claims::hierarchy::Hierarchy;
use crate::claims::names::NameSet;
use crate::json::{At, Json, Object};
use crate::principal::{Identity, Principal};

pub(crate) use finding::{Sources, finding};

/// Why a caller does not meet a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unmet {
    /// A token of this way would be admitted. Its scopes are those of the branch that lacks the fewest, including
    /// scopes that the caller has, without implied ones; empty if only a new login is missing.
    Way(Way),
    /// No scope would help: a role, a claim or a `not(..)` excludes the caller.
    Forbidden,
    /// Nothing would help: these claims of the token are malformed.
    Malformed(String),
}

/// Decides whether `principal` meets `requirement`. The scopes of the principal include implied ones; `hierarchy`, of
/// scopes, explains a refusal. Without `path`, what is asked of it is unknown.
///
/// # Errors
///
/// The shortfall of the cheapest branch.
pub(crate) fn evaluate(
    requirement: &Requirement,
    principal: &Principal,
    hierarchy: &Hierarchy,
    path: Option<PathFacts<'_>>,
) -> Result<(), Unmet> {
    let caller = Evaluator { path, ..Evaluator::new(principal.identity().map(AsRef::as_ref), hierarchy) };
    if caller.verdict(requirement) == Verdict::Holds {
        return Ok(());
    }
    Err(match caller.cheapest(requirement) {
        None => caller.malformed_claims(requirement).map_or(Unmet::Forbidden, Unmet::Malformed),
        Some(branch) if branch.gain > 0 => {
            Unmet::Way(Way { fresh: branch.login == LoginNeed::Anew, ..Way::from(branch.scopes) })
        }
        Some(_) => Unmet::Way(Way::anew()),
    })
}

/// The malformed claims of the caller that `requirement` asks for, for the log.
pub(crate) fn malformed_claims(
    requirement: &Requirement,
    principal: &Principal,
    path: Option<PathFacts<'_>>,
) -> Option<String> {
    let hierarchy = Hierarchy::default();
    let caller = Evaluator { path, ..Evaluator::new(principal.identity().map(AsRef::as_ref), &hierarchy) };
    caller.malformed_claims(requirement)
}

/// The scopes that a caller without a token should request: those of the branch that grants the fewest, without implied
/// ones. Empty if no scope is needed. A branch that needs a role still names its scopes, because the token may have the
/// role.
pub(crate) fn scopes_to_ask_for(requirement: &'static Requirement, hierarchy: &Hierarchy) -> Scopes {
    match requirement {
        // The common policies, without an allocation.
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
        Requirement::Not(_)
        | Requirement::Role(_)
        | Requirement::Claim(..)
        | Requirement::Fresh
        | Requirement::Owner(_)
        | Requirement::PathClaim(..) => {}
    }
}

fn add_scope(name: &'static str, scopes: &mut Vec<&'static str>) {
    if !scopes.contains(&name) {
        scopes.push(name);
    }
}

static NOTHING: NameSet = NameSet::none();

/// The verdict on a condition. In this order, the minimum of several verdicts is that of `all(..)`, and the maximum
/// that of `any(..)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    DoesNotHold,
    Unknown,
    Holds,
}

impl Verdict {
    const fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::DoesNotHold }
    }

    const fn not(self) -> Self {
        match self {
            Self::DoesNotHold => Self::Holds,
            Self::Unknown => Self::Unknown,
            Self::Holds => Self::DoesNotHold,
        }
    }
}

/// Whether a way to meet a requirement needs a new login. Ordered by the effort of a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LoginNeed {
    AsItIs,
    Anew,
}

/// A way to meet a requirement for which only scopes and a new login are missing.
struct Branch {
    /// All scopes of the branch, whether the caller has them or not, so that a client can request a token for the whole
    /// operation; without implied ones.
    scopes: Vec<&'static str>,
    /// How many scopes the caller would gain, including implied ones. Counting named scopes instead would prefer one
    /// mighty scope to two weak ones.
    gain: usize,
    /// How many scopes it would have to name.
    missing: usize,
    /// Whether a new login is needed.
    login: LoginNeed,
}

impl Branch {
    const fn nothing(login: LoginNeed) -> Self {
        Self { scopes: Vec::new(), gain: 0, missing: 0, login }
    }
}

/// A caller with its claims, which are parsed only when a condition needs one.
struct Evaluator<'a> {
    identity: Option<&'a Identity>,
    hierarchy: &'a Hierarchy,
    claims: OnceCell<Option<Object<'a>>>,
    path: Option<PathFacts<'a>>,
}

impl<'a> Evaluator<'a> {
    fn new(identity: Option<&'a Identity>, hierarchy: &'a Hierarchy) -> Self {
        Self { identity, hierarchy, claims: OnceCell::new(), path: None }
    }

    /// The decision.
    fn verdict(&self, requirement: &Requirement) -> Verdict {
        match requirement {
            Requirement::All(list) => self.most_extreme(list, Verdict::DoesNotHold, Verdict::min),
            Requirement::Any(list) => self.most_extreme(list, Verdict::Holds, Verdict::max),
            Requirement::Not(inner) => self.verdict(inner).not(),
            Requirement::Scope(name) => self.of(|identity| is_among(name, &identity.scopes)),
            Requirement::Role(name) => self.of(|identity| is_among(name, &identity.roles)),
            Requirement::Claim(path, value) => self.of(|identity| self.has_claim(identity, path, *value)),
            Requirement::Fresh => {
                self.of(|identity| identity.claims.is_fresh().map_or(Verdict::Unknown, Verdict::of))
            }
            Requirement::Owner(name) => self.of(|_| self.is_owner(name)),
            Requirement::PathClaim(name, claim) => self.of(|identity| self.is_of_path(identity, name, claim)),
            Requirement::Policy(_, inner) => self.verdict(inner),
        }
    }

    /// The branch that would grant the fewest scopes, if possible without a new login; `None` if every branch lacks
    /// something else. Explains a refusal and decides nothing.
    fn cheapest(&self, requirement: &Requirement) -> Option<Branch> {
        match requirement {
            Requirement::All(list) => {
                let branches = list.iter().map(|inner| self.cheapest(inner)).collect::<Option<Vec<_>>>()?;
                let login = branches.iter().map(|branch| branch.login).max().unwrap_or(LoginNeed::AsItIs);
                Some(self.branch(union(branches.into_iter().map(|branch| branch.scopes)), login))
            }
            Requirement::Any(list) => list
                .iter()
                .filter_map(|inner| self.cheapest(inner))
                .min_by_key(|branch| (branch.gain, branch.login, branch.missing)),
            // It is unknown whether the scopes of a new token could be read.
            Requirement::Scope(_) if self.verdict(requirement) == Verdict::Unknown => None,
            Requirement::Scope(name) => Some(self.branch(vec![*name], LoginNeed::AsItIs)),
            Requirement::Fresh => match self.verdict(requirement) {
                Verdict::Holds => Some(Branch::nothing(LoginNeed::AsItIs)),
                // A new login yields a token with a well-formed claim.
                Verdict::DoesNotHold | Verdict::Unknown => Some(Branch::nothing(LoginNeed::Anew)),
            },
            Requirement::Policy(_, inner) => self.cheapest(inner),
            Requirement::Not(_)
            | Requirement::Role(_)
            | Requirement::Claim(..)
            | Requirement::Owner(_)
            | Requirement::PathClaim(..) => {
                (self.verdict(requirement) == Verdict::Holds).then_some(Branch::nothing(LoginNeed::AsItIs))
            }
        }
    }

    /// The branch of these scopes, without duplicates.
    fn branch(&self, mut scopes: Vec<&'static str>, login: LoginNeed) -> Branch {
        self.hierarchy.reduce(&mut scopes);
        let held = self.identity.map_or(&NOTHING, |identity| &identity.scopes);
        let gain = self.hierarchy.gain(&scopes, held);
        let missing = scopes.iter().filter(|scope| !held.contains(scope)).count();
        Branch { scopes, gain, missing, login }
    }

    /// The verdict on the caller. A caller without a token lacks everything.
    fn of(&self, say: impl FnOnce(&'a Identity) -> Verdict) -> Verdict {
        self.identity.map_or(Verdict::DoesNotHold, say)
    }

    /// The minimum or the maximum of the verdicts, by `choose`. It stops at `end`, which cannot change any more.
    fn most_extreme(
        &self,
        list: &[Requirement],
        end: Verdict,
        choose: impl Fn(Verdict, Verdict) -> Verdict,
    ) -> Verdict {
        let mut extreme = end.not();
        for inner in list {
            extreme = choose(extreme, self.verdict(inner));
            if extreme == end {
                break;
            }
        }
        extreme
    }

    /// Whether a parameter of the path is the subject of the caller.
    fn is_owner(&self, parameter: &str) -> Verdict {
        let both = self.path.and_then(|path| Some((path.params.value(parameter)?, path.person?)));
        both.map_or(Verdict::Unknown, |(value, person)| Verdict::of(value == person))
    }

    /// Whether a parameter of the path is the value of a claim.
    fn is_of_path(&self, identity: &'a Identity, parameter: &str, claim: &[&str]) -> Verdict {
        let value = self.path.and_then(|path| path.params.value(parameter));
        value.map_or(Verdict::Unknown, |value| self.has(identity, claim, |claim| is_text(claim, value)))
    }

    fn has_claim(&self, identity: &'a Identity, path: &[&str], expected: ClaimValue) -> Verdict {
        self.has(identity, path, |claim| is(claim, expected))
    }

    /// Whether the claim at `path`, or an element of it, is the expected one.
    fn has(&self, identity: &'a Identity, path: &[&str], is: impl Fn(&Json<'_>) -> Verdict) -> Verdict {
        // The payload was parsed before. Should it fail here, the condition is unknown.
        let Some(claims) = self.claims.get_or_init(|| identity.claims.tree()) else {
            return Verdict::Unknown;
        };
        match claims.at(path) {
            At::Absent => Verdict::DoesNotHold,
            At::NoObject => Verdict::Unknown,
            At::Value(Json::List(values)) => {
                let mut held = Verdict::DoesNotHold;
                for value in values {
                    match is(value) {
                        // A list with one element of a wrong type is malformed.
                        Verdict::Unknown => return Verdict::Unknown,
                        verdict => held = held.max(verdict),
                    }
                }
                held
            }
            At::Value(value) => is(value),
        }
    }

    /// The claims for which conditions are unknown, each once, separated by commas.
    fn malformed_claims(&self, requirement: &Requirement) -> Option<String> {
        let mut claims = Vec::new();
        self.add_malformed_claims(requirement, &mut claims);
        (!claims.is_empty()).then(|| claims.join(", "))
    }

    fn add_malformed_claims(&self, requirement: &Requirement, claims: &mut Vec<String>) {
        let names = |names: fn(&Identity) -> &NameSet| {
            self.identity.and_then(|identity| names(identity).unreadable_claim()).map(str::to_owned)
        };
        let malformed = match requirement {
            Requirement::All(list) | Requirement::Any(list) => {
                return list.iter().for_each(|inner| self.add_malformed_claims(inner, claims));
            }
            Requirement::Not(inner) | Requirement::Policy(_, inner) => {
                return self.add_malformed_claims(inner, claims);
            }
            Requirement::Scope(_)
            | Requirement::Role(_)
            | Requirement::Claim(..)
            | Requirement::PathClaim(..)
            | Requirement::Fresh
                if self.verdict(requirement) != Verdict::Unknown =>
            {
                None
            }
            Requirement::Scope(_) => names(|identity| &identity.scopes),
            Requirement::Role(_) => names(|identity| &identity.roles),
            Requirement::Claim(path, _) => Some(path.join(".")),
            // Unless it is the value in the path that cannot be read.
            Requirement::PathClaim(name, path) => {
                self.path.and_then(|facts| facts.params.value(name)).map(|_| path.join("."))
            }
            Requirement::Fresh => Some("fresh".to_owned()),
            // No claim of the caller is at fault.
            Requirement::Owner(_) => None,
        };
        claims.extend(malformed.filter(|claim| !claims.contains(claim)));
    }
}

/// Whether the token grants a name. A missing name is unknown if a claim was malformed.
fn is_among(name: &str, names: &NameSet) -> Verdict {
    match (names.contains(name), names.unreadable_claim()) {
        (true, _) => Verdict::Holds,
        (false, Some(_)) => Verdict::Unknown,
        (false, None) => Verdict::DoesNotHold,
    }
}

/// Whether a claim equals the literal. A claim of another type is unknown; a number with a fraction or an exponent is
/// not an integer.
fn is(value: &Json<'_>, expected: ClaimValue) -> Verdict {
    match (value, expected) {
        (Json::Text(text), ClaimValue::Text(expected)) => Verdict::of(text == expected),
        (Json::Signed(number), ClaimValue::Integer(expected)) => Verdict::of(*number == expected),
        (Json::Unsigned(number), ClaimValue::Integer(expected)) => {
            Verdict::of(i64::try_from(*number) == Ok(expected))
        }
        (Json::Bool(value), ClaimValue::Bool(expected)) => Verdict::of(*value == expected),
        _ => Verdict::Unknown,
    }
}

/// Whether a claim is a text, or an integer with these digits.
fn is_text(value: &Json<'_>, expected: &str) -> Verdict {
    match value {
        Json::Text(text) => Verdict::of(text == expected),
        Json::Signed(number) => Verdict::of(number.to_string() == expected),
        Json::Unsigned(number) => Verdict::of(number.to_string() == expected),
        _ => Verdict::Unknown,
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
