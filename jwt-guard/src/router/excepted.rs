//! Finds exceptions of layers that match no route.

use std::sync::Arc;

use http::Method;

use super::entry::{Methods, RouteEntry, RoutePath};
use crate::layer::{Exception, RequireAuthentication};

/// The exceptions of a layer, and the routes below it.
#[derive(Clone, Debug)]
pub(super) struct Excepted {
    exceptions: Arc<[Arc<Exception>]>,
    below: Vec<(Methods, RoutePath)>,
}

impl Excepted {
    pub(super) fn new(layer: &RequireAuthentication, entries: &[RouteEntry]) -> Self {
        let below = entries.iter().map(|entry| (entry.methods, entry.path.clone())).collect();
        Self { exceptions: Arc::clone(&layer.exceptions), below }
    }

    /// The same below `prefix`.
    pub(super) fn nested(self, prefix: &str) -> Self {
        let below = self.below.into_iter().map(|(methods, path)| (methods, path.nested(prefix))).collect();
        Self { below, ..self }
    }

    /// Reports each exception that matches no route; the paths are complete.
    pub(super) fn report_unmet(&self) {
        for exception in self.exceptions.iter() {
            if !self.below.iter().any(|(methods, path)| may_meet(exception, *methods, path)) {
                exception.report_unmet();
            }
        }
    }
}

fn may_meet(exception: &Exception, methods: Methods, path: &RoutePath) -> bool {
    match path {
        // An outer axum router may add a prefix.
        RoutePath::Route(path) => exception.route.ends_with(path) && serves(exception, methods),
        RoutePath::Below(prefix) | RoutePath::Unlisted(prefix) => exception.route.contains(prefix),
        // An exception is a route pattern, and the fallback has none.
        RoutePath::Fallback(_) => false,
    }
}

fn serves(exception: &Exception, methods: Methods) -> bool {
    let Methods::Named(_) = methods else { return true };
    // A handler of `GET` serves `HEAD` too.
    let head = (exception.method.as_ref() == Some(&Method::HEAD)).then_some(Method::GET);
    methods
        .names()
        .filter_map(|name| name.parse().ok())
        .any(|method| exception.is_for(&method) || head.as_ref() == Some(&method))
}
