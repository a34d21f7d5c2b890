//! Tells the operator which policies are only tried out.

use std::fmt::Write as _;

use super::entry::{EntryAccess, RouteEntry};

/// Warns of all policies that are report-only; the paths are complete.
pub(super) fn warn_of_report_only(entries: &[RouteEntry]) {
    let mut text = String::new();
    for RouteEntry { path, access, file, line, methods, .. } in entries {
        if let EntryAccess::Policy { rule, .. } = access
            && rule.is_report_only()
        {
            // Writing to a string does not fail.
            let _ = write!(text, "\n{file}:{line}: {methods} {path}: `{rule}`");
        }
    }
    if !text.is_empty() {
        tracing::warn!(
            target: "jwt_guard",
            "these policies are report-only, so that their handlers are open to every caller:{text}"
        );
    }
}
