//! Documents of aide 0.15: verbs for handlers that declare a policy.
//!
//! ```
//! use aide::openapi::OpenApi;
//! use jwt_guard::openapi::aide_0_15::{get, put_with};
//! use jwt_guard::{Claims, JwtGuard, Router, Secret, authentication_required, requires};
//!
//! #[authentication_required]
//! async fn me(claims: Claims) -> String {
//!     claims.subject().to_owned()
//! }
//!
//! #[requires(scope = "profile:write")]
//! async fn rename(name: String) {}
//!
//! let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build()?;
//! let app: Router = Router::new()
//!     .route("/me", get(me).merge(put_with(rename, |op| op.summary("Change the name"))))
//!     .with_guard(guard);
//!
//! let mut api = OpenApi::default();
//! app.access_table().document(&mut api)?;
//!
//! let api = serde_json::to_value(&api)?;
//! let rename = &api["paths"]["/me"]["put"];
//! assert_eq!(rename["security"], serde_json::json!([{ "bearer": ["profile:write"] }]));
//! assert!(rename["responses"]["403"]["headers"]["WWW-Authenticate"].is_object());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A handler without an attribute:
//!
//! ```compile_fail
//! use jwt_guard::openapi::aide_0_15::get;
//!
//! async fn forgotten() {}
//!
//! let router: jwt_guard::Router = jwt_guard::Router::new().route("/", get(forgotten));
//! ```
//!
//! # Below aide's own router
//!
//! The policy of a handler documents itself as an extractor, so `aide::axum::ApiRouter` takes guarded handlers too:
//! with [`GuardedRoutes::guarded_route`] only those. It has no guard, so call
//! [`Schemes::resolve`](super::Schemes::resolve) at the end, which inserts the schemes. aide cannot write `security:
//! []`, so a document-wide `security` is an error if some route ignores credentials.
//!
//! ```
//! use aide::axum::ApiRouter;
//! use aide::openapi::OpenApi;
//! use jwt_guard::openapi::aide_0_15::{GuardedRoutes, get};
//! use jwt_guard::{JwtGuard, Secret, requires};
//!
//! #[requires(scope = "orders:read")]
//! async fn orders() -> String {
//!     "all orders".to_owned()
//! }
//!
//! let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build()?;
//! let mut api = OpenApi::default();
//! let app: axum::Router =
//!     ApiRouter::new().guarded_route("/orders", get(orders)).finish_api(&mut api).layer(guard.layer());
//! guard.openapi().resolve(&mut api)?;
//! assert!(serde_json::to_string(&api)?.contains(r#""security":[{"bearer":["orders:read"]}]"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod extractors;
mod schemas;
mod scheme;
mod verbs;

use std::collections::{BTreeMap, BTreeSet};

use aide::openapi::{
    Header, HeaderStyle, OpenApi, Operation, ParameterSchemaOrContent, PathItem, ReferenceOr, Response,
    SchemaObject, StatusCode,
};

use super::Document;
use super::answers::DocumentedAnswer;
use super::schemes::Scheme;
use super::security::SchemeScopes;
use super::write::{At, METHODS, POLICY, Write, WriteOperation, field_of_method, with_paragraph};
use crate::router::document::Operation as Kept;

pub use verbs::{
    GuardedRoutes, delete, delete_with, get, get_with, head, head_with, options, options_with, patch,
    patch_with, post, post_with, put, put_with, trace, trace_with,
};

/// An operation with its schemas, as kept in a router.
struct Documented {
    operation: Operation,
    schemas: BTreeMap<String, SchemaObject>,
}

impl Document for OpenApi {}

impl Write for OpenApi {
    type Operation = Operation;

    const SAYS_EMPTY: bool = false;

    fn everywhere(&self) -> Vec<At> {
        let items = self.paths.iter().flat_map(|paths| &paths.paths);
        let items = items.filter_map(|(path, item)| Some((path, item.as_item()?)));
        let found = items.flat_map(|(path, item)| {
            let methods = METHODS.into_iter().filter(|method| operation(item, method).is_some());
            methods.map(|method| At { path: path.clone(), method })
        });
        found.collect()
    }

