//! The router for handlers with a policy.

mod absent;
pub(crate) mod declared;
pub(crate) mod document;
mod entry;
mod excepted;
mod guarded;
mod layers;
mod names;
mod own;
mod params;
pub mod routing;
mod serve;
mod services;
mod table;
#[cfg(test)]
mod tests;
mod tried;

use guarded::IntoGuarded;
use std::fmt;
use std::sync::{Arc, OnceLock};

use axum::handler::Handler;

use declared::{DeclaresPolicy, FirstExtractor};
pub(crate) use entry::RoutePath;
use entry::{Methods, RouteEntry};
use excepted::Excepted;
use routing::MethodRouter;
use serve::RouterService;
pub(crate) use table::AccessRow;
pub(crate) use table::AccessTable;

use crate::guard::JwtGuard;
use crate::layer::GuardLayer;
use crate::tenants::{Provided, Tenants};

/// An axum router in which every handler declares who may call it.
///
/// A handler without a policy does not compile here. Routers and services of others enter with a policy
/// ([`guarded_by`](Router::guarded_by)) or, with a reason, without one ([`unguarded`](Router::unguarded)), and
/// [`access_table`](Router::access_table) lists it all.
///
/// ```
/// use jwt_guard::routing::get;
/// use jwt_guard::{JwtGuard, Router, Secret};
///
/// #[jwt_guard::anonymous_allowed]
/// async fn catalogue() -> &'static str {
///     "catalogue"
/// }
///
/// # let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build()?;
/// let app: Router = Router::new().route("/catalogue", get(catalogue)).with_guard(guard);
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
///
/// ```compile_fail
/// async fn forgotten() {}
///
/// let router: jwt_guard::Router =
///     jwt_guard::Router::new().route("/", jwt_guard::routing::get(forgotten));
/// ```
#[must_use]
pub struct Router<S = ()> {
    parts: Parts<S>,
    /// The finished service, made at the first call, and shared by all clones.
    service: Arc<OnceLock<RouterService>>,
    /// This router's own clone of it, so that a call counts no references.
    own: Option<RouterService>,
}

/// The parts of a router. Each change makes a new [`Router`] of them, without a finished service.
struct Parts<S> {
    inner: axum::Router<S>,
    /// The twin of `inner` without routes, which answers for hidden routes.
    absent: axum::Router<S>,
    entries: Vec<RouteEntry>,
    excepted: Vec<Excepted>,
    guard: Option<Provided>,
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// A router without routes.
    pub fn new() -> Self {
        Self::of(Parts {
            inner: axum::Router::new(),
            absent: axum::Router::new(),
            entries: Vec::new(),
            excepted: Vec::new(),
            guard: None,
        })
    }

    /// Adds a route; see `axum::Router::route` for the syntax of paths.
    ///
    /// With a typed path of axum-extra, `.route(OrderPath::PATH, get(order))` replaces `typed_get(order)`; the path
    /// stays an extractor of the handler.
    ///
    /// # Panics
    ///
    /// As axum's: if the path is illegal, or overlaps another route.
    #[track_caller]
    pub fn route(self, path: &str, methods: MethodRouter<S>) -> Self {
        let mut parts = self.parts;
        let methods = methods.finish();
        let rows = methods.entries.into_iter().map(|entry| entry.at(RoutePath::Route(path.to_owned())));
        parts.entries.extend(rows);
        parts.inner = parts.inner.route(path, methods.inner);
        Self::of(parts)
    }

    /// Adds the routes of `router` below `path`.
    ///
    /// # Panics
    ///
    /// As axum's: if the path is illegal, or the routes overlap others.
    #[track_caller]
    pub fn nest(self, path: &str, router: impl IntoGuarded<S>) -> Self {
        let (mut parts, router) = (self.parts, router.into_guarded().parts.finish());
        parts.entries.extend(router.entries.into_iter().map(|entry| entry.nested(path)));
        parts.excepted.extend(router.excepted.into_iter().map(|layer| layer.nested(path)));
        parts.inner = parts.inner.nest(path, router.inner);
        parts.absent = parts.absent.nest(path, router.absent);
        Self::of(parts)
    }

    /// Adds the routes of `other`.
    ///
    /// # Panics
    ///
    /// As axum's: if routes overlap, or both routers have a fallback.
    #[track_caller]
    pub fn merge(self, other: impl IntoGuarded<S>) -> Self {
        let (mut parts, other) = (self.parts, other.into_guarded().parts.finish());
        parts.entries.extend(other.entries);
        parts.excepted.extend(other.excepted);
        parts.inner = parts.inner.merge(other.inner);
        parts.absent = parts.absent.merge(other.absent);
        Self::of(parts)
    }

    /// Answers requests without a matching route, with a handler that declares a policy. Replaces an earlier fallback.
    #[track_caller]
    pub fn fallback<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: FirstExtractor<First: DeclaresPolicy> + 'static,
    {
        let mut parts = self.parts;
        parts.note_fallback(routing::entry::<H, T>(Methods::Any));
        parts.inner = parts.inner.fallback(handler.clone());
        parts.absent = parts.absent.fallback(handler);
        Self::of(parts)
    }

    /// Answers requests for paths whose routes do not serve the method, with a handler that declares a policy. As in
    /// axum, it applies to routes that were added before and have no fallback of their own. It does not apply to hidden
    /// routes, which the answer would reveal. Parts that are not listed answer themselves.
    #[track_caller]
    pub fn method_not_allowed_fallback<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: FirstExtractor<First: DeclaresPolicy> + 'static,
    {
        let mut parts = self.parts;
        let entry = routing::entry::<H, T>(Methods::Other);
        for path in entry::without_other_methods(&parts.entries) {
            parts.inner =
                parts.inner.route(&path, axum::routing::MethodRouter::new().fallback(handler.clone()));
            parts.entries.push(entry.clone().at(RoutePath::Route(path)));
        }
        Self::of(parts)
    }

