//! Documents of utoipa 6: `routes!` takes path and document from `#[utoipa::path]`, and the policy from the type of the
//! handler.
//!
//! ```
//! use axum::Json;
//! use axum::extract::Path;
//! use jwt_guard::{JwtGuard, Router, Secret, anonymous_allowed, requires, routes};
//! use utoipa::OpenApi;
//!
//! /// One order.
//! #[utoipa::path(get, path = "/orders/{id}", responses((status = OK, body = u64)))]
//! #[requires(scope = "orders:read")]
//! async fn order(Path(id): Path<u64>) -> Json<u64> {
//!     Json(id)
//! }
//!
//! #[utoipa::path(get, path = "/catalogue", responses((status = OK, body = String)))]
//! #[anonymous_allowed]
//! async fn catalogue() -> &'static str {
//!     "catalogue"
//! }
//!
//! #[derive(OpenApi)]
//! #[openapi(info(title = "orders", version = "1"))]
//! struct Api;
//!
//! let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build()?;
//! let app: Router = Router::new()
//!     .nest("/api", Router::new().routes(routes!(order)))
//!     .routes(routes!(catalogue))
//!     .with_guard(guard);
//!
//! let mut api = Api::openapi();
//! app.access_table().document(&mut api)?;
//!
//! let api = serde_json::to_value(&api)?;
//! let order = &api["paths"]["/api/orders/{id}"]["get"];
//! assert_eq!(order["security"], serde_json::json!([{ "bearer": ["orders:read"] }]));
//! assert_eq!(order["x-access-policy"], r#"requires(scope = "orders:read")"#);
//! assert!(order["responses"]["403"]["headers"]["WWW-Authenticate"].is_object());
//! let catalogue = &api["paths"]["/catalogue"]["get"];
//! assert_eq!(catalogue["security"], serde_json::json!([{}, { "bearer": [] }]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A handler without an attribute:
//!
//! ```compile_fail
//! # use jwt_guard::{Router, routes};
//! #[utoipa::path(get, path = "/forgotten", responses((status = OK)))]
//! async fn forgotten() {}
//!
//! let app: Router = Router::new().routes(routes!(forgotten));
//! ```
//!
//! Documents that list their handlers in `#[openapi(paths(..))]` are completed by the same call of
//! [`AccessTable::document`](crate::routing::AccessTable::document). It fails if a route is documented but not served,
//! or served but not documented.

mod routes;
mod scheme;

use std::collections::BTreeSet;

use http::StatusCode;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Components, OpenApi, RefOr};

use super::Document;
use super::answers::DocumentedAnswer;
use super::schemes::Scheme;
use super::security::SchemeScopes;
use super::write::{At, METHODS, POLICY, Write, WriteOperation, field_of_method, with_paragraph};
use crate::router::document::Operation as Kept;

pub use routes::{Routes, documented, no_routes};

/// An operation with its schemas, as kept in a router.
struct Documented {
    operation: Operation,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Document for OpenApi {}

impl Write for OpenApi {
    type Operation = Operation;

    const SAYS_EMPTY: bool = true;

    fn everywhere(&self) -> Vec<At> {
        let found = self.paths.paths.iter().flat_map(|(path, item)| {
            let methods = METHODS.into_iter().filter(|method| operation(item, method).is_some());
            methods.map(|method| At { path: path.clone(), method })
        });
        found.collect()
    }

    fn operation(&mut self, at: &At) -> Option<&mut Operation> {
        slot(self.paths.paths.get_mut(&at.path)?, at.method).as_mut()
    }

    fn add(&mut self, at: &At, kept: &Kept) -> bool {
        let Some(Documented { operation, schemas }) = kept.get() else { return false };
        *slot(self.paths.paths.entry(at.path.clone()).or_default(), at.method) = Some(operation.clone());
        let known = &mut self.components.get_or_insert_with(Components::new).schemas;
        for (name, schema) in schemas {
            known.entry(name.clone()).or_insert_with(|| schema.clone());
        }
        true
    }

