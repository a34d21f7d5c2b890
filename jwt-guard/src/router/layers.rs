//! Layers around a router.

use std::convert::Infallible;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use super::Router;
use super::entry::RoutePath;
use super::excepted::Excepted;
use crate::layer::{as_requirement, provided_by};

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Applies a layer to all routes added so far, and to the fallback.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let mut parts = self.parts;
        if let Some(provided) = provided_by(&layer) {
            parts.entries.iter_mut().for_each(|entry| entry.within(provided));
        }
        parts.excepted.extend(as_requirement(&layer).map(|layer| Excepted::new(layer, &parts.entries)));
        parts.inner = parts.inner.layer(layer.clone());
        parts.absent = parts.absent.layer(layer);
        Self::of(parts)
    }

    /// Applies a layer to all routes added so far, but not to the fallback.
    ///
    /// # Panics
    ///
    /// As axum's: if there are no routes.
    #[track_caller]
    pub fn route_layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let mut parts = self.parts;
        if let Some(provided) = provided_by(&layer) {
            let covered =
                parts.entries.iter_mut().filter(|entry| !matches!(entry.path, RoutePath::Fallback(_)));
            covered.for_each(|entry| entry.within(provided));
        }
        parts.excepted.extend(as_requirement(&layer).map(|layer| Excepted::new(layer, &parts.entries)));
        // axum panics without routes; here only unguarded parts have any.
        if parts.absent.has_routes() {
            parts.absent = parts.absent.route_layer(layer.clone());
        }
        parts.inner = parts.inner.route_layer(layer);
        Self::of(parts)
    }
}