    /// Makes `guard` the guard of this router: of its routes, fallbacks, unguarded parts and layers, whether added
    /// before or after. An inner guard, of a nested router or a layer, wins.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, Router, routing::get};
    /// # #[jwt_guard::authentication_required]
    /// # async fn handler() {}
    /// # let [staff, customers] = ["staff", "shop"].map(|name| {
    /// #     JwtGuard::builder().secret(jwt_guard::Secret::random()).audience(name).name(name).build().unwrap()
    /// # });
    /// let admin = Router::new().with_guard(staff).route("/users", get(handler));
    /// let app: Router =
    ///     Router::new().route("/orders", get(handler)).nest("/admin", admin).with_guard(customers);
    ///
    /// let table = app.access_table();
    /// let guards: Vec<_> = table.rows().iter().map(|row| (&*row.path, &*row.guard)).collect();
    /// assert_eq!(guards, [("/admin/users", "staff"), ("/orders", "shop")]);
    /// ```
    ///
    /// # Panics
    ///
    /// If this router has a guard already.
    #[track_caller]
    pub fn with_guard(self, guard: JwtGuard) -> Self {
        self.within(Provided::Guard(guard))
    }

    /// Makes the guards of these tenants those of this router, as [`with_guard`](Self::with_guard) does with one guard: of
    /// its routes, fallbacks, unguarded parts and layers, and an inner guard wins. The table of access names them `tenants,
    /// else` and the default guard.
    ///
    /// # Panics
    ///
    /// If this router has a guard or tenants already.
    #[track_caller]
    pub fn with_tenants(self, tenants: Tenants) -> Self {
        self.within(Provided::Tenants(tenants))
    }

    #[track_caller]
    fn within(self, provided: Provided) -> Self {
        assert!(
            self.parts.guard.is_none(),
            "this router has a guard already; `nest` or `merge` a router for each guard, or give a route its \
             own with `MethodRouter::with_guard`"
        );
        let mut parts = self.parts;
        parts.guard = Some(provided);
        Self::of(parts)
    }

    /// Provides the state.
    pub fn with_state<S2>(self, state: S) -> Router<S2> {
        let Parts { inner, absent, entries, excepted, guard } = self.parts;
        let (inner, absent) = (inner.with_state(state.clone()), absent.with_state(state));
        Router::of(Parts { inner, absent, entries, excepted, guard })
    }

    /// Lists every route with its policy, in the order of the paths.
    pub fn access_table(&self) -> AccessTable {
        AccessTable::new(&self.parts.entries, self.parts.guard.as_ref())
    }

    /// Converts to the axum router, for code that needs one. [`Router`] is a service itself: `axum::serve(listener,
    /// app)` and `app.oneshot(request)` need no such call. Call [`with_state`](Self::with_state) before it: without the state,
    /// hidden services answer with axum's own 404.
    ///
    /// # Panics
    ///
    /// If a policy reads a path parameter (`owner`, `path(..)`) that the route of its handler does not have. As a service
    /// the router logs that at its first call instead, and answers for these handlers with 500. A parameter in the prefix
    /// of a nest is known if `Router` nests: `Router::new().nest("/tenants/{tenant}", app).into_axum()`.
    ///
    /// If a policy asks for a scope or role that its guard does not declare, and the guard
    /// [denies](crate::setup::Builder::deny_undeclared_names) that.
    #[track_caller]
    pub fn into_axum(self) -> axum::Router<S> {
        let misfits = params::misfits(&self.parts.entries);
        assert!(misfits.is_empty(), "policies do not fit their paths:{misfits}");
        let undeclared = names::undeclared(&self.access_table(), true);
        assert!(undeclared.is_empty(), "policies ask for names that are not declared:{undeclared}");
        self.parts.into_axum()
    }
}

impl<S> Router<S> {
    fn of(parts: Parts<S>) -> Self {
        Self { parts, service: Arc::default(), own: None }
    }
}

impl<S> Parts<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// The router is complete: the guard goes around it.
    fn finish(mut self) -> Self {
        let Some(provided) = self.guard.take() else { return self };
        Router::of(self).layer(GuardLayer { provided }).parts
    }

    /// Takes the guard out of a complete router, for what goes around it. The rows keep it.
    fn take_guard(&mut self) -> Option<Provided> {
        let provided = self.guard.take()?;
        self.entries.iter_mut().for_each(|entry| entry.within(&provided));
        Some(provided)
    }

    fn into_axum(self) -> axum::Router<S> {
        let this = self.finish();
        this.excepted.iter().for_each(Excepted::report_unmet);
        own::warn_of_missing_metadata(&this.entries);
        tried::warn_of_report_only(&this.entries);
        names::report_undeclared(&AccessTable::new(&this.entries, None));
        absent::hide(this.inner, this.absent, &this.entries)
    }

    /// Records the fallback, replacing an earlier one.
    fn note_fallback(&mut self, entry: RouteEntry) {
        let path = RoutePath::Fallback(String::new());
        self.entries.retain(|known| known.path != path);
        self.entries.push(entry.at(path));
    }
}

impl<S> Default for Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Clone for Router<S> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone(), service: Arc::clone(&self.service), own: None }
    }
}

impl<S> Clone for Parts<S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            absent: self.absent.clone(),
            entries: self.entries.clone(),
            excepted: self.excepted.clone(),
            guard: self.guard.clone(),
        }
    }
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router")
            .field("entries", &self.parts.entries)
            .field("guard", &self.parts.guard)
            .finish_non_exhaustive()
    }
}
