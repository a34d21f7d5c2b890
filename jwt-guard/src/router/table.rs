//! The access table: who may call what, for people, tests and machines.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use http::Extensions;
use serde::Serialize;

use super::document::Operation;
use super::entry::{EntryAccess, Methods, RouteEntry, RoutePath};
use crate::guard::JwtGuard;
use crate::policy::Rule;
use crate::tenants::Provided;

/// Every route of a router with its policy; made by [`Router::access_table`](crate::Router::access_table).
///
/// `Display` prints aligned text, and below it the names that are [undeclared](Self::undeclared_names) or
/// [unused](Self::unused_names), as does [`to_markdown`](Self::to_markdown). `HEAD` follows `GET` and has no row of its own;
/// the CORS layer answers preflight `OPTIONS` requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccessTable {
    rows: Vec<AccessRow>,
}

/// One row of an [`AccessTable`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct AccessRow {
    /// The route pattern, with all prefixes. Other places end in `/*`: a service as it is, a fallback with ` (no
    /// route)`, and a router of axum, whose paths are unknown, with ` (not listed)`.
    pub path: String,
    /// The method, `ANY`, or `OTHER` for the methods without another handler at the path.
    pub method: String,
    /// The policy as its attribute, or `unguarded`.
    pub policy: String,
    /// Why the policy is as it is.
    pub reason: Option<String>,
    /// The [name](crate::JwtGuard::name) of the guard that decides; `tenants, else NAME` for
    /// [tenants](crate::Router::with_tenants), with the default guard; or `nearest layer or installed` if neither the
    /// router nor one of its layers determines it.
    ///
    /// Layers that are composed, as by tower's `ServiceBuilder`, cannot be inspected: a guard among them decides, but
    /// this column does not show it. Add the layer of a guard with a call of `.layer(..)` of its own.
    pub guard: String,
    /// The handler, with its module, or the type of a service; `None` for unguarded parts and routers of axum.
    pub handler: Option<String>,
    /// The source file of the attribute, or of the call that added a part without one.
    pub file: String,
    /// The line in that file.
    pub line: u32,
    #[serde(skip)]
    pub(crate) source: RowSource,
}

/// The source of a row, ignored by comparisons.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(feature = "aide-0-15", feature = "utoipa-6")),
    expect(dead_code, reason = "only documents ask for some of it")
)]
pub(crate) struct RowSource {
    pub(crate) rule: Option<&'static Rule>,
    pub(crate) guard: Option<JwtGuard>,
    pub(crate) operation: Option<Operation>,
    /// The methods that are named.
    pub(crate) methods: Vec<&'static str>,
    /// What the path of the row stands for.
    pub(crate) place: RoutePath,
}

impl PartialEq for RowSource {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for RowSource {}

impl PartialOrd for RowSource {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RowSource {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl AccessTable {
    /// The rows of `entries`, within `guard`.
    pub(super) fn new(entries: &[RouteEntry], guard: Option<&Provided>) -> Self {
        let mut rows: Vec<_> = entries.iter().map(|entry| AccessRow::new(entry, guard)).collect();
        for (row, entry) in rows.iter_mut().zip(entries) {
            if matches!(entry.methods, Methods::Any)
                && entries.iter().any(|other| other.is_named_beside(entry))
            {
                row.method = Methods::Other.to_string();
            }
        }
        rows.sort();
        Self { rows }
    }

    /// The rows, in the order of path and method.
    pub fn rows(&self) -> &[AccessRow] {
        &self.rows
    }

    /// The table in Markdown.
    pub fn to_markdown(&self) -> String {
        let escape = |text: &str| text.replace('\\', "\\\\").replace('|', "\\|");
        let mut out = format!("| {} |\n|{}\n", HEADINGS.join(" | "), "---|".repeat(HEADINGS.len()));
        for row in &self.rows {
            let cells = row.cells().map(|cell| escape(&cell));
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        for (index, note) in self.notes().iter().enumerate() {
            out.push_str(&format!("{}- {note}\n", if index == 0 { "\n" } else { "" }));
        }
        out
    }

    /// The schema of [`to_json`](Self::to_json), as JSON Schema (draft 2020-12). Later versions may add members to
    /// rows.
    pub const JSON_SCHEMA: &str = include_str!("access-table.schema.json");

    /// The table as a JSON list of rows, each with the public fields of [`AccessRow`], as [`JSON_SCHEMA`](Self::JSON_SCHEMA) says.
    /// [Undeclared](Self::undeclared_names) and [unused](Self::unused_names) names are not part of it; each is `Serialize` by itself.
    pub fn to_json(&self) -> String {
        // Strings and numbers only, so serialising cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// The guard of a row if only the request determines it.
const OUTSIDE: &str = "nearest layer or installed";

const HEADINGS: [&str; 7] = ["method", "path", "policy", "guard", "handler", "source", "reason"];

impl AccessRow {
    /// The policy as data; `None` for unguarded parts.
    pub fn rule(&self) -> Option<&'static Rule> {
        self.source.rule
    }

    /// The guard that decides: the nearest one, else the one of the process; for tenants, the default guard.
    pub(crate) fn guard(&self) -> Option<JwtGuard> {
        self.source.guard.clone().or_else(|| JwtGuard::of(&Extensions::new()).cloned())
    }

    fn new(entry: &RouteEntry, around: Option<&Provided>) -> Self {
        let (rule, policy, reason, handler) = match &entry.access {
            EntryAccess::Policy { rule, handler } => {
                (Some(*rule), rule.to_string(), rule.reason().map(str::to_owned), handler.map(str::to_owned))
            }
            EntryAccess::Unguarded { reason } => (None, "unguarded".to_owned(), Some(reason.clone()), None),
        };
        let guard = entry.guard.as_ref().or(around);
        Self {
            path: entry.path.to_string(),
            method: entry.methods.to_string(),
            policy,
            reason,
            guard: guard.map_or(Cow::Borrowed(OUTSIDE), Provided::name).into_owned(),
            handler,
            file: entry.file.to_owned(),
            line: entry.line,
            source: RowSource {
                rule,
                guard: guard.map(|provided| provided.guard().clone()),
                operation: entry.operation.clone(),
                methods: entry.methods.names().collect(),
                place: entry.path.clone(),
            },
        }
    }

    fn cells(&self) -> [String; 7] {
        [
            self.method.clone(),
            self.path.clone(),
            self.policy.clone(),
            self.guard.clone(),
            self.handler.clone().unwrap_or_default(),
            format!("{}:{}", self.file, self.line),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

impl fmt::Display for AccessTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.rows.iter().map(AccessRow::cells).collect();
        let headings = HEADINGS.map(str::to_owned);
        let mut widths = [0; HEADINGS.len()];
        for row in rows.iter().chain([&headings]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in [&headings].into_iter().chain(&rows) {
            let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        for (index, note) in self.notes().iter().enumerate() {
            writeln!(f, "{}{note}", if index == 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}
