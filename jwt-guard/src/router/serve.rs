//! Makes a router a service, and convertible to axum's router.

use std::task::{Context, Poll};

use tower_service::Service;

use super::{Router, params};

/// For code that takes `impl Into<axum::Router>`.
impl<S> From<Router<S>> for axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn from(router: Router<S>) -> Self {
        router.into_axum()
    }
}

/// Serves the same requests and connections as axum's router.
///
/// ```
/// use axum::{body::Body, extract::Request};
/// use jwt_guard::{JwtGuard, Router, routing::get};
/// use tower::ServiceExt;
///
/// #[jwt_guard::authentication_required]
/// async fn orders() {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let guard = JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
/// let app = Router::new().route("/orders", get(orders)).with_guard(guard);
///
/// let response = app.clone().oneshot(Request::get("/orders").body(Body::empty())?).await?;
/// assert_eq!(response.status(), 401);
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let server = axum::serve(listener, app); // `.await` it
/// # drop(server);
/// # Ok(())
/// # }
/// ```
impl<R> Service<R> for Router
where
    axum::Router: Service<R>,
{
    type Response = <axum::Router as Service<R>>::Response;
    type Error = <axum::Router as Service<R>>::Error;
    type Future = <axum::Router as Service<R>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<R>::poll_ready(self.served(), context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        Service::<R>::call(self.served(), request)
    }
}

impl Router {
    /// The finished router: made at the first call, and shared by later clones.
    fn served(&mut self) -> &mut axum::Router {
        let parts = &self.parts;
        self.served.get_or_insert_with(|| {
            let misfits = params::misfits(&parts.entries);
            if !misfits.is_empty() {
                tracing::error!(target: "jwt_guard", "policies do not fit their paths; these handlers answer 500:{misfits}");
            }
            parts.clone().into_axum().with_state(())
        })
    }
}
