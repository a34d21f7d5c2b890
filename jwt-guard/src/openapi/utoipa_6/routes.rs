//! Routes with document, path and method from `#[utoipa::path]`, and the policy from the type of the handler.

use std::fmt;
use std::mem;

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter as AxumMethodRouter};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Schema;

use super::{Documented, METHODS, operation};
use crate::router::Router;
use crate::router::declared::{DeclaresPolicy, FirstExtractor};
use crate::router::document::Operation as Kept;
use crate::router::routing::{MethodRouter, on};

/// Handlers with the paths of their documents; made by [`routes!`](crate::routes), for [`Router::routes`].
#[must_use]
pub struct Routes<S = ()>(Vec<(String, MethodRouter<S>)>);

/// Collects handlers with `#[utoipa::path]` and an access policy, for [`Router::routes`](crate::Router::routes).
///
/// As `utoipa_axum::routes!`, but a handler without a policy does not compile. The handlers may have different paths. The
/// crate that calls it needs `utoipa` and `axum` among its dependencies.
///
/// ```
/// use jwt_guard::{Router, routes};
///
/// mod orders {
///     use jwt_guard::requires;
///
///     #[utoipa::path(get, path = "/orders", responses((status = OK)))]
///     #[requires(scope = "orders:read")]
///     pub async fn list() {}
///
///     #[utoipa::path(post, path = "/orders", responses((status = CREATED)))]
///     #[requires(scope = "orders:write")]
///     pub async fn create() {}
/// }
///
/// let router: Router = Router::new().routes(routes!(orders::list, orders::create));
/// assert_eq!(router.access_table().rows().len(), 2);
/// ```
///
/// ```compile_fail
/// # use jwt_guard::{Router, routes};
/// #[utoipa::path(get, path = "/forgotten", responses((status = OK)))]
/// async fn forgotten() {}
///
/// let router: Router = Router::new().routes(routes!(forgotten));
/// ```
#[macro_export]
macro_rules! routes {
    ($($($segment:ident)::+),+ $(,)?) => {
        $crate::__private::no_routes()
            $(.and($crate::__private::documented_at_its_name!($crate $($segment)::+)))+
    };
}

/// The value of `utoipa_axum::routes!`.
type DocumentedRoutes<S> = (Vec<(String, RefOr<Schema>)>, Paths, AxumMethodRouter<S>);

/// The start of [`routes!`](crate::routes).
#[doc(hidden)]
pub fn no_routes<S>() -> Routes<S> {
    Routes(Vec::new())
}

/// One handler with its document.
#[doc(hidden)]
#[track_caller]
pub fn documented<H, T, S>(document: DocumentedRoutes<S>, handler: H) -> Routes<S>
where
    H: Handler<T, S>,
    T: FirstExtractor<First: DeclaresPolicy> + 'static,
    S: Clone + Send + Sync + 'static,
{
    let (schemas, mut paths, _) = document;
    let mut schemas = Some(schemas);
    let mut found = Vec::new();
    for (path, item) in mem::take(&mut paths.paths) {
        let methods =
            METHODS.into_iter().filter_map(|method| Some((method, operation(&item, method).clone()?)));
        for (method, operation) in methods {
            let kept = Documented { operation, schemas: schemas.take().unwrap_or_default() };
            let routed = on(filter(method), handler.clone()).documented(Kept::new(kept));
            found.push((path.clone(), routed));
        }
    }
    Routes(found)
}

fn filter(method: &str) -> MethodFilter {
    match method {
        "PUT" => MethodFilter::PUT,
        "POST" => MethodFilter::POST,
        "DELETE" => MethodFilter::DELETE,
        "OPTIONS" => MethodFilter::OPTIONS,
        "HEAD" => MethodFilter::HEAD,
        "PATCH" => MethodFilter::PATCH,
        "TRACE" => MethodFilter::TRACE,
        _ => MethodFilter::GET,
    }
}

impl<S> Routes<S> {
    /// These and others.
    #[doc(hidden)]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds handlers at the paths of their `#[utoipa::path]`, and keeps the documents for
    /// [`AccessTable::document`](crate::routing::AccessTable::document).
    ///
    /// # Panics
    ///
    /// As axum's `route`: if a path is illegal, or two handlers have the same method and path.
    #[track_caller]
    pub fn routes(self, routes: Routes<S>) -> Self {
        routes.0.into_iter().fold(self, |router, (path, methods)| router.route(&path, methods))
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(path, _)| path)).finish()
    }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::extract::Guarded;
    use crate::policy::{Policy, Rule};
    use crate::router::routing::get;

    struct Open;

    impl Policy for Open {
        const RULE: Rule = Rule::anonymous();
    }

    #[test]
    fn every_method_of_a_document_is_routed_as_itself() {
        for method in METHODS {
            let expected = MethodFilter::try_from(Method::from_bytes(method.as_bytes()).unwrap()).unwrap();
            assert_eq!(filter(method), expected, "{method}");
        }
    }

    #[test]
    fn debug_lists_the_paths() {
        let routes = |path: &str| Routes::<()>(vec![(path.to_owned(), get(async |_: Guarded<Open>| {}))]);
        let both = no_routes().and(routes("/orders")).and(routes("/users"));
        assert_eq!(format!("{both:?}"), r#"["/orders", "/users"]"#);
    }
}
