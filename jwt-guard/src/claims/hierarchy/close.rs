//! From what was written to what follows from it, or to the circles that stand against it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::set::{MOST_NAMES, Set};
use super::{Closed, Hierarchy};

/// Why there is no hierarchy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotClosed {
    /// There are this many names.
    TooMany(usize),
    /// Names imply themselves. Each circle begins and ends with its least name, and each implication that is part of a
    /// circle is in one of these.
    Circles(Vec<Vec<String>>),
}

impl Hierarchy {
    /// The hierarchy of these implications, each a name and what it implies. Their order does not matter.
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
        let mut direct = vec![Set::default(); names.len()];
        for (name, implied) in written {
            if let Some(direct) = number(name).and_then(|number| direct.get_mut(number)) {
                implied.iter().filter_map(|name| number(name)).for_each(|number| direct.insert(number));
            }
        }
        let implied = closure(&direct);
        let circles = circles(&direct, &implied);
        if !circles.is_empty() {
            let name = |number: &usize| names.get(*number).copied().unwrap_or_default().to_owned();
            let named = circles.iter().map(|circle| circle.iter().map(name).collect());
            return Err(NotClosed::Circles(named.collect()));
        }
        let names = names.into_iter().map(Box::from).collect();
        Ok(Self(Some(Arc::new(Closed { names, implied: implied.into_boxed_slice() }))))
    }
}

/// Everything that is reached from each number (Warshall's algorithm).
fn closure(direct: &[Set]) -> Vec<Set> {
    let mut reached = direct.to_vec();
    for over in 0..reached.len() {
        let beyond = reached.get(over).copied().unwrap_or_default();
        for set in reached.iter_mut().filter(|set| set.contains(over)) {
            *set = set.with(beyond);
        }
    }
    reached
}

/// A shortest circle through each step that has one, unless an earlier circle shows the step.
fn circles(direct: &[Set], reached: &[Set]) -> Vec<Vec<usize>> {
    let mut shown = vec![Set::default(); direct.len()];
    let mut circles = Vec::new();
    for (from, steps) in direct.iter().enumerate() {
        for to in steps.iter() {
            let leads_back = to == from || reached.get(to).is_some_and(|reached| reached.contains(from));
            if !leads_back || shown.get(from).is_some_and(|shown| shown.contains(to)) {
                continue;
            }
            let mut circle = way(direct, to, from);
            if let Some(least) = circle.iter().min().and_then(|least| circle.iter().position(|n| n == least))
            {
                circle.rotate_left(least);
            }
            circle.extend(circle.first().copied());
            for step in circle.windows(2) {
                if let [from, to] = step
                    && let Some(shown) = shown.get_mut(*from)
                {
                    shown.insert(*to);
                }
            }
            circles.push(circle);
        }
    }
    circles
}

/// A shortest way between two numbers, with both ends.
fn way(direct: &[Set], from: usize, to: usize) -> Vec<usize> {
    let mut before: Vec<Option<usize>> = vec![None; direct.len()];
    let mut seen = Set::default();
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
