//! What a policy needs to admit a caller, as data: for documents, metadata and challenges.

use super::Requirement::{Claim, Not, Owner, PathClaim};
use super::login::LoginNeed;
use super::{Access, Requirement, Rule, Way};
use crate::token::TokenKind;

/// What a policy needs: whether it requires credentials, and each set of scopes and roles that suffices.
///
/// Made from a [`Rule`] by [`Needs::of`], independent of any caller. OpenAPI documents and resource metadata are
/// written from it.
///
/// ```
/// use jwt_guard::policy::{Credentials, Needs, Requirement, Rule};
///
/// const RULE: Rule = Rule::authenticated().with_requirement(Requirement::All(&[
///     Requirement::Scope("orders:write"),
///     Requirement::Any(&[Requirement::Role("clerk"), Requirement::Scope("orders:admin")]),
/// ]));
///
/// let needs = Needs::of(&RULE);
/// assert_eq!(needs.credentials(), Credentials::Required);
/// let [by_scope, by_role] = needs.ways() else { panic!("two ways") };
/// assert_eq!((by_role.scopes(), by_role.roles()), (&["orders:write"][..], &["clerk"][..]));
/// assert_eq!(by_scope.scopes(), ["orders:admin", "orders:write"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    credentials: Credentials,
    token: TokenKind,
    ways: Vec<Way>,
    scopes: Vec<&'static str>,
    completeness: Completeness,
    may_forbid: bool,
}

/// Whether a policy looks at the credentials of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// A caller without a token is refused.
    Required,
    /// A caller without a token is admitted; one with a bad token is refused, unless the policy is report-only.
    Optional,
    /// Credentials are ignored.
    Ignored,
}

/// Whether the ways describe the whole policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Completeness {
    Complete,
    /// There are conditions on claims, or more ways than are listed.
    Partial,
}

/// A policy with more ways than this is described by what all of them have in common. This keeps documents readable;
/// twenty `any(..)` in one policy would have a million ways.
const MOST_WAYS: usize = 16;

impl Needs {
    /// The needs of `rule`.
    pub fn of(rule: &Rule) -> Self {
        let requirement = rule.requirement();
        let credentials = match rule.access() {
            Access::Authenticated if rule.is_report_only() => Credentials::Optional,
            Access::Authenticated => Credentials::Required,
            Access::Anonymous | Access::AnonymousIfExpired => Credentials::Optional,
            Access::CredentialsIgnored => Credentials::Ignored,
        };
        let mut scopes = Vec::new();
        collect_scopes(requirement, &mut scopes);
        let (ways, completeness) = match ways(requirement) {
            Some(ways) if !ways.is_empty() => (ways, completeness(requirement)),
            // There is always a way: without one, a document would call the route open.
            _ => (vec![in_common(requirement)], Completeness::Partial),
        };
        let has_checks = !rule.checks().is_empty();
        Self {
            credentials,
            token: rule.token(),
            ways,
            scopes,
            completeness: if has_checks { Completeness::Partial } else { completeness },
            may_forbid: has_checks || may_forbid(requirement),
        }
    }

    /// Whether the policy requires credentials.
    pub fn credentials(&self) -> Credentials {
        self.credentials
    }

    /// The kind of token that the policy accepts.
    pub fn token(&self) -> TokenKind {
        self.token
    }

    /// The ways to be admitted, each of which suffices as far as scopes and roles are concerned. There is at least one,
    /// which may be empty. A policy with more than 16 ways has one, of what all of them have in common.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// Every scope that can help a caller to be admitted, including those of ways that are not listed, without those
    /// below `not(..)`.
    pub fn scopes(&self) -> &[&'static str] {
        &self.scopes
    }

    /// Whether [`ways`](Self::ways) describes the whole policy. It cannot express a condition on a claim, `not(..)` or
    /// a list that was cut.
    pub fn is_complete(&self) -> bool {
        self.completeness == Completeness::Complete
    }

