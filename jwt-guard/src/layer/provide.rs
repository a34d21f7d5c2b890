//! Gives the guard to the handlers below.

use std::task::{Context, Poll};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::guard::JwtGuard;
use crate::tenants::{Provided, Tenants};

impl JwtGuard {
    /// A layer that makes this the guard of the handlers below it. The innermost guard wins, whether of a layer or of a
    /// [`Router`](crate::Router::with_guard). As any layer of axum, it applies to the routes that were added before it.
    ///
    /// ```
    /// # let guard = jwt_guard::JwtGuard::builder().secret(jwt_guard::Secret::random()).audience("orders").build()?;
    /// # async fn handler() {}
    /// let app: axum::Router =
    ///     axum::Router::new().route("/", axum::routing::get(handler)).layer(guard.layer());
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn layer(&self) -> GuardLayer {
        GuardLayer { provided: Provided::Guard(self.clone()) }
    }
}

impl Tenants {
    /// A layer that gives these tenants to the handlers below it, as [`JwtGuard::layer`] gives a guard: the
    /// innermost wins. The layer itself does not ask the resolver.
    ///
    /// ```
    /// # let staff = jwt_guard::JwtGuard::builder().secret(jwt_guard::Secret::random()).issuer("a").audience("b").build()?;
    /// # let tenants = jwt_guard::tenants::Tenants::builder(staff, |_: String| async {
    /// #     Ok::<_, std::io::Error>(None::<jwt_guard::JwtGuard>)
    /// # }).build()?;
    /// # #[jwt_guard::authentication_required]
    /// # async fn orders() {}
    /// let app: axum::Router =
    ///     axum::Router::new().route("/orders", axum::routing::get(orders)).layer(tenants.layer());
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn layer(&self) -> GuardLayer {
        GuardLayer { provided: Provided::Tenants(self.clone()) }
    }
}

/// Adds a guard to every request; made by [`JwtGuard::layer`] and [`Tenants::layer`].
#[derive(Clone, Debug)]
#[must_use]
pub struct GuardLayer {
    pub(crate) provided: Provided,
}

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> GuardService<S> {
        GuardService { inner, provided: self.provided.clone() }
    }
}

/// The service of [`GuardLayer`].
#[derive(Clone, Debug)]
pub struct GuardService<S> {
    inner: S,
    provided: Provided,
}

impl<S, B> Service<Request<B>> for GuardService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        self.provided.provide(request.extensions_mut());
        self.inner.call(request)
    }
}
