//! An index of the entries that belong together.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::timestamp::Timestamp;

/// Names of entries under the name of their owner, in order.
#[derive(Default)]
pub(super) struct Index(HashMap<Arc<str>, BTreeSet<(Timestamp, Arc<str>)>>);

impl Index {
    pub(super) fn insert(&mut self, owner: Option<&Arc<str>>, order: Timestamp, name: &Arc<str>) {
        if let Some(owner) = owner {
            self.0.entry(owner.clone()).or_default().insert((order, name.clone()));
        }
    }

    pub(super) fn remove(&mut self, owner: Option<&Arc<str>>, place: &(Timestamp, Arc<str>)) {
        if let Some(owner) = owner
            && let Some(names) = self.0.get_mut(owner)
        {
            names.remove(place);
            if names.is_empty() {
                self.0.remove(owner);
            }
        }
    }

    pub(super) fn of(&self, owner: &str) -> impl Iterator<Item = &Arc<str>> {
        self.0.get(owner).into_iter().flatten().map(|(_, name)| name)
    }

    pub(super) fn count(&self, owner: &str) -> usize {
        self.0.get(owner).map_or(0, BTreeSet::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_in_their_order_and_an_owner_of_none_is_forgotten() {
        let (owner, other) = (Arc::<str>::from("owner"), Arc::<str>::from("other"));
        let place = |order, name: &str| (Timestamp::from_millis(order), Arc::<str>::from(name));
        let places = [place(2, "a"), place(1, "b"), place(1, "c")];
        let mut index = Index::default();
        for (order, name) in &places {
            index.insert(Some(&owner), *order, name);
            index.insert(None, *order, name);
        }
        index.insert(Some(&other), places[0].0, &places[0].1);
        let names = |index: &Index, owner| index.of(owner).map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            (names(&index, "owner"), index.count("owner")),
            (["b", "c", "a"].map(str::to_owned).to_vec(), 3)
        );
        assert_eq!((names(&index, "another"), index.count("another")), (vec![], 0));

        index.remove(None, &places[1]);
        index.remove(Some(&owner), &place(2, "b"));
        assert_eq!(index.count("owner"), 3, "a place that it does not have");
        for (left, place) in [2, 1, 0].into_iter().zip(&places) {
            index.remove(Some(&owner), place);
            assert_eq!(index.count("owner"), left);
        }
        assert_eq!(names(&index, "other"), ["a"]);
        assert_eq!(index.0.len(), 1, "memory is bounded by the entries, not by the owners");
    }
}
