//! The verbs: as `axum::routing`, for handlers that declare a policy.
//!
//! ```
//! use jwt_guard::routing::{get, post};
//!
//! #[jwt_guard::anonymous_allowed]
//! async fn list() {}
//!
//! #[jwt_guard::requires(scope = "orders:write")]
//! async fn create() {}
//!
//! let router: jwt_guard::Router =
//!     jwt_guard::Router::new().route("/orders", get(list).post(create));
//! ```

use std::any::type_name;
use std::convert::Infallible;
use std::fmt;
use std::panic::Location;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing as axum_routing;
pub use axum::routing::{MethodFilter, Route};
use tower_layer::Layer;
use tower_service::Service;

use super::declared::{DeclaresPolicy, FirstExtractor};
#[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
use super::document::Operation;
use super::entry::{Methods, RouteEntry};
pub use super::guarded::{IntoDeclaredService, IntoGuarded};
pub use super::names::{UndeclaredName, UnusedName};
pub use super::serve::RouterService;
pub use super::services::{DeclaredService, guarded_by, unguarded};
pub use super::table::{AccessRow, AccessTable};
use crate::guard::JwtGuard;
use crate::layer::provided_by;
use crate::policy::{Policy, Rule};

impl<S> From<MethodRouter<S>> for axum_routing::MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn from(methods: MethodRouter<S>) -> Self {
        methods.into_axum()
    }
}

/// The handlers of one path, by method; made by [`get`], [`post`] and the other verbs.
#[must_use]
pub struct MethodRouter<S = ()> {
    pub(super) inner: axum_routing::MethodRouter<S>,
    pub(super) entries: Vec<RouteEntry>,
    guard: Option<JwtGuard>,
}

/// The bounds of handlers for the verbs below.
macro_rules! verbs {
    ($($verb:ident $filter:ident $name:literal;)*) => {
        $(
            #[doc = concat!("Routes ", $name, " requests to a handler that declares a policy.")]
            #[track_caller]
            pub fn $verb<H, T, S>(handler: H) -> MethodRouter<S>
            where
                H: Handler<T, S>,
                T: FirstExtractor<First: DeclaresPolicy> + 'static,
                S: Clone + Send + Sync + 'static,
            {
                let methods = Methods::Named(MethodFilter::$filter);
                MethodRouter::of(axum_routing::$verb(handler), methods, rule_of::<T>(), type_name::<H>())
            }
        )*

        impl<S> MethodRouter<S>
        where
            S: Clone + Send + Sync + 'static,
        {
            $(
                #[doc = concat!("Routes ", $name, " requests to another handler that declares a policy.")]
                #[track_caller]
                pub fn $verb<H, T>(self, handler: H) -> Self
                where
                    H: Handler<T, S>,
                    T: FirstExtractor<First: DeclaresPolicy> + 'static,
                {
                    self.and(entry::<H, T>(Methods::Named(MethodFilter::$filter)), |inner| inner.$verb(handler))
                }
            )*
        }
    };
}

verbs! {
    connect CONNECT "`CONNECT`";
    delete DELETE "`DELETE`";
    get GET "`GET` and `HEAD`";
    head HEAD "`HEAD`";
    options OPTIONS "`OPTIONS`";
    patch PATCH "`PATCH`";
    post POST "`POST`";
    put PUT "`PUT`";
    trace TRACE "`TRACE`";
}

/// Routes requests of any method to a handler that declares a policy.
#[track_caller]
pub fn any<H, T, S>(handler: H) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: FirstExtractor<First: DeclaresPolicy> + 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::of(axum_routing::any(handler), Methods::Any, rule_of::<T>(), type_name::<H>())
}

/// Routes requests of the methods of `filter` to a handler that declares a policy.
#[track_caller]
pub fn on<H, T, S>(filter: MethodFilter, handler: H) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: FirstExtractor<First: DeclaresPolicy> + 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::of(
        axum_routing::on(filter, handler),
        Methods::Named(filter),
        rule_of::<T>(),
        type_name::<H>(),
    )
}