    /// Whether a caller with a valid token may be refused.
    pub fn may_forbid(&self) -> bool {
        self.may_forbid
    }
}

/// The ways to meet a requirement; `None` where there are too many.
fn ways(requirement: &Requirement) -> Option<Vec<Way>> {
    let mut found = match requirement {
        Requirement::Scope(name) => vec![Way::scope(name)],
        Requirement::Role(name) => vec![Way::role(name)],
        Requirement::Fresh => vec![LoginNeed::fresh().into()],
        Requirement::MaxAge(most) => vec![LoginNeed::max_age(*most).into()],
        Requirement::Acr(values) => vec![LoginNeed::acr(values).into()],
        Requirement::All(list) => {
            let mut product = vec![Way::default()];
            for inner in *list {
                let inner = ways(inner)?;
                product = product.iter().flat_map(|one| inner.iter().map(move |two| one.and(two))).collect();
                product.retain(|way| way.login().is_possible());
                simplify(&mut product);
                if product.len() > MOST_WAYS {
                    return None;
                }
            }
            product
        }
        Requirement::Any(list) => {
            list.iter().map(ways).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect()
        }
        Requirement::Policy(_, inner) => ways(inner)?,
        // These conditions do not correspond to a scope or role.
        Not(_) | Claim(..) | Owner(_) | PathClaim(..) => vec![Way::default()],
    };
    simplify(&mut found);
    (found.len() <= MOST_WAYS).then_some(found)
}

fn simplify(ways: &mut Vec<Way>) {
    ways.sort();
    ways.dedup();
}

/// What every way needs, computed without listing the ways, so that there may be any number.
fn in_common(requirement: &Requirement) -> Way {
    match requirement {
        Requirement::Scope(name) => Way::scope(name),
        Requirement::Role(name) => Way::role(name),
        Requirement::Fresh => LoginNeed::fresh().into(),
        Requirement::MaxAge(most) => LoginNeed::max_age(*most).into(),
        Requirement::Acr(values) => LoginNeed::acr(values).into(),
        Requirement::All(list) => list.iter().map(in_common).fold(Way::default(), |one, two| one.and(&two)),
        Requirement::Any(list) => {
            list.iter().map(in_common).reduce(|one, two| one.common(&two)).unwrap_or_default()
        }
        Requirement::Policy(_, inner) => in_common(inner),
        Not(_) | Claim(..) | Owner(_) | PathClaim(..) => Way::default(),
    }
}

fn collect_scopes(requirement: &Requirement, scopes: &mut Vec<&'static str>) {
    match requirement {
        Requirement::Scope(name) if !scopes.contains(name) => scopes.push(name),
        Requirement::All(list) | Requirement::Any(list) => {
            list.iter().for_each(|inner| collect_scopes(inner, scopes));
        }
        Requirement::Policy(_, inner) => collect_scopes(inner, scopes),
        // The others name none.
        _ => {}
    }
}

fn completeness(requirement: &Requirement) -> Completeness {
    match requirement {
        Requirement::Scope(_)
        | Requirement::Role(_)
        | Requirement::Fresh
        | Requirement::MaxAge(_)
        | Requirement::Acr(_) => Completeness::Complete,
        Requirement::All(list) | Requirement::Any(list) => {
            let all = list.iter().all(|inner| completeness(inner) == Completeness::Complete);
            if all { Completeness::Complete } else { Completeness::Partial }
        }
        Requirement::Policy(_, inner) => completeness(inner),
        Not(_) | Claim(..) | Owner(_) | PathClaim(..) => Completeness::Partial,
    }
}

