//! Every policy to depth three over four conditions, for every caller. Decision, normal form, lock, the security requirements
//! of OpenAPI and the challenge of a refusal, as they are written, agree with truth tables.
//!
//! Lists are sets, whose order means nothing. Depth two has all lists of up to four conditions, and the empty
//! ones: 40 trees. Depth three has all lists of up to two of these, and `not(..)`: 1,722 trees; with lists of
//! three (ignored) 21,482 trees. Lists of more are not tried there.
//!
//! Whether one policy implies another in the lock is tried for 41 of the 1,722 on the left side and each on the right one, and
//! for every pair where the test is not ignored.

mod callers;
mod documents;
mod refusals;
mod trees;

use super::super::condition::Conjunction;
use super::*;
use crate::claims::hierarchy::Hierarchy;
use crate::policy::evaluate::evaluate;
use crate::policy::facts::Facts;
use crate::policy::{Requirement, Rule};
use callers::{LISTS, Value, bit, callers};
use documents::assert_needed;
#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
use documents::assert_written;
use refusals::{assert_askable, assert_helpful};
use trees::{Tree, every_tree};

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
fn every_policy_needs_what_it_is_decided_by() {
    for list in LISTS {
        assert_needed(&list, &every_tree(&list, 2));
    }
}

#[test]
#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
fn the_security_of_every_policy_is_written_as_it_is_decided() {
    for list in LISTS {
        assert_written(&list, &every_tree(&list, 2));
    }
}

#[test]
fn what_a_challenge_asks_for_leads_in() {
    for list in LISTS {
        let trees = every_tree(&list, 2);
        assert_helpful(&list, &trees);
        assert_askable(&list, &trees);
    }
}

#[test]
fn one_policy_implies_another_exactly_if_its_callers_meet_the_other() {
    for list in LISTS {
        let trees = every_tree(&list, 2);
        let few: Vec<_> = trees.iter().copied().step_by(trees.len() / 40).collect();
        assert_eq!(few.len(), 41);
        assert_implied(&few, &trees);
    }
}

#[test]
#[ignore = "1,722 times 1,722 pairs of each list, in a release build, which `.ci/full` runs"]
fn every_policy_implies_every_other_exactly_if_its_callers_meet_the_other() {
    for list in LISTS {
        let trees = every_tree(&list, 2);
        assert_implied(&trees, &trees);
    }
}

#[test]
#[ignore = "21,482 policies, each with 81 callers, in a release build, which `.ci/full` runs"]
fn policies_with_lists_of_three_agree_too() {
    for list in LISTS {
        let trees = every_tree(&list, 3);
        assert_decided(&list, &trees);
        assert_needed(&list, &trees);
        #[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
        assert_written(&list, &trees);
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
