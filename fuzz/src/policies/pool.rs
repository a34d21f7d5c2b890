//! Requirements are constants, so each is made once and kept; the same node serves every tree that has it.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use arbitrary::Unstructured;
use jwt_guard::policy::{ClaimValue, Requirement, Rule};

use crate::common::below;

#[derive(Clone, Copy)]
pub(super) struct Tree {
    pub(super) rule: &'static Rule,
    /// Whether a scope or `fresh` stands below `not(..)`.
    pub(super) turns_names: bool,
    /// Whether a scope stands in two members of an `all(..)`: that one of them asks for it may serve the other, which a challenge does
    /// not see.
    pub(super) repeats: bool,
}

/// More would not fit into the memory of a run.
const MOST_NODES: usize = 2_000_000;

const ATOMS: [Requirement; 14] = [
    Requirement::Scope("a"),
    Requirement::Scope("b"),
    Requirement::Scope("c"),
    Requirement::Role("r"),
    Requirement::Role("s"),
    Requirement::Claim(&["n"], ClaimValue::Text("x")),
    Requirement::Claim(&["n"], ClaimValue::Integer(7)),
    Requirement::Claim(&["l", "m"], ClaimValue::Bool(true)),
    Requirement::Claim(&["n"], ClaimValue::Text("")),
    Requirement::Fresh,
    Requirement::MaxAge(Duration::from_secs(600)),
    Requirement::MaxAge(Duration::from_secs(60)),
    Requirement::Acr(&["gold"]),
    Requirement::Acr(&["silver", "gold"]),
];

/// The first atoms that are scopes; the one that is `fresh`; those on the login, which cannot stand below `not(..)`.
const SCOPES: usize = 3;
const FRESH: usize = 9;
const LOGIN: usize = 10;

#[derive(Clone, Copy)]
struct Node {
    number: usize,
    requirement: Requirement,
    has_names: bool,
    has_login: bool,
    turns_names: bool,
    /// A bit for each of its scopes.
    scopes: u8,
    repeats: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Atom(usize),
    All(Vec<usize>),
    Any(Vec<usize>),
    Not(usize),
    Policy(usize),
}

static POOL: LazyLock<Mutex<HashMap<Key, Node>>> = LazyLock::new(Mutex::default);

/// By the numbers of their requirements.
static RULES: LazyLock<Mutex<HashMap<usize, &'static Rule>>> = LazyLock::new(Mutex::default);

/// `None` where the pool is full.
pub(super) fn tree(input: &mut Unstructured<'_>) -> Option<Tree> {
    let Node { number, requirement, turns_names, repeats, .. } = node(input, 4)?;
    let mut rules = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || &*Box::leak(Box::new(Rule::authenticated().with_requirement(requirement)));
    let rule = *rules.entry(number).or_insert_with(make);
    Some(Tree { rule, turns_names, repeats })
}

fn node(input: &mut Unstructured<'_>, depth: usize) -> Option<Node> {
    if depth == 0 {
        return atom(input);
    }
    match below(input, 6) {
        0 => atom(input),
        kind @ (1 | 2) => {
            let list = (0..below(input, 4)).map(|_| node(input, depth - 1)).collect::<Option<Vec<_>>>()?;
            let numbers = list.iter().map(|node| node.number).collect();
            let make = || -> &'static [Requirement] {
                list.iter().map(|node| node.requirement).collect::<Vec<_>>().leak()
            };
            match kind {
                1 => made(Key::All(numbers), &list, || Requirement::All(make())),
                _ => made(Key::Any(numbers), &list, || Requirement::Any(make())),
            }
        }
        3 => {
            let inner = node(input, depth - 1)?;
            made(Key::Policy(inner.number), &[inner], || {
                Requirement::Policy("P", Box::leak(Box::new(inner.requirement)))
            })
        }
        _ => {
            let inner = node(input, depth - 1)?;
            if inner.has_login {
                return Some(inner);
            }
            let turned = Node { turns_names: inner.turns_names || inner.has_names, ..inner };
            made(Key::Not(inner.number), &[turned], || {
                Requirement::Not(Box::leak(Box::new(inner.requirement)))
            })
        }
    }
}

fn atom(input: &mut Unstructured<'_>) -> Option<Node> {
    let index = below(input, ATOMS.len());
    let node = made(Key::Atom(index), &[], || ATOMS[index])?;
    let has_names = index < SCOPES || index == FRESH;
    let scopes = if index < SCOPES { 1 << index } else { 0 };
    Some(Node { has_names, has_login: index >= LOGIN, scopes, ..node })
}

fn made(key: Key, inner: &[Node], make: impl FnOnce() -> Requirement) -> Option<Node> {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let number = pool.len();
    if let Some(known) = pool.get(&key) {
        return Some(*known);
    }
    if number >= MOST_NODES {
        return None;
    }
    let requirement = make();
    let has = |is: fn(&Node) -> bool| inner.iter().any(is);
    let scopes = inner.iter().fold(0, |all, node| all | node.scopes);
    let counted: u32 = inner.iter().map(|node| node.scopes.count_ones()).sum();
    let is_repeated = matches!(requirement, Requirement::All(_)) && counted > scopes.count_ones();
    let node = Node {
        number,
        requirement,
        has_names: has(|node| node.has_names),
        has_login: has(|node| node.has_login),
        turns_names: has(|node| node.turns_names),
        scopes,
        repeats: is_repeated || has(|node| node.repeats),
    };
    pool.insert(key, node);
    Some(node)
}
