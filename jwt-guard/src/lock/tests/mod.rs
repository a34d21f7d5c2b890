//! The comparison of conditions against a reference, and the text of the file.

mod exhaustive;
mod login;
mod successor;
mod text;

use std::collections::BTreeSet;

use super::access::{Callers, LockedAccess, LockedRefusal, Relation};
use super::condition::Condition;
use super::*;

const ATOMS: [&str; 4] =
    ["scope = \"a\"", "scope = \"b\"", "role = \"c\"", "claim(\"d\", \"e\") = \"f,)\\\"(\""];

/// The callers that meet a condition: a bit for each of the 81 ways to give three values to four conditions.
fn met_by(condition: &Condition) -> u128 {
    (0..81_u32).filter(|caller| value(condition, *caller) == 2).map(|caller| 1_u128 << caller).sum()
}

/// The value of a condition by Kleene's tables: 0 does not hold, 1 is unknown, 2 holds.
fn value(condition: &Condition, caller: u32) -> u32 {
    match condition {
        Condition::All(list) => list.iter().map(|inner| value(inner, caller)).min().unwrap_or(2),
        Condition::Any(list) => list.iter().map(|inner| value(inner, caller)).max().unwrap_or(0),
        Condition::Not(inner) => 2 - value(inner, caller),
        Condition::One(text) => {
            let digit = ATOMS.iter().position(|atom| atom == text).unwrap();
            caller / 3_u32.pow(u32::try_from(digit).unwrap()) % 3
        }
    }
}

fn relation(before: u128, now: u128) -> Relation {
    match (before & !now, now & !before) {
        (0, 0) => Relation::Same,
        (0, _) => Relation::More,
        (_, 0) => Relation::Fewer,
        _ => Relation::Others,
    }
}

/// All trees over these conditions up to depth three; with `not(..)`, or without.
fn trees(atoms: &[&str], with_not: bool) -> Vec<Condition> {
    let mut trees: Vec<_> = atoms.iter().map(|atom| Condition::One((*atom).to_owned())).collect();
    for _ in 0..2 {
        let mut deeper = trees.clone();
        for (index, one) in trees.iter().enumerate() {
            if with_not {
                deeper.push(Condition::Not(Box::new(one.clone())));
            }
            for other in trees.iter().take(index) {
                deeper.push(Condition::All(vec![one.clone(), other.clone()]));
                deeper.push(Condition::Any(vec![one.clone(), other.clone()]));
            }
        }
        trees = deeper;
    }
    trees
}

#[test]
fn one_condition_implies_another_exactly_if_each_caller_that_meets_it_meets_the_other() {
    let trees: Vec<_> = trees(&ATOMS, true).into_iter().map(|tree| (met_by(&tree), tree)).collect();
    assert_eq!(trees.len(), 420);
    for (callers, tree) in &trees {
        for (others, other) in &trees {
            assert_eq!(tree.implies(other), Some(callers & !others == 0), "{tree} => {other}");
        }
    }
}

/// A small generator of numbers, so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    fn condition(&mut self, depth: usize) -> Condition {
        let length = self.below(4);
        match self.below(if depth == 0 { 1 } else { 4 }) {
            0 => Condition::One(ATOMS[self.below(ATOMS.len())].to_owned()),
            1 => Condition::All((0..length).map(|_| self.condition(depth - 1)).collect()),
            2 => Condition::Any((0..length).map(|_| self.condition(depth - 1)).collect()),
            _ => Condition::Not(Box::new(self.condition(depth - 1))),
        }
    }

    /// The condition with one place of it changed.
    fn edit(&mut self, condition: &Condition) -> Condition {
        match (self.below(5), condition) {
            (0, _) => self.condition(2),
            (1, Condition::All(list)) => Condition::Any(list.clone()),
            (1, Condition::Any(list)) => Condition::All(list.clone()),
            (2, Condition::All(list)) if !list.is_empty() => Condition::All(self.without_one(list)),
            (2, Condition::Any(list)) if !list.is_empty() => Condition::Any(self.without_one(list)),
            (3, Condition::All(list)) => Condition::All(self.with_another(list)),
            (3, Condition::Any(list)) => Condition::Any(self.with_another(list)),
            (_, Condition::Not(inner)) => Condition::Not(Box::new(self.edit(inner))),
            (_, Condition::All(list)) if !list.is_empty() => Condition::All(self.with_one_edited(list)),
            (_, Condition::Any(list)) if !list.is_empty() => Condition::Any(self.with_one_edited(list)),
            _ => Condition::Not(Box::new(condition.clone())),
        }
    }

    fn without_one(&mut self, list: &[Condition]) -> Vec<Condition> {
        let mut list = list.to_vec();
        list.remove(self.below(list.len()));
        list
    }

    fn with_another(&mut self, list: &[Condition]) -> Vec<Condition> {
        let mut list = list.to_vec();
        list.push(self.condition(1));
        list
    }

    fn with_one_edited(&mut self, list: &[Condition]) -> Vec<Condition> {
        let mut list = list.to_vec();
        let index = self.below(list.len());
        list[index] = self.edit(&list[index]);
        list
    }
}

