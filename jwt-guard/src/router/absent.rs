//! Hidden routes: a caller who must not know of one gets the answer for a path without a route.
//!
//! A router keeps a twin, which gets everything but the routes: layers, fallbacks, nesting, state. So the twin answers
//! exactly as a path without a route is answered, with all headers. If a policy hides its route from a caller, the
//! request is sent to the twin, from the beginning and without its body.

use std::any::Any;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::response::Response;
use axum::routing::{Route, any};
use http::Method;
use http::header::CONTENT_LENGTH;
use tower_layer::Layer;
use tower_service::Service;

use super::entry::{Methods, RouteEntry, RoutePath};
use crate::respond::Hidden;

type AnswerFuture = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// Answers a request as for a path without a route; `None` if the state of the router is missing.
type Absent = Arc<dyn Fn(Request, &Hidden) -> Option<AnswerFuture> + Send + Sync>;

/// Makes `absent` answer for the hidden routes among `entries`. A router without any stays as it is.
pub(super) fn hide<S>(
    mut router: axum::Router<S>,
    absent: axum::Router<S>,
    entries: &[RouteEntry],
) -> axum::Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let mut routes = BTreeMap::<&str, Vec<&RouteEntry>>::new();
    for entry in entries {
        if let RoutePath::Route(path) = &entry.path {
            routes.entry(path).or_default().push(entry);
        }
    }
    routes.retain(|_, entries| entries.iter().any(|entry| entry.hides()));
    let below = entries.iter().filter(|entry| entry.hides()).filter_map(|entry| match &entry.path {
        RoutePath::Below(prefix) => Some(prefix),
        _ => None,
    });
    let below: Vec<_> = below.flat_map(|prefix| [prefix.clone(), format!("{prefix}/")]).collect();
    if routes.is_empty() && below.is_empty() {
        return router;
    }
    for (path, entries) in &routes {
        // The answer 405 would name the methods of the route.
        if entries.iter().all(|entry| entry.hides() && matches!(entry.methods, Methods::Named(_))) {
            let absent = absent.clone();
            let other = |State(state): State<S>, request: Request| call(absent, state, begin_anew(&request));
            router = router.route(path, any(other));
        }
    }
    let answers_itself =
        entries.iter().any(|entry| matches!(entry.path, RoutePath::Fallback(_) | RoutePath::Unlisted(_)));
    let absent: Absent = Arc::new(move |request, hidden| {
        // The application's own answer for hidden routes is used, unless there is a fallback.
        if hidden.has_content() && !answers_itself {
            return None;
        }
        let state = (&() as &dyn Any).downcast_ref::<S>().or_else(|| hidden.state::<S>())?.clone();
        Some(Box::pin(call(absent.clone(), state, request)))
    });
    let hides_below = !below.is_empty();
    let routes = routes.keys().map(|&path| path.to_owned()).chain(below).collect();
    router.layer(Hide { routes, hides_below, absent })
}

/// The original request without its body, which was not read.
fn begin_anew(request: &Request) -> Request {
    let mut new = Request::new(Body::empty());
    *new.method_mut() = request.method().clone();
    *new.uri_mut() = request.uri().clone();
    *new.version_mut() = request.version();
    *new.headers_mut() = request.headers().clone();
    *new.extensions_mut() = request.extensions().clone();
    new.extensions_mut().remove::<MatchedPath>();
    new
}

async fn call<S>(router: axum::Router<S>, state: S, request: Request) -> Result<Response, Infallible>
where
    S: Clone + Send + Sync + 'static,
{
    let of_head = request.method() == Method::HEAD;
    let mut response = router.with_state::<()>(state).call(request).await?;
    if of_head && !response.headers().contains_key(CONTENT_LENGTH) {
        // axum sets `Content-Length` for routes, but not for its own fallback: a stream has no known length.
        *response.body_mut() = Body::from_stream(Body::empty().into_data_stream());
    }
    Ok(response)
}

/// The outermost service of a router, which looks for answers that hide a route.
#[derive(Clone)]
struct Hide {
    /// The patterns of the hidden routes, and the prefixes of hidden services. Other requests are not copied.
    routes: Arc<[String]>,
    /// Whether a service below a prefix is hidden. axum names no pattern to a request for what is below one.
    hides_below: bool,
    absent: Absent,
}

impl Layer<Route> for Hide {
    type Service = HideService;

    fn layer(&self, inner: Route) -> HideService {
        HideService { inner, layer: self.clone() }
    }
}

#[derive(Clone)]
struct HideService {
    inner: Route,
    layer: Hide,
}

impl HideService {
    /// Whether the request may be for a hidden route; outer routers may have added prefixes.
    fn is_hidden(&self, request: &Request) -> bool {
        match request.extensions().get::<MatchedPath>() {
            // Of `/` below a prefix, axum's pattern is the prefix alone.
            Some(path) => {
                self.layer.routes.iter().any(|route| route == "/" || path.as_str().ends_with(route))
            }
            None => self.layer.hides_below,
        }
    }
}

impl Service<Request> for HideService {
    type Response = Response;
    type Error = Infallible;
    type Future = AnswerFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.inner, context)
    }

    fn call(&mut self, request: Request) -> AnswerFuture {
        let beginning =
            self.is_hidden(&request).then(|| (begin_anew(&request), Arc::clone(&self.layer.absent)));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let response = answer.await?;
            let hidden = response.extensions().get::<Hidden>();
            match beginning.zip(hidden).and_then(|((request, absent), hidden)| absent(request, hidden)) {
                Some(absent) => absent.await,
                None => Ok(response),
            }
        })
    }
}
