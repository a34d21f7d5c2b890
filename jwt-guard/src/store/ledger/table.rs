//! Entries that end: found by name, forgotten in the order of their ends.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::store::moment::Moment;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    /// A token that was issued.
    Allowed,
    /// A revoked login.
    Family,
    /// A living login.
    Login,
    /// A subject some of whose tokens are revoked.
    Subject,
    /// A revoked token.
    Token,
}

impl Kind {
    pub(in crate::store) const ALL: [Self; 5] =
        [Self::Allowed, Self::Family, Self::Login, Self::Subject, Self::Token];
}

/// What is remembered under a name.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) struct Entry {
    /// When the last token that the entry is about ends.
    pub(in crate::store) ends: Moment,
    /// What else there is to remember.
    pub(in crate::store) note: Note,
}

/// What an entry says beside its name.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) enum Note {
    /// Nothing.
    Mark,
    /// Tokens issued before are revoked.
    CutOff(Moment),
    /// The refresh tokens of a login.
    Login { current: Box<str>, previous: Option<Box<str>>, rotated: Moment },
}

impl Entry {
    pub(in crate::store) fn mark(ends: Moment) -> Self {
        Self { ends, note: Note::Mark }
    }

    /// The later end of both, and the later cut-off: a revocation is never taken back by a weaker one.
    pub(super) fn stricter(mut self, known: &Self) -> Self {
        self.ends = self.ends.max(known.ends);
        if let (Note::CutOff(new), Note::CutOff(old)) = (&mut self.note, &known.note) {
            *new = (*new).max(*old);
        }
        self
    }

    fn counts(&self, now: Moment) -> bool {
        now < self.ends.plus(Moment::LEEWAY)
    }
}

/// Entries of one kind.
#[derive(Default)]
pub(super) struct Table {
    entries: HashMap<Arc<str>, Entry>,
    by_end: BTreeSet<(Moment, Arc<str>)>,
}

impl Table {
    pub(super) fn put(&mut self, name: Arc<str>, entry: Entry) {
        if let Some((known, old)) = self.entries.remove_entry(&name) {
            self.by_end.remove(&(old.ends, known));
        }
        self.by_end.insert((entry.ends, name.clone()));
        self.entries.insert(name, entry);
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<(Arc<str>, Entry)> {
        let (name, entry) = self.entries.remove_entry(name)?;
        self.by_end.remove(&(entry.ends, name.clone()));
        Some((name, entry))
    }

    /// Forgets the entry that ended first, if it does not count any more.
    pub(super) fn forget_one(&mut self, now: Moment) -> Option<Arc<str>> {
        let (_, name) = self.by_end.first()?;
        if self.entries.get(name).is_some_and(|entry| entry.counts(now)) {
            return None;
        }
        let (_, name) = self.by_end.pop_first()?;
        self.entries.remove(&name);
        Some(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub(super) fn living(&self, name: &str, now: Moment) -> Option<&Entry> {
        self.entries.get(name).filter(|entry| entry.counts(now))
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}
