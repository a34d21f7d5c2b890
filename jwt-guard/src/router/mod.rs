//! The router that takes only handlers with a policy.

pub(crate) mod declared;
pub(crate) mod document;
mod entry;
pub mod routing;
mod table;

use std::convert::Infallible;
use std::fmt;
use std::panic::Location;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use declared::{DeclaresPolicy, FirstExtractor};
use entry::{Entry, Methods, Path};
use routing::MethodRouter;
pub use table::{AccessRow, AccessTable};

use crate::guard::JwtGuard;
use crate::layer::guard_of;

/// An axum router in which every handler declares who may call it.
///
/// A handler without a policy does not compile here. Everything else enters through
/// [`unguarded`](Router::unguarded), with a reason, and [`access_table`](Router::access_table) lists it all.
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
/// let app: axum::Router =
///     Router::new().route("/catalogue", get(catalogue)).with_guard(guard).into_axum();
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
    inner: axum::Router<S>,
    entries: Vec<Entry>,
    guard: Option<JwtGuard>,
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// A router without routes.
    pub fn new() -> Self {
        Self { inner: axum::Router::new(), entries: Vec::new(), guard: None }
    }

    /// Adds a route; see `axum::Router::route` for the syntax of paths.
    ///
    /// # Panics
    ///
    /// As axum's: when the path is not legal, or overlaps another route.
    #[track_caller]
    pub fn route(mut self, path: &str, methods: MethodRouter<S>) -> Self {
        let methods = methods.finish();
        let rows = methods.entries.into_iter().map(|entry| entry.at(Path::Route(path.to_owned())));
        self.entries.extend(rows);
        Self { inner: self.inner.route(path, methods.inner), ..self }
    }

    /// Adds the routes of `router` below `path`.
    ///
    /// # Panics
    ///
    /// As axum's: when the path is not legal, or the routes overlap others.
    #[track_caller]
    pub fn nest(mut self, path: &str, router: Self) -> Self {
        let router = router.finish();
        self.entries.extend(router.entries.into_iter().map(|entry| entry.nested(path)));
        Self { inner: self.inner.nest(path, router.inner), ..self }
    }

    /// Adds the routes of `other`.
    ///
    /// # Panics
    ///
    /// As axum's: when routes overlap, or both routers have a fallback.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        let other = other.finish();
        self.entries.extend(other.entries);
        Self { inner: self.inner.merge(other.inner), ..self }
    }

    /// Adds an axum router whose handlers need not declare a policy: static files, a metrics endpoint, a third
    /// party's routes. The access table shows it with the reason.
    ///
    /// # Panics
    ///
    /// When the reason is empty, and as [`merge`](Router::merge).
    #[track_caller]
    pub fn unguarded(mut self, reason: impl Into<String>, router: axum::Router<S>) -> Self {
        let reason = reason.into();
        assert!(
            !reason.trim().is_empty(),
            "`Router::unguarded` needs a reason; say in a few words why these routes need no policy"
        );
        self.entries.push(Entry::unguarded(reason, Location::caller()));
        Self { inner: self.inner.merge(router), ..self }
    }

    /// Answers requests that no route matches, with a handler that declares a policy. A fallback before is replaced.
    #[track_caller]
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: FirstExtractor<First: DeclaresPolicy> + 'static,
    {
        let path = Path::Fallback(String::new());
        self.entries.retain(|entry| entry.path != path);
        self.entries.push(routing::entry::<H, T>(Methods::Any).at(path));
        Self { inner: self.inner.fallback(handler), ..self }
    }

    /// Makes `guard` the guard of this router: of its routes, fallbacks, unguarded parts and layers, be they added before or
    /// after. A guard that is further inside, of a nested router or a layer, wins. A guard that is
    /// [installed](JwtGuard::install) costs less for each request, and needs no call.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, Router, routing::get};
    /// # #[jwt_guard::authentication_required]
    /// # async fn handler() {}
    /// # let [staff, customers] = ["staff", "shop"].map(|name| {
    /// #     JwtGuard::builder().secret([7; 32]).audience(name).name(name).build().unwrap()
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
    /// When this router has a guard already.
    #[track_caller]
    pub fn with_guard(self, guard: JwtGuard) -> Self {
        assert!(
            self.guard.is_none(),
            "this router has a guard already; `nest` or `merge` a router for each guard, or give a route its own with \
             `MethodRouter::with_guard`"
        );
        Self { guard: Some(guard), ..self }
    }

    /// Applies a layer to all routes added so far.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let mut entries = self.entries;
        if let Some(guard) = guard_of(&layer) {
            entries.iter_mut().for_each(|entry| entry.within(guard));
        }
        Self { inner: self.inner.layer(layer), entries, ..self }
    }

    /// Applies a layer to all routes added so far, but not where none matches.
    ///
    /// # Panics
    ///
    /// As axum's: when there are no routes.
    #[track_caller]
    pub fn route_layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let mut entries = self.entries;
        if let Some(guard) = guard_of(&layer) {
            let covered = entries.iter_mut().filter(|entry| !matches!(entry.path, Path::Fallback(_)));
            covered.for_each(|entry| entry.within(guard));
        }
        Self { inner: self.inner.route_layer(layer), entries, ..self }
    }

    /// Provides the state.
    pub fn with_state<S2>(self, state: S) -> Router<S2> {
        Router { inner: self.inner.with_state(state), entries: self.entries, guard: self.guard }
    }

    /// Lists every route with its policy, in the order of the paths.
    pub fn access_table(&self) -> AccessTable {
        AccessTable::new(&self.entries, self.guard.as_ref())
    }

    /// Ends the list: the axum router, to be served.
    pub fn into_axum(self) -> axum::Router<S> {
        self.finish().inner
    }

    /// Everything is here: the guard goes around it.
    fn finish(mut self) -> Self {
        let Some(guard) = self.guard.take() else { return self };
        self.layer(guard.layer())
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
        Self { inner: self.inner.clone(), entries: self.entries.clone(), guard: self.guard.clone() }
    }
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router")
            .field("entries", &self.entries)
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}
