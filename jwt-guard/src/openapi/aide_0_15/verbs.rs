//! The verbs: as `aide::axum::routing`, for handlers that declare a policy.

use aide::axum::ApiRouter;
use aide::axum::routing::{self as aide_routing, ApiMethodDocs, ApiMethodRouter};
use aide::openapi::{Operation, PathItem};
use aide::operation::{OperationHandler, OperationInput, OperationOutput};
use aide::transform::TransformOperation;
use axum::handler::Handler;

use super::super::write::METHODS;
use super::{Documented, operation, schemas};
use crate::router::declared::{DeclaresPolicy, FirstExtractor};
use crate::router::document::Operation as Kept;
use crate::router::routing::{self, MethodRouter};

macro_rules! verbs {
    ($($verb:ident $with:ident $name:literal;)*) => {
        $(
            #[doc = concat!("Routes `", $name, "` requests to a documented handler that declares a policy.")]
            #[track_caller]
            pub fn $verb<H, I, O, T, S>(handler: H) -> MethodRouter<S>
            where
                H: Handler<T, S> + OperationHandler<I, O>,
                I: OperationInput,
                O: OperationOutput,
                T: FirstExtractor<First: DeclaresPolicy> + 'static,
                S: Clone + Send + Sync + 'static,
            {
                $with(handler, |operation| operation)
            }

            #[doc = concat!("Routes `", $name, "` requests to a handler that declares a policy, and changes its document.")]
            #[track_caller]
            pub fn $with<H, I, O, T, S>(
                handler: H,
                transform: impl FnOnce(TransformOperation<'_>) -> TransformOperation<'_>,
            ) -> MethodRouter<S>
            where
                H: Handler<T, S> + OperationHandler<I, O>,
                I: OperationInput,
                O: OperationOutput,
                T: FirstExtractor<First: DeclaresPolicy> + 'static,
                S: Clone + Send + Sync + 'static,
            {
                let documented = aide_routing::$with(handler.clone(), transform);
                keep($name, documented, routing::$verb(handler))
            }
        )*
    };
}

verbs! {
    delete delete_with "DELETE";
    get get_with "GET";
    head head_with "HEAD";
    options options_with "OPTIONS";
    patch patch_with "PATCH";
    post post_with "POST";
    put put_with "PUT";
    trace trace_with "TRACE";
}

/// The route with its document; without one if the transform has hidden it.
fn keep<S>(method: &str, documented: ApiMethodRouter<S>, routed: MethodRouter<S>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    match document(method, documented) {
        Some(operation) => {
            let schemas = schemas::of(&operation);
            routed.documented(Kept::new(Documented { operation, schemas }))
        }
        None => routed,
    }
}

/// aide only gives access to an operation through the items of a router.
fn document<S>(method: &str, documented: ApiMethodRouter<S>) -> Option<Operation>
where
    S: Clone + Send + Sync + 'static,
{
    let mut found = PathItem::default();
    let router = ApiRouter::new().api_route("/", documented).with_path_items(|mut item| {
        found = std::mem::take(item.inner_mut());
        item
    });
    drop(router);
    operation(&found, method).clone()
}

/// Adds handlers with a policy to `aide::axum::ApiRouter`.
pub trait GuardedRoutes<S> {
    /// Adds a route with its documents.
    ///
    /// # Panics
    ///
    /// As axum's `route`.
    #[must_use]
    #[track_caller]
    fn guarded_route(self, path: &str, methods: MethodRouter<S>) -> Self;
}

impl<S> GuardedRoutes<S> for ApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn guarded_route(self, path: &str, methods: MethodRouter<S>) -> Self {
        let documents: Vec<_> = methods.documents().collect();
        let routed = self.route(path, methods.into_inner());
        documents.into_iter().fold(routed, |router, (methods, kept)| {
            let Some(Documented { operation, .. }) = kept.get() else { return router };
            let methods = METHODS.into_iter().filter(|method| methods.contains(method));
            methods.fold(router, |router, method| {
                let document = ApiMethodDocs::new(lower(method), operation.clone());
                router.api_route_docs(path, document)
            })
        })
    }
}

/// aide's name of a method.
fn lower(method: &str) -> &'static str {
    match method {
        "GET" => "get",
        "PUT" => "put",
        "POST" => "post",
        "DELETE" => "delete",
        "OPTIONS" => "options",
        "HEAD" => "head",
        "PATCH" => "patch",
        _ => "trace",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_its_name_in_small_letters() {
        assert_eq!(METHODS.map(lower), METHODS.map(str::to_lowercase).each_ref().map(String::as_str));
    }
}
