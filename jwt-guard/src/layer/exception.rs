//! The routes that a layer leaves alone.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{MatchedPath, OriginalUri};
use http::Method;
use http::request::Parts;

/// A route that [`RequireAuthentication`](super::RequireAuthentication) leaves alone, for one method or for all.
#[derive(Debug)]
pub(crate) struct Exception {
    pub(crate) route: String,
    pub(crate) method: Option<Method>,
    /// Whether a request met it, or the operator knows that none does.
    settled: AtomicBool,
}

impl Exception {
    pub(super) fn new(method: Option<Method>, route: String) -> Self {
        Self { route, method, settled: AtomicBool::new(false) }
    }

    /// Whether it is for requests of this method; `HEAD` is served by what serves `GET`.
    pub(crate) fn is_for(&self, method: &Method) -> bool {
        self.method
            .as_ref()
            .is_none_or(|only| only == method || (*only == Method::GET && *method == Method::HEAD))
    }

    /// Whether it lets this request alone.
    pub(super) fn covers(&self, request: &Parts) -> bool {
        let matched = request.extensions.get::<MatchedPath>();
        let covers =
            self.is_for(&request.method) && matched.is_some_and(|route| route.as_str() == self.route);
        if covers {
            self.settle();
        }
        covers
    }

    /// Tells the operator that it meets no route, unless that is known not to be so or was told.
    pub(crate) fn report_unmet(&self) {
        if self.settle() {
            tracing::warn!(
                target: "jwt_guard",
                exception = %self,
                "an exception meets no route: it names the whole pattern of a route, with the prefixes of all nesting, and a \
                 method that the route serves"
            );
        }
    }

    /// Tells the operator of an exception that no request has met, where a request that was refused seems to be the one it
    /// is for: its path, and not its pattern, is named; or the pattern without the prefix of a nest.
    pub(super) fn report_near_miss(&self, request: &Parts) {
        let matched = request.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        if matched == Some(&self.route) || self.settled.load(Ordering::Relaxed) {
            return;
        }
        let original = request.extensions.get::<OriginalUri>();
        let path = original.map_or(&request.uri, |original| &original.0).path();
        let lacks_prefix = matched.is_some_and(|route| self.route != "/" && route.ends_with(&self.route));
        if (path == self.route || lacks_prefix) && self.settle() {
            tracing::warn!(
                target: "jwt_guard",
                exception = %self,
                route = matched,
                "an exception has met no route so far, and a request that looks as if it were meant was refused: an \
                 exception names the whole pattern of a route, with the prefixes of all nesting"
            );
        }
    }

    /// True for the first who settles it.
    fn settle(&self) -> bool {
        // Reads first: requests that are let in come often, and a write would be seen by all threads.
        !self.settled.load(Ordering::Relaxed) && !self.settled.swap(true, Ordering::Relaxed)
    }
}

/// As the call that made it.
impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.method {
            Some(method) => write!(f, ".except_method({method}, {:?})", self.route),
            None => write!(f, ".except({:?})", self.route),
        }
    }
}
