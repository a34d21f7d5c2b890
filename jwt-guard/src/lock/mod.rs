//! The access lock: a file in the repository that says who may call what, so that a change of access is a change that a
//! reviewer sees.
//!
//! A test compares the file with the application. It fails where they differ, and says of each route whether more or
//! fewer callers are admitted; the comparison is one of meaning: another order of conditions, another name of a handler
//! or another line does not count.
//!
//! ```
//! use jwt_guard::lock::{AccessLock, ChangeKind};
//! use jwt_guard::{Router, requires, routing};
//!
//! #[requires(scope = "orders:read")]
//! async fn orders() {}
//!
//! # fn main() -> Result<(), jwt_guard::lock::LockError> {
//! let app = Router::<()>::new().route("/orders", routing::get(orders));
//! let lock = AccessLock::of(&app.access_table());
//! // Written before, and committed.
//! let locked: AccessLock = r#"
//! version 1
//! GET "/orders" guard "nearest layer or installed": requires(scope = "orders:read", role = "clerk")
//! "#
//! .parse()?;
//! let changes = locked.changes_to(&lock);
//! assert_eq!(changes[0].kind, ChangeKind::Widened);
//! assert_eq!(
//!     changes[0].sentence,
//!     r#"a caller with `scope = "orders:read"` may now call it; before, only a caller with `scope = "orders:read", role = "clerk"`"#
//! );
//! assert!(lock.changes_to(&lock).is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # What is compared
//!
//! A policy admits more callers than before if each caller that was admitted still is, and others too. Conditions are
//! three-valued, as in the decision: each may hold, not hold, or be unknown because a claim is malformed. The names that a
//! guard's hierarchy implies count as held. A route that is gone is compared with what answers its requests now: another
//! method of its path, a parameter, a wildcard or a fallback. What a guard accepts as a token, such as its issuers and keys,
//! is not in the file, nor what a function of a `check` decides: it is compared by its name.
//!
//! The hierarchy is that of the guard that the access table names, or of the [installed](crate::JwtGuard::install) one if that is
//! installed before the table is made. For [tenants](crate::Router::with_tenants) it is that of the default guard: what the guards of
//! other tenants imply is not in the file. Test those by requests.

mod access;
mod change;
mod condition;
mod error;
#[cfg(feature = "testing")]
mod expected;
mod implications;
mod pattern;
mod route;
mod successor;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

pub(crate) use self::access::Callers;
use self::access::LockedAccess;
pub use self::change::{AccessChange, ChangeKind};
pub use self::error::LockError;
use self::implications::LockedImplications;
pub use self::route::LockedRoute;
#[cfg(feature = "testing")]
pub(crate) use self::{
    condition::{Condition, longest_age},
    expected::Expected,
};
use crate::router::{AccessRow, AccessTable};

/// Who may call what, as a lock file says it. `Display` writes the file, and `FromStr` reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessLock {
    guards: BTreeMap<String, LockedImplications>,
    rows: Vec<LockedRow>,
}

/// One route.
#[derive(Clone, Debug)]
struct LockedRow {
    path: String,
    method: String,
    /// `None` for an unguarded part.
    guard: Option<String>,
    access: LockedAccess,
    /// `None` if the row was read from a file.
    source: Option<Source>,
}

/// Where a policy was written.
#[derive(Clone, Debug)]
struct Source {
    file: String,
    line: u32,
}

impl AccessLock {
    /// The lock of an application, from its [access table](crate::Router::access_table).
    pub fn of(table: &AccessTable) -> Self {
        let mut lock = Self::default();
        for row in table.rows() {
            let guard = row.rule().map(|_| lock.add_guard(row));
            let access = row.rule().map_or(LockedAccess::UNGUARDED, LockedAccess::of);
            let source = Some(Source { file: row.file.clone(), line: row.line });
            let (path, method) = (row.path.clone(), row.method.clone());
            lock.rows.push(LockedRow { path, method, guard, access, source });
        }
        lock.rows.sort();
        lock
    }

