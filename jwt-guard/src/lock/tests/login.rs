//! Conditions on the login: a shorter age admits fewer callers, and a longer list of `acr` more.

use super::*;
use crate::policy::{Requirement, Rule};

const SHORT: &str = "max_age = \"300s\"";
const LONG: &str = "max_age = \"10m\"";
const SCOPE: &str = "scope = \"a\"";

/// The value of a condition for a caller: how old the login is, and the value of the scope.
fn value_at(condition: &Condition, login: u32, scope: u32) -> u32 {
    let inner = |inner| value_at(inner, login, scope);
    match condition {
        Condition::All(list) => list.iter().map(inner).min().unwrap_or(2),
        Condition::Any(list) => list.iter().map(inner).max().unwrap_or(0),
        Condition::Not(inside) => 2 - inner(inside),
        Condition::One(text) => match (text.as_str(), login) {
            (SCOPE, _) => scope,
            // Unknown, below five minutes, below ten, and more.
            (_, 0) => 1,
            (_, 1) | (LONG, 2) => 2,
            _ => 0,
        },
    }
}

fn met(condition: &Condition) -> u128 {
    let callers = (0..4).flat_map(|login| (0..3).map(move |scope| (login, scope)));
    callers
        .enumerate()
        .filter(|(_, (login, scope))| value_at(condition, *login, *scope) == 2)
        .map(|(bit, _)| 1 << bit)
        .sum()
}

#[test]
fn ages_of_logins_imply_each_other_as_callers_meet_them() {
    for with_not in [false, true] {
        let trees: Vec<_> =
            trees(&[SHORT, LONG, SCOPE], with_not).into_iter().map(|tree| (met(&tree), tree)).collect();
        assert!(trees.len() > 80);
        for (callers, tree) in &trees {
            for (others, other) in &trees {
                let implies = callers & !others == 0;
                let said = tree.implies(other).unwrap();
                // No policy has such a condition below `not(..)`. A lock file could, and then nothing wider
                // is called narrower.
                assert!(said == implies || with_not && !said, "{tree} => {other}");
            }
        }
    }
}

#[test]
fn a_shorter_age_and_a_shorter_list_of_acr_narrow() {
    use ChangeKind::{Changed, Narrowed, Widened};

    for (before, now, kind) in [
        (r#"max_age = "1h""#, r#"max_age = "10m""#, Some(Narrowed)),
        (r#"max_age = "90s""#, r#"max_age = "2m""#, Some(Widened)),
        (r#"max_age = "60m""#, r#"max_age = "1h""#, None),
        (r#"max_age = "1d", scope = "a""#, r#"max_age = "1d""#, Some(Widened)),
        (r#"acr = "gold""#, r#"any(acr = "gold", acr = "silver")"#, Some(Widened)),
        (r#"any(acr = "silver", acr = "gold")"#, r#"acr = "gold""#, Some(Narrowed)),
        (r#"any(acr = "silver", acr = "gold")"#, r#"any(acr = "gold", acr = "silver")"#, None),
        (r#"acr = "gold""#, r#"acr = "silver""#, Some(Changed)),
        (r#"acr = "gold""#, r#"max_age = "5m""#, Some(Changed)),
        ("fresh", r#"max_age = "5m""#, Some(Changed)),
    ] {
        let (before, now) = (locked(&format!("requires({before})")), locked(&format!("requires({now})")));
        let kinds: Vec<_> = before.changes_to(&now).iter().map(|change| change.kind).collect();
        assert_eq!(kinds, Vec::from_iter(kind), "{before} became {now}");
    }
}

#[test]
fn the_lock_of_a_rule_names_each_acr_by_itself_and_is_read_again() {
    const RULE: Rule = Rule::authenticated().with_requirement(Requirement::All(&[
        Requirement::MaxAge(std::time::Duration::from_secs(600)),
        Requirement::Acr(&["gold", "silver"]),
        Requirement::Any(&[Requirement::Acr(&["a,b)("]), Requirement::Scope("a")]),
    ]));
    let policy = LockedAccess::of(&RULE).to_string();
    assert_eq!(
        policy,
        r#"requires(max_age = "10m", any(acr = "gold", acr = "silver"), any(acr = "a,b)(", scope = "a"))"#
    );
    let lock = locked(&policy);
    assert_eq!(read_again(&lock), lock);
    assert_eq!(lock.rows[0].access.to_string(), policy);
}
