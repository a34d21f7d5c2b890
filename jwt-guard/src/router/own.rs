//! Public routes of this crate.

use std::collections::BTreeSet;
use std::panic::Location;

use axum::routing::{MethodFilter, MethodRouter};

use super::Router;
use super::entry::{Methods, RouteEntry, RoutePath};

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds a route for `GET`.
    #[track_caller]
    pub(crate) fn public_route(self, reason: &str, path: &str, methods: MethodRouter<S>) -> Self {
        let mut parts = self.parts;
        let entry = RouteEntry::unguarded(reason.to_owned(), Location::caller());
        let entry = entry.at(RoutePath::Route(path.to_owned()));
        parts.entries.push(RouteEntry { methods: Methods::Named(MethodFilter::GET), ..entry });
        parts.inner = parts.inner.route(path, methods);
        Self::of(parts)
    }
}

/// Challenges of a guard with a resource name its metadata, so it must be served.
pub(super) fn warn_of_missing_metadata(entries: &[RouteEntry]) {
    let guards = entries.iter().filter_map(|entry| entry.guard.as_ref());
    let resources = guards.filter_map(|provided| provided.guard().config().answers.resource.as_ref());
    let paths: BTreeSet<_> = resources.map(|resource| &resource.metadata_path).collect();
    for path in paths {
        if !entries.iter().any(|entry| entry.path == RoutePath::Route(path.clone())) {
            tracing::warn!(
                target: "jwt_guard",
                path,
                "challenges name the metadata of a resource, and no route serves it: add \
                 `.resource_metadata()` to the outermost router"
            );
        }
    }
}
