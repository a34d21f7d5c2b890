//! Finds policies that read path parameters which their routes do not have.

use std::fmt::Write as _;

use super::entry::{EntryAccess, RouteEntry, RoutePath};
use crate::policy::path::PathMisfit;

/// A line for each handler whose policy does not fit its path; the paths are complete.
pub(super) fn misfits(entries: &[RouteEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let Some(misfit) = misfit(entry) else { continue };
        let RouteEntry { path, access, file, line, .. } = entry;
        let handler = match access {
            EntryAccess::Policy { handler: Some(handler), .. } => handler,
            _ => "a service",
        };
        // Writing to a string does not fail.
        let _ = write!(text, "\n{file}:{line}: `{handler}` at `{path}`: {misfit}");
    }
    text
}

fn misfit(entry: &RouteEntry) -> Option<PathMisfit> {
    let EntryAccess::Policy { rule, .. } = entry.access else { return None };
    let path = match &entry.path {
        RoutePath::Route(path) | RoutePath::Fallback(path) | RoutePath::Below(path) => path,
        // A router of axum, whose routes may have the parameter.
        RoutePath::Unlisted(_) => return None,
    };
    rule.requirement().misfit(&parameters(path))
}

/// The names of the parameters in a route pattern of axum: `{name}` and `{*name}`. `{{` and `}}` are braces.
fn parameters(pattern: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = pattern;
    while let Some((_, after)) = rest.split_once('{') {
        if let Some(escaped) = after.strip_prefix('{') {
            rest = escaped;
            continue;
        }
        let Some((name, after)) = after.split_once('}') else { break };
        names.push(name.trim_start_matches('*'));
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_axum_reads_them() {
        for (pattern, names) in [
            ("/users", &[][..]),
            ("/users/{id}", &["id"]),
            ("/{a}/x/{b}.json/{*rest}", &["a", "b", "rest"]),
            ("/{{id}}/{x}", &["x"]),
            ("/{id}/orders/{id}", &["id", "id"]),
        ] {
            assert_eq!(parameters(pattern), names, "{pattern}");
        }
    }
}
