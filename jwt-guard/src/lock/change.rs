//! The difference between two lock files, in sentences.

use std::collections::BTreeMap;
use std::fmt;

use super::access::{Callers, Relation};
use super::successor::{self, Successors};
use super::{AccessLock, LockedRow, Source};

/// What became of a route since the lock was reviewed: the word that stands before the sentence about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ChangeKind {
    /// It admits callers that it refused before, and refuses none that it admitted; or it is gone, and another route that
    /// does so answers its requests.
    Widened,
    /// It did not exist.
    New,
    /// It admits some callers that it refused before and refuses some that it admitted; or another guard decides; or it
    /// refuses in another way.
    Changed,
    /// It refuses callers that it admitted before, and admits no others.
    Narrowed,
    /// It does not exist any more, and no other route admits more callers to its requests.
    Removed,
}

/// A difference between two [`AccessLock`]s, about one route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct AccessChange {
    /// What happened.
    pub kind: ChangeKind,
    /// The path, as in the table.
    pub path: String,
    /// The method, as in the table.
    pub method: String,
    /// What it means, as a sentence.
    pub sentence: String,
    /// The source file of the policy; `None` for a route that does not exist any more.
    pub file: Option<String>,
    /// The line in that file.
    pub line: Option<u32>,
}

/// As compilers print a message: the change, and below it the place.
impl fmt::Display for AccessChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, path, method, sentence, file, line } = self;
        write!(f, "{:8} {method} {path}: {sentence}", kind.to_string())?;
        if let (Some(file), Some(line)) = (file, line) {
            write!(f, "\n      at {file}:{line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Widened => "WIDENED",
            Self::New => "NEW",
            Self::Changed => "CHANGED",
            Self::Narrowed => "NARROWED",
            Self::Removed => "REMOVED",
        })
    }
}

/// A route: path and method, and its number among several rows of both.
type Key<'l> = (&'l str, &'l str, usize);

fn by_route(lock: &AccessLock) -> BTreeMap<Key<'_>, &LockedRow> {
    let mut rows: BTreeMap<Key<'_>, &LockedRow> = BTreeMap::new();
    for row in &lock.rows {
        let (path, method) = (row.path.as_str(), row.method.as_str());
        let last = rows.range((path, method, 0)..=(path, method, usize::MAX)).next_back();
        let number = last.map_or(0, |((_, _, number), _)| number.saturating_add(1));
        rows.insert((path, method, number), row);
    }
    rows
}

/// Everything that differs, the most dangerous first.
pub(super) fn changes(before: &AccessLock, now: &AccessLock) -> Vec<AccessChange> {
    let (old, new) = (by_route(before), by_route(now));
    let mut changes: Vec<_> = new
        .iter()
        .filter_map(|(route, row)| match old.get(route) {
            None => Some(change(row, ChangeKind::New, format!("{} may call it", who(row.access.admitted())))),
            Some(known) => compare(before, known, now, row),
        })
        .collect();
    let successors = Successors::of(now);
    let gone = old.iter().filter(|(route, _)| !new.contains_key(*route)).map(|(_, row)| *row);
    changes.extend(gone.map(|row| {
        let answering = successors.of_removed(row).into_iter();
        let wider = answering.filter_map(|successor| compare_gone(before, row, now, successor)).min();
        wider.unwrap_or_else(|| {
            change(row, ChangeKind::Removed, format!("the route is gone; it was `{}`", row.access))
        })
    }));
    changes.sort();
    changes
}

/// Of a route that is gone, and one that answers its requests now; `None` if that admits no more callers.
fn compare_gone(
    before: &AccessLock,
    gone: &LockedRow,
    now: &AccessLock,
    successor: &LockedRow,
) -> Option<AccessChange> {
    let found = compare(before, gone, now, successor)?;
    if matches!(found.kind, ChangeKind::Narrowed | ChangeKind::Removed) {
        return None;
    }
    let is_unlisted = successor::is_unlisted(successor);
    let kind = if is_unlisted { ChangeKind::Changed } else { found.kind };
    let answers = if is_unlisted { "may answer" } else { "answers" };
    let sentence = format!(
        "the route is gone, and `{} {}` {answers} its requests: {}",
        successor.method, successor.path, found.sentence
    );
    Some(AccessChange { kind, sentence, path: gone.path.clone(), method: gone.method.clone(), ..found })
}

fn change(row: &LockedRow, kind: ChangeKind, sentence: String) -> AccessChange {
    let source = row.source.as_ref();
    AccessChange {
        kind,
        path: row.path.clone(),
        method: row.method.clone(),
        sentence,
        file: source.map(|Source { file, .. }| file.clone()),
        line: source.map(|source| source.line),
    }
}

