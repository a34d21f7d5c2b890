//! Services and routers of axum: each enters with a policy or with a reason.

use std::convert::Infallible;
use std::panic::Location;

use axum::extract::Request;
use axum::middleware::from_extractor;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, any_service};
use tower_service::Service;

use super::Router;
use super::entry::{RouteEntry, RoutePath};
use super::guarded::IntoDeclaredService;
use crate::extract::Guarded;
use crate::policy::Policy;

/// A service with its policy or reason; made by [`guarded_by`] or [`unguarded`].
#[derive(Clone, Debug)]
#[must_use]
pub struct DeclaredService {
    service: MethodRouter,
    entry: RouteEntry,
}

/// A service behind the policy `P`.
///
/// ```
/// use axum::{extract::Request, response::Response};
/// use jwt_guard::policy::{Policy, Requirement, Rule};
/// use jwt_guard::{Router, routing::guarded_by};
///
/// struct CanReadFiles;
///
/// impl Policy for CanReadFiles {
///     const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("files:read"));
/// }
///
/// // Stands for `tower_http::services::ServeDir`, a proxy, or a gRPC service.
/// let files = tower::service_fn(async |_: Request| Ok(Response::new(axum::body::Body::from("file"))));
/// let app: Router = Router::new().nest_service("/files", guarded_by::<CanReadFiles>(files));
///
/// let table = app.access_table();
/// let row = &table.rows()[0];
/// assert_eq!((&*row.path, &*row.policy), ("/files/*", r#"requires(scope = "files:read")"#));
/// ```
#[track_caller]
pub fn guarded_by<P: Policy>(
    service: impl Service<Request, Response: IntoResponse + 'static, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + 'static,
) -> DeclaredService {
    let name = std::any::type_name_of_val(&service);
    let entry = RouteEntry::by_policy(const { &P::RULE }, Some(name), Location::caller());
    DeclaredService { service: any_service(service).layer(from_extractor::<Guarded<P>>()), entry }
}

/// A service without a policy, with the reason: a health check, public files.
///
/// # Panics
///
/// If the reason is empty.
#[track_caller]
pub fn unguarded(
    reason: impl Into<String>,
    service: impl Service<Request, Response: IntoResponse + 'static, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + 'static,
) -> DeclaredService {
    DeclaredService {
        service: any_service(service),
        entry: RouteEntry::unguarded(reason.into(), Location::caller()),
    }
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds an axum router without policies: static files, a metrics endpoint, a third party's routes. The access table
    /// shows it with the reason but without its paths, which axum does not reveal.
    ///
    /// # Panics
    ///
    /// If the reason is empty, and as [`merge`](Router::merge). If a path of the router has a hidden handler here too, and a
    /// fallback for its other methods there (`MethodRouter::fallback`), the complete router panics: in
    /// [`into_axum`](Router::into_axum), or as a service at its first call.
    #[track_caller]
    pub fn unguarded(self, reason: impl Into<String>, router: axum::Router<S>) -> Self {
        let mut parts = self.parts;
        parts.entries.push(RouteEntry::unguarded(reason.into(), Location::caller()));
        parts.inner = parts.inner.merge(router.clone());
        // Its fallback cannot be separated from its routes, none of which is hidden.
        parts.absent = parts.absent.merge(router);
        Self::of(parts)
    }

    /// Adds an axum router behind the policy `P`: all of its routes and, if it has one, its fallback. Policies of its
    /// handlers are enforced too. The access table shows it with the policy but without its paths, which axum does not
    /// reveal. So a policy that hides answers with its own 404, and not with the [fallback](Router::fallback): give both one
    /// answer by [`render_not_found`](crate::respond::RenderRefusal::render_not_found). For another method than the route
    /// has, axum adds `Allow` to that answer, which tells of the route. A [`route_layer`](Router::route_layer) does not reach
    /// its fallback, although the table has one row for both.
    ///
    /// ```
    /// use axum::routing::get;
    /// use jwt_guard::policy::{Policy, Requirement, Rule};
    /// use jwt_guard::Router;
    ///
    /// struct Operators;
    ///
    /// impl Policy for Operators {
    ///     const RULE: Rule = Rule::authenticated().with_requirement(Requirement::Role("operator"));
    /// }
    ///
    /// let metrics = axum::Router::new().route("/metrics", get(|| async { "up 1" }));
    /// let app: Router = Router::new().guarded_by::<Operators>(metrics);
    /// assert_eq!(app.access_table().rows()[0].policy, r#"requires(role = "operator")"#);
    /// ```
    ///
    /// # Panics
    ///
    /// As [`merge`](Router::merge).
    #[track_caller]
    pub fn guarded_by<P: Policy>(self, router: axum::Router<S>) -> Self {
        let mut parts = self.parts;
        let router = router.layer(from_extractor::<Guarded<P>>());
        parts.entries.push(RouteEntry::by_policy(const { &P::RULE }, None, Location::caller()));
        // Of two routers without a fallback, axum keeps the default fallback of the one that is merged into the other.
        // That must not be the one behind the policy, which would then answer for every path without a route.
        parts.inner = router.clone().merge(parts.inner);
        parts.absent = router.merge(parts.absent);
        Self::of(parts)
    }

    /// Adds a route to a service, for every method.
    ///
    /// # Panics
    ///
    /// As [`route`](Router::route).
    #[track_caller]
    pub fn route_service(self, path: &str, service: impl IntoDeclaredService) -> Self {
        let service = service.into_declared();
        let mut parts = self.parts;
        parts.inner = parts.inner.route(path, service.service.with_state(()));
        parts.entries.push(service.entry.at(RoutePath::Route(path.to_owned())));
        Self::of(parts)
    }

    /// Adds a service for a path and everything below it; the service sees paths without the prefix.
    ///
    /// # Panics
    ///
    /// As axum's: if the path is illegal, or overlaps a route.
    #[track_caller]
    pub fn nest_service(self, path: &str, service: impl IntoDeclaredService) -> Self {
        let service = service.into_declared();
        let mut parts = self.parts;
        parts.inner = parts.inner.nest_service(path, service.service);
        parts.entries.push(service.entry.at(RoutePath::Below(path.to_owned())));
        Self::of(parts)
    }

    /// Answers requests without a matching route with a service. Replaces an earlier fallback.
    pub fn fallback_service(self, service: impl IntoDeclaredService) -> Self {
        let service = service.into_declared();
        let mut parts = self.parts;
        parts.note_fallback(service.entry);
        parts.inner = parts.inner.fallback_service(service.service.clone());
        parts.absent = parts.absent.fallback_service(service.service);
        Self::of(parts)
    }
}
