//! Exceptions of a layer.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{MatchedPath, OriginalUri};
use http::Method;
use http::request::Parts;

/// A route that [`RequireAuthentication`](super::RequireAuthentication) does not guard, for one method or for all.
#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) route: String,
    pub(crate) method: Option<Method>,
    /// Whether a request matched it, or the log has a warning that none does.
    settled: AtomicBool,
}

impl Exception {
    pub(super) fn new(method: Option<Method>, route: String) -> Self {
        Self { route, method, settled: AtomicBool::new(false) }
    }

    /// Whether it is for this method; a handler of `GET` serves `HEAD` too.
    pub(crate) fn is_for(&self, method: &Method) -> bool {
        self.method
            .as_ref()
            .is_none_or(|only| only == method || (*only == Method::GET && *method == Method::HEAD))
    }

    /// Whether it applies to this request.
    pub(super) fn covers(&self, request: &Parts) -> bool {
        let matched = request.extensions.get::<MatchedPath>();
        let covers =
            self.is_for(&request.method) && matched.is_some_and(|route| route.as_str() == self.route);
        if covers {
            self.settle();
        }
        covers
    }

    /// Warns that it matches no route, unless a request has matched it or the warning was logged.
    pub(crate) fn report_unmet(&self) {
        if self.settle() {
            tracing::warn!(
                target: "jwt_guard",
                exception = %self,
                "an exception meets no route: it names the whole pattern of a route, with the prefixes of \
                 all nesting, and a method that the route serves"
            );
        }
    }

    /// Warns of an exception without a match if a refused request seems to be meant: the exception is its path instead
    /// of its pattern, or the pattern without the prefix of a nest, or with a prefix too many.
    pub(super) fn report_near_miss(&self, request: &Parts) {
        let matched = request.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        let is_settled = self.settled.load(Ordering::Relaxed);
        if matched == Some(&self.route) || is_settled || !self.is_for(&request.method) {
            return;
        }
        let original = request.extensions.get::<OriginalUri>();
        let path = original.map_or(&request.uri, |original| &original.0).path();
        let lacks_prefix = matched.is_some_and(|route| self.route != "/" && route.ends_with(&self.route));
        let has_another = matched.is_some_and(|route| route != "/" && self.route.ends_with(route));
        if (path == self.route || lacks_prefix || has_another) && self.settle() {
            tracing::warn!(
                target: "jwt_guard",
                exception = %self,
                route = matched,
                "an exception has met no route so far, and a request that looks as if it were meant was \
                 refused: an exception names the whole pattern of a route, with the prefixes of all nesting"
            );
        }
    }

    /// Returns `true` for the first call that settles it.
    fn settle(&self) -> bool {
        // Reads first: admitted requests are frequent, and a write would affect all threads.
        !self.settled.load(Ordering::Relaxed) && !self.settled.swap(true, Ordering::Relaxed)
    }
}

/// Shows the call that made it.
impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.method {
            Some(method) => write!(f, ".except_method({method}, {:?})", self.route),
            None => write!(f, ".except({:?})", self.route),
        }
    }
}
