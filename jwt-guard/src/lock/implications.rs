//! The hierarchies of a guard as a lock file writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::claims::hierarchy::{Hierarchies, Hierarchy};

/// Which conditions are met by the holder of a name, by the text of the condition: `scope = "admin"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LockedImplications(BTreeMap<String, BTreeSet<String>>);

impl LockedImplications {
    pub(super) fn new(hierarchies: &Hierarchies) -> Self {
        let mut all = Self::default();
        all.add("scope", &hierarchies.scopes);
        all.add("role", &hierarchies.roles);
        all
    }

    fn add(&mut self, word: &str, hierarchy: &Hierarchy) {
        for (name, implied) in hierarchy.implications() {
            let implied = implied.into_iter().map(|name| format!("{word} = {name:?}")).collect();
            self.0.insert(format!("{word} = {name:?}"), implied);
        }
    }

    /// Adds a line of a lock file.
    pub(super) fn insert(&mut self, name: String, implied: Vec<String>) {
        self.0.entry(name).or_default().extend(implied);
    }

    /// The conditions whose holders meet this one too.
    pub(super) fn of(&self, condition: &str) -> Vec<String> {
        let above = self.0.iter().filter(|(_, implied)| implied.contains(condition));
        above.map(|(name, _)| name.clone()).collect()
    }

    /// A line for each name that implies others; `guard` is the name of the guard as the file writes it.
    pub(super) fn write(&self, guard: &str, out: &mut String) {
        for (name, implied) in &self.0 {
            let implied: Vec<_> = implied.iter().map(String::as_str).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(out, "guard {guard}: {name} implies {}", implied.join(", "));
        }
    }
}