    fn remove(&mut self, at: &At) {
        let Some(item) = self.paths.paths.get_mut(&at.path) else { return };
        *slot(item, at.method) = None;
        if METHODS.into_iter().all(|method| operation(item, method).is_none()) {
            self.paths.paths.remove(&at.path);
        }
    }

    fn define(&mut self, scheme: &Scheme) -> bool {
        let known = &mut self.components.get_or_insert_with(Components::new).security_schemes;
        let ours = RefOr::T(scheme::scheme(scheme));
        *known.entry(scheme.name.clone()).or_insert_with(|| ours.clone()) == ours
    }

    fn defined(&self) -> BTreeSet<String> {
        self.components.iter().flat_map(|components| components.security_schemes.keys().cloned()).collect()
    }

    fn security(&self) -> Vec<SchemeScopes> {
        self.security.iter().flatten().map(read).collect()
    }

    /// utoipa 6.0 omits empty descriptions of responses, although OpenAPI requires them.
    fn finish(&mut self) {
        for item in self.paths.paths.values_mut() {
            for method in METHODS {
                let Some(operation) = slot(item, method) else { continue };
                for (status, response) in &mut operation.responses.responses {
                    if let RefOr::T(response) = response
                        && response.description.is_empty()
                    {
                        response.description = words(status).to_owned();
                    }
                }
            }
        }
        for (status, response) in self.components.iter_mut().flat_map(|components| &mut components.responses)
        {
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                response.description.clone_from(status);
            }
        }
    }
}

impl WriteOperation for Operation {
    fn security(&self) -> Option<Vec<SchemeScopes>> {
        self.security.as_ref().map(|security| security.iter().map(read).collect())
    }

    fn secure(&mut self, requirements: &[SchemeScopes]) {
        self.security = Some(requirements.iter().map(requirement).collect());
    }

    fn answer(&mut self, answer: &DocumentedAnswer) {
        let known = self.responses.responses.entry(answer.status.to_string());
        let known = known.or_insert_with(|| ResponseBuilder::new().description(answer.description).into());
        if let (RefOr::T(response), Some((name, description))) = (known, answer.header) {
            add_header(response, name, description);
        }
    }

    fn describe(&mut self, note: &str) {
        self.description = Some(with_paragraph(self.description.as_deref(), note));
    }

    fn has_policy(&self) -> bool {
        self.extensions.as_ref().is_some_and(|known| known.contains_key(POLICY))
    }

    fn name_policy(&mut self, policy: &str) {
        let ours = ExtensionsBuilder::new().add(POLICY, policy).build();
        match &mut self.extensions {
            Some(known) => known.merge(ours),
            none => *none = Some(ours),
        }
    }
}

/// A description of a status; `default` and ranges such as `4XX` have a general one.
fn words(status: &str) -> &str {
    let code = status.parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
    code.and_then(|code| code.canonical_reason()).unwrap_or("Another answer")
}

fn add_header(response: &mut Response, name: &str, description: &str) {
    if !response.headers.keys().any(|known| known.eq_ignore_ascii_case(name)) {
        let header = HeaderBuilder::new().description(Some(description)).build();
        response.headers.insert(name.to_owned(), header.into());
    }
}

fn requirement(requirement: &SchemeScopes) -> SecurityRequirement {
    let all = requirement.iter();
    all.fold(SecurityRequirement::default(), |written, (name, names)| written.add(name, names))
}

/// utoipa only reveals it by serialising it.
fn read(requirement: &SecurityRequirement) -> SchemeScopes {
    let written = serde_json::to_value(requirement).unwrap_or_default();
    serde_json::from_value(written).unwrap_or_default()
}

fn operation<'i>(item: &'i PathItem, method: &str) -> &'i Option<Operation> {
    field_of_method!(item, method, &)
}

fn slot<'i>(item: &'i mut PathItem, method: &str) -> &'i mut Option<Operation> {
    field_of_method!(item, method, &mut)
}
