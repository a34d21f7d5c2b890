//! Every policy to depth three over four conditions, for every caller: each condition holds, does not hold, or is unknown
//! because its claim is malformed. Decision, normal form, lock, OpenAPI and challenge agree with truth tables.
//!
//! Lists are sets, whose order means nothing. Depth two has all lists of up to four conditions, and the empty
//! ones: 40 trees. Depth three has all lists of up to two of these, and `not(..)`: 1,722 trees; with lists of
//! three (ignored) 21,482 trees.

use std::sync::Arc;

use super::super::condition::Conjunction;
use super::*;
use crate::claims::hierarchy::Hierarchy;
use crate::claims::names::NameSet;
use crate::claims::numeric_date::NumericDate;
use crate::claims::payload_str::PayloadStr;
use crate::claims::registered::{Audiences, Registered, TokenClaims};
use crate::json::Json;
use crate::policy::evaluate::{Unmet, evaluate, way_to_ask_for};
use crate::policy::facts::Facts;
use crate::policy::{ClaimValue, Needs, Requirement, Rule, Way};
use crate::principal::{Identity, Principal};
use crate::token::TokenSource;
use Requirement::{All, Any, Claim, Fresh, Not, Role, Scope};

/// The value of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    No,
    Unknown,
    Yes,
}

/// Four conditions. Those of the first list have values of their own; the scopes of the second are in one claim, so that
/// where one is unknown the other is not missing.
const LISTS: [[Requirement; 4]; 2] = [
    [Scope("a"), Role("r"), Claim(&["c"], ClaimValue::Text("x")), Fresh],
    [Scope("a"), Scope("b"), Role("r"), Fresh],
];

/// A caller, as the values of the four conditions.
type Values = [Value; 4];

