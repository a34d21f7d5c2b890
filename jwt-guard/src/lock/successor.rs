//! What answers the requests of a route that is gone: axum sends them to a parameter, a wildcard or a fallback, if one
//! of them is there.

use std::collections::BTreeMap;

use super::pattern::{PathKind, Pattern};
use super::{AccessLock, LockedRow};

/// The rows of a lock, by the paths to which requests without a route of their own may go.
pub(super) struct Successors<'l> {
    /// In the order in which they are asked.
    patterns: Vec<(Pattern<'l>, &'l str)>,
    rows: BTreeMap<&'l str, Vec<&'l LockedRow>>,
}

impl<'l> Successors<'l> {
    pub(super) fn of(now: &'l AccessLock) -> Self {
        let mut rows = BTreeMap::<_, Vec<&LockedRow>>::new();
        for row in &now.rows {
            let rows = rows.entry(row.path.as_str()).or_default();
            // Equal rows stand side by side, and one of them says all.
            if rows.last().is_none_or(|last| *last != row) {
                rows.push(row);
            }
        }
        let patterns = rows.keys().map(|path| (Pattern::of(path), *path));
        let mut patterns: Vec<_> = patterns.filter(|(pattern, _)| !pattern.is_static()).collect();
        patterns.sort_by(|(one, _), (other, _)| one.order().cmp(&other.order()));
        Self { patterns, rows }
    }

    /// The rows that answer requests of the removed one; among several, each answers some.
    pub(super) fn of_removed(&self, removed: &LockedRow) -> Vec<&'l LockedRow> {
        // The path is still there: only its other methods are asked.
        if let Some(rows) = self.rows.get(removed.path.as_str()) {
            return answering(removed, rows);
        }
        let pattern = Pattern::of(&removed.path);
        let mut found = Vec::new();
        for (other, path) in self.patterns.iter().filter(|(other, _)| other.overlaps(&pattern)) {
            // What was asked before the removed route answers what it has answered. Of an unlisted router the paths are
            // unknown, and so is what it was asked before.
            let was_first = pattern.kind != PathKind::Unlisted && !pattern.is_before(other);
            if was_first {
                continue;
            }
            found.extend(self.rows.get(path).into_iter().flat_map(|rows| answering(removed, rows)));
            if other.covers(&pattern) {
                break;
            }
        }
        found
    }
}

/// Whether the paths of a row are unknown, so that nothing tells whether it answers.
pub(super) fn is_unlisted(row: &LockedRow) -> bool {
    Pattern::of(&row.path).kind == PathKind::Unlisted
}

/// The rows of one path that answer a method of the removed one.
fn answering<'l>(removed: &LockedRow, rows: &[&'l LockedRow]) -> Vec<&'l LockedRow> {
    let is_same_path = rows.iter().any(|row| row.path == removed.path);
    if !is_specific(removed) {
        // At its own path, the named methods were not its.
        return rows.iter().filter(|row| !is_same_path || !is_specific(row)).copied().collect();
    }
    let mut found = Vec::new();
    for method in names(removed) {
        found.extend(of_method(method, rows));
        // `HEAD` followed `GET`.
        if method == "GET" && !is_same_path {
            found.extend(of_method("HEAD", rows));
        }
    }
    found
}

/// The rows for a method: that which names it, `GET` for `HEAD`, or those for all others.
fn of_method<'l>(method: &str, rows: &[&'l LockedRow]) -> Vec<&'l LockedRow> {
    let naming = |method| rows.iter().filter(move |row| names(row).any(|name| name == method)).copied();
    let mut found: Vec<_> = naming(method).collect();
    if found.is_empty() && method == "HEAD" {
        found = naming("GET").collect();
    }
    if found.is_empty() {
        found = rows.iter().filter(|row| !is_specific(row)).copied().collect();
    }
    found
}

fn names(row: &LockedRow) -> impl Iterator<Item = &str> {
    row.method.split(',')
}

fn is_specific(row: &LockedRow) -> bool {
    !matches!(row.method.as_str(), "ANY" | "OTHER")
}