/// Whether something beside a new login may be missing.
fn may_forbid(requirement: &Requirement) -> bool {
    match requirement {
        Requirement::Fresh | Requirement::MaxAge(_) | Requirement::Acr(_) => false,
        Requirement::All(list) => list.iter().any(may_forbid),
        // A branch that a new login meets is the way in.
        Requirement::Any(list) => list.iter().all(may_forbid),
        Requirement::Policy(_, inner) => may_forbid(inner),
        Requirement::Scope(_) | Requirement::Role(_) | Not(_) | Claim(..) | Owner(_) | PathClaim(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ClaimValue;
    use super::*;

    const fn requiring(requirement: Requirement) -> Rule {
        Rule::authenticated().with_requirement(requirement)
    }

    /// The ways as scopes and roles.
    fn shown(rule: &Rule) -> Vec<String> {
        let way = |way: &Way| {
            let fresh = if way.is_fresh() { " fresh" } else { "" };
            format!("{} / {}{fresh}", way.scopes().join(" "), way.roles().join(" "))
        };
        Needs::of(rule).ways().iter().map(way).collect()
    }

    const SCOPES: [Requirement; 5] = [
        Requirement::Scope("a"),
        Requirement::Scope("b"),
        Requirement::Scope("c"),
        Requirement::Scope("d"),
        Requirement::Scope("e"),
    ];

    #[test]
    fn every_combination_of_branches_is_a_way() {
        const RULE: Rule = requiring(Requirement::All(&[
            Requirement::Scope("write"),
            Requirement::Any(&[Requirement::Role("clerk"), Requirement::Scope("admin")]),
            Requirement::Fresh,
        ]));
        assert_eq!(shown(&RULE), ["admin write /  fresh", "write / clerk fresh"]);
        assert!(Needs::of(&RULE).is_complete());
        assert_eq!(Needs::of(&RULE).scopes(), ["write", "admin"]);
    }

    #[test]
    fn beyond_the_bound_what_all_ways_have_in_common_is_left_and_never_nothing() {
        // 25 ways, all of which ask for `x`.
        const RULE: Rule = requiring(Requirement::All(&[
            Requirement::Scope("x"),
            Requirement::Any(&SCOPES),
            Requirement::Any(&[
                Requirement::Role("1"),
                Requirement::Role("2"),
                Requirement::Role("3"),
                Requirement::Role("4"),
                Requirement::Role("5"),
            ]),
        ]));
        assert_eq!(shown(&RULE), ["x / "]);
        assert!(!Needs::of(&RULE).is_complete());
        assert_eq!(Needs::of(&RULE).scopes(), ["x", "a", "b", "c", "d", "e"]);
        // 2 to the power of 40 ways, without building them.
        const PAIR: Requirement = Requirement::Any(&[Requirement::Scope("a"), Requirement::Role("b")]);
        const MANY: Rule = requiring(Requirement::All(&[PAIR; 40]));
        assert_eq!(shown(&MANY), [" / b", "a / ", "a / b"]);
    }

    #[test]
    fn as_many_ways_as_the_bound_are_all_listed() {
        const FOUR: &[Requirement] =
            &[Requirement::Role("1"), Requirement::Role("2"), Requirement::Role("3"), Requirement::Role("4")];
        const RULE: Rule = requiring(Requirement::All(&[
            Requirement::Any(&[
                Requirement::Scope("a"),
                Requirement::Scope("b"),
                Requirement::Scope("c"),
                Requirement::Scope("d"),
            ]),
            Requirement::Any(FOUR),
        ]));
        assert_eq!(shown(&RULE).len(), MOST_WAYS);
        assert!(Needs::of(&RULE).is_complete());
    }

    #[test]
    fn the_bound_holds_on_the_way_too() {
        // 25 ways, of which the last condition would leave 5.
        const GOLD: Requirement = Requirement::Acr(&["gold"]);
        const RULE: Rule = requiring(Requirement::All(&[
            Requirement::Any(&SCOPES),
            Requirement::Any(&[
                GOLD,
                Requirement::Acr(&["silver"]),
                Requirement::Acr(&["bronze"]),
                Requirement::Acr(&["iron"]),
                Requirement::Acr(&["tin"]),
            ]),
            GOLD,
        ]));
        let needs = Needs::of(&RULE);
        let [way] = needs.ways() else { panic!("{needs:?}") };
        assert_eq!((way.scopes(), way.acr_values()), (&[][..], &["gold"][..]));
    }

    #[test]
    fn what_the_branches_of_too_many_ways_share_is_left() {
        // 25 ways each.
        const MANY: Requirement = Requirement::All(&[
            Requirement::Any(&SCOPES),
            Requirement::Any(&[
                Requirement::Role("1"),
                Requirement::Role("2"),
                Requirement::Role("3"),
                Requirement::Role("4"),
                Requirement::Role("5"),
            ]),
        ]);
        const RULE: Rule = requiring(Requirement::Any(&[
            Requirement::All(&[Requirement::Scope("x"), Requirement::Role("clerk"), MANY]),
            Requirement::All(&[
                Requirement::Scope("y"),
                Requirement::Scope("x"),
                Requirement::Role("clerk"),
                MANY,
            ]),
        ]));
        assert_eq!(shown(&RULE), ["x / clerk"]);
        assert!(!Needs::of(&RULE).is_complete());
    }

    #[test]
    fn a_scope_that_two_branches_name_is_listed_once() {
        const RULE: Rule = requiring(Requirement::All(&[
            Requirement::Scope("a"),
            Requirement::Any(&[Requirement::Scope("a"), Requirement::Scope("b")]),
        ]));
        assert_eq!(Needs::of(&RULE).scopes(), ["a", "b"]);
    }

    #[test]
    fn a_scope_below_not_never_counts() {
        const RULE: Rule = requiring(Requirement::All(&[
            Requirement::Scope("a"),
            Requirement::Not(&Requirement::Scope("b")),
            Requirement::Not(&Requirement::Not(&Requirement::Scope("c"))),
        ]));
        assert_eq!(shown(&RULE), ["a / "]);
        assert_eq!(Needs::of(&RULE).scopes(), ["a"]);
        assert!(!Needs::of(&RULE).is_complete());
    }

    #[test]
    fn a_claim_is_a_way_without_names_and_is_not_all_that_is_asked() {
        const CLAIM: Requirement = Requirement::Claim(&["tenant"], ClaimValue::Text("acme"));
        const RULE: Rule = requiring(Requirement::Any(&[Requirement::Scope("a"), CLAIM]));
        assert_eq!(shown(&RULE), [" / ", "a / "]);
        assert!(!Needs::of(&RULE).is_complete());
    }

    #[test]
    fn what_is_never_met_still_has_a_way_so_that_no_document_calls_it_open() {
        const NEVER: Rule = requiring(Requirement::Any(&[]));
        assert_eq!(shown(&NEVER), [" / "]);
        assert!(!Needs::of(&NEVER).is_complete());
        assert!(Needs::of(&NEVER).may_forbid());
    }

    #[test]
    fn credentials_are_as_the_rule_says() {
        let of = |rule: &Rule| Needs::of(rule).credentials();
        assert_eq!(of(&Rule::anonymous()), Credentials::Optional);
        assert_eq!(of(&Rule::anonymous().expired_is_anonymous()), Credentials::Optional);
        assert_eq!(of(&Rule::anonymous().credentials_ignored()), Credentials::Ignored);
        assert_eq!(of(&Rule::authenticated()), Credentials::Required);
        assert_eq!(
            Needs::of(&Rule::authenticated().with_token(TokenKind::Refresh)).token(),
            TokenKind::Refresh
        );
    }

    #[test]
    fn a_new_login_alone_forbids_nothing() {
        assert!(!Needs::of(&Rule::authenticated()).may_forbid());
        assert!(!Needs::of(&requiring(Requirement::Fresh)).may_forbid());
        let either = Requirement::Any(&[Requirement::Fresh, Requirement::Scope("a")]);
        assert!(!Needs::of(&requiring(either)).may_forbid(), "the way in is a new login");
        let both = Requirement::All(&[Requirement::Fresh, Requirement::Scope("a")]);
        assert!(Needs::of(&requiring(both)).may_forbid());
    }
}
