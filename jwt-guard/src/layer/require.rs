//! Guards routers that cannot be annotated.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::request::Parts;
use http::{Method, Request};
use tower_layer::Layer;
use tower_service::Service;

use super::exception::Exception;
use crate::guard::{JwtGuard, admit};
use crate::policy::Rule;
use crate::tenants::{Provided, Tenants};

impl JwtGuard {
    /// A layer that lets only authenticated callers through, for a router whose handlers carry no attribute.
    ///
    /// It refuses before the handler and its extractors run, and also without a matching route. Exceptions are whole
    /// route patterns, not prefixes or regular expressions. An attribute on a handler below is evaluated too, by the
    /// same guard, and the token is still verified once.
    ///
    /// An exception that matches no route is a WARN in the log: at start-up under a [`Router`](crate::Router), which
    /// knows its routes; under a router of axum, at the first refused request whose path is the exception, or whose
    /// route is the exception with the prefix of a nest, or without one. A prefix too many is found in that way under every
    /// router, because an outer one may add it.
    ///
    /// ```
    /// # let guard = jwt_guard::JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
    /// use axum::{Router, routing::get};
    ///
    /// let app: Router = Router::new()
    ///     .route("/health", get(|| async { "up" }))
    ///     .route("/orders", get(|| async { "orders" }))
    ///     .layer(guard.require_authentication().except("/health"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn require_authentication(&self) -> RequireAuthentication {
        RequireAuthentication::by(Provided::Guard(self.clone()))
    }
}

impl Tenants {
    /// A layer that lets only authenticated callers through, whose token the guard of their tenant accepts: as
    /// [`JwtGuard::require_authentication`].
    pub fn require_authentication(&self) -> RequireAuthentication {
        RequireAuthentication::by(Provided::Tenants(self.clone()))
    }
}

/// Refuses callers without a valid token; made by [`JwtGuard::require_authentication`] and
/// [`Tenants::require_authentication`].
#[derive(Clone, Debug)]
#[must_use]
pub struct RequireAuthentication {
    pub(super) provided: Provided,
    /// Shared by all copies, so that each is reported once.
    pub(crate) exceptions: Arc<[Arc<Exception>]>,
    preflights: Preflights,
}

/// What happens to the preflights of CORS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Preflights {
    Guarded,
    Excepted,
}

impl RequireAuthentication {
    fn by(provided: Provided) -> Self {
        Self { provided, exceptions: Arc::default(), preflights: Preflights::Guarded }
    }

    /// Does not guard one route, for every method: the one with the pattern `route`, with all prefixes. If only reading
    /// is public, use [`except_method`](Self::except_method).
    ///
    /// # Panics
    ///
    /// If `route` does not begin with `/`, because no route could match it.
    #[track_caller]
    pub fn except(self, route: impl Into<String>) -> Self {
        self.and(None, route.into())
    }

    /// Does not guard one route for one method; `GET` includes `HEAD`, as in axum. Otherwise as
    /// [`except`](Self::except).
    ///
    /// ```
    /// # let guard = jwt_guard::JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
    /// use axum::{Router, http::Method, routing::get};
    ///
    /// // Every visitor may read an article. Who deletes one has to say who he is.
    /// let app: Router = Router::new()
    ///     .route("/articles/{id}", get(|| async { "text" }).delete(|| async { "gone" }))
    ///     .layer(guard.require_authentication().except_method(Method::GET, "/articles/{id}"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `route` does not begin with `/`, because no route could match it.
    #[track_caller]
    pub fn except_method(self, method: Method, route: impl Into<String>) -> Self {
        self.and(Some(method), route.into())
    }

    /// Does not guard the preflights of CORS: `OPTIONS` with `Origin` and `Access-Control-Request-Method`. A browser sends
    /// them without credentials (Fetch, *CORS-preflight fetch*), so that a `CorsLayer` inside of this layer would never
    /// see one. Better put the `CorsLayer` outside, where it also gives its headers to refusals; then this is not needed.
    ///
    /// Every client can send such a request, so a handler of `OPTIONS` inside is open, unless it has an attribute.
    ///
    /// ```
    /// # let guard = jwt_guard::JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
    /// use axum::{Router, routing::get};
    ///
    /// let app: Router = Router::new()
    ///     .route("/orders", get(|| async { "orders" }))
    ///     // a `CorsLayer` here
    ///     .layer(guard.require_authentication().except_preflights());
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn except_preflights(mut self) -> Self {
        self.preflights = Preflights::Excepted;
        self
    }

    #[track_caller]
    fn and(mut self, method: Option<Method>, route: String) -> Self {
        let exception = Exception::new(method, route);
        assert!(
            exception.route.starts_with('/'),
            "`{exception}` matches no route: a route pattern begins with `/`, such as `/health`"
        );
        self.exceptions = self.exceptions.iter().cloned().chain([Arc::new(exception)]).collect();
        self
    }
}

impl<S> Layer<S> for RequireAuthentication {
    type Service = RequireAuthenticationService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireAuthenticationService { inner, layer: self.clone() }
    }
}

/// The service of [`RequireAuthentication`].
#[derive(Clone, Debug)]
pub struct RequireAuthenticationService<S> {
    inner: S,
    layer: RequireAuthentication,
}

impl<S, B> Service<Request<B>> for RequireAuthenticationService<S>
where
    S: Service<Request<B>, Response = Response, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // Calls the service that was polled ready, and leaves a clone in its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let RequireAuthentication { provided, exceptions, preflights } = self.layer.clone();
        Box::pin(async move {
            const RULE: Rule = Rule::authenticated();

            let (mut parts, body) = request.into_parts();
            provided.provide(&mut parts.extensions);
            let excepted = exceptions.iter().any(|exception| exception.covers(&parts))
                || (preflights == Preflights::Excepted && is_preflight(&parts));
            if !excepted && let Err(rejection) = admit(&mut parts, &RULE).await {
                exceptions.iter().for_each(|exception| exception.report_near_miss(&parts));
                return Ok(rejection.into_response());
            }
            inner.call(Request::from_parts(parts, body)).await
        })
    }
}

/// Whether the request is a CORS preflight (Fetch, *HTTP requests*).
fn is_preflight(request: &Parts) -> bool {
    request.method == Method::OPTIONS
        && request.headers.contains_key(ORIGIN)
        && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}
