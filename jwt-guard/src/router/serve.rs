//! Makes a router a service, and convertible to axum's router.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::response::Response;
use http::{Extensions, Request};
use tower_service::Service;

use super::{Router, params};
use crate::tenants::Provided;

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
    axum::Router: Service<R, Response: Serves<R>>,
{
    type Response = <<axum::Router as Service<R>>::Response as Serves<R>>::Response;
    type Error = Infallible;
    type Future = <<axum::Router as Service<R>>::Response as Serves<R>>::Future;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // As axum's.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: R) -> Self::Future {
        let service = match &mut self.own {
            Some(service) => service,
            None => {
                let service = self.service().clone();
                self.own.insert(service)
            }
        };
        <axum::Router as Service<R>>::Response::serve(service, request)
    }
}

/// The service of one connection: a finished [`Router`]. `axum::serve(listener, app)` makes it.
#[derive(Clone)]
pub struct RouterService {
    router: axum::Router,
    outermost: Option<Arc<Outermost>>,
}

/// The guard around everything. It is put into a request before that is routed: a layer would make axum box
/// each request once more.
struct Outermost {
    guard: Provided,
    /// The guard as the only extension of a request, with room for those that axum adds. A copy costs less than a map that
    /// grows twice.
    extensions: Extensions,
}

impl Outermost {
    fn new(guard: Provided) -> Self {
        #[derive(Clone)]
        struct Room<const PLACE: u8>;

        let mut extensions = Extensions::new();
        guard.provide(&mut extensions);
        // A map keeps the room of what was in it.
        extensions.insert(Room::<1>);
        extensions.insert(Room::<2>);
        extensions.insert(Room::<3>);
        extensions.remove::<Room<1>>();
        extensions.remove::<Room<2>>();
        extensions.remove::<Room<3>>();
        Self { guard, extensions }
    }

    fn provide(&self, request: &mut Extensions) {
        if request.is_empty() {
            *request = self.extensions.clone();
        } else {
            self.guard.provide(request);
        }
    }
}

impl<B> Service<Request<B>> for RouterService
where
    axum::Router: Service<Request<B>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <axum::Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if let Some(outermost) = &self.outermost {
            outermost.provide(request.extensions_mut());
        }
        self.router.call(request)
    }
}

impl fmt::Debug for RouterService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let guard = self.outermost.as_ref().map(|outermost| &outermost.guard);
        f.debug_struct("RouterService").field("guard", &guard).finish_non_exhaustive()
    }
}

/// How a router serves `R`, by what axum's router makes of it: a response of a request, a router of a connection.
pub trait Serves<R>: Sized {
    type Response;
    type Future: Future<Output = Result<Self::Response, Infallible>>;

    fn serve(service: &mut RouterService, request: R) -> Self::Future;
}

impl<B> Serves<Request<B>> for Response
where
    axum::Router: Service<Request<B>, Response = Self, Error = Infallible>,
{
    type Response = Self;
    type Future = <axum::Router as Service<Request<B>>>::Future;

    fn serve(service: &mut RouterService, request: Request<B>) -> Self::Future {
        service.call(request)
    }
}

impl<R> Serves<R> for axum::Router {
    type Response = RouterService;
    type Future = Ready<Result<RouterService, Infallible>>;

    fn serve(service: &mut RouterService, _connection: R) -> Self::Future {
        ready(Ok(service.clone()))
    }
}

impl Router {
    /// The finished service: made at the first call, and shared by all clones, as a server makes one of each connection.
    pub(super) fn service(&self) -> &RouterService {
        let parts = &self.parts;
        self.service.get_or_init(|| {
            let misfits = params::misfits(&parts.entries);
            if !misfits.is_empty() {
                tracing::error!(target: "jwt_guard", "policies do not fit their paths; these handlers answer \
                                                      500:{misfits}");
            }
            let mut parts = parts.clone();
            let guard = parts.take_guard();
            let outermost = guard.map(|guard| Arc::new(Outermost::new(guard)));
            RouterService { router: parts.into_axum().with_state(()), outermost }
        })
    }
}
