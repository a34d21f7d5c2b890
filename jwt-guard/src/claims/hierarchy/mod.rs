//! Names that imply others: a caller with `orders:admin` has `orders:write` too.

mod close;
mod set;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub(crate) use close::NotClosed;
pub(crate) use set::MOST_NAMES;
use set::NumberSet;

use super::names::NameSet;

/// The hierarchies of one guard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hierarchies {
    pub(crate) scopes: Hierarchy,
    pub(crate) roles: Hierarchy,
}

/// What each scope, or each role, implies, transitively closed: a look-up needs no search.
///
/// No name implies itself. A hierarchy without implications allocates nothing, and every question is one branch.
#[derive(Clone, Default)]
pub(crate) struct Hierarchy(Option<Arc<Closed>>);

struct Closed {
    /// Every name that implies another or is implied, sorted by bytes.
    names: Box<[Box<str>]>,
    /// What each name implies; a name is its index.
    implied: Box<[NumberSet]>,
}

impl Hierarchy {
    /// Appends the names that the list implies.
    pub(crate) fn expand(&self, names: &mut NameSet) {
        let Some(closed) = &self.0 else { return };
        let (held, implied) = closed.follow(names.iter());
        names.extend_with_others(implied.without(held).iter().filter_map(|index| closed.name(index)));
    }

    /// Removes the names that others of the list imply. The rest grants as much.
    pub(crate) fn reduce(&self, names: &mut Vec<&'static str>) {
        let Some(closed) = &self.0 else { return };
        let (_, implied) = closed.follow(names.iter().copied());
        names.retain(|name| closed.index(name).is_none_or(|index| !implied.contains(index)));
    }

    /// Each name that implies others, with all of those.
    pub(crate) fn implications(&self) -> Vec<(&str, Vec<&str>)> {
        let Some(closed) = &self.0 else { return Vec::new() };
        let lists = closed.names.iter().zip(&closed.implied).map(|(name, implied)| {
            (name.as_ref(), implied.iter().filter_map(|index| closed.name(index)).collect::<Vec<_>>())
        });
        lists.filter(|(_, implied)| !implied.is_empty()).collect()
    }

    /// How many names the list would add to `held`, implied ones included. The list has no duplicates, and `held` is
    /// expanded.
    pub(crate) fn gain(&self, names: &[&str], held: &NameSet) -> usize {
        let lacks = |name: &&str| !held.contains(name);
        let Some(closed) = &self.0 else { return names.iter().copied().filter(lacks).count() };
        let (own, implied) = closed.follow(names.iter().copied());
        let known = own.with(implied).iter().filter_map(|index| closed.name(index)).filter(lacks).count();
        let others = names.iter().copied().filter(|name| closed.index(name).is_none()).filter(lacks).count();
        known.saturating_add(others)
    }
}

impl Closed {
    /// The names that are in the hierarchy, and all that they imply.
    fn follow<'n>(&self, names: impl Iterator<Item = &'n str>) -> (NumberSet, NumberSet) {
        let (mut own, mut implied) = (NumberSet::default(), NumberSet::default());
        for index in names.filter_map(|name| self.index(name)) {
            own.insert(index);
            implied = implied.with(self.implied.get(index).copied().unwrap_or_default());
        }
        (own, implied)
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|known| known.as_ref().cmp(name)).ok()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(AsRef::as_ref)
    }
}

/// What each name implies.
impl fmt::Debug for Hierarchy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.implications()).finish()
    }
}