    fn operation(&mut self, at: &At) -> Option<&mut Operation> {
        slot(self.paths.as_mut()?.paths.get_mut(&at.path)?.as_item_mut()?, at.method).as_mut()
    }

    fn add(&mut self, at: &At, kept: &Kept) -> bool {
        let Some(Documented { operation, schemas }) = kept.get() else { return false };
        let paths = &mut self.paths.get_or_insert_default().paths;
        let item = paths.entry(at.path.clone()).or_insert_with(|| ReferenceOr::Item(PathItem::default()));
        let Some(item) = item.as_item_mut() else { return false };
        *slot(item, at.method) = Some(operation.clone());
        let known = &mut self.components.get_or_insert_default().schemas;
        for (name, schema) in schemas {
            known.entry(name.clone()).or_insert_with(|| schema.clone());
        }
        true
    }

    fn remove(&mut self, at: &At) {
        let Some(paths) = &mut self.paths else { return };
        let Some(item) = paths.paths.get_mut(&at.path).and_then(ReferenceOr::as_item_mut) else { return };
        *slot(item, at.method) = None;
        if METHODS.into_iter().all(|method| operation(item, method).is_none()) {
            paths.paths.shift_remove(&at.path);
        }
    }

    fn define(&mut self, scheme: &Scheme) -> bool {
        let known = &mut self.components.get_or_insert_default().security_schemes;
        let ours = ReferenceOr::Item(scheme::scheme(scheme));
        *known.entry(scheme.name.clone()).or_insert_with(|| ours.clone()) == ours
    }

    fn defined(&self) -> BTreeSet<String> {
        self.components.iter().flat_map(|components| components.security_schemes.keys().cloned()).collect()
    }

    fn security(&self) -> Vec<SchemeScopes> {
        self.security.iter().map(read).collect()
    }

    fn finish(&mut self) {
        self.paths.get_or_insert_default();
    }
}

impl WriteOperation for Operation {
    fn security(&self) -> Option<Vec<SchemeScopes>> {
        (!self.security.is_empty()).then(|| self.security.iter().map(read).collect())
    }

    fn secure(&mut self, requirements: &[SchemeScopes]) {
        let written = requirements.iter().map(|all| all.clone().into_iter().collect());
        self.security = written.collect();
    }

    fn answer(&mut self, answer: &DocumentedAnswer) {
        let known = &mut self.responses.get_or_insert_default().responses;
        let known = known.entry(StatusCode::Code(answer.status));
        let known = known.or_insert_with(|| ReferenceOr::Item(response(answer)));
        if let (ReferenceOr::Item(response), Some((name, description))) = (known, answer.header)
            && !response.headers.keys().any(|known| known.eq_ignore_ascii_case(name))
        {
            response.headers.insert(name.to_owned(), ReferenceOr::Item(header(description)));
        }
    }

    fn describe(&mut self, note: &str) {
        self.description = Some(with_paragraph(self.description.as_deref(), note));
    }

    fn has_policy(&self) -> bool {
        self.extensions.contains_key(POLICY)
    }

    fn name_policy(&mut self, policy: &str) {
        self.extensions.insert(POLICY.to_owned(), policy.into());
    }
}

fn response(answer: &DocumentedAnswer) -> Response {
    Response { description: answer.description.to_owned(), ..Response::default() }
}

fn header(description: &str) -> Header {
    let schema = SchemaObject {
        json_schema: schemars::json_schema!({ "type": "string" }),
        external_docs: None,
        example: None,
    };
    Header {
        description: Some(description.to_owned()),
        style: HeaderStyle::Simple,
        required: false,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(schema),
        example: None,
        examples: Default::default(),
        extensions: Default::default(),
    }
}

fn read(requirement: &aide::openapi::SecurityRequirement) -> SchemeScopes {
    requirement.clone().into_iter().collect()
}

fn operation<'i>(item: &'i PathItem, method: &str) -> &'i Option<Operation> {
    field_of_method!(item, method, &)
}

fn slot<'i>(item: &'i mut PathItem, method: &str) -> &'i mut Option<Operation> {
    field_of_method!(item, method, &mut)
}
