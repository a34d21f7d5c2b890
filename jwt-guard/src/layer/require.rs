//! Guarding routers that cannot be annotated.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::MatchedPath;
use axum::response::{IntoResponse, Response};
use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::guard::{JwtGuard, admit};
use crate::policy::Rule;

impl JwtGuard {
    /// A layer that lets only authenticated callers through, for a router whose handlers carry no attribute.
    ///
    /// It refuses before the handler and its extractors run, and also where no route matches. Exceptions are route
    /// patterns, compared whole: no prefixes, no regular expressions. An attribute on a handler below is evaluated
    /// too, by the same guard, and the token is still verified once.
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
        RequireAuthentication { guard: self.clone(), exceptions: Arc::default() }
    }
}

/// Refuses callers without a good token; made by [`JwtGuard::require_authentication`].
#[derive(Clone, Debug)]
#[must_use]
pub struct RequireAuthentication {
    pub(super) guard: JwtGuard,
    exceptions: Arc<[String]>,
}

impl RequireAuthentication {
    /// Leaves one route alone: the one whose pattern, with the prefixes of all nesting, is `route`.
    ///
    /// # Panics
    ///
    /// When `route` does not begin with `/`: no route could match it.
    pub fn except(mut self, route: impl Into<String>) -> Self {
        let route = route.into();
        assert!(
            route.starts_with('/'),
            "`.except({route:?})` matches no route: a route pattern begins with `/`, such as `/health`"
        );
        self.exceptions = self.exceptions.iter().cloned().chain([route]).collect();
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
        // The service that was polled ready is the one that is called; a clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let RequireAuthentication { guard, exceptions } = self.layer.clone();
        Box::pin(async move {
            const RULE: Rule = Rule::authenticated();

            let (mut parts, body) = request.into_parts();
            guard.provide(&mut parts.extensions);
            let matched = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
            let excepted = matched.is_some_and(|route| exceptions.iter().any(|known| known == route));
            if !excepted && let Err(rejection) = admit(&mut parts, &RULE).await {
                return Ok(rejection.into_response());
            }
            inner.call(Request::from_parts(parts, body)).await
        })
    }
}
