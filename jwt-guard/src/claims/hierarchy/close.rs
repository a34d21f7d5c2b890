//! Computes everything that implications lead to, or finds their cycles.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::set::{MOST_NAMES, NumberSet};
use super::{Closed, Hierarchy};

/// Why implications cannot be a hierarchy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotClosed {
    /// Too many names: this many.
    TooMany(usize),
    /// Names imply themselves. Each cycle begins and ends with its smallest name. Every implication on a cycle is in
    /// one of these.
    Cycles(Vec<Vec<String>>),
}

impl Hierarchy {
    /// Makes the hierarchy of these implications, each a name and what it implies, in any order.
    pub(crate) fn close(implications: &[(String, Vec<String>)]) -> Result<Self, NotClosed> {
        let written = implications.iter().filter(|(_, implied)| !implied.is_empty());
        let names: BTreeSet<&str> = written
            .clone()
            .flat_map(|(name, implied)| implied.iter().chain([name]).map(String::as_str))
            .collect();
        if names.is_empty() {
            return Ok(Self(None));
        }
        if names.len() > MOST_NAMES {
            return Err(NotClosed::TooMany(names.len()));
        }
        let names: Vec<&str> = names.into_iter().collect();
        let number = |name: &str| names.binary_search(&name).ok();
        let mut direct = vec![NumberSet::default(); names.len()];
        for (name, implied) in written {
            if let Some(direct) = number(name).and_then(|number| direct.get_mut(number)) {
                implied.iter().filter_map(|name| number(name)).for_each(|number| direct.insert(number));
            }
        }
        let implied = closure(&direct);
        let cycles = cycles(&direct, &implied);
        if !cycles.is_empty() {
            let name = |number: &usize| names.get(*number).copied().unwrap_or_default().to_owned();
            let named = cycles.iter().map(|cycle| cycle.iter().map(name).collect());
            return Err(NotClosed::Cycles(named.collect()));
        }
        let names = names.into_iter().map(Box::from).collect();
        Ok(Self(Some(Arc::new(Closed { names, implied: implied.into_boxed_slice() }))))
    }
}

/// All numbers that each number reaches (Warshall's algorithm).
fn closure(direct: &[NumberSet]) -> Vec<NumberSet> {
    let mut reached = direct.to_vec();
    for over in 0..reached.len() {
        let beyond = reached.get(over).copied().unwrap_or_default();
        for set in reached.iter_mut().filter(|set| set.contains(over)) {
            *set = set.with(beyond);
        }
    }
    reached
}

/// A shortest cycle through each step that is on one, unless an earlier cycle contains the step.
fn cycles(direct: &[NumberSet], reached: &[NumberSet]) -> Vec<Vec<usize>> {
    let mut shown = vec![NumberSet::default(); direct.len()];
    let mut cycles = Vec::new();
    for (from, steps) in direct.iter().enumerate() {
        for to in steps.iter() {
            let leads_back = to == from || reached.get(to).is_some_and(|reached| reached.contains(from));
            if !leads_back || shown.get(from).is_some_and(|shown| shown.contains(to)) {
                continue;
            }
            let mut cycle = way(direct, to, from);
            if let Some(least) = cycle.iter().min().and_then(|least| cycle.iter().position(|n| n == least)) {
                cycle.rotate_left(least);
            }
            cycle.extend(cycle.first().copied());
            for step in cycle.windows(2) {
                if let [from, to] = step
                    && let Some(shown) = shown.get_mut(*from)
                {
                    shown.insert(*to);
                }
            }
            cycles.push(cycle);
        }
    }
    cycles
}

/// A shortest path between two numbers, with both ends.
fn way(direct: &[NumberSet], from: usize, to: usize) -> Vec<usize> {
    let mut before: Vec<Option<usize>> = vec![None; direct.len()];
    let mut seen = NumberSet::default();
    seen.insert(from);
    let mut edge = vec![from];
    while !edge.is_empty() && !seen.contains(to) {
        let mut next = Vec::new();
        for at in edge {
            for step in direct.get(at).copied().unwrap_or_default().without(seen).iter() {
                seen.insert(step);
                next.push(step);
                if let Some(before) = before.get_mut(step) {
                    *before = Some(at);
                }
            }
        }
        edge = next;
    }
    let mut way = vec![to];
    while let Some(Some(step)) = way.last().and_then(|last| before.get(*last)) {
        way.push(*step);
    }
    way.reverse();
    way
}