impl<S> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Routes requests of the methods of `filter` to another handler that declares a policy.
    #[track_caller]
    pub fn on<H, T>(self, filter: MethodFilter, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: FirstExtractor<First: DeclaresPolicy> + 'static,
    {
        self.and(entry::<H, T>(Methods::Named(filter)), |inner| inner.on(filter, handler))
    }

    /// Routes requests of every other method to a handler that declares a policy. Replaces an earlier fallback or
    /// `any`.
    #[track_caller]
    pub fn fallback<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: FirstExtractor<First: DeclaresPolicy> + 'static,
    {
        let mut this = self;
        this.entries.retain(|entry| matches!(entry.methods, Methods::Named(_)));
        this.and(entry::<H, T>(Methods::Other), |inner| inner.fallback(handler))
    }

    /// Adds the handlers of `other`.
    ///
    /// # Panics
    ///
    /// As axum's: if both have a handler for one method.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        let other = other.finish();
        self.entries.extend(other.entries);
        Self { inner: self.inner.merge(other.inner), ..self }
    }

    /// Makes `guard` the guard of these handlers, whether added before or after. The guard is outside of their layers;
    /// an inner one wins.
    ///
    /// # Panics
    ///
    /// If there is a guard already.
    #[track_caller]
    pub fn with_guard(self, guard: JwtGuard) -> Self {
        assert!(
            self.guard.is_none(),
            "these handlers have a guard already; `merge` the handlers that need another one, each with its \
             own"
        );
        Self { guard: Some(guard), ..self }
    }

    /// Applies a layer to these handlers.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let mut entries = self.entries;
        if let Some(provided) = provided_by(&layer) {
            entries.iter_mut().for_each(|entry| entry.within(provided));
        }
        Self { inner: self.inner.layer(layer), entries, ..self }
    }

    /// Applies a layer to these handlers, but not to the answer for other methods.
    #[track_caller]
    pub fn route_layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let mut entries = self.entries;
        if let Some(provided) = provided_by(&layer) {
            let covered = entries.iter_mut().filter(|entry| matches!(entry.methods, Methods::Named(_)));
            covered.for_each(|entry| entry.within(provided));
        }
        Self { inner: self.inner.route_layer(layer), entries, ..self }
    }

    /// Provides the state.
    pub fn with_state<S2>(self, state: S) -> MethodRouter<S2> {
        MethodRouter { inner: self.inner.with_state(state), entries: self.entries, guard: self.guard }
    }

    /// Converts to axum's method router, for a framework with its own router. The policies are enforced there too; the
    /// access table does not list them.
    pub fn into_axum(self) -> axum_routing::MethodRouter<S> {
        self.finish().inner
    }

    /// The router is complete: the guard goes around it.
    pub(super) fn finish(mut self) -> Self {
        let Some(guard) = self.guard.take() else { return self };
        self.layer(guard.layer())
    }

    /// Keeps the documents of the handlers beside their rows.
    #[cfg(any(feature = "aide-0-15", feature = "utoipa-6"))]
    pub(crate) fn documented(mut self, operation: Operation) -> Self {
        self.entries.iter_mut().for_each(|entry| entry.operation = Some(operation.clone()));
        self
    }

    /// The documents of the handlers, with their methods.
    #[cfg(feature = "aide-0-15")]
    pub(crate) fn documents(&self) -> impl Iterator<Item = (Vec<&'static str>, Operation)> {
        let kept = self.entries.iter().filter_map(|entry| Some((entry.methods, entry.operation.clone()?)));
        kept.map(|(methods, operation)| (methods.names().collect(), operation))
    }

    /// axum's own.
    #[cfg(feature = "aide-0-15")]
    pub(crate) fn into_inner(self) -> axum_routing::MethodRouter<S> {
        self.finish().inner
    }

    #[track_caller]
    fn and(
        mut self,
        entry: RouteEntry,
        add: impl FnOnce(axum_routing::MethodRouter<S>) -> axum_routing::MethodRouter<S>,
    ) -> Self {
        self.entries.push(entry);
        Self { inner: add(self.inner), ..self }
    }
}

impl<S> MethodRouter<S> {
    /// One handler. Not generic over it, so that it is compiled once for all handlers.
    #[track_caller]
    fn of(
        inner: axum_routing::MethodRouter<S>,
        methods: Methods,
        rule: &'static Rule,
        handler: &'static str,
    ) -> Self {
        let entry = RouteEntry::guarded(methods, rule, handler, Location::caller());
        Self { inner, entries: vec![entry], guard: None }
    }
}

/// The row of a handler: its policy is in the type of its first extractor, its name in its type.
#[track_caller]
pub(super) fn entry<H, T>(methods: Methods) -> RouteEntry
where
    T: FirstExtractor<First: DeclaresPolicy>,
{
    RouteEntry::guarded(methods, rule_of::<T>(), type_name::<H>(), Location::caller())
}

const fn rule_of<T>() -> &'static Rule
where
    T: FirstExtractor<First: DeclaresPolicy>,
{
    const { &<<T::First as DeclaresPolicy>::Policy as Policy>::RULE }
}

impl<S> Clone for MethodRouter<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), entries: self.entries.clone(), guard: self.guard.clone() }
    }
}

impl<S> fmt::Debug for MethodRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MethodRouter")
            .field("entries", &self.entries)
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}