    /// The name of the guard of a row. A second guard of the same name that has another hierarchy gets a number.
    fn add_guard(&mut self, row: &AccessRow) -> String {
        let implications = row.guard().map(|guard| LockedImplications::new(guard.hierarchies()));
        let implications = implications.unwrap_or_default();
        let names = (1..).map(|number| match number {
            1 => row.guard.clone(),
            _ => format!("{} #{number}", row.guard),
        });
        for name in names {
            match self.guards.get(&name) {
                Some(known) if *known != implications => {}
                Some(_) => return name,
                None => {
                    self.guards.insert(name.clone(), implications);
                    return name;
                }
            }
        }
        row.guard.clone()
    }

    /// Reads a lock file.
    ///
    /// # Errors
    ///
    /// If there is no file, if it cannot be read, or if a line is not one of a lock file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, LockError> {
        let path = path.as_ref();
        fs::read_to_string(path).map_err(|error| LockError::file(path, error))?.parse()
    }

    /// The problem is a text for the person who runs the test.
    fn write(&self, path: &Path) -> Result<(), String> {
        fs::write(path, self.to_string()).map_err(|error| LockError::file(path, error).to_string())
    }

    fn compare_with(&self, path: &Path) -> Result<(), String> {
        let locked = Self::read(path).map_err(|error| error.to_string())?;
        let changes = locked.changes_to(self);
        if changes.is_empty() { Ok(()) } else { Err(report(path, &changes)) }
    }

    /// What differs, if this is the lock of before: the most dangerous changes first.
    pub fn changes_to(&self, now: &Self) -> Vec<AccessChange> {
        change::changes(self, now)
    }

    /// The callers of a row, without the hierarchy of its guard.
    fn callers(&self, row: &LockedRow) -> Callers {
        let implications = row.guard.as_ref().and_then(|guard| self.guards.get(guard));
        row.access.admitted().expand(implications.unwrap_or(&LockedImplications::default()))
    }
}

/// Compares a lock file with an application; for a test of yours. With the variable `ACCESS_LOCK=overwrite` it writes the
/// file instead.
///
/// A relative path begins at the folder of the package, where `cargo test` runs its tests.
///
/// ```no_run
/// # fn app() -> jwt_guard::Router { jwt_guard::Router::new() }
/// #[test]
/// fn access_is_as_reviewed() {
///     jwt_guard::lock::assert_access_lock(&app().access_table(), "access.lock");
/// }
/// ```
///
/// # Panics
///
/// If they differ: with the changes, each in a sentence with its place. If the file is missing or malformed.
#[track_caller]
pub fn assert_access_lock(table: &AccessTable, path: impl AsRef<Path>) {
    let path = path.as_ref();
    let now = AccessLock::of(table);
    let overwrites = env::var_os("ACCESS_LOCK").is_some_and(|mode| mode == "overwrite");
    let result = if overwrites { now.write(path) } else { now.compare_with(path) };
    assert!(result.is_ok(), "{}", result.err().unwrap_or_default());
}

fn report(path: &Path, changes: &[AccessChange]) -> String {
    let list: Vec<_> = changes.iter().map(|change| format!("  {change}\n")).collect();
    format!(
        "the access of the application is not that of {}:\n{}If this is meant, run `ACCESS_LOCK=overwrite cargo test`, and \
         commit the file.",
        path.display(),
        list.concat()
    )
}

/// The text of the file.
impl fmt::Display for AccessLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::write(self))
    }
}

/// Reads the text of a file.
impl FromStr for AccessLock {
    type Err = LockError;

    fn from_str(text: &str) -> Result<Self, LockError> {
        text::read(text)
    }
}

impl LockedRow {
    fn key(&self) -> (&str, &str, Option<&str>, String) {
        (&self.path, &self.method, self.guard.as_deref(), self.access.to_string())
    }
}

/// Where a policy was written is not a part of it.
impl PartialEq for LockedRow {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for LockedRow {}

impl PartialOrd for LockedRow {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for LockedRow {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}
