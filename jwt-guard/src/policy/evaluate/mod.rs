//! Decides whether a caller meets conditions, and if not, what would help.
//!
//! A condition holds, does not hold, or is *unknown*, because a claim that it needs is malformed. `not(..)` of an
//! unknown condition is unknown too, and only a policy that holds admits a caller (Kleene's strong three-valued logic).
//! So a malformed claim neither grants nor forbids anything.

mod finding;
mod unmet;

use std::cell::OnceCell;
use std::time::Duration;

use super::facts::Facts;
use super::{ClaimValue, Requirement, Way};
use crate::claims::hierarchy::Hierarchy;
use crate::claims::names::NameSet;
use crate::claims::numeric_date::NumericDate;
use crate::json::{At, Json, Object};
use crate::principal::{Identity, Principal};

pub(crate) use finding::{Sources, finding};
pub(crate) use unmet::way_to_ask_for;

/// Why a caller does not meet a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unmet {
    /// A token of this way would be admitted. Its scopes are those of the branch that lacks the fewest, including
    /// scopes that the caller has, without implied ones; empty if only a new login is missing. Its login is one that is
    /// missing.
    Way(Way),
    /// No scope would help: a role, a claim or a `not(..)` excludes the caller.
    Forbidden,
    /// Nothing would help: these claims of the token are malformed.
    Malformed(String),
}

/// Decides whether `principal` meets `requirement`. The scopes of the principal include implied ones; `hierarchy`, of
/// scopes, explains a refusal.
///
/// # Errors
///
/// What the cheapest branch still asks for.
pub(crate) fn evaluate(
    requirement: &Requirement,
    principal: &Principal,
    hierarchy: &Hierarchy,
    facts: Facts<'_>,
) -> Result<(), Unmet> {
    let caller = Evaluator::new(principal, hierarchy, facts);
    if caller.verdict(requirement) == Verdict::Holds { Ok(()) } else { Err(caller.unmet(requirement)) }
}

/// The malformed claims of the caller that `requirement` asks for, for the log.
pub(crate) fn malformed_claims(
    requirement: &Requirement,
    principal: &Principal,
    facts: Facts<'_>,
) -> Option<String> {
    Evaluator::new(principal, &Hierarchy::default(), facts).malformed_claims(requirement)
}

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

/// A caller with its claims, which are parsed only when a condition needs one.
struct Evaluator<'a> {
    identity: Option<&'a Identity>,
    hierarchy: &'a Hierarchy,
    claims: OnceCell<Option<Object<'a>>>,
    facts: Facts<'a>,
}

impl<'a> Evaluator<'a> {
    fn new(principal: &'a Principal, hierarchy: &'a Hierarchy, facts: Facts<'a>) -> Self {
        let identity = principal.identity().map(AsRef::as_ref);
        Self { identity, hierarchy, claims: OnceCell::new(), facts }
    }

    /// The decision.
    fn verdict(&self, requirement: &Requirement) -> Verdict {
        match requirement {
            // A list of one needs no list: most policies are one condition.
            Requirement::All([inner]) | Requirement::Any([inner]) => self.verdict(inner),
            Requirement::All(list) => self.most_extreme(list, Verdict::DoesNotHold, Verdict::min),
            Requirement::Any(list) => self.most_extreme(list, Verdict::Holds, Verdict::max),
            Requirement::Not(inner) => self.verdict(inner).not(),
            Requirement::Scope(name) => self.of(|identity| is_among(name, &identity.scopes)),
            Requirement::Role(name) => self.of(|identity| is_among(name, &identity.roles)),
            Requirement::Claim(path, value) => self.of(|identity| self.has_claim(identity, path, *value)),
            Requirement::Fresh => {
                self.of(|identity| identity.claims.is_fresh().map_or(Verdict::Unknown, Verdict::of))
            }
            Requirement::MaxAge(most) => self.of(|identity| self.is_recent(identity, *most)),
            Requirement::Acr(values) => {
                self.of(|identity| self.member(identity, "acr", |acr| Some(values.contains(&acr.as_text()?))))
            }
            Requirement::Owner(name) => self.of(|_| self.is_owner(name)),
            Requirement::PathClaim(name, claim) => self.of(|identity| self.is_of_path(identity, name, claim)),
            Requirement::Policy(_, inner) => self.verdict(inner),
        }
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

    /// Whether the person logged in at most `most` ago.
    fn is_recent(&self, identity: &'a Identity, most: Duration) -> Verdict {
        self.member(identity, "auth_time", |claim| {
            let issued_at = identity.claims.issued_at();
            self.facts.moment?.is_recent(NumericDate::from_json(claim)?, issued_at, most)
        })
    }

    /// Whether the claim is as `is` says; unknown where that says nothing.
    fn member(&self, identity: &'a Identity, name: &str, is: impl Fn(&Json<'_>) -> Option<bool>) -> Verdict {
        match self.tree(identity).map(|claims| claims.at(&[name])) {
            Some(At::Absent) => Verdict::DoesNotHold,
            Some(At::Value(value)) => is(value).map_or(Verdict::Unknown, Verdict::of),
            Some(At::NoObject) | None => Verdict::Unknown,
        }
    }

    /// The payload was parsed before. Should it fail here, what a condition asks of it is unknown.
    fn tree(&self, identity: &'a Identity) -> Option<&Object<'a>> {
        self.claims.get_or_init(|| identity.claims.tree()).as_ref()
    }

    /// Whether a parameter of the path is the subject of the caller.
    fn is_owner(&self, parameter: &str) -> Verdict {
        let both = self.facts.path.and_then(|path| Some((path.params.value(parameter)?, path.person?)));
        both.map_or(Verdict::Unknown, |(value, person)| Verdict::of(value == person))
    }

    /// Whether a parameter of the path is the value of a claim.
    fn is_of_path(&self, identity: &'a Identity, parameter: &str, claim: &[&str]) -> Verdict {
        let value = self.facts.path.and_then(|path| path.params.value(parameter));
        value.map_or(Verdict::Unknown, |value| self.has(identity, claim, |claim| is_text(claim, value)))
    }

    fn has_claim(&self, identity: &'a Identity, path: &[&str], expected: ClaimValue) -> Verdict {
        self.has(identity, path, |claim| is(claim, expected))
    }

    /// Whether the claim at `path`, or an element of it, is the expected one.
    fn has(&self, identity: &'a Identity, path: &[&str], is: impl Fn(&Json<'_>) -> Verdict) -> Verdict {
        let Some(claims) = self.tree(identity) else { return Verdict::Unknown };
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
            | Requirement::MaxAge(_)
            | Requirement::Acr(_)
                if self.verdict(requirement) != Verdict::Unknown =>
            {
                None
            }
            Requirement::Scope(_) => names(|identity| &identity.scopes),
            Requirement::Role(_) => names(|identity| &identity.roles),
            Requirement::Claim(path, _) => Some(path.join(".")),
            // Unless it is the value in the path that cannot be read.
            Requirement::PathClaim(name, path) => {
                self.facts.path.and_then(|facts| facts.params.value(name)).map(|_| path.join("."))
            }
            Requirement::Fresh => Some("fresh".to_owned()),
            // Unless it is the time that is not known.
            Requirement::MaxAge(_) => self.facts.moment.map(|_| "auth_time".to_owned()),
            Requirement::Acr(_) => Some("acr".to_owned()),
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

#[cfg(test)]
mod tests;