/// The callers that exist: 81, or 63.
fn callers(list: &[Requirement; 4]) -> Vec<(Values, Principal)> {
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

/// A policy, and its value for each of the 81 ways to give values to the conditions: a bit where it holds,
/// and a bit where it does not. What has neither is unknown.
#[derive(Clone, Copy)]
struct Tree {
    requirement: Requirement,
    holds: u128,
    fails: u128,
    /// The conditions that do not stand below `not(..)`, and those that do, a bit each.
    plain: u8,
    turned: u8,
}

const EVERY: u128 = (1 << 81) - 1;

fn bit(values: Values) -> u128 {
    1 << values.iter().fold(0_u32, |number, value| number * 3 + *value as u32)
}

impl Tree {
    fn of_condition(requirement: Requirement, index: usize) -> Self {
        let each = [Value::No, Value::Unknown, Value::Yes];
        let all = (0..81).map(|number: usize| [27, 9, 3, 1].map(|unit| each[number / unit % 3]));
        let bits = |wanted| all.clone().filter(|values| values[index] == wanted).map(bit).sum();
        Self { requirement, holds: bits(Value::Yes), fails: bits(Value::No), plain: 1 << index, turned: 0 }
    }

    fn not(self) -> Self {
        let requirement = Not(Box::leak(Box::new(self.requirement)));
        Self { requirement, holds: self.fails, fails: self.holds, plain: 0, turned: self.plain | self.turned }
    }

    fn join(list: &[Self], of: fn(&'static [Requirement]) -> Requirement) -> Self {
        let requirement = of(list.iter().map(|tree| tree.requirement).collect::<Vec<_>>().leak());
        let every = |value: fn(&Self) -> u128| list.iter().fold(EVERY, |all, tree| all & value(tree));
        let some = |value: fn(&Self) -> u128| list.iter().fold(0, |any, tree| any | value(tree));
        let (holds, fails) = match requirement {
            All(_) => (every(|tree| tree.holds), some(|tree| tree.fails)),
            _ => (some(|tree| tree.holds), every(|tree| tree.fails)),
        };
        let names = |names: fn(&Self) -> u8| list.iter().fold(0, |any, tree| any | names(tree));
        Self { requirement, holds, fails, plain: names(|tree| tree.plain), turned: names(|tree| tree.turned) }
    }

    /// Whether one of these stands both below `not(..)` and beside it: then to get it may help and harm.
    fn contradicts_itself(&self, among: u8) -> bool {
        self.plain & self.turned & among != 0
    }
}

/// The sets of at most so many of these trees.
fn sets(trees: &[Tree], most: usize) -> Vec<Vec<Tree>> {
    let mut sets = vec![(0, Vec::new())];
    let mut begin = 0;
    for _ in 0..most {
        let end = sets.len();
        for index in begin..end {
            let (from, set) = sets[index].clone();
            for (at, tree) in trees.iter().enumerate().skip(from) {
                sets.push((at + 1, set.iter().copied().chain([*tree]).collect()));
            }
        }
        begin = end;
    }
    sets.into_iter().map(|(_, set)| set).collect()
}

fn deeper(trees: &[Tree], most: usize) -> Vec<Tree> {
    let lists = sets(trees, most);
    let joined = |of| lists.iter().map(move |list| Tree::join(list, of));
    let all = joined(All as fn(_) -> _);
    trees.iter().copied().chain(trees.iter().map(|tree| tree.not())).chain(all).chain(joined(Any)).collect()
}

/// The trees to depth three, with so many in a list of the third level.
fn every_tree(list: &[Requirement; 4], most: usize) -> Vec<Tree> {
    let atoms: Vec<_> =
        list.iter().enumerate().map(|(index, atom)| Tree::of_condition(*atom, index)).collect();
    deeper(&deeper(&atoms, 4), most)
}

fn rule(tree: &Tree) -> Rule {
    Rule::authenticated().with_requirement(tree.requirement)
}

/// The decision, and the normal form of the lock, are the truth table.
fn assert_decided(list: &[Requirement; 4], trees: &[Tree]) {
    let callers = callers(list);
    for tree in trees {
        let condition = Condition::of(&tree.requirement);
        let (holds, fails) = (condition.terms(true).unwrap(), condition.terms(false).unwrap());
        let texts = list.each_ref().map(ToString::to_string);
        for (values, principal) in &callers {
            let decided = evaluate(&tree.requirement, principal, &Hierarchy::default(), Facts::default());
            let expected = tree.holds & bit(*values) != 0;
            assert_eq!(decided.is_ok(), expected, "{} for {values:?}", tree.requirement);
            let known: Vec<_> = texts.iter().map(String::as_str).zip(values).collect();
            let met = |terms: &[Conjunction<'_>]| {
                terms.iter().any(|term| {
                    term.iter().all(|(text, wanted)| {
                        let value = if *wanted { Value::Yes } else { Value::No };
                        known.contains(&(text, &value))
                    })
                })
            };
            assert_eq!(met(&holds), expected, "{condition} for {values:?}");
            assert_eq!(met(&fails), tree.fails & bit(*values) != 0, "not {condition} for {values:?}");
        }
    }
}

/// A caller is admitted by one of the ways, which documents list, exactly if it would be admitted were all
/// conditions met that no name in a document can express: claims, `not(..)`.
fn assert_documented(list: &[Requirement; 4], trees: &[Tree]) {
    let callers = callers(list);
    for tree in trees {
        let needs = Needs::of(&rule(tree));
        for (values, principal) in &callers {
            let has = |way: &Way| {
                let names = way.scopes().iter().all(|name| principal.scopes().contains(name))
                    && way.roles().iter().all(|name| principal.roles().contains(name));
                names && (!way.is_fresh() || values[3] == Value::Yes)
            };
            let listed = needs.ways().iter().any(has);
            let is_admitted = tree.holds & bit(*values) != 0;
            assert!(listed || !is_admitted, "{} for {values:?}", tree.requirement);
            assert!(!needs.is_complete() || listed == is_admitted, "{} for {values:?}", tree.requirement);
            // Without a way the document says what all have in common.
            if let Some(expected) = as_documents_say(&tree.requirement, list, *values, &callers) {
                assert_eq!(listed, expected, "{} for {values:?}", tree.requirement);
            }
        }
    }
}

/// `None` if no caller would be admitted.
fn as_documents_say(
    requirement: &Requirement,
    list: &[Requirement; 4],
    values: Values,
    callers: &[(Values, Principal)],
) -> Option<bool> {
    fn says(requirement: &Requirement, list: &[Requirement; 4], values: Values) -> bool {
        match requirement {
            All(inner) => inner.iter().all(|inner| says(inner, list, values)),
            Any(inner) => inner.iter().any(|inner| says(inner, list, values)),
            Not(_) | Claim(..) => true,
            one => list.iter().zip(values).any(|(known, value)| known == one && value == Value::Yes),
        }
    }
    let is_possible = callers.iter().any(|(values, _)| says(requirement, list, *values));
    is_possible.then(|| says(requirement, list, values))
}

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

/// What a refusal asks for leads in, and where it asks for nothing, nothing would. What stands below
/// `not(..)` is judged by what the caller has: a refusal never asks for it, nor to do without it.
fn assert_helpful(list: &[Requirement; 4], trees: &[Tree]) {
    for (values, principal) in callers(list) {
        for tree in trees {
            let refused = evaluate(&tree.requirement, &principal, &Hierarchy::default(), Facts::default());
            let admits = |values: Values| tree.holds & bit(values) != 0;
            match refused {
                Ok(()) => {}
                Err(Unmet::Way(_)) if tree.contradicts_itself(askable(list)) => {}
                Err(Unmet::Forbidden | Unmet::Malformed(_)) if tree.turned & askable(list) != 0 => {}
                Err(Unmet::Way(way)) => {
                    let better = improved(list, values, way.scopes(), way.is_fresh());
                    assert!(admits(better), "{} asks {values:?} for {way:?}", tree.requirement);
                }
                Err(Unmet::Forbidden | Unmet::Malformed(_)) => {
                    let every = [&[][..], &["a"], &["b"], &["a", "b"]];
                    let readable = |values: &Values| {
                        !list
                            .iter()
                            .zip(values)
                            .any(|(one, value)| matches!(one, Scope(_)) && *value == Value::Unknown)
                    };
                    for scopes in every.into_iter().filter(|scopes| scopes.is_empty() || readable(&values)) {
                        for new_login in [false, true] {
                            let better = improved(list, values, scopes, new_login);
                            assert!(
                                !admits(better),
                                "{} says {values:?} that nothing helps",
                                tree.requirement
                            );
                        }
                    }
                }
            }
        }
    }
}

/// What a caller without a token is told to ask for is enough, if the token has the roles and claims too.
fn assert_askable(list: &[Requirement; 4], trees: &[Tree]) {
    let callers = callers(list);
    let every = u8::MAX;
    let plain =
        trees.iter().filter(|tree| tree.turned & askable(list) == 0 && !tree.contradicts_itself(every));
    for tree in plain {
        let requirement: &'static Requirement = Box::leak(Box::new(tree.requirement));
        let way = way_to_ask_for(requirement, &Hierarchy::default());
        let fits = |values: &Values| {
            list.iter().zip(values).all(|(condition, value)| match condition {
                Scope(name) => (*value == Value::Yes) == way.scopes().contains(name),
                Fresh => *value == Value::Yes || !way.is_fresh(),
                _ => true,
            })
        };
        let admitted = |values: &Values| tree.holds & bit(*values) != 0;
        let is_possible = callers.iter().any(|(values, _)| admitted(values));
        let is_enough = callers.iter().any(|(values, _)| fits(values) && admitted(values));
        assert!(is_enough || !is_possible, "{} asks for {way:?}", tree.requirement);
    }
}

/// One condition implies another in the lock exactly if each caller that meets it meets the other.
fn assert_implied(ones: &[Tree], others: &[Tree]) {
    let conditions = |trees: &[Tree]| -> Vec<_> {
        trees.iter().map(|tree| (tree.holds, Condition::of(&tree.requirement))).collect()
    };
    let others = conditions(others);
    for (callers, one) in conditions(ones) {
        for (wider, other) in &others {
            assert_eq!(one.implies(other), Some(callers & !wider == 0), "{one} => {other}");
        }
    }
}

#[test]
fn every_policy_is_decided_as_its_truth_table_says() {
    for list in LISTS {
        assert_decided(&list, &every_tree(&list, 2));
    }
}

#[test]
fn every_policy_is_documented_as_it_is_decided() {
    for list in LISTS {
        assert_documented(&list, &every_tree(&list, 2));
    }
}

#[test]
fn what_a_refusal_asks_for_leads_in() {
    for list in LISTS {
        let trees = every_tree(&list, 2);
        assert_helpful(&list, &trees);
        assert_askable(&list, &trees);
    }
}

#[test]
fn one_policy_implies_another_exactly_if_its_callers_meet_the_other() {
    let trees = every_tree(&LISTS[0], 2);
    let step = trees.len() / 40;
    assert_implied(&trees.iter().copied().step_by(step).collect::<Vec<_>>(), &trees);
}

/// A minute with optimisation: `cargo test --release -p jwt-guard --lib -- --ignored exhaustive`.
#[test]
#[ignore = "21,482 policies, each with 81 callers: a minute of a release build, which `.ci/full` runs"]
fn policies_with_lists_of_three_agree_too() {
    for list in LISTS {
        let trees = every_tree(&list, 3);
        assert_decided(&list, &trees);
        assert_documented(&list, &trees);
        assert_helpful(&list, &trees);
        assert_askable(&list, &trees);
    }
    let trees = every_tree(&LISTS[0], 3);
    let few = every_tree(&LISTS[0], 2);
    assert_implied(&few.iter().copied().step_by(20).collect::<Vec<_>>(), &trees);
    assert_implied(&trees.iter().copied().step_by(200).collect::<Vec<_>>(), &few);
}

#[test]
fn the_trees_are_as_many_as_the_text_says() {
    let count = |most| every_tree(&LISTS[0], most).len();
    assert_eq!((count(2), count(3)), (1_722, 21_482));
    assert_eq!(LISTS.map(|list| callers(&list).len()), [81, 63]);
}
