//! The entries that a router collects for the rows of its access table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::Location;

use axum::routing::MethodFilter;

use super::document::Operation;
use crate::policy::{DenyAs, Rule};
use crate::tenants::Provided;

/// One handler, or one part whose routes are unknown.
#[derive(Clone, Debug)]
pub(super) struct RouteEntry {
    pub(super) methods: Methods,
    pub(super) path: RoutePath,
    pub(super) access: EntryAccess,
    /// Its guard from the router; the innermost one.
    pub(super) guard: Option<Provided>,
    /// Its document.
    pub(super) operation: Option<Operation>,
    pub(super) file: &'static str,
    pub(super) line: u32,
}

/// The methods of a handler.
#[derive(Clone, Copy, Debug)]
pub(super) enum Methods {
    Named(MethodFilter),
    Any,
    /// All methods without another handler at the path.
    Other,
}

/// The full path of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RoutePath {
    Route(String),
    /// Every path below the prefix without a route.
    Fallback(String),
    /// The prefix and every path below it.
    Below(String),
    /// Unknown paths below the prefix.
    Unlisted(String),
}

/// Who decides.
#[derive(Clone, Debug)]
pub(super) enum EntryAccess {
    Policy { rule: &'static Rule, handler: Option<&'static str> },
    Unguarded { reason: String },
}

impl RouteEntry {
    pub(super) fn guarded(
        methods: Methods,
        rule: &'static Rule,
        handler: &'static str,
        routed: &'static Location<'static>,
    ) -> Self {
        // A policy written by hand does not know its handler; the call that routes it is the next best place.
        let (handler, file, line) = match rule.declaration() {
            Some(declared) => (declared.handler, declared.file, declared.line),
            None => (handler, routed.file(), routed.line()),
        };
        let access = EntryAccess::Policy { rule, handler: Some(handler) };
        Self {
            methods,
            path: RoutePath::Route(String::new()),
            access,
            guard: None,
            operation: None,
            file,
            line,
        }
    }

    /// A service or router behind a policy.
    pub(super) fn by_policy(
        rule: &'static Rule,
        name: Option<&'static str>,
        added: &'static Location<'static>,
    ) -> Self {
        Self { access: EntryAccess::Policy { rule, handler: name }, ..Self::unlisted(added) }
    }

    /// A service or router without a policy.
    ///
    /// # Panics
    ///
    /// If the reason is empty.
    #[track_caller]
    pub(super) fn unguarded(reason: String, added: &'static Location<'static>) -> Self {
        assert!(
            !reason.trim().is_empty(),
            "what is unguarded needs a reason; say in a few words why it needs no policy"
        );
        Self { access: EntryAccess::Unguarded { reason }, ..Self::unlisted(added) }
    }

    fn unlisted(added: &'static Location<'static>) -> Self {
        Self {
            methods: Methods::Any,
            path: RoutePath::Unlisted(String::new()),
            access: EntryAccess::Unguarded { reason: String::new() },
            guard: None,
            operation: None,
            file: added.file(),
            line: added.line(),
        }
    }

    pub(super) fn at(self, path: RoutePath) -> Self {
        Self { path, ..self }
    }

    /// Records a guard around this entry; an inner one wins.
    pub(super) fn within(&mut self, guard: &Provided) {
        self.guard.get_or_insert_with(|| guard.clone());
    }

    /// Whether it is hidden.
    pub(super) fn hides(&self) -> bool {
        matches!(self.access, EntryAccess::Policy { rule, .. } if rule.deny_as() == DenyAs::NotFound)
    }

    /// Whether this entry serves some methods at the path of `other`.
    pub(super) fn is_named_beside(&self, other: &Self) -> bool {
        matches!((&self.methods, &self.path), (Methods::Named(_), RoutePath::Route(_)))
            && self.path == other.path
    }