fn lock_of(condition: Condition) -> AccessLock {
    let access = LockedAccess {
        callers: Callers::AccessToken(Condition::All(vec![condition])),
        checks: BTreeSet::new(),
        refusal: LockedRefusal::default(),
        enforcement: crate::policy::Enforcement::Enforced,
    };
    let row = LockedRow {
        path: "/orders/{id}".to_owned(),
        method: "GET".to_owned(),
        guard: Some("api".to_owned()),
        access,
        source: None,
    };
    AccessLock { guards: BTreeMap::new(), rows: vec![row] }
}

/// Reads what the lock writes.
fn read_again(lock: &AccessLock) -> AccessLock {
    let text = lock.to_string();
    text.parse().unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

#[test]
fn of_ten_thousand_edits_each_is_named_as_what_it_is() {
    let mut random = Random(0x5eed);
    let mut seen = BTreeMap::new();
    for _ in 0..10_000 {
        let before = random.condition(3);
        let now = random.edit(&before);
        let changes = read_again(&lock_of(before.clone())).changes_to(&read_again(&lock_of(now.clone())));
        let kinds: Vec<_> = changes.iter().map(|change| change.kind).collect();
        let expected = match relation(met_by(&before), met_by(&now)) {
            Relation::Same => vec![],
            Relation::More => vec![ChangeKind::Widened],
            Relation::Fewer => vec![ChangeKind::Narrowed],
            Relation::Others | Relation::Unknown => vec![ChangeKind::Changed],
        };
        assert_eq!(kinds, expected, "{before} became {now}");
        *seen.entry(kinds).or_insert(0) += 1;
    }
    assert!(seen.len() == 4 && seen.values().all(|times| *times > 300), "{seen:?}");
}

#[test]
fn every_kind_of_policy_is_compared_with_every_other() {
    let role = || Condition::One(ATOMS[2].to_owned());
    // From the widest to the narrowest; a refresh token is another kind of caller than an access token.
    let chain = [
        Callers::Unguarded,
        Callers::CredentialsIgnored,
        Callers::AnonymousIfExpired,
        Callers::Anonymous,
        Callers::AccessToken(Condition::NOTHING),
        Callers::AccessToken(role()),
        Callers::AccessToken(Condition::Any(vec![])),
    ];
    for (wider, one) in chain.iter().enumerate() {
        for (narrower, other) in chain.iter().enumerate() {
            let expected = match wider.cmp(&narrower) {
                std::cmp::Ordering::Less => Relation::Fewer,
                std::cmp::Ordering::Equal => Relation::Same,
                std::cmp::Ordering::Greater => Relation::More,
            };
            assert_eq!(one.compare(other), expected, "{one} became {other}");
        }
    }
    let refresh = Callers::RefreshToken;
    assert_eq!(refresh.compare(&Callers::CredentialsIgnored), Relation::More);
    assert_eq!(refresh.compare(&Callers::Anonymous), Relation::Others);
    assert_eq!(refresh.compare(&Callers::AccessToken(Condition::NOTHING)), Relation::Others);
}

#[test]
fn conditions_beyond_the_limit_are_compared_by_their_text() {
    // Each pair doubles the terms.
    let many = |last: &str| {
        let pair = |index: u32| {
            let one = |side: &str| Condition::One(format!("role = \"{side}{index}\""));
            Condition::Any(vec![one("a"), one("b")])
        };
        let mut list: Vec<_> = (0..9).map(pair).collect();
        list.push(Condition::One(format!("role = {last:?}")));
        Condition::All(list)
    };
    assert_eq!(many("x").implies(&many("y")), None);
    assert!(lock_of(many("x")).changes_to(&lock_of(many("x"))).is_empty());
    let changes = lock_of(many("x")).changes_to(&lock_of(many("y")));
    assert_eq!(changes[0].kind, ChangeKind::Changed);
    assert!(changes[0].sentence.starts_with("the conditions are too many to compare"), "{}", changes[0]);
}

#[test]
fn a_wrong_line_is_named_with_what_was_expected() {
    let cases = [
        ("", "line 1 of the access lock: expected `version 1`, found ``"),
        (
            "GET \"/\": unguarded",
            "line 1 of the access lock: expected `version 1`, found `GET \"/\": unguarded`",
        ),
        (
            "version 2",
            "line 1 of the access lock: expected `version 1`: a newer jwt-guard wrote this file, found `version 2`",
        ),
        (
            "# x\n\nversion 1\nGET /: unguarded",
            "line 4 of the access lock: expected a text in double quotes, found `GET /: unguarded`",
        ),
        (
            "version 1\nGET \"/\" unguarded",
            "line 2 of the access lock: expected `:` before the policy, found `GET \"/\" unguarded`",
        ),
        (
            "version 1\nGET \"/\": open",
            "line 2 of the access lock: expected a policy, such as `authentication_required` or `requires(scope = \"..\")`, \
             found `GET \"/\": open`",
        ),
        (
            "version 1\nGET \"/\" guard \"api\": requires(scope = \"a\"",
            "line 2 of the access lock: expected `,` or `)` after a condition, found `GET \"/\" guard \"api\": requires(scope = \
             \"a\"`",
        ),
        (
            "version 1\nGET \"/\" guard \"api\": requires(not(scope = \"a\", scope = \"b\"))",
            "line 2 of the access lock: expected one condition in `not(..)`, found `GET \"/\" guard \"api\": \
             requires(not(scope = \"a\", scope = \"b\"))`",
        ),
        (
            "version 1\nGET \"/\" guard \"api\": authentication_required or so",
            "line 2 of the access lock: expected `, check = ..`, `, deny_as = \"not_found\"`, `, redirect = \"..\"`, `, enforcement = \"report_only\"` or the \
             end of the line, found `GET \"/\" guard \"api\": authentication_required or so`",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(text.parse::<AccessLock>().unwrap_err().to_string(), message);
    }
    let deep = format!("version 1\nGET \"/\" guard \"g\": requires({}", "not(".repeat(100_000));
    assert!(deep.parse::<AccessLock>().unwrap_err().to_string().contains("not nested so deeply"));
}

fn locked(policy: &str) -> AccessLock {
    format!("version 1\nGET \"/{{user}}\" guard \"api\": {policy}\n").parse().unwrap()
}

#[test]
fn a_check_that_is_gone_widens_and_a_new_one_narrows() {
    use ChangeKind::{Changed, Narrowed, Widened};

    const BARE: &str = r#"requires(scope = "a")"#;
    const OWNS: &str = r#"requires(scope = "a"), check = rules::owns"#;
    const BOTH: &str = r#"requires(scope = "a"), check = is_open, check = rules::owns"#;
    const OPEN: &str = r#"requires(scope = "a"), check = is_open, deny_as = "not_found""#;
    const WIDER: &str = r#"authentication_required, check = rules::owns"#;
    const NARROWER: &str = r#"requires(scope = "a", role = "b")"#;
    const ANONYMOUS: &str = "anonymous_allowed, check = r#type";
    for (before, now, kind) in [
        (OWNS, BARE, Some(Widened)),
        (BARE, OWNS, Some(Narrowed)),
        (BOTH, OWNS, Some(Widened)),
        (OWNS, OPEN, Some(Changed)),
        (OWNS, WIDER, Some(Widened)),
        (BARE, WIDER, Some(Changed)),
        (OWNS, NARROWER, Some(Changed)),
        ("anonymous_allowed", ANONYMOUS, Some(Narrowed)),
        (ANONYMOUS, "anonymous_allowed", Some(Widened)),
        (BOTH, BOTH, None),
    ] {
        let (before, now) = (locked(before), locked(now));
        assert_eq!(read_again(&before), before);
        let kinds: Vec<_> = before.changes_to(&now).iter().map(|change| change.kind).collect();
        assert_eq!(kinds, Vec::from_iter(kind), "{before} became {now}");
    }
    let gone = locked(OWNS).changes_to(&locked(BARE)).remove(0).sentence;
    assert!(gone.starts_with("`rules::owns` is not asked any more: it is `requires("), "{gone}");
    for illegal in [
        "requires(scope = \"a\"), check = ",
        "anonymous_allowed, check = a b",
        "anonymous_allowed, check = ,",
    ] {
        let text = format!("version 1\nGET \"/\" guard \"api\": {illegal}\n");
        assert!(text.parse::<AccessLock>().is_err(), "{illegal}");
    }
}

#[test]
fn conditions_on_the_path_are_read_as_they_are_written() {
    let before = locked(r#"requires(owner = "user", path("org") = claim("org", "id"))"#);
    assert_eq!(read_again(&before), before);
    let now = locked(r#"requires(path("org") = claim("org", "id"), owner = "user")"#);
    assert!(before.changes_to(&now).is_empty());
    let wider = locked(r#"requires(any(owner = "user", scope = "a"), path("org") = claim("org", "id"))"#);
    assert_eq!(before.changes_to(&wider)[0].kind, ChangeKind::Widened);
}

#[test]
fn the_lock_of_a_rule_has_its_checks() {
    use crate::policy::Rule;

    const RULE: Rule = Rule::anonymous().with_checks(&["rules::owns", "is_open"]);
    assert_eq!(
        LockedAccess::of(&RULE).to_string(),
        "anonymous_allowed, check = is_open, check = rules::owns"
    );
}

#[test]
fn a_route_is_open_if_a_caller_without_a_token_is_admitted() {
    let is_open = |policy: &str| locked(policy).routes().map(|route| route.is_open).collect::<Vec<_>>();
    for policy in [
        "unguarded",
        "anonymous_allowed",
        r#"anonymous_allowed(credentials = "ignored")"#,
        r#"anonymous_allowed(expired = "anonymous")"#,
    ] {
        assert_eq!(is_open(policy), [true], "{policy}");
    }
    for policy in [
        "authentication_required",
        r#"authentication_required(token = "refresh")"#,
        r#"requires(scope = "a"), check = owns, deny_as = "not_found""#,
    ] {
        assert_eq!(is_open(policy), [false], "{policy}");
        assert_eq!(locked(policy).routes().next().unwrap().policy, policy);
    }
}

#[test]
fn a_policy_that_is_only_reported_admits_every_caller() {
    use ChangeKind::{Changed, Narrowed, New, Widened};

    const ENFORCED: &str = r#"requires(scope = "a"), check = rules::owns, deny_as = "not_found""#;
    const TRIED: &str =
        r#"requires(scope = "a"), check = rules::owns, deny_as = "not_found", enforcement = "report_only""#;
    const OTHER: &str = r#"requires(scope = "b"), enforcement = "report_only""#;
    const OPEN: &str = r#"anonymous_allowed(credentials = "ignored")"#;
    for (before, now, kind) in [
        (ENFORCED, TRIED, Some(Widened)),
        (TRIED, ENFORCED, Some(Narrowed)),
        ("anonymous_allowed", TRIED, Some(Widened)),
        (TRIED, "anonymous_allowed", Some(Narrowed)),
        (TRIED, r#"anonymous_allowed(credentials = "ignored"), check = a"#, Some(Narrowed)),
        (TRIED, "unguarded", Some(Widened)),
        ("unguarded", TRIED, Some(Changed)),
        (OPEN, TRIED, Some(Changed)),
        (TRIED, OTHER, Some(Changed)),
        (TRIED, TRIED, None),
    ] {
        let (before, now) = (locked(before), locked(now));
        assert_eq!(read_again(&before), before);
        let kinds: Vec<_> = before.changes_to(&now).iter().map(|change| change.kind).collect();
        assert_eq!(kinds, Vec::from_iter(kind), "{before} became {now}");
    }
    assert_eq!(
        locked(ENFORCED).changes_to(&locked(TRIED))[0].sentence,
        "any caller, whatever the token, may now call it: the policy is report-only, and refuses no caller; before, only a caller \
         with `scope = \"a\"`"
    );
    let new = AccessLock::default().changes_to(&locked(TRIED)).remove(0);
    assert_eq!((new.kind, new.sentence.as_str()), (New, "any caller, whatever the token, may call it"));
}
