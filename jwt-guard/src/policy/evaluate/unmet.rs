//! What would help a caller whom a policy refuses. It explains a refusal and decides nothing.

use std::borrow::Cow;
use std::slice;

use super::{Evaluator, Unmet, Verdict};
use crate::claims::hierarchy::Hierarchy;
use crate::claims::names::NameSet;
use crate::policy::login::LoginNeed;
use crate::policy::{Requirement, Way};

/// What a caller without a token should request: the scopes of the branch that grants the fewest, without
/// implied ones, and the login that it needs. Empty if any token will do, or none. A branch that needs a role
/// still names its scopes, because the token may have the role.
pub(crate) fn way_to_ask_for(requirement: &'static Requirement, hierarchy: &Hierarchy) -> Way {
    possible_way(requirement, hierarchy).unwrap_or_default()
}

/// `None` if no token would do, as for an empty `any()`.
fn possible_way(requirement: &'static Requirement, hierarchy: &Hierarchy) -> Option<Way> {
    match requirement {
        // The common policies, without an allocation.
        Requirement::Scope(name) => Some(Way::from(Cow::Borrowed(slice::from_ref(name)))),
        Requirement::All([inner]) => possible_way(inner, hierarchy),
        _ => {
            let (mut scopes, mut login) = (Vec::new(), LoginNeed::default());
            add(requirement, hierarchy, &mut scopes, &mut login)?;
            hierarchy.reduce(&mut scopes);
            login.is_possible().then(|| Way::from(scopes).with_login(login))
        }
    }
}

/// Adds what a requirement asks for; `None` if no token would do.
fn add(
    requirement: &'static Requirement,
    hierarchy: &Hierarchy,
    scopes: &mut Vec<&'static str>,
    login: &mut LoginNeed,
) -> Option<()> {
    match requirement {
        Requirement::Scope(name) => add_scope(name, scopes),
        Requirement::All(list) => {
            list.iter().try_for_each(|inner| add(inner, hierarchy, scopes, login))?;
        }
        Requirement::Any(list) => {
            let branches = list.iter().filter_map(|inner| possible_way(inner, hierarchy));
            let way = branches.min_by_key(|way| {
                (hierarchy.gain(way.scopes(), &NOTHING), way.scopes().len(), way.asks_for_a_login())
            })?;
            way.scopes().iter().for_each(|name| add_scope(name, scopes));
            *login = login.and(way.login());
        }
        Requirement::Policy(_, inner) => add(inner, hierarchy, scopes, login)?,
        Requirement::Fresh => *login = login.and(&LoginNeed::fresh()),
        Requirement::MaxAge(most) => *login = login.and(&LoginNeed::max_age(*most)),
        Requirement::Acr(values) => *login = login.and(&LoginNeed::acr(values)),
        Requirement::Not(_)
        | Requirement::Role(_)
        | Requirement::Claim(..)
        | Requirement::Owner(_)
        | Requirement::PathClaim(..) => {}
    }
    Some(())
}

fn add_scope(name: &'static str, scopes: &mut Vec<&'static str>) {
    if !scopes.contains(&name) {
        scopes.push(name);
    }
}

static NOTHING: NameSet = NameSet::none();

/// Whether a way to meet a requirement needs a new login. Ordered by the effort of a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effort {
    None,
    NewLogin,
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
    /// The login of the branch, whether the caller has such a one or not: a new one must meet all of it.
    login: LoginNeed,
    effort: Effort,
}

impl Branch {
    fn of_login(login: LoginNeed, verdict: Verdict) -> Self {
        let effort = match verdict {
            Verdict::Holds => Effort::None,
            // A new login yields a token with a well-formed claim.
            Verdict::DoesNotHold | Verdict::Unknown => Effort::NewLogin,
        };
        Self { scopes: Vec::new(), gain: 0, missing: 0, login, effort }
    }
}

impl Evaluator<'_> {
    /// Why the caller does not meet `requirement`, and what would help.
    pub(super) fn unmet(&self, requirement: &Requirement) -> Unmet {
        let Some(branch) = self.cheapest(requirement) else {
            return self.malformed_claims(requirement).map_or(Unmet::Forbidden, Unmet::Malformed);
        };
        let login = if branch.effort == Effort::NewLogin { branch.login } else { LoginNeed::default() };
        let scopes = if branch.gain > 0 { branch.scopes } else { Vec::new() };
        Unmet::Way(Way::from(scopes).with_login(login))
    }

    /// The branch that would grant the fewest scopes, if possible without a new login; `None` if every branch lacks
    /// something else.
    fn cheapest(&self, requirement: &Requirement) -> Option<Branch> {
        let of_login = |login| Some(Branch::of_login(login, self.verdict(requirement)));
        match requirement {
            Requirement::All(list) => {
                let branches = list.iter().map(|inner| self.cheapest(inner)).collect::<Option<Vec<_>>>()?;
                let effort = branches.iter().map(|branch| branch.effort).max().unwrap_or(Effort::None);
                let logins = branches.iter().map(|branch| &branch.login);
                let login = logins.fold(LoginNeed::default(), |one, two| one.and(two));
                let scopes = union(branches.into_iter().map(|branch| branch.scopes));
                login.is_possible().then(|| Branch { login, effort, ..self.branch(scopes) })
            }
            Requirement::Any(list) => list
                .iter()
                .filter_map(|inner| self.cheapest(inner))
                .min_by_key(|branch| (branch.gain, branch.effort, branch.missing)),
            // It is unknown whether the scopes of a new token could be read.
            Requirement::Scope(_) if self.verdict(requirement) == Verdict::Unknown => None,
            Requirement::Scope(name) => Some(self.branch(vec![*name])),
            Requirement::Fresh => of_login(LoginNeed::fresh()),
            Requirement::MaxAge(most) => of_login(LoginNeed::max_age(*most)),
            Requirement::Acr(values) => of_login(LoginNeed::acr(values)),
            Requirement::Policy(_, inner) => self.cheapest(inner),
            Requirement::Not(_)
            | Requirement::Role(_)
            | Requirement::Claim(..)
            | Requirement::Owner(_)
            | Requirement::PathClaim(..) => {
                let holds = self.verdict(requirement) == Verdict::Holds;
                holds.then(|| Branch::of_login(LoginNeed::default(), Verdict::Holds))
            }
        }
    }

    /// The branch of these scopes, without duplicates.
    fn branch(&self, mut scopes: Vec<&'static str>) -> Branch {
        self.hierarchy.reduce(&mut scopes);
        let held = self.identity.map_or(&NOTHING, |identity| &identity.scopes);
        let gain = self.hierarchy.gain(&scopes, held);
        let missing = scopes.iter().filter(|scope| !held.contains(scope)).count();
        Branch { scopes, gain, missing, login: LoginNeed::default(), effort: Effort::None }
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