    /// The same entry below `prefix`, as axum nests.
    pub(super) fn nested(self, prefix: &str) -> Self {
        let path = self.path.nested(prefix);
        Self { path, ..self }
    }
}

impl RoutePath {
    /// The same path below `prefix`.
    pub(super) fn nested(&self, prefix: &str) -> Self {
        match self {
            Self::Route(path) => Self::Route(join(prefix, path)),
            Self::Fallback(path) => Self::Fallback(join(prefix, path)),
            Self::Below(path) => Self::Below(join(prefix, path)),
            Self::Unlisted(path) => Self::Unlisted(join(prefix, path)),
        }
    }
}

/// The routes for which axum answers some methods, without hidden ones.
pub(super) fn without_other_methods(entries: &[RouteEntry]) -> BTreeSet<String> {
    let mut routes = BTreeMap::<&str, Vec<&RouteEntry>>::new();
    for entry in entries {
        if let RoutePath::Route(path) = &entry.path {
            routes.entry(path).or_default().push(entry);
        }
    }
    routes.retain(|_, entries| {
        entries.iter().all(|entry| matches!(entry.methods, Methods::Named(_)))
            && !entries.iter().all(|entry| entry.hides())
    });
    routes.into_keys().map(str::to_owned).collect()
}

/// axum's rule: `/api` + `/` is `/api`, and `/api/` + `/` is `/api/`.
fn join(prefix: &str, path: &str) -> String {
    match (prefix.strip_suffix('/'), path) {
        (None, "/") => prefix.to_owned(),
        (None, path) => format!("{prefix}{path}"),
        (Some(prefix), path) => format!("{prefix}/{}", path.trim_start_matches('/')),
    }
}

impl Methods {
    /// The names of the methods, if known.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        const NAMES: [(MethodFilter, &str); 9] = [
            (MethodFilter::CONNECT, "CONNECT"),
            (MethodFilter::DELETE, "DELETE"),
            (MethodFilter::GET, "GET"),
            (MethodFilter::HEAD, "HEAD"),
            (MethodFilter::OPTIONS, "OPTIONS"),
            (MethodFilter::PATCH, "PATCH"),
            (MethodFilter::POST, "POST"),
            (MethodFilter::PUT, "PUT"),
            (MethodFilter::TRACE, "TRACE"),
        ];
        // A filter shows its bits only by comparison with a union.
        let has = move |bit: MethodFilter| matches!(self, Self::Named(filter) if filter.or(bit) == filter);
        NAMES.into_iter().filter(move |(bit, _)| has(*bit)).map(|(_, name)| name)
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("ANY"),
            Self::Other => f.write_str("OTHER"),
            Self::Named(_) => {
                for (index, name) in self.names().enumerate() {
                    let separator = if index > 0 { "," } else { "" };
                    write!(f, "{separator}{name}")?;
                }
                Ok(())
            }
        }
    }
}

/// `/a/*` stands for everything below `/a`.
impl fmt::Display for RoutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route(path) => f.write_str(path),
            Self::Fallback(prefix) => write!(f, "{}/* (no route)", prefix.trim_end_matches('/')),
            Self::Below(prefix) => write!(f, "{}/*", prefix.trim_end_matches('/')),
            Self::Unlisted(prefix) => write!(f, "{}/* (not listed)", prefix.trim_end_matches('/')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_as_axum_nests() {
        assert_eq!(join("/api", "/"), "/api");
        assert_eq!(join("/api", "/users/{id}"), "/api/users/{id}");
        assert_eq!(join("/api/", "/"), "/api/");
        assert_eq!(join("/api/", "/users"), "/api/users");
        assert_eq!(join("/api", ""), "/api");
    }

    #[test]
    fn methods_are_named() {
        assert_eq!(Methods::Named(MethodFilter::GET).to_string(), "GET");
        assert_eq!(Methods::Named(MethodFilter::POST.or(MethodFilter::PUT)).to_string(), "POST,PUT");
    }
}
