//! Every policy to depth three over four conditions, with its truth table.

use super::callers::{Value, bit};
use crate::policy::Requirement::{self, All, Any, Not};

/// A policy, and its value for each of the 81 ways to give values to the conditions: a bit where it holds,
/// and a bit where it does not. What has neither is unknown.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    pub(super) requirement: Requirement,
    pub(super) holds: u128,
    pub(super) fails: u128,
    /// The conditions that do not stand below `not(..)`, and those that do, a bit each.
    pub(super) plain: u8,
    pub(super) turned: u8,
    /// Those of `plain` that are scopes.
    scopes: u8,
    /// Whether a scope stands in two members of an `all(..)`: that one of them asks for it may serve the other, which a challenge does
    /// not see.
    pub(super) repeats: bool,
}

const EVERY: u128 = (1 << 81) - 1;

impl Tree {
    fn of_condition(requirement: Requirement, index: usize) -> Self {
        let each = [Value::No, Value::Unknown, Value::Yes];
        let all = (0..81).map(|number: usize| [27, 9, 3, 1].map(|unit| each[number / unit % 3]));
        let plain = 1 << index;
        let scopes = if matches!(requirement, Requirement::Scope(_)) { plain } else { 0 };
        let bits = |wanted| all.clone().filter(|values| values[index] == wanted).map(bit).sum();
        Self {
            requirement,
            holds: bits(Value::Yes),
            fails: bits(Value::No),
            plain,
            scopes,
            turned: 0,
            repeats: false,
        }
    }

    fn not(self) -> Self {
        let requirement = Not(Box::leak(Box::new(self.requirement)));
        Self {
            requirement,
            holds: self.fails,
            fails: self.holds,
            plain: 0,
            scopes: 0,
            turned: self.plain | self.turned,
            repeats: self.repeats,
        }
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
        let (plain, turned) = (names(|tree| tree.plain), names(|tree| tree.turned));
        let scopes = names(|tree| tree.scopes);
        let counted: u32 = list.iter().map(|tree| tree.scopes.count_ones()).sum();
        let repeats = list.iter().any(|tree| tree.repeats)
            || matches!(requirement, All(_)) && counted > scopes.count_ones();
        Self { requirement, holds, fails, plain, scopes, turned, repeats }
    }

    /// Whether one of these stands both below `not(..)` and beside it: then to get it may help and harm.
    pub(super) fn contradicts_itself(&self, among: u8) -> bool {
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
pub(super) fn every_tree(list: &[Requirement; 4], most: usize) -> Vec<Tree> {
    let atoms: Vec<_> =
        list.iter().enumerate().map(|(index, atom)| Tree::of_condition(*atom, index)).collect();
    deeper(&deeper(&atoms, 4), most)
}