fn compare(before: &AccessLock, old: &LockedRow, now: &AccessLock, new: &LockedRow) -> Option<AccessChange> {
    let relation = before.callers(old).compare(&now.callers(new));
    if old.access.is_report_only() || new.access.is_report_only() {
        return compare_tried(relation.and(old.access.compare_checks(&new.access)), old, new);
    }
    let (was, is) = (&old.access.callers, &new.access.callers);
    let same_text = was == is;
    let by_checks = old.access.compare_checks(&new.access);
    if by_checks != Relation::Same {
        let kind = match relation.and(by_checks) {
            Relation::More => ChangeKind::Widened,
            Relation::Fewer => ChangeKind::Narrowed,
            Relation::Same | Relation::Others | Relation::Unknown => ChangeKind::Changed,
        };
        let kind = if old.guard == new.guard { kind } else { ChangeKind::Changed };
        return Some(change(new, kind, checks(old, new)));
    }
    let (kind, sentence) = match relation {
        Relation::More if same_text => (
            ChangeKind::Widened,
            format!("more names imply what `{is}` asks for: the hierarchy of its guard changed"),
        ),
        Relation::Fewer if same_text => (
            ChangeKind::Narrowed,
            format!("fewer names imply what `{is}` asks for: the hierarchy of its guard changed"),
        ),
        Relation::More => {
            (ChangeKind::Widened, format!("{} may now call it; before, {}", who(is), only(was)))
        }
        Relation::Fewer => {
            (ChangeKind::Narrowed, format!("{} may call it now; before, {} could", only(is), who(was)))
        }
        Relation::Others => {
            (ChangeKind::Changed, format!("{} may now call it, and not {} as before", who(is), who(was)))
        }
        Relation::Unknown => (
            ChangeKind::Changed,
            format!("the conditions are too many to compare: it is `{is}`, and was `{was}`"),
        ),
        Relation::Same if old.guard != new.guard => (ChangeKind::Changed, guards(old, new)),
        Relation::Same if old.access.refusal != new.access.refusal => (
            ChangeKind::Changed,
            format!("it refuses in another way: it is `{}`, and was `{}`", new.access, old.access),
        ),
        Relation::Same => return None,
    };
    // A guard that changed together with the callers is said beside it; nothing tells whom the other guard admits.
    let guarded = |row: &LockedRow| !matches!(row.access.callers, Callers::Unguarded);
    if relation != Relation::Same && old.guard != new.guard && guarded(old) && guarded(new) {
        return Some(change(new, ChangeKind::Changed, format!("{}; and {sentence}", guards(old, new))));
    }
    Some(change(new, kind, sentence))
}

/// Of policies one of which is tried out.
fn compare_tried(relation: Relation, old: &LockedRow, new: &LockedRow) -> Option<AccessChange> {
    let (was, is) = (&old.access, &new.access);
    let (kind, sentence) = match relation {
        Relation::More if is.is_report_only() => (
            ChangeKind::Widened,
            format!(
                "{} may now call it: the policy is report-only, and refuses no caller; before, {}",
                who(is.admitted()),
                only(&was.callers)
            ),
        ),
        Relation::More => (ChangeKind::Widened, format!("{} may now call it", who(is.admitted()))),
        Relation::Fewer if is.is_report_only() => (
            ChangeKind::Changed,
            format!("it refuses no caller still: the policy is report-only; it is `{is}`, and was `{was}`"),
        ),
        Relation::Fewer => (
            ChangeKind::Narrowed,
            format!(
                "{} may call it now; before, the policy was report-only, and refused no caller",
                only(&is.callers)
            ),
        ),
        Relation::Same if was == is && old.guard == new.guard => return None,
        Relation::Same | Relation::Others | Relation::Unknown => {
            (ChangeKind::Changed, format!("it refuses no caller: it is `{is}`, and was `{was}`"))
        }
    };
    Some(change(new, kind, sentence))
}

/// Which checks are not made any more, and which are new.
fn checks(old: &LockedRow, new: &LockedRow) -> String {
    let missing = |of: &LockedRow, from: &LockedRow| {
        let names = of.access.checks.difference(&from.access.checks).map(|name| format!("`{name}`"));
        names.collect::<Vec<_>>().join(", ")
    };
    let (gone, added) = (missing(old, new), missing(new, old));
    let said = match (gone.is_empty(), added.is_empty()) {
        (false, true) => format!("{gone} is not asked any more"),
        (true, _) => format!("{added} is asked now"),
        (false, false) => format!("{added} is asked now, and {gone} not any more"),
    };
    format!("{said}: it is `{}`, and was `{}`", new.access, old.access)
}

fn guards(old: &LockedRow, new: &LockedRow) -> String {
    let name = |row: &LockedRow| row.guard.clone().unwrap_or_else(|| "none".to_owned());
    format!("another guard decides: {}, and before {}", name(new), name(old))
}

/// Whom a policy admits.
fn who(callers: &Callers) -> String {
    match callers {
        Callers::Unguarded => "any caller, without any guard,".to_owned(),
        Callers::CredentialsIgnored => "any caller, whatever the token,".to_owned(),
        Callers::AnonymousIfExpired => {
            "a caller without a token, with a valid or with an expired one,".to_owned()
        }
        Callers::Anonymous => "a caller without a token or with a valid one".to_owned(),
        Callers::RefreshToken => "the owner of a refresh token".to_owned(),
        Callers::AccessToken(condition) if condition.is_nothing() => "a caller with a valid token".to_owned(),
        Callers::AccessToken(condition) => format!("a caller with `{condition}`"),
    }
}

fn only(callers: &Callers) -> String {
    format!("only {}", who(callers).trim_end_matches(','))
}
